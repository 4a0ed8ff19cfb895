"""An Excel file of permits as a department would make it, with mistakes we know of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path

import openpyxl
import xlsxwriter

from credit_platform import demo

ROWS, MISTAKES = 1000, 37
FIRST_LINE = 2  # Excel counts from 1 and the header is the first
FRESH_FROM = 200  # the demo data reported those before
REMARKS = ("行号", "原因", "建议")  # and 错误列, empty where a whole row contradicts what is held

Row = dict[str, object]
CODE = "行政相对人代码_1"


@dataclass(frozen=True)
class Mistake:
    """What somebody typed wrong: the cells instead of the right ones, and the codes the platform answers with."""

    cells: dict[str, object]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """The rows as they should be, and the lines of the file on which a mistake was planted."""

    rows: list[Row]
    mistakes: dict[int, Mistake]

    def write(self, path: Path) -> Path:
        """Write the workbook with its mistakes. Text stays text; a number stays a number."""
        with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, self.titles)
            for line, row in enumerate(self.rows, FIRST_LINE):
                wrong = self.mistakes[line].cells if line in self.mistakes else {}
                for column, cell in enumerate((row | wrong).values()):
                    (sheet.write_string if isinstance(cell, str) else sheet.write)(line - 1, column, cell)
        return path

    @property
    def titles(self) -> list[str]:
        return list(self.rows[0])

    @property
    def codes(self) -> dict[int, set[str]]:
        """Line → codes: what must come back, and nothing else."""
        return {line: set(mistake.codes) for line, mistake in self.mistakes.items()}

    def correct(self, returned: Path, corrected: Path) -> Path:
        """Put what is right into the file that came back, as the clerk does by hand. The remarks stay."""
        book = openpyxl.load_workbook(returned)
        sheet = book.active
        titles = [cell.value for cell in sheet[1]]
        for cells in sheet.iter_rows(min_row=2):
            row = self.rows[int(cells[titles.index("行号")].value) - FIRST_LINE]
            for title, cell in zip(titles, cells, strict=True):
                if title in row:
                    cell.value = row[title]
        book.save(corrected)
        return corrected


def make_report(source: tuple[str, str], today: date) -> Report:
    """1,000 permits, 37 of them wrong in every way we know."""
    rows: list[Row] = [
        dict(row) for row in islice(demo.permits(source, today, count=FRESH_FROM + ROWS), FRESH_FROM, None)
    ]
    lines = islice(range(11, FIRST_LINE + ROWS, 26), MISTAKES)
    makers = cycle(MAKERS)
    return Report(rows, {line: next(makers)(rows, line - FIRST_LINE, today) for line in lines})


def _mistakes(cells: dict[str, object], *codes: str) -> Callable[[list[Row], int, date], Mistake]:
    return lambda rows, place, today: Mistake(cells, codes)


def _someone_else_s_code(rows: list[Row], place: int, today: date) -> Mistake:
    return Mistake({CODE: rows[place - 1][CODE]}, ("name_conflict",))


def _contradiction(rows: list[Row], place: int, today: date) -> Mistake:
    return Mistake(rows[place - 2] | {"许可内容": "与前面的一行矛盾"}, ("duplicate_in_file",))


def _tomorrow(rows: list[Row], place: int, today: date) -> Mistake:
    return Mistake({"许可决定日期": str(today + timedelta(days=2))}, ("date_in_future",))


def _mistyped_code(rows: list[Row], place: int, today: date) -> Mistake:
    code = str(rows[place][CODE])
    return Mistake({CODE: code[:-1] + ("1" if code[-1] != "1" else "2")}, ("uscc_invalid",))


def _looks_alike(rows: list[Row], place: int, today: date) -> Mistake:
    return Mistake({CODE: "Х" + str(rows[place][CODE])[1:]}, ("identifier_character",))  # a Cyrillic letter


MAKERS: tuple[Callable[[list[Row], int, date], Mistake], ...] = (
    _mistakes({"行政相对人名称": ""}, "required"),
    _mistyped_code,
    _mistakes({CODE: 915301029990012345}, "numeric_identifier"),
    _mistakes({"许可决定日期": "2026/02/30"}, "date_impossible"),
    _mistakes({"许可决定日期": "去年三月"}, "date_format"),
    _mistakes({"许可决定日期": "26/3/1"}, "date_short_year"),
    _tomorrow,
    _mistakes({"许可决定日期": "1948/01/05"}, "date_too_early", "no_display_rule"),
    _mistakes({"有效期至": "2001/01/01"}, "dates_out_of_order"),
    _mistakes({"许可类别": "随便"}, "value_unknown"),
    _mistakes({"许可证书名称": "证" * 65}, "too_long"),
    _mistakes({"许可内容": f"持证人 {demo.make_id_number('530102', date(1990, 1, 1), 771)} 从业"}, "id_number_in_text"),
    _mistakes({"数据来源单位统一社会信用代码": demo.make_uscc("530000", 5)}, "source_department_mismatch"),
    _mistakes({"行政许可决定文书号": "— —"}, "required"),
    _mistakes({"许可内容": "#REF!"}, "error_value"),
    _looks_alike,
    _someone_else_s_code,
    _contradiction,
    _mistakes({"许可机关统一社会信用代码": ""}, "required"),
    _mistakes({"行政相对人名称": "", "许可决定日期": "不详"}, "required", "date_format"),
)


def read_lines(path: Path) -> Iterator[dict[str, object]]:
    """The rows of a workbook as title → cell."""
    sheet = openpyxl.load_workbook(path).active
    rows = sheet.iter_rows(values_only=True)
    titles = next(rows)
    return (dict(zip(titles, row, strict=True)) for row in rows)
