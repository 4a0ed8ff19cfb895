"""The arithmetic of an evaluation: shares by weight, defaults that take away, and what cannot be counted left out."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.policy import DEFAULTS, Tally, fault_of, points, rounded, score

TIMELY = {"kind": "timely", "weight": 60}
COMPLIANT = {"kind": "compliant", "weight": 40}
GOVERNMENT = {"kind": DEFAULTS, "weight": 40, "each": 15}


@pytest.mark.parametrize(
    ("indicators", "code"),
    [
        ([TIMELY, COMPLIANT], ""),
        ([TIMELY, GOVERNMENT], ""),
        ([], "indicator_missing"),
        ([TIMELY, {"kind": "beauty", "weight": 40}], "indicator_unknown"),
        ([TIMELY, TIMELY], "indicator_twice"),
        ([TIMELY, COMPLIANT | {"weight": 0}], "weight_invalid"),
        ([TIMELY, COMPLIANT | {"weight": True}], "weight_invalid"),
        ([TIMELY, {"kind": DEFAULTS, "weight": 40}], "weight_invalid"),
        ([TIMELY, COMPLIANT | {"weight": 41}], "weights_not_hundred"),
    ],
)
def test_indicators_make_sense_or_the_code_says_why_not(indicators, code):
    assert fault_of(indicators) == code


def test_a_share_earns_its_part_of_the_weight():
    assert points(TIMELY, Tally(9, 10)) == Decimal("54.0")
    assert points(TIMELY, Tally(0, 10)) == Decimal("0.0")
    assert points(TIMELY, Tally(0, 0)) is None


@pytest.mark.parametrize(("records", "left"), [(0, 40), (1, 25), (2, 10), (3, 0), (9, 0)])
def test_each_default_takes_points_away_until_none_are_left(records, left):
    assert points(GOVERNMENT, Tally(records)) == left


def test_what_cannot_be_counted_is_left_out_and_the_others_carry_its_weight():
    assert score([("timely", 60, Decimal("54.0")), ("compliant", 40, None)]) == Decimal("90.0")
    assert score([("timely", 60, Decimal("54.0")), ("compliant", 40, Decimal("40.0"))]) == Decimal("94.0")


def test_to_have_no_defaults_is_no_merit_by_itself():
    assert score([("timely", 60, None), (DEFAULTS, 40, Decimal("40"))]) is None


def test_halves_are_rounded_up():
    assert rounded(Fraction(1, 20)) == Decimal("0.1")


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=2, max_size=2))
def test_a_score_is_of_a_hundred_whatever_was_counted(counted):
    lines = []
    for indicator, (good, bad) in zip((TIMELY, COMPLIANT), counted, strict=True):
        lines.append((indicator["kind"], indicator["weight"], points(indicator, Tally(good, good + bad))))
    total = score(lines)
    assert total is None or 0 <= total <= 100
