"""What every verb on a case does: lock it, see whether it is what the page showed, keep the step and the line."""

from datetime import date

from django.utils import timezone

from accounts.models import Role, User
from audit import services as audit
from audit.actions import Action
from records.errors import Refused, RightMissing
from repair import workflow
from repair.errors import CaseMoved, HeldByOther
from repair.models import Applicant, Case, Step
from repair.services.outsiders import outsider

ACTIONS = {
    "open": "提交", "accept": "受理", "reject": "不予受理", "ask_material": "告知补正", "supplement": "补正",
    "recall": "撤回", "lapse": "逾期失效", "forward": "转部门核查", "answer": "答复", "propose": "提出拟决定",
    "return_to": "退回重办", "grant": "准予", "refuse": "不予准予", "revoke": "撤销修复", "claim": "领取",
    "release": "放回", "assign": "分派", "extend": "延长期限", "overdue": "逾期", "escalate": "逾期上报",
    "clarify": "公开澄清", "unclarify": "撤下澄清",
}  # fmt: skip


def locked(case: Case, version: int | None) -> Case:
    """The case as it is now, nobody else's until the transaction ends. Raises CaseMoved.

    `version` is what the page showed; None is for the platform itself, which has no page.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("department", "subject").get(pk=case.pk)
    if version is not None and version != case.version:
        raise CaseMoved(_who_did_what(case))
    return case


def _who_did_what(case: Case) -> str:
    step = case.steps.select_related("by").last()
    if step is None:
        return "办件已经变化，请刷新后再办理。"
    at = timezone.localtime(step.at)
    return f"{step.actor}已于 {at:%Y-%m-%d %H:%M} {ACTIONS[step.action]}，办件已经变化，请核对后再办理。"


def require_reviewer(actor: User) -> None:
    """Only a reviewer of the province handles cases. Raises RightMissing."""
    if actor.is_superuser or not actor.is_active or actor.role != Role.REVIEWER:
        raise RightMissing("只有审核员可以办理。")


def require_reason(text: str, sentence: str = "请写明理由。") -> str:
    """The text without blanks around it. Raises Refused (reason_required)."""
    if not text.strip():
        raise Refused(sentence, code="reason_required")
    return text.strip()


def taken(case: Case, actor: User, version: int | None) -> Case:
    """The case, locked for a reviewer who has it or takes it by acting. Raises HeldByOther, RightMissing, CaseMoved."""
    require_reviewer(actor)
    case = locked(case, version)
    if case.holder_id and case.holder_id != actor.pk:
        raise HeldByOther(f"办件正由{case.holder}承办，请先请其放回。")
    require_not_proposer(case, actor)
    hold(case, actor)
    return case


def require_not_proposer(case: Case, actor: User) -> None:
    """A proposal is for another person: who made it can neither decide it nor keep it from being decided."""
    if case.state == workflow.PROPOSED and case.proposed_by_id == actor.pk:
        raise RightMissing("您提出的拟决定由另一名审核员办理。")


def hold(case: Case, user: User | None) -> None:
    """Who has the case; not saved yet."""
    if case.holder_id != (user.pk if user else None):
        case.holder, case.held_since = user, timezone.now() if user else None


def save(
    case: Case, action: str, line: Action, *, by: User | Applicant | None, today: date, text: str = "",
    from_state: str = "", detail: dict | None = None,
) -> Case:  # fmt: skip
    """Keep the case with its next version, the step in its timeline and the line in the trail."""
    if case.state not in workflow.CASE_OPEN:
        hold(case, None)
        case.due_on, case.closed_on = None, case.closed_on or today
    case.version += 1
    case.save()
    note(case, action, line, by=by, today=today, text=text, from_state=from_state or case.state, detail=detail)
    return case


def note(
    case: Case, action: str, line: Action, *, by: User | Applicant | None, today: date, text: str = "",
    from_state: str, detail: dict | None = None, once: bool = False,
) -> Step:  # fmt: skip
    """A step of the timeline and its line in the trail. What an applicant wrote is not copied into the trail."""
    applicant = by if isinstance(by, Applicant) else None
    user = by if isinstance(by, User) else None
    step = Step.objects.create(
        case=case, action=action, from_state=from_state, to_state=case.state, on=today, by=user,
        by_applicant=applicant, text=text,
    )  # fmt: skip
    audit.record(
        line, case, actor=user or (outsider(applicant) if applicant else None), business_on=today, once=once,
        detail={"kind": case.kind, "state": case.state, "step": step.pk} | (detail or {}),
    )  # fmt: skip
    return step
