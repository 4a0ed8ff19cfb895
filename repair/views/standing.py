"""How a case stands, in words for whose case it is: nothing of who works on it, nothing of what is only proposed."""

from dataclasses import dataclass
from datetime import date

from deadlines.services import load_calendar
from repair import workflow
from repair.forms_review import OUTCOMES
from repair.models import Case
from repair.views.lines import days_left
from repair.workflow import CaseKind

# State → what it is called, what happens now, and what the day that is shown is the last one for. Both pages take their
# words from here: that of whoever has signed in, and that of whoever holds a receipt.
WORDS = {
    workflow.SUBMITTED: ("已经收到", "正在核对材料，决定是否受理。您不需要做什么。", "答复是否受理"),
    workflow.RETURNED: ("等待您补正材料", "请在期限内一次补齐下列材料；逾期没有补正的，视为放弃，可以重提。", "补正"),
    workflow.ACCEPTED: ("已经受理", "正在审查。您不需要做什么。", "作出决定"),
    workflow.FORWARDED: (
        "认定部门正在核查", "已转认定部门核查，部门答复以后继续审查；逾期没有答复的，不再等待。", "部门答复"
    ),
    workflow.ANSWERED: ("已经受理", "认定部门已经答复，正在审查。您不需要做什么。", "作出决定"),
    workflow.PROPOSED: ("已经受理", "正在审查。您不需要做什么。", "作出决定"),
    workflow.GRANTED: ("已经办结", "", ""),
    workflow.REFUSED: ("已经办结", "", ""),
    workflow.REJECTED: ("不予受理", "理由和救济途径写在通知书中。", ""),
    workflow.RECALLED: ("申请已经撤回", "需要的，可以重新提出。", ""),
    workflow.LAPSED: ("逾期没有补正，已经终止", "需要的，可以备齐材料重新提出。", ""),
    workflow.REVOKED: ("信用修复已经撤销", "理由和救济途径写在决定书中。", ""),
}  # fmt: skip
HANDED_OVER = "决定书写明理由、依据和救济途径。"


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody waiting wants to know: the state and since when, until when what is done, how it was decided."""

    title: str
    text: str
    since: date
    due_for: str
    due_on: date | None
    days_left: int | None
    asked_for: str
    outcome: str
    decided_on: date | None


def of(case: Case, *, on: date) -> Standing:
    """How the case stands on that day; `days_left` are working days, None where they are not known or have passed."""
    title, text, due_for = WORDS[case.state]
    is_decided = case.state in (workflow.GRANTED, workflow.REFUSED)
    due_on = case.due_on if due_for else None
    return Standing(
        title=title,
        text=HANDED_OVER if is_decided else text,
        since=_since(case, title),
        due_for=due_for,
        due_on=due_on,
        days_left=days_left(due_on, on, load_calendar()),
        asked_for=case.asked_for if case.state == workflow.RETURNED else "",
        outcome=dict(OUTCOMES[CaseKind(case.kind)])[case.outcome] if is_decided else "",
        decided_on=case.decided_on if is_decided else None,
    )


def _since(case: Case, title: str) -> date:
    """The day this title began to hold: what goes on behind it, such as a proposal, does not begin it anew."""
    since = case.submitted_on
    for before, after, on in case.steps.order_by("pk").values_list("from_state", "to_state", "on"):
        if before and WORDS[before][0] != WORDS[after][0] == title:
            since = on
    return since
