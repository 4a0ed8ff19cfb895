"""Erasure that a law or a judgment orders: asked for by the department, decided by a reviewer, never undone."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from audit import services as audit
from audit.actions import Action
from records import bulk, storage, workflow
from records.errors import Refused, RightMissing
from records.models import Batch, ChangeRequest, Erasure, Record
from records.services.batches import require_right


@transaction.atomic
def request_erasure(
    record: Record, *, authority: str, document_no: str, legal_basis: str, reason: str, actor: User
) -> Erasure:
    """Ask for it, with the decision that orders it. Raises RightMissing, Refused, TransitionRefused."""
    record = Record.objects.select_for_update(of=("self",)).select_related("department").get(pk=record.pk)
    require_right(actor, "correct", record.department)
    workflow.next_state(record.state, "erase")
    if Erasure.objects.waiting().filter(record=record).exists():
        raise Refused("这条记录已有待审核的删除申请。", code="erasure_waiting")
    erasure = Erasure.objects.create(
        record=record,
        department=record.department,
        authority=authority,
        document_no=document_no,
        legal_basis=legal_basis,
        reason=reason,
        requested_by=actor,
    )
    audit.record(Action.ERASURE_REQUESTED, erasure, actor=actor, reason=reason, detail={"record": record.pk})
    return erasure


@transaction.atomic
def carry_out_erasure(erasure: Erasure, *, actor: User, reason: str, today: date) -> Erasure:
    """Empty the record and all its former states. A tombstone with key, dates and a digest of the content remains.

    The files it came in go too: nobody can take one line out of a sealed file. Raises RightMissing, TransitionRefused.
    """
    erasure, record = _to_decide(erasure, actor, "carry_out")
    workflow.next_state(record.state, "erase")
    if open_change := ChangeRequest.objects.waiting().filter(record=record).first():
        open_change.state = workflow.next_state(open_change.state, "outdate")
        open_change.decided_at = timezone.now()
        open_change.save()
        audit.record(Action.CHANGE_OUTDATED, open_change, actor=actor, reason=reason)
    batches = bulk.batches_of_record(record.pk)
    erasure.decided_by, erasure.decided_at, erasure.decision_reason = actor, timezone.now(), reason
    erasure.save()
    erasure.content_digest, erasure.versions = bulk.erase(erasure.pk)
    erasure.state = workflow.next_state(erasure.state, "carry_out")
    erasure.save()
    audit.record(Action.RECORD_ERASED, record, actor=actor, reason=reason, business_on=today)
    for batch in Batch.objects.filter(pk__in=batches):
        transaction.on_commit(lambda name=batch.public_id.hex: storage.discard(name))
    return erasure


@transaction.atomic
def deny_erasure(erasure: Erasure, *, actor: User, reason: str) -> Erasure:
    """Refuse, with the reason the department reads."""
    if not reason.strip():
        raise Refused("请写明不予删除的理由。", code="reason_required")
    erasure, _ = _to_decide(erasure, actor, "deny")
    erasure.state = workflow.next_state(erasure.state, "deny")
    erasure.decided_by, erasure.decided_at, erasure.decision_reason = actor, timezone.now(), reason
    erasure.save()
    audit.record(Action.ERASURE_DENIED, erasure, actor=actor, reason=reason)
    return erasure


def _to_decide(erasure: Erasure, actor: User, action: str) -> tuple[Erasure, Record]:
    record = Record.objects.select_for_update(of=("self",)).get(pk=erasure.record_id)
    erasure = Erasure.objects.select_for_update().get(pk=erasure.pk)
    if actor.role != Role.REVIEWER or actor.pk == erasure.requested_by_id:
        raise RightMissing("依法删除由平台审核员审核，申请人不能审核自己的申请。")
    workflow.next_state(erasure.state, action)
    return erasure, record
