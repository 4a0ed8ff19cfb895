"""Reads that answer a question. The user and the date are always passed in."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Case, DateField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, TruncDate

from accounts.models import Department, Role
from records.models import Record
from records.querysets import ScopedQuerySet
from records.workflow import RECORD_OPEN
from sanctions import workflow
from sanctions.policy import three_years_before

NEVER = Value(date(9999, 12, 31))  # what only informs has no due date and waits last


class DatedQuerySet(models.QuerySet):
    def in_force(self, *, on: date):
        """Editions in force that day."""
        return self.filter(Q(in_force_until__isnull=True) | Q(in_force_until__gte=on), in_force_from__lte=on)


class ListKindQuerySet(DatedQuerySet):
    def kept_by(self, line: str):
        """Lists whose subjects this line of departments decides on."""
        return self.filter(lines__contains=[line])

    def honours(self):
        """Lists open to the public from which organisations are recommended; some name nobody but persons."""
        return self.filter(tone="red", is_public=True, subject_kinds__overlap=["organisation", "sole_trader"])

    def proposable(self):
        """Lists somebody is proposed for here; the others live by the records that departments report."""
        return self.filter(is_reported=False)


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
        return self.filter(~Q(state__in=workflow.MEMORANDUM_UNPUBLISHED) | own)


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

    def contradicted(self, *, on: date):
        """Held up as an example, and an adverse record has come since (33号（三）（十九）). They count no more.

        Whom this platform entered had none that day, so whatever stands now has come since: reported that same
        afternoon, restored because a repair was false, or brought by a merger of subjects. What others have decided is
        theirs; only what was decided after the entry, or known here only after it, stands against it. What is being
        verified contradicts nobody yet (33号（二十二）).
        """
        standing = adverse_on(on).filter(subject=OuterRef("subject"), state__in=("current", "expired"))
        known_on = TruncDate("created_at", output_field=DateField())
        since = standing.alias(known_on=known_on).filter(
            Q(decided_on__gt=OuterRef("entered_on"))
            | Q(known_on__gt=OuterRef("entered_on"))
            | Q(created_at__gt=OuterRef("proposed_at"))
        )
        ours = Q(Exists(standing), origin="platform")
        return self.filter(ours | Q(Exists(since)), tone="red", state=workflow.ENTERED)

    def to_notify(self):
        """Proposed; the subject has to be told, or the candidate made public."""
        return self.filter(state=workflow.PROPOSED)

    def waiting_for(self, user, *, on: date):
        """What this person can go on with: a clerk tells, a lead decides what somebody else has proposed."""
        if user.role == Role.LEAD:
            return self.to_decide(on=on).exclude(proposed_by=user)
        return self.to_notify() if user.role == Role.CLERK else self.to_decide(on=on)

    def ending_by(self, day: date):
        """Entered for a term that is over by that day."""
        return self.filter(state=workflow.ENTERED, ends_on__lte=day)

    def about_subjects_in(self, prefix: str):
        """Of a region: where the subject is known to be, else where its code was given out."""
        known = Q(subject__region_code__startswith=prefix)
        typed = Q(subject__isnull=True, identifier_kind="uscc", lookup__regex=f"^.{{2}}{prefix}")
        return self.filter(known | typed)


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
        named = Record.objects.filter(
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
        suspended = (
            self._listing()
            ._meta.get_field("in_force")
            .related_model.objects.filter(
                listing=OuterRef("action__listing"), subject=OuterRef("subject"), is_suspended=True
            )
        )
        return Q(Exists(suspended), purpose="execute") & ~Q(state=workflow.LIFTED)

    def _listing(self):
        return self.model._meta.get_field("action").related_model._meta.get_field("listing").related_model

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


class ListingFileQuerySet(ScopedQuerySet):
    pass


class CheckQuerySet(ScopedQuerySet):
    """Rows of the department that asked: checks, opinions, certificates, figures of cases, subscriptions."""


class WebhookDeliveryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Notices to the user's own department."""
        if user.is_authenticated and user.is_active and user.sees_whole_province:
            return self
        return self.filter(subscription__department__in=Department.objects.visible_to(user))

    def due(self, *, now: datetime):
        return self.filter(state=workflow.QUEUED, next_attempt_at__lte=now)


def adverse_on(on: date) -> models.QuerySet:
    """Official adverse records decided in the three years that end on a day and not taken back.

    33号（四）: 连续三年无不良信用记录.
    """
    return Record.objects.filter(
        Q(state__in=RECORD_OPEN) | Q(state="expired"),
        item__is_adverse=True,
        decided_on__gt=three_years_before(on),
        decided_on__lte=on,
    )


def adverse_of(subjects: Iterable[int], *, on: date) -> models.QuerySet:
    """Those of subjects."""
    return adverse_on(on).filter(subject_id__in=subjects)


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


class PublicationQuerySet(ScopedQuerySet):
    """Products and events: what is published is everybody's, what is being prepared or over only its department's."""

    def visible_to(self, user):
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self.filter(Q(pk__in=super().visible_to(user).values("pk")) | Q(state=workflow.PUBLISHED))

    def published(self):
        return self.filter(state=workflow.PUBLISHED)


class FinanceProductQuerySet(PublicationQuerySet):
    def visible_to(self, user):
        """A bank sees its own, whatever has become of it; a counter those it took applications for."""
        shown = Q(pk__in=super().visible_to(user).values("pk"))
        if user.is_authenticated and user.is_active and user.department_id:
            unit = user.department_id
            shown |= Q(bank=unit) & ~Q(state=workflow.COMPOSED)
            shown |= Q(pk__in=self.model.objects.filter(applications__department=unit).values("pk"))
        return self.filter(shown)

    def offered(self, *, on: date):
        """Published and still taking applications."""
        return self.published().filter(Q(offered_until__isnull=True) | Q(offered_until__gte=on))


class FinanceApplicationQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Of the counter that took it, and of the bank's own account."""
        own = super().visible_to(user).values("pk")
        is_member = user.is_authenticated and user.is_active and user.department_id
        of_bank = Q(product__bank=user.department_id) if is_member else Q(pk__in=[])
        return self.filter(Q(pk__in=own) | of_bank)
