"""Anybody who holds the paper can ask whether it is real, and learns no more than stands on it (T-24)."""

import datetime

import pytest
from django.urls import reverse

from audit.actions import Action
from audit.models import AuditEvent
from disclosure import asking
from disclosure.role import portal_role
from repair.services.progress import PER_ADDRESS, PER_NUMBER
from sanctions.models import Check
from sanctions.receipts import make_number
from tests.conftest import TODAY
from tests.disclosure.factory import make_receipt

pytestmark = pytest.mark.django_db


def page(client, number, **query) -> str:
    return client.get(reverse("portal:receipt", args=[number]), query).content.decode()


def test_the_number_alone_says_who_issued_it_when_and_for_what(client):
    check = make_receipt("sanctioned")
    shown = page(client, check.receipt_no)
    for words in ("昆明市示例市场监管局", "行政许可审批", "核验回执"):
        assert words in shown
    for words in ("惩戒", check.subject_name, check.answer_digest[:8], "与存档一致"):
        assert words not in shown


def test_with_the_digest_from_the_paper_it_is_confirmed_with_the_verdict_of_then(client):
    check = make_receipt("sanctioned")
    shown = page(client, check.receipt_no, digest=check.answer_digest[:8].upper())
    assert "与存档一致" in shown and "有应当采取的惩戒措施" in shown and check.subject_name not in shown
    assert "与存档一致" in page(client, check.receipt_no, digest=check.answer_digest)


@pytest.mark.parametrize("digest", ["00000000", "x", "<b>"])
def test_a_digest_that_differs_confirms_nothing(client, digest):
    check = make_receipt("sanctioned")
    shown = page(client, check.receipt_no, digest=digest)
    assert "摘要不一致" in shown and "惩戒" not in shown and "<b>" not in shown


def test_a_number_is_found_as_it_was_typed(client):
    check = make_receipt()
    answer = client.get(reverse("portal:receipts"), {"number": f" {check.receipt_no.lower()} ", "digest": "ab"})
    assert answer.url == f"{reverse('portal:receipt', args=[check.receipt_no])}?digest=ab"


@pytest.mark.parametrize("number", [None, "NONE", "20261122-00017-AAAAAAAAAAA"])
def test_a_number_nobody_issued_is_not_found(client, number):
    """None stands for one with the right check character."""
    answer = client.get(reverse("portal:receipt", args=[number or make_number(TODAY, 1)]))
    assert answer.status_code == 404 and "没有查到这个编号" in answer.content.decode()


def test_what_cannot_be_a_number_is_told_at_once(client):
    answer = client.get(reverse("portal:receipts"), {"number": "随便写写"})
    assert answer.status_code == 200 and "没有查到这个编号" in answer.content.decode()
    assert not Check.objects.exists()


def ask(client, number: str, digest: str = "", address: str = "192.0.2.1") -> int:
    place = reverse("portal:receipt", args=[number])
    return client.get(place, {"digest": digest} if digest else {}, REMOTE_ADDR=address).status_code


def test_who_tries_digests_on_a_number_learns_nothing_more_not_even_with_the_right_one(client):
    check = make_receipt("sanctioned")
    assert [ask(client, check.receipt_no, f"{n:08x}", f"192.0.2.{n}") for n in range(PER_NUMBER)] == [200] * PER_NUMBER
    place = reverse("portal:receipt", args=[check.receipt_no])
    answer = client.get(place, {"digest": check.answer_digest}, REMOTE_ADDR="198.51.100.1")
    assert answer.status_code == 429
    shown = answer.content.decode()
    assert "请稍后再试" in shown and "与存档一致" not in shown and "惩戒" not in shown
    assert "昆明市示例市场监管局" not in shown


def test_who_tries_numbers_is_not_answered_from_that_address_and_everybody_else_is(client):
    check = make_receipt()
    for _ in range(PER_ADDRESS):
        assert ask(client, make_number(TODAY, 1)) == 404
    assert ask(client, check.receipt_no) == 429
    assert ask(client, check.receipt_no, address="192.0.2.2") == 200


def test_a_guess_leaves_a_line_without_the_number_and_a_right_answer_none(client):
    check = make_receipt()
    ask(client, check.receipt_no)
    ask(client, check.receipt_no, check.answer_digest[:8])
    ask(client, "随便写写")
    assert not AuditEvent.objects.filter(action=Action.RECEIPT_REFUSED).exists()
    ask(client, check.receipt_no, "00000000")
    lines = AuditEvent.objects.filter(action=Action.RECEIPT_REFUSED)
    assert {line.object_type for line in lines} == {"sanctions.ReceiptGuess"}
    assert lines.count() == 2
    assert not [line for line in lines if check.receipt_no in f"{line.object_id}{line.object_label}{line.detail}"]


def test_the_wait_is_over_after_the_window(client, monkeypatch):
    check = make_receipt()
    for number in range(PER_NUMBER):
        ask(client, check.receipt_no, f"{number:08x}")
    assert ask(client, check.receipt_no) == 429
    monkeypatch.setattr(asking, "WINDOW", datetime.timedelta(0))
    assert ask(client, check.receipt_no) == 200


def test_the_portal_apart_counts_with_its_own_role():
    check = make_receipt()
    with portal_role():
        found = asking.look_up(asking.Asked(check.receipt_no, "00000000"), address="192.0.2.1")
        assert not found.is_confirmed
        assert asking.look_up(asking.Asked(check.receipt_no, check.answer_digest), address="192.0.2.1").is_confirmed
