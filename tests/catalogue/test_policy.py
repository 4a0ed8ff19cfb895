"""How long a record is shown, by the tables of the law; no database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.policy import TermRule, add_months, display_term, rule_for, severity_of

ORDER_58 = TermRule("58", "general", "months", 3, 36, date(2023, 5, 1), date(2026, 3, 31))
ORDER_36 = TermRule("36", "general", "months", 3, 12, date(2026, 4, 1), None)
MINOR = TermRule("minor", "minor", "if_stated", None, 3, date(2026, 4, 1), None)
SERIOUS = TermRule("serious", "serious", "months", 12, 36, date(2026, 4, 1), None)
ANY = TermRule("any", "", "valid_until", None, None, date(2000, 1, 1), None)
RULES = [ORDER_58, ORDER_36, MINOR, SERIOUS]
TABLE = {"serious": ["吊销许可证件", "其他-重"], "general": ["罚款", "其他"], "minor": ["警告"]}


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 3, 1), 12, date(2027, 3, 1)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_months_last(start, months, end):
    assert add_months(start, months) == end


@pytest.mark.parametrize(
    ("decided_on", "key"), [(date(2026, 3, 31), "58"), (date(2026, 4, 1), "36"), (date(2030, 1, 1), "36")]
)
def test_the_rule_in_force_on_the_day_of_the_decision_applies(decided_on, key):
    assert rule_for(RULES, severity="general", decided_on=decided_on).key == key


def test_a_decision_before_every_rule_has_none():
    assert rule_for(RULES, severity="general", decided_on=date(2001, 1, 1)) is None


def test_the_rule_for_a_severity_goes_before_the_general_one():
    assert rule_for([ANY, SERIOUS], severity="serious", decided_on=date(2026, 5, 1)).key == "serious"
    assert rule_for([ANY, SERIOUS], severity="minor", decided_on=date(2026, 5, 1)).key == "any"


def test_display_ends_at_the_maximum_when_the_authority_says_nothing():
    term = display_term(ORDER_36, decided_on=date(2026, 6, 15), valid_until=None, stated_until=None)
    assert (term.rule_key, term.until) == ("36", date(2027, 6, 15))


@pytest.mark.parametrize(
    ("stated", "until"),
    [
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 7, 1), date(2026, 9, 15)),  # before the minimum of three months
        (date(2099, 12, 31), date(2027, 6, 15)),  # after the maximum
    ],
)
def test_a_stated_end_is_kept_between_minimum_and_maximum(stated, until):
    assert display_term(ORDER_36, decided_on=date(2026, 6, 15), valid_until=None, stated_until=stated).until == until


def test_minor_cases_are_shown_only_when_the_authority_says_so_and_three_months_at_most():
    decided = date(2026, 6, 15)
    assert display_term(MINOR, decided_on=decided, valid_until=None, stated_until=None).until is None
    late = display_term(MINOR, decided_on=decided, valid_until=None, stated_until=date(2028, 1, 1))
    assert late.until == date(2026, 9, 15)


def test_a_permit_is_shown_while_it_is_valid():
    term = display_term(ANY, decided_on=date(2020, 1, 1), valid_until=date(2099, 12, 31), stated_until=None)
    assert term.until == date(2099, 12, 31)


@pytest.mark.parametrize(
    ("kinds", "severity"),
    [
        (["警告"], "minor"),
        (["警告", "罚款"], "general"),
        (["罚款", "吊销许可证件"], "serious"),
        (["其他-通报"], "general"),
        (["不存在"], ""),
    ],
)
def test_the_gravest_kind_in_a_decision_decides(kinds, severity):
    assert severity_of(kinds, TABLE) == severity


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 60), st.integers(0, 60))
def test_a_longer_term_never_ends_earlier(start, shorter, more):
    assert add_months(start, shorter) <= add_months(start, shorter + more)


@given(
    st.dates(date(2026, 4, 1), date(2040, 1, 1)),
    st.none() | st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.sampled_from([ORDER_36, SERIOUS]),
)
def test_no_stated_end_ever_exceeds_the_law(decided_on, stated, rule):
    term = display_term(rule, decided_on=decided_on, valid_until=None, stated_until=stated)
    assert add_months(decided_on, rule.minimum_months) <= term.until <= add_months(decided_on, rule.maximum_months)
