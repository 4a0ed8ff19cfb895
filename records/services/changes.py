"""Verbs on changes a department makes to records of its own: ask, approve, refuse, take back.

国发〔2016〕33号（二十二）: what proves wrong is corrected or withdrawn at once. Where the catalogue says so a second
person looks first; until then an adverse record whose withdrawal was asked for is not shown.
"""

import json
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from catalogue.models import Change, FieldRole
from records import crypto, workflow
from records.checking import CleanRow
from records.errors import Refused, RightMissing, RowRefused
from records.models import ChangeRequest, Identifier, Record, WithdrawalReason
from records.problems import Problem, problem
from records.services.batches import checker_for, require_right
from records.services.records import withdraw_locked, withdraw_record


class StaleForm(Refused):
    """The record has moved on since the form was opened (T-36)."""

    code = "record_has_changed"


@dataclass(frozen=True, slots=True)
class Why:
    """Why a record is changed: in words, and the document that says so where there is one."""

    reason: str
    evidence_no: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What a decision says is to be changed: `values` of a correction (field code → text), `reason_code` otherwise."""

    why: Why
    key: str
    values: dict[str, str]
    reason_code: str = ""


@transaction.atomic
def request_correction(
    record: Record, *, values: dict[str, str], base_revision: int, why: Why, key: str, actor: User, today: date
) -> ChangeRequest:
    """Ask to correct a record; applied at once where nobody else has to agree.

    `values` maps every field code to text; a sealed number left empty stays as it is. The same key gives the same
    request. Raises RightMissing, StaleForm, RowRefused, TransitionRefused, Refused (`nothing_changed`,
    `change_waiting`).
    """
    if sent := ChangeRequest.objects.filter(requested_by=actor, key=key).first():
        return sent
    record = _open_record(record, actor, "correct")
    if record.revision != base_revision:
        raise StaleForm("这条记录在您填写期间已经变化，请核对现在的内容后再更正。")
    row = _checked(record, values, today)
    if row.content_digest == bytes(record.content_digest) and row.document_no == record.document_no:
        raise Refused("内容没有变化。", code="nothing_changed")
    change = _ask(
        record, Change.CORRECT, why, key, actor, values=json.loads(row.values), secrets=json.loads(row.secrets)
    )
    if Change.CORRECT in record.item.needs_approval:
        return change
    return _apply_correction(change, record, today)


@transaction.atomic
def request_withdrawal(
    record: Record, *, reason_code: str, why: Why, key: str, actor: User, today: date
) -> ChangeRequest:
    """Ask to withdraw a record; done at once where nobody else has to agree.

    Where somebody has, an adverse record is not shown meanwhile. Raises as request_correction.
    """
    if sent := ChangeRequest.objects.filter(requested_by=actor, key=key).first():
        return sent
    record = _open_record(record, actor, "withdraw")
    change = _ask(record, Change.WITHDRAW, why, key, actor, reason_code=WithdrawalReason(reason_code).value)
    if Change.WITHDRAW not in record.item.needs_approval:
        return _apply_withdrawal(change, record, today, actor)
    if record.item.is_adverse and record.state == workflow.CURRENT:
        record.state = workflow.next_state(record.state, "suspend")
        moved = record.explain(workflow.ChangeKind.SUSPENDED, by=actor, reason=why.reason)
        record.save(update_fields=["state", *moved])
        audit.record(Action.RECORD_SUSPENDED, record, actor=actor, reason=why.reason, business_on=today)
    return change


def _open_record(record: Record, actor: User, action: str) -> Record:
    record = (
        Record.objects.select_for_update(of=("self",)).select_related("department", "item", "subject").get(pk=record.pk)
    )
    require_right(actor, "report", record.department)
    if ChangeRequest.objects.waiting().filter(record=record).exists():
        raise Refused("这条记录已有待审批的申请。请先等待审批，或撤销原来的申请。", code="change_waiting")
    if record.state not in workflow.RECORD_OPEN:
        raise workflow.TransitionRefused(record.state, action)
    return record


def _ask(record: Record, kind: Change, why: Why, key: str, actor: User, **content) -> ChangeRequest:
    change = ChangeRequest.objects.create(
        record=record,
        department=record.department,
        kind=kind,
        base_revision=record.revision,
        reason=why.reason,
        evidence_no=why.evidence_no,
        key=key,
        requested_by=actor,
        **content,
    )
    audit.record(Action.CHANGE_REQUESTED, change, actor=actor, reason=why.reason, detail={"record": record.pk})
    return change


@transaction.atomic
def approve_change(change: ChangeRequest, *, actor: User, reason: str, today: date) -> ChangeRequest:
    """Agree and carry it out. Raises RightMissing (also for who asked), TransitionRefused.

    A correction whose record has changed meanwhile becomes stale instead: nobody may agree to what they did not see.
    """
    change, record = _to_decide(change, actor)
    moved_on = change.kind == Change.CORRECT and record.revision != change.base_revision
    if moved_on or record.state not in workflow.RECORD_OPEN:
        return _settle(change, "outdate", None, "记录在审批前已经变化。", Action.CHANGE_OUTDATED)
    change.state = workflow.next_state(change.state, "approve")
    change.decided_by, change.decision_reason = actor, reason
    audit.record(Action.CHANGE_APPROVED, change, actor=actor, reason=reason)
    if change.kind == Change.CORRECT:
        return _apply_correction(change, record, today)
    return _apply_withdrawal(change, record, today, actor)


@transaction.atomic
def refuse_change(change: ChangeRequest, *, actor: User, reason: str, today: date) -> ChangeRequest:
    """Disagree, with the reason the asker reads; what was not shown meanwhile is shown again."""
    if not reason.strip():
        raise Refused("请写明不同意的理由。", code="reason_required")
    change, record = _to_decide(change, actor)
    _resume(record, actor, reason, today)
    return _settle(change, "refuse", actor, reason, Action.CHANGE_REFUSED)


@transaction.atomic
def cancel_change(change: ChangeRequest, *, actor: User, today: date) -> ChangeRequest:
    """Take back a request of one's own department that nobody has decided yet."""
    change, record = _locked(change)
    require_right(actor, "report", record.department)
    settled = _settle(change, "cancel", None, "", Action.CHANGE_CANCELLED, by=actor)
    _resume(record, actor, "申请已撤销", today)
    return settled


@transaction.atomic
def carry_out_order(
    record: Record, *, kind: Change, order: Order, asked_by: User, decided_by: User, today: date
) -> ChangeRequest:
    """Correct or withdraw a record because a decision on an objection, or of a court, says so.

    Through the same checks as a department's own change; both people stand in the request. Whatever the department was
    asking for itself becomes stale. The caller has seen to who may. Raises RowRefused, TransitionRefused, Refused
    (nothing_changed, record_is_derived).
    """
    if sent := ChangeRequest.objects.filter(requested_by=asked_by, key=order.key).first():
        return sent
    record = (
        Record.objects.select_for_update(of=("self",)).select_related("department", "item", "subject").get(pk=record.pk)
    )
    if record.derived_from_id:
        raise Refused("责任人员的记录随来源记录更正、撤回，请到来源记录办理。", code="record_is_derived")
    if record.state not in workflow.RECORD_OPEN:
        raise workflow.TransitionRefused(record.state, str(kind))
    for waiting in ChangeRequest.objects.waiting().filter(record=record).select_for_update():
        _settle(waiting, "outdate", None, "已有异议处理决定。", Action.CHANGE_OUTDATED)
    content: dict = {"reason_code": order.reason_code}
    if kind == Change.CORRECT:
        row = _checked(record, record.values | order.values, today)
        if row.content_digest == bytes(record.content_digest) and row.document_no == record.document_no:
            raise Refused("内容没有变化。", code="nothing_changed")
        content = {"values": json.loads(row.values), "secrets": json.loads(row.secrets)}
    change = _ask(record, kind, order.why, order.key, asked_by, **content)
    change.state = workflow.next_state(change.state, "approve")
    change.decided_by, change.decision_reason = decided_by, order.why.reason
    audit.record(Action.CHANGE_APPROVED, change, actor=decided_by, reason=order.why.reason)
    if kind == Change.CORRECT:
        return _apply_correction(change, record, today)
    reason = f"{change.get_reason_code_display()}：{change.reason}"
    withdraw_locked(record, actor=decided_by, reason=reason, today=today)
    return _applied(change)


def _locked(change: ChangeRequest) -> tuple[ChangeRequest, Record]:
    """The record first, as every verb locks, then the request."""
    record = (
        Record.objects.select_for_update(of=("self",))
        .select_related("department", "item", "subject")
        .get(pk=change.record_id)
    )
    return ChangeRequest.objects.select_for_update().get(pk=change.pk), record


def _to_decide(change: ChangeRequest, actor: User) -> tuple[ChangeRequest, Record]:
    change, record = _locked(change)
    require_right(actor, "correct", record.department)
    if actor.pk == change.requested_by_id:
        raise RightMissing("申请人不能审批自己的申请。")
    workflow.next_state(change.state, "approve")
    return change, record


def _settle(
    change: ChangeRequest, action: str, decided_by: User | None, reason: str, line: Action, *, by: User | None = None
) -> ChangeRequest:
    change.state = workflow.next_state(change.state, action)
    change.decided_by, change.decision_reason, change.decided_at = decided_by, reason, timezone.now()
    change.save()
    audit.record(line, change, actor=decided_by or by, reason=reason)
    return change


def _resume(record: Record, actor: User, reason: str, today: date) -> None:
    if record.state != workflow.SUSPENDED:
        return
    record.state = workflow.next_state(record.state, "resume")
    moved = record.explain(workflow.ChangeKind.RESUMED, by=actor, reason=reason)
    record.save(update_fields=["state", *moved])
    audit.record(Action.RECORD_RESUMED, record, actor=actor, reason=reason, business_on=today)


def _apply_withdrawal(change: ChangeRequest, record: Record, today: date, actor: User) -> ChangeRequest:
    withdraw_record(record, actor=actor, reason=f"{change.get_reason_code_display()}：{change.reason}", today=today)
    return _applied(change)


def _apply_correction(change: ChangeRequest, record: Record, today: date) -> ChangeRequest:
    sealed = {code: crypto.open_text(text) for code, text in change.secrets.items()}
    row = _checked(record, change.values | sealed, today)
    record.subject_name, record.title, record.authority = row.subject_name, row.title, row.authority
    record.document_no, record.decided_on = row.document_no, row.decided_on
    record.values, record.secrets = json.loads(row.values), json.loads(row.secrets)
    record.responsible = json.loads(row.responsible)
    record.content_digest, record.severity = row.content_digest, row.severity
    record.displayed_until, record.display_rule_key = row.displayed_until, row.display_rule_key
    is_over = row.displayed_until is not None and row.displayed_until < today
    if is_over:
        record.state, record.ended_on = workflow.next_state(record.state, "expire"), row.displayed_until
    elif record.displayed_from is None and row.displayed_until is not None:
        record.displayed_from = today
    record.explain(workflow.ChangeKind.CORRECTED, by=change.requested_by, reason=change.reason)
    record.save()
    audit.record(
        Action.RECORD_CORRECTED,
        record,
        actor=change.decided_by or change.requested_by,
        reason=change.reason,
        business_on=today,
    )
    return _applied(change)


def _applied(change: ChangeRequest) -> ChangeRequest:
    change.state, change.decided_at = workflow.CHANGE_APPLIED, timezone.now()
    change.save()
    return change


def _checked(record: Record, values: dict[str, str], today: date) -> CleanRow:
    """The corrected row, through the same checks as a report, about the same subject. Raises RowRefused."""
    kept = {code: crypto.open_text(text) for code, text in record.secrets.items() if not values.get(code)}
    row = checker_for(record.item, record.department, today=today).check_values(record.row_no, values | kept)
    if not isinstance(row, CleanRow):
        raise RowRefused(row)
    if found := [*_other_subject(record, row), *_same_decision(record, row)]:
        raise RowRefused(found)
    return row


def _other_subject(record: Record, row: CleanRow) -> list[Problem]:
    """A record about somebody else is withdrawn and reported anew, so that nothing of it stays with the wrong one."""
    owners = {
        Identifier.objects.filter(kind=kind, lookup=lookup).values_list("subject_id", flat=True).first()
        for kind, lookup in zip(row.id_kinds, row.id_lookups, strict=True)
    }
    if owners != {record.subject_id}:
        return [problem("subject_not_correctable")]
    if row.name_key != record.subject.name_key and row.subject_name != record.subject_name:
        field = record.item.fields.get(role=FieldRole.SUBJECT_NAME)
        is_person = record.subject.kind == "person"
        code = "person_name_conflict" if is_person else "name_conflict"
        return [problem(code, field=field.code, name=field.name, held="" if is_person else record.subject.legal_name)]
    return []


def _same_decision(record: Record, row: CleanRow) -> list[Problem]:
    same = Record.objects.filter(
        subject=record.subject_id,
        document_no=row.document_no,
        decided_on=row.decided_on,
        department=record.department_id,
        item_code=record.item_code,
    ).exclude(pk=record.pk)
    field = record.item.fields.get(role=FieldRole.DOCUMENT_NO)
    return [problem("decision_held_already", field=field.code, name=field.name)] if same.exists() else []
