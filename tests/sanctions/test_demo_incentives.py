"""The demonstration shows what honest organisations get: products, applications, events and an evaluation of places."""

import datetime

import pytest

from accounts.models import Department, Region, Role
from credit_platform import demo, demo_evaluation, demo_incentives, demo_lists
from evaluation.models import EvaluationEdition
from records.models import MonthlyFigure
from sanctions.models import FinanceApplication, FinanceProduct, PromotionEvent
from tests.conftest import TODAY
from tests.factories import make_user

NOW = datetime.datetime(2026, 11, 22, 4, tzinfo=datetime.UTC)


def unit(index: int) -> Department:
    code, name, region = demo.DEPARTMENTS[index]
    number = demo.make_uscc(region, 801 + index, "11")
    return Department.objects.create(code=code, name=name, region_id=region, uscc=number, source="演示")


@pytest.fixture
def market(db, data_dir, rehearse) -> Department:
    """The demonstration's market department with its people and its listings."""
    made = unit(0)
    make_user("clerk", Role.CLERK, made)
    make_user("lead", Role.LEAD, made)
    demo_lists.load(made, TODAY)
    return made


@pytest.fixture
def bank(market) -> Department:
    made = unit(4)
    make_user("teller", Role.CLERK, made)
    return made


def test_every_state_of_products_applications_and_events_is_shown_once_and_only_once(market, bank):
    for _ in range(2):
        demo_incentives.load(market, bank, TODAY)
    assert set(FinanceProduct.objects.values_list("state", flat=True)) == {"composed", "published", "closed"}
    assert FinanceProduct.objects.count() == 4
    applications = FinanceApplication.objects.all()
    assert {each.state for each in applications} == {"filed", "taken", "answered", "revoked"}
    assert {each.is_granted for each in applications if each.state == "answered"} == {True, False}
    assert set(PromotionEvent.objects.values_list("state", flat=True)) == {"composed", "published", "closed"}


def test_nothing_adverse_is_held_about_whom_the_demonstration_honours(market):
    firms = demo.organisations()
    rows = [*demo.penalties(("示例", "示例"), TODAY), *demo.others(("示例", "示例"), TODAY)["YZSX"]]
    held = {row.get("行政相对人代码_1") or row.get("统一社会信用代码") for row in rows}
    assert not held & {firms[number].code for number in (*demo_lists.HONOURED, *demo_incentives.APPLICANTS)}


def test_places_are_evaluated_by_what_their_departments_have_said(db, data_dir, rehearse):
    for name, role in (("reviewer", Role.REVIEWER), ("supervisor", Role.SUPERVISOR)):
        make_user(name, role)
    places = []
    for number, (code, name, region, stated) in enumerate(demo_evaluation.PLACES):
        own = Department.objects.create(
            code=code, name=name, region=Region.objects.get(code=region), source="演示",
            uscc=demo.make_uscc(region, 830 + number, "11"),
        )  # fmt: skip
        places.append((own, make_user(f"clerk-{region}", Role.CLERK, own), stated))
    for _ in range(2):
        demo_evaluation.load(places, TODAY, NOW)
    draft, issued = EvaluationEdition.objects.order_by("-until")
    assert (draft.state, issued.state, issued.is_public) == ("draft", "issued", True)
    shares = {
        place.region_id: (line["part"], line["whole"])
        for place in draft.places.filter(region__in=[each[2] for each in demo_evaluation.PLACES])
        for line in place.lines
        if line["kind"] == "duties"
    }
    assert shares == {"530300": (2, 3), "530400": (3, 3), "532900": (1, 3)}
    assert not MonthlyFigure.objects.exclude(reported=0).exists()
