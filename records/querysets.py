"""Reads that answer a question. The user and the date are always passed in."""

from datetime import date

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q

from accounts.models import Department
from catalogue.models import InformationItem, SubjectKind
from records import workflow


def closed_items(user):
    """Items whose records this user may not see, whatever department they belong to (adult students' files)."""
    line = user.department.line if user.is_authenticated and user.department_id else ""
    return InformationItem.objects.closed_to(line).values("pk")


class ScopedQuerySet(models.QuerySet):
    """Rows belong to a department; a user sees those of the departments they see, and nothing else exists for them."""

    def visible_to(self, user):
        if user.is_authenticated and user.is_active and user.sees_whole_province:
            return self
        return self.filter(department__in=Department.objects.visible_to(user))


class OfItemQuerySet(ScopedQuerySet):
    """Rows of an item, too. What only certain lines of departments may see (112号一（四）) exists for nobody else.

    Province-wide roles have no line: the document names schools and education, and nobody above them.
    """

    def visible_to(self, user):
        return super().visible_to(user).open_to(user)

    def open_to(self, user):
        """Without what the item keeps from this user, whatever else lets them in."""
        return self.exclude(item__in=closed_items(user))


class SubjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Subjects about whom the user's departments hold a record the user may see."""
        records = self.model._meta.get_field("records").related_model.objects
        if user.is_authenticated and user.is_active and user.sees_whole_province:
            about = records.filter(subject=OuterRef("pk"))
            is_hidden = Exists(about.filter(item__in=closed_items(user))) & ~Exists(about.visible_to(user))
            return self.exclude(Q(kind=SubjectKind.PERSON) & Q(is_hidden))
        return self.filter(records__in=records.visible_to(user)).distinct()

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


class BatchQuerySet(OfItemQuerySet):
    def claimable(self, *, at):
        """Batches to be moved on that nobody holds a lease on."""
        return self.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=at), state__in=workflow.BATCH_MOVING)

    def undecided(self, *, on: date):
        """Previews nobody has decided on in time."""
        return self.filter(state=workflow.PREVIEWED, preview__decide_until__lt=on)


class RecordQuerySet(OfItemQuerySet):
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
