"""The inbox of joint action, as departments, the lead and the province see it."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from audit.models import AuditEvent
from sanctions import services
from sanctions.models import MeasureTask
from sanctions.services.listings import Named
from tests.factories import make_id_number, make_user
from tests.sanctions.conftest import LATER, firm

PERSON = Named("person", "示例李四", make_id_number(41))
PINNED = {
    "/office/tasks/": 18,
    "/office/tasks/?show=to-receive": 17,
    "/office/tasks/waiting/": 10,
    "/office/tasks/statistics/": 10,
    "/office/memoranda/": 5,
    "/office/bans/": 8,
}


@pytest.fixture
def browse():
    def browse(user) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browse


@pytest.fixture
def listed(black, memorandum, enter):
    return enter(black)


@pytest.fixture
def finance(departments):
    """Who carries measure 1 out."""
    return make_user("finance", Role.CLERK, departments["CZT"])


@pytest.fixture
def task(listed) -> MeasureTask:
    return MeasureTask.objects.get(action__listing=listed, measure__number=1)


def address(task: MeasureTask, step: str = "task") -> str:
    return reverse(f"office:{step}", args=[task.public_id])


def answer(**changes) -> dict:
    return {"answer": "execute", "executed_on": str(LATER), "outcome": "已从名单中取消申请资格"} | changes


def test_a_task_goes_from_the_inbox_to_the_lead_and_is_done(listed, task, finance, lead, browse):
    office = browse(finance)
    assert "限制申请示例财政资金项目" in office.get("/office/tasks/?show=to-receive").content.decode()
    office.post("/office/tasks/receive/", {"task": str(task.public_id)})
    page = office.get(address(task)).content.decode()
    assert "办理中" in page and "剩 15 个工作日" in page and "提交反馈" in page
    sent = office.post(address(task, "task-answer"), answer(evidence_no="云示财〔2026〕1号"))
    assert sent.status_code == 302
    desk = browse(lead)
    assert "已从名单中取消申请资格" in desk.get("/office/tasks/waiting/").content.decode()
    desk.post("/office/tasks/verify/", {"task": str(task.public_id)})
    task.refresh_from_db()
    assert (task.state, task.answer, task.evidence_no) == ("verified", "executed", "云示财〔2026〕1号")


def test_what_the_lead_does_not_accept_comes_back_with_the_reason(task, finance, lead, browse):
    services.receive_task(task, actor=finance)
    browse(finance).post(address(task, "task-answer"), answer(answer="decline", outcome="没有办理"))
    desk = browse(lead)
    silent = desk.post(address(task, "task-judge"), {"decision": "return", "opinion": ""})
    assert silent.status_code == 400 and "请写明退回的理由" in silent.content.decode()
    desk.post(address(task, "task-judge"), {"decision": "return", "opinion": "请写明法律上的理由"})
    assert "请写明法律上的理由" in browse(finance).get(address(task)).content.decode()
    task.refresh_from_db()
    assert task.state == "received"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"outcome": ""}, "请写明执行情况"),
        ({"executed_on": ""}, "请填写执行日期"),
        ({"executed_on": "2026-11-01"}, "执行日期早于任务下达的日期"),
        ({"answer": ""}, "请选择反馈"),
    ],
)
def test_an_answer_that_does_not_do_is_said_on_the_page(task, finance, browse, changes, sentence):
    services.receive_task(task, actor=finance)
    page = browse(finance).post(address(task, "task-answer"), answer(**changes))
    assert page.status_code == 400 and sentence in page.content.decode()
    task.refresh_from_db()
    assert task.state == "received"


def test_while_it_rests_the_page_says_so_and_nothing_is_carried_out(listed, task, finance, lead, browse):
    services.receive_task(task, actor=finance)
    services.suspend_listing(listed, actor=lead, reason="核实文书", today=LATER)
    office = browse(finance)
    page = office.get(address(task)).content.decode()
    assert "暂不执行" in page and "原因：核实文书" in page
    assert "限制申请示例财政资金项目" in office.get("/office/tasks/?show=resting").content.decode()
    refused = office.post(address(task, "task-answer"), answer())
    assert refused.status_code == 400 and "核查期间暂不执行" in refused.content.decode()
    services.resume_listing(listed, actor=lead, reason="核实无误", today=LATER)
    assert "限制申请示例财政资金项目" not in office.get("/office/tasks/?show=resting").content.decode()


def test_what_only_informs_ends_with_its_receipt(listed, departments, browse):
    bank = make_user("bank", Role.CLERK, departments["YH"])
    task = MeasureTask.objects.get(action__listing=listed, department=departments["YH"])
    page = browse(bank).get(address(task)).content.decode()
    assert "仅供参考" in page and "不设期限" in page
    browse(bank).post(address(task, "task-receive"))
    task.refresh_from_db()
    assert (task.state, task.answer) == ("verified", "")


def test_others_do_not_see_the_task(task, departments, browse):
    other = make_user("other", Role.CLERK, departments["JTT"])
    office = browse(other)
    assert office.get(address(task)).status_code == 404
    assert "限制申请示例财政资金项目" not in office.get("/office/tasks/").content.decode()
    assert office.post("/office/tasks/receive/", {"task": str(task.public_id)}).status_code == 404


def test_the_lead_sees_what_it_set_going_but_does_not_answer_for_others(task, finance, lead, browse):
    services.receive_task(task, actor=finance)
    desk = browse(lead)
    assert "限制申请示例财政资金项目" in desk.get("/office/tasks/?side=led").content.decode()
    assert "提交反馈" not in desk.get(address(task)).content.decode()
    assert desk.post(address(task, "task-answer"), answer()).status_code == 404
    services.answer_task(task, actor=finance, action="decline", outcome="没有办理", today=LATER)
    assert browse(finance).post(address(task, "task-judge"), {"decision": "verify"}).status_code == 404


def test_a_person_is_masked_in_lists_and_named_on_the_page_and_both_leave_a_line(
    black, memorandum, enter, finance, browse
):
    task = MeasureTask.objects.get(action__listing=enter(black, PERSON), measure__number=1)
    office = browse(finance)
    page = office.get("/office/tasks/").content.decode()
    assert "示***" in page and "示例李四" not in page
    page = office.get(address(task)).content.decode()
    assert "示例李四" in page and PERSON.number not in page
    lines = AuditEvent.objects.filter(object_id=str(task.subject_id), actor_name="finance")
    assert set(lines.values_list("action", flat=True)) == {"records.person.listed", "records.subject.viewed"}
    export = office.get("/office/tasks/export.xlsx")
    assert export.status_code == 200 and lines.filter(action="records.person.listed").count() == 2


def test_home_counts_what_waits_and_leads_to_it(listed, task, finance, lead, browse, rehearse):
    page = browse(finance).get("/office/").content.decode()
    assert "件奖惩任务待签收" in page and "?show=to-receive" in page
    services.receive_task(task, actor=finance)
    rehearse(task.due_on.replace(day=task.due_on.day + 1))
    page = browse(finance).get("/office/").content.decode()
    assert "件奖惩任务逾期" in page and "件奖惩任务待反馈" in page
    services.answer_task(task, actor=finance, action="dismiss", outcome="没有此类项目", today=LATER)
    assert "件反馈待核验" in browse(lead).get("/office/").content.decode()


def test_every_number_of_the_statistics_leads_to_as_many_rows(listed, task, finance, departments, browse, rehearse):
    services.receive_task(task, actor=finance)
    services.answer_task(task, actor=finance, action="execute", outcome="已执行", executed_on=LATER, today=LATER)
    rehearse(task.due_on.replace(day=task.due_on.day + 1))
    supervisor = browse(make_user("supervisor", Role.SUPERVISOR))
    page = supervisor.get("/office/tasks/statistics/").content.decode()
    cells = re.findall(r'<td class="number"><a href="([^"]+)">([\d,]+)</a>', page)
    assert len(cells) > 8
    for url, number in cells:
        rows = supervisor.get(url.replace("&amp;", "&")).content.decode()
        assert rows.count('<th scope="row"') == int(number), url
    assert "100.0%" in page and supervisor.get("/office/tasks/statistics.xlsx").status_code == 200


@pytest.mark.parametrize("path", PINNED)
def test_a_list_costs_the_same_however_long_it_is(black, memorandum, enter, lead, clerk, browse, path):
    desk, counts = browse(lead), []
    for numbers in (range(1, 3), range(3, 7)):
        for number in numbers:
            listing = enter(black, firm(number), number)
            task = MeasureTask.objects.get(action__listing=listing, measure__number=2)
            services.receive_task(task, actor=clerk)
            services.answer_task(
                task, actor=clerk, action="execute", outcome="已执行", executed_on=LATER, today=LATER,
                ban=services.Ban("F", LATER),
            )  # fmt: skip
        desk.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(path).status_code == 200
        counts.append(len(queries))
    assert counts == [PINNED[path]] * 2
