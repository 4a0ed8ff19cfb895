"""The page of a case and the department's inbox: what they show, what one can do there, and to whom they are closed."""

import datetime
import re
import uuid

import pytest
from django.test import Client

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from records import storage
from records.models import Record
from repair import services, workflow
from repair.models import Case, Evidence, Restoration
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_department, make_user
from tests.repair.conftest import GRANT, make_applicant

PICTURE = b"\x89PNG\r\n\x1a\n"
REASONS = {"outcome": "grant", "reasons": "义务已经履行，证明齐全。", "article": "信用修复管理办法"}


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def desk(reviewer):
    return browser(reviewer)


def url(case: Case, step: str = "") -> str:
    return f"/admin/cases/{case.public_id}/" + (f"{step}/" if step else "")


def take(client: Client, case: Case, name: str, *, version: int | None = None, **form):
    """One step from the page as it is now, or as it was at `version`."""
    seen = Case.objects.get(pk=case.pk).version if version is None else version
    return client.post(url(case, name), {"version": seen} | form)


def state_of(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def offered(page: str) -> list[str]:
    """The steps the page offers, in its order."""
    return re.findall(r"<summary>([^<]+)</summary>\s*<form class=\"form\"", page)


def read(client: Client, case: Case) -> str:
    answer = client.get(url(case))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_repair_goes_from_the_queue_to_its_letter_by_two_people(desk, second, opened):
    case, other = opened("repair"), browser(second)
    assert offered(read(desk, case)) == ["受理", "一次性告知补正", "不予受理"]
    assert take(desk, case, "accept").status_code == 302
    assert offered(read(desk, case)) == ["转认定部门核查", "提出拟决定", "延长期限"]
    take(desk, case, "propose", **REASONS)
    assert offered(read(desk, case)) == [] and "提出拟决定的人不能决定" in read(desk, case)
    assert take(desk, case, "decide").status_code == 404
    page = read(other, case)
    assert offered(page) == ["同意拟决定", "退回重办"] and "决定书预览" in page
    assert page.count("义务已经履行，证明齐全。") >= 2, "as proposed, and in the letter"
    take(other, case, "decide")
    case.refresh_from_db()
    assert case.state == workflow.GRANTED and case.decided_by == second
    assert "决定书" in read(desk, case)
    assert offered(read(desk, case)) == ["撤销修复"] and offered(read(other, case)) == []


def test_the_letter_is_seen_before_anything_is_said(desk, accepted):
    case = accepted("repair")
    answer = take(desk, case, "preview", step="propose", **REASONS)
    page = answer.content.decode()
    assert answer.status_code == 200 and "决定书预览" in page
    assert page.count("义务已经履行，证明齐全。") == 2, "in the letter and still in the form"
    assert state_of(case) == workflow.ACCEPTED


def test_a_stale_page_is_told_who_did_what_and_keeps_what_was_typed(desk, reviewer, opened):
    case = opened()
    services.accept(case, actor=reviewer, version=case.version, today=TODAY)
    answer = take(desk, case, "reject", version=1, reason="这段话写了很久")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"{reviewer}已于" in page and "受理" in page and "这段话写了很久" in page
    assert state_of(case) == workflow.ACCEPTED


def test_a_case_in_somebody_elses_hands_is_only_read(desk, second, opened):
    case = opened()
    services.claim(case, actor=second, version=case.version, today=TODAY)
    page = read(desk, case)
    assert offered(page) == [] and "由他人承办" in page
    answer = take(desk, case, "accept")
    assert answer.status_code == 409 and str(second) in answer.content.decode()


def test_material_is_asked_for_once(desk, opened, applicant):
    case = opened()
    take(desk, case, "ask", what="决定书复印件")
    case.refresh_from_db()
    services.supplement(case, by=applicant, version=case.version, text="已补正", today=TODAY)
    assert "一次性告知补正" not in offered(read(desk, case))
    answer = take(desk, case, "ask", what="还要别的")
    assert answer.status_code == 400 and "已经一次性告知过补正" in answer.content.decode()


def test_what_is_missing_in_a_form_is_said_beside_it(desk, accepted):
    answer = take(desk, accepted(), "propose", outcome="grant", remedy="withdraw")
    assert answer.status_code == 400 and "请写明理由。" in answer.content.decode()


def test_a_correction_is_written_field_by_field(desk, second, accepted):
    contested = [{"code": "CF_NR", "label": "处罚内容", "old": "罚款", "claimed": "罚款一千元"}]
    case = accepted(contested=contested)
    assert "罚款一千元" in read(desk, case)
    take(desk, case, "propose", **REASONS | {"remedy": "correct", "value-CF_NR": "罚款一千元"})
    case.refresh_from_db()
    assert case.corrected_values == {"CF_NR": "罚款一千元"} and case.state == workflow.PROPOSED
    assert take(browser(second), case, "return", reason="依据不足").status_code == 302
    assert state_of(case) == workflow.ACCEPTED


def test_an_extension_and_a_stop_stand_with_their_reasons(desk, accepted):
    case = accepted("repair")
    take(desk, case, "extend", reason="案情复杂")
    page = read(desk, case)
    assert "案情复杂" in page and "延长期限" not in offered(page)
    take(desk, case, "forward", text="请核查缴款")
    assert "停止计算：等待部门核查" in read(desk, case)


def test_similar_cases_show_how_they_were_decided(desk, decided, department, clerk):
    before = decided("repair", GRANT)
    record = factories.register(factories.penalty(department, 9, firm=9, CF_JDRQ="2026-05-07"), clerk)
    claim = services.Claim(kind="repair", text="罚款已经缴纳", way="end_publication", has_committed=True, record=record)
    case = services.open_case(claim, by=make_applicant(record, 9), key=uuid.uuid4(), today=TODAY)
    assert before.number in read(desk, case)


def test_an_unknown_step_does_not_exist(desk, opened):
    case = opened()
    assert take(desk, case, "delete").status_code == 404
    assert take(desk, case, "preview", step="accept").status_code == 404


@pytest.fixture
def evidence(data_dir, clerk):
    """A function that puts a file with a case."""

    def evidence(case: Case, *, media_type: str = "image/png", scan: str = "clean") -> Evidence:
        name = uuid.uuid4().hex
        digest, size = storage.save(name, [PICTURE], limit=100)
        return Evidence.objects.create(
            case=case, kind="缴款凭证", name="缴款.png", media_type=media_type, size=size, digest=digest,
            stored_as=name, scan=scan, added_by=clerk,
        )  # fmt: skip

    return evidence


def test_a_picture_is_shown_in_the_page_and_its_reading_written_down(desk, opened, evidence):
    case = opened()
    address = f"/office/requests/evidence/{evidence(case).public_id}/"
    assert f'src="{address}"' in read(desk, case)
    answer = desk.get(address)
    assert (answer.content, answer["Content-Type"]) == (PICTURE, "image/png")
    assert answer["Content-Disposition"].startswith("inline") and answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"] and answer["X-Frame-Options"] == "SAMEORIGIN"
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy and "default-src 'none'" in policy and "script-src" not in policy
    assert AuditEvent.objects.filter(action=Action.EVIDENCE_VIEWED).count() == 1
    assert desk.get(address + "?download")["Content-Disposition"].startswith("attachment")


def test_what_a_browser_might_run_is_only_downloaded(desk, opened, evidence):
    file = evidence(opened(), media_type="text/html")
    answer = desk.get(f"/office/requests/evidence/{file.public_id}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_an_infected_file_is_never_sent(desk, opened, evidence):
    file = evidence(opened(), scan="infected")
    assert desk.get(f"/office/requests/evidence/{file.public_id}/").status_code == 404


def test_whoever_opens_a_persons_case_is_written_down_with_the_case_as_purpose(desk, clerk, department):
    record = factories.register(factories.persons_penalty(department, name="示例张三"), clerk)
    claim = services.Claim(kind="objection", text="不是我", record=record)
    case = services.open_case(claim, by=make_applicant(record), key=uuid.uuid4(), today=TODAY)
    assert "示例张三" in read(desk, case)
    line = AuditEvent.objects.filter(action=Action.SUBJECT_VIEWED).latest("pk")
    assert line.reason == f"办理异议：{case.number}"


@pytest.fixture
def asked(accepted, reviewer):
    """An objection the source department has to verify."""
    case = accepted()
    return services.forward(case, actor=reviewer, version=case.version, text="请核对金额", today=TODAY)


def test_the_department_finds_what_it_is_asked_on_its_home_page_and_answers(asked, clerk, desk):
    office = browser(clerk)
    assert "件修复或者异议待核查" in office.get("/office/").content.decode()
    assert asked.number in office.get("/office/requests/").content.decode()
    page = office.get(f"/office/requests/{asked.public_id}/").content.decode()
    assert "请核对金额" in page and "提交答复" in page
    form = {"version": asked.version, "opinion": "upheld", "text": "金额与决定书一致"}
    assert office.post(f"/office/requests/{asked.public_id}/answer/", form).url == "/office/requests/"
    assert state_of(asked) == workflow.ANSWERED
    assert "金额与决定书一致" in read(desk, asked)
    answer = office.post(f"/office/requests/{asked.public_id}/answer/", form)
    assert answer.status_code == 409 and "答复" in answer.content.decode()


def test_a_late_department_stands_first_among_what_waits(asked, clerk, rehearse):
    rehearse(asked.due_on + datetime.timedelta(days=1))
    assert "件核查逾期没有答复" in browser(clerk).get("/office/").content.decode()


def test_an_answer_without_an_opinion_is_asked_for(asked, clerk):
    answer = browser(clerk).post(f"/office/requests/{asked.public_id}/answer/", {"version": asked.version, "text": "x"})
    assert answer.status_code == 400 and "请选择核查意见。" in answer.content.decode()


def test_another_department_finds_nothing(asked, evidence):
    other = browser(make_user("other", Role.CLERK, make_department("乙", 712)))
    file = evidence(asked)
    for address in (f"{asked.public_id}/", f"evidence/{file.public_id}/"):
        assert other.get(f"/office/requests/{address}").status_code == 404
    form = {"version": asked.version, "opinion": "upheld", "text": "示例"}
    assert other.post(f"/office/requests/{asked.public_id}/answer/", form).status_code == 404


def test_a_department_does_not_read_what_is_only_proposed(asked, reviewer, clerk):
    case = services.answer(asked, actor=clerk, version=asked.version, opinion="upheld", text="一致", today=TODAY)
    services.propose(
        case, services.Decision("refuse", "内部的判断", ""), actor=reviewer, version=case.version, today=TODAY
    )
    assert "内部的判断" not in browser(clerk).get(f"/office/requests/{asked.public_id}/").content.decode()


def test_a_department_confirms_that_it_holds_what_is_right(opened, clerk, department, record):
    restoration = Restoration.objects.create(
        case=opened(), subject=record.subject, cause="error", text="原信息有误", opened_on=TODAY, due_on=TODAY
    )
    restoration.receivers.create(kind="department", department=department, why="奖惩任务", told_on=TODAY)
    office = browser(clerk)
    assert "原信息有误" in office.get("/office/requests/").content.decode()
    assert "件恢复信誉待确认" in office.get("/office/").content.decode()
    assert office.post(f"/office/restorations/{restoration.public_id}/confirm/", {"note": " "}).status_code == 400
    office.post(f"/office/restorations/{restoration.public_id}/confirm/", {"note": "已经删除"})
    restoration.refresh_from_db()
    assert restoration.closed_on == TODAY


def test_a_case_stands_on_the_timeline_of_its_subject(opened, desk, record):
    case = opened()
    subject = Record.objects.get(pk=record.pk).subject
    page = desk.get(f"/office/cases/{subject.public_id}/").content.decode()
    assert f"异议 {case.number}：提交" in page and url(case) in page
