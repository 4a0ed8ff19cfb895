"""Reads that answer a question. The user and the date are always passed in."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.models import Department
from records import workflow


class ScopedQuerySet(models.QuerySet):
    """Rows belong to a department; a user sees those of the departments they see, and nothing else exists for them."""

    def visible_to(self, user):
        if user.is_authenticated and user.is_active and user.sees_whole_province:
            return self
        return self.filter(department__in=Department.objects.visible_to(user))


class SubjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Subjects about whom the user's departments hold a record."""
        if user.is_authenticated and user.is_active and user.sees_whole_province:
            return self
        return self.filter(records__department__in=Department.objects.visible_to(user)).distinct()


class BatchQuerySet(ScopedQuerySet):
    def claimable(self, *, at):
        """Unfinished batches nobody holds a lease on."""
        return self.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=at), state__in=workflow.BATCH_UNFINISHED)


class RecordQuerySet(ScopedQuerySet):
    def displayed(self, *, on: date):
        return self.filter(state__in=workflow.RECORD_LIVE, displayed_from__lte=on, displayed_until__gte=on)

    def term_ended(self, *, on: date):
        return self.filter(state__in=workflow.RECORD_OPEN, displayed_until__lt=on)

    def pending_national(self):
        """What the national platform has not confirmed yet; the partial index record_pending answers this."""
        return self.filter(revision__gt=F("national_revision"))


class ChangeRequestQuerySet(ScopedQuerySet):
    def waiting(self):
        """Still to be decided."""
        return self.filter(state=workflow.CHANGE_PENDING)


class ErasureQuerySet(ScopedQuerySet):
    def waiting(self):
        """Still to be decided."""
        return self.filter(state=workflow.ErasureState.REQUESTED)


class SpecialQueryQuerySet(ScopedQuerySet):
    def waiting(self, *, on: date):
        """Still to be decided that day."""
        return self.filter(state=workflow.ASKED, lapses_on__gte=on)

    def overdue(self, *, on: date):
        """Asked, and nobody decided in time."""
        return self.filter(state=workflow.ASKED, lapses_on__lt=on)
