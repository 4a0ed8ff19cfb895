"""How a term of the law becomes a date. Pure: no database, no clock, no Django.

The statute, Civil Code of the People's Republic of China (《中华人民共和国民法典》), in force since 2021-01-01:

- Art. 200 民法所称的期间按照公历年、月、日、小时计算。
- Art. 201 按照年、月、日计算期间的，开始的当日不计入，自下一日开始计算。
- Art. 202 按照年、月计算期间的，到期月的对应日为期间的最后一日；没有对应日的，月末日为期间的最后一日。
- Art. 203 期间的最后一日是法定休假日的，以法定休假日结束的次日为期间的最后一日。

The Administrative Penalty Law (《行政处罚法》, 2021) art. 85: its terms of 2, 3, 5 and 7 days are working days.
Day zero, here and everywhere: the day of the event is never counted, not even when it is a working day.
"""

import calendar as gregorian
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

ONE_DAY = datetime.timedelta(days=1)
SATURDAY = 5


class Unit(StrEnum):
    """What a term is counted in."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"
    YEAR = "year"


UNIT_TEXT = {
    Unit.WORKING_DAY: "个工作日",
    Unit.CALENDAR_DAY: "日",
    Unit.MONTH: "个月",
    Unit.YEAR: "年",
}


class CalendarEnds(LookupError):
    """The holiday table does not reach that day, so whether it is a working day is not known."""

    code = "calendar_ends"

    def __init__(self, day: datetime.date, calendar: "Calendar") -> None:
        super().__init__(
            f"工作日历只覆盖 {calendar.known_from} 至 {calendar.known_until}，无法判断 {day} 是否为工作日，"
            "请先在“工作日例外”中补充该年度的放假安排。"
        )


@dataclass(frozen=True, slots=True)
class Term:
    """An amount of time as the law states it, such as seven working days."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {UNIT_TEXT[self.unit]}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked: Monday to Friday, except as listed (True: worked, False: holiday)."""

    exceptions: Mapping[datetime.date, bool]
    known_from: datetime.date
    known_until: datetime.date
    version: str
    provisional_years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "exceptions", MappingProxyType(dict(self.exceptions)))

    def is_working(self, day: datetime.date) -> bool:
        """Whether that day is worked; raises CalendarEnds outside the years the table knows."""
        if not self.known_from <= day <= self.known_until:
            raise CalendarEnds(day, self)
        return self.exceptions.get(day, day.weekday() < SATURDAY)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due date with everything needed to explain it years later, when table and law have moved on."""

    start: datetime.date
    term: Term
    due_on: datetime.date
    skipped: tuple[datetime.date, ...]
    calendar_version: str
    provisional: bool
    explanation: str = field(compare=False)


def last_day(start: datetime.date, term: Term) -> datetime.date:
    """The last day of a term in days, months or years, without moving it off a rest day (arts. 201, 202).

    This ends a period that merely runs, such as a display period; for a day by which someone must act see due_on.
    """
    if term.unit is Unit.WORKING_DAY:
        raise ValueError("a term in working days needs a calendar: use due_on")
    if term.unit is Unit.CALENDAR_DAY:
        return start + term.amount * ONE_DAY
    months = term.amount * (12 if term.unit is Unit.YEAR else 1)
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    return datetime.date(year, month0 + 1, min(start.day, gregorian.monthrange(year, month0 + 1)[1]))


def add_working_days(start: datetime.date, n: int, calendar: Calendar) -> datetime.date:
    """The n-th working day after start; start itself is day zero (art. 201). Raises CalendarEnds."""
    return _count_working_days(start, n, calendar)[0]


def due_on(start: datetime.date, term: Term, calendar: Calendar) -> Deadline:
    """The day by which someone must act, with its explanation (arts. 201 to 203). Raises CalendarEnds."""
    if term.unit is Unit.WORKING_DAY:
        asked_from = start + ONE_DAY
        due, skipped = _count_working_days(start, term.amount, calendar)
    else:
        asked_from = last_day(start, term)
        due, skipped = _move_off_rest_days(asked_from, calendar)
    provisional = any(year in calendar.provisional_years for year in range(asked_from.year, due.year + 1))
    return Deadline(
        start=start,
        term=term,
        due_on=due,
        skipped=skipped,
        calendar_version=calendar.version,
        provisional=provisional,
        explanation=_explain(start, term, due, skipped, provisional=provisional),
    )


def working_days_between(today: datetime.date, due: datetime.date, calendar: Calendar) -> int:
    """Working days left: those after today up to and including the due day; negative once it has passed."""
    if today > due:
        return -working_days_between(due, today, calendar)
    return sum(calendar.is_working(day) for day in _days_after(today, until=due))


def remaining_text(today: datetime.date, due: datetime.date, calendar: Calendar) -> str:
    """What a queue shows next to a case: how long there is, or by how much it is late."""
    if today == due:
        return "今天到期"
    days = working_days_between(today, due, calendar)
    if today < due:
        return f"还剩 {days} 个工作日" if days else "下一个工作日前到期"
    return f"已超期 {-days} 个工作日" if days else "已超期，尚未满 1 个工作日"


def _days_after(start: datetime.date, *, until: datetime.date) -> Iterator[datetime.date]:
    return (start + n * ONE_DAY for n in range(1, (until - start).days + 1))


def _count_working_days(
    start: datetime.date, n: int, calendar: Calendar
) -> tuple[datetime.date, tuple[datetime.date, ...]]:
    day, skipped = start, []
    while n > 0:
        day += ONE_DAY
        if calendar.is_working(day):
            n -= 1
        else:
            skipped.append(day)
    return day, tuple(skipped)


def _move_off_rest_days(day: datetime.date, calendar: Calendar) -> tuple[datetime.date, tuple[datetime.date, ...]]:
    skipped = []
    while not calendar.is_working(day):
        skipped.append(day)
        day += ONE_DAY
    return day, tuple(skipped)


def _explain(
    start: datetime.date, term: Term, due: datetime.date, skipped: tuple[datetime.date, ...], *, provisional: bool
) -> str:
    text = f"自 {start} 起算 {term}，当日不计入（民法典第二百零一条），{due} 到期"
    if skipped and term.unit is Unit.WORKING_DAY:
        text += f"；其间休息日、节假日 {len(skipped)} 天不计"
    elif skipped:
        text += f"；期满日 {skipped[0]} 为休息日，顺延至其后第一个工作日（民法典第二百零三条）"
    if provisional:
        text += "；涉及年度的放假安排尚未由国务院办公厅通知确定，日期为暂定"
    return text + "。"
