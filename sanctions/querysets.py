"""Reads that answer a question. The user and the date are always passed in."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from accounts.models import Department
from records.querysets import ScopedQuerySet
from sanctions import workflow


class DatedQuerySet(models.QuerySet):
    def in_force(self, *, on: date):
        """Editions in force that day."""
        return self.filter(Q(in_force_until__isnull=True) | Q(in_force_until__gte=on), in_force_from__lte=on)


class ListKindQuerySet(DatedQuerySet):
    pass


class MemorandumQuerySet(DatedQuerySet):
    def acting(self, *, on: date):
        """Approved and in force: those that set departments to work."""
        return self.in_force(on=on).filter(state=workflow.APPROVED)


class ListingQuerySet(ScopedQuerySet):
    def pending(self):
        """Proposed, and nobody has decided yet."""
        return self.filter(state__in=workflow.LISTING_PENDING)

    def to_decide(self, *, on: date):
        """The subject has been heard, or its time to speak is over."""
        return self.filter(Q(state=workflow.STATED) | Q(state=workflow.NOTIFIED, statement_until__lt=on))

    def ended(self, *, on: date):
        """Still entered, though the term is over or the record it rests on has ended: for the sweep to close."""
        ended = Q(ends_on__lt=on) | Q(record__isnull=False) & ~Q(record__state__in=("current", "disputed", "suspended"))
        return self.filter(ended, state=workflow.ENTERED)


class MeasureTaskQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Tasks of the user's department, and those of actions it has set going."""
        if user.is_authenticated and user.is_active and user.sees_whole_province:
            return self
        departments = Department.objects.visible_to(user)
        return self.filter(Q(department__in=departments) | Q(action__listing__department__in=departments))

    def mine(self, user):
        """What the user's own department has to do."""
        return self.filter(department__in=Department.objects.visible_to(user))

    def open(self):
        return self.filter(state__in=workflow.TASK_OPEN)

    def overdue(self, *, on: date):
        return self.open().filter(due_on__lt=on)

    def resting(self):
        """Those whose listing is being verified: 暂不执行 (33号（二十二）)."""
        resting = Q(action__listing__suspended_at__isnull=False) | Q(
            action__listing__record__state__in=("disputed", "suspended")
        )
        return self.filter(resting)

    def with_resting(self):
        """Each with `rests`: whether it must not be carried out at present."""
        suspended = Q(action__listing__suspended_at__isnull=False) | Q(
            action__listing__record__state__in=("disputed", "suspended")
        )
        return self.annotate(rests=models.ExpressionWrapper(suspended, models.BooleanField()))

    def in_order(self):
        return self.order_by(F("due_on").asc(nulls_last=True), "pk")


class CheckQuerySet(ScopedQuerySet):
    pass


SOON = timedelta(days=7)


class CommitmentTemplateQuerySet(DatedQuerySet):
    def accepted_by(self, department: Department):
        """Texts that may be signed before this department; no line named: before any."""
        return self.filter(Q(lines=[]) | Q(lines__contains=[department.line]))


class CommitmentQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(state__in=workflow.COMMITMENT_OPEN)

    def overdue(self, *, on: date):
        """Not fulfilled by the day it was due. Nothing follows from that by itself."""
        return self.open().filter(due_on__lt=on)

    def due_soon(self, *, on: date):
        """To be reminded of: due today or within seven days."""
        return self.open().filter(due_on__gte=on, due_on__lte=on + SOON)

    def to_remind(self, *, on: date):
        """Due within seven days, or overdue."""
        return self.open().filter(due_on__lte=on + SOON)

    def to_decide(self):
        return self.filter(state=workflow.DOUBTED)

    def run_out(self, *, on: date):
        """The term is over and nothing was to be done by a day: for the sweep to close."""
        return self.filter(state=workflow.MADE, due_on__isnull=True, valid_until__lt=on)


class SupervisionMethodQuerySet(DatedQuerySet, ScopedQuerySet):
    def acting(self, *, on: date):
        return self.in_force(on=on).exclude(state=workflow.DRAWN_UP)


class SupervisionClassQuerySet(ScopedQuerySet):
    def valid(self, *, on: date):
        return self.filter(run__valid_until__gte=on)


class PointsAccountQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(erased_on__isnull=True)
