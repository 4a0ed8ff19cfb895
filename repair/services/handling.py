"""What reviewers and the source department do until there is something to decide."""

from datetime import date

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from records.errors import Refused
from records.services.batches import require_right
from repair import letters, policy, workflow
from repair.models import Case, ClockStop
from repair.services import clocks, effects, notices
from repair.services.base import locked, require_reason, save, taken
from repair.workflow import CaseKind

UPHELD, MISTAKEN = "upheld", "mistaken"
OPINIONS = {UPHELD: "信息无误，不同意申请", MISTAKEN: "信息有误，或者同意申请"}


@transaction.atomic
def accept(case: Case, *, actor: User, version: int, today: date, suspends: bool = False) -> Case:
    """Take the case up. What an objection is about rests from this moment (33号（二十二）).

    `suspends`, of a review only: the authority that judges has stopped the decision. A review as such stops nothing.

    Raises HeldByOther, RightMissing, CaseMoved, TransitionRefused, Refused (change_waiting, calendar_ends).
    """
    case = taken(case, actor, version)
    before = case.state
    case.state, case.accepted_on = workflow.next_state(before, "accept"), today
    clocks.end(case, policy.ACCEPTANCE[case.kind], on=today)
    if key := policy.DECISION.get(case.kind):
        clocks.start(case, key, on=today)
    if case.kind == CaseKind.REVIEW:
        case.suspends = suspends
    save(case, "accept", Action.REQUEST_ACCEPTED, by=actor, today=today, from_state=before)
    effects.suspend(case, actor=actor, today=today)
    notices.tell(case, "accepted", today=today)
    return case


@transaction.atomic
def reject(case: Case, *, actor: User, version: int, reason: str, today: date, article: str = "") -> Case:
    """Say that the case is not taken up, and why; the letter says what can be done against it."""
    case = taken(case, actor, version)
    before = case.state
    case.state = workflow.next_state(before, "reject")
    case.reasons, case.article = require_reason(reason), article
    clocks.end_all(case, on=today)
    written = letters.write(case, "rejected", today=today)
    case.letter, case.letter_edition = written.text, written.edition
    save(case, "reject", Action.REQUEST_REJECTED, by=actor, today=today, text=case.reasons, from_state=before)
    notices.tell(case, "rejected", today=today)
    return case


@transaction.atomic
def ask_material(case: Case, *, actor: User, version: int, what: str, today: date) -> Case:
    """Name all that is missing, once (一次性告知). The clock stands still until it comes.

    Raises Refused (asked_already) the second time.
    """
    case = taken(case, actor, version)
    before = case.state
    case.state = workflow.next_state(before, "ask_material")
    if case.asked_on is not None:
        raise Refused("已经一次性告知过补正，不能再次要求补正。请受理或者不予受理。", code="asked_already")
    case.asked_on, case.asked_for = today, require_reason(what, "请一次写明需要补正的全部材料。")
    clocks.stop(case, policy.ACCEPTANCE[case.kind], ClockStop.Reason.MATERIAL, on=today)
    clocks.start(case, policy.SUPPLEMENT, on=today)
    save(case, "ask_material", Action.REQUEST_RETURNED, by=actor, today=today, text=case.asked_for, from_state=before)
    notices.tell(case, "returned", today=today)
    return case


@transaction.atomic
def forward(case: Case, *, actor: User, version: int, text: str, today: date) -> Case:
    """Ask the source department to verify; its clock starts, ours stands still meanwhile (33号（二十二）: 及时告知)."""
    case = taken(case, actor, version)
    before = case.state
    case.state, case.forwarded_on = workflow.next_state(before, "forward"), today
    case.opinion, case.answer, case.answered_by, case.answered_on = "", "", None, None
    case.escalated_on = None
    if key := policy.DECISION.get(case.kind):
        clocks.stop(case, key, ClockStop.Reason.VERIFICATION, on=today)
    clocks.start(case, policy.VERIFICATION[case.kind], on=today)
    save(case, "forward", Action.REQUEST_FORWARDED, by=actor, today=today, text=text, from_state=before)
    notices.tell_department(case, case.department, "forwarded", today=today)
    notices.tell(case, "forwarded", today=today)
    return case


@transaction.atomic
def answer(case: Case, *, actor: User, version: int, opinion: str, text: str, today: date) -> Case:
    """The source department says what it has found. Whoever reports for it may; who handles the case keeps it.

    Raises RightMissing, CaseMoved, TransitionRefused, Refused: opinion_unknown, reason_required.
    """
    case = locked(case, version)
    require_right(actor, "report", case.department)
    before = case.state
    case.state = workflow.next_state(before, "answer")
    if opinion not in OPINIONS:
        raise Refused("请选择核查意见。", code="opinion_unknown")
    case.opinion, case.answer = opinion, require_reason(text, "请写明核查的情况和依据。")
    case.answered_by, case.answered_on = actor, today
    clocks.end(case, policy.VERIFICATION[case.kind], on=today)
    if key := policy.DECISION.get(case.kind):
        clocks.resume(case, key, on=today)
    save(case, "answer", Action.REQUEST_ANSWERED, by=actor, today=today, text=case.answer, from_state=before)
    notices.tell(case, "answered", today=today)
    return case


@transaction.atomic
def extend(case: Case, *, actor: User, version: int, reason: str, today: date) -> Case:
    """Lengthen the term for the decision, once, with its reason.

    Raises Refused: no_clock, extended_already, clock_is_over, reason_required, calendar_ends.
    """
    case = taken(case, actor, version)
    reason = require_reason(reason)
    if case.kind not in policy.DECISION:
        raise Refused("这类办件没有可以延长的期限。", code="no_clock")
    clocks.extend(case, policy.DECISION[case.kind], policy.EXTENSION[case.kind], actor=actor, reason=reason, on=today)
    save(case, "extend", Action.REQUEST_EXTENDED, by=actor, today=today, text=reason)
    notices.tell(case, "extended", today=today)
    return case
