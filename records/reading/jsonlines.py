"""JSON lines, as our own API stores the rows it was sent: one object or one array per line (runs in the child)."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from records.reading.limits import Limits
from records.reading.messages import FileRefused
from records.reading.rows import Cell, Note, Number, RawRow, cut_long_cells, replace_surrogates

LINE_LIMIT = 16 * 1024 * 1024


class JsonLinesReader:
    """Reads objects (their keys are the header, each object is row 1, 2, …) or arrays (the first is the header).

    `header` is the union of all keys in order of appearance, or None when the lines are arrays.
    Raises FileRefused from the constructor and from `rows()`.
    """

    format = "jsonl"
    sheet = None
    encoding = "utf-8"
    notes: list[Note] = []

    def __init__(self, file: BinaryIO, limits: Limits):
        self.file = file
        self.limits = limits
        self.counted = 0
        keys: dict[str, None] = {}
        for _, line in self._lines():
            self.counted += 1
            if self.counted > limits.rows_text:
                raise FileRefused("too_many_rows", limit=limits.rows_text, instead="")
            if line.lstrip().startswith(b"{"):
                parsed = parse_line(line)
                keys.update(dict.fromkeys(parsed[0] if isinstance(parsed, tuple) else ()))
                if len(keys) > limits.columns:
                    raise FileRefused("too_many_columns", place=f"第 {self.counted} 行", limit=limits.columns)
        if not self.counted:
            raise FileRefused("no_content")
        self.header = list(keys) or None

    def rows(self) -> Iterator[RawRow]:
        """Yield every line that is not blank; a broken one carries its problem and does not stop the others."""
        for row_no, line in self._lines():
            yield self._row(row_no, parse_line(line))

    def _row(self, row_no: int, parsed: Any) -> RawRow:
        if isinstance(parsed, str):
            return RawRow(row_no, [], parsed)
        problem = None
        if isinstance(parsed, tuple):
            fields, problem = parsed
            values = [fields.get(key) for key in self.header or ()]
        elif self.header is None:
            values = parsed
        else:
            return RawRow(row_no, [], "broken_json")
        values = values[: self.limits.columns]
        if any(isinstance(value, list | tuple) for value in values):
            problem = "nested_value"
        cells = [text_of(value) for value in values]
        column = cut_long_cells(cells, self.limits.cell_length)
        if column is not None:
            problem = "cell_too_long"
        if replace_surrogates(cells):
            problem = "lone_surrogate"
        return RawRow(row_no, cells, problem, column)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        self.file.seek(0)
        row_no = 0
        while line := self.file.readline(LINE_LIMIT + 1):
            row_no += 1
            if len(line) > LINE_LIMIT:
                raise FileRefused("record_too_long", row=row_no)
            if line.strip():
                yield row_no, line


def parse_line(line: bytes) -> tuple[dict[str, Any], str | None] | list[Any] | str:
    """Give (fields, problem) for an object, a list for an array, a problem code for anything else.

    Numbers keep their digits: they become `Number` text, never a float.
    """
    try:
        parsed = json.loads(
            line, parse_int=Number, parse_float=Number, parse_constant=Number, object_pairs_hook=_fields_of
        )
    except (ValueError, RecursionError):
        return "broken_json"
    return parsed if isinstance(parsed, tuple | list) else "broken_json"


def text_of(value: Any) -> Cell:
    """The cell text of one JSON value; numbers have become text already, lists and objects have none."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value if isinstance(value, str) else ""


def _fields_of(pairs: list[tuple[str, Any]]) -> tuple[dict[str, Any], str | None]:
    fields = dict(pairs)
    return fields, None if len(fields) == len(pairs) else "duplicate_key"
