"""Which rule governs a record, and what it answers; how clocks move. Tables, no database."""

import datetime
from datetime import date

import pytest

from deadlines.policy import Calendar, CalendarEnds, Unit
from repair import policy
from repair.policy import Facts, Rule
from repair.services.seeding import rule_rows

FIELDS = ("item_codes", "subject_kinds", "ways", "conditions", "proofs")


def seeded() -> list[Rule]:
    """The rules as they are seeded."""
    return [
        Rule(
            key=row["key"],
            severity=row.get("severity", ""),
            decided_from=row["decided_from"],
            decided_until=row.get("decided_until"),
            is_repairable=row.get("is_repairable", True),
            minimum_months=row.get("minimum_months"),
            maximum_months=row.get("maximum_months"),
            articles=row["articles"],
            whom=row["whom"],
            why_not=row.get("why_not", ""),
            is_verified=row["evidence"] == "verified",
            **{name: tuple(row.get(name, ())) for name in FIELDS},
        )
        for row in rule_rows()
    ]


RULES = seeded()


def facts(item: str = "XZCF", severity: str = "general", decided_on: date = date(2026, 5, 6), **changes) -> Facts:
    values = {"subject_kind": "organisation", "displayed_until": None, "is_adverse": True, "is_shown": True}
    return Facts(item, severity, decided_on=decided_on, **values | changes)


@pytest.mark.parametrize(
    ("item", "severity", "decided_on", "key", "earliest_on"),
    [
        ("XZCF", "general", date(2023, 4, 30), "XZCF.before-2023-05.general", date(2023, 7, 30)),
        ("XZCF", "serious", date(2023, 4, 30), "XZCF.before-2023-05.serious", date(2023, 10, 30)),
        ("XZCF", "general", date(2023, 5, 1), "XZCF.order-58", date(2023, 8, 1)),
        ("XZCF", "serious", date(2026, 3, 31), "XZCF.order-58", date(2026, 6, 30)),
        ("XZCF", "minor", date(2026, 3, 31), "XZCF.order-58.minor", None),
        ("XZCF", "minor", date(2026, 4, 1), "XZCF.order-36.minor", None),
        ("XZCF", "general", date(2026, 4, 1), "XZCF.order-36.general", date(2026, 7, 1)),
        ("XZCF", "general", date(2026, 11, 30), "XZCF.order-36.general", date(2027, 2, 28)),
        ("XZCF", "serious", date(2026, 4, 1), "XZCF.order-36.serious", date(2027, 4, 1)),
        ("YZSX", "", date(2026, 3, 31), "YZSX.until-2026-03", date(2027, 3, 31)),
        ("YZSX", "", date(2026, 4, 1), "YZSX.order-36", date(2027, 4, 1)),
        ("JYYC", "", date(2020, 1, 1), "JYYC.any", None),
        ("CNWY", "", date(2026, 4, 1), "any", None),
    ],
)
def test_a_decision_keeps_the_rule_of_its_day(item, severity, decided_on, key, earliest_on):
    answer = policy.can_repair(facts(item, severity, decided_on), RULES, date(2030, 1, 1))
    assert (answer.rule_key, answer.earliest_on, answer.is_possible) == (key, earliest_on, True)


@pytest.mark.parametrize(
    ("today", "way", "code"),
    [
        (date(2026, 8, 5), "end_publication", "too_early"),
        (date(2026, 8, 6), "end_publication", ""),
        (date(2026, 5, 7), "statement", ""),
        (date(2026, 5, 7), "extension", ""),
        (date(2026, 8, 6), "donation", "way_not_allowed"),
        (date(2026, 8, 6), "leave_list", "way_not_allowed"),
    ],
)
def test_a_repair_waits_for_the_minimum_and_takes_a_way_the_law_allows(today, way, code):
    answer = policy.can_repair(facts(), RULES, today, way)
    assert (answer.code, answer.is_possible) == (code, not code)
    assert "第36号" in answer.article


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_adverse": False}, "not_adverse"),
        ({"is_shown": False}, "not_shown"),
        ({"item": "SXBZ", "severity": ""}, "not_repairable"),
        ({"decided_on": date(1999, 12, 31)}, "no_rule"),
    ],
)
def test_what_cannot_be_repaired_says_why(changes, code):
    answer = policy.can_repair(facts(**changes), RULES, date(2030, 1, 1))
    assert (answer.code, answer.is_possible, bool(answer.why_not)) == (code, False, True)


def test_volunteering_and_giving_are_for_persons_alone():
    person = facts("HJGR", "", subject_kind="person")
    assert policy.can_repair(person, RULES, date(2026, 8, 6), "volunteer").is_possible
    firm = facts("CNWY", "")
    assert policy.can_repair(firm, RULES, date(2026, 8, 6), "volunteer").code == "way_not_allowed"


# Public holidays of October 2026 as this calendar has them: 1 to 7, with Saturday the 10th worked in exchange.
OCTOBER = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
CALENDAR = Calendar(OCTOBER, date(2026, 1, 1), date(2026, 12, 31), "test")


@pytest.mark.parametrize(
    ("due", "stopped_on", "resumed_on", "then"),
    [
        # Stopped and resumed on the day it was started: nothing is lost, nothing is won.
        (date(2026, 9, 25), date(2026, 9, 21), date(2026, 9, 21), date(2026, 9, 25)),
        # Four days were left on Monday the 21st; they run again from Thursday the 24th.
        (date(2026, 9, 25), date(2026, 9, 21), date(2026, 9, 24), date(2026, 9, 30)),
        # Over the holiday: three days were left, and they run from the 9th, the make-up Saturday among them.
        (date(2026, 9, 30), date(2026, 9, 25), date(2026, 10, 9), date(2026, 10, 13)),
        # Resumed in the holiday: its days do not count.
        (date(2026, 9, 30), date(2026, 9, 29), date(2026, 10, 4), date(2026, 10, 8)),
        # Stopped on the very day it was due: there is nothing left to run.
        (date(2026, 9, 25), date(2026, 9, 25), date(2026, 10, 9), date(2026, 9, 25)),
        # Late already when it stopped: it stays late.
        (date(2026, 9, 25), date(2026, 9, 28), date(2026, 10, 9), date(2026, 9, 25)),
    ],
)
def test_what_was_left_runs_again(due, stopped_on, resumed_on, then):
    found = policy.resumed_due(due, Unit.WORKING_DAY, stopped_on=stopped_on, resumed_on=resumed_on, calendar=CALENDAR)
    assert found == then


def test_plain_days_move_off_the_holiday():
    found = policy.resumed_due(
        date(2026, 9, 28), Unit.CALENDAR_DAY, stopped_on=date(2026, 9, 21), resumed_on=date(2026, 9, 25),
        calendar=CALENDAR,
    )  # fmt: skip
    assert found == date(2026, 10, 8)


@pytest.mark.parametrize("step", range(40))
def test_a_clock_never_runs_backwards(step):
    due, stopped_on = date(2026, 9, 25), date(2026, 9, 1) + datetime.timedelta(days=step)
    for days in range(30):
        resumed_on = stopped_on + datetime.timedelta(days=days)
        for unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY):
            found = policy.resumed_due(due, unit, stopped_on=stopped_on, resumed_on=resumed_on, calendar=CALENDAR)
            assert found >= due


def test_a_calendar_that_ends_is_said():
    with pytest.raises(CalendarEnds):
        policy.resumed_due(
            date(2026, 12, 30), Unit.WORKING_DAY, stopped_on=date(2026, 12, 1), resumed_on=date(2026, 12, 29),
            calendar=CALENDAR,
        )  # fmt: skip
