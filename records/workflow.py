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
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "公示期满"


class MergeState(TextChoices):
    """Of a merge of two subjects that are one."""

    SUGGESTED = "suggested", "待复核"
    MERGED = "merged", "已合并"
    DISMISSED = "dismissed", "不予合并"
    UNMERGED = "unmerged", "已撤销合并"


class CodeCaseState(TextChoices):
    """Of a wrong or re-assigned code."""

    UNEXPLAINED = "unexplained", "待说明"
    EXPLAINED = "explained", "已说明"
    CORRECTED = "corrected", "已更正"
    SETTLED = "settled", "已办结"


class SpecialQueryState(TextChoices):
    ASKED = "asked", "待审核"
    GRANTED = "granted", "已准予"
    DENIED = "denied", "未准予"
    DROPPED = "dropped", "已撤销"
    LAPSED = "lapsed", "逾期失效"


RECEIVED, READING, MERGING = BatchState.RECEIVED.value, BatchState.READING.value, BatchState.MERGING.value
COMMITTED, REFUSED, CANCELLED = BatchState.COMMITTED.value, BatchState.REFUSED.value, BatchState.CANCELLED.value
BATCH_UNFINISHED = (RECEIVED, READING, MERGING)

CURRENT, DISPUTED = RecordState.CURRENT.value, RecordState.DISPUTED.value
WITHDRAWN, EXPIRED = RecordState.WITHDRAWN.value, RecordState.EXPIRED.value
RECORD_LIVE = (CURRENT, DISPUTED)

SUGGESTED, MERGED = MergeState.SUGGESTED.value, MergeState.MERGED.value
DISMISSED, UNMERGED = MergeState.DISMISSED.value, MergeState.UNMERGED.value
UNEXPLAINED, EXPLAINED = CodeCaseState.UNEXPLAINED.value, CodeCaseState.EXPLAINED.value
CORRECTED, SETTLED = CodeCaseState.CORRECTED.value, CodeCaseState.SETTLED.value
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
    (CURRENT, "deduplicate"): (WITHDRAWN, "主体合并：同一决定只留一条"),
    (DISPUTED, "deduplicate"): (WITHDRAWN, "主体合并：同一决定只留一条"),
    (SUGGESTED, "merge"): (MERGED, "国办发〔2016〕98号三（一）：确保唯一性"),
    (SUGGESTED, "dismiss"): (DISMISSED, "国办发〔2016〕98号三（一）：确保唯一性"),
    (MERGED, "unmerge"): (UNMERGED, "国发〔2016〕33号（二十二）：及时更正"),
    (UNEXPLAINED, "explain"): (EXPLAINED, "国发〔2014〕21号五（二）：统一社会信用代码制度"),
    (UNEXPLAINED, "correct"): (CORRECTED, "国发〔2014〕21号五（二）：统一社会信用代码制度"),
    (EXPLAINED, "reopen"): (UNEXPLAINED, "说明不充分，退回部门"),
    (CORRECTED, "reopen"): (UNEXPLAINED, "更正不充分，退回部门"),
    (EXPLAINED, "settle"): (SETTLED, "重错码办结"),
    (CORRECTED, "settle"): (SETTLED, "重错码办结"),
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
