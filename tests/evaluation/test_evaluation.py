"""地方政府综合信用评价 (F106): counted from what the platform measures, by two people, frozen, down to departments."""

import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Department, Region, Role
from credit_platform import demo
from evaluation import measuring, services
from evaluation.models import EvaluationEdition, EvaluationMethod, PlaceEvaluation
from evaluation.policy import DEFAULTS, Tally
from records.errors import Refused, RightMissing
from records.models import FigureRun, MonthlyFigure
from records.workflow import TransitionRefused
from repair.models import Clock
from sanctions.models import MeasureTask
from tests.conftest import TODAY
from tests.factories import make_user, penalty, register
from tests.scope.joint import begin
from tests.scope.province import complained_of

BEIJING = ZoneInfo("Asia/Shanghai")

OCTOBER = date(2026, 10, 1)
INDICATORS = [
    {"kind": "timely", "weight": 60}, {"kind": "compliant", "weight": 30}, {"kind": DEFAULTS, "weight": 10, "each": 5},
]  # fmt: skip


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse, data_dir):
    """Everything here is about TODAY."""


@pytest.fixture
def author():
    return make_user("supervisor-a", Role.SUPERVISOR)


@pytest.fixture
def other():
    return make_user("supervisor-b", Role.SUPERVISOR)


@pytest.fixture
def method(author, other):
    drawn_up = services.draw_up_method("示例评价办法", "示例说明", INDICATORS, actor=author)
    return services.adopt_method(drawn_up, actor=other, opinion="同意", on=TODAY, today=TODAY)


def unit(region: str, number: int) -> Department:
    return Department.objects.create(
        code=f"{region}-EV-{number}", name=f"示例{number}局", region=Region.objects.get(code=region),
        uscc=demo.make_uscc("530000", 800 + number, "11"), source="测试",
    )  # fmt: skip


@pytest.fixture
def places():
    """One department of the city, one of a county in it, one of another city, one of the province."""
    return {place: unit(place, n) for n, place in enumerate(("530100", "530102", "530300", "530000"), start=1)}


@pytest.fixture
def october(places):
    """A closed month in which each department has reported."""
    run = FigureRun.objects.create(
        month=OCTOBER, version=1, computed_at=timezone.now(), definition=1, calendar_version="示例"
    )
    for place, timed, late in (("530100", 10, 1), ("530102", 10, 5), ("530300", 4, 0), ("530000", 50, 50)):
        MonthlyFigure.objects.create(
            run=run, department=places[place], item_code="XZCF", reported=timed, timed=timed, late=late,
            accepted=timed, rejected=0,
        )  # fmt: skip
    return run


@pytest.fixture
def edition(method, october, author):
    return services.draft_edition(OCTOBER, OCTOBER, actor=author, today=TODAY)


def at(edition: EvaluationEdition, region: str) -> PlaceEvaluation:
    return edition.places.get(region=region)


def tally(edition: EvaluationEdition, region: str, kind: str) -> tuple[int, int]:
    return next((line["part"], line["whole"]) for line in at(edition, region).lines if line["kind"] == kind)


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(client, name: str, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_city_is_what_it_and_its_counties_have_done_without_the_province(edition):
    assert tally(edition, "530100", "timely") == (14, 20)
    assert tally(edition, "530102", "timely") == (5, 10)
    assert tally(edition, "530300", "timely") == (4, 4)
    assert (at(edition, "530100").score, at(edition, "530300").score) == (82, 100)
    assert at(edition, "530400").score is None
    assert not edition.places.filter(region="530000").exists()
    assert edition.places.filter(is_county=False).count() == 16


def test_every_number_leads_to_its_departments(edition):
    [line] = [line for line in at(edition, "530100").lines if line["kind"] == "timely"]
    assert [(each["name"], each["part"], each["whole"]) for each in line["departments"]] == [
        ("示例1局", 9, 10), ("示例2局", 5, 10),
    ]  # fmt: skip


def test_an_adverse_record_about_a_department_counts_for_its_place(method, october, places, author):
    clerk = make_user("clerk-e", Role.CLERK, places["530300"])
    about = {"CF_XDR_MC": places["530102"].name, "CF_XDR_SHXYM": places["530102"].uscc, "CF_JDRQ": "2026-10-20"}
    record = register(penalty(places["530300"], 1, **about), clerk)
    found = measuring.count(OCTOBER, OCTOBER, today=TODAY)
    assert record.item.is_adverse and found[DEFAULTS] == {places["530102"].pk: Tally(1)}
    edition = services.draft_edition(OCTOBER, OCTOBER, actor=author, today=TODAY)
    points = {line["kind"]: line["points"] for line in at(edition, "530100").lines}
    assert points[DEFAULTS] == "5" and at(edition, "530100").score == 77


def test_a_month_that_is_not_closed_is_not_evaluated(method, october, author):
    with pytest.raises(Refused) as refused:
        services.draft_edition(OCTOBER, date(2026, 11, 1), actor=author, today=TODAY)
    assert refused.value.code == "month_not_closed"
    assert not EvaluationEdition.objects.exists()


@pytest.mark.parametrize(("since", "until"), [(date(2026, 10, 2), OCTOBER), (OCTOBER, date(2026, 9, 1))])
def test_a_period_is_whole_months(method, october, author, since, until):
    with pytest.raises(Refused) as refused:
        services.draft_edition(since, until, actor=author, today=TODAY)
    assert refused.value.code == "period_invalid"


def test_without_a_method_in_force_nothing_is_evaluated(october, author):
    with pytest.raises(Refused) as refused:
        services.draft_edition(OCTOBER, OCTOBER, actor=author, today=TODAY)
    assert refused.value.code == "no_method"


def test_a_method_takes_two_people_and_then_never_changes(method, author, other):
    again = services.draw_up_method("示例第二版", "示例说明", INDICATORS, actor=author)
    with pytest.raises(RightMissing):
        services.adopt_method(again, actor=author, opinion="同意", on=date(2026, 12, 1), today=TODAY)
    services.adopt_method(again, actor=other, opinion="同意", on=date(2026, 12, 1), today=TODAY)
    method.refresh_from_db()
    assert (method.state, method.in_force_until) == ("replaced", date(2026, 11, 30))
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        EvaluationMethod.objects.filter(pk=again.pk).update(indicators=[])


def test_a_method_that_makes_no_sense_is_refused(author):
    with pytest.raises(Refused) as refused:
        services.draw_up_method("示例", "示例", [INDICATORS[0]], actor=author)
    assert refused.value.code == "weights_not_hundred"


def test_who_belongs_to_a_place_does_not_evaluate_places(method, october, places):
    lead = make_user("lead-e", Role.LEAD, places["530100"])
    with pytest.raises(RightMissing):
        services.draft_edition(OCTOBER, OCTOBER, actor=lead, today=TODAY)


def test_a_draft_is_counted_anew_and_what_is_issued_stays(edition, october, places, author, other):
    MonthlyFigure.objects.create(
        run=FigureRun.objects.create(
            month=OCTOBER, version=2, computed_at=timezone.now(), definition=1, calendar_version="示例", reason="示例"
        ),
        department=places["530100"], item_code="XZCF", reported=10, timed=10, late=0,
    )  # fmt: skip
    again = services.draft_edition(OCTOBER, OCTOBER, actor=author, today=TODAY)
    assert again == edition and tally(edition, "530100", "timely") == (10, 10)
    with pytest.raises(Refused) as refused:
        services.issue_edition(edition, actor=author, publish=False, today=TODAY)
    assert refused.value.code == "second_person_required"
    services.issue_edition(edition, actor=other, publish=False, today=TODAY)
    with pytest.raises(Refused) as refused:
        services.draft_edition(OCTOBER, OCTOBER, actor=author, today=TODAY)
    assert refused.value.code == "edition_issued"
    with pytest.raises(TransitionRefused):
        services.issue_edition(edition, actor=other, publish=True, today=TODAY)
    for change in (lambda: edition.places.update(score=100), lambda: edition.places.all().delete()):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        EvaluationEdition.objects.update(is_public=True)


def test_officials_read_what_was_issued_and_the_world_only_what_was_published(edition, other, places):
    clerk = browser(make_user("clerk-e", Role.CLERK, places["530300"]))
    assert clerk.get(reverse("office:evaluation-edition", args=[edition.public_id])).status_code == 404
    services.issue_edition(edition, actor=other, publish=False, today=TODAY)
    assert "昆明市" in read(clerk, "office:evaluation-edition", edition.public_id)
    assert "示例2局" in read(clerk, "office:evaluation-place", edition.public_id, "530100")
    assert "目前没有公布的评价结果" in read(Client(), "portal:evaluation")


def test_what_was_published_is_on_the_portal_without_any_department(edition, other):
    services.issue_edition(edition, actor=other, publish=True, today=TODAY)
    text = read(Client(), "portal:evaluation")
    assert "昆明市" in text and "70.0%" in text and "82.0" in text
    assert "示例1局" not in text and "示例评价办法" in text


def test_the_whole_edition_is_an_excel_file(edition, other, author):
    file = browser(author).get(reverse("office:evaluation-export", args=[edition.public_id]))
    sheet = load_workbook(io.BytesIO(b"".join(file))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:5] == ("区划代码", "地区", "上级", "级别", "得分")
    assert rows[0][5:8] == ("报送及时率：按时记录", "报送及时率：计时记录", "报送及时率：得分")
    assert rows[1][:2] == ("530300", "曲靖市")
    city = next(row for row in rows if row[0] == "530100")
    assert city[4:8] == (82, 14, 20, 42)


def test_from_the_draft_of_the_method_to_the_issued_edition(october, author, other):
    first, second = browser(author), browser(other)
    form = {"name": "示例评价办法", "text": "示例说明", "timely_weight": "60", "compliant_weight": "40", "each": "5"}
    wrong = first.post(reverse("office:evaluation-method-new"), form | {"timely_weight": "61"})
    assert "各项权重之和应为 100" in wrong.content.decode()
    assert first.post(reverse("office:evaluation-method-new"), form).status_code == 302
    where = reverse("office:evaluation-method", args=[1])
    assert second.post(where, {"on": "2026-11-22", "opinion": "同意"}).status_code == 302
    months = {"since": "2026-10", "until": "2026-10"}
    assert "月份应写作" in first.post(reverse("office:evaluation"), months | {"until": "x"}).content.decode()
    assert first.post(reverse("office:evaluation"), months).status_code == 302
    edition = EvaluationEdition.objects.get()
    assert "由您起草" not in read(second, "office:evaluation-edition", edition.public_id)
    where = reverse("office:evaluation-edition", args=[edition.public_id])
    assert second.post(where, {"publish": "on"}).status_code == 302
    edition.refresh_from_db()
    assert (edition.state, edition.is_public, edition.issued_on) == ("issued", True, TODAY)
    assert "2026 年 10 月" in read(first, "office:evaluation")


def test_tasks_and_verifications_due_in_the_period_count_when_they_were_answered_in_time(places):
    department = places["530100"]
    clerk, lead = (make_user(f"{role}-e", role, department) for role in (Role.CLERK, Role.LEAD))
    record = register(penalty(department, 1), clerk)
    tasks = begin(record, clerk, lead, "评价")
    complained_of(clerk, record.subject, "评价")
    MeasureTask.objects.filter(pk=tasks.answered.pk).update(answered_at=datetime(2026, 12, 11, 23, 59, tzinfo=BEIJING))
    quarter, later = (date(2026, 10, 1), date(2026, 12, 1)), date(2027, 1, 15)
    found = measuring.count(*quarter, today=later)
    assert found["feedback"] == {department.pk: Tally(1, 3)}
    assert found["cases"] == {department.pk: Tally(0, 1)}
    MeasureTask.objects.filter(pk=tasks.answered.pk).update(answered_at=datetime(2026, 12, 12, tzinfo=BEIJING))
    Clock.objects.filter(key="complaint.verification").update(ended_on=F("due_on"))
    found = measuring.count(*quarter, today=later)
    assert found["feedback"] == {department.pk: Tally(0, 3)}
    assert found["cases"] == {department.pk: Tally(1, 1)}
    assert measuring.count(later.replace(day=1), later.replace(day=1), today=later)["feedback"] == {}
