"""What a table is made of: cells that remember how they were typed, and numbered rows."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple


class Number(str):
    """A cell held as a number. Excel keeps 15 digits of it, so an identifier typed as one may be damaged (T-53)."""

    __slots__ = ()


class Date(Number):
    """A cell Excel holds as a date, as `YYYY-MM-DD` text; a number like any other, so no identifier either."""

    __slots__ = ()


class PackedPath(str):
    """Where a text lies that we have compressed ourselves (gzip) to keep it in memory. Never a stranger's archive."""

    __slots__ = ()


Cell = str


class RawRow(NamedTuple):
    """One physical row with content.

    `row_no` is the row Excel shows (for JSON lines: the line). Empty cells are `""`. `problem` is a code of
    `messages.ROW_PROBLEMS` when the row itself cannot be trusted, `column` the offending cell's index if there is one.
    """

    row_no: int
    cells: Sequence[Cell]
    problem: str | None = None
    column: int | None = None


class Note(NamedTuple):
    """Something the reader should be told although the file was read."""

    code: str
    text: str


def column_letter(index: int) -> str:
    """Name a zero-based column as Excel does: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cut_long_cells(cells: list[str], limit: int) -> int | None:
    """Shorten cells over the limit in place; return the first one's index."""
    first = None
    for index, cell in enumerate(cells):
        if len(cell) > limit:
            cells[index] = cell[:limit]
            first = index if first is None else first
    return first


def replace_surrogates(cells: list[str]) -> bool:
    """Put U+FFFD in place of lone surrogates, which no UTF-8 can carry; say whether there were any."""
    found = False
    for index, cell in enumerate(cells):
        try:
            cell.encode()
        except UnicodeEncodeError:
            cells[index] = re.sub("[\ud800-\udfff]+", "\ufffd", cell)
            found = True
    return found


def number_text(value: float) -> str:
    """Write a float without exponent and without a meaningless `.0`."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e22:
        return str(int(value))
    text = repr(value)
    return f"{value:.17f}".rstrip("0") if "e" in text else text
