"""The auditor's desk: explain an alarm, judge the sample, keep the register of incidents; nobody else has it."""

import datetime
import json

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from audit import heads, review, sealing
from audit.actions import Action
from audit.models import Alarm, Assessment, AuditEvent, Incident, SampledReading
from audit.standalone import verify_audit
from tests import factories

FIRST = (timezone.localdate().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
INCIDENT = {"kind": "leak", "found_on": "2026-11-03", "summary": "示例经过"}


@pytest.fixture
def desk(browse, auditor):
    return browse(auditor)


@pytest.fixture
def line(office, clerk, department) -> AuditEvent:
    """A clerk has read a person's record, as if on the first day of last month."""
    record = factories.register(factories.persons_penalty(department, name="示例张三"), clerk)
    office.get(reverse("office:record", args=[record.public_id]))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        moment = datetime.datetime(FIRST.year, FIRST.month, 1, 10, tzinfo=datetime.UTC)
        cursor.execute("UPDATE audit_auditevent SET at = %s WHERE action = 'records.record.viewed'", [moment])
        cursor.execute("ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER audit_auditevent_append_only")
    return AuditEvent.objects.get(action=Action.RECORD_VIEWED)


@pytest.fixture
def alarm(line) -> Alarm:
    return Alarm.objects.create(
        kind="night", day=FIRST, actor_id=line.actor_id, actor_name="clerk-a", measured=30, threshold=20
    )


@pytest.fixture
def drawn(line) -> SampledReading:
    sealing.seal_all()
    heads.sign_head()
    return review.draw_sample(FIRST).drawn.get()


def test_an_alarm_waits_on_the_home_page_and_is_explained(desk, alarm):
    assert "待办 1 项" in desk.get("/office/").content.decode()
    assert "夜间查阅" in desk.get("/office/audit/").content.decode()
    page = reverse("office:audit-alarm", args=[alarm.pk])
    shown = desk.get(page).content.decode()
    assert "30 人" in shown and "履行职责：报送部门办理" in shown and "示例张三" not in shown
    assert AuditEvent.objects.filter(action=Action.LOG_READ, object_label="夜间查阅").exists()
    assert "请写明理由" in desk.post(page, {"outcome": "explained", "note": " "}).content.decode()
    assert desk.post(page, {"outcome": "explained", "note": "值班任务"}).url == "/office/audit/"
    assert "值班任务" in desk.get(page).content.decode()
    assert desk.post(page, {"outcome": "explained", "note": "再来"}).status_code == 409


def test_an_alarm_becomes_an_incident_with_evidence(desk, alarm, line):
    page = reverse("office:audit-alarm", args=[alarm.pk])
    case = desk.post(page, {"outcome": "incident", "note": "无任务"}).url
    incident = Incident.objects.get()
    assert case == reverse("office:audit-incident", args=[incident.public_id])
    assert (incident.kind, incident.summary) == ("unlawful_use", "夜间查阅。无任务")
    sealing.seal_all()
    heads.sign_head()
    answer = desk.get(reverse("office:audit-evidence", args=[incident.public_id]))
    [proof] = json.loads(answer.content)["proofs"]
    assert proof["values"]["id"] == str(line.pk) and list(verify_audit.proof_findings(proof, {}, b"")) == []


def test_a_drawn_reading_is_judged(desk, drawn):
    assert "待判定 1 条" in desk.get("/office/audit/").content.decode()
    month = desk.get(reverse("office:audit-sample", args=[FIRST.isoformat()])).content.decode()
    assert drawn.sample.seed in month and "待判定" in month
    page = reverse("office:audit-reading", args=[drawn.pk])
    assert "CF_WSH" in desk.get(page).content.decode()
    assert desk.post(page, {"outcome": "justified", "note": "核对本部门信息"}).url == reverse(
        "office:audit-sample", args=[FIRST.isoformat()]
    )
    drawn.refresh_from_db()
    assert (drawn.verdict, drawn.judged_by) == ("justified", "auditor")
    assert "正当" in desk.get(page).content.decode()


def test_an_incident_is_entered_carried_on_and_closed(desk):
    assert "登记信息安全事件" in desk.get(reverse("office:audit-incident-new")).content.decode()
    page = desk.post(reverse("office:audit-incident-new"), INCIDENT).url
    refused = desk.post(page, INCIDENT | {"close": "1"}).content.decode()
    assert "办结之前，请写明补救措施" in refused
    assert Incident.objects.get().state == "open"
    done = INCIDENT | {"measures": "已停用账号", "notice": "已通知 3 人", "affected": "3"}
    assert desk.post(page, done).status_code == 302
    assert desk.post(page, done | {"close": "1"}).url == page
    assert Incident.objects.get().state == "closed" and "已通知 3 人" in desk.get(page).content.decode()
    assert desk.post(page, done).status_code == 409


def test_an_infringement_names_who_answers_and_is_closed_with_its_result(desk):
    new = reverse("office:audit-incident-new")
    said = INCIDENT | {"kind": "infringement", "summary": "未经授权查询并据此拒绝办理业务"}
    assert "请写明责任单位" in desk.post(new, said).content.decode() and not Incident.objects.exists()
    said |= {"unit": "云南省示例协会", "measures": "已停止使用", "notice": "已告知当事人"}
    page = desk.post(new, said).url
    assert "请写明追究责任的依据和处理结果" in desk.post(page, said | {"close": "1"}).content.decode()
    assert Incident.objects.get().state == "open"
    said |= {"basis": "国发〔2014〕21号五（四）", "result": "责令改正，三个月后复查"}
    assert desk.post(page, said | {"close": "1"}).status_code == 302
    assert "责令改正" in desk.get(page).content.decode() and Incident.objects.get().state == "closed"


def test_a_proof_is_for_lines_of_days_that_ended(desk, line):
    page = reverse("office:audit-proof", args=[line.pk])
    assert desk.get(page).status_code == 409
    sealing.seal_all()
    heads.sign_head()
    assert json.loads(desk.get(page).content)["format"] == heads.PROOF_FORMAT
    assert AuditEvent.objects.filter(action=Action.PROOF_ISSUED, object_id=str(line.pk)).exists()


def test_an_assessment_is_filed(desk):
    page = reverse("office:audit-assessments")
    content = {"title": "示例处理活动", "made_on": "2026-11-03"}
    content |= dict.fromkeys(("lawful", "impact", "protection", "conclusion"), "示例")
    assert "示例处理活动" not in desk.get(page).content.decode()
    assert desk.post(page, content).url == page
    assert "示例处理活动" in desk.get(page).content.decode() and Assessment.objects.get().filed_by == "auditor"


@pytest.mark.parametrize("who", ["clerk", "lead", "reviewer", "administrator"])
def test_nobody_else_has_the_desk(browse, alarm, who, request):
    client = browse(request.getfixturevalue(who))
    for page in ("/office/audit/", reverse("office:audit-alarm", args=[alarm.pk]), "/office/audit/assessments/"):
        assert client.get(page).status_code == 404
    assert client.post(reverse("office:audit-incident-new"), INCIDENT).status_code == 404


def test_more_numbers_than_an_hour_allows_are_refused_with_a_page(office, clerk, department):
    review.seed()
    review.ReadingRule.objects.filter(kind="reveal_limit").update(least=1)
    person = factories.register(factories.persons_penalty(department), clerk).subject
    page = reverse("office:subject-reveal", args=[person.public_id])
    data = {"kind": "id_card", "purpose": "核对身份"}
    assert office.post(page, data).status_code == 200
    refused = office.post(page, data)
    assert refused.status_code == 429 and "一小时内最多显示 1 个完整号码" in refused.content.decode()
    assert factories.make_id_number(1) not in refused.content.decode()
