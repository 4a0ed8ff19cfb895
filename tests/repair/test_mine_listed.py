"""The lists a subject is on, as it finds them on its own page; and its reputation, until everybody has confirmed."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Role
from records.models import Record
from repair import services
from repair.models import Case
from repair.services import Claim
from sanctions import services as sanctions
from sanctions.models import Listing
from tests.factories import make_user
from tests.repair.conftest import REFUSE, WITHDRAW, make_applicant, signed_in
from tests.sanctions.conftest import (  # fixtures of lists and memoranda
    LATER,
    black,
    conduct,
    decision,
    departments,
    enter,
    lead,
    market,
    memorandum,
    propose,
)

__all__ = ["black", "conduct", "decision", "departments", "enter", "lead", "market", "memorandum", "propose"]
HEADING = "所在的名单"


@pytest.fixture
def clerk(market):
    """The market department's: it keeps the list and reports the records."""
    return make_user("clerk-s", Role.CLERK, market)


@pytest.fixture
def listing(black, memorandum, enter) -> Listing:
    """A subject on a black list; it is LATER."""
    return enter(black)


@pytest.fixture
def listed(listing):
    """Who is on the list, signed in."""
    return make_applicant(listing.record)


@pytest.fixture
def mine(client, listed):
    return signed_in(client, listed)


@pytest.fixture
def objected(listing, listed, reviewer) -> Case:
    claim = Claim("objection", "我没有实施该行为", listing=listing)
    case = services.open_case(claim, by=listed, key=uuid.uuid4(), today=LATER)
    return services.accept(case, actor=reviewer, version=case.version, today=LATER)


@pytest.fixture
def decided(objected, reviewer, second):
    """A function that carries the objection to its decision."""

    def decided(decision) -> Case:
        case = services.propose(objected, decision, actor=reviewer, version=objected.version, today=LATER)
        return services.decide(case, actor=second, version=case.version, today=LATER)

    return decided


def home(browser) -> str:
    return browser.get(reverse("my:home")).content.decode()


def door(listing: Listing, kind: str) -> str:
    return reverse("my:apply-listing", args=[listing.public_id, kind])


def test_who_is_on_a_list_finds_it_with_what_can_be_done(mine, listing):
    text = home(mine)
    assert HEADING in text and listing.document_no in text and str(listing.ends_on) in text
    record = reverse("my:record", args=[listing.record.public_id])
    for where in (door(listing, "objection"), door(listing, "review"), f"{record}#remedy"):
        assert f'href="{where}"' in text
        assert mine.get(where).status_code == 200


def test_an_entry_that_is_published_nowhere_is_shown_to_whom_it_is_about(mine, listing):
    Listing.objects.filter(pk=listing.pk).update(record=None)
    text = home(mine)
    assert "不向社会公示" in text and f"移出名单，请向{listing.authority}申请" in text
    assert f'href="{door(listing, "objection")}"' in text
    assert mine.get(door(listing, "objection")).status_code == 200


def test_it_is_shown_to_nobody_else(client, listing, propose, black):
    """Nor is what is only proposed: its department tells of that."""
    other = make_applicant(listing.record, 2)
    other.subject = None
    other.save()
    assert HEADING not in home(signed_in(client, other))


def test_what_has_been_asked_already_is_not_offered_again_and_rests(mine, listing, objected):
    text = home(mine)
    assert "核查中，暂不执行" in text
    assert door(listing, "objection") not in text and door(listing, "review") in text


def test_who_has_left_a_list_is_not_shown_on_it(mine, listing, lead, rehearse):
    sanctions.exit_listing(listing, actor=lead, kind="conditions", reason="已履行", today=LATER)
    assert HEADING not in home(mine)


def test_a_reputation_is_being_restored_until_everybody_has_confirmed(mine, decided):
    case = decided(WITHDRAW)
    page = reverse("my:request", args=[case.public_id])
    told = case.restorations.get().receivers
    assert "正在恢复信誉" in home(mine)
    assert f"{told.count()} 个，0 个已经确认" in mine.get(page).content.decode()
    for number, receiver in enumerate(told.filter(kind="department")):
        clerk = make_user(f"told-{number}", Role.CLERK, receiver.department)
        services.confirm(receiver, actor=clerk, note="已经删除", today=LATER)
    assert "正在恢复信誉" in home(mine)
    Record.objects.filter(pk=case.record_id).update(national_revision=Record.objects.get(pk=case.record_id).revision)
    services.confirm_national(today=LATER)
    assert "信誉已经恢复" in home(mine)
    text = mine.get(page).content.decode()
    assert "您的信誉已经恢复" in text and "现在没有公开" in text


def test_where_nothing_was_wrong_nothing_is_said_of_a_reputation(mine, decided):
    case = decided(REFUSE)
    assert "恢复信誉" not in home(mine)
    assert "恢复信誉" not in mine.get(reverse("my:request", args=[case.public_id])).content.decode()


def test_the_clarification_published_is_led_to_from_the_case(mine, decided, second):
    case = decided(WITHDRAW)
    said = {"consent": "澄清申请书", "consented_on": LATER, "today": LATER}
    case = services.publish_clarification(case, actor=second, version=case.version, **said)
    text = mine.get(reverse("my:request", args=[case.public_id])).content.decode()
    assert reverse("portal:clarification", args=[case.clarification.public_id]) in text
