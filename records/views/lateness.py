"""Records reported after their time limit (7 working days for licences and penalties: 国发〔2016〕33号十七)."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from catalogue.models import InformationItem
from deadlines.services import due_dates
from records.querysets import RecordQuerySet

RECENT = timedelta(days=30)
ONE_DAY = timedelta(days=1)
# No time limit in working days reaches further back: a week of holidays on both sides is within it.
LONGEST_LIMIT = timedelta(days=45)


def late_reports(records: RecordQuerySet, *, on: date) -> RecordQuerySet:
    """Those first received in the 30 days before `on` (a real day, as moments of receipt are), after they were due."""
    since = on - RECENT
    late = Q(pk__in=())
    limited = (
        InformationItem.objects.exclude(report_within_key="").order_by("code").values_list("code", "report_within_key")
    )
    for code, key in limited.distinct():
        late |= Q(item_code=code) & _after_due(key, since, on)
    return records.filter(late, batch__created_at__gte=_start_of(since), created_at__gte=_start_of(since))


def _after_due(key: str, since: date, until: date) -> Q:
    first = since - LONGEST_LIMIT
    days = [first + ONE_DAY * n for n in range((until - first).days + 1)]
    due = {day: deadline.due_on for day, deadline in due_dates(key, days).items()}
    late = Q(decided_on__lt=first)
    for day, due_on in due.items():
        if due_on < until:
            late |= Q(decided_on=day, created_at__gte=_start_of(due_on + ONE_DAY))
    return late


def _start_of(day: date):
    return timezone.make_aware(datetime(day.year, day.month, day.day))
