"""The definitions of the figures: additive counts, shares that never lie at the edges, ranking, months and periods."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.quality import policy
from records.quality.policy import Counts

SOME = st.integers(0, 500)


@st.composite
def counted(draw) -> Counts:
    timed = draw(SOME)
    values = {name: draw(SOME) for name in policy.COUNTED}
    return Counts(**values | {"reported": timed + draw(SOME), "timed": timed, "late": draw(st.integers(0, timed))})


@given(st.lists(counted(), max_size=6))
def test_shares_of_a_sum_are_made_of_sums(several):
    whole = policy.total(several)
    assert whole.timed == sum(each.timed for each in several)
    if whole.timed:
        assert whole.timely_share == Fraction(whole.timed - whole.late, whole.timed)
        assert whole.timely_share + whole.late_share == 1
    else:
        assert whole.timely_share is None


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_only_all_is_shown_as_all_and_only_nothing_as_nothing(part, more):
    whole = max(part, more)
    shown = policy.percent(Fraction(part, whole))
    assert (shown == "100.0%") == (part == whole)
    assert (shown == "0.0%") == (part == 0)
    assert abs(float(shown[:-1]) - part / whole * 100) <= 0.1


def test_nothing_to_divide_by_is_no_share():
    assert policy.percent(Counts().timely_share) == "—"


def standings(*named: tuple[str, Counts]) -> list[tuple[str, int | None]]:
    return [(s.code, s.rank) for s in policy.rank({(code, code, ""): counts for code, counts in named})]


def test_ranking_is_by_timeliness_then_by_compliance_and_equals_share_a_rank():
    assert standings(
        ("none", Counts(accepted=5)),
        ("late", Counts(timed=10, late=5, accepted=10)),
        ("good", Counts(timed=10, accepted=10)),
        ("same", Counts(timed=3, accepted=7)),
        ("sloppy", Counts(timed=10, accepted=9, rejected=1)),
    ) == [("good", 1), ("same", 1), ("sloppy", 3), ("late", 4), ("none", None)]


@given(st.lists(counted(), min_size=1, max_size=8))
def test_ranks_never_fall_down_the_list(several):
    ranked = policy.rank({(f"{n}", "", ""): counts for n, counts in enumerate(several)})
    ranks = [standing.rank for standing in ranked]
    known = [rank for rank in ranks if rank is not None]
    assert known == sorted(known)
    assert ranks == known + [None] * (len(ranks) - len(known))
    assert policy.total(standing.counts for standing in ranked) == policy.total(several)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-30, 30))
def test_months_go_back_and_forth(day, by):
    month = policy.month_of(day)
    assert policy.shift(policy.shift(month, by), -by) == month
    assert policy.month_of(policy.last_day(month)) == month
    assert policy.last_day(month).day >= 28


@pytest.mark.parametrize(
    ("cycle", "month", "start", "name"),
    [
        ("month", date(2026, 10, 1), date(2026, 10, 1), "2026 年 10 月"),
        ("quarter", date(2026, 9, 1), date(2026, 7, 1), "2026 年第 3 季度"),
        ("year", date(2026, 12, 1), date(2026, 1, 1), "2026 年"),
    ],
)
def test_period_that_ends_with_a_month(cycle, month, start, name):
    assert policy.ends_in(cycle, month)
    assert policy.period_start(cycle, month) == start
    assert policy.period_name(cycle, month) == name


def test_quarter_does_not_end_in_october():
    assert not policy.ends_in("quarter", date(2026, 10, 1))
