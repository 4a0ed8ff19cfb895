"""The register of monitored institutions: entered, inspected, followed up, released; what is overdue is seen."""

import csv
import datetime
import io

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from audit import monitoring
from audit.actions import Action
from audit.errors import MonitoringOver, NothingToRectify, RectificationOpen
from audit.models import AuditEvent, FollowUp, Inspection, MonitoredInstitution
from credit_platform import demo

NOW = timezone.localdate()
CODE = demo.make_uscc("530102", 77)
LIST = reverse("office:audit-institutions")
INSTITUTION = {
    "name": "示例征信服务有限公司",
    "uscc": CODE,
    "field": "credit",
    "reason": "采集个人借贷信息",
    "authority": "示例监管局",
    "since": "2026-01-05",
}


def ago(days: int) -> datetime.date:
    return NOW - datetime.timedelta(days=days)


@pytest.fixture
def desk(browse, auditor):
    return browse(auditor)


@pytest.fixture
def enter(auditor):
    """A function that puts an institution on the register; `number` must differ for each."""

    def enter(number: int = 1, **values) -> MonitoredInstitution:
        facts = {"name": f"示例第{number}科技有限公司", "uscc": demo.make_uscc("530102", 80 + number), "field": "app"}
        facts |= {"reason": "示例", "authority": "示例局", "since": ago(300)} | values
        return monitoring.enter_institution(actor=auditor, **facts)

    return enter


@pytest.fixture
def order(auditor):
    """A function that enters an inspection after which something has to be rectified by a day."""

    def order(institution: MonitoredInstitution, due_on: datetime.date, **values) -> Inspection:
        facts = {"made_on": ago(60), "made_by": "示例检查组", "findings": "示例", "result": "rectify"}
        return monitoring.enter_inspection(institution, actor=auditor, due_on=due_on, **facts | values)

    return order


def test_an_institution_is_entered_inspected_and_released(desk):
    assert "还没有列入单位" in desk.get(LIST).content.decode()
    page = desk.post(reverse("office:audit-institution-new"), INSTITUTION).url
    shown = MonitoredInstitution.objects.get()
    assert page == reverse("office:audit-institution", args=[shown.public_id]) and shown.entered_by == "auditor"
    inspect = reverse("office:audit-inspection-new", args=[shown.public_id])
    found = {"made_on": str(ago(20)), "made_by": "示例检查组", "findings": "未取得同意", "result": "rectify"}
    assert "请填写整改期限" in desk.post(inspect, found).content.decode()
    assert desk.post(inspect, found | {"due_on": str(ago(-10))}).url == page
    assert "未取得同意" in desk.get(page).content.decode() and "整改中" in desk.get(page).content.decode()

    release = reverse("office:audit-institution-release", args=[shown.public_id])
    leaving = {"until": str(NOW), "reason": "停止业务"}
    assert "还有没有办结的整改" in (early := desk.post(release, leaving)).content.decode() and early.status_code == 409
    follow = reverse("office:audit-follow-up", args=[Inspection.objects.get().public_id])
    assert desk.post(follow, {"made_on": str(ago(1)), "outcome": "done", "note": "已取得同意"}).url == page
    assert desk.get(follow).status_code == 404, "nothing is left to rectify"
    assert desk.post(release, leaving).url == page
    assert "停止业务" in desk.get(page).content.decode() and "登记检查" not in desk.get(page).content.decode()
    assert desk.post(inspect, found | {"due_on": str(ago(-10))}).status_code == 409
    lines = AuditEvent.objects.filter(
        object_type__in=["audit.MonitoredInstitution", "audit.Inspection", "audit.FollowUp"]
    )
    assert list(lines.order_by("pk").values_list("action", flat=True)) == [
        Action.INSTITUTION_ENTERED,
        Action.INSPECTION_ENTERED,
        Action.INSPECTION_FOLLOWED,
        Action.INSTITUTION_RELEASED,
    ]


def test_what_is_overdue_waits_for_the_auditor_until_it_is_extended_or_done(desk, enter, order, auditor):
    late, fine = order(enter(1), ago(3)), order(enter(2), ago(-3))
    assert list(Inspection.objects.overdue(on=NOW)) == [late]
    assert set(Inspection.objects.unfinished()) == {late, fine}
    assert "待办 1 项" in desk.get("/office/").content.decode()
    assert "整改逾期 1 件" in desk.get("/office/audit/").content.decode()
    narrowed = desk.get(LIST, {"state": "overdue"}).content.decode()
    assert "示例第1科技" in narrowed and "示例第2科技" not in narrowed

    monitoring.follow_up(late, made_on=NOW, outcome="extended", due_on=ago(-30), note="示例", actor=auditor)
    assert not Inspection.objects.overdue(on=NOW)
    assert list(Inspection.objects.overdue(on=ago(-31))) == [late, fine]
    monitoring.follow_up(late, made_on=NOW, outcome="transferred", note="示例", actor=auditor)
    with pytest.raises(NothingToRectify) as refused:
        monitoring.follow_up(late, made_on=NOW, outcome="done", note="示例", actor=auditor)
    assert refused.value.code == "audit_nothing_to_rectify"
    assert list(Inspection.objects.unfinished()) == [fine]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"uscc": CODE[:-1] + ("A" if CODE[-1] != "A" else "B")}, "uscc_invalid"),
        ({"uscc": demo.make_uscc("530102", 81)}, "institution_monitored_already"),
        ({"field": "other"}, "invalid_choice"),
    ],
)
def test_an_institution_that_is_wrong_is_not_entered(desk, enter, changes, code):
    enter(1)
    form = desk.post(reverse("office:audit-institution-new"), INSTITUTION | changes).context["form"]
    assert [error.code for error in form.errors.as_data()[next(iter(changes))]] == [code]
    assert MonitoredInstitution.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"made_on": str(ago(301))}, "made_on", "date_out_of_range"),
        ({"made_on": str(ago(-1))}, "made_on", "date_out_of_range"),
        ({"result": "rectify", "due_on": str(ago(10))}, "due_on", "term_too_early"),
        ({"result": "transferred"}, "transferred_to", "required"),
    ],
)
def test_an_inspection_that_cannot_be_is_not_entered(desk, enter, changes, field, code):
    page = reverse("office:audit-inspection-new", args=[enter().public_id])
    found = {"made_on": str(ago(5)), "made_by": "示例检查组", "findings": "示例", "result": "passed"}
    form = desk.post(page, found | changes).context["form"]
    assert [error.code for error in form.errors.as_data()[field]] == [code]
    assert not Inspection.objects.exists()


def test_the_database_refuses_a_term_that_belongs_to_nothing(enter, order):
    with pytest.raises(IntegrityError), transaction.atomic():
        order(enter(1), ago(-5), result="passed")
    late = order(enter(2), ago(3))
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.create(inspection=late, made_on=NOW, outcome="extended", note="示例", entered_by="示例")


def test_one_that_was_released_is_entered_again_and_the_old_entry_stays(enter, auditor):
    first = enter(1)
    monitoring.release_institution(first, on=NOW, reason="停止业务", actor=auditor)
    with pytest.raises(MonitoringOver):
        monitoring.release_institution(first, on=NOW, reason="停止业务", actor=auditor)
    assert enter(1).pk != first.pk
    assert MonitoredInstitution.objects.count() == 2 and MonitoredInstitution.objects.monitored().count() == 1


def test_an_institution_that_still_has_to_rectify_is_not_released(enter, order, auditor):
    order(shown := enter(1), ago(-5))
    with pytest.raises(RectificationOpen) as refused:
        monitoring.release_institution(shown, on=NOW, reason="示例", actor=auditor)
    assert refused.value.code == "audit_rectification_open"


def test_the_register_is_taken_out_as_a_file_that_leads_back(desk, enter, order):
    order(enter(1, name="=示例第一科技有限公司"), ago(3))
    enter(2, field="finance")
    answer = desk.get(reverse("office:audit-institutions-export"), {"field": "app"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][0] == "'=示例第一科技有限公司" and rows[1][-2:] == [str(ago(3)), "逾期"]
    line = AuditEvent.objects.get(action=Action.INSTITUTION_EXPORTED)
    assert line.detail == {"rows": 1, "filters": ["field"]} and line.request_id in rows[-1][0]


def test_the_list_asks_the_same_questions_however_long_it_is(desk, enter, order, django_assert_max_num_queries):
    for number in range(1, 8):
        order(enter(number), ago(3))
    with django_assert_max_num_queries(10):
        desk.get(LIST)


@pytest.mark.parametrize("who", ["clerk", "lead", "reviewer", "administrator"])
def test_nobody_else_has_the_register(browse, enter, order, who, request):
    shown = enter()
    inspection = order(shown, ago(3))
    client = browse(request.getfixturevalue(who))
    places = [LIST, reverse("office:audit-institutions-export"), reverse("office:audit-institution-new")]
    for name in ("office:audit-institution", "office:audit-inspection-new", "office:audit-institution-release"):
        places.append(reverse(name, args=[shown.public_id]))
    places.append(reverse("office:audit-follow-up", args=[inspection.public_id]))
    assert [client.get(place).status_code for place in places] == [404] * len(places)
