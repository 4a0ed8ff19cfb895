"""What lists and measures mean for a matter, without a database; and numbers of receipts."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.identity import USCC_ALPHABET
from sanctions import policy, receipts
from sanctions.models import Tone, Verdict
from sanctions.policy import Hit, Measure, judge

ANY = ("person", "organisation")


def hit(tone="black", code="B", **changes) -> Hit:
    return Hit(
        **{"listing": 1, "list_code": code, "tone": tone, "as_responsible": False, "is_suspended": False} | changes
    )


def measure(key=1, code="B", **changes) -> Measure:
    values = {"is_incentive": False, "force": "mandatory", "national": "market_access", "subject_kinds": ANY}
    return Measure(**{"key": key, "list_codes": (code,), "on_responsible": False, **values} | changes)


INCENTIVE = measure(9, "R", is_incentive=True, force="recommended", national="")


def verdict(hits, measures, effects=(), kind="organisation", has_adverse=False):
    return judge(hits, measures, effects=effects, subject_kind=kind, has_adverse=has_adverse)


def test_words_are_those_of_the_models():
    assert {policy.CLEAR, policy.SANCTIONED, policy.RESTING, policy.ENCOURAGED, policy.UNKNOWN} == set(Verdict.values)
    assert {policy.RED, policy.BLACK} <= set(Tone.values)


def test_a_measure_that_touches_the_matter_binds():
    assert verdict([hit()], [measure()], ["market_access"]).verdict == "sanctioned"
    assert verdict([hit()], [measure()]).standing == (1,)


@pytest.mark.parametrize(
    ("measures", "effects"),
    [
        ([measure()], ["honours"]),
        ([measure(code="OTHER")], []),
        ([measure(subject_kinds=("person",))], []),
        ([measure(on_responsible=True)], []),
    ],
)
def test_a_measure_that_does_not_fit_says_nothing(measures, effects):
    assert verdict([hit()], measures, effects) == policy.Judgement("clear", (), (), ())


def test_what_only_informs_is_listed_and_decides_nothing():
    judged = verdict([hit()], [measure(force="reference")])
    assert (judged.verdict, judged.standing) == ("clear", (1,))


def test_while_it_is_verified_a_measure_rests_unless_another_listing_stands():
    assert verdict([hit(is_suspended=True)], [measure()]) == policy.Judgement("resting", (), (1,), ())
    other = hit(listing=2)
    assert verdict([hit(is_suspended=True), other], [measure()]).verdict == "sanctioned"


def test_a_person_responsible_is_bound_by_measures_on_persons_only():
    judged = verdict([hit(as_responsible=True)], [measure(), measure(2, on_responsible=True)], kind="person")
    assert judged.standing == (2,)


def test_encouragement_is_for_those_with_nothing_against_them():
    red = hit("red", "R")
    assert verdict([red], [INCENTIVE]).verdict == "encouraged"
    assert verdict([red], [INCENTIVE], has_adverse=True).incentives == ()
    assert verdict([red, hit()], [INCENTIVE, measure()]).incentives == ()
    assert verdict([red, hit(is_suspended=True)], [INCENTIVE]).incentives == ()
    assert verdict([hit("red", "R", is_suspended=True)], [INCENTIVE]).verdict == "clear"


HITS = st.lists(
    st.builds(Hit, st.integers(1, 9), st.sampled_from("BRW"), st.sampled_from(["black", "red", "watch"]), st.booleans(),
              st.booleans()), max_size=4,
)  # fmt: skip
MEASURES = st.lists(
    st.builds(Measure, st.integers(), st.tuples(st.sampled_from("BRW")), st.booleans(),
              st.sampled_from(["mandatory", "recommended", "reference"]), st.sampled_from(["market_access", "honours"]),
              st.just(ANY), st.booleans()), max_size=4,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(HITS, MEASURES, st.booleans())
def test_the_verdict_says_what_is_listed_under_it(hits, measures, has_adverse):
    judged = verdict(hits, measures, has_adverse=has_adverse)
    if judged.verdict == "sanctioned":
        assert judged.standing
    if judged.verdict == "resting":
        assert judged.resting and any(each.is_suspended for each in hits)
    if judged.incentives:
        assert not has_adverse and all(each.tone == "red" for each in hits)
    if not hits:
        assert judged == policy.Judgement("clear", (), (), ())


def test_three_years_end_on_the_same_day():
    assert policy.three_years_before(date(2026, 11, 30)) == date(2023, 11, 30)
    assert policy.three_years_before(date(2028, 2, 29)) == date(2025, 2, 28)


def test_a_number_carries_day_department_and_check_character():
    number = receipts.make_number(date(2026, 11, 22), 17)
    assert number.startswith("20261122-00017-") and len(number) == 26
    assert receipts.fold_number(f" {number.lower()} ") == number
    assert receipts.make_number(date(2026, 11, 22), 17) != number


@given(st.integers(0, 10), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_always_found(place, character):
    number = receipts.make_number(date(2026, 11, 22), 17, prefix="Z")
    head, tail = number[:-11], number[-11:]
    if tail[place] != character:
        assert receipts.fold_number(f"{head}{tail[:place]}{character}{tail[place + 1 :]}") == ""


@given(st.integers(0, 9))
def test_neighbours_exchanged_are_always_found(place):
    number = receipts.make_number(date(2026, 11, 22), 17)
    head, tail = number[:-11], number[-11:]
    if tail[place] != tail[place + 1]:
        swapped = tail[:place] + tail[place + 1] + tail[place] + tail[place + 2 :]
        assert receipts.fold_number(head + swapped) == ""


@pytest.mark.parametrize("text", ["", "1", "20261122-00017-", "X" * 500, "20261122-00017-AAAAAAAAAAI"])
def test_what_cannot_be_a_number_is_none(text):
    assert receipts.fold_number(text) == ""
