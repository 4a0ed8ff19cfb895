"""Events at which honest organisations are recommended: computed, frozen, and gone with the red listing (F052)."""

import datetime
import re

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogue.models import SubjectKind
from records.errors import Refused, RightMissing
from records.models import Subject
from records.workflow import TransitionRefused
from sanctions import services
from sanctions.models import Listing, PromotionEvent, Recommendation, Tone
from sanctions.services.promotion import Occasion
from tests.conftest import TODAY
from tests.factories import penalty, register
from tests.sanctions.conftest import LATER, firm, make_kind

OCCASION = {
    "kind": "fair", "name": "示例博览会", "place": "昆明示例会展中心", "begins_on": datetime.date(2026, 12, 20),
    "ends_on": datetime.date(2026, 12, 22), "about": "示例说明", "list_codes": ["T-RED"],
}  # fmt: skip


@pytest.fixture
def red(market):
    return make_kind("T-RED", tone=Tone.RED, item_code="CXRY", subject_kinds=list(SubjectKind.values))


@pytest.fixture
def draft(market, clerk, red):
    def draft(**changes) -> PromotionEvent:
        return services.draw_up_event(Occasion(**OCCASION | changes), department=market, actor=clerk, today=TODAY)

    return draft


@pytest.fixture
def honour(enter, red):
    def honour(number: int) -> Listing:
        return enter(red, firm(number), number, conduct=None)

    return honour


def publish(event: PromotionEvent, lead) -> PromotionEvent:
    return services.publish_event(event, actor=lead, opinion="同意", today=LATER)


def names(event: PromotionEvent) -> list[str]:
    return list(event.recommendations.order_by("pk").values_list("subject__legal_name", flat=True))


def read(client, name: str, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return re.sub(r"<[^>]*>", "", answer.content.decode())  # names may break only between certain words


def shown(event: PromotionEvent) -> str:
    return read(Client(), "portal:promotion", event.public_id)


def test_the_list_is_computed_with_its_reasons_and_frozen(draft, honour, lead, clerk):
    honour(1)
    event = publish(draft(), lead)
    assert names(event) == [firm(1).name]
    reason = event.recommendations.get().reason
    assert "2026-12-07 起在“示例守信名单”" in reason and "近三年没有失信记录" in reason
    honour(2)
    assert names(event) == [firm(1).name] and firm(2).name not in shown(event)
    with pytest.raises(ProgrammingError, match="insert-only"), transaction.atomic():
        Recommendation.objects.update(reason="另一个理由")
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        PromotionEvent.objects.filter(pk=event.pk).update(place="别处")


def test_who_has_an_adverse_record_is_not_recommended(draft, honour, lead, clerk):
    honour(1)
    honour(2)
    register(penalty(clerk.department, 9, firm=2), clerk, today=LATER)
    assert names(publish(draft(), lead)) == [firm(1).name]


def test_a_listing_being_verified_and_a_firm_that_is_gone_are_left_out(draft, honour, lead):
    honour(1)
    resting, gone = honour(2), honour(3)
    services.suspend_listing(resting, actor=lead, reason="核查", today=LATER)
    Subject.objects.filter(pk=gone.subject_id).update(standing="deregistered", standing_since=LATER)
    assert names(publish(draft(), lead)) == [firm(1).name]


def test_only_firms_of_the_place_are_recommended(draft, honour, lead):
    honour(1)
    with pytest.raises(Refused) as refused:
        publish(draft(region_prefix="5303"), lead)
    assert refused.value.code == "nobody_to_recommend"
    assert names(publish(draft(region_prefix="5301"), lead)) == [firm(1).name]


def test_who_leaves_the_red_list_leaves_the_portal(draft, honour, lead):
    listing = honour(1)
    event = publish(draft(), lead)
    assert firm(1).name in shown(event)
    services.exit_listing(listing, actor=lead, kind="conditions", reason="示例", today=LATER)
    assert firm(1).name not in shown(event)
    assert names(event) == [firm(1).name]


def test_an_adverse_record_hides_at_once_before_any_sweep(draft, honour, lead, clerk):
    honour(1)
    event = publish(draft(), lead)
    register(penalty(clerk.department, 9, firm=1), clerk, today=LATER)
    assert firm(1).name not in shown(event)


def test_who_drew_it_up_does_not_publish_it_and_drafts_are_not_shown(draft, honour, clerk, lead):
    honour(1)
    event = draft()
    assert Client().get(reverse("portal:promotion", args=[event.public_id])).status_code == 404
    with pytest.raises(RightMissing):
        services.publish_event(event, actor=clerk, opinion="同意", today=LATER)
    publish(event, lead)
    with pytest.raises(TransitionRefused):
        publish(event, lead)
    services.close_event(event, actor=lead, reason="示例", today=LATER)
    assert Client().get(reverse("portal:promotion", args=[event.public_id])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "text_missing"),
        ({"ends_on": datetime.date(2026, 12, 19)}, "event_dates_wrong"),
        ({"begins_on": datetime.date(2026, 1, 1), "ends_on": datetime.date(2026, 1, 2)}, "event_dates_wrong"),
        ({"list_codes": []}, "list_not_of_honour"),
        ({"list_codes": ["T-BLACK"]}, "list_not_of_honour"),
        ({"list_codes": ["YXZYZ"]}, "list_not_of_honour"),  # names persons only: nobody to recommend
    ],
)
def test_an_event_that_makes_no_sense_is_refused(draft, black, changes, code):
    with pytest.raises(Refused) as refused:
        draft(**changes)
    assert refused.value.code == code


def test_the_list_is_computed_in_as_many_statements_however_long(draft, honour, lead):
    counts = []
    for numbers in (range(1, 3), range(3, 8)):
        for number in numbers:
            honour(number)
        event = draft()
        with CaptureQueriesContext(connection) as queries:
            publish(event, lead)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_pages_from_the_plan_to_the_portal(market, clerk, lead, honour, rehearse):
    honour(1)
    window, chief = Client(), Client()
    for client, user in ((window, clerk), (chief, lead)):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    form = OCCASION | {"begins_on": "2026-12-20", "ends_on": "2026-12-22"}
    assert window.post(reverse("office:promotion-new"), form).status_code == 302
    event = PromotionEvent.objects.get()
    where = reverse("office:promotion-publish", args=[event.public_id])
    assert chief.post(where, {"opinion": "同意"}).status_code == 302
    assert firm(1).name in read(window, "office:promotion", event.public_id)
    assert "示例博览会" in read(Client(), "portal:promotions")
    assert firm(1).name in shown(event)
