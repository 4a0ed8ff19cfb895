"""Verbs on single records: register one from a form, withdraw one, close those whose term has ended."""

import csv
import io
from datetime import date

from django.db import transaction

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import DisplayRule, InformationItem
from catalogue.policy import add_months
from records import bulk, storage, workflow
from records.checking import CleanRow
from records.errors import Refused, RowRefused
from records.models import Batch, Record, RejectedRow
from records.problems import Problem
from records.services.batches import checker_for, finish, merge_slice, require_right
from records.services.receiving import receive_batch

SWEEP = 2000
FIRST_ROW = 2  # a form is kept as a file of a header and one row


@transaction.atomic
def register_record(
    *,
    item: InformationItem,
    department: Department,
    values: dict[str, str],
    actor: User,
    today: date,
    idempotency_key: str = "",
) -> Record:
    """Take one record from a form, through the same checks and the same merge as a file. Raises RowRefused.

    `values` maps field codes to text. Sent again with the same key, it gives the record already made.
    """
    checked = checker_for(item, department, today=today).check_values(FIRST_ROW, values)
    if not isinstance(checked, CleanRow):
        raise RowRefused(checked)
    batch = receive_batch(
        item=item,
        department=department,
        source=Batch.Source.FORM,
        file_name="",
        chunks=[_as_csv(values)],
        actor=actor,
        idempotency_key=idempotency_key,
    )
    if batch.state == workflow.COMMITTED:
        return _record_of(batch, checked)
    batch.state, batch.rows_total, batch.rows_read = workflow.MERGING, 1, 1
    bulk.stage(batch, [checked])
    merge_slice(batch, FIRST_ROW)
    if batch.rows_rejected:
        stored = RejectedRow.objects.get(batch=batch, row_no=FIRST_ROW).problems
        storage.discard(batch.public_id.hex)  # the transaction forgets the batch, this its file
        raise RowRefused([Problem(**problem) for problem in stored])
    finish(batch)
    return _record_of(batch, checked)


def _as_csv(values: dict[str, str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([list(values), list(values.values())])
    return out.getvalue().encode()


def _record_of(batch: Batch, row: CleanRow) -> Record:
    return Record.objects.get(
        department=batch.department,
        item_code=batch.item.code,
        document_no=row.document_no,
        decided_on=row.decided_on,
        subject__identifiers__kind=row.id_kinds[0],
        subject__identifiers__lookup=row.id_lookups[0],
    )


@transaction.atomic
def withdraw_record(record: Record, *, actor: User, reason: str, today: date) -> Record:
    """Take a wrong record back at once (国发〔2016〕33号（二十二）: 及时更正或撤销).

    The nation is told because the revision moves on.
    """
    record = Record.objects.select_for_update().select_related("department").get(pk=record.pk)
    require_right(actor, "report", record.department)
    if record.derived_from_id:
        raise Refused("责任人员的记录随来源记录更正、撤回，请到来源记录办理。", code="record_is_derived")
    return withdraw_locked(record, actor=actor, reason=reason, today=today)


def withdraw_locked(record: Record, *, actor: User, reason: str, today: date) -> Record:
    """The withdrawal itself, inside the transaction of a verb that has locked the record and seen to who may."""
    record.state = workflow.next_state(record.state, "withdraw")
    record.ended_on, record.end_reason = today, reason
    moved = record.explain(workflow.ChangeKind.WITHDRAWN, by=actor, reason=reason)
    record.save(update_fields=["state", "ended_on", "end_reason", *moved])
    audit.record(Action.RECORD_WITHDRAWN, record, actor=actor, reason=reason, business_on=today)
    return record


@transaction.atomic
def dispute_record(record: Record, *, actor: User, reason: str, today: date) -> Record:
    """Mark a record as being verified: it stays open to view, marked, and nothing that rests on it is carried out.

    国发〔2016〕33号（二十二）: 核实期间暂不执行. The caller has seen to who may. Raises TransitionRefused.
    """
    return _move(record, "dispute", workflow.ChangeKind.DISPUTED, Action.RECORD_DISPUTED, actor, reason, today)


@transaction.atomic
def settle_record(record: Record, *, actor: User, reason: str, today: date) -> Record:
    """The verification has found nothing wrong. The caller has seen to who may. Raises TransitionRefused."""
    return _move(record, "settle", workflow.ChangeKind.SETTLED, Action.RECORD_SETTLED, actor, reason, today)


@transaction.atomic
def end_record(record: Record, *, actor: User | None, reason: str, today: date) -> Record:
    """End display and sharing of a record that was right, before its term is over (33号（十九）（二十一）).

    The nation is told because the revision moves on. The caller has seen to who may. Raises TransitionRefused.
    """
    return _move(record, "end", workflow.ChangeKind.ENDED, Action.RECORD_ENDED, actor, reason, today)


@transaction.atomic
def restore_record(record: Record, *, actor: User, reason: str, today: date) -> Record:
    """Show again what a repair had ended, for the longest term its rule allows: the repair was got by false means.

    From then on everybody who sees it sees that too (`restored_on`). The nation is told because the revision moves on.
    The caller has seen to who may. Raises TransitionRefused, Refused (term_is_over: even the longest term has passed).
    """
    record = Record.objects.select_for_update(of=("self",)).get(pk=record.pk)
    record.state = workflow.next_state(record.state, "restore")
    record.displayed_until = _longest(record)
    if record.displayed_until is None or record.displayed_until < today:
        raise Refused("这条信息的最长公示期已经届满，不能恢复公示。", code="term_is_over")
    record.ended_on, record.end_reason, record.restored_on = None, "", today
    moved = record.explain(workflow.ChangeKind.RESTORED, by=actor, reason=reason)
    record.save(update_fields=["state", "displayed_until", "ended_on", "end_reason", "restored_on", *moved])
    audit.record(Action.RECORD_RESTORED, record, actor=actor, reason=reason, business_on=today)
    return record


def _longest(record: Record) -> date | None:
    """The last day of the longest term of the rule the record was entered under; as stored where the rule has none."""
    rule = DisplayRule.objects.filter(key=record.display_rule_key).first()
    if rule is None or rule.maximum_months is None or record.displayed_until is None:
        return record.displayed_until
    return max(record.displayed_until, add_months(record.decided_on, rule.maximum_months))


def _move(record: Record, action: str, kind: str, line: Action, actor: User | None, reason: str, today: date) -> Record:
    record = Record.objects.select_for_update(of=("self",)).get(pk=record.pk)
    record.state = workflow.next_state(record.state, action)
    if record.state not in workflow.RECORD_OPEN:
        record.ended_on, record.end_reason = today, reason
    moved = record.explain(kind, by=actor, reason=reason)
    record.save(update_fields=["state", "ended_on", "end_reason", *moved])
    audit.record(line, record, actor=actor, reason=reason, business_on=today)
    return record


def expire_records(*, today: date) -> int:
    """Close every record whose display term has ended, however long ago, and say so on the day it ended.

    The public views stopped showing them by themselves; this ends sharing too. Returns how many were closed.
    """
    closed = 0
    while True:
        with transaction.atomic():
            rows = bulk.expire(today, limit=SWEEP)
            audit.record_many(
                Action.RECORD_EXPIRED,
                [
                    audit.Target(Record._meta.label, str(pk), f"{code} {number}", business_on=ended_on)
                    for pk, code, number, ended_on in rows
                ],
                once=True,
            )
        closed += len(rows)
        if len(rows) < SWEEP:
            return closed
