"""Walk a worksheet's XML before anything builds a table from it (runs in the child process).

The table reader allocates the rectangle its cells span, so one cell at XFD1048576 would ask for 512 GiB and abort; a
`<dimension>` may say anything. This scan believes only the cells, and is the second, independent row count (T-54).
"""

import re
from dataclasses import dataclass, field

from records.reading.archive import Archive, is_blank, parse
from records.reading.limits import Limits
from records.reading.messages import FileRefused, name_some, note
from records.reading.rows import Note, column_letter

REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
LAST_ROW = 1_048_576
NAMED = 20
# The table reader holds 32 bytes per cell of the rectangle and needs as much again for the cells it came from.
BYTES_PER_CELL = 64
USUAL_COLUMNS = 256
LETTERS = ["", *(column_letter(index) for index in range(USUAL_COLUMNS))]
KNOWN_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})


@dataclass(slots=True)
class SheetScan:
    """What one worksheet holds. Rows and columns as Excel numbers them, `rows` counts those with content."""

    rows: int = 0
    first_row: int = 0
    last_row: int = 0
    first_column: int = 0
    last_column: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    formulas: int = 0
    formula_cells: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    # By row: cells whose formula failed, with what they show, and the first cell whose formula has no saved result.
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    unsaved: dict[int, int] = field(default_factory=dict)

    def notes(self) -> list[Note]:
        """Say what a reader of this sheet should know."""
        notes = []
        if self.hidden_rows:
            rows = name_some([str(row) for row in self.hidden_rows])
            notes.append(note("hidden_rows", count=len(self.hidden_rows), rows=rows))
        columns = [index for index in self.hidden_columns if self.first_column <= index <= self.last_column]
        if columns:
            names = name_some([column_letter(index - 1) for index in columns])
            notes.append(note("hidden_columns", count=len(columns), columns=names))
        if self.merged:
            notes.append(note("merged_cells", cells=name_some(self.merged)))
        if self.formulas:
            notes.append(note("formula_cells", count=self.formulas, cells=name_some(self.formula_cells)))
        return notes


def scan_sheet(archive: Archive, path: str, blanks: set[str], limits: Limits) -> SheetScan:
    """Count and check one worksheet part. `blanks` are the indexes of empty shared strings, as text.

    Raises FileRefused: far cells, too many rows or columns, rows out of order, document types, broken XML.
    """
    walk = _Walk(blanks, limits)
    parse(archive, path, walk.start, text=walk.text)
    scan = walk.end()
    height = scan.last_row - scan.first_row + 1
    width = scan.last_column - scan.first_column + 1
    if height * width > limits.memory // BYTES_PER_CELL:
        raise FileRefused("too_many_cells", first=scan.first_row, last=scan.last_row)
    return scan


def find_blank_strings(archive: Archive) -> set[str]:
    """Indexes, as text, of the shared strings that show nothing; phonetic guides do not count as text."""
    path = archive.shared_strings()
    blanks: set[str] = set()
    if path is None:
        return blanks
    index = -1
    wanted = False
    parts: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal index, wanted
        local = name.rpartition(":")[2]
        if local == "si":
            index += 1
            parts.clear()
            wanted = True
        elif local == "rPh":
            wanted = False

    def end(name: str) -> None:
        nonlocal wanted
        local = name.rpartition(":")[2]
        if local == "si":
            if is_blank("".join(parts)):
                blanks.add(str(index))
            wanted = False
        elif local == "rPh":
            wanted = True

    def text(data: str) -> None:
        if wanted and len(parts) < 3:
            parts.append(data)

    parse(archive, path, start, end, text)
    return blanks


class _Walk:
    """The state of the scan: which row and cell we are in, and what is known of them.

    Runs twice per cell of the sheet, so it is written for speed: no end events, a cell is settled when the next thing
    begins, and only what may still matter is collected.
    """

    __slots__ = (
        "blanks", "collecting", "column", "has_formula", "kind", "lacks_value", "limits", "parts", "prefix",
        "reference", "row", "row_has_content", "row_has_value", "row_hidden", "row_text", "scan",
    )  # fmt: skip

    def __init__(self, blanks: set[str], limits: Limits):
        self.scan = SheetScan()
        self.blanks = blanks
        self.limits = limits
        self.prefix = ""
        self.row = self.column = 0
        self.row_text = self.reference = ""
        self.row_hidden = self.row_has_content = self.row_has_value = False
        self.kind: str | None = None
        self.has_formula = self.lacks_value = self.collecting = False
        self.parts: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.prefix:
            name = name.removeprefix(self.prefix)
        if name == "c":
            if self.parts or self.has_formula:
                self._settle_cell()
            column = self.column + 1
            reference = attributes.get("r")
            if reference is None:
                reference = f"{column_letter(column - 1)}{self.row}"
            elif column > USUAL_COLUMNS or reference != LETTERS[column] + self.row_text:
                column = self._jump(reference)
            self.column = column
            self.reference = reference
            self.kind = attributes.get("t")
        elif name == "v" or name == "is":
            self.row_has_value = True
            self.lacks_value = False
            if self.column > self.scan.last_column or self.column < self.scan.first_column:
                self._widen()
            # One piece of content is enough to count a row; after it only the text of errors matters.
            self.collecting = not self.row_has_content or self.kind == "e"
        elif name == "row":
            self._settle_row()
            self._start_row(attributes)
        elif name != "t" and name != "r":
            self._start_other(name, attributes)

    def text(self, data: str) -> None:
        if self.collecting:
            self.parts.append(data)

    def end(self) -> SheetScan:
        """Settle what is still open and give the result."""
        self._settle_row()
        return self.scan

    def _start_other(self, name: str, attributes: dict[str, str]) -> None:
        self.collecting = False
        if name == "f":
            self.has_formula = self.lacks_value = True
        elif name == "mergeCell":
            if len(self.scan.merged) < NAMED:
                self.scan.merged.append(attributes.get("ref", "")[:20])
        elif name == "col":
            self._note_column(attributes)
        elif name.endswith(":worksheet"):
            self.prefix = name.removesuffix("worksheet")

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        row = self.row + 1 if given is None else int(given) if given.isascii() and given.isdigit() else 0
        if not self.row < row <= LAST_ROW:
            raise FileRefused("damaged_file", where=f"第 {self.row} 行之后的行号")
        self.row, self.row_text, self.column = row, str(row), 0
        self.row_hidden = attributes.get("hidden") in ("1", "true")
        self.row_has_content = self.row_has_value = False

    def _jump(self, reference: str) -> int:
        """Column of a cell that does not follow its neighbour; backwards or into another row is no sheet of Excel's."""
        column, row = parse_reference(reference)
        if row != self.row or column <= self.column:
            raise FileRefused("damaged_file", where=f"单元格 {reference[:20]}")
        return column

    def _widen(self) -> None:
        scan, column = self.scan, self.column
        if column > self.limits.columns:
            raise FileRefused("too_many_columns", place=f"单元格 {self.reference} ", limit=self.limits.columns)
        scan.first_column = min(scan.first_column or column, column)
        scan.last_column = max(scan.last_column, column)

    def _settle_cell(self) -> None:
        scan = self.scan
        self.collecting = False
        if self.has_formula:
            scan.formulas += 1
            if len(scan.formula_cells) < NAMED:
                scan.formula_cells.append(self.reference)
            if self.lacks_value:
                scan.unsaved.setdefault(self.row, self.column - 1)
                self.row_has_content = True
            self.has_formula = False
        text = "".join(self.parts)
        self.parts.clear()
        if not text:
            return
        if self.kind == "e":
            self._note_error(text.strip())
        elif not self.row_has_content:
            self.row_has_content = text.strip() not in self.blanks if self.kind == "s" else not is_blank(text)

    def _note_error(self, shown: str) -> None:
        if shown not in KNOWN_ERRORS:
            raise FileRefused("unreadable_value", cell=self.reference, value=shown[:20])
        self.scan.errors.setdefault(self.row, {})[self.column - 1] = shown
        self.row_has_content = True

    def _settle_row(self) -> None:
        self._settle_cell()
        scan = self.scan
        # Values that show nothing still take part in the rectangle the table reader will allocate.
        if self.row_has_value:
            scan.first_row = scan.first_row or self.row
            scan.last_row = self.row
        if not self.row_has_content:
            return
        scan.rows += 1
        if scan.rows > self.limits.rows_workbook:
            raise FileRefused("too_many_rows", limit=self.limits.rows_workbook, instead="，或改用 .csv 格式")
        if self.row_hidden:
            scan.hidden_rows.append(self.row)
        self.row_has_content = self.row_has_value = False

    def _note_column(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") not in ("1", "true"):
            return
        try:
            first, last = int(attributes["min"]), int(attributes["max"])
        except (KeyError, ValueError):
            return
        self.scan.hidden_columns.extend(range(max(first, 1), min(last, self.limits.columns) + 1))


def parse_reference(reference: str) -> tuple[int, int]:
    """Turn `C5` into (3, 5). Raises FileRefused `damaged_file` for what Excel could not have written."""
    match = REFERENCE.fullmatch(reference)
    if not match:
        raise FileRefused("damaged_file", where=f"单元格 {reference[:20]}")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return column, int(match[2])
