"""How terms become dates: worked out by hand from the State Council's notices, and what must hold for any calendar."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines import policy
from deadlines.policy import Calendar, CalendarEnds, Term, Unit


def day(text):
    return datetime.date.fromisoformat(text)


def days(first, last):
    start, end = day(first), day(last)
    return [start + datetime.timedelta(n) for n in range((end - start).days + 1)]


# The State Council's notices for 2025 and 2026, and what the law itself fixes for early 2027.
HOLIDAYS = [
    *days("2025-01-01", "2025-01-01"), *days("2025-01-28", "2025-02-04"), *days("2025-04-04", "2025-04-06"),
    *days("2025-05-01", "2025-05-05"), *days("2025-05-31", "2025-06-02"), *days("2025-10-01", "2025-10-08"),
    *days("2026-01-01", "2026-01-03"), *days("2026-02-15", "2026-02-23"), *days("2026-04-04", "2026-04-06"),
    *days("2026-05-01", "2026-05-05"), *days("2026-06-19", "2026-06-21"), *days("2026-09-25", "2026-09-27"),
    *days("2026-10-01", "2026-10-07"), *days("2027-01-01", "2027-01-01"), *days("2027-02-05", "2027-02-08"),
]  # fmt: skip
WORKED = [
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
]  # fmt: skip
CALENDAR = Calendar(
    exceptions={**dict.fromkeys(HOLIDAYS, False), **dict.fromkeys(map(day, WORKED), True)},
    known_from=day("2025-01-01"),
    known_until=day("2027-12-31"),
    version="by-hand",
    provisional_years=frozenset({2027}),
)
SEVEN = Term(7, Unit.WORKING_DAY)


@pytest.mark.parametrize(
    ("start", "due", "why"),
    [
        ("2026-03-02", "2026-03-11", "a plain Monday: 3 4 5 6 9 10 11"),
        ("2026-03-07", "2026-03-17", "the event falls on a Saturday: 9 10 11 12 13 16 17"),
        ("2025-01-24", "2025-02-10", "Spring Festival 2025: Sunday 26 and Saturday 8 are worked"),
        ("2025-01-22", "2025-02-07", "before Spring Festival 2025: 23 24 26 27, 5 6 7"),
        ("2025-09-26", "2025-10-13", "National Day 2025: Sunday 28 and Saturday 11 are worked"),
        ("2025-12-26", "2026-01-07", "across the year: 29 30 31, Sunday 4 worked, 5 6 7"),
        ("2026-02-12", "2026-02-28", "Spring Festival 2026 ends on a worked Saturday: 13 14 24 25 26 27 28"),
        ("2026-09-29", "2026-10-14", "National Day 2026: 30, 8 9 10 12 13 14"),
        ("2026-09-18", "2026-09-29", "Sunday 20 is worked, Mid-Autumn is not: 20 21 22 23 24 28 29"),
        ("2026-12-28", "2027-01-07", "into 2027: 29 30 31, 4 5 6 7"),
        ("2027-02-03", "2027-02-16", "Spring Festival 2027, statutory days only: 4 9 10 11 12 15 16"),
    ],
)
def test_seven_working_days_as_counted_by_hand(start, due, why):
    assert policy.due_on(day(start), SEVEN, CALENDAR).due_on == day(due), why


@pytest.mark.parametrize(
    ("start", "term", "due", "why"),
    [
        ("2026-03-02", Term(10, Unit.CALENDAR_DAY), "2026-03-12", "day zero is not counted (art. 201)"),
        (
            "2026-09-24",
            Term(10, Unit.CALENDAR_DAY),
            "2026-10-08",
            "4 October is a holiday: the first day after (art. 203)",
        ),
        ("2026-01-31", Term(3, Unit.MONTH), "2026-04-30", "April has no 31st (art. 202)"),
        ("2026-01-31", Term(1, Unit.MONTH), "2026-02-28", "a worked Saturday is no rest day"),
        ("2025-12-31", Term(1, Unit.MONTH), "2026-02-02", "31 January is a Saturday"),
        ("2025-08-15", Term(6, Unit.MONTH), "2026-02-24", "15 February lies in Spring Festival"),
        ("2024-02-29", Term(1, Unit.YEAR), "2025-02-28", "no 29 February in 2025 (art. 202)"),
        ("2024-10-01", Term(1, Unit.YEAR), "2025-10-09", "the whole National Day holiday is skipped"),
    ],
)
def test_calendar_terms_as_counted_by_hand(start, term, due, why):
    assert policy.due_on(day(start), term, CALENDAR).due_on == day(due), why


def test_a_running_period_ends_on_its_day_even_when_that_is_a_holiday():
    assert policy.last_day(day("2023-10-01"), Term(3, Unit.YEAR)) == day("2026-10-01")


def test_a_running_period_cannot_be_counted_in_working_days():
    with pytest.raises(ValueError, match="working days"):
        policy.last_day(day("2026-03-02"), SEVEN)


def test_deadline_explains_itself():
    deadline = policy.due_on(day("2026-09-29"), SEVEN, CALENDAR)
    assert deadline.skipped == (*days("2026-10-01", "2026-10-07"), day("2026-10-11"))
    assert (deadline.calendar_version, deadline.provisional) == ("by-hand", False)
    assert deadline.explanation == (
        "自 2026-09-29 起算 7 个工作日，当日不计入（民法典第二百零一条），2026-10-14 到期；"
        "其间休息日、节假日 8 天不计。"
    )


def test_deadline_moved_off_a_rest_day_says_so():
    deadline = policy.due_on(day("2026-09-24"), Term(10, Unit.CALENDAR_DAY), CALENDAR)
    assert "期满日 2026-10-04 为休息日，顺延至其后第一个工作日（民法典第二百零三条）" in deadline.explanation


@pytest.mark.parametrize(
    ("start", "term", "provisional"),
    [
        ("2026-12-21", SEVEN, False),
        ("2026-12-28", SEVEN, True),
        ("2026-12-31", Term(1, Unit.WORKING_DAY), True),
        ("2026-12-01", Term(1, Unit.MONTH), True),  # 1 January 2027
        ("2026-11-30", Term(1, Unit.MONTH), False),
    ],
)
def test_deadline_is_provisional_exactly_when_it_needs_a_provisional_year(start, term, provisional):
    deadline = policy.due_on(day(start), term, CALENDAR)
    assert deadline.provisional is provisional
    assert ("暂定" in deadline.explanation) is provisional


@pytest.mark.parametrize("start", ["2027-12-27", "2024-12-30"])
def test_beyond_the_known_years_no_date_is_invented(start):
    with pytest.raises(CalendarEnds) as caught:
        policy.due_on(day(start), SEVEN, CALENDAR)
    assert caught.value.code == "calendar_ends"
    assert "2025-01-01 至 2027-12-31" in str(caught.value)


def test_calendar_does_not_follow_later_changes_of_its_source():
    source = {day("2026-03-03"): False}
    calendar = Calendar(source, day("2026-01-01"), day("2026-12-31"), version="v")
    source.clear()
    assert not calendar.is_working(day("2026-03-03"))


@pytest.mark.parametrize(
    ("today", "due", "left", "text"),
    [
        ("2026-10-09", "2026-10-14", 4, "还剩 4 个工作日"),  # Saturday the 10th is worked
        ("2026-10-14", "2026-10-14", 0, "今天到期"),
        ("2026-10-15", "2026-10-14", -1, "已超期 1 个工作日"),
        ("2026-10-08", "2026-09-30", -1, "已超期 1 个工作日"),
        ("2026-10-03", "2026-09-30", 0, "已超期，尚未满 1 个工作日"),
        ("2026-10-01", "2026-10-07", 0, "下一个工作日前到期"),
    ],
)
def test_remaining_time_is_told_in_working_days(today, due, left, text):
    assert policy.working_days_between(day(today), day(due), CALENDAR) == left
    assert policy.remaining_text(day(today), day(due), CALENDAR) == text


DATES = st.dates(day("2025-01-01"), day("2027-06-30"))
TERMS = st.builds(Term, st.integers(1, 40), st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]))


@given(start=DATES, term=TERMS, holiday=DATES)
def test_adding_a_holiday_never_shortens(start, term, holiday):
    longer = Calendar(
        {**CALENDAR.exceptions, holiday: False}, CALENDAR.known_from, CALENDAR.known_until, version="more"
    )
    assert policy.due_on(start, term, longer).due_on >= policy.due_on(start, term, CALENDAR).due_on


@given(start=DATES, n=st.integers(1, 40))
def test_counting_forth_and_back_agrees(start, n):
    due = policy.add_working_days(start, n, CALENDAR)
    assert CALENDAR.is_working(due)
    assert policy.working_days_between(start, due, CALENDAR) == n
    assert policy.working_days_between(due, start, CALENDAR) == -n


@given(start=DATES, term=TERMS)
def test_every_day_of_a_working_day_term_is_either_counted_or_named_as_skipped(start, term):
    deadline = policy.due_on(start, term, CALENDAR)
    counted = term.amount if term.unit is Unit.WORKING_DAY else (policy.last_day(start, term) - start).days
    assert (deadline.due_on - start).days == counted + len(deadline.skipped)
    assert not any(CALENDAR.is_working(skipped) for skipped in deadline.skipped)
