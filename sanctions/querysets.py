"""Reads that answer a question. The user and the date are always passed in."""

from datetime import date

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Department, Role
from records.querysets import ScopedQuerySet
from sanctions import workflow

NEVER = Value(date(9999, 12, 31))  # what only informs has no due date and waits last


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

    def visible_to(self, user):
        """The register is for every member of staff; a draft for whoever works on it or has to decide on it."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.sees_whole_province or user.role == Role.ADMINISTRATOR:
            return self
        own = Q(author=user)
        if user.department_id:
            own |= Q(author__department=user.department_id)
        return self.filter(~Q(state__in=workflow.MEMORANDUM_DRAFTS) | own)


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

    def standing(self):
        """Measures ordered and not lifted, whatever has been answered."""
        return self.filter(purpose="execute").exclude(state=workflow.LIFTED)

    def unnamed(self):
        """Of persons responsible whom the record of their listing names no more."""
        named = self._record().objects.filter(
            derived_from=OuterRef("action__listing__record"),
            subject=OuterRef("subject"),
            state__in=("current", "disputed", "suspended"),
        )
        return self.filter(~Exists(named), as_responsible=True)

    def overdue(self, *, on: date):
        return self.open().filter(due_on__lt=on)

    def resting(self):
        """Those whose listing is being verified: 暂不执行 (33号（二十二）)."""
        return self.filter(self.rests())

    def with_resting(self):
        """Each with `rests`: whether it must not be carried out at present."""
        return self.annotate(rests=models.ExpressionWrapper(self.rests(), models.BooleanField()))

    def rests(self) -> Q:
        """What `listing_in_force` says of a suspension, for a list of tasks. A release never rests."""
        disputed = ("disputed", "suspended")
        person = self._record().objects.filter(
            derived_from=OuterRef("action__listing__record"), subject=OuterRef("subject"), state__in=disputed
        )
        listing = Q(action__listing__suspended_at__isnull=False) | Q(action__listing__record__state__in=disputed)
        return Q(purpose="execute") & ~Q(state=workflow.LIFTED) & (listing | Q(Exists(person), as_responsible=True))

    def _record(self):
        listing = self.model._meta.get_field("action").related_model._meta.get_field("listing").related_model
        return listing._meta.get_field("record").related_model

    def led_by(self, user):
        """What departments have to do because the user's own department decided so."""
        return self.filter(action__listing__department__in=Department.objects.visible_to(user))

    def bans(self):
        """Those by which an industry or occupation was closed for a time, whatever has become of it."""
        return self.filter(ban_until__isnull=False)

    def standing_bans(self, *, on: date):
        return self.filter(ban_until__gte=on, lifted_on__isnull=True)

    def to_verify(self):
        """Answered, and the lead has not looked at it yet."""
        return self.filter(state__in=workflow.TASK_ANSWERED)

    def in_order(self):
        return self.order_by(F("due_on").asc(nulls_last=True), "pk")

    def waiting_first(self):
        """What waits for the department by its due date, then the rest, the newest first."""
        is_open = Q(state__in=workflow.TASK_OPEN)
        due = Case(When(is_open, then=Coalesce("due_on", NEVER)), default=None, output_field=models.DateField()).asc(
            nulls_last=True
        )
        return self.order_by(due, F("pk").desc())


class CheckQuerySet(ScopedQuerySet):
    pass
