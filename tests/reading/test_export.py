"""What leaves as a table is safe to open, and comes back as the same data."""

import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.reading import Column, Number, RawRow, find_header, open_table
from records.reading.cleaning import clean_text
from records.reading.export import neutralise, write_rejected_xlsx, write_template_xlsx
from tests.corpus import COLUMNS, TITLES, good_rows

DANGEROUS = ("=1+1", "+86", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＠cmd", " =1", "'=1")
REASON = {"field": "XK_NR", "name": "许可内容", "reason": "“许可内容”没有填写。", "advice": "请补填后重新报送。"}
HEAD_LIKE = st.text(st.sampled_from("=+-@'＝＋－＠ \t\r\n示例A1,;\""), max_size=8)


def read_back(path, columns=COLUMNS):
    with open_table(path, columns=columns) as table:
        header = find_header(table.preamble, columns)
        return header, list(table.rows(header))


@pytest.mark.parametrize("cell", DANGEROUS)
def test_csv_cell_a_spreadsheet_would_run_leaves_as_text(cell):
    assert neutralise(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "示例", "1-2", "a=b", "（=1）", "it's"])
def test_harmless_cell_leaves_untouched(cell):
    assert neutralise(cell) == cell


@given(HEAD_LIKE | st.text(max_size=20))
def test_export_and_import_again_give_the_same_data(cell):
    value, problem = clean_text(cell)
    if problem is None:
        assert clean_text(neutralise(value)) == (value, None)


def test_exported_file_comes_back_with_the_same_data(tmp_path):
    rows = [[*row[:-1], clean_text(cell)[0]] for row, cell in zip(good_rows(len(DANGEROUS)), DANGEROUS, strict=True)]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([TITLES, *[[neutralise(cell) for cell in row] for row in rows]])
    path = tmp_path / "export.csv"
    path.write_text(out.getvalue(), encoding="utf-8-sig", newline="")
    _, read = read_back(path)
    assert [[clean_text(cell)[0] for cell in row.cells] for row in read] == rows


def test_rejected_rows_go_back_with_their_reasons_and_can_be_sent_again(tmp_path):
    path = tmp_path / "back.xlsx"
    rows = [RawRow(number, cells) for number, cells in zip((7, 9, 30), good_rows(3), strict=True)]
    problems = {7: [REASON], 9: [REASON, {**REASON, "name": "备注", "reason": "太长。", "field": "BZ"}]}
    write_rejected_xlsx(path, TITLES, rows, problems, codes=[column.code for column in COLUMNS])
    header, read = read_back(path)
    assert [list(row.cells[: len(TITLES)]) for row in read] == good_rows(3)
    assert header.ignored == () and set(header.indexes) == {column.code for column in COLUMNS}
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[1]][-4:] == ["行号", "错误列", "原因", "建议"]
    assert [cell.value for cell in sheet[3]][-4:] == [
        "9",
        "许可内容、备注",
        "“许可内容”没有填写。\n太长。",
        "请补填后重新报送。",
    ]
    wrong, right = sheet.cell(2, 19), sheet.cell(4, 19)
    assert wrong.fill.fgColor.rgb != right.fill.fgColor.rgb
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} <= {"s", "n"}
    assert all(cell.number_format == "@" for cell in sheet[2])


def test_cell_that_looks_like_a_formula_is_written_as_text(tmp_path):
    path = tmp_path / "back.xlsx"
    write_rejected_xlsx(path, ["名称", "备注"], [RawRow(2, ["=1+1", "@SUM(A1)"])], {2: [REASON]})
    sheet = openpyxl.load_workbook(path).active
    assert [(cell.value, cell.data_type) for cell in sheet[2]][:2] == [("=1+1", "s"), ("@SUM(A1)", "s")]


def test_damaged_identifier_does_not_come_back_as_if_it_had_been_typed(tmp_path):
    """As text it would pass for a typed one, and 9 % of them still pass their check digit."""
    path = tmp_path / "back.xlsx"
    cells = [*good_rows(1)[0]]
    cells[2] = Number("530102199003071232")
    write_rejected_xlsx(path, TITLES, [RawRow(2, cells)], {2: [REASON]})
    _, (row,) = read_back(path)
    assert isinstance(row.cells[2], Number)


def test_unwritable_characters_do_not_break_the_file(tmp_path):
    path = tmp_path / "back.xlsx"
    write_rejected_xlsx(path, ["名称"], [RawRow(2, ["示\ud800例\x00"])], {2: [REASON]})
    with open_table(path) as table:
        assert list(table.rows())[1].cells[0] == "示\ufffd例\x00"


def test_nothing_stays_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    out = io.BytesIO()
    write_rejected_xlsx(out, TITLES, (RawRow(n, row) for n, row in enumerate(good_rows(200), 2)), {})
    assert out.getvalue()[:2] == b"PK"
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "template.xlsx"
    write_template_xlsx(
        path,
        COLUMNS,
        {"XK_XKLB": ["普通", "特许", "认可", "核准", "登记", "其他-"], "XK_NR": ["很长的取值" * 40, "另一个" * 50]},
        example=dict(zip((column.code for column in COLUMNS), good_rows(1)[0], strict=True)),
        hints={"XK_YXQZI": "长期有效填 2099/12/31"},
    )
    return path


def test_template_is_read_as_an_empty_table_and_its_example_is_skipped(template):
    with open_table(template, columns=COLUMNS) as table:
        header = find_header(table.preamble, COLUMNS)
        assert list(table.rows(header)) == []
        assert [note.code for note in table.notes] == ["example_row"]
    assert header.codes == tuple(column.code for column in COLUMNS)


def test_template_filled_in_below_or_over_the_example_is_read(template, tmp_path):
    book = openpyxl.load_workbook(template)
    for line, row in enumerate(good_rows(2), 3):
        for index, value in enumerate(row, 1):
            book["数据"].cell(line, index).value = value or None
    book.save(template)
    _, rows = read_back(template)
    assert [(row.row_no, list(row.cells)) for row in rows] == list(enumerate(good_rows(2), 3))


def test_template_has_text_cells_lists_hints_and_an_explanation(template):
    book = openpyxl.load_workbook(template)
    sheet = book["数据"]
    assert sheet["A1"].value == "行政相对人名称*" and sheet["D1"].value == TITLES[3]
    assert sheet.column_dimensions["C"].width >= 12 and sheet["C5"].number_format in ("@", "General")
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["P2:P10001"].formula1 == '"普通,特许,认可,核准,登记,其他-"'
    assert rules["V2:V10001"].prompt == "长期有效填 2099/12/31"
    assert "S2:S10001" not in rules, "Excel refuses a list of more than 255 characters"
    assert [cell.value for cell in book["填写说明"][1]] == ["列名", "代码", "是否必填", "可选值", "说明"]
    assert book["填写说明"].max_row == 1 + len(COLUMNS)


def test_template_without_example_has_only_its_header(tmp_path):
    path = tmp_path / "template.xlsx"
    write_template_xlsx(path, [Column("A", ("甲列",), True), Column("B", ("乙列",))], {})
    _, rows = read_back(path, [Column("A", ("甲列",), True), Column("B", ("乙列",))])
    assert rows == []
