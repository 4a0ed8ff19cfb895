"""The trend picture: every mark on the paper, gaps where nothing was, labels that do not touch."""

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from records.quality import trend

MONTHS = [f"2026-{n:02d}" for n in range(1, 13)]
SHARE = st.one_of(st.none(), st.fractions(0, 1, max_denominator=1000))
SHARES = st.lists(SHARE, min_size=12, max_size=12)
WIDTH = st.sampled_from((trend.WIDE, trend.NARROW))


@given(SHARES, SHARES, WIDTH)
def test_every_known_share_has_one_dot_on_the_paper(first, second, width):
    picture = trend.line_picture(MONTHS, [("及时率", first), ("合规率", second)], width=width)
    dots = [dot for line in picture.lines for dot in line.dots]
    assert len(dots) == sum(value is not None for value in first + second)
    assert all(picture.left <= x <= picture.right and 0 <= y <= picture.height for x, y, _ in dots)


@given(SHARES, SHARES, WIDTH)
def test_labels_do_not_touch_and_stay_on_the_paper(first, second, width):
    lines = trend.line_picture(MONTHS, [("及时率", first), ("合规率", second)], width=width).lines
    ys = sorted(line.label.y for line in lines)
    assert all(later - earlier > trend.LABEL_GAP - 0.01 for earlier, later in itertools.pairwise(ys))
    assert all(y > 0 and y + 16 < trend.HEIGHT for y in ys)


def test_month_without_rows_leaves_a_gap():
    values = [Fraction(9, 10), Fraction(1), None, Fraction(8, 10), Fraction(9, 10)]
    (line,) = trend.line_picture(MONTHS[:5], [("及时率", values)]).lines
    assert [len(path.split()) for path in line.paths] == [2, 2]
    assert line.value == "90.0%"


def test_better_is_higher():
    (line,) = trend.line_picture(MONTHS[:2], [("及时率", [Fraction(1, 2), Fraction(1)])]).lines
    assert line.dots[1][1] < line.dots[0][1]


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=12), WIDTH)
def test_bars_stand_on_one_line_and_are_as_high_as_their_numbers(values, width):
    picture = trend.bar_picture(MONTHS[: len(values)], "新增记录", values, width=width)
    ground = trend.HEIGHT - trend.BOTTOM
    assert all(abs(bar.y + bar.height - ground) < 0.2 for bar in picture.bars)
    assert all(0 <= bar.height <= ground - trend.TOP for bar in picture.bars)
    heights = [bar.height for bar in picture.bars]
    assert heights.index(max(heights)) in {n for n, v in enumerate(values) if v >= max(values) * 0.99}


def test_narrow_picture_names_every_other_month_and_always_the_last():
    wide, narrow = (trend.bar_picture(MONTHS, "", [1] * 12, width=width) for width in (trend.WIDE, trend.NARROW))
    assert len(wide.months) == 12
    assert [text.words for text in narrow.months] == ["2月", "4月", "6月", "8月", "10月", "12月"]
