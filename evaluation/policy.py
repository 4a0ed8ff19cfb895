"""What each indicator of a place means and how a score is made of them. Pure: no database, no clock.

The weights are data of a method's edition. An indicator with nothing to divide by is neither good nor bad: it is left
out and the others carry its weight.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from records.quality.policy import percent, share

# Rises with every change of what is counted; stored with each edition.
DEFINITION = 1
DEFAULTS = "defaults"
FULL = 100


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. `counted` says of what the share is made; `part` and `whole` name the two numbers.

    `short` stands above a column where all of them stand side by side.
    """

    kind: str
    name: str
    short: str
    part: str
    whole: str
    counted: str


INDICATORS = (
    Indicator(
        "timely",
        "报送及时率",
        "及时率",
        "按时记录",
        "计时记录",
        "各月质量统计的定版数；决定之日起的报送时限按目录计算。",
    ),
    Indicator("compliant", "报送合规率", "合规率", "接收和无变化的行", "报送的行", "各月质量统计的定版数。"),
    Indicator(
        "codes",
        "代码正确率",
        "代码正确率",
        "没有错码的行",
        "报送的行",
        "因统一社会信用代码、组织机构代码有误退回的为错码。",
    ),
    Indicator("duties", "应报尽报率", "应报尽报率", "已报或者零报告的期", "应报的期", "报送责任到期没有报送的为缺报。"),
    Indicator(
        "feedback", "联合奖惩按期反馈率", "按期反馈率", "按期反馈的任务", "应反馈的任务", "办理期限在评价期内的任务。"
    ),
    Indicator(
        "cases", "修复异议按期核查率", "按期核查率", "按期答复的核查", "应答复的核查", "部门核查期限在评价期内的办件。"
    ),
    Indicator(DEFAULTS, "政府部门失信记录", "部门失信", "失信记录", "", "评价期内决定的、主体是本地区政府部门的记录。"),
)
BY_KIND = {each.kind: each for each in INDICATORS}


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted for one place or department: `part` of `whole`. Of defaults only `part`."""

    part: int = 0
    whole: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.part + other.part, self.whole + other.whole)


def period(since: date, until: date) -> str:
    """Whole months in words: 2026 年 8 月至 10 月. `since` and `until` are their first days."""
    first = f"{since.year} 年 {since.month} 月"
    if since == until:
        return first
    year = "" if since.year == until.year else f"{until.year} 年 "
    return f"{first}至 {year}{until.month} 月"


def fault_of(indicators: Sequence[Mapping[str, object]]) -> str:
    """The code of what is wrong with the indicators of a method; "" when they make sense.

    Codes: indicator_missing, indicator_unknown, indicator_twice, weight_invalid, weights_not_hundred.
    """
    kinds = [each.get("kind") for each in indicators]
    weights = [each.get("weight") for each in indicators]
    if not indicators:
        return "indicator_missing"
    if set(kinds) - set(BY_KIND):
        return "indicator_unknown"
    if len(kinds) != len(set(kinds)):
        return "indicator_twice"
    if not all(_is_number(weight) for weight in weights):
        return "weight_invalid"
    if any(each["kind"] == DEFAULTS and not _is_number(each.get("each")) for each in indicators):
        return "weight_invalid"
    return "" if sum(weight for weight in weights if isinstance(weight, int)) == FULL else "weights_not_hundred"


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= FULL


def points(indicator: Mapping[str, object], tally: Tally) -> Decimal | None:
    """Points of one indicator, one decimal place; None when there was nothing to count."""
    weight, each = indicator["weight"], indicator.get("each", 0)
    assert isinstance(weight, int) and isinstance(each, int)
    if indicator["kind"] == DEFAULTS:
        return Decimal(max(0, weight - each * tally.part))
    return rounded(Fraction(weight * tally.part, tally.whole)) if tally.whole else None


def score(lines: Iterable[tuple[str, int, Decimal | None]]) -> Decimal | None:
    """Of a hundred, from (kind, weight, points); None when no share could be counted: no defaults is no merit."""
    counted = [(kind, weight, made) for kind, weight, made in lines if made is not None]
    if not any(kind != DEFAULTS for kind, _, _ in counted):
        return None
    total = sum((Fraction(made) for _, _, made in counted), Fraction())
    return rounded(total * FULL / sum(weight for _, weight, _ in counted))


def cells_of(lines: Iterable[Mapping[str, object]]) -> list[str]:
    """What a row shows of each indicator: the share, of defaults the number."""
    return [_cell(line) for line in lines]


def _cell(line: Mapping[str, object]) -> str:
    part, whole = line["part"], line["whole"]
    assert isinstance(part, int) and isinstance(whole, int)
    return str(part) if line["kind"] == DEFAULTS else percent(share(part, whole))


def rounded(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
