"""Decisions: proposed by one, made by another, carried out in the same moment; taken back where a repair was false."""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from catalogue.models import FieldType, ItemField
from records.errors import Refused, RightMissing
from records.models import Record
from records.workflow import TransitionRefused
from repair import letters, policy, workflow
from repair.models import Case, Remedy
from repair.services import clocks, effects, notices, rules
from repair.services.base import require_reason, save, taken
from repair.workflow import CaseKind

GRANT, REFUSE = "grant", "refuse"
LINES = {GRANT: Action.REQUEST_GRANTED, REFUSE: Action.REQUEST_REFUSED}


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided: `grant` or `refuse`, why, by which article; what is done about an error (`Remedy`).

    `values`: field code → the right text, only of a correction, never a sealed number.
    """

    outcome: str
    reasons: str
    article: str = ""
    remedy: str = ""
    values: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def propose(case: Case, decision: Decision, *, actor: User, version: int, today: date) -> Case:
    """Propose what is to be decided, for another reviewer to see. The case is given back, for that other to take.

    A department that is still within its term is waited for. Raises HeldByOther, RightMissing, CaseMoved,
    TransitionRefused, Refused: verification_runs, outcome_unknown, reason_required, remedy_missing, field_is_sealed,
    not_four_eyes.
    """
    case = taken(case, actor, version)
    before = case.state
    case.state = workflow.next_state(before, "propose")
    if case.kind not in workflow.FOUR_EYES:
        raise Refused("这类办件由承办人直接办结。", code="not_four_eyes")
    if before == workflow.FORWARDED:
        _require_silence(case, today)
    _put(case, decision)
    case.proposed_by = actor
    case.holder, case.held_since = None, None
    save(case, "propose", Action.REQUEST_PROPOSED, by=actor, today=today, text=case.reasons, from_state=before,
         detail={"outcome": case.outcome})  # fmt: skip
    return case


def _require_silence(case: Case, today: date) -> None:
    if case.due_on is not None and today <= case.due_on:
        raise Refused(f"部门核查期限至 {case.due_on}，期满以前请等待答复。", code="verification_runs")
    clocks.end(case, policy.VERIFICATION[case.kind], on=today)
    if key := policy.DECISION.get(case.kind):
        clocks.resume(case, key, on=today)


def _put(case: Case, decision: Decision) -> None:
    """The decision into the case, checked; not saved."""
    if decision.outcome not in LINES:
        raise Refused("请选择处理结果。", code="outcome_unknown")
    case.outcome, case.reasons = decision.outcome, require_reason(decision.reasons)
    case.article, case.remedy, case.corrected_values = decision.article, "", {}
    if decision.outcome == REFUSE or case.kind in (CaseKind.REPAIR, CaseKind.COMPLAINT):
        return
    if decision.remedy not in Remedy.values:
        raise Refused("请选择更正、撤回、移出名单或者不需要改动。", code="remedy_missing")
    case.remedy = decision.remedy
    if decision.remedy == Remedy.CORRECT:
        case.corrected_values = _open_values(case, decision.values)


def _open_values(case: Case, values: dict[str, str]) -> dict[str, str]:
    if not values or case.record_id is None:
        raise Refused("请填写更正后的内容。", code="correction_missing")
    fields = ItemField.objects.filter(item__records=case.record_id)
    known = set(fields.values_list("code", flat=True))
    sealed = set(fields.filter(type=FieldType.ID_NUMBER).values_list("code", flat=True))
    sealed |= set(Record.objects.values_list("secrets", flat=True).get(pk=case.record_id))
    if set(values) & sealed:
        raise Refused("证件号码不能在这里更正。主体有误的，请选择撤回。", code="field_is_sealed")
    if set(values) - known:
        raise Refused("更正的内容不是这条记录的字段。", code="field_unknown")
    return dict(values)


@transaction.atomic
def return_to(case: Case, *, actor: User, version: int, reason: str, today: date) -> Case:
    """Give a proposal back to who handles the case, with what is wrong with it."""
    case = _for_second(case, actor, version)
    before = case.state
    case.state = workflow.next_state(before, "return_to")
    reason = require_reason(reason)
    proposer = case.proposed_by
    case.outcome, case.reasons, case.article, case.remedy, case.corrected_values = "", "", "", "", {}
    case.proposed_by, case.holder, case.held_since = None, None, None
    save(case, "return_to", Action.REQUEST_REOPENED, by=actor, today=today, text=reason, from_state=before,
         detail={"proposed_by": proposer.username})  # fmt: skip
    return case


@transaction.atomic
def decide(case: Case, *, actor: User, version: int, today: date, decision: Decision | None = None) -> Case:
    """Decide. What was proposed is decided as proposed; a kind that one person closes takes the decision here.

    Everything that follows is done in the same transaction, see services/effects.py. Raises HeldByOther, RightMissing
    (also for who proposed, or who proposed, decided or reported what the case is about), CaseMoved, TransitionRefused,
    Refused: needs_proposal, no_longer_repairable, and what the lower verbs raise.
    """
    case = _for_second(case, actor, version)
    before = case.state
    outcome = case.outcome if before == workflow.PROPOSED else _alone(case, decision)
    case.state = workflow.next_state(before, outcome)
    if case.kind == CaseKind.REPAIR and outcome == GRANT:
        _require_still_repairable(case, today)
    case.decided_by, case.decided_on = actor, today
    clocks.end_all(case, on=today)
    written = letters.write(case, f"decision.{outcome}", today=today)
    case.letter, case.letter_edition = written.text, written.edition
    save(case, outcome, LINES[outcome], by=actor, today=today, text=case.reasons, from_state=before,
         detail={"outcome": outcome, "remedy": case.remedy})  # fmt: skip
    if outcome == GRANT:
        effects.carry_out(case, actor=actor, today=today)
    else:
        effects.resume(case, actor=actor, reason=case.reasons, today=today)
    notices.tell(case, "decided", today=today)
    return case


def _alone(case: Case, decision: Decision | None) -> str:
    if case.kind in workflow.FOUR_EYES:
        workflow.next_state(case.state, "propose")
        raise Refused("这类办件须先提出拟决定，由另一名审核员决定。", code="needs_proposal")
    if decision is None:
        workflow.next_state(case.state, GRANT)
        raise Refused("请选择处理结果。", code="outcome_unknown")
    _put(case, decision)
    return case.outcome


def _require_still_repairable(case: Case, today: date) -> None:
    """Between application and decision the record may have ended, or been corrected to another day."""
    record = Record.objects.select_related("item", "subject").get(pk=case.record_id)
    answer = rules.can_repair(record, today=today, way=case.way)
    if not answer.is_possible:
        raise Refused(f"不能准予：{answer.why_not}", code=answer.code)


def _for_second(case: Case, actor: User, version: int | None) -> Case:
    case = taken(case, actor, version)
    if actor.pk in involved(case):
        raise RightMissing("参与过原认定的人不能办理这个办件。")
    return case


def involved(case: Case) -> set[int | None]:
    """Who proposed or decided the listing, or reported the record: nobody judges what they have done."""
    people: set[int | None] = {case.opened_by_id} if case.kind == CaseKind.CORRECTION else set()
    if case.listing_id:
        people |= {case.listing.proposed_by_id, case.listing.decided_by_id}
    if case.record_id:
        people |= {case.record.batch.sent_by_id}
    return people - {None}


@transaction.atomic
def register_result(case: Case, decision: Decision, *, actor: User, version: int, today: date) -> Case:
    """What a reconsideration or a lawsuit has come to: `grant` where the decision was annulled or changed.

    Another reviewer then decides, as with every case that may change a record. Raises Refused (not_a_review), and as
    propose.
    """
    if case.kind != CaseKind.REVIEW:
        raise Refused("只有复议、诉讼登记这样登记结果。", code="not_a_review")
    return propose(case, decision, actor=actor, version=version, today=today)


@transaction.atomic
def revoke(case: Case, *, actor: User, version: int, reason: str, today: date) -> Case:
    """Undo a repair that was got by false material: the record is shown again for the longest term.

    Raises RightMissing (also for who decided it), CaseMoved, TransitionRefused, Refused: reason_required, term_is_over.
    """
    case = taken(case, actor, version)
    before = case.state
    if case.kind != CaseKind.REPAIR:
        raise TransitionRefused(before, "revoke")
    case.state = workflow.next_state(before, "revoke")
    if actor.pk == case.decided_by_id:
        raise RightMissing("作出准予决定的人不能撤销。")
    case.revoked_on, case.revoked_reason = today, require_reason(reason)
    written = letters.write(case, "decision.revoke", today=today)
    case.letter = f"{case.letter}\n\n{written.title}\n\n{written.text}"
    save(case, "revoke", Action.REQUEST_REVOKED, by=actor, today=today, text=case.revoked_reason, from_state=before)
    effects.take_back(case, actor=actor, reason=case.revoked_reason, today=today)
    notices.tell(case, "revoked", today=today)
    return case


def preview_letter(case: Case, decision: Decision, *, today: date) -> str:
    """The letter as it would be, for the form; writes nothing."""
    _put(case, decision)
    return letters.write(case, f"decision.{decision.outcome}", today=today).text
