"""Persons responsible (33号（十四）): a record of their own, which follows its source whatever happens to it."""

import datetime
import io
import json
import re

import pytest
import xlsxwriter
from django.db import IntegrityError, connection, transaction

from accounts.models import Role
from accounts.services import issue_token
from audit.models import AuditEvent
from catalogue.models import InformationItem, PersonDisplay
from records import services
from records.errors import Refused, RowRefused
from records.models import Batch, Identifier, Record, RejectedRow, Subject
from records.workflow import Commit
from tests.factories import TODAY, as_csv, make_department, make_id_number, make_user, penalty, register, send

pytestmark = pytest.mark.django_db
SERIOUS = {"CF_CFLB": "责令停产停业", "CF_NR": "责令停产停业整顿", "CF_NR_FK": ""}


def names(number: int = 1, n: int = 1, **changes: str) -> dict[str, str]:
    """The columns that name one person responsible."""
    said = {
        "MC": f"示例赵{number}",
        "SF": "法定代表人",
        "ZJHM": make_id_number(number),
        "YJ": "《示例法》第九条",
    } | changes
    return {f"XZCF_ZR{n}_{part}": text for part, text in said.items()}


@pytest.fixture
def clerk(data_dir, db):
    return make_user("clerk-r", Role.CLERK, make_department("R", 731))


@pytest.fixture
def enter(clerk):
    def enter(*people: dict[str, str], number: int = 1, item: str = "XZCF", **changes: str) -> Record:
        values = penalty(clerk.department, number) | SERIOUS
        for person in people:
            values |= person
        return register(values | changes, clerk, item=item)

    return enter


def derived() -> list[Record]:
    return list(Record.objects.filter(item_code="ZRRY").order_by("subject_name", "pk"))


def codes_of(refusal) -> set[str]:
    return {problem.code for problem in refusal.value.problems}


def test_each_person_named_has_a_record_with_capacity_and_basis(enter):
    source = enter(names(1), names(2, n=2, SF="主要负责人、实际控制人"))
    first, second = derived()
    assert (first.derived_from_id, first.subject.kind, first.subject_name) == (source.pk, "person", "示例赵1")
    assert (first.document_no, first.decided_on, first.state) == (source.document_no, source.decided_on, source.state)
    assert first.values["ZRRY_YJ"] == "《示例法》第九条" and first.values["ZRRY_DW"] == source.subject_name
    assert second.values["ZRRY_SF"] == "主要负责人、实际控制人"


def test_the_number_is_kept_only_as_ciphertext(enter):
    source = enter(names(1))
    assert Identifier.objects.get(subject=derived()[0].subject).lookup != make_id_number(1)
    with connection.cursor() as cursor:
        for table in ("records_record", "records_identifier", "records_recordversion"):
            cursor.execute(
                f"SELECT count(*) FROM {table} AS t WHERE to_jsonb(t)::text LIKE %s", [f"%{make_id_number(1)}%"]
            )
            assert cursor.fetchone() == (0,)
    assert source.responsible[0]["lookup"] == Identifier.objects.get(subject=derived()[0].subject).lookup


def test_a_person_known_already_is_the_same_subject(enter):
    enter(names(1), number=1)
    enter(names(1), number=2)
    first, second = derived()
    assert first.subject_id == second.subject_id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"YJ": ""}, "responsible_without_basis"),
        ({"ZJHM": ""}, "required"),
        ({"SF": ""}, "required"),
        ({"MC": ""}, "required"),
        ({"SF": "门卫"}, "value_unknown"),
        ({"ZJHM": "530102198503129990"}, "id_number_invalid"),
        ({"ZJHM": make_id_number(1, born_on=datetime.date(2010, 5, 6))}, "subject_is_minor"),
    ],
)
def test_nobody_is_named_without_what_the_law_asks(enter, changes, code):
    with pytest.raises(RowRefused) as refusal:
        enter(names(1, **changes))
    assert code in codes_of(refusal)
    assert not Record.objects.exists()


def test_only_serious_dishonesty_is_entered_for_persons(enter):
    with pytest.raises(RowRefused) as refusal:
        enter(names(1), CF_CFLB="罚款", CF_NR_FK="0.5")
    assert codes_of(refusal) == {"responsible_only_if_serious"}


def test_one_person_is_named_once(enter):
    with pytest.raises(RowRefused) as refusal:
        enter(names(1), names(1, n=2))
    assert codes_of(refusal) == {"responsible_named_twice"}


def test_a_number_known_under_another_name_goes_back(enter):
    enter(names(1))
    with pytest.raises(RowRefused) as refusal:
        enter(names(1, MC="示例别人"), number=2)
    assert codes_of(refusal) == {"person_name_conflict"}
    assert Record.objects.count() == 2


def test_withdrawn_together_with_the_source(enter, clerk):
    source = enter(names(1))
    services.withdraw_record(source, actor=clerk, reason="决定已被撤销", today=TODAY)
    person = derived()[0]
    assert (person.state, person.ended_on, person.end_reason) == ("withdrawn", TODAY, "决定已被撤销")
    assert person.versions.count() == 1


def test_expired_together_with_the_source(enter, rehearse):
    source = enter(names(1))
    after = source.displayed_until + datetime.timedelta(days=1)
    rehearse(after)
    services.expire_records(today=after)
    assert [(r.state, r.ended_on) for r in derived()] == [("expired", source.displayed_until)]


def test_corrected_together_with_the_source(enter):
    enter(names(1))
    source = enter(names(1, SF="实际控制人"), CF_WFXW="未取得许可从事经营")
    person = derived()[0]
    assert (person.title, person.values["ZRRY_SF"], person.revision) == ("未取得许可从事经营", "实际控制人", 2)
    assert person.versions.get().former["title"] != source.title


def test_who_is_no_longer_named_is_withdrawn_and_who_is_named_again_comes_back(enter):
    enter(names(1), names(2, n=2))
    enter(names(2, n=2))
    assert [r.state for r in derived()] == ["withdrawn", "current"]
    assert "不再列为责任人员" in derived()[0].end_reason
    enter(names(1), names(2, n=2))
    assert [(r.state, r.ended_on, r.end_reason) for r in derived()] == [("current", None, "")] * 2


def test_the_same_row_again_changes_nothing(enter):
    enter(names(1))
    enter(names(1))
    assert [(r.revision, r.versions.count()) for r in derived()] == [(1, 0)]


def test_one_decision_under_two_items_gives_one_record_that_stands_while_one_source_stands(enter, clerk):
    first = enter(names(1))
    code = "YZSX"
    unit = {"XDR_MC": first.subject_name, "XDR_LB": "法人及非法人组织", "XDR_SHXYM": first.subject.uscc}
    said = {"MDMC": "示例名单", "WSH": first.document_no, "SY": "示例事由", "YJ": "《示例法》", "RQ": "2026-11-03"}
    origin = {"RDJG": clerk.department.name, "RDJGDM": clerk.department.uscc}
    source = {"LYDW": clerk.department.name, "LYDWDM": clerk.department.uscc}
    values = {f"{code}_{name}": text for name, text in (unit | said | origin | source).items()}
    people = {name.replace("XZCF", code): text for name, text in names(1).items()}
    second = register(values | people, clerk, item=code)
    assert [(r.derived_from_id, r.revision) for r in derived()] == [(first.pk, 1)]
    services.withdraw_record(first, actor=clerk, reason="重复报送", today=TODAY)
    assert [(r.state, r.derived_from_id) for r in derived()] == [("current", second.pk)]
    services.withdraw_record(second, actor=clerk, reason="决定已被撤销", today=TODAY)
    assert [r.state for r in derived()] == ["withdrawn"]


def test_any_statement_carries_it_over_whichever_verb_forgot(enter):
    source = enter(names(1))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_record SET state = 'disputed', revision = revision + 1, explained_revision = revision + 1, "
            "change_kind = 'suspended', change_reason = '示例' WHERE id = %s",
            [source.pk],
        )
    person = derived()[0]
    assert (person.state, person.change_kind, person.change_reason) == ("disputed", "followed", "示例")


def test_it_is_not_withdrawn_apart_from_its_source(client, enter, clerk):
    enter(names(1))
    person = derived()[0]
    with pytest.raises(Refused, match="来源记录"):
        services.withdraw_record(person, actor=clerk, reason="示例", today=TODAY)
    client.force_login(clerk)
    assert "withdraw" not in client.get(f"/office/records/{person.public_id}/").content.decode()


def test_no_department_reports_such_a_record_itself(client, clerk):
    client.force_login(clerk)
    assert "责任人员失信信息" not in client.get("/office/records/new/").content.decode()


def test_it_is_neither_shown_nor_told_the_nation(enter):
    enter(names(1))
    person = derived()[0]
    assert person.displayed_until is None and person.revision == person.national_revision
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public_record WHERE id = %s", [person.pk])
        assert cursor.fetchone() == (0,)


def test_it_is_shown_masked_when_the_item_says_so(enter, clerk):
    InformationItem.objects.filter(code="ZRRY").update(person_display=PersonDisplay.MASKED)
    source = enter(names(1))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_name, displayed_until, values::text FROM public_record WHERE id = %s", [derived()[0].pk]
        )
        name, until, values = cursor.fetchone()
    assert (name, until) == ("示***", source.displayed_until) and "赵1" not in values
    services.withdraw_record(source, actor=clerk, reason="示例", today=TODAY)
    assert [(r.state, r.revision > r.national_revision) for r in derived()] == [("withdrawn", True)]


def test_the_pages_say_why_and_lead_to_each_other(client, enter, clerk):
    source = enter(names(1))
    person = derived()[0]
    client.force_login(clerk)
    page = client.get(f"/office/records/{source.public_id}/").content.decode()
    assert f"/office/records/{person.public_id}/" in page and "示***" in page
    page = client.get(f"/office/records/{person.public_id}/").content.decode()
    assert "为什么有这条记录" in page and "国发〔2016〕33号（十四）" in page and "《示例法》第九条" in page
    assert f"/office/records/{source.public_id}/" in page
    assert AuditEvent.objects.filter(action="records.record.viewed", object_id=str(person.subject_id)).exists()


def as_xlsx(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate([list(rows[0]), *(row.values() for row in rows)]):
            for column, text in enumerate(cells):
                sheet.write_string(line, column, text)
    return out.getvalue()


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_files_name_them_too(clerk, write):
    batch = send(write(rows_of(clerk)), clerk, item="XZCF")
    assert (batch.rows_accepted, len(derived())) == (3, 3)
    assert Subject.objects.filter(kind="person").count() == 3


def test_rows_sent_as_json_name_them_too(client, clerk):
    token = issue_token(department=clerk.department, user=clerk, name="示例", on=TODAY)[1]
    client.post(
        "/api/v1/batches/",
        {"item": "行政处罚", "rows": rows_of(clerk)},
        content_type="application/json",
        headers={"Authorization": f"Token {token}"},
    )
    services.run_batch(Batch.objects.get().pk, today=TODAY)
    assert len(derived()) == 3


@pytest.mark.parametrize("commit", Commit.values)
@pytest.mark.parametrize("size", [2, 5000])
def test_nobody_is_named_under_two_names_in_one_file(clerk, monkeypatch, commit, size):
    """Whether the two rows stand in one slice or in two, and whoever looks first, the preview or the merge."""
    monkeypatch.setattr("records.services.batches.SLICE", size)
    rows = rows_of(clerk)
    fields = {
        f.responsible_part: f.name for f in InformationItem.objects.get(code="XZCF").fields.filter(responsible_no=1)
    }
    rows[1] |= {fields["id"]: rows[0][fields["id"]], fields["name"]: "示例别名"}
    batch = send(rows, clerk, item="XZCF", commit=commit)
    if commit == Commit.PREVIEW:
        assert (batch.preview.rows_new, batch.preview.rows_conflicting) == (2, 1)
        services.commit_batch(batch, actor=clerk, policy=batch.policy, seen=batch.preview.outcome_digest)
        services.run_batch(batch.pk, today=TODAY)
        batch.refresh_from_db()
    assert (batch.rows_accepted, batch.rows_rejected) == (2, 1)
    assert [found["code"] for found in RejectedRow.objects.get(batch=batch).problems] == ["person_name_conflict"]
    assert [record.subject_name for record in derived()] == [rows[0][fields["name"]], rows[2][fields["name"]]]


def rows_of(clerk) -> list[dict[str, str]]:
    """Three penalties under the titles of a file, each naming a person."""
    titles = {f.code: f.name for f in InformationItem.objects.get(code="XZCF").fields.all()}
    found = [penalty(clerk.department, n, firm=n) | SERIOUS | names(n) for n in (1, 2, 3)]
    return [{titles[code]: text for code, text in values.items()} for values in found]


def test_the_database_refuses_a_minor_as_responsible(enter):
    source = enter(names(1))
    people = [source.responsible[0] | {"lookup": "0" * 64, "name": "示例少年", "adult_on": "2030-01-01"}]
    with pytest.raises(IntegrityError, match="of age"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_record SET responsible = %s, revision = revision + 1, "
            "explained_revision = revision + 1, change_kind = 'corrected' WHERE id = %s",
            [json.dumps(people), source.pk],
        )


def test_a_statement_over_many_rows_does_not_loop_over_them_twice(enter, clerk):
    """The planner knows nothing of transition tables: a join of the two took 24 s for 5,000 rows."""
    source = enter(names(1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'records_follow_source'")
        assert not re.search(r"former[^;]*JOIN latter|latter[^;]*JOIN former", cursor.fetchone()[0])
        cursor.execute("UPDATE records_record SET national_revision = revision WHERE id = %s", [source.pk])
    assert [r.revision for r in derived()] == [1]
