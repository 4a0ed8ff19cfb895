"""What each figure of data quality means, how figures are added up and ranked. Pure: no database, no clock.

The formulas follow the double publicity assessments (发改办财金〔2018〕424号; their wording is to be verified).
A month is written as its first day. A row belongs to the month in which the platform finished taking it in (Beijing
time), never to the month of its decision: so nothing that happens later can change a month that is over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

# Rises with every change of a formula or of what is counted; stored with each computation.
DEFINITION = 1

DUPLICATES = ("duplicate_in_file",)
WRONG_CODES = ("uscc_invalid", "organisation_code_invalid", "identifier_conflict", "name_conflict")


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted for one month, department and item. Counts add up; shares are made of sums, never averaged."""

    reported: int = 0
    timed: int = 0
    late: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    files_refused: int = 0
    duplicates: int = 0
    wrong_codes: int = 0
    national_refused: int = 0
    duties: int = 0
    missing: int = 0
    contradicted: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Counts)))

    @property
    def sent(self) -> int:
        return self.accepted + self.unchanged + self.rejected

    @property
    def on_time(self) -> int:
        return self.timed - self.late

    @property
    def timely_share(self) -> Fraction | None:
        return share(self.on_time, self.timed)

    @property
    def late_share(self) -> Fraction | None:
        return share(self.late, self.timed)

    @property
    def compliant_share(self) -> Fraction | None:
        return share(self.accepted + self.unchanged, self.sent)

    @property
    def rejected_share(self) -> Fraction | None:
        return share(self.rejected, self.sent)

    @property
    def national_share(self) -> Fraction | None:
        return share(self.national_refused, self.accepted)


COUNTED = tuple(each.name for each in fields(Counts))


def total(counts: Iterable[Counts]) -> Counts:
    return sum(counts, Counts())


def share(part: int, whole: int) -> Fraction | None:
    """None where there is nothing to divide by: no rows is neither good nor bad."""
    return Fraction(part, whole) if whole else None


def percent(value: Fraction | None) -> str:
    """One decimal place. What is not all is never shown as 100.0 %, what is not nothing never as 0.0 %."""
    if value is None:
        return "—"
    tenths = int(value * 1000 + Fraction(1, 2))
    if value < 1 and tenths >= 1000:
        tenths = 999
    if value > 0 and tenths == 0:
        tenths = 1
    return f"{tenths // 10}.{tenths % 10}%"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its definition as the page prints it. `rows` says whether it leads to a list of rows."""

    code: str
    name: str
    formula: str
    counted: str
    rows: bool = True


MEASURES = (
    Measure("reported", "新增记录", "本月首次入库的记录数", "按入库时刻（北京时间）归入月份；更正和重报不重复计数。"),
    Measure(
        "timely_share",
        "及时率",
        "按时记录 ÷ 计时记录",
        "计时记录：本月首次入库、且目录规定了报送时限的记录。按时：入库之日不晚于时限届满之日（双公示为 7 个工作日，"
        "决定当日不计入，按放假与调休计算）。",
        rows=False,
    ),
    Measure("late", "迟报", "计时记录 − 按时记录；迟报率 = 迟报 ÷ 计时记录", "入库之日晚于截止日的记录。"),
    Measure(
        "compliant_share",
        "合规率",
        "（接收 + 无变化）÷ 报送行数",
        "报送行数：本月办结批次中接收、无变化、退回的行之和；整份退回的文件没有行数，另列。",
        rows=False,
    ),
    Measure(
        "rejected",
        "本平台退回",
        "退回行数；退回率 = 退回 ÷ 报送行数",
        "未通过任一检查规则的行。一行有几处错误只计一行。",
    ),
    Measure("files_refused", "整份退回", "整份退回的文件数", "文件无法读取或缺少必要的列，没有逐行检查。"),
    Measure(
        "national_refused",
        "国家平台退回",
        "本月被国家平台退回的记录数；退回率 = 退回 ÷ 本月接收的行",
        "按退回时刻归入月份；同一记录一月内多次被退回只计一次。",
    ),
    Measure(
        "duplicates",
        "重复",
        "因重复退回的行数",
        "同一文件中主体、文书号、决定日期相同而内容不同的行；内容也相同的不算错误。",
    ),
    Measure(
        "wrong_codes",
        "错码",
        "因代码错误退回的行数",
        "统一社会信用代码或组织机构代码不符合校验规则、代码与登记名称不一致、几个代码分属不同主体。",
    ),
    Measure(
        "missing",
        "缺报",
        "到期既无报送又无零报告的报送责任数",
        "每项报送责任每期计一次；期满后的截止日过后才计入。",
    ),
    Measure(
        "contradicted", "零报告不实", "作了零报告、却有当期决定的责任数", "零报告之后又入库了决定日期在当期的记录。"
    ),
)
MEASURE = {measure.code: measure for measure in MEASURES}


class Cycle(StrEnum):
    """How often a duty to report falls due."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS_OF = {Cycle.MONTH: 1, Cycle.QUARTER: 3, Cycle.YEAR: 12}


def month_of(day: date) -> date:
    return day.replace(day=1)


def shift(month: date, by: int) -> date:
    """The month so many months later; earlier when negative."""
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)


def last_day(month: date) -> date:
    return shift(month, 1) - timedelta(days=1)


def ends_in(cycle: str, month: date) -> bool:
    """Whether a period of this cycle ends with this month."""
    return month.month % MONTHS_OF[Cycle(cycle)] == 0


def period_start(cycle: str, month: date) -> date:
    """First day of the period that ends with `month`."""
    return shift(month, 1 - MONTHS_OF[Cycle(cycle)])


def period_name(cycle: str, month: date) -> str:
    if cycle == Cycle.YEAR:
        return f"{month.year} 年"
    if cycle == Cycle.QUARTER:
        return f"{month.year} 年第 {(month.month + 2) // 3} 季度"
    return month_name(month)


def month_name(month: date) -> str:
    return f"{month.year} 年 {month.month} 月"


@dataclass(frozen=True, slots=True)
class Standing:
    """A department, or a region, in the ranking. `rank` is None where nothing was subject to a time limit."""

    rank: int | None
    code: str
    name: str
    region: str
    counts: Counts = field(default_factory=Counts)


def rank(found: Mapping[tuple[str, str, str], Counts]) -> list[Standing]:
    """Order (code, name, region) by 及时率, then 合规率; equals share a rank, those without either share stand last.

    A department that reported nothing is not ranked: whether it should have reported is what the duties say.
    """
    ranked = sorted(
        ((key, counts) for key, counts in found.items() if _merit(counts) is not None),
        key=lambda entry: (_negative(_merit(entry[1])), entry[0][0]),
    )
    standings: list[Standing] = []
    for place, (key, counts) in enumerate(ranked, start=1):
        equal = standings and _merit(standings[-1].counts) == _merit(counts)
        standings.append(Standing(standings[-1].rank if equal else place, *key, counts))
    rest = sorted(key for key, counts in found.items() if _merit(counts) is None)
    return standings + [Standing(None, *key, found[key]) for key in rest]


def _merit(counts: Counts) -> tuple[Fraction, Fraction] | None:
    if counts.timely_share is None:
        return None
    return counts.timely_share, counts.compliant_share or Fraction(0)


def _negative(merit: tuple[Fraction, Fraction] | None) -> tuple[Fraction, Fraction]:
    assert merit is not None
    return -merit[0], -merit[1]
