"""The states of a batch and of a record, and the only ways between them. Database checks hold the same names."""

from django.db.models import TextChoices


class BatchState(TextChoices):
    RECEIVED = "received", "已收到"
    READING = "reading", "读取中"
    MERGING = "merging", "入库中"
    COMMITTED = "committed", "已入库"
    REFUSED = "refused", "已退回"
    CANCELLED = "cancelled", "已取消"


class RecordState(TextChoices):
    CURRENT = "current", "有效"
    DISPUTED = "disputed", "异议核查中"
    SUSPENDED = "suspended", "暂停公示"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "公示期满"
    ERASED = "erased", "已依法删除"


class SpecialQueryState(TextChoices):
    ASKED = "asked", "待审核"
    GRANTED = "granted", "已准予"
    DENIED = "denied", "未准予"
    DROPPED = "dropped", "已撤销"
    LAPSED = "lapsed", "逾期失效"


class ChangeKind(TextChoices):
    """How a revision of a record came about."""

    REPORTED = "reported", "报送"
    CORRECTED = "corrected", "更正"
    WITHDRAWN = "withdrawn", "撤回"
    SUSPENDED = "suspended", "申请撤回，暂停公示"
    RESUMED = "resumed", "恢复公示"
    EXPIRED = "expired", "公示期满"
    ERASED = "erased", "依法删除"


class ChangeState(TextChoices):
    PENDING = "pending", "待审批"
    APPLIED = "applied", "已办理"
    REFUSED = "refused", "未同意"
    CANCELLED = "cancelled", "已撤销"
    STALE = "stale", "已失效"


class ErasureState(TextChoices):
    REQUESTED = "requested", "待审核"
    DONE = "done", "已删除"
    DENIED = "denied", "不予删除"


RECEIVED, READING, MERGING = BatchState.RECEIVED.value, BatchState.READING.value, BatchState.MERGING.value
COMMITTED, REFUSED, CANCELLED = BatchState.COMMITTED.value, BatchState.REFUSED.value, BatchState.CANCELLED.value
BATCH_UNFINISHED = (RECEIVED, READING, MERGING)

CURRENT, DISPUTED, SUSPENDED = RecordState.CURRENT.value, RecordState.DISPUTED.value, RecordState.SUSPENDED.value
WITHDRAWN, EXPIRED, ERASED = RecordState.WITHDRAWN.value, RecordState.EXPIRED.value, RecordState.ERASED.value
RECORD_LIVE = (CURRENT, DISPUTED)  # may be shown
RECORD_OPEN = (*RECORD_LIVE, SUSPENDED)  # not ended

CHANGE_PENDING, CHANGE_APPLIED = ChangeState.PENDING.value, ChangeState.APPLIED.value
CHANGE_REFUSED, CHANGE_CANCELLED = ChangeState.REFUSED.value, ChangeState.CANCELLED.value
CHANGE_STALE = ChangeState.STALE.value

ASKED, GRANTED, DENIED = SpecialQueryState.ASKED.value, SpecialQueryState.GRANTED.value, SpecialQueryState.DENIED.value
DROPPED, LAPSED = SpecialQueryState.DROPPED.value, SpecialQueryState.LAPSED.value

# (state, action) → next state, with the rule it comes from.
TRANSITIONS = {
    (RECEIVED, "read"): (READING, "报送流程"),
    (READING, "read"): (READING, "中断后重读"),
    (READING, "merge"): (MERGING, "报送流程"),
    (MERGING, "merge"): (MERGING, "中断后续办"),
    (MERGING, "read"): (READING, "暂存丢失后重读"),
    (MERGING, "commit"): (COMMITTED, "报送流程"),
    (RECEIVED, "refuse"): (REFUSED, "文件无法读取"),
    (READING, "refuse"): (REFUSED, "文件无法读取"),
    (RECEIVED, "cancel"): (CANCELLED, "报送人取消"),
    (READING, "cancel"): (CANCELLED, "报送人取消"),
    (CURRENT, "withdraw"): (WITHDRAWN, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (DISPUTED, "withdraw"): (WITHDRAWN, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (CURRENT, "expire"): (EXPIRED, "国办发〔2016〕98号四（三）：不再展示超过期限的信息"),
    (DISPUTED, "expire"): (EXPIRED, "国办发〔2016〕98号四（三）：不再展示超过期限的信息"),
    (CURRENT, "suspend"): (SUSPENDED, "国发〔2016〕33号（二十二）：核实期间暂不执行"),
    (SUSPENDED, "resume"): (CURRENT, "审批人不同意撤回，或申请人撤销申请"),
    (SUSPENDED, "withdraw"): (WITHDRAWN, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (SUSPENDED, "expire"): (EXPIRED, "国办发〔2016〕98号四（三）：不再展示超过期限的信息"),
    (CURRENT, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (DISPUTED, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (SUSPENDED, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (WITHDRAWN, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (EXPIRED, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (ErasureState.REQUESTED.value, "carry_out"): (
        ErasureState.DONE.value,
        "个人信息保护法第四十七条，或生效的法律文书",
    ),
    (ErasureState.REQUESTED.value, "deny"): (ErasureState.DENIED.value, "没有应当删除的依据"),
    (CHANGE_PENDING, "approve"): (CHANGE_APPLIED, "第二人审批"),
    (CHANGE_PENDING, "refuse"): (CHANGE_REFUSED, "第二人审批"),
    (CHANGE_PENDING, "cancel"): (CHANGE_CANCELLED, "申请人不再需要"),
    (CHANGE_PENDING, "outdate"): (CHANGE_STALE, "记录在审批前已经变化"),
    (ASKED, "grant"): (GRANTED, "国发〔2014〕21号四（五）：特殊查询特殊申请"),
    (ASKED, "deny"): (DENIED, "国发〔2014〕21号四（五）：特殊查询特殊申请"),
    (ASKED, "drop"): (DROPPED, "申请部门撤销"),
    (GRANTED, "drop"): (DROPPED, "申请部门不再需要"),
    (ASKED, "lapse"): (LAPSED, "逾期未审核，不得查询"),
}


class TransitionRefused(Exception):
    """The case has moved on, or the action does not exist in this state."""

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
