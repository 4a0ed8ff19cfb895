"""From file to records: what is taken, what is sent back, and that nothing is counted twice."""

import datetime
import io

import pytest
import xlsxwriter
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from credit_platform import demo
from records import services, workflow
from records.errors import IdempotencyConflict, RightMissing
from records.models import Batch, BatchKey, Identifier, Record, RecordVersion, RejectedRow, StagedRow, Subject
from records.services import batches
from tests.factories import as_csv, make_department
from tests.records.conftest import make_clerk

pytestmark = pytest.mark.django_db


def counts(batch: Batch) -> tuple[int, int, int, int]:
    return batch.rows_total, batch.rows_accepted, batch.rows_unchanged, batch.rows_rejected


def codes(batch: Batch) -> dict[int, list[str]]:
    rows = RejectedRow.objects.filter(batch=batch).order_by("row_no")
    return {row.row_no: [problem["code"] for problem in row.problems] for row in rows}


def test_a_good_file_becomes_records(send, permit):
    batch = send("行政许可", [permit(1), permit(2), permit(3, firm=2)])
    assert (batch.state, counts(batch)) == (workflow.COMMITTED, (3, 3, 0, 0))
    assert Subject.objects.count() == 2
    record = Record.objects.get(document_no="云示许〔2026〕1号")
    assert record.decided_on == datetime.date(2026, 11, 2)
    assert record.displayed_until == datetime.date(2031, 11, 1)
    assert record.display_rule_key == "XZXK.valid-until"
    assert (record.batch, record.row_no, record.revision) == (batch, 2, 1)


def test_sending_the_same_file_twice_changes_nothing(send, permit):
    rows = [permit(1), permit(2)]
    send("行政许可", rows)
    before = list(Record.objects.order_by("pk").values())
    assert counts(send("行政许可", rows)) == (2, 0, 2, 0)
    assert list(Record.objects.order_by("pk").values()) == before


def test_a_changed_row_moves_the_revision_on_and_keeps_the_former_content(send, permit):
    send("行政许可", [permit(1)])
    assert counts(send("行政许可", [permit(1, 许可内容="散装食品销售")])) == (1, 1, 0, 0)
    record = Record.objects.get()
    assert (record.revision, record.values["XK_NR"]) == (2, "散装食品销售")
    version = RecordVersion.objects.get(record=record)
    assert (version.revision, version.former["values"]["XK_NR"]) == (1, "预包装食品销售；热食类食品制售")


def test_a_bad_row_never_stops_a_good_one(send, permit):
    batch = send("行政许可", [permit(1), permit(2, 行政相对人代码_1="91530102MA0000000X"), permit(3)])
    assert counts(batch) == (3, 2, 0, 1)
    assert codes(batch) == {3: ["uscc_invalid"]}


def test_everything_wrong_with_a_row_is_told_at_once(send, permit):
    batch = send("行政许可", [permit(1, 许可决定日期="2026/13/02", 许可类别="其它", 许可内容="", 当前状态="3")])
    assert codes(batch) == {2: ["value_unknown", "date_impossible", "value_unknown", "required"]}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"许可决定日期": "2026/11/23", "有效期自": "2026/11/23"}, "date_in_future"),
        ({"有效期至": "2026/10/01"}, "dates_out_of_order"),
        ({"许可决定日期": "1900/01/01"}, "date_too_early"),
        ({"行政相对人类别": "自然人"}, "not_for_this_kind"),
        ({"数据来源单位统一社会信用代码": demo.make_uscc("530000", 999, "11")}, "source_department_mismatch"),
        ({"许可内容": "字" * 4001}, "too_long"),
        (
            {"许可内容": f"颁发给张某 {demo.make_id_number('530102', datetime.date(1990, 1, 1), 1)}"},
            "id_number_in_text",
        ),
        ({"许可内容": "含\x00空字符"}, "control_character"),
        ({"许可内容": "含\x01控制符"}, "control_character"),
        ({"行政相对人代码_1": "91530102МА0000000X"}, "identifier_character"),
        ({"行政许可决定文书号": "——"}, "required"),
    ],
)
def test_what_is_wrong_with_a_permit(send, permit, changes, code):
    assert code in codes(send("行政许可", [permit(1, **changes)]))[2]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"罚款金额（万元）": ""}, "required"),
        ({"罚款金额（万元）": "5000元"}, "decimal_format"),
        ({"罚款金额（万元）": "0.1234567"}, "decimal_too_precise"),
        ({"处罚类别": "罚款、罚款"}, "value_repeated"),
        ({"处罚类别": "训斥"}, "value_unknown"),
        ({"公示截止期": "2026/11/01"}, "dates_out_of_order"),
    ],
)
def test_what_is_wrong_with_a_penalty(send, penalty, changes, code):
    assert code in codes(send("行政处罚", [penalty(1, **changes)]))[2]


@pytest.mark.parametrize(
    ("kinds", "severity", "until"),
    [
        ("警告", "minor", None),
        ("罚款", "general", datetime.date(2027, 11, 2)),
        ("罚款、吊销许可证件", "serious", datetime.date(2029, 11, 2)),
    ],
)
def test_the_display_term_follows_the_severity(send, penalty, kinds, severity, until):
    send("行政处罚", [penalty(1, 处罚类别=kinds, 暂扣或吊销证照名称及编号="示例许可证 1 号")])
    record = Record.objects.get()
    assert (record.severity, record.displayed_until) == (severity, until)
    assert record.display_rule_key == f"XZCF.order-36.{severity}"


def test_what_nobody_may_see_has_nothing_to_tell_the_nation(send, penalty):
    send("行政处罚", [penalty(1, 处罚类别="警告"), penalty(2), penalty(3, 处罚决定日期="2020/01/02")])
    assert list(Record.objects.order_by("document_no").values_list("state", "national_revision")) == [
        ("current", 1),
        ("current", 0),
        ("expired", 1),
    ]
    assert Record.objects.pending_national().count() == 1


def test_the_same_decision_twice_in_one_file(send, permit):
    batch = send("行政许可", [permit(1), permit(1), permit(1, 许可内容="另一内容")])
    assert counts(batch) == (3, 1, 1, 1)
    assert codes(batch) == {4: ["duplicate_in_file"]}
    assert "第 2 行" in RejectedRow.objects.get().problems[0]["reason"]


def test_a_known_code_under_another_name_goes_back(send, permit):
    send("行政许可", [permit(1)])
    batch = send("行政许可", [permit(2, 行政相对人名称="云南示例冒名有限公司")])
    assert codes(batch) == {2: ["name_conflict"]}
    assert Subject.objects.get().legal_name == "云南示例第1号有限公司"


def test_brackets_and_width_do_not_make_another_name(send, permit):
    send("行政许可", [permit(1, 行政相对人名称="云南示例（昆明）有限公司")])
    assert counts(send("行政许可", [permit(2, 行政相对人名称="云南示例 (昆明)有限公司")])) == (1, 1, 0, 0)


def test_codes_of_two_subjects_in_one_row_go_back(send, permit):
    send("行政许可", [permit(1, firm=1, 工商注册号="530100100000001"), permit(2, firm=2, 工商注册号="530100100000002")])
    batch = send("行政许可", [permit(3, firm=1, 工商注册号="530100100000002")])
    assert codes(batch) == {2: ["identifier_conflict"]}


def test_an_old_code_finds_the_subject_again(send, permit):
    send("行政许可", [permit(1, 工商注册号="530100100000001")])
    batch = send("行政许可", [permit(2, 行政相对人代码_1="", 工商注册号="530100100000001")])
    assert counts(batch) == (1, 1, 0, 0)
    assert Subject.objects.count() == 1


def test_a_subject_made_for_a_row_sent_back_does_not_stay(send, permit):
    batch = send("行政许可", [permit(1, firm=1), permit(2, firm=1, 行政相对人名称="云南示例另名有限公司")])
    assert codes(batch) == {3: ["name_conflict"]}
    services.withdraw_record(
        Record.objects.get(), actor=User.objects.get(), reason="误报", today=datetime.date(2026, 11, 22)
    )
    again = send("行政许可", [permit(1, firm=1)])
    assert codes(again) == {2: ["withdrawn_before"]}
    assert Subject.objects.count() == 1


def person(penalty, born: datetime.date, **changes: str) -> dict[str, str]:
    return penalty(
        1,
        行政相对人名称="示例赵六",
        行政相对人类别="自然人",
        行政相对人代码_1="",
        法定代表人="",
        自然人证件类型="身份证",
        自然人证件号码=demo.make_id_number("530102", born, 7),
        **changes,
    )


def test_a_persons_number_is_kept_only_as_ciphertext(send, penalty):
    row = person(penalty, datetime.date(1990, 5, 6))
    assert counts(send("行政处罚", [row])) == (1, 1, 0, 0)
    identifier = Identifier.objects.get()
    assert identifier.kind == "id_card" and row["自然人证件号码"] not in identifier.lookup + identifier.cipher
    assert row["自然人证件号码"] not in str(Record.objects.values().get())
    assert send("行政处罚", [row]).rows_unchanged == 1


def test_a_minor_is_not_recorded(send, penalty):
    batch = send("行政处罚", [person(penalty, datetime.date(2009, 5, 6))])
    assert codes(batch) == {2: ["subject_is_minor"]}
    assert not Subject.objects.exists()


def test_a_bad_identity_number_is_masked_in_what_is_told(send, penalty):
    row = person(penalty, datetime.date(1990, 5, 6))
    wrong = row["自然人证件号码"][:17] + ("1" if row["自然人证件号码"][17] != "1" else "2")
    batch = send("行政处罚", [row | {"自然人证件号码": wrong}])
    assert codes(batch) == {2: ["id_number_invalid"]}
    assert wrong not in str(RejectedRow.objects.values().get())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_in_each_encoding(send, permit, encoding):
    batch = send("行政许可", as_csv([permit(1, 行政相对人名称="丽江示例𬭩䶮有限公司")], encoding))
    assert counts(batch) == (1, 1, 0, 0)
    assert Subject.objects.get().legal_name == "丽江示例𬭩䶮有限公司"


LEGAL_PERSON_2018 = {
    "XK_XDR_MC": "云南示例旧版有限公司",
    "XK_XDR_SHXYM": demo.make_uscc("530102", 5),
    "XK_FDDB": "示甲",
    "XK_XKWS": "准予行政许可决定书",
    "XK_WSH": "云示许〔2018〕1号",
    "XK_XKLB": "普通",
    "XK_NR": "示例",
    "XK_JDRQ": "2018/08/01",
    "XK_YXQZ": "2018/08/01",
    "XK_YXQZHI": "2099/12/31",
    "XK_XKJG": "云南省示例A局",
    "XK_ZT": "1",
    "XK_LYDW": "云南省示例A局",
}


def test_the_2018_layout_for_legal_persons_with_national_codes(send, department):
    units = {"XK_XKJGDM": department.uscc, "XK_LYDWDM": department.uscc}
    assert counts(send("行政许可", [LEGAL_PERSON_2018 | units])) == (1, 1, 0, 0)
    assert Subject.objects.get().kind == "organisation"


def test_the_2018_layout_for_natural_persons(send, penalty):
    row = person(penalty, datetime.date(1990, 5, 6))
    for name in ("行政相对人类别", "行政相对人代码_1", "法定代表人"):
        row.pop(name)
    row["证件类型"], row["证件号码"] = row.pop("自然人证件类型"), row.pop("自然人证件号码")
    assert counts(send("行政处罚", [row])) == (1, 1, 0, 0)
    assert Subject.objects.get().kind == "person"


def test_an_individual_business_is_told_by_its_code_where_the_layout_has_no_kind(send, permit):
    row = permit(1, 行政相对人代码_1=demo.make_uscc("530102", 9, "92"))
    row.pop("行政相对人类别")
    send("行政许可", [row])
    assert Subject.objects.get().kind == "sole_trader"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7 ...", "pdf_file"),
        ("甲,乙\n1,2\n".encode(), "unknown_header"),
    ],
)
def test_a_file_that_is_no_report_leaves_nothing_but_the_refusal(send, data_dir, content, code):
    batch = send("行政许可", content)
    assert (batch.state, batch.code) == (workflow.REFUSED, code)
    assert batch.reason.endswith("。")
    assert not Record.objects.exists() and not StagedRow.objects.exists()


def test_an_open_quote_far_down_refuses_the_whole_file(send, permit, monkeypatch):
    monkeypatch.setattr(batches, "SLICE", 2)
    content = as_csv([permit(n) for n in range(1, 8)]) + '"没有收尾的引号,1,2\n'.encode()
    batch = send("行政许可", content)
    assert batch.state == workflow.REFUSED
    assert not Record.objects.exists() and not RejectedRow.objects.exists()


def test_a_header_without_rows_is_refused(send, permit):
    batch = send("行政许可", as_csv([permit(1)]).splitlines(keepends=True)[0])
    assert (batch.state, batch.code) == (workflow.REFUSED, "no_rows")


def test_a_file_over_the_limit_is_refused_and_not_kept(send, permit, settings, data_dir):
    settings.UPLOAD_LIMIT_BYTES = 100
    batch = send("行政许可", [permit(1)])
    assert (batch.state, batch.code) == (workflow.REFUSED, "file_too_large")
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


def test_the_file_is_kept_encrypted(send, permit, data_dir):
    send("行政许可", [permit(1)])
    kept = [path.read_bytes() for path in data_dir.rglob("*") if path.is_file()]
    assert len(kept) == 1 and "云南示例".encode() not in kept[0]


def test_the_same_key_with_the_same_file_is_one_batch(send, permit):
    assert send("行政许可", [permit(1)], key="k-1").pk == send("行政许可", [permit(1)], key="k-1").pk
    assert Batch.objects.count() == 1


def test_the_same_key_with_another_file_is_refused(send, permit):
    send("行政许可", [permit(1)], key="k-1")
    with pytest.raises(IdempotencyConflict):
        send("行政许可", [permit(2)], key="k-1")
    assert Batch.objects.count() == 1


def test_only_who_may_report_for_the_department_can_send(send, permit, department, today, data_dir):
    stranger = make_clerk(make_department("B", 702), "clerk-b")
    with pytest.raises(RightMissing):
        services.receive_batch(
            item=batches.item_in_force("行政许可", on=today),
            department=department,
            source=Batch.Source.FILE,
            file_name="",
            chunks=[b""],
            actor=stranger,
        )


def test_a_cancelled_batch_is_not_read(send, permit, clerk, today):
    batch = send("行政许可", [permit(1)], run=False)
    services.cancel_batch(batch, actor=clerk)
    assert services.run_batch(batch.pk, today=today) is None
    with pytest.raises(workflow.TransitionRefused):
        services.cancel_batch(batch, actor=clerk)


def test_a_committed_batch_leaves_no_staging(send, permit):
    send("行政许可", [permit(1), permit(2)])
    assert not StagedRow.objects.exists() and not BatchKey.objects.exists()


def test_rows_of_a_committed_batch_always_add_up(send, permit):
    batch = send("行政许可", [permit(1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(rows_accepted=7)


def test_slices_give_the_same_result_as_one_piece(send, permit, monkeypatch):
    rows = [permit(n, firm=n % 3) for n in range(1, 12)] + [permit(4, firm=1), permit(5, firm=2, 许可内容="不同")]
    monkeypatch.setattr(batches, "SLICE", 3)
    batch = send("行政许可", rows)
    assert counts(batch) == (13, 11, 1, 1)
    assert codes(batch) == {14: ["duplicate_in_file"]}


def test_a_record_without_an_item_in_force_is_impossible(send, permit, today):
    send("行政许可", [permit(1)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_informationitem SET in_force_until = %s WHERE code = 'XZXK'", [today])
        cursor.execute("SELECT set_config('platform.today', %s, true)", [(today + datetime.timedelta(1)).isoformat()])
        row = Record.objects.values().get()
        row.pop("id")
        with pytest.raises(IntegrityError, match="item in force"), transaction.atomic():
            Record.objects.create(
                **row | {"public_id": "00000000-0000-4000-8000-000000000001", "document_no": "另一文号"}
            )


def test_a_record_is_never_deleted(send, permit):
    send("行政许可", [permit(1)])
    with pytest.raises(Exception, match="insert-only"), transaction.atomic():
        Record.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("column", "write", "code"),
    [
        ("行政相对人代码_1", lambda sheet, r, c: sheet.write_number(r, c, 915301029900010199), "numeric_identifier"),
        ("工商注册号", lambda sheet, r, c: sheet.write_number(r, c, 530100100000001), "numeric_identifier"),
        (
            "行政许可决定文书号",
            lambda sheet, r, c: sheet.write_datetime(r, c, datetime.datetime(2026, 1, 1)),
            "numeric_identifier",
        ),
    ],
)
def test_what_excel_has_damaged_goes_back(send, permit, column, write, code):
    row = permit(1) | {"工商注册号": ""}
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for index, (name, value) in enumerate(row.items()):
            sheet.write_string(0, index, name)
            if name == column:
                write(sheet, 1, index)
            else:
                sheet.write_string(1, index, value)
    assert codes(send("行政许可", out.getvalue()))[2] == [code]
