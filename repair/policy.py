"""What the law says of a repair, and how clocks move: plain Python. Its numbers are rows (RepairRule, TimeLimit)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from catalogue.policy import add_months
from deadlines.policy import Calendar, Term, Unit, add_working_days, due_on, last_day, working_days_between

# Which time limit runs for which kind of case, while it waits for what. A review waits for a court: it has
# no clock for the decision.
ACCEPTANCE = {
    "repair": "repair.acceptance",
    "objection": "objection.receipt",
    "correction": "objection.receipt",
    "complaint": "complaint.acceptance",
    "review": "objection.receipt",
}
DECISION = {
    "repair": "repair.decision",
    "objection": "objection.decision",
    "correction": "objection.decision",
    "complaint": "complaint.decision",
}
VERIFICATION = {
    "repair": "repair.verification",
    "objection": "objection.verification",
    "correction": "objection.verification",
    "complaint": "complaint.verification",
    "review": "objection.verification",
}
EXTENSION = {
    "repair": "repair.extension",
    "objection": "objection.extension",
    "correction": "objection.extension",
    "complaint": "complaint.extension",
}
SUPPLEMENT, SYNC, THIRD_PARTIES = "case.supplement", "repair.sync", "repair.third_party_notice"
# These end nothing, so they need not wait for the minimum term.
EARLY_WAYS = ("statement", "extension")


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of RepairRule as the arithmetic needs it. Empty tuples and strings match everything."""

    key: str
    item_codes: tuple[str, ...]
    severity: str
    subject_kinds: tuple[str, ...]
    decided_from: date
    decided_until: date | None
    is_repairable: bool
    minimum_months: int | None
    maximum_months: int | None
    ways: tuple[str, ...]
    conditions: tuple[str, ...]
    proofs: tuple[str, ...]
    articles: str
    whom: str
    why_not: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a record decides whether it can be repaired."""

    item_code: str
    severity: str
    subject_kind: str
    decided_on: date
    displayed_until: date | None
    is_adverse: bool
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a record can be repaired, from when, by which article, with what, by whom; or why not.

    `code` is stable: empty where it is possible, else not_adverse, not_shown, no_rule, not_repairable, way_not_allowed,
    too_early.
    """

    is_possible: bool
    code: str
    earliest_on: date | None
    article: str
    why_not: str
    proofs: tuple[str, ...]
    conditions: tuple[str, ...]
    whom: str
    ways: tuple[str, ...]
    rule_key: str
    is_verified: bool


def rule_from(row: object) -> Rule:
    """The rule of a row that has the columns of RepairRule, stored or published."""
    values: dict[str, Any] = {}
    for column in fields(Rule):
        value = getattr(row, column.name)
        values[column.name] = tuple(value) if isinstance(value, list) else value
    return Rule(**values)


def rule_for(facts: Facts, rules: Iterable[Rule]) -> Rule | None:
    """The rule of the generation in force on the day of the decision; the most particular one that fits."""
    fitting = [rule for rule in rules if _fits(rule, facts)]
    return max(fitting, key=_particularity, default=None)


def _fits(rule: Rule, facts: Facts) -> bool:
    return (
        rule.decided_from <= facts.decided_on
        and (rule.decided_until is None or facts.decided_on <= rule.decided_until)
        and (not rule.item_codes or facts.item_code in rule.item_codes)
        and (not rule.severity or rule.severity == facts.severity)
        and (not rule.subject_kinds or facts.subject_kind in rule.subject_kinds)
    )


def _particularity(rule: Rule) -> tuple[bool, bool, bool, date]:
    return (bool(rule.item_codes), bool(rule.severity), bool(rule.subject_kinds), rule.decided_from)


def can_repair(facts: Facts, rules: Iterable[Rule], today: date, way: str = "") -> Answer:
    """Whether and how a record can be repaired today, by the rules of the day of its decision (从旧).

    Only EARLY_WAYS may be asked for before the minimum term.
    """
    if not facts.is_adverse:
        return _no("not_adverse", "这不是失信信息，不需要修复。")
    if not facts.is_shown:
        return _no("not_shown", "这条信息已经不再公示，不需要修复。")
    rule = rule_for(facts, rules)
    if rule is None:
        return _no("no_rule", "这类信息没有可以适用的修复规则。")
    if not rule.is_repairable:
        return _no("not_repairable", rule.why_not, rule)
    if way and way not in rule.ways:
        return _no("way_not_allowed", f"这类信息不能以这种方式修复，依据：{rule.articles}。", rule)
    earliest = add_months(facts.decided_on, rule.minimum_months) if rule.minimum_months else None
    if earliest and today < earliest and way not in EARLY_WAYS:
        reason = f"最短公示期未满，{earliest} 起可以申请，依据：{rule.articles}。"
        return _no("too_early", reason, rule, earliest)
    return _answer("", rule, earliest)


def _no(code: str, why_not: str, rule: Rule | None = None, earliest: date | None = None) -> Answer:
    if rule is None:
        return Answer(False, code, None, "", why_not, (), (), "", (), "", True)
    return _answer(code, rule, earliest, why_not)


def _answer(code: str, rule: Rule, earliest: date | None, why_not: str = "") -> Answer:
    return Answer(
        is_possible=not code,
        code=code,
        earliest_on=earliest,
        article=rule.articles,
        why_not=why_not,
        proofs=rule.proofs,
        conditions=rule.conditions,
        whom=rule.whom,
        ways=rule.ways if rule.is_repairable else (),
        rule_key=rule.key,
        is_verified=rule.is_verified,
    )


def resumed_due(due: date, unit: Unit, *, stopped_on: date, resumed_on: date, calendar: Calendar) -> date:
    """The due day of a clock that stood still: what was left when it stopped runs again from the day it goes on.

    The day it stopped is used up, the day it goes on is day zero (民法典第二百零一条). Never earlier than before:
    one that was late when it stopped stays late. Raises CalendarEnds.
    """
    if due <= stopped_on or resumed_on <= stopped_on:
        return due
    if unit is Unit.WORKING_DAY:
        left = working_days_between(stopped_on, due, calendar)
        return max(due, add_working_days(resumed_on, left, calendar))
    later = due + (resumed_on - stopped_on)
    while not calendar.is_working(later):
        later = last_day(later, Term(1, Unit.CALENDAR_DAY))
    return later


def extended_due(due: date, term: Term, calendar: Calendar) -> date:
    """The due day after the one extension: the term counted on from the day it was due. Raises CalendarEnds."""
    return due_on(due, term, calendar).due_on
