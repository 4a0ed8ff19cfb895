"""The way of an edition of the catalogue, as a table. A database check holds the same names.

What is stored is what people decided. Whether an approved edition is waiting, in force or superseded follows from the
date alone (`standing`), so no job has to remember to switch anything.
"""

from django.db.models import TextChoices


class EditionState(TextChoices):
    DRAFT = "draft", "起草"
    SUBMITTED = "submitted", "待复核"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "已批准"
    ABANDONED = "abandoned", "已放弃"


class Standing(TextChoices):
    """What has become of an approved edition on a day."""

    WAITING = "waiting", "待施行"
    IN_FORCE = "in_force", "施行中"
    SUPERSEDED = "superseded", "已被取代"


DRAFT, SUBMITTED, RETURNED = EditionState.DRAFT.value, EditionState.SUBMITTED.value, EditionState.RETURNED.value
APPROVED, ABANDONED = EditionState.APPROVED.value, EditionState.ABANDONED.value
EDITABLE = (DRAFT, RETURNED)

SECOND_PERSON = "GB/T 22239 8.1.5：拟订与批准分离"
OPEN_BOOK = "国办发〔2016〕98号五（一）：制定并公布公共信用信息目录"

# (state, action) → next state, with the rule it comes from.
TRANSITIONS = {
    (DRAFT, "change"): (DRAFT, "信息目录修订流程"),
    (RETURNED, "change"): (RETURNED, "信息目录修订流程"),
    (DRAFT, "submit"): (SUBMITTED, SECOND_PERSON),
    (RETURNED, "submit"): (SUBMITTED, SECOND_PERSON),
    (SUBMITTED, "return"): (RETURNED, SECOND_PERSON),
    (SUBMITTED, "approve"): (APPROVED, f"{SECOND_PERSON}；{OPEN_BOOK}"),
    (DRAFT, "abandon"): (ABANDONED, "信息目录修订流程"),
    (RETURNED, "abandon"): (ABANDONED, "信息目录修订流程"),
}

DRAFTER, DECIDER = "系统管理员", "审核员（不得为拟订人）"

# (state, action) → what the action is called, and who takes it. Pages take their words from here.
WORDS = {
    (DRAFT, "change"): ("修改", DRAFTER),
    (RETURNED, "change"): ("修改", DRAFTER),
    (DRAFT, "submit"): ("提交复核", DRAFTER),
    (RETURNED, "submit"): ("提交复核", DRAFTER),
    (SUBMITTED, "return"): ("退回修改", DECIDER),
    (SUBMITTED, "approve"): ("批准", DECIDER),
    (DRAFT, "abandon"): ("放弃", DRAFTER),
    (RETURNED, "abandon"): ("放弃", DRAFTER),
}


class TransitionRefused(Exception):
    """The edition has moved on, or the action does not exist in this state."""

    code = "transition_refused"

    def __init__(self, state: str, action: str):
        super().__init__(f"{state} -/-> {action}")
        self.state, self.action = state, action


def next_state(state: str, action: str) -> str:
    """The state after `action`. Raises TransitionRefused."""
    try:
        return TRANSITIONS[state, action][0]
    except KeyError as error:
        raise TransitionRefused(state, action) from error
