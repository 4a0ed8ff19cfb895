"""What leaves the platform as a table: safe to open in Excel, and the same data when it comes back (T-55)."""

import math
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from records.reading.cleaning import FORMULA_LIKE
from records.reading.header import EXAMPLE_MARK, INSTRUCTION_SHEET, REJECTION_COLUMNS, Column
from records.reading.rows import Cell, Date, Number, RawRow

Target = str | os.PathLike[str] | IO[bytes]

DATA_SHEET = "数据"
EXAMPLE_PREFIX = f"{EXAMPLE_MARK}行，导入时自动跳过】"
TEMPLATE_ROWS = 10_000
LIST_LIMIT = 255  # Excel refuses a longer list written into the validation itself
LAST_COLUMN_WIDTHS = (8, 24, 48, 48)
# What XML cannot carry: xlsxwriter escapes the controls, a lone surrogate would break the file.
SURROGATES = re.compile("[\ud800-\udfff]")

TEXT = {"num_format": "@", "valign": "top", "text_wrap": True}
HEADER = {"bold": True, "bg_color": "#EEF2F7", "bottom": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"}
REQUIRED = HEADER | {"font_color": "#A61B1B"}
WRONG = TEXT | {"bg_color": "#FDECEA"}
REMARK = TEXT | {"font_color": "#5A6473"}


def neutralise(cell: str) -> str:
    """Put an apostrophe before a CSV cell a spreadsheet would take for a formula; `cleaning.clean_text` undoes it."""
    return f"'{cell}" if FORMULA_LIKE.match(cell) else cell


def write_rejected_xlsx(
    target: Target,
    titles: Sequence[str],
    rows: Iterable[RawRow],
    problems: Mapping[int, Sequence[Mapping[str, str]]],
    *,
    codes: Sequence[str | None] = (),
) -> None:
    """Write rows back as they came, with 行号, 错误列, 原因, 建议 behind them, to be corrected and sent again.

    `problems` by row number; each has `name` (the column), `reason`, `advice`, and `field` (its code: with `codes`, the
    header's, the wrong cells are coloured). Cells are text. Only a cell that came as a number goes back as one: as text
    a damaged identifier would pass for a typed one (T-53).
    """
    with _workbook(target) as book:
        sheet = book.add_worksheet(DATA_SHEET)
        header, text, wrong, remark = (book.add_format(look) for look in (HEADER, TEXT, WRONG, REMARK))
        width = len(titles)
        _set_up(sheet, [*titles, *REJECTION_COLUMNS], text, header)
        for offset, column_width in enumerate(LAST_COLUMN_WIDTHS):
            sheet.set_column(width + offset, width + offset, column_width, remark)
        index = {code: i for i, code in enumerate(codes) if code}
        for line, row in enumerate(rows, 1):
            found = problems.get(row.row_no, ())
            bad = {index.get(problem.get("field", "")) for problem in found}
            for i, cell in enumerate(row.cells[:width]):
                _write_cell(sheet, line, i, cell, wrong if i in bad else text)
            for i, remark_text in enumerate(_remarks(row, found)):
                sheet.write_string(line, width + i, _writable(remark_text), remark)


def write_template_xlsx(
    target: Target,
    columns: Sequence[Column],
    enums: Mapping[str, Sequence[str]],
    *,
    example: Mapping[str, str] | None = None,
    hints: Mapping[str, str] | None = None,
) -> None:
    """Write an empty table to fill in: text cells, lists to choose from, one example row that the import skips.

    `enums`, `example` and `hints` (a sentence on how to fill it in) are keyed by column code; a second sheet explains
    every column. Choosing from a list is advice, not force: some columns take several values or 其他-….
    """
    hints = hints or {}
    with _workbook(target) as book:
        sheet = book.add_worksheet(DATA_SHEET)
        header, required, text, remark = (book.add_format(look) for look in (HEADER, REQUIRED, TEXT, REMARK))
        _set_up(sheet, [_title(column) for column in columns], text, header)
        for i, column in enumerate(columns):
            if column.required:
                sheet.write_string(0, i, _title(column), required)
        if example:
            for i, column in enumerate(columns):
                prefix = EXAMPLE_PREFIX if i == 0 else ""
                sheet.write_string(1, i, prefix + example.get(column.code, ""), remark)
        for i, column in enumerate(columns):
            _offer(sheet, i, column, enums.get(column.code, ()), hints.get(column.code, ""))
        _explain(book.add_worksheet(INSTRUCTION_SHEET), columns, enums, hints, header, text)


def write_table_xlsx(target: Target, titles: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> None:
    """Write a plain table for reading: numbers as numbers, all else as text, so nothing is taken for a formula."""
    with _workbook(target) as book:
        sheet = book.add_worksheet(DATA_SHEET)
        header, text, number = (book.add_format(look) for look in (HEADER, TEXT, {"valign": "top"}))
        _set_up(sheet, titles, text, header)
        for line, row in enumerate(rows, 1):
            for i, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, i, _writable(cell), text)
                else:
                    sheet.write_number(line, i, cell, number)


@contextmanager
def _workbook(target: Target) -> Iterator[xlsxwriter.Workbook]:
    """A workbook written row by row; what it keeps on disk meanwhile only we can read, and it goes in any case."""
    with tempfile.TemporaryDirectory() as folder:
        options: dict[str, Any] = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(target, options) as book:
            yield book


def _set_up(sheet: Worksheet, titles: Sequence[str], text: Format, header: Format) -> None:
    sheet.freeze_panes(1, 0)
    for i, title in enumerate(titles):
        sheet.set_column(i, i, min(36, max(12, 2 * len(title) + 2)), text)
    sheet.set_row(0, 36)
    for i, title in enumerate(titles):
        sheet.write_string(0, i, _writable(title), header)


def _write_cell(sheet: Worksheet, line: int, column: int, cell: Cell, look: Format) -> None:
    if isinstance(cell, Number) and not isinstance(cell, Date):
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            sheet.write_number(line, column, value, look)
            return
    if cell:
        sheet.write_string(line, column, _writable(cell), look)
    else:
        sheet.write_blank(line, column, None, look)


def _remarks(row: RawRow, problems: Sequence[Mapping[str, str]]) -> tuple[str, str, str, str]:
    def join(key: str, mark: str) -> str:
        return mark.join(dict.fromkeys(problem[key] for problem in problems if problem.get(key)))

    columns = dict.fromkeys(_place(problem) for problem in problems if problem.get("name"))
    return str(row.row_no), "、".join(columns), join("reason", "\n"), join("advice", "\n")


def _place(problem: Mapping[str, str]) -> str:
    """The column's name with its letter as Excel shows it."""
    return f"{problem['name']}（{problem['column']} 列）" if problem.get("column") else problem["name"]


def _title(column: Column) -> str:
    return f"{column.names[0]}*" if column.required else column.names[0]


def _offer(sheet: Worksheet, index: int, column: Column, values: Sequence[str], hint: str) -> None:
    """Attach list and hint to a column's cells."""
    rule: dict[str, Any] = {}
    if values and len(",".join(values)) <= LIST_LIMIT and not any("," in value for value in values):
        rule = {"validate": "list", "source": list(values), "error_type": "warning", "ignore_blank": True}
        rule |= {"error_title": "不在可选值中", "error_message": "请从列表中选择；可多选或填写“其他-”的列除外。"}
    if hint:
        rule |= {
            "validate": rule.get("validate", "any"),
            "input_title": column.names[0][:32],
            "input_message": hint[:255],
        }
    if rule:
        sheet.data_validation(1, index, TEMPLATE_ROWS, index, rule)


def _explain(
    sheet: Worksheet,
    columns: Sequence[Column],
    enums: Mapping[str, Sequence[str]],
    hints: Mapping[str, str],
    header: Format,
    text: Format,
) -> None:
    _set_up(sheet, ("列名", "代码", "是否必填", "可选值", "说明"), text, header)
    for i, width in enumerate((36, 16, 10, 60, 60)):
        sheet.set_column(i, i, width, text)
    for line, column in enumerate(columns, 1):
        told = "是" if column.required else "否"
        values = "、".join(enums.get(column.code, ()))
        for i, cell in enumerate((column.names[0], column.code, told, values, hints.get(column.code, ""))):
            sheet.write_string(line, i, cell, text)


def _writable(text: str) -> str:
    return SURROGATES.sub("\ufffd", text)
