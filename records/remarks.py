"""What a department should look at although its row stands: gathered per file, told once, never a reason to refuse."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from records.identity import mask_id_numbers
from records.reading.cleaning import fold_name
from records.reading.messages import quote_briefly

# code → sentence; {field}, {value} and {rows} are filled in. docs/api.md lists them.
REMARKS = {
    "amount_perhaps_in_yuan": (
        "“{field}”的单位是万元，{rows}填的是 {value}，可能误按元填写。已按 {value} 万元读取，请核对。"
    ),
    "authority_unknown": (
        "“{field}”“{value}”不在平台的部门名录中（{rows}）。请核对全称和代码；无误的，请联系系统管理员补录。"
    ),
    "date_from_serial": (
        "“{field}”有的单元格是数值而不是日期（{rows}），已按 Excel 的日期序号换算。请核对换算后的日期。"
    ),
}
MORE = "另有 {count} 行有同类提示，没有逐一列出。"
KEPT = 30
NAMED_ROWS = 5
# 1 亿元: no usual fine is larger, and 10,000 in the column for 万元 mostly is an amount in yuan.
LARGE = Decimal(10_000)
YUAN = re.compile(r"(?<![0-9.,])([0-9][0-9,]*(?:\.[0-9]+)?)元", re.ASCII)


@dataclass(slots=True)
class Remarks:
    """A bounded counter by (code, field, value): how many rows, and the first of them."""

    seen: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    counts: dict[tuple[str, str, str], int] = field(default_factory=dict)
    others: int = 0

    def add(self, code: str, name: str, value: str, row_no: int) -> None:
        key = (code, name, value)
        rows = self.seen.get(key)
        if rows is None:
            if len(self.seen) >= KEPT:
                self.others += 1
                return
            rows = self.seen[key] = []
            self.counts[key] = 0
        self.counts[key] += 1
        if len(rows) < NAMED_ROWS:
            rows.append(row_no)

    def sentences(self, *, row_nos: bool = True) -> list[str]:
        """One sentence for each kind; without row numbers for a single record from a form."""
        told = [
            REMARKS[code].format(field=name, value=_shown(value), rows=self._rows(key) if row_nos else "本条")
            for key in self.seen
            for code, name, value in (key,)
        ]
        return [*told, MORE.format(count=f"{self.others:,}")] if self.others else told

    def _rows(self, key: tuple[str, str, str]) -> str:
        first, count = "、".join(map(str, self.seen[key])), self.counts[key]
        return f"第 {first} 行" if count <= NAMED_ROWS else f"第 {first} 行等 {count:,} 行"


def is_perhaps_in_yuan(amount: str, content: str) -> bool:
    """Whether an amount in 万元 is very large, or a text of the same row says the same number of 元."""
    value = Decimal(amount)
    if value >= LARGE:
        return True
    return bool(value) and any(Decimal(said.replace(",", "")) == value for said in YUAN.findall(content))


class Authorities:
    """Whom the department tree knows, by name, former name and code."""

    def __init__(self, names: set[str], codes: set[str]):
        self.names = {fold_name(name) for name in names}
        self.codes = codes

    def knows(self, name: str) -> bool:
        return fold_name(name) in self.names


def _shown(value: str) -> str:
    return quote_briefly(mask_id_numbers(value), 60)
