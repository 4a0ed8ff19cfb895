"""Who comes to the counter with paper has a case, and hears at once where the law says no."""

import uuid

import pytest
from django.test import Client

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from records.models import Record
from repair import services
from repair.models import Case
from tests import factories
from tests.factories import make_department, make_user


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def counter(clerk):
    return browser(clerk)


def place(record: Record) -> str:
    return f"/office/records/{record.public_id}/request/"


def paper(kind: str = "objection", **changes: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "kind": kind, "text": "金额与决定书不符", **changes}


def receipt_of(case: Case) -> str:
    return f"/office/requests/{case.public_id}/receipt/"


def text(answer) -> str:
    return answer.content.decode()


def test_an_objection_on_paper_becomes_one_case_however_often_the_button_is_pressed(counter, record, clerk):
    assert "登记修复或异议" in counter.get(f"/office/records/{record.public_id}/").content.decode()
    said = paper(agent_name="示例代理", agent_authority="2026 年 11 月 1 日授权委托书")
    answers = [counter.post(place(record), said, follow=True) for _ in range(2)]
    case = Case.objects.get()
    assert (case.kind, case.on_paper, case.opened_by, case.record) == ("objection", True, clerk, record)
    assert all(case.number in answer.content.decode() for answer in answers)
    assert case.agent_name == "示例代理" and case.due_on


def test_a_second_objection_to_the_same_record_is_told_of_the_first(counter, record):
    counter.post(place(record), paper())
    answer = counter.post(place(record), paper())
    assert answer.status_code == 400 and "已有正在办理的同类申请" in answer.content.decode()
    assert Case.objects.count() == 1


def test_a_repair_needs_its_way_and_the_commitment(counter, record):
    answer = counter.post(place(record), paper("repair"))
    page = answer.content.decode()
    assert answer.status_code == 400 and "请选择修复的方式" in page and "信用承诺书" in page
    assert not Case.objects.exists()
    counter.post(place(record), paper("repair", way="end_publication", has_committed="on", review_no="不相干"))
    assert (Case.objects.get().way, Case.objects.get().review_no) == ("end_publication", "")


def test_the_page_says_from_when_a_record_can_be_repaired(counter, department, clerk):
    early = factories.register(factories.penalty(department, 7), clerk)
    assert "最短公示期未满" in counter.get(place(early)).content.decode()
    answer = counter.post(place(early), paper("repair", way="end_publication", has_committed="on"))
    assert answer.status_code == 400 and not Case.objects.exists()


def test_a_reviewer_registers_a_lawsuit_and_sees_it_in_the_queue(record, reviewer):
    client = Client()
    client.force_login(reviewer)
    said = paper("review", review_body="示例中级人民法院", review_no="（2026）示行初 1 号")
    answer = client.post(place(record), said, follow=True)
    case = Case.objects.get()
    assert answer.redirect_chain[-1][0] == receipt_of(case) and f"/admin/cases/{case.public_id}/" in text(answer)
    assert Case.objects.get().state == "accepted"


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
def test_who_only_watches_opens_nothing(record, role):
    client = Client()
    client.force_login(make_user("watcher", role))
    assert client.post(place(record), paper()).status_code == 404
    assert not Case.objects.exists()


def test_whoever_came_goes_home_with_number_check_code_term_and_remedies(counter, record):
    page = text(counter.post(place(record), paper(), follow=True))
    case = Case.objects.get()
    clock = case.clocks.get()
    for word in (case.number, services.check_code_of(case), record.document_no, str(clock.due_on), "10 个工作日内办结"):
        assert word in page
    assert "申请行政复议" in page and "不收取任何费用" in page


def test_a_receipt_is_printed_again_by_its_department_alone_and_each_time_leaves_a_line(counter, record, department):
    counter.post(place(record), paper())
    case = Case.objects.get()
    colleague = browser(make_user("colleague", Role.LEAD, department))
    assert "打印回执" in text(colleague.get(f"/office/requests/{case.public_id}/"))
    assert services.check_code_of(case) in text(colleague.get(receipt_of(case)))
    line = AuditEvent.objects.get(action=Action.RECEIPT_VIEWED)
    assert (line.object_label, line.actor_name) == (case.number, "colleague")
    for other in (
        make_user("elsewhere", Role.CLERK, make_department("乙", 712)),
        make_user("reviewer-9", Role.REVIEWER),
        make_user("watcher", Role.SUPERVISOR),
    ):
        assert browser(other).get(receipt_of(case)).status_code == 404


def test_a_person_is_not_named_on_a_paper_that_may_be_lost(counter, department, clerk):
    record = factories.register(factories.persons_penalty(department, name="示例张三"), clerk)
    page = text(counter.post(place(record), paper(), follow=True))
    assert Case.objects.get().number in page and "示例张三" not in page


def test_what_the_subject_sent_online_has_no_receipt_to_print(opened, clerk):
    case = opened()
    assert browser(clerk).get(receipt_of(case)).status_code == 404
    assert "打印回执" not in text(browser(clerk).get(f"/office/requests/{case.public_id}/"))
