"""Reads that answer a question. The user and the date are always passed in."""

from datetime import date

from django.db import models
from django.db.models import Count, F, Q

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

    def standing_alone(self):
        """Subjects that were not found to be another one."""
        return self.filter(merged_into__isnull=True)

    def verified(self):
        """Whose identity the population base library confirmed. Authorised queries are answered about these alone."""
        return self.filter(verification="verified")


class ProvinceQuerySet(models.QuerySet):
    """Rows that compare what several departments hold: only who sees the whole province sees them."""

    def visible_to(self, user):
        return self if user.is_authenticated and user.is_active and user.sees_whole_province else self.none()


class SuspectedDuplicateQuerySet(ProvinceQuerySet):
    def waiting(self):
        """Pairs nobody has judged: no verdict, no merge suggested or made, both still on their own."""
        busy = Q(merges__state__in=(workflow.SUGGESTED, workflow.MERGED))
        return self.filter(
            distinct_at__isnull=True, first__merged_into__isnull=True, second__merged_into__isnull=True
        ).exclude(pk__in=self.model.objects.filter(busy).values("pk"))


class SubjectMergeQuerySet(ProvinceQuerySet):
    def suggested(self):
        return self.filter(state=workflow.SUGGESTED)


class CodeCaseQuerySet(ScopedQuerySet):
    def unsettled(self):
        return self.exclude(state=workflow.SETTLED)

    def counted_by_department(self, *, since: date, until: date):
        """Of each department: cases found in these days, and how many of them are not settled. For the quality page."""
        return (
            self.filter(found_at__date__gte=since, found_at__date__lte=until)
            .values("department_id")
            .annotate(found=Count("pk"), unsettled=Count("pk", filter=~Q(state=workflow.SETTLED)))
            .order_by("department_id")
        )


class BatchQuerySet(ScopedQuerySet):
    def claimable(self, *, at):
        """Unfinished batches nobody holds a lease on."""
        return self.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=at), state__in=workflow.BATCH_UNFINISHED)


class RecordQuerySet(ScopedQuerySet):
    def displayed(self, *, on: date):
        return self.filter(state__in=workflow.RECORD_LIVE, displayed_from__lte=on, displayed_until__gte=on)

    def term_ended(self, *, on: date):
        return self.filter(state__in=workflow.RECORD_LIVE, displayed_until__lt=on)

    def pending_national(self):
        """What the national platform has not confirmed yet; the partial index record_pending answers this."""
        return self.filter(revision__gt=F("national_revision"))


class SpecialQueryQuerySet(ScopedQuerySet):
    def waiting(self, *, on: date):
        """Still to be decided that day."""
        return self.filter(state=workflow.ASKED, lapses_on__gte=on)

    def overdue(self, *, on: date):
        """Asked, and nobody decided in time."""
        return self.filter(state=workflow.ASKED, lapses_on__lt=on)
