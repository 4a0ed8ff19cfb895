"""Undoing a committed batch as a whole (国发〔2016〕33号（二十二）: 及时更正或撤销)."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from records import workflow
from records.errors import Refused
from records.models import Batch
from records.services.batches import last_day, require_right

UNDO_LIMIT = "batch.undo"


def undo_until(batch: Batch) -> date | None:
    """The last day on which a committed batch can be undone; None for any other batch."""
    if batch.state != workflow.COMMITTED:
        return None
    return last_day(UNDO_LIMIT, timezone.localdate(batch.finished_at))


@transaction.atomic
def undo_batch(batch: Batch, *, actor: User, reason: str) -> Batch:
    """Begin to take a committed batch back; a worker carries it out, record by record that nobody has changed since.

    Needs the right to correct, a reason, and the window of the time limit `batch.undo`, counted from the real day of
    the commit. Raises TransitionRefused and Refused `reason_required`, `undo_window_over`.
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    require_right(actor, "correct", batch.department)
    state = workflow.next_state(batch.state, "undo")
    until = undo_until(batch)
    if not reason.strip():
        raise Refused("请写明撤回原因。", code="reason_required")
    if until is None or timezone.localdate() > until:
        raise Refused(f"整批撤回的期限（{until:%Y/%m/%d}）已过，请逐条更正或撤回。", code="undo_window_over")
    batch.state, batch.undo_reason, batch.undone_by, batch.undone_at = state, reason.strip(), actor, timezone.now()
    batch.checkpoint = batch.attempts = batch.moved_from = 0
    batch.moving_since = batch.moved_at = timezone.now()
    batch.save()
    audit.record(Action.BATCH_RECALLED, batch, actor=actor, reason=batch.undo_reason)
    return batch
