"""Anybody who holds the paper can ask whether it is real, and learns no more than stands on it (T-24)."""

import pytest
from django.urls import reverse

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
