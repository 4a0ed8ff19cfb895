"""What a table is made of: cells that remember how they were typed, and numbered rows."""

from collections.abc import Sequence
from typing import NamedTuple


class Number(str):
    """A cell Excel (or JSON) holds as a number. Excel keeps 15 digits, so an identifier in one may be damaged (T-53)."""

    __slots__ = ()


class Date(Number):
    """A cell Excel holds as a date, as `YYYY-MM-DD` text; a number like any other, so no identifier either."""

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
