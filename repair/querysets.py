"""Reads that answer a question. The user and the date are always passed in."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.models import Role
from records.querysets import ScopedQuerySet
from repair import workflow

# What a reviewer has to do something about: everything open that waits for nobody else, and what others are late with.
WAITING = Q(state__in=(workflow.SUBMITTED, workflow.ACCEPTED, workflow.ANSWERED, workflow.PROPOSED)) | Q(
    state=workflow.FORWARDED, escalated_on__isnull=False
)


class CaseQuerySet(ScopedQuerySet):
    """Cases belong to the source department; who opened one at a counter sees it too, reviewers see all."""

    def visible_to(self, user):
        """What this member of staff may see."""
        if not (user.is_authenticated and user.is_active) or user.role in (Role.AUDITOR, Role.ADMINISTRATOR):
            return self.none()
        if user.sees_whole_province:
            return self
        seen = super().visible_to(user)
        return (seen | self.filter(opened_by__department=user.department_id)) if user.department_id else seen

    def of_applicant(self, applicant, *, subjects: Iterable[int]):
        """What somebody signed in may follow: what was asked for a subject whose affairs are theirs today
        (`subjects`), by themselves, by an agent or on paper, and their own complaints. What departments tell each other
        about it is not theirs; a power that has ended takes its cases with it.
        """
        for_them = Q(subject__in=list(subjects)) & ~Q(channel="department")
        asked_by_them = Q(applicant__isnull=False) | ~Q(kind=workflow.CaseKind.COMPLAINT)
        return self.filter(for_them & asked_by_them | Q(applicant=applicant, subject__isnull=True))

    def with_restoration(self):
        """Each with `restoring_since` and `restored_on`, where an error was confirmed: when its subject's reputation
        began to be restored, and the day everybody who was told had confirmed (33号（二十二）).
        """
        restorations = self.model._meta.get_field("restorations").related_model.objects
        theirs = restorations.filter(case=OuterRef("pk"), cause="error")
        return self.annotate(
            restoring_since=Subquery(theirs.values("opened_on")), restored_on=Subquery(theirs.values("closed_on"))
        )

    def handed_in_to(self, user):
        """What this member of staff, or another of the same department, took in on paper at a counter."""
        seen = self.visible_to(user).filter(channel="counter")
        if user.department_id:
            return seen.filter(opened_by__department=user.department_id)
        return seen.filter(opened_by=user)

    def open(self):
        """Not closed."""
        return self.filter(state__in=workflow.CASE_OPEN)

    def waiting_for_review(self):
        """What a reviewer has to do something about: everything open that waits for nobody else."""
        return self.filter(WAITING)

    def unheld(self):
        """Open, and nobody has taken it."""
        return self.open().filter(holder__isnull=True)

    def held_by(self, user):
        """Open, and this person has taken it."""
        return self.open().filter(holder=user)

    def for_department(self, department):
        """What waits for the answer of this source department."""
        return self.filter(state=workflow.FORWARDED, department=department)

    def late(self, *, on: date):
        """Open and past the day it was due."""
        return self.open().filter(due_on__lt=on)

    def suspending(self, *, record_id: int | None, listing_id: int | None):
        """Accepted, not decided, and nothing that rests on this record or listing is carried out (33号（二十二）).

        A case about a listing names the record it is published as too, and the other way round.
        """
        about = Q()
        if record_id:
            about |= Q(record=record_id)
        if listing_id:
            about |= Q(listing=listing_id)
        return self.filter(about, suspends=True, state__in=workflow.CASE_HANDLED) if about else self.none()


class ClockQuerySet(models.QuerySet):
    def running(self):
        """Started, not ended and not standing still."""
        stops = self.model._meta.get_field("stops").related_model.objects
        stopped = stops.filter(clock=OuterRef("pk"), until_on__isnull=True)
        return self.filter(~Exists(stopped), ended_on__isnull=True)

    def missed(self, *, on: date):
        """Running past their day, and nobody has written that down yet."""
        return self.running().filter(due_on__lt=on, missed_on__isnull=True)


class RepresentationQuerySet(models.QuerySet):
    def in_force(self, *, on: date):
        """Powers of attorney that hold on that day."""
        return self.filter(valid_from__lte=on, valid_until__gte=on, revoked_on__isnull=True)
