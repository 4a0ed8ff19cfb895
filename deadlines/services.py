"""The verbs: load the calendar from its table, answer due dates, fill the tables the first time."""

import contextlib
import datetime
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from chinese_calendar import constants as chinese_calendar
from django.db import transaction

from audit.actions import Action
from audit.services import record
from deadlines import bulk, policy
from deadlines.models import TimeLimit, Workday

DATA = Path(__file__).parent / "data"
FIRST_YEAR = 2015
PACKAGE_YEARS = range(FIRST_YEAR, max(chinese_calendar.holidays).year + 1)
PACKAGE_SOURCE = "国务院办公厅关于{year}年部分节假日安排的通知（据 chinese-calendar 整理）"
DOUBLE_PUBLICITY = "double_publicity.report"


class CalendarMissing(LookupError):
    """The holiday table is empty."""

    code = "calendar_missing"

    def __init__(self) -> None:
        super().__init__("工作日历尚未初始化，请先运行 manage.py seed。")


def load_calendar() -> policy.Calendar:
    """The holiday table as a calendar; read again only when its content has changed. Raises CalendarMissing."""
    return _calendar(bulk.workday_version())


def double_publicity_due_on(decided_on: datetime.date) -> policy.Deadline:
    """By when a licence or penalty of that day must be reported and shown: 7 working days (国发〔2016〕33号, 十七).

    Raises TimeLimitMissing (decided before the rule) and policy.CalendarEnds.
    """
    limit = TimeLimit.objects.in_force(DOUBLE_PUBLICITY, on=decided_on)
    return policy.due_on(decided_on, limit.as_term(), load_calendar())


def due_dates(key: str, starts: Iterable[datetime.date]) -> dict[datetime.date, policy.Deadline]:
    """Deadlines for many days in two queries; those with no rule in force or beyond the calendar are left out."""
    calendar = load_calendar()
    versions = list(TimeLimit.objects.filter(key=key))
    found = {}
    for start in set(starts):
        limit = next((version for version in versions if version.is_in_force(start)), None)
        if limit is not None:
            with contextlib.suppress(policy.CalendarEnds):
                found[start] = policy.due_on(start, limit.as_term(), calendar)
    return found


@transaction.atomic
def seed() -> dict[str, int]:
    """Fill the holiday table and the time limits; returns how many rows of each are new. Safe to repeat.

    A year staff may have edited is left alone, except that a provisional year gives way to an official one.
    A time limit keeps its first row per starting day; only its end may be added later.
    """
    counts = {"workdays": sum(_seed_year(year, rows) for year, rows in _known_years()), "time_limits": _seed_limits()}
    if any(counts.values()):
        record(Action.CALENDAR_SEEDED, detail=counts)
    return counts


@lru_cache(maxsize=8)
def _calendar(version: str) -> policy.Calendar:
    rows = list(Workday.objects.values_list("date", "kind", "status"))
    if not rows:
        raise CalendarMissing
    years = {date.year for date, _, _ in rows}
    last = max(years)
    first = next(year for year in range(last, 0, -1) if year - 1 not in years)
    return policy.Calendar(
        exceptions={date: kind == Workday.Kind.WORKING for date, kind, _ in rows},
        known_from=datetime.date(first, 1, 1),
        known_until=datetime.date(last, 12, 31),
        version=version,
        provisional_years=frozenset(date.year for date, _, status in rows if status == Workday.Status.PROVISIONAL),
    )


def _known_years() -> Iterator[tuple[int, list[Workday]]]:
    for year in PACKAGE_YEARS:
        yield year, list(_rows_of_package(year))
    for path in sorted(DATA.glob("holidays_*.yaml")):
        notice = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield notice["year"], list(_rows_of_notice(notice))


def _rows_of_package(year: int) -> Iterator[Workday]:
    days = {Workday.Kind.HOLIDAY: chinese_calendar.holidays, Workday.Kind.WORKING: chinese_calendar.workdays}
    names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    for kind, names_of_days in days.items():
        for date, name in names_of_days.items():
            if date.year == year:
                yield Workday(date=date, kind=kind, name=names[name], source=PACKAGE_SOURCE.format(year=year))


def _rows_of_notice(notice: dict[str, Any]) -> Iterator[Workday]:
    for kind, section in ((Workday.Kind.HOLIDAY, "holidays"), (Workday.Kind.WORKING, "working")):
        for date, name in notice[section].items():
            yield Workday(date=date, kind=kind, name=name, source=notice["source"], status=notice["status"])


def _seed_year(year: int, rows: list[Workday]) -> int:
    held = Workday.objects.filter(date__year=year)
    official = all(row.status == Workday.Status.OFFICIAL for row in rows)
    if held.exists():
        if not official or held.filter(status=Workday.Status.OFFICIAL).exists():
            return 0
        held.delete()
    return len(Workday.objects.bulk_create(rows))


def _seed_limits() -> int:
    before = TimeLimit.objects.count()
    for values in yaml.safe_load((DATA / "time_limits.yaml").read_text(encoding="utf-8")):
        same = TimeLimit.objects.filter(key=values["key"], in_force_from=values["in_force_from"])
        if same.exists():
            same.filter(in_force_until=None).update(in_force_until=values.get("in_force_until"))
        else:  # where staff have already put another version for those days, theirs stays
            TimeLimit.objects.bulk_create([TimeLimit(**values)], ignore_conflicts=True)
    return TimeLimit.objects.count() - before
