"""Verbs on joint action: opened by an entry, answered, verified by the lead, lifted by an exit (33号（十五）)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from deadlines import policy as terms
from deadlines.models import TimeLimit
from deadlines.services import load_calendar
from records.errors import Refused
from records.services.batches import require_right
from sanctions import bulk, workflow
from sanctions.models import Force, JointAction, Listing, ListingInForce, MeasureTask, Memorandum, Purpose

RESPOND = "joint_action.respond"


def open_actions(listings: Sequence[int], *, today: date) -> int:
    """Open what the memoranda in force say about these listings: one task a measure, department and subject.

    Set-based, inside the caller's transaction; done twice it adds nothing. Returns how many tasks are new.
    """
    opened, tasks = bulk.open_actions(listings, today=today, due_on=_due(today))
    audit.record_many(
        Action.ACTION_OPENED,
        [audit.Target(JointAction._meta.label, str(pk), label) for pk, label in opened],
        business_on=today,
    )
    return tasks


def lift_actions(listing: Listing, *, today: date) -> int:
    """End the measures of a listing that is over, and order their release where they may have been carried out.

    Inside the caller's transaction. Returns how many releases were ordered.
    """
    return _lift(JointAction.objects.filter(listing=listing), today)


def drop_releases(listing: Listing, *, today: date) -> int:
    """Releases nobody has answered yet are not to be carried out: the listing counts again. Returns how many."""
    waiting = MeasureTask.objects.open().filter(action__listing=listing, purpose=Purpose.RELEASE)
    keys = _locked_keys(waiting)
    MeasureTask.objects.filter(pk__in=keys).update(
        state=workflow.LIFTED, lifted_on=today, opinion="撤销信用修复，不再解除", updated_at=timezone.now()
    )
    audit.record_many(
        Action.RELEASE_DROPPED, [audit.Target(MeasureTask._meta.label, str(pk)) for pk in keys], business_on=today
    )
    return len(keys)


def lift_memorandum(memorandum: Memorandum, *, today: date) -> int:
    """The same for every listing under a memorandum that has been repealed: nothing carries its measures any more."""
    return _lift(JointAction.objects.filter(memorandum=memorandum), today)


def _lift(actions: QuerySet[JointAction], today: date) -> int:
    """Lock, lift, close. Whoever is answering a task at this moment has answered before, or finds it lifted."""
    actions = actions.filter(closed_on__isnull=True)
    closed = list(actions.order_by("pk").select_for_update().values_list("pk", "listing_id", "memorandum_id"))
    tasks = _locked_keys(MeasureTask.objects.standing().filter(action__in=[pk for pk, *_ in closed]))
    released = bulk.lift_tasks(tasks, today=today, due_on=_due(today))
    JointAction.objects.filter(pk__in=[pk for pk, *_ in closed]).update(closed_on=today)
    audit.record_many(
        Action.ACTION_CLOSED,
        [audit.Target(JointAction._meta.label, str(pk), f"{one}/{other}") for pk, one, other in closed],
        business_on=today,
    )
    return released


@transaction.atomic
def lift_unnamed(*, today: date) -> int:
    """Lift what is done to persons responsible whom the record names no more. Returns how many tasks that were."""
    tasks = _locked_keys(MeasureTask.objects.standing().unnamed())
    if tasks:
        bulk.lift_tasks(tasks, today=today, due_on=_due(today))
        audit.record_many(
            Action.TASK_LIFTED, [audit.Target(MeasureTask._meta.label, str(pk)) for pk in tasks], business_on=today
        )
    return len(tasks)


def _locked_keys(tasks: QuerySet[MeasureTask]) -> list[int]:
    return list(tasks.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def catch_up(memorandum: Memorandum, *, today: date) -> int:
    """Open the action of a memorandum that has come into force for those listed already."""
    entered = Listing.objects.filter(list_code__in=memorandum.list_codes, state=workflow.ENTERED)
    return open_actions(list(entered.values_list("pk", flat=True)), today=today)


@transaction.atomic
def open_due(*, today: date) -> int:
    """Open whatever has become due: the day of a memorandum has come, or a record names somebody new."""
    listings = bulk.unopened()
    return open_actions(listings, today=today) if listings else 0


def _due(start: date) -> date:
    """The last day to answer. Beyond the calendar twice as many plain days: nobody stays listed for want of one."""
    term = TimeLimit.objects.in_force(RESPOND, on=start).as_term()
    try:
        return terms.due_on(start, term, load_calendar()).due_on
    except terms.CalendarEnds:
        return start + timedelta(days=2 * term.amount)


@transaction.atomic
def receive_task(task: MeasureTask, *, actor: User) -> MeasureTask:
    """Say that the task has arrived. For what is sent for reference this is all there is."""
    task = _own(task, actor)
    task.state = workflow.next_state(task.state, "note" if task.is_for_reference else "receive")
    task.received_by, task.received_at = actor, timezone.now()
    _save(task)
    audit.record(Action.TASK_RECEIVED, task, actor=actor)
    return task


@dataclass(frozen=True, slots=True)
class Ban:
    """市场、行业禁入 as decided: sections of GB/T 4754, the last day, and the basis of one beyond the list's term."""

    scope: Sequence[str]
    until: date
    basis: str = ""


@transaction.atomic
def answer_task(
    task: MeasureTask, *, actor: User, action: str, outcome: str, today: date, executed_on: date | None = None,
    evidence_no: str = "", ban: Ban | None = None,
) -> MeasureTask:  # fmt: skip
    """Say what was done: `action` is execute, decline (with the reason) or dismiss (it does not apply).

    Raises Refused: only_informed, outcome_required, executed_before_issued, executed_in_future, measure_rests,
    listing_not_in_force, and the codes of `_ban`; TransitionRefused when somebody has answered already.
    """
    task = _own(task, actor)
    task.state = workflow.next_state(task.state, action)
    if task.is_for_reference:
        raise Refused("这项措施仅供参考，签收即可，不需要反馈。", code="only_informed")
    if not outcome.strip():
        raise Refused("请写明执行情况；未执行或者不适用的，写明理由。", code="outcome_required")
    if action == "execute":
        _require_executable(task, executed_on, today)
        task.executed_on, task.was_executed = executed_on, True
        _ban(task, ban)
    task.answer, task.outcome, task.evidence_no = task.state, outcome, evidence_no
    task.answered_by, task.answered_at = actor, timezone.now()
    _save(task)
    audit.record(Action.TASK_ANSWERED, task, actor=actor, business_on=executed_on, detail={"answer": task.state})
    return task


def _require_executable(task: MeasureTask, executed_on: date | None, today: date) -> None:
    if executed_on is None or executed_on > today:
        raise Refused("请填写执行日期，不晚于今天。", code="executed_in_future")
    if executed_on < task.issued_on:
        raise Refused(f"执行日期早于任务下达的日期（{task.issued_on}）。", code="executed_before_issued")
    if task.purpose != Purpose.EXECUTE:
        return
    listed = ListingInForce.objects.filter(listing=task.action.listing_id, subject=task.subject_id).first()
    if listed is None:
        raise Refused("所依据的名单条目已经到期或者终止，不能再执行。", code="listing_not_in_force")
    if listed.is_suspended:
        raise Refused("所依据的信息正在核查，核查期间暂不执行（国发〔2016〕33号（二十二））。", code="measure_rests")


def _ban(task: MeasureTask, ban: Ban | None) -> None:
    """Note what is closed to the subject, and until when. Raises Refused: no_ban, ban_ends_before, ban_beyond_term."""
    if ban is None:
        return
    if task.purpose != Purpose.EXECUTE or not task.measure.is_ban:
        raise Refused("只有市场、行业或者职业禁入措施填写禁入的行业和期限。", code="no_ban")
    if ban.until < task.executed_on:
        raise Refused("禁入期限早于执行日期。", code="ban_ends_before")
    ends_on = task.action.listing.ends_on
    if ends_on is not None and ban.until > ends_on and not ban.basis.strip():
        raise Refused(f"禁入期限超过名单期限（{ends_on}）的，请写明规定更长期限的法律条款。", code="ban_beyond_term")
    task.ban_scope, task.ban_until, task.ban_basis = "".join(sorted(ban.scope)), ban.until, ban.basis.strip()


@transaction.atomic
def verify_task(task: MeasureTask, *, actor: User, opinion: str = "") -> MeasureTask:
    """The lead accepts the answer."""
    task = _led(task, actor)
    task.state = workflow.next_state(task.state, "verify")
    task.verified_by, task.verified_at, task.opinion = actor, timezone.now(), opinion
    _save(task)
    audit.record(Action.TASK_VERIFIED, task, actor=actor, reason=opinion)
    return task


@transaction.atomic
def return_task(task: MeasureTask, *, actor: User, opinion: str) -> MeasureTask:
    """The lead does not accept the answer, and says why. Raises Refused (reason_required)."""
    task = _led(task, actor)
    task.state = workflow.next_state(task.state, "return")
    if not opinion.strip():
        raise Refused("请写明退回的理由。", code="reason_required")
    task.opinion = opinion
    _save(task)
    audit.record(Action.TASK_RETURNED, task, actor=actor, reason=opinion)
    return task


def note_overdue(*, today: date) -> int:
    """One line a task that was not answered in time, dated the day it fell due, for whoever asks later."""
    overdue = MeasureTask.objects.overdue(on=today).exclude(measure__force=Force.REFERENCE)
    with transaction.atomic():
        return audit.record_many(
            Action.TASK_MISSED,
            [
                audit.Target(MeasureTask._meta.label, str(pk), f"{number} {department}", business_on=due_on)
                for pk, number, department, due_on in overdue.values_list(
                    "pk", "measure__number", "department__code", "due_on"
                )
            ],
            once=True,
        )


def _own(task: MeasureTask, actor: User) -> MeasureTask:
    task = _locked(task)
    require_right(actor, "report", task.department)
    return task


def _led(task: MeasureTask, actor: User) -> MeasureTask:
    task = _locked(task)
    require_right(actor, "respond", task.action.listing.department)
    return task


def _locked(task: MeasureTask) -> MeasureTask:
    return (
        MeasureTask.objects.select_for_update(of=("self",))
        .select_related("department", "measure", "action__listing__department")
        .get(pk=task.pk)
    )


def _save(task: MeasureTask) -> None:
    task.updated_at = timezone.now()
    task.save()
