"""The list of records and the page of one: found by what people know, and every reading of a person written down."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.models import AuditEvent
from catalogue.models import InformationItem
from exchange.models import Handover
from records import services, workflow
from records.models import Record
from tests import factories

LIST = "/office/records/"


def found(client, query: str) -> list[str]:
    """Document numbers of the rows a list shows."""
    page = client.get(f"{LIST}?{query}").content.decode()
    return re.findall(r'<td class="fit">(云示[^<]+)</td>', page)


def page_of(client, record: Record) -> str:
    return client.get(reverse("office:record", args=[record.public_id])).content.decode()


def exported(response) -> list[list[str]]:
    """The rows of an export without its watermark."""
    text = response.content.decode()
    assert text.startswith("\ufeff")
    *rows, [mark] = csv.reader(io.StringIO(text[1:]))
    assert mark.startswith("水印：")
    return rows


@pytest.fixture
def penalty(department, clerk):
    return factories.register(factories.penalty(department, 1), clerk)


@pytest.fixture
def persons(department, clerk):
    return factories.register(factories.persons_penalty(department, 2, name="示例张三"), clerk)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["云示罚〔2026〕2号", "云示罚〔2026〕1号"]),
        ("q=商贸", ["云示罚〔2026〕1号"]),
        ("q=第1商贸有限", ["云示罚〔2026〕1号"]),
        ("q=示例张三", ["云示罚〔2026〕2号"]),
        ("q=云示罚〔2026〕2号", ["云示罚〔2026〕2号"]),
        ("q=91530102990000016W", []),
        ("q=没有这个名称", []),
        ("item=XZCF", ["云示罚〔2026〕2号", "云示罚〔2026〕1号"]),
        ("item=XZXK", []),
        ("state=displayed", ["云示罚〔2026〕2号", "云示罚〔2026〕1号"]),
        ("state=withdrawn", []),
        ("since=2026-11-04", []),
        ("until=2026/11/03", ["云示罚〔2026〕2号", "云示罚〔2026〕1号"]),
        ("batch=not-a-uuid", ["云示罚〔2026〕2号", "云示罚〔2026〕1号"]),
    ],
)
def test_records_are_found_by_what_people_know(office, penalty, persons, query, numbers):
    assert found(office, query) == numbers


def test_records_are_found_by_credit_code_however_it_is_typed(office, penalty):
    code = penalty.subject.uscc
    assert found(office, f"q={code}") == found(office, f"q={code.lower()[:8]}+{code[8:]}") == [penalty.document_no]


def test_one_character_is_too_little(office, penalty):
    assert "请至少输入两个字" in office.get(f"{LIST}?q=示").content.decode()


def test_an_identity_number_does_not_stay_in_the_address(office, persons):
    response = office.get(f"{LIST}?q={factories.make_id_number(2)}")
    assert response.url == LIST
    assert "请不要在查找框中输入公民身份号码" in office.get(LIST).content.decode()


def test_lists_show_no_persons_name(office, persons):
    page = office.get(LIST).content.decode()
    assert "示***" in page and "示例张三" not in page
    assert not AuditEvent.objects.filter(action=Action.RECORD_VIEWED).exists()


def test_active_filters_can_be_taken_away_one_by_one(office, penalty):
    page = office.get(f"{LIST}?item=XZCF&since=2026-01-01").content.decode()
    assert 'href="/office/records/?since=2026-01-01"' in page and "信息事项：行政处罚 ×" in page
    assert 'href="/office/records/?item=XZCF"' in page


def test_the_export_is_the_list_made_safe_for_excel(office, clerk, department):
    factories.register(factories.penalty(department, 1, CF_WFXW="=HYPERLINK(示例)"), clerk)
    factories.register(factories.persons_penalty(department, 2, name="示例张三"), clerk)
    head, persons, firm = exported(office.get("/office/records/export.csv?item=XZCF"))
    assert head[0] == "名称" and persons[0] == "示***"
    assert firm[3] == "'=HYPERLINK(示例)"
    assert firm[7:] == ["2027-11-03", "公示中", "待报送"]
    line = AuditEvent.objects.get(action=Action.RECORD_EXPORTED)
    assert line.detail == {"rows": 2, "filters": ["item"]}


def test_what_was_searched_for_is_not_written_down_with_the_export(office, persons):
    assert len(exported(office.get("/office/records/export.csv?q=示例张三"))) == 2
    assert AuditEvent.objects.get(action=Action.RECORD_EXPORTED).detail == {"rows": 1, "filters": ["q"]}


def test_an_export_says_who_took_it_and_leads_back_to_the_trail(office, penalty, department):
    *_, mark = office.get("/office/records/export.csv").content.decode().splitlines()
    line = AuditEvent.objects.get(action=Action.RECORD_EXPORTED)
    assert "（clerk-a）" in mark and department.name in mark and line.request_id in mark


def test_the_page_of_a_record_says_what_until_when_and_where_from(office, penalty, department):
    page = page_of(office, penalty)
    assert "公开至 2027-11-03，还有 346 天" in page and "《信用修复管理办法》" in page
    assert "等待国家平台" in page and "网页填报" in page
    assert "罚款人民币五千元整" in page and department.name in page
    assert "您的这次查看已记入审计日志" not in page


def test_reading_a_persons_record_leaves_a_line_and_shows_no_number(office, persons):
    page = page_of(office, persons)
    assert "示例张三" in page and "已加密保存，不在此显示" in page
    assert factories.make_id_number(2) not in page and factories.make_id_number(2)[-4:] not in page
    line = AuditEvent.objects.get(action=Action.RECORD_VIEWED)
    assert (line.object_id, line.actor_name) == (str(persons.subject.pk), "clerk-a")
    assert (line.detail["basis"], line.detail["record"]) == ("department", str(persons.public_id))
    assert {"subject_name", "CF_WSH"} <= set(line.detail["fields"])
    assert "履行职责：报送部门办理" in page_of(office, persons)


def test_without_a_line_in_the_trail_there_is_no_data(office, persons):
    """No log row, no data (T-15): the office's database role may no longer write to the trail."""
    office.raise_request_exception = False
    paths = [
        reverse("office:record", args=[persons.public_id]),
        reverse("office:subject", args=[persons.subject.public_id]),
        "/office/records/export.csv",
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE credit_office")
        assert [office.get(path).status_code for path in paths] == [200] * 3
        cursor.execute("RESET ROLE")
        cursor.execute("REVOKE INSERT ON audit_auditevent FROM credit_office")
        cursor.execute("SET ROLE credit_office")
    responses = [office.get(path) for path in paths]
    assert [response.status_code for response in responses] == [503] * 3
    assert not any("示例张三" in response.content.decode() for response in responses)


def test_former_contents_are_shown_side_by_side(office, clerk, department, penalty):
    factories.register(factories.penalty(department, 1, CF_NR="罚款人民币六千元整", CF_NR_FK="0.6"), clerk)
    page = page_of(office, penalty)
    gone = re.findall(r"<del>(?:<span[^>]*>[^<]*</span>)?([^<]*)</del>", page)
    come = re.findall(r"<ins>(?:<span[^>]*>[^<]*</span>)?([^<]*)</ins>", page)
    assert (gone, come) == (["五", "0.5"], ["六", "0.6"])


@pytest.mark.parametrize(
    ("handover", "revision", "words"),
    [
        ({"refused_revision": 1, "code": "name_mismatch", "reason": "示例退回原因"}, 0, "示例退回原因"),
        ({"is_published": True, "receipt": "R-示例-1"}, 1, "国家平台已接收"),
        ({}, 0, "等待国家平台"),
    ],
)
def test_how_far_the_nation_has_been_told_is_said(office, penalty, handover, revision, words):
    Handover.objects.create(record=penalty, revision=1, **handover)
    Record.objects.filter(pk=penalty.pk).update(national_revision=revision)
    assert words in page_of(office, penalty)


def without_approval() -> None:
    InformationItem.objects.filter(code="XZCF").update(needs_approval=[])


def test_withdrawing_asks_for_the_reason_and_says_what_follows(office, penalty):
    without_approval()
    path = reverse("office:record-withdraw", args=[penalty.public_id])
    assert "门户立即停止显示" in office.get(path).content.decode()
    assert "请写明撤回的情况" in office.post(path, {"reason": " ", "key": "k"}).content.decode()
    said = {"reason_code": "revoked", "reason": "复议决定（示例）", "key": "k"}
    assert office.post(path, said).url == reverse("office:record", args=[penalty.public_id])
    penalty.refresh_from_db()
    assert (penalty.state, penalty.ended_on) == (workflow.WITHDRAWN, factories.TODAY)
    page = page_of(office, penalty)
    assert "决定已被撤销或变更：复议决定（示例）" in page and "撤下信用记录" in page and "确认撤回" not in page


def test_withdrawing_twice_changes_nothing_more(office, penalty):
    without_approval()
    path = reverse("office:record-withdraw", args=[penalty.public_id])
    office.post(path, {"reason_code": "other", "reason": "示例", "key": "k1"})
    again = office.post(path, {"reason_code": "other", "reason": "示例之二", "key": "k2"})
    assert again.status_code == 409
    penalty.refresh_from_db()
    assert (penalty.revision, penalty.end_reason) == (2, "其他报送错误：示例")


def test_a_reviewer_sees_the_record_and_cannot_withdraw_it(browse, reviewer, penalty):
    client = browse(reviewer)
    path = reverse("office:record-withdraw", args=[penalty.public_id])
    assert path not in client.get(reverse("office:record", args=[penalty.public_id])).content.decode()
    assert client.post(path, {"reason": "示例"}).status_code == 404


def test_late_reports_are_told_on_the_home_page_and_listed(office, clerk, department, rehearse):
    now = timezone.localdate()
    rehearse(now)
    for number, days in enumerate((1, 60), start=1):
        decided = (now - timedelta(days=days)).isoformat()
        factories.register(factories.penalty(department, number, CF_JDRQ=decided), clerk, today=now)
    assert "条记录超过报送时限" in office.get("/office/").content.decode()
    assert found(office, "late=1") == ["云示罚〔2026〕2号"]


def test_an_expired_record_says_when_it_ended(office, clerk, department, rehearse):
    record = factories.register(factories.penalty(department, CF_JDRQ="2025-11-30"), clerk)
    later = record.displayed_until + timedelta(days=1)
    rehearse(later)
    services.expire_records(today=later)
    assert "公示期满" in page_of(office, record)
    assert found(office, "state=expired") == [record.document_no]
    assert found(office, "state=displayed") == []
