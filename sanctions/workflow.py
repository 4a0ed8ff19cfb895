"""The states of lists, memoranda and joint action, and the only ways between them. Database checks hold them too."""

from django.db.models import TextChoices

from records.workflow import TransitionRefused

ORDERLY = "国发〔2016〕33号（十九）：规范各领域红黑名单产生和发布行为，建立健全退出机制"
RIGHTS = "国发〔2016〕33号（二十二）：建立健全信用主体权益保护机制"
TRIGGER = "国发〔2016〕33号（十五）：建立触发反馈机制"
MEASURES = "国发〔2016〕33号（二十）：建立激励和惩戒措施清单制度"
REPAIR = "国发〔2016〕33号（二十一）：建立健全信用修复机制"
FALSE = "信用修复管理办法：以虚假材料取得的修复予以撤销（条号待核对）"


class ListingState(TextChoices):
    """Of a subject on a list, from the proposal on."""

    PROPOSED = "proposed", "拟列入"
    NOTIFIED = "notified", "已告知，等待陈述申辩"
    STATED = "stated", "已陈述申辩，待复核"
    ENTERED = "entered", "已列入"
    EXITED = "exited", "已移出"
    REFUSED = "refused", "不予列入"
    DROPPED = "dropped", "已撤销提名"


class ExitKind(TextChoices):
    """Why somebody is on a list no more."""

    TERM = "term", "期限届满"
    CONDITIONS = "conditions", "符合移出条件"
    REPAIRED = "repaired", "信用修复"
    REVOKED = "revoked", "列入决定被撤销或者变更"
    COURT = "court", "法院裁判或者复议决定"
    ADVERSE = "adverse", "守信主体出现失信记录"
    RECORD_ENDED = "record_ended", "依据的记录已经终止"


class MemorandumState(TextChoices):
    """Of one edition of a memorandum. What is only registered names measures to nobody."""

    REGISTERED = "registered", "仅登记"
    DRAFT = "draft", "起草"
    SUBMITTED = "submitted", "待复核"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "已生效"
    REPEALED = "repealed", "已终止"
    ABANDONED = "abandoned", "已放弃"


class TaskState(TextChoices):
    """Of what one department has to do about one subject under one measure."""

    ISSUED = "issued", "待签收"
    RECEIVED = "received", "办理中"
    EXECUTED = "executed", "已执行，待核验"
    DECLINED = "declined", "未执行，待核验"
    INAPPLICABLE = "inapplicable", "不适用，待核验"
    VERIFIED = "verified", "已办结"
    LIFTED = "lifted", "已解除"


class DeliveryState(TextChoices):
    """Of a notice that a verdict has changed."""

    QUEUED = "queued", "等待发送"
    DELIVERED = "delivered", "已送达"
    DEAD = "dead", "未能送达"


PROPOSED, NOTIFIED, STATED = (
    ListingState.PROPOSED.value,
    ListingState.NOTIFIED.value,
    ListingState.STATED.value,
)
ENTERED, EXITED = ListingState.ENTERED.value, ListingState.EXITED.value
NOT_LISTED, DROPPED = ListingState.REFUSED.value, ListingState.DROPPED.value
LISTING_PENDING = (PROPOSED, NOTIFIED, STATED)
LISTING_VOID = (NOT_LISTED, DROPPED)

REGISTERED, DRAFT, SUBMITTED = (
    MemorandumState.REGISTERED.value,
    MemorandumState.DRAFT.value,
    MemorandumState.SUBMITTED.value,
)
RETURNED, APPROVED, REPEALED, ABANDONED = (
    MemorandumState.RETURNED.value,
    MemorandumState.APPROVED.value,
    MemorandumState.REPEALED.value,
    MemorandumState.ABANDONED.value,
)
MEMORANDUM_DRAFTS = (DRAFT, SUBMITTED, RETURNED)
MEMORANDUM_EDITABLE = (DRAFT, RETURNED)
MEMORANDUM_UNPUBLISHED = (*MEMORANDUM_DRAFTS, ABANDONED)

ISSUED, RECEIVED = TaskState.ISSUED.value, TaskState.RECEIVED.value
EXECUTED, DECLINED, INAPPLICABLE = TaskState.EXECUTED.value, TaskState.DECLINED.value, TaskState.INAPPLICABLE.value
VERIFIED, LIFTED = TaskState.VERIFIED.value, TaskState.LIFTED.value
TASK_OPEN = (ISSUED, RECEIVED)  # waits for the implementing department
TASK_ANSWERED = (EXECUTED, DECLINED, INAPPLICABLE)  # waits for the lead

QUEUED, DELIVERED, DEAD = DeliveryState.QUEUED.value, DeliveryState.DELIVERED.value, DeliveryState.DEAD.value
SHARING = "国发〔2016〕33号（十八）：建立健全信用信息归集共享和使用机制"

# (state, action) → next state, with the rule it comes from.
TRANSITIONS = {
    (PROPOSED, "notify"): (NOTIFIED, ORDERLY),
    (NOTIFIED, "state"): (STATED, RIGHTS),
    (NOTIFIED, "enter"): (ENTERED, ORDERLY),
    (STATED, "enter"): (ENTERED, ORDERLY),
    (NOTIFIED, "refuse"): (NOT_LISTED, RIGHTS),
    (STATED, "refuse"): (NOT_LISTED, RIGHTS),
    (PROPOSED, "drop"): (DROPPED, ORDERLY),
    (NOTIFIED, "drop"): (DROPPED, ORDERLY),
    (STATED, "drop"): (DROPPED, ORDERLY),
    (ENTERED, "exit"): (EXITED, ORDERLY),
    (EXITED, "reenter"): (ENTERED, FALSE),  # only what a repair had taken off
    (DRAFT, "change"): (DRAFT, MEASURES),
    (RETURNED, "change"): (RETURNED, MEASURES),
    (DRAFT, "submit"): (SUBMITTED, MEASURES),
    (RETURNED, "submit"): (SUBMITTED, MEASURES),
    (SUBMITTED, "return"): (RETURNED, MEASURES),
    (SUBMITTED, "approve"): (APPROVED, MEASURES),
    (DRAFT, "abandon"): (ABANDONED, MEASURES),
    (RETURNED, "abandon"): (ABANDONED, MEASURES),
    (APPROVED, "repeal"): (REPEALED, MEASURES),
    (REGISTERED, "repeal"): (REPEALED, MEASURES),
    (ISSUED, "receive"): (RECEIVED, TRIGGER),
    (ISSUED, "note"): (VERIFIED, TRIGGER),  # what is sent for reference only
    (RECEIVED, "execute"): (EXECUTED, TRIGGER),
    (RECEIVED, "decline"): (DECLINED, TRIGGER),
    (RECEIVED, "dismiss"): (INAPPLICABLE, TRIGGER),
    (EXECUTED, "verify"): (VERIFIED, TRIGGER),
    (DECLINED, "verify"): (VERIFIED, TRIGGER),
    (INAPPLICABLE, "verify"): (VERIFIED, TRIGGER),
    (EXECUTED, "return"): (RECEIVED, TRIGGER),
    (DECLINED, "return"): (RECEIVED, TRIGGER),
    (INAPPLICABLE, "return"): (RECEIVED, TRIGGER),
    (ISSUED, "lift"): (LIFTED, REPAIR),
    (RECEIVED, "lift"): (LIFTED, REPAIR),
    (EXECUTED, "lift"): (LIFTED, REPAIR),
    (DECLINED, "lift"): (LIFTED, REPAIR),
    (INAPPLICABLE, "lift"): (LIFTED, REPAIR),
    (VERIFIED, "lift"): (LIFTED, REPAIR),
    (QUEUED, "deliver"): (DELIVERED, SHARING),
    (QUEUED, "give_up"): (DEAD, SHARING),
    (DEAD, "resend"): (QUEUED, SHARING),
    (DELIVERED, "resend"): (QUEUED, SHARING),
}

SYSTEM, PROPOSER, DECIDER = "平台自动", "认定部门经办人", "认定部门负责人（不得为提名人）"
IMPLEMENTER, LEAD = "实施部门经办人", "发起部门负责人"
AUTHOR, REVIEWER = "备忘录拟订人", "平台审核员（不得为拟订人）"

# (state, action) → what the action is called, and who takes it. Pages take their words from here.
WORDS = {
    (PROPOSED, "notify"): ("告知主体", PROPOSER),
    (NOTIFIED, "state"): ("登记陈述申辩", PROPOSER),
    (NOTIFIED, "enter"): ("决定列入", DECIDER),
    (STATED, "enter"): ("决定列入", DECIDER),
    (NOTIFIED, "refuse"): ("不予列入", DECIDER),
    (STATED, "refuse"): ("不予列入", DECIDER),
    (PROPOSED, "drop"): ("撤销提名", PROPOSER),
    (NOTIFIED, "drop"): ("撤销提名", PROPOSER),
    (STATED, "drop"): ("撤销提名", PROPOSER),
    (ENTERED, "exit"): ("移出名单", "认定部门负责人，期满由平台自动办理"),
    (EXITED, "reenter"): ("撤销修复，重新列入", "平台审核员（撤销信用修复时）"),
    (DRAFT, "change"): ("修改", AUTHOR),
    (RETURNED, "change"): ("修改", AUTHOR),
    (DRAFT, "submit"): ("提交复核", AUTHOR),
    (RETURNED, "submit"): ("提交复核", AUTHOR),
    (SUBMITTED, "return"): ("退回修改", REVIEWER),
    (SUBMITTED, "approve"): ("批准", REVIEWER),
    (DRAFT, "abandon"): ("放弃草案", AUTHOR),
    (RETURNED, "abandon"): ("放弃草案", AUTHOR),
    (APPROVED, "repeal"): ("终止", REVIEWER),
    (REGISTERED, "repeal"): ("终止", REVIEWER),
    (ISSUED, "receive"): ("签收", IMPLEMENTER),
    (ISSUED, "note"): ("签收（仅供参考，不需要反馈）", IMPLEMENTER),
    (RECEIVED, "execute"): ("反馈已执行", IMPLEMENTER),
    (RECEIVED, "decline"): ("反馈未执行及理由", IMPLEMENTER),
    (RECEIVED, "dismiss"): ("反馈不适用", IMPLEMENTER),
    (EXECUTED, "verify"): ("核验", LEAD),
    (DECLINED, "verify"): ("核验", LEAD),
    (INAPPLICABLE, "verify"): ("核验", LEAD),
    (EXECUTED, "return"): ("退回重办", LEAD),
    (DECLINED, "return"): ("退回重办", LEAD),
    (INAPPLICABLE, "return"): ("退回重办", LEAD),
    (ISSUED, "lift"): ("解除", SYSTEM),
    (RECEIVED, "lift"): ("解除", SYSTEM),
    (EXECUTED, "lift"): ("解除", SYSTEM),
    (DECLINED, "lift"): ("解除", SYSTEM),
    (INAPPLICABLE, "lift"): ("解除", SYSTEM),
    (VERIFIED, "lift"): ("解除", SYSTEM),
    (QUEUED, "deliver"): ("送达", SYSTEM),
    (QUEUED, "give_up"): ("停止重试，留待处理", SYSTEM),
    (DEAD, "resend"): ("重新发送", "订阅部门"),
    (DELIVERED, "resend"): ("自某日起补发", "订阅部门"),
}


def next_state(state: str, action: str) -> str:
    """The state after `action`. Raises TransitionRefused."""
    try:
        return TRANSITIONS[state, action][0]
    except KeyError as error:
        raise TransitionRefused(state, action) from error


# Commitments and classified supervision: their states, and their rows of the same tables.
PROMISE = "国发〔2016〕33号（三）：引导企业主动发布综合信用承诺或者专项承诺"
APPLICANTS = "国发〔2014〕21号五（一）：建立行政许可申请人信用承诺制度"
CLASSES = "国发〔2016〕33号（六）：根据信用记录和信用评价分类优化检查频次"


class CommitmentState(TextChoices):
    """Of a commitment, from its signing on. Whether it is overdue is a question of the date."""

    MADE = "made", "履行中"
    DOUBTED = "doubted", "拟认定违诺，待审核"
    FULFILLED = "fulfilled", "已履行"
    BREACHED = "breached", "已认定违诺"
    RETRACTED = "retracted", "已撤回承诺"
    RUN_OUT = "run_out", "有效期届满"


class MethodState(TextChoices):
    """Of one edition of a method of classified supervision."""

    DRAWN_UP = "drawn_up", "拟订中"
    ADOPTED = "adopted", "已批准"
    REPLACED = "replaced", "已被取代"


MADE, DOUBTED, FULFILLED = (
    CommitmentState.MADE.value,
    CommitmentState.DOUBTED.value,
    CommitmentState.FULFILLED.value,
)
BREACHED, RETRACTED, RUN_OUT = (
    CommitmentState.BREACHED.value,
    CommitmentState.RETRACTED.value,
    CommitmentState.RUN_OUT.value,
)
COMMITMENT_OPEN = (MADE, DOUBTED)


class PublicationState(TextChoices):
    """Of what one person draws up and another publishes as it is: a finance product, a promotion event."""

    COMPOSED = "composed", "待核准公布"
    PUBLISHED = "published", "已公布"
    CLOSED = "closed", "已停止公布"


class FinanceState(TextChoices):
    """Of an application for a finance product. Whether the consent still runs is a question of the date."""

    FILED = "filed", "待机构领取"
    TAKEN = "taken", "机构已领取"
    ANSWERED = "answered", "机构已答复"
    REVOKED = "revoked", "授权已撤回"


DRAWN_UP, ADOPTED, REPLACED = (MethodState.DRAWN_UP.value, MethodState.ADOPTED.value, MethodState.REPLACED.value)

TRANSITIONS |= {
    (MADE, "fulfil"): (FULFILLED, PROMISE),
    (DOUBTED, "fulfil"): (FULFILLED, PROMISE),
    (MADE, "find"): (DOUBTED, APPLICANTS),
    (DOUBTED, "confirm"): (BREACHED, APPLICANTS),
    (DOUBTED, "reject"): (MADE, RIGHTS),
    (MADE, "retract"): (RETRACTED, PROMISE),
    (MADE, "run_out"): (RUN_OUT, PROMISE),
    (DRAWN_UP, "adopt"): (ADOPTED, CLASSES),
    (ADOPTED, "replace"): (REPLACED, CLASSES),
}

RECEIVER, SECOND = "受理部门经办人", "受理部门负责人（不得为提出认定的人）"
WORDS |= {
    (MADE, "fulfil"): ("确认履行", RECEIVER),
    (DOUBTED, "fulfil"): ("确认履行", RECEIVER),
    (MADE, "find"): ("提出认定违诺", RECEIVER),
    (DOUBTED, "confirm"): ("认定违诺", SECOND),
    (DOUBTED, "reject"): ("不予认定", SECOND),
    (MADE, "retract"): ("撤回承诺", "承诺人申请，受理部门经办人办理"),
    (MADE, "run_out"): ("有效期届满", SYSTEM),
    (DRAWN_UP, "adopt"): ("批准", "制定部门负责人（不得为拟订人）"),
    (ADOPTED, "replace"): ("由新的一版取代", SYSTEM),
}

# What rewards the honest: products of banks and events at which they are recommended.
CHEAPER = "国发〔2016〕33号（七）：开发“税易贷”“信易贷”“信易债”等守信激励产品"
RECOMMEND = "国发〔2016〕33号（八）：在会展、银企对接等活动中重点推介诚信企业"
COMPOSED, PUBLISHED, CLOSED = (
    PublicationState.COMPOSED.value,
    PublicationState.PUBLISHED.value,
    PublicationState.CLOSED.value,
)
FILED, TAKEN = FinanceState.FILED.value, FinanceState.TAKEN.value
ANSWERED, REVOKED = FinanceState.ANSWERED.value, FinanceState.REVOKED.value
FINANCE_OPEN = (FILED, TAKEN)

TRANSITIONS |= {
    (COMPOSED, "publish"): (PUBLISHED, RECOMMEND),
    (PUBLISHED, "close"): (CLOSED, RECOMMEND),
    (FILED, "hand_over"): (TAKEN, CHEAPER),
    (TAKEN, "hand_over"): (TAKEN, CHEAPER),
    (TAKEN, "answer"): (ANSWERED, CHEAPER),
    (FILED, "revoke"): (REVOKED, RIGHTS),
    (TAKEN, "revoke"): (REVOKED, RIGHTS),
}
COUNTER, APPLICANT = "机构账户，没有账户的由受理部门经办人", "申请人，由受理部门经办人办理"
WORDS |= {
    (COMPOSED, "publish"): ("核准公布", "登记部门负责人（不得为登记人）"),
    (PUBLISHED, "close"): ("停止公布", "登记部门负责人"),
    (FILED, "hand_over"): ("移交数据", COUNTER),
    (TAKEN, "hand_over"): ("再次移交数据", "机构账户"),
    (TAKEN, "answer"): ("登记机构的答复", COUNTER),
    (FILED, "revoke"): ("撤回授权", APPLICANT),
    (TAKEN, "revoke"): ("撤回授权", APPLICANT),
}
