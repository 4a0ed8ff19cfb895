"""Daily tree heads reach the national platform once, and it keeps the first word it was given."""

import pytest
from django.db import transaction
from django.utils import timezone

from audit import heads, sealing
from audit.actions import Action
from audit.models import AuditEvent, TreeHead
from audit.services import record
from exchange.client import HeadConflict, NoAnswer
from exchange.heads import pending_heads, push_heads
from exchange.models import HeadHandover


class Platform:
    """What the other side would say; the wire itself is tested below."""

    def __init__(self, *answers):
        self.answers, self.told = list(answers), []

    def send_head(self, head):
        self.told.append(head["number"])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def head(db, data_dir) -> TreeHead:
    with transaction.atomic():
        record(Action.LOG_READ)
    sealing.seal_all()
    return heads.sign_head()


def test_a_head_is_pending_until_its_receipt_is_stored(head):
    assert list(pending_heads()) == [head]
    assert push_heads(Platform("GJS1")) == 1
    assert HeadHandover.objects.get().receipt == "GJS1"
    assert list(pending_heads()) == []
    assert AuditEvent.objects.get(action=Action.HEAD_DELIVERED).detail == {"receipt": "GJS1"}


@pytest.mark.parametrize("silence", [NoAnswer("timeout", "未答复"), HeadConflict("head_conflict", "另一个树根")])
def test_without_a_receipt_it_stays_pending_and_says_why(head, silence):
    assert push_heads(Platform(silence)) == 0
    handover = HeadHandover.objects.get()
    assert (handover.receipt, handover.code, handover.attempts) == ("", silence.code, 1)
    assert not pending_heads().exists()
    HeadHandover.objects.update(next_attempt_at=timezone.now())
    assert list(pending_heads()) == [head]
    refused = AuditEvent.objects.filter(action=Action.HEAD_REFUSED).exists()
    assert refused == isinstance(silence, HeadConflict)
