"""What a file of the corpus is, and the good rows they are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from records.reading import Column, Limits
from samples.make_samples import MERGED_SUBJECT, PERMIT, PERMIT_CODES, permits

TITLES = (*MERGED_SUBJECT, *PERMIT)
CODES = PERMIT_CODES
# As the catalogue has them: without the kind of subject, which the 2018 layouts imply.
REQUIRED = frozenset(TITLES) - {*TITLES[1:13], "许可证书名称", "许可编号", "备注"}
ALIASES = {
    "自然人证件类型": ("证件类型",),
    "自然人证件号码": ("证件号码",),
    "法定代表人证件号码": ("法定代表人身份证号",),
    "行政相对人代码_1（统一社会信用代码）": ("统一社会信用代码",),
    "行政相对人代码_2（工商注册号）": ("工商注册号",),
    "行政相对人代码_3（组织机构代码）": ("组织机构代码",),
    "行政相对人代码_4（税务登记号）": ("税务登记号",),
}
COLUMNS = tuple(
    Column(code, (title, *ALIASES.get(title, ())), title in REQUIRED) for code, title in zip(CODES, TITLES, strict=True)
)


@dataclass(frozen=True)
class Case:
    """One file and what must become of it.

    Either `refused` is the code of the refusal, or `rows` data rows are read, of which those in `problems` (by row
    number) carry that problem, and exactly the notes with the codes `notes` are made.
    """

    name: str
    build: Callable[[], bytes]
    refused: str | None = None
    rows: int | None = None
    problems: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    kind_hint: str | None = None


def table(count: int = 5) -> list[list[str]]:
    """A header and that many good rows."""
    return [list(TITLES), *good_rows(count)]


def good_rows(count: int, start: int = 1) -> list[list[str]]:
    return [[row.get(title, "") for title in TITLES] for row in permits(count, start)]
