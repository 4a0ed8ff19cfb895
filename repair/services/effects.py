"""What a case does to records, listings and whoever was told: orders go down, in the transaction of the verb.

Locks are taken in one order, the case first, then the listing, then the record, so that two cases about one record wait
for each other and the last to be closed lets it go on (33号（二十二）).
"""

from datetime import date

from django.db.models import F

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import Change
from records import services as records
from records.errors import Refused
from records.models import Record, WithdrawalReason
from records.services.changes import Order, Why, carry_out_order
from records.workflow import CURRENT, DISPUTED, RECORD_OPEN, SUSPENDED
from repair import policy
from repair.models import (
    Case,
    Cause,
    OwnStatement,
    Receiver,
    Remedy,
    Restoration,
    RestorationReceiver,
    Way,
)
from repair.services import clocks
from repair.workflow import CaseKind
from sanctions import services as sanctions
from sanctions.models import Check, Listing, MeasureTask
from sanctions.services.listings import leave
from sanctions.workflow import ENTERED, EXITED, ExitKind

ENDS_NOTHING = (Way.STATEMENT, Way.EXTENSION)


def suspend(case: Case, *, actor: User | None, today: date) -> None:
    """From this moment the record is marked and nothing that rests on it is carried out, where the case suspends.

    Raises Refused (change_waiting): the department is withdrawing the record at this very time, and it is hidden.
    """
    if not case.suspends:
        return
    listing, record = _locked(case)
    reason = f"{case.get_kind_display()}核查（{case.number}）"
    if record is not None and record.state == SUSPENDED:
        raise Refused("这条记录正在办理撤回，已经暂停公示，请等撤回办结。", code="change_waiting")
    if listing is not None and listing.state == ENTERED:
        sanctions.suspend_listing(listing, actor=actor, reason=reason, today=today)
        record = _again(record)
    if record is not None and record.state == CURRENT:
        records.dispute_record(record, actor=actor, reason=reason, today=today)


def resume(case: Case, *, actor: User | None, reason: str, today: date) -> None:
    """What rested goes on, unless another case keeps it resting: a suspension is never lost."""
    if not case.suspends:
        return
    listing, record = _locked(case)
    others = Case.objects.suspending(
        record_id=record.pk if record else None, listing_id=listing.pk if listing else None
    ).exclude(pk=case.pk)
    if others.exists():
        return
    if listing is not None and listing.state == ENTERED:
        sanctions.resume_listing(listing, actor=actor, reason=reason, today=today)
        record = _again(record)
    if record is not None and record.state == DISPUTED:
        records.settle_record(record, actor=actor, reason=reason, today=today)


def carry_out(case: Case, *, actor: User, today: date) -> None:
    """What a grant does. Needs the decision in the case. Raises what the verbs of the lower apps raise."""
    if case.kind == CaseKind.REPAIR:
        _repair(case, actor, today)
    elif case.kind != CaseKind.COMPLAINT:
        _put_right(case, actor, today)
        resume(case, actor=actor, reason=case.reasons, today=today)


def _repair(case: Case, actor: User, today: date) -> None:
    """终止公示, 停止共享和使用, 解除措施: the three things of a repair, in one moment (信用修复管理办法)."""
    if case.way == Way.STATEMENT:
        _show_statement(case, actor, today)
    if case.way in ENDS_NOTHING:
        return
    listing, record = _locked(case)
    _end(listing, record, case, actor=actor, kind=ExitKind.REPAIRED, today=today)
    clocks.start(case, policy.SYNC, on=today)
    clocks.start(case, policy.THIRD_PARTIES, on=today)
    restore_reputation(case, cause=Cause.REPAIR, text=f"该信息已经信用修复（{case.number}），停止公示、共享和使用。",
                       due_key=policy.THIRD_PARTIES, today=today)  # fmt: skip


def _end(listing: Listing | None, record: Record | None, case: Case, *, actor: User, kind: str, today: date) -> None:
    if listing is not None and listing.state == ENTERED:
        leave(listing, actor=actor, kind=kind, reason=case.reasons, today=today)
        record = _again(record)
    if record is not None and record.state in RECORD_OPEN:
        records.end_record(record, actor=actor, reason=f"{case.get_kind_display()}：{case.reasons}", today=today)


def _show_statement(case: Case, actor: User, today: date) -> None:
    """98号四（三）: 自主解释. The one shown before gives way."""
    OwnStatement.objects.filter(record=case.record_id, withdrawn_on=None).update(withdrawn_on=today)
    OwnStatement.objects.create(case=case, record_id=case.record_id, text=case.claim, shown_from=today)
    audit.record(Action.STATEMENT_DISPLAYED, case, actor=actor, business_on=today)


def _put_right(case: Case, actor: User, today: date) -> None:
    """An error is confirmed: corrected or withdrawn at once, and the reputation restored (33号（二十二）)."""
    if case.remedy in ("", Remedy.NONE):
        return
    listing, record = _locked(case)
    kind = ExitKind.COURT if case.kind == CaseKind.REVIEW else ExitKind.REVOKED
    if case.remedy == Remedy.LEAVE:
        _end(listing, record, case, actor=actor, kind=kind, today=today)
    else:
        if record is None:
            raise Refused("这个办件没有可以更正、撤回的记录。", code="target_missing")
        if record.state not in RECORD_OPEN:
            raise Refused("这条记录已经停止公示和使用，不能再更正、撤回，请选择不需要改动信息。", code="record_ended")
        _change(case, record, actor, today)
        listing = Listing.objects.select_related("record").get(pk=listing.pk) if listing is not None else None
        if case.remedy == Remedy.WITHDRAW and listing is not None and listing.state == ENTERED:
            leave(listing, actor=actor, kind=kind, reason=case.reasons, today=today)
    restore_reputation(case, cause=Cause.ERROR, text=f"该信息有误，已经{case.get_remedy_display()}（{case.number}）。",
                       due_key="correction.after_confirmation", today=today)  # fmt: skip


def _change(case: Case, record: Record, actor: User, today: date) -> None:
    reason_code = WithdrawalReason.COURT if case.kind == CaseKind.REVIEW else WithdrawalReason.OTHER
    order = Order(Why(case.reasons, case.number), f"case:{case.public_id}", case.corrected_values, reason_code)
    carry_out_order(
        record, kind=Change.CORRECT if case.remedy == Remedy.CORRECT else Change.WITHDRAW, order=order,
        asked_by=case.proposed_by, decided_by=actor, today=today,
    )  # fmt: skip


def take_back(case: Case, *, actor: User, reason: str, today: date) -> None:
    """A repair got by false means is undone: shown again for the longest term; a statement is shown no more.

    A listing that had left by it is entered again for the rest of its term. Raises Refused: term_is_over,
    listed_already.
    """
    OwnStatement.objects.filter(case=case, withdrawn_on=None).update(withdrawn_on=today)
    if case.way in ENDS_NOTHING:
        return
    listing, record = _locked(case)
    why = f"撤销信用修复（{case.number}）：{reason}"
    if listing is not None and _left_by_repair(listing, today):
        listing = sanctions.reenter_listing(listing, actor=actor, reason=why, today=today)
    else:
        records.restore_record(record, actor=actor, reason=why, today=today)
    _rest_again(listing, _again(record), actor=actor, today=today)
    restore_reputation(case, cause=Cause.REVOCATION, text=f"信用修复已经撤销（{case.number}），该信息恢复公示。",
                       due_key=policy.THIRD_PARTIES, today=today)  # fmt: skip


def _left_by_repair(listing: Listing, today: date) -> bool:
    """Whether its term still runs: one that is over meanwhile is not listed again, only its record is shown."""
    is_over = listing.ends_on is not None and listing.ends_on < today
    return listing.state == EXITED and listing.exit_kind == ExitKind.REPAIRED and not is_over


def _rest_again(listing: Listing | None, record: Record, *, actor: User, today: date) -> None:
    """What somebody objected to while it was not shown rests from the moment it is shown again."""
    others = Case.objects.suspending(record_id=record.pk, listing_id=listing.pk if listing else None)
    other = others.first()
    if other is None:
        return
    reason = f"{other.get_kind_display()}核查（{other.number}）"
    if listing is not None and listing.state == ENTERED:
        sanctions.suspend_listing(listing, actor=actor, reason=reason, today=today)
    else:
        records.dispute_record(record, actor=actor, reason=reason, today=today)


def restore_reputation(case: Case, *, cause: str, text: str, due_key: str, today: date) -> Restoration | None:
    """Tell everybody who held the information what is right; closed when each has confirmed (33号（二十二）)."""
    if case.subject_id is None:
        return None
    record = Record.objects.get(pk=case.record_id) if case.record_id else None
    restoration = Restoration.objects.create(
        case=case, subject_id=case.subject_id, cause=cause, text=text, opened_on=today,
        due_on=clocks.last_day(due_key, on=today),
    )  # fmt: skip
    rows = [
        RestorationReceiver(restoration=restoration, kind=Receiver.DEPARTMENT, department=department, why=why,
                            told_on=today)
        for department, why in _departments_told(case)
    ]  # fmt: skip
    if record is not None and record.displayed_from is not None:
        rows.append(
            RestorationReceiver(restoration=restoration, kind=Receiver.NATIONAL, why="已经公示并报送", told_on=today)
        )
    if not rows:
        restoration.closed_on = today
        restoration.save(update_fields=["closed_on"])
    RestorationReceiver.objects.bulk_create(rows)
    audit.record(Action.RESTORATION_OPENED, restoration, business_on=today, detail={"receivers": len(rows)})
    return restoration


def _departments_told(case: Case) -> list[tuple[Department, str]]:
    """Whoever had a measure to carry out, or has asked about the subject since the record came."""
    why = {}
    checks = Check.objects.filter(subject=case.subject_id)
    if case.record_id:
        checks = checks.filter(as_of__gte=Record.objects.values_list("created_at", flat=True).get(pk=case.record_id))
    for pk in checks.values_list("department", flat=True):
        why[pk] = "查询过该主体"
    if case.listing_id:
        for pk in MeasureTask.objects.filter(action__listing=case.listing_id).values_list("department", flat=True):
            why[pk] = "收到过奖惩任务"
    return [(department, why[department.pk]) for department in Department.objects.filter(pk__in=why).order_by("pk")]


def national_confirmed() -> list[RestorationReceiver]:
    """Rows of the national platform that has confirmed the record as it is now."""
    waiting = RestorationReceiver.objects.filter(kind=Receiver.NATIONAL, confirmed_on__isnull=True)
    told = F("restoration__case__record__national_revision")
    return list(waiting.filter(restoration__case__record__revision=told).select_related("restoration__case"))


def _locked(case: Case) -> tuple[Listing | None, Record | None]:
    """The listing, then the record, as they are now."""
    listings = Listing.objects.select_for_update(of=("self",)).select_related("record", "kind", "department")
    listing = None
    if case.listing_id:
        listing = listings.get(pk=case.listing_id)
    elif case.record_id:
        listing = listings.filter(record=case.record_id).first()
    record = Record.objects.select_for_update(of=("self",)).get(pk=case.record_id) if case.record_id else None
    return listing, record


def _again(record: Record | None) -> Record | None:
    return Record.objects.get(pk=record.pk) if record is not None else None
