"""The counting, as raw PostgreSQL: one statement a question, whatever the number of records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from records.quality import policy

SQL = Path(__file__).parent / "sql"
FIGURES, DUTIES, LATE = ((SQL / f"{name}.sql").read_text(encoding="utf-8") for name in ("figures", "duties", "late"))
COUNTED_HERE = policy.COUNTED[:10]

# Which decision dates came in during a span, item by item: as many rows as there are days, not records.
DAYS = """
SELECT item_code, decided_on FROM records_record
WHERE created_at >= %(since)s AND created_at < %(until)s AND item_code = ANY(%(items)s)
GROUP BY item_code, decided_on
"""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time, from `since` until before `until`."""

    since: datetime
    until: datetime


# (item code, decision date) → the day by which the decision had to be reported
Dues = dict[tuple[str, date], date]


@dataclass(frozen=True, slots=True)
class DutyState:
    """A duty in one of its periods."""

    public_id: UUID
    department_id: int
    item_code: str
    cycle: str
    is_decided: bool
    came_in: bool
    stated_at: datetime | None

    @property
    def is_met(self) -> bool:
        return self.is_decided or self.came_in or self.stated_at is not None

    @property
    def is_contradicted(self) -> bool:
        return self.stated_at is not None and self.is_decided


def decision_dates(span: Span, items: Iterable[str]) -> list[tuple[str, date]]:
    with connection.cursor() as cursor:
        cursor.execute(DAYS, {"since": span.since, "until": span.until, "items": list(items)})
        return cursor.fetchall()


def count(span: Span, dues: Dues) -> dict[tuple[int, str], policy.Counts]:
    """What came in, by department and item; duties aside."""
    codes = {"wrong": list(policy.WRONG_CODES), "twice": list(policy.DUPLICATES)}
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, {"since": span.since, "until": span.until, **codes, **_columns(dues)})
        return {
            (department, item): policy.Counts(**dict(zip(COUNTED_HERE, map(int, counts), strict=True)))
            for department, item, *counts in cursor.fetchall()
        }


def duties(month: date, spans: dict[str, Span], departments: Sequence[int] | None = None) -> list[DutyState]:
    """The duties of the cycles in `spans`, all ending with `month`, each with what came of it."""
    if not spans:
        return []
    earliest = min(spans.values(), key=lambda span: span.since)
    parameters = {
        "month": month,
        "last": policy.last_day(month),
        "earliest": min(policy.period_start(cycle, month) for cycle in spans),
        "since": earliest.since,
        "until": earliest.until,
        "cycles": list(spans),
        "departments": None if departments is None else list(departments),
    }
    with connection.cursor() as cursor:
        cursor.execute(DUTIES, parameters)
        return [DutyState(*row) for row in cursor.fetchall()]


class LateRows(Sequence):
    """Records that came in late, newest first, as (record id, due date): counted and sliced by the database."""

    def __init__(self, span: Span, dues: Dues, *, departments: Sequence[int] | None, item: str) -> None:
        self._parameters: dict[str, Any] = {
            "since": span.since,
            "until": span.until,
            "departments": None if departments is None else list(departments),
            "item": item,
            **_columns(dues),
        }

    def __len__(self) -> int:
        return self._ask(f"SELECT count(*) FROM ({LATE}) AS late")[0][0]

    def __getitem__(self, asked):
        rows = self._ask(
            f"{LATE} ORDER BY r.id DESC LIMIT %(limit)s OFFSET %(offset)s",
            limit=asked.stop - (asked.start or 0),
            offset=asked.start or 0,
        )
        return rows

    def _ask(self, query: str, **more: int) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(query, self._parameters | more)
            return cursor.fetchall()


def _columns(dues: Dues) -> dict[str, list]:
    return {
        "items": [item for item, _ in dues],
        "days": [day for _, day in dues],
        "dues": list(dues.values()),
    }
