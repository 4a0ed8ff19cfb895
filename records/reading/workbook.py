"""An .xlsx: check it from outside, choose the sheet, then let the table reader have it (runs in the child process)."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from records.reading.archive import Archive, SheetEntry
from records.reading.header import HEADER_ROWS, INSTRUCTION_SHEET, Column, count_recognised
from records.reading.limits import Limits
from records.reading.messages import FileRefused, name_some, note
from records.reading.rows import Cell, Date, Number, RawRow, cut_long_cells, number_text
from records.reading.sheetscan import SheetScan, find_blank_strings, scan_sheet


class Candidate(NamedTuple):
    entry: SheetEntry
    scan: SheetScan


class WorkbookReader:
    """Reads one worksheet of an .xlsx: the visible one whose header is best recognised, else the first with content.

    `counted` is the scan's count of rows with content; `rows()` must yield as many, which the caller checks.
    Raises FileRefused from the constructor and from `rows()`.
    """

    format = "xlsx"
    encoding = None

    def __init__(self, file: BinaryIO, limits: Limits, columns: Sequence[Column]):
        self.limits = limits
        archive = Archive(file, limits)
        sheets = archive.sheets()
        self.from_1900 = not archive.counts_days_from_1904
        blanks = find_blank_strings(archive)
        candidates = [
            Candidate(entry, scan)
            for entry in sheets
            if not entry.hidden and entry.path and (scan := scan_sheet(archive, entry.path, blanks, limits)).rows
        ]
        del blanks
        if not candidates:
            raise FileRefused("no_visible_sheet" if any(entry.hidden for entry in sheets) else "no_content")
        file.seek(0)
        self.book = _open_book(file)
        chosen, self._table = self._choose(candidates, columns)
        self.sheet = chosen.entry.name
        self.scan = chosen.scan
        self.counted = chosen.scan.rows
        others = [c.entry.name for c in candidates if c is not chosen and c.entry.name != INSTRUCTION_SHEET]
        hidden = [entry.name for entry in sheets if entry.hidden]
        self.notes = archive.notes + chosen.scan.notes()
        if hidden:
            self.notes.append(note("hidden_sheets", names=name_some(hidden)))
        if others:
            self.notes.append(note("other_sheets", sheet=self.sheet, names=name_some(others)))

    def _choose(self, candidates: list[Candidate], columns: Sequence[Column]) -> tuple[Candidate, CalamineSheet]:
        best, best_count, best_table = candidates[0], -1, None
        for candidate in candidates:
            table = _open_sheet(self.book, candidate.entry.name)
            if len(candidates) == 1 or not columns:
                return candidate, table
            count = count_recognised(_first_rows(table), columns)
            if count > best_count:
                best, best_count, best_table = candidate, count, table
        assert best_table is not None
        return best, best_table

    def rows(self) -> Iterator[RawRow]:
        """Yield rows with content; failed formulas show their error text, numbers and dates their kind."""
        errors, unsaved = self.scan.errors, self.scan.unsaved
        limit = self.limits.cell_length
        pad = [""] * (self._table.start or (0, 0))[1]
        for row_no, values in enumerate(self._table.iter_rows(), 1):
            cells = pad + [value if value.__class__ is str else cell_of(value) for value in values]
            if row_no in errors:
                for index, shown in errors[row_no].items():
                    cells[index] = shown
            problem = column = None
            if row_no in unsaved:
                problem, column = "formula_without_value", unsaved[row_no]
            joined = "".join(cells)
            if not problem and not joined.strip():
                continue
            if len(joined) > limit:
                long = cut_long_cells(cells, limit)
                problem, column = (problem, column) if long is None else ("cell_too_long", long)
            yield RawRow(row_no, cells, problem, column)


def cell_of(value: Any) -> Cell:
    """The text of one value as the table reader gives it. A date without time is `YYYY-MM-DD`."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return Number(number_text(value))
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return Date(value.date().isoformat() if midnight else value.isoformat(" ", "seconds"))
    if isinstance(value, datetime.date | datetime.time):
        return Date(value.isoformat())
    return Number(str(value)) if isinstance(value, datetime.timedelta) else str(value)


def _first_rows(table: CalamineSheet) -> list[list[Cell]]:
    first = []
    for values in table.iter_rows():
        first.append([cell_of(value) for value in values])
        if len(first) == HEADER_ROWS:
            break
    return first


def _open_book(file: BinaryIO) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(file)
    except CalamineError as error:
        raise FileRefused("damaged_file", where="工作簿") from error


def _open_sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except CalamineError as error:
        raise FileRefused("damaged_file", where="工作表") from error
