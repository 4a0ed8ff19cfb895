"""Daily tree heads to the national platform: a second place where the owner of our database cannot take them back."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit import services as audit
from audit.actions import Action
from audit.heads import as_published
from audit.models import TreeHead
from exchange.client import HeadConflict, NationalPlatform, NoAnswer
from exchange.models import HeadHandover
from exchange.services import national_platform

HEADS_A_RUN = 100
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


def pending_heads() -> QuerySet[TreeHead]:
    """Heads the national platform has given no receipt for, oldest first. One it refuses stays here and is seen."""
    waiting = Q(handover=None) | Q(handover__next_attempt_at__lte=timezone.now())
    return TreeHead.objects.filter(waiting).exclude(handover__receipt__gt="").order_by("number")


def push_heads(platform: NationalPlatform | None = None) -> int:
    """Send what has no receipt; how many were received. A head sent twice is one head: its number is the key."""
    platform, received = platform or national_platform(), 0
    for head in pending_heads()[:HEADS_A_RUN]:
        try:
            receipt = platform.send_head(as_published(head))
        except NoAnswer as silence:
            _note(head, code=silence.code, reason=silence.reason, is_refused=isinstance(silence, HeadConflict))
            if not isinstance(silence, HeadConflict):
                break
        else:
            _note(head, receipt=receipt)
            received += 1
    return received


@transaction.atomic
def _note(head: TreeHead, *, receipt: str = "", code: str = "", reason: str = "", is_refused: bool = False) -> None:
    handover, _ = HeadHandover.objects.select_for_update().get_or_create(head=head)
    if handover.receipt:
        return
    handover.attempts += 1
    handover.receipt, handover.code, handover.reason = receipt, code, reason[:300]
    wait = min(FIRST_WAIT * 2 ** min(handover.attempts, 12), LONGEST_WAIT)
    handover.next_attempt_at = None if receipt else timezone.now() + wait
    handover.save()
    if receipt:
        audit.record(Action.HEAD_DELIVERED, head, detail={"receipt": receipt})
    elif is_refused:
        audit.record(Action.HEAD_REFUSED, head, result=audit.REFUSED, reason=code)
