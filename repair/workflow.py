"""The states of a case (办件), whatever its kind, and the only ways between them. Database checks hold them too."""

from django.db.models import TextChoices

from records.workflow import TransitionRefused

REPAIR = "国发〔2016〕33号（二十一）：建立健全信用修复机制"
RIGHTS = "国发〔2016〕33号（二十二）：建立健全信用主体权益保护机制"
ONCE = "信用修复管理办法：一次性告知需要补正的材料（条号待核对）"
TWO = "GB/T 22239 8.1.5：拟订与批准分离"
FALSE = "信用修复管理办法：虚假材料的撤销修复（条号待核对）"


class CaseKind(TextChoices):
    """What somebody wants."""

    REPAIR = "repair", "信用修复"
    OBJECTION = "objection", "异议"
    CORRECTION = "correction", "更正告知"
    COMPLAINT = "complaint", "投诉"
    REVIEW = "review", "复议诉讼登记"


class CaseState(TextChoices):
    SUBMITTED = "submitted", "待受理"
    RETURNED = "returned", "待补正"
    ACCEPTED = "accepted", "已受理"
    FORWARDED = "forwarded", "部门核查中"
    ANSWERED = "answered", "部门已答复"
    PROPOSED = "proposed", "拟决定，待复核"
    GRANTED = "granted", "已准予"
    REFUSED = "refused", "未准予"
    REJECTED = "rejected", "不予受理"
    RECALLED = "recalled", "申请人已撤回"
    LAPSED = "lapsed", "逾期未补正"
    REVOKED = "revoked", "已撤销修复"


class NoticeState(TextChoices):
    """Of a notice to an applicant or a department."""

    QUEUED = "queued", "等待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "未能发送"


SUBMITTED, RETURNED, ACCEPTED = CaseState.SUBMITTED.value, CaseState.RETURNED.value, CaseState.ACCEPTED.value
FORWARDED, ANSWERED, PROPOSED = CaseState.FORWARDED.value, CaseState.ANSWERED.value, CaseState.PROPOSED.value
GRANTED, REFUSED, REJECTED = CaseState.GRANTED.value, CaseState.REFUSED.value, CaseState.REJECTED.value
RECALLED, LAPSED, REVOKED = CaseState.RECALLED.value, CaseState.LAPSED.value, CaseState.REVOKED.value
CASE_OPEN = (SUBMITTED, RETURNED, ACCEPTED, FORWARDED, ANSWERED, PROPOSED)
CASE_HANDLED = (ACCEPTED, FORWARDED, ANSWERED, PROPOSED)  # accepted and not decided: what suspends, suspends now
CASE_DECIDED = (GRANTED, REFUSED, REVOKED)
QUEUED, SENT, FAILED = NoticeState.QUEUED.value, NoticeState.SENT.value, NoticeState.FAILED.value

# Decided by two people, one proposes, another decides: what may change a record. A complaint is closed by who has it.
FOUR_EYES = tuple(kind.value for kind in CaseKind if kind != CaseKind.COMPLAINT)
# While one of these is handled, nothing that rests on the record is carried out (33号（二十二）). A reconsideration or
# lawsuit suspends only where its case says so.
SUSPENDING = (CaseKind.OBJECTION.value, CaseKind.CORRECTION.value)

# (state, action) → next state, with the rule it comes from.
TRANSITIONS = {
    (SUBMITTED, "accept"): (ACCEPTED, RIGHTS),
    (SUBMITTED, "reject"): (REJECTED, RIGHTS),
    (SUBMITTED, "ask_material"): (RETURNED, ONCE),
    (RETURNED, "supplement"): (SUBMITTED, ONCE),
    (RETURNED, "lapse"): (LAPSED, ONCE),
    (ACCEPTED, "forward"): (FORWARDED, RIGHTS),
    (FORWARDED, "answer"): (ANSWERED, RIGHTS),
    (ACCEPTED, "propose"): (PROPOSED, TWO),
    (FORWARDED, "propose"): (PROPOSED, TWO),  # only once the department has let its term pass
    (ANSWERED, "propose"): (PROPOSED, TWO),
    (PROPOSED, "return_to"): (ACCEPTED, TWO),
    (PROPOSED, "grant"): (GRANTED, RIGHTS),
    (PROPOSED, "refuse"): (REFUSED, RIGHTS),
    (ACCEPTED, "grant"): (GRANTED, RIGHTS),  # complaints, closed by one person
    (ACCEPTED, "refuse"): (REFUSED, RIGHTS),
    (ANSWERED, "grant"): (GRANTED, RIGHTS),
    (ANSWERED, "refuse"): (REFUSED, RIGHTS),
    (SUBMITTED, "recall"): (RECALLED, RIGHTS),
    (RETURNED, "recall"): (RECALLED, RIGHTS),
    (ACCEPTED, "recall"): (RECALLED, RIGHTS),
    (FORWARDED, "recall"): (RECALLED, RIGHTS),
    (ANSWERED, "recall"): (RECALLED, RIGHTS),
    (GRANTED, "revoke"): (REVOKED, FALSE),  # repairs only
    (QUEUED, "send"): (SENT, RIGHTS),
    (QUEUED, "give_up"): (FAILED, RIGHTS),
}

SYSTEM, APPLICANT, REVIEWER = "平台自动", "申请人", "平台审核员"
SECOND, SOURCE = "另一名平台审核员", "认定部门"

# (state, action) → what the action is called, and who takes it. Pages take their words from here.
WORDS = {
    (SUBMITTED, "accept"): ("受理", REVIEWER),
    (SUBMITTED, "reject"): ("不予受理", REVIEWER),
    (SUBMITTED, "ask_material"): ("一次性告知补正", REVIEWER),
    (RETURNED, "supplement"): ("补正材料", APPLICANT),
    (RETURNED, "lapse"): ("逾期未补正", SYSTEM),
    (ACCEPTED, "forward"): ("转认定部门核查", REVIEWER),
    (FORWARDED, "answer"): ("答复核查结果", SOURCE),
    (ACCEPTED, "propose"): ("提出拟决定", REVIEWER),
    (FORWARDED, "propose"): ("部门逾期未答复，提出拟决定", REVIEWER),
    (ANSWERED, "propose"): ("提出拟决定", REVIEWER),
    (PROPOSED, "return_to"): ("退回重办", SECOND),
    (PROPOSED, "grant"): ("准予", SECOND),
    (PROPOSED, "refuse"): ("不予准予", SECOND),
    (ACCEPTED, "grant"): ("办结：属实", REVIEWER),
    (ACCEPTED, "refuse"): ("办结：不属实", REVIEWER),
    (ANSWERED, "grant"): ("办结：属实", REVIEWER),
    (ANSWERED, "refuse"): ("办结：不属实", REVIEWER),
    (SUBMITTED, "recall"): ("撤回申请", APPLICANT),
    (RETURNED, "recall"): ("撤回申请", APPLICANT),
    (ACCEPTED, "recall"): ("撤回申请", APPLICANT),
    (FORWARDED, "recall"): ("撤回申请", APPLICANT),
    (ANSWERED, "recall"): ("撤回申请", APPLICANT),
    (GRANTED, "revoke"): ("撤销修复", REVIEWER),
    (QUEUED, "send"): ("发送", SYSTEM),
    (QUEUED, "give_up"): ("停止重试", SYSTEM),
}


def next_state(state: str, action: str) -> str:
    """The state after `action`. Raises TransitionRefused."""
    try:
        return TRANSITIONS[state, action][0]
    except KeyError as error:
        raise TransitionRefused(state, action) from error
