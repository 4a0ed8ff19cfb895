"""Whatever comes in comes back with a stable code and the cure, or is read and said; no row hinders another."""

import io
import re
import zipfile

import openpyxl
import pytest

from credit_platform import demo
from records import services
from records.models import Batch, Record, RejectedRow
from records.problems import PROBLEMS
from records.reading import open_table
from records.remarks import KEPT, Remarks
from records.returned import write_returned
from records.services.batches import item_in_force
from tests.corpus.packages import Sheet, date_serial, number, package, rows
from tests.factories import as_csv

pytestmark = pytest.mark.django_db
FORMULAS = ('=HYPERLINK("http://example.invalid")', "+1+1", "@SUM(A1)", "-2+3", "\t=1+1")
EIGHT_WAYS = (
    "2026-11-02",
    "2026/11/2",
    "2026.11.02",
    "2026年11月2日",
    "20261102",
    "二〇二六年十一月二日",
    "２０２６／１１／０２",
    "2026-11-02 00:00:00",
)


def codes(batch: Batch) -> dict[int, list[str]]:
    return {row.row_no: [p["code"] for p in row.problems] for row in RejectedRow.objects.filter(batch=batch)}


def as_xlsx(table: list[dict], *, workbook: str = "") -> bytes:
    """A workbook of these rows; cells made by the corpus keep their kind."""
    content = rows([list(table[0]), *(list(row.values()) for row in table)])
    made = package([Sheet("数据", content)])
    if not workbook:
        return made
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/workbook.xml":
                part = part.replace(b"<sheets>", f"{workbook}<sheets>".encode())
            new.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize("written", EIGHT_WAYS)
def test_a_date_is_read_however_it_is_written(send, permit, written):
    batch = send("XZXK", [permit(1, 许可决定日期=written)])
    assert codes(batch) == {} and str(Record.objects.get().decided_on) == "2026-11-02"


def test_a_serial_number_in_a_workbook_is_that_date_and_is_said(send, permit):
    batch = send("XZXK", as_xlsx([permit(1), permit(2) | {"许可决定日期": number("46328")}]))
    assert codes(batch) == {} and batch.rows_accepted == 2
    assert {str(record.decided_on) for record in Record.objects.all()} == {"2026-11-02"}
    assert [note for note in batch.notes if "日期序号" in note and "第 3 行" in note]


def test_a_date_cell_needs_no_remark(send, permit):
    batch = send("XZXK", as_xlsx([permit(1) | {"许可决定日期": date_serial(46328)}]))
    assert (batch.rows_accepted, [note for note in batch.notes if "日期序号" in note]) == (1, [])


def test_a_workbook_that_counts_from_1904_has_its_bare_numbers_refused(send, permit):
    table = [permit(1) | {"许可决定日期": number("44866")}]
    batch = send("XZXK", as_xlsx(table, workbook='<workbookPr date1904="1"/>'))
    assert codes(batch) == {2: ["date_format"]}


def test_a_serial_number_in_a_csv_is_refused_with_the_cure(send, permit):
    batch = send("XZXK", [permit(1, 许可决定日期="46328")])
    (problem,) = RejectedRow.objects.get(batch=batch).problems
    assert problem["code"] == "date_format" and "“日期”格式" in problem["advice"]


@pytest.mark.parametrize(
    "changes",
    [
        {"罚款金额（万元）": "50000"},
        {"罚款金额（万元）": "5000", "处罚内容": "罚款人民币5,000元整"},
        {"罚款金额（万元）": "5000", "处罚内容": "罚款5000.00元"},
    ],
)
def test_an_amount_that_may_be_in_yuan_is_taken_and_said(send, penalty, changes):
    batch = send("XZCF", [penalty(1, **changes)])
    assert (batch.rows_accepted, codes(batch)) == (1, {})
    (note,) = [note for note in batch.notes if "误按元" in note]
    assert "第 2 行" in note and "罚款金额（万元）" in note


@pytest.mark.parametrize("text", ["罚款人民币5000元整", "罚款0.5万元", "罚款15000元，其中10.5元"])
def test_an_amount_in_its_unit_is_not_remarked(send, penalty, text):
    batch = send("XZCF", [penalty(1, **{"罚款金额（万元）": "0.5", "处罚内容": text})])
    assert batch.rows_accepted == 1 and not [note for note in batch.notes if "误按元" in note]


def test_an_authority_nobody_knows_is_taken_and_said(send, permit):
    stranger = {"许可机关": "云南省示例未知局", "许可机关统一社会信用代码": demo.make_uscc("530000", 999, "11")}
    batch = send("XZXK", [permit(1), permit(2, **stranger), permit(3, **stranger)])
    assert batch.rows_accepted == 3
    (note,) = [note for note in batch.notes if "部门名录" in note]
    assert "云南省示例未知局" in note and "第 3、4 行" in note


def test_an_authority_is_known_by_a_former_name(send, permit, department):
    department.former_names = ["云南省示例旧局"]
    department.save()
    code = demo.make_uscc("530000", 999, "11")
    batch = send("XZXK", [permit(1, 许可机关="云南省示例旧局", 许可机关统一社会信用代码=code)])
    assert batch.rows_accepted == 1 and not [note for note in batch.notes if "部门名录" in note]


def test_remarks_do_not_grow_with_the_file():
    remarks = Remarks()
    for row_no in range(10_000):
        remarks.add("authority_unknown", "许可机关", f"第 {row_no} 个机关", row_no)
        remarks.add("authority_unknown", "许可机关", "第 0 个机关", row_no)
    told = remarks.sentences()
    assert len(told) == KEPT + 1 and "第 0、0、1、2、3 行等 10,001 行" in told[0] and "9,970 行" in told[-1]


GOOD = demo.make_uscc("530102", 1)
WRONG_CELLS = [
    ({"行政相对人代码_1": GOOD[:17]}, "uscc_length"),
    ({"行政相对人代码_1": GOOD + "0"}, "uscc_length"),
    ({"行政相对人代码_1": GOOD.replace("0", "O", 1)}, "uscc_letter_for_digit"),
    ({"行政相对人代码_1": GOOD[:-1] + ("1" if GOOD[-1] != "1" else "2")}, "uscc_invalid"),
    ({"行政相对人代码_1": "9.15301E+17"}, "scientific_notation"),
    ({"行政相对人代码_1": "1" * 36}, "uscc_length"),
    ({"行政相对人名称": "（）、——！"}, "name_without_letters"),
    ({"许可决定日期": "2099/01/01"}, "date_in_future"),
    ({"许可决定日期": "1900/01/01"}, "date_too_early"),
    ({"有效期自": "2031/11/01", "有效期至": "2031/10/31"}, "dates_out_of_order"),
    ({"有效期至": "2026/11/01", "有效期自": "2026/11/01"}, "dates_out_of_order"),
    ({"许可内容": "糕\x00点"}, "control_character"),
    ({"许可内容": "长" * 1_000_000}, "cell_too_long"),
]


@pytest.mark.parametrize(("changes", "code"), WRONG_CELLS, ids=lambda value: str(value)[:40])
def test_a_wrong_cell_sends_its_row_back_with_the_cure_and_no_other(send, permit, changes, code):
    batch = send("XZXK", [permit(7, firm=7), permit(1, **changes)])
    (returned,) = RejectedRow.objects.filter(batch=batch)
    assert returned.row_no == 3 and batch.rows_accepted == 1
    problem = returned.problems[0]
    assert problem["code"] == code
    assert problem["reason"].endswith("。") and problem["advice"].endswith("。")
    assert "{" not in problem["reason"] + problem["advice"]


def test_a_letter_for_a_digit_is_named_with_the_code_it_makes(send, permit):
    batch = send("XZXK", [permit(1, 行政相对人代码_1=GOOD.replace("0", "O", 1))])
    (problem,) = RejectedRow.objects.get(batch=batch).problems
    assert "字母 O" in problem["reason"] and GOOD in problem["advice"]


@pytest.mark.parametrize("as_number", [True, False], ids=["number", "text"])
def test_an_identity_number_ruined_by_excel_comes_back_with_the_cure(send, penalty, as_number):
    person = {
        "行政相对人名称": "示例张三",
        "行政相对人类别": "自然人",
        "行政相对人代码_1": "",
        "法定代表人": "",
        "证件类型": "身份证",
    }
    ruined = number("5.301021990030712E+17") if as_number else "5.30102E+17"
    row = penalty(1) | {"自然人证件号码": ruined}
    row |= {name: value for name, value in person.items() if name in row}
    batch = send("XZCF", as_xlsx([row]) if as_number else [row])
    found = {p["code"]: p["advice"] for p in RejectedRow.objects.get(batch=batch).problems}
    cure = found["numeric_identifier" if as_number else "scientific_notation"]
    assert "“文本”格式" in cure and "重新录入" in cure


def test_thirty_six_digits_in_a_text_column(send, permit):
    """As text they are what was typed; as a number Excel has kept fifteen of them."""
    assert send("XZXK", [permit(1, 备注="1" * 36)]).rows_accepted == 1
    batch = send("XZXK", as_xlsx([permit(2, 备注="") | {"备注": number("1" * 36)}]))
    assert codes(batch) == {2: ["numeric_identifier"]}


@pytest.mark.parametrize("step", [1, -1])
def test_a_row_that_slipped_by_one_column_gets_one_sentence(send, permit, step):
    good = permit(1)
    names, values = list(good), list(good.values())
    values = ["", *values[:-1]] if step == 1 else [*values[1:], ""]
    batch = send("XZXK", [permit(2), dict(zip(names, values, strict=True))])
    assert codes(batch) == {3: ["row_shifted"]} and batch.rows_accepted == 1


def test_a_row_wrong_in_many_places_has_not_slipped(send, permit):
    wrong = {"许可决定日期": "某日", "有效期自": "某日", "有效期至": "某日", "许可类别": "某类"}
    batch = send("XZXK", [permit(1, **wrong)])
    assert sorted(codes(batch)[2]) == ["date_format"] * 3 + ["value_unknown"]


def test_display_does_not_end_before_the_decision(send, penalty):
    batch = send("XZCF", [penalty(1, 公示截止期="2026/11/01")])
    assert codes(batch) == {2: ["dates_out_of_order"]}


def test_one_line_in_another_encoding_sends_back_that_line(send, permit):
    lines = as_csv([permit(1), permit(2), permit(3)]).splitlines(keepends=True)
    lines[2] = lines[2].decode("utf-8-sig").encode("gb18030")
    batch = send("XZXK", b"".join(lines))
    assert codes(batch) == {3: ["undecodable_bytes"]} and batch.rows_accepted == 2


def test_a_million_empty_lines_are_nothing(tmp_path, send, permit):
    path = tmp_path / "空行.csv"
    path.write_bytes(as_csv([permit(1)]) + b"\r\n" * 1_000_000)
    with open_table(path) as table:
        assert len(list(table.rows())) == 2
    assert send("XZXK", as_csv([permit(1)]) + b",,,\r\n" * 1000).rows_accepted == 1


def test_a_formula_is_text_here_and_harmless_wherever_it_goes_out(send, permit, client, clerk, today):
    batch = send("XZXK", [permit(n, 许可内容=text) for n, text in enumerate(FORMULAS, 1)])
    assert batch.rows_accepted == len(FORMULAS)
    assert {record.values["XK_NR"] for record in Record.objects.all()} == {text.strip() for text in FORMULAS}
    assert send("XZXK", [permit(8, 行政许可决定文书号="=1+cmd")]).rows_accepted == 1
    client.force_login(clerk)
    exported = client.get("/office/records/export.csv").content.decode("utf-8-sig")
    assert "'=1+cmd" in exported and not re.search(r"(^|,)\"?[=+@\-]", exported, re.MULTILINE)
    back = send("XZXK", [permit(9, 许可内容=FORMULAS[0], 许可决定日期="某日")])
    sheet = openpyxl.load_workbook(write_returned(back, actor=clerk, today=today)).active
    cells = [cell for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert FORMULAS[0] in [cell.value for cell in cells] and {cell.data_type for cell in cells} == {"s"}


def test_row_and_column_are_named_as_excel_names_them(send, permit, client, clerk, today):
    good = permit(1)
    batch = send("XZXK", [good, permit(2, 许可决定日期="某日")])
    letter = openpyxl.utils.get_column_letter(list(good).index("许可决定日期") + 1)
    (problem,) = RejectedRow.objects.get(batch=batch, row_no=3).problems
    assert problem["column"] == letter
    sheet = openpyxl.load_workbook(write_returned(batch, actor=clerk, today=today)).active
    line = dict(zip([c.value for c in sheet[1]], [c.value for c in sheet[2]], strict=True))
    assert line["行号"] == "3" and line["错误列"] == f"许可决定日期（{letter} 列）"
    client.force_login(clerk)
    page = client.get(f"/office/batches/{batch.public_id}/").content.decode()
    assert re.search(rf'<th scope="row" class="fit">3</th><td class="fit">{letter}</td>', page)


def test_what_is_wrong_with_every_row_is_said_once_on_top(send, permit, client, clerk, data_dir, today, department):
    batch = services.receive_batch(
        item=item_in_force("XZXK", on=today),
        department=department,
        source=Batch.Source.FILE,
        file_name="示例.csv",
        chunks=[as_csv([permit(n, 许可决定日期="某日") for n in range(1, 9)])],
        actor=clerk,
        commit="preview",
    )
    services.run_batch(batch.pk, today=today)
    client.force_login(clerk)
    page = client.get(f"/office/batches/{batch.public_id}/").content.decode()
    sentence = "全部 8 行的“许可决定日期”：不是日期"
    assert page.count(sentence) == 1 and page.index(sentence) < page.index("文件行数")


def test_every_problem_says_what_to_do():
    assert [code for code, (reason, advice) in PROBLEMS.items() if not (reason.endswith("。") and advice)] == []
