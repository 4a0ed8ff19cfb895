"""A few true figures: exact counts over the public views, at most a minute old, kept in this process only."""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from catalogue.models import SubjectKind
from disclosure.models import PublicListing, PublicListKind, PublicRecord, PublicSubject

MAX_AGE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts on a day. `by_item` and `by_list` (by code) leave out natural persons, as the lists they lead to do."""

    on: date
    organisations: int
    records: int
    departments: int
    by_item: dict[str, int]
    by_list: dict[str, int]


class _Kept:
    """The figures counted last, and when. One thread counts, the others wait for it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.figures: Figures | None = None
        self.counted_at = 0.0


_kept = _Kept()


def figures(*, on: date) -> Figures:
    """The figures of the day, counted again when older than a minute."""
    with _kept.lock:
        fresh = time.monotonic() - _kept.counted_at < MAX_AGE_SECONDS
        if _kept.figures is None or _kept.figures.on != on or not fresh:
            _kept.figures, _kept.counted_at = count(on=on), time.monotonic()
        return _kept.figures


def forget() -> None:
    """Count anew next time."""
    _kept.figures = None


def count(*, on: date) -> Figures:
    groups = PublicRecord.objects.values("item_code", "subject_kind", "department_name").annotate(total=Count("id"))
    records, departments, by_item = 0, set(), Counter()
    for group in groups.order_by():
        records += group["total"]
        departments.add(group["department_name"])
        if group["subject_kind"] != SubjectKind.PERSON:
            by_item[group["item_code"]] += group["total"]
    return Figures(on, PublicSubject.objects.count(), records, len(departments), dict(by_item), _by_list(by_item))


def _by_list(by_item: Counter[str]) -> dict[str, int]:
    """Entries of each published list. Where an item holds several lists, an entry names its own."""
    kinds = list(PublicListKind.objects.all())
    named = PublicListing.objects.filter(list_name__in=[kind.name for kind in kinds if not kind.is_alone])
    groups = named.exclude(subject_kind=SubjectKind.PERSON).values("item_code", "list_name").annotate(total=Count("id"))
    totals = {(group["item_code"], group["list_name"]): group["total"] for group in groups.order_by()}
    return {
        kind.code: by_item[kind.item_code] if kind.is_alone else totals.get((kind.item_code, kind.name), 0)
        for kind in kinds
    }
