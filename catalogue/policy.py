"""How long a record may be shown: the law's arithmetic, without a database. The numbers come from DisplayRule rows."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TermRule:
    """A display rule as the arithmetic needs it. Months count from the date of the decision."""

    key: str
    severity: str
    method: str
    minimum_months: int | None
    maximum_months: int | None
    in_force_from: date
    in_force_until: date | None
    retroactive_from: date | None = None


@dataclass(frozen=True, slots=True)
class DisplayTerm:
    """First and last day of display, both included; `until` None means never shown."""

    rule_key: str
    until: date | None


def add_months(start: date, months: int) -> date:
    """The corresponding day `months` later, or the month's last day (民法典第二百零二条).

    Day zero is not counted (第二百零一条).
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def rule_for(rules: Iterable[TermRule], *, severity: str, decided_on: date) -> TermRule | None:
    """The rule in force on the day of the decision, the one for this severity before the general one."""
    found = None
    for rule in rules:
        if rule.in_force_from <= decided_on and (rule.in_force_until is None or decided_on <= rule.in_force_until):
            if rule.severity == severity:
                return rule
            if rule.severity == "":
                found = rule
    return found


def display_term(
    rule: TermRule, *, decided_on: date, valid_until: date | None, stated_until: date | None
) -> DisplayTerm:
    """The last day of display.

    An end stated by the authority is kept when the law allows it: never before the minimum, never after the maximum
    (信用修复管理办法: at the maximum, publication stops by itself).
    """
    if rule.method == "valid_until":
        return DisplayTerm(rule.key, valid_until)
    if rule.method == "if_stated" and stated_until is None:
        return DisplayTerm(rule.key, None)
    assert rule.maximum_months is not None
    latest = add_months(decided_on, rule.maximum_months)
    if stated_until is None:
        return DisplayTerm(rule.key, latest)
    earliest = add_months(decided_on, rule.minimum_months or 0)
    return DisplayTerm(rule.key, min(max(stated_until, earliest), latest))


def milder_term(
    term: DisplayTerm,
    rules: Sequence[TermRule],
    *,
    severity: str,
    decided_on: date,
    valid_until: date | None,
    stated_until: date | None,
    on: date,
) -> DisplayTerm:
    """The term after rules that reach back: a later rule, made retroactive with its edition, only ever shortens.

    从旧兼从轻: the term of the day of the decision stands unless the later rule is better for the subject.
    """
    later = [r for r in rules if r.retroactive_from and r.retroactive_from <= on and r.in_force_from > decided_on]
    for day in sorted({rule.in_force_from for rule in later}):
        rule = rule_for(later, severity=severity, decided_on=day)
        if rule is None or rule.in_force_from != day:
            continue
        other = display_term(rule, decided_on=decided_on, valid_until=valid_until, stated_until=stated_until)
        if term.until is not None and (other.until is None or other.until < term.until):
            term = other
    return term


def severity_of(kinds: Iterable[str], table: dict[str, list[str]]) -> str:
    """The gravest class among the kinds in one decision (several kinds in one decision: the longest period)."""
    named = {kind.split("-")[0] for kind in kinds}
    for severity in ("serious", "general", "minor"):
        if named & set(table.get(severity, ())):
            return severity
    return ""
