"""The header, wherever a department put it and whatever it wrote there."""

import pytest

from records.reading import Column, FileRefused, find_header
from records.reading.header import fold_header

COLUMNS = (
    Column("XK_XDR_MC", ("行政相对人名称", "名称"), True),
    Column("XK_XDR_SHXYM", ("行政相对人代码_1（统一社会信用代码）", "统一社会信用代码")),
    Column("XK_WSH", ("行政许可决定文书号", "文书号"), True),
    Column("XK_NR_FK", ("罚款金额（万元）",)),
    Column("BZ", ("备注",)),
)
NAMES = ["行政相对人名称", "行政相对人代码_1（统一社会信用代码）", "行政许可决定文书号", "罚款金额（万元）", "备注"]
CODES = [column.code for column in COLUMNS]


def refusal(*preamble: list[str]) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        find_header(list(preamble), COLUMNS)
    return caught.value


@pytest.mark.parametrize(
    "written",
    [
        "罚款金额（万元）",
        "罚款金额(万元)",
        " 罚款金额\n（万元） ",
        "*罚款金额（万元）",
        "罚款金额（万元）（必填）",
        "罚款金额（万元）*",
        "罚 款 金 额 ( 万 元 )",
        "罚款金额（万元）(选填)",
        "ｘｋ＿ｎｒ＿ｆｋ",
        "xk_nr_fk",
    ],
)
def test_title_is_recognised_however_it_is_typed(written):
    header = find_header([["名称", "文书号", written]], COLUMNS)
    assert header.indexes["XK_NR_FK"] == 2


def test_unit_in_a_title_is_part_of_it():
    """A column in 元 must not be read as 万元."""
    assert fold_header("罚款金额（元）") != fold_header("罚款金额（万元）")
    found = refusal(["名称", "文书号", "罚款金额（元）"])
    assert found.code == "unknown_header"
    assert "“罚款金额（元）”（是否应为“罚款金额（万元）”？）" in found.reason


@pytest.mark.parametrize("above", range(10))
def test_header_stands_in_any_of_the_first_ten_rows(above):
    header = find_header([["填报说明"]] * above + [NAMES], COLUMNS)
    assert (header.first_row, header.last_row) == (above + 1, above + 1)


def test_header_in_row_eleven_is_not_looked_for():
    assert refusal(*[["填报说明"]] * 10, NAMES).code == "unknown_header"


@pytest.mark.parametrize("pair", [(NAMES, CODES), (CODES, NAMES)])
def test_names_and_codes_in_two_rows_are_one_header(pair):
    header = find_header([["标题"], *pair, ["示例有限公司"]], COLUMNS)
    assert (header.first_row, header.last_row, header.codes) == (2, 3, tuple(CODES))


def test_first_data_row_is_not_taken_for_a_header():
    header = find_header([NAMES, ["名称示例有限公司", "", "文书号1", "", "备注"]], COLUMNS)
    assert header.last_row == 1


def test_columns_come_in_any_order_and_optional_ones_may_be_absent():
    header = find_header([["文书号", "名称"]], COLUMNS)
    assert header.indexes == {"XK_WSH": 0, "XK_XDR_MC": 1}
    assert header.absent == ("XK_XDR_SHXYM", "XK_NR_FK", "BZ")


def test_missing_required_column_refuses_the_file_by_name():
    found = refusal(["名称", "备注"])
    assert (found.code, found.reason) == (
        "missing_columns",
        "缺少必填的列：行政许可决定文书号。请对照模板补上这些列后再上传。",
    )


def test_misspelt_required_column_is_called_both_unknown_and_missing():
    found = refusal(["名称", "行政许可决定文号", "备注"])
    assert found.code == "unknown_header"
    assert "是否应为“行政许可决定文书号”" in found.reason and "缺少必填的列：行政许可决定文书号" in found.reason


def test_column_named_twice_refuses_the_file():
    found = refusal([*NAMES, "XK_WSH"])
    assert found.code == "duplicate_header" and "行政许可决定文书号" in found.reason


def test_foreign_column_is_ignored_and_said():
    header = find_header([[*NAMES, "经办人电话"]], COLUMNS)
    assert header.ignored == ("经办人电话",)
    assert [note.code for note in header.notes] == ["ignored_columns"]


def test_row_numbers_and_our_own_remarks_are_ignored_in_silence():
    header = find_header([["序号", *NAMES, "行号", "错误列", "原因", "建议"]], COLUMNS)
    assert header.notes == [] and header.indexes["XK_XDR_MC"] == 1


def test_row_may_end_after_the_last_required_column_only():
    header = find_header([NAMES], COLUMNS)
    assert header.fit(["甲", "", "一号"]) == ["甲", "", "一号", "", ""]
    assert header.fit(["甲", "一号"]) is None
    assert header.fit(["甲", "", "一号", "", "", " ", ""]) == ["甲", "", "一号", "", ""]
    assert header.fit(["甲", "", "一号", "", "", "多"]) is None


@pytest.mark.parametrize("preamble", [[], [[]], [[""], []]])
def test_nothing_at_all_is_no_header(preamble):
    assert refusal(*preamble).code == "unknown_header"
