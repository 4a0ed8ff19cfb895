"""The states of a batch and of a record, and the only ways between them. Database checks hold the same names."""

from django.db.models import TextChoices


class BatchState(TextChoices):
    RECEIVED = "received", "已收到"
    READING = "reading", "读取中"
    PREVIEWED = "previewed", "待确认"
    MERGING = "merging", "入库中"
    COMMITTED = "committed", "已入库"
    REFUSED = "refused", "已退回"
    CANCELLED = "cancelled", "已取消"
    ABANDONED = "abandoned", "已放弃"
    UNDOING = "undoing", "撤回中"
    UNDONE = "undone", "已整批撤回"


class RecordState(TextChoices):
    CURRENT = "current", "有效"
    DISPUTED = "disputed", "异议核查中"
    SUSPENDED = "suspended", "暂停公示"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "公示期满"
    ENDED = "ended", "已终止公示"
    UNREPORTED = "unreported", "已随批撤回"
    ERASED = "erased", "已依法删除"


class Commit(TextChoices):
    """Who says that a batch goes in: nobody, when its sender asked for that, or a person who has seen its preview."""

    AUTO = "auto", "检查后直接入库"
    PREVIEW = "preview", "先预览，确认后入库"


class Policy(TextChoices):
    """What becomes of the good rows of a file that holds bad ones."""

    GOOD_ROWS = "good_rows", "合格的先入库，不合格的退回"
    ALL_OR_NOTHING = "all_or_nothing", "有一行不合格就整批退回"


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


class ChangeKind(TextChoices):
    """How a revision of a record came about."""

    REPORTED = "reported", "报送"
    CORRECTED = "corrected", "更正"
    WITHDRAWN = "withdrawn", "撤回"
    SUSPENDED = "suspended", "申请撤回，暂停公示"
    RESUMED = "resumed", "恢复公示"
    DISPUTED = "disputed", "核查期间标注"
    SETTLED = "settled", "核查结束"
    EXPIRED = "expired", "公示期满"
    ENDED = "ended", "终止公示"
    RESTORED = "restored", "撤销修复，恢复公示"
    ERASED = "erased", "依法删除"
    UNDONE = "undone", "整批撤回"
    RECOMPUTED = "recomputed", "目录变更，重算期限"
    MERGED = "merged", "主体合并"
    UNMERGED = "unmerged", "撤销主体合并"
    FOLLOWED = "followed", "随来源记录变更"


class ChangeState(TextChoices):
    PENDING = "pending", "待审批"
    APPLIED = "applied", "已办理"
    DECLINED = "declined", "未同意"
    RECALLED = "recalled", "已撤销"
    OUTDATED = "outdated", "已失效"


class ErasureState(TextChoices):
    REQUESTED = "requested", "待审核"
    CARRIED_OUT = "carried_out", "已删除"
    REJECTED = "rejected", "不予删除"


RECEIVED, READING, PREVIEWED = BatchState.RECEIVED.value, BatchState.READING.value, BatchState.PREVIEWED.value
MERGING, COMMITTED, REFUSED = BatchState.MERGING.value, BatchState.COMMITTED.value, BatchState.REFUSED.value
CANCELLED, ABANDONED = BatchState.CANCELLED.value, BatchState.ABANDONED.value
UNDOING, UNDONE = BatchState.UNDOING.value, BatchState.UNDONE.value
# What a worker takes up, and what is not at its end; between them stands what waits for a person.
BATCH_MOVING = (RECEIVED, READING, MERGING, UNDOING)
BATCH_UNFINISHED = (RECEIVED, READING, PREVIEWED, MERGING, UNDOING)

CURRENT, DISPUTED, SUSPENDED = RecordState.CURRENT.value, RecordState.DISPUTED.value, RecordState.SUSPENDED.value
UNREPORTED = RecordState.UNREPORTED.value
WITHDRAWN, EXPIRED, ERASED = RecordState.WITHDRAWN.value, RecordState.EXPIRED.value, RecordState.ERASED.value
ENDED = RecordState.ENDED.value
RECORD_LIVE = (CURRENT, DISPUTED)  # may be shown
RECORD_OPEN = (*RECORD_LIVE, SUSPENDED)  # not ended

CHANGE_PENDING, CHANGE_APPLIED = ChangeState.PENDING.value, ChangeState.APPLIED.value
CHANGE_REFUSED, CHANGE_CANCELLED = ChangeState.DECLINED.value, ChangeState.RECALLED.value
CHANGE_STALE = ChangeState.OUTDATED.value

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
    (READING, "preview"): (PREVIEWED, "报送人要求先预览"),
    (PREVIEWED, "read"): (READING, "暂存丢失后重读，重新预览"),
    (PREVIEWED, "commit"): (MERGING, "报送人确认"),
    (MERGING, "review"): (READING, "整批退回的批次与预览不同，重新预览"),
    (MERGING, "finish"): (COMMITTED, "报送流程"),
    (RECEIVED, "refuse"): (REFUSED, "文件无法读取"),
    (READING, "refuse"): (REFUSED, "文件无法读取，或按部门约定整批退回"),
    (PREVIEWED, "refuse"): (REFUSED, "有不合格的行，报送人选择整批退回"),
    (RECEIVED, "cancel"): (CANCELLED, "报送人取消"),
    (READING, "cancel"): (CANCELLED, "报送人取消"),
    (PREVIEWED, "drop"): (ABANDONED, "报送人放弃，或逾期没有确认"),
    (COMMITTED, "undo"): (UNDOING, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (UNDOING, "undo"): (UNDOING, "中断后续办"),
    (UNDOING, "finish"): (UNDONE, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (CURRENT, "withdraw"): (WITHDRAWN, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (DISPUTED, "withdraw"): (WITHDRAWN, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (CURRENT, "expire"): (EXPIRED, "国办发〔2016〕98号四（三）：不再展示超过期限的信息"),
    (DISPUTED, "expire"): (EXPIRED, "国办发〔2016〕98号四（三）：不再展示超过期限的信息"),
    (CURRENT, "dispute"): (DISPUTED, "国发〔2016〕33号（二十二）：核实期间暂不执行"),
    (DISPUTED, "settle"): (CURRENT, "国发〔2016〕33号（二十二）：核实无误的恢复执行"),
    (CURRENT, "end"): (ENDED, "国发〔2016〕33号（十九）（二十一）：退出机制、信用修复"),
    (DISPUTED, "end"): (ENDED, "国发〔2016〕33号（十九）（二十一）：退出机制、信用修复"),
    (SUSPENDED, "end"): (ENDED, "国发〔2016〕33号（十九）（二十一）：退出机制、信用修复"),
    (ENDED, "restore"): (CURRENT, "信用修复管理办法：以虚假材料取得的修复予以撤销（条号待核对）"),
    (ENDED, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (CURRENT, "undo"): (UNREPORTED, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (EXPIRED, "undo"): (UNREPORTED, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (UNREPORTED, "report"): (CURRENT, "整批撤回后重新报送"),
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
    (CURRENT, "suspend"): (SUSPENDED, "国发〔2016〕33号（二十二）：核实期间暂不执行"),
    (SUSPENDED, "resume"): (CURRENT, "审批人不同意撤回，或申请人撤销申请"),
    (SUSPENDED, "withdraw"): (WITHDRAWN, "国发〔2016〕33号（二十二）：及时更正或撤销"),
    (SUSPENDED, "deduplicate"): (WITHDRAWN, "主体合并：同一决定只留一条"),
    (SUSPENDED, "expire"): (EXPIRED, "国办发〔2016〕98号四（三）：不再展示超过期限的信息"),
    (CURRENT, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (DISPUTED, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (SUSPENDED, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (WITHDRAWN, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (EXPIRED, "erase"): (ERASED, "个人信息保护法第四十七条，或生效的法律文书"),
    (ErasureState.REQUESTED.value, "carry_out"): (
        ErasureState.CARRIED_OUT.value,
        "个人信息保护法第四十七条，或生效的法律文书",
    ),
    (ErasureState.REQUESTED.value, "deny"): (ErasureState.REJECTED.value, "没有应当删除的依据"),
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


SYSTEM, REPORTER, HEAD = "平台自动", "报送部门经办人", "报送部门负责人"
SECOND, REVIEWER = "报送部门另一位负责人", "平台审核员（不得为申请人）"
UNDO, WITHDRAW, ERASE = "整批撤回", "撤回", "依法删除"

# (state, action) → what the action is called, and who takes it. Pages take their words from here.
WORDS = {
    (RECEIVED, "read"): ("读取并检查", SYSTEM),
    (READING, "read"): ("重新读取", SYSTEM),
    (READING, "merge"): ("入库", SYSTEM),
    (MERGING, "merge"): ("接着入库", SYSTEM),
    (MERGING, "read"): ("重新读取", SYSTEM),
    (READING, "preview"): ("生成预览", SYSTEM),
    (PREVIEWED, "read"): ("重新读取", SYSTEM),
    (PREVIEWED, "commit"): ("确认入库", REPORTER),
    (MERGING, "review"): ("重新预览", SYSTEM),
    (MERGING, "finish"): ("完成入库", SYSTEM),
    (RECEIVED, "refuse"): ("整份退回", SYSTEM),
    (READING, "refuse"): ("整份退回", SYSTEM),
    (PREVIEWED, "refuse"): ("整批退回", REPORTER),
    (RECEIVED, "cancel"): ("取消", REPORTER),
    (READING, "cancel"): ("取消", REPORTER),
    (PREVIEWED, "drop"): ("放弃", REPORTER),
    (COMMITTED, "undo"): (UNDO, HEAD),
    (UNDOING, "undo"): ("接着撤回", SYSTEM),
    (UNDOING, "finish"): ("完成撤回", SYSTEM),
    (CURRENT, "withdraw"): (WITHDRAW, HEAD),
    (DISPUTED, "withdraw"): (WITHDRAW, HEAD),
    (CURRENT, "expire"): ("公示期满", SYSTEM),
    (DISPUTED, "expire"): ("公示期满", SYSTEM),
    (CURRENT, "dispute"): ("开始核查", "承办异议的审核员或者认定部门"),
    (DISPUTED, "settle"): ("核查结束", "承办异议的审核员或者认定部门"),
    (CURRENT, "end"): ("终止公示", "认定部门，经移出名单或者信用修复"),
    (DISPUTED, "end"): ("终止公示", "认定部门，经移出名单或者信用修复"),
    (SUSPENDED, "end"): ("终止公示", "认定部门，经移出名单或者信用修复"),
    (ENDED, "restore"): ("撤销修复，恢复公示", "平台审核员"),
    (ENDED, "erase"): (ERASE, REVIEWER),
    (CURRENT, "undo"): (UNDO, HEAD),
    (EXPIRED, "undo"): (UNDO, HEAD),
    (UNREPORTED, "report"): ("重新报送", REPORTER),
    (CURRENT, "deduplicate"): ("重复撤回", REVIEWER),
    (DISPUTED, "deduplicate"): ("重复撤回", REVIEWER),
    (SUGGESTED, "merge"): ("同意合并", REVIEWER),
    (SUGGESTED, "dismiss"): ("不予合并", REVIEWER),
    (MERGED, "unmerge"): ("撤销合并", REVIEWER),
    (UNEXPLAINED, "explain"): ("说明", REPORTER),
    (UNEXPLAINED, "correct"): ("更正", REPORTER),
    (EXPLAINED, "reopen"): ("退回", "平台审核员"),
    (CORRECTED, "reopen"): ("退回", "平台审核员"),
    (EXPLAINED, "settle"): ("办结", "平台审核员"),
    (CORRECTED, "settle"): ("办结", "平台审核员"),
    (CURRENT, "suspend"): ("暂停公示", SYSTEM),
    (SUSPENDED, "resume"): ("恢复公示", SYSTEM),
    (SUSPENDED, "withdraw"): (WITHDRAW, SECOND),
    (SUSPENDED, "deduplicate"): ("重复撤回", REVIEWER),
    (SUSPENDED, "expire"): ("公示期满", SYSTEM),
    (CURRENT, "erase"): (ERASE, REVIEWER),
    (DISPUTED, "erase"): (ERASE, REVIEWER),
    (SUSPENDED, "erase"): (ERASE, REVIEWER),
    (WITHDRAWN, "erase"): (ERASE, REVIEWER),
    (EXPIRED, "erase"): (ERASE, REVIEWER),
    (ErasureState.REQUESTED.value, "carry_out"): ("同意删除", REVIEWER),
    (ErasureState.REQUESTED.value, "deny"): ("不予删除", REVIEWER),
    (CHANGE_PENDING, "approve"): ("同意", SECOND),
    (CHANGE_PENDING, "refuse"): ("不同意", SECOND),
    (CHANGE_PENDING, "cancel"): ("撤销申请", "申请人"),
    (CHANGE_PENDING, "outdate"): ("申请失效", SYSTEM),
    (ASKED, "grant"): ("准予", REVIEWER),
    (ASKED, "deny"): ("不予准许", REVIEWER),
    (ASKED, "drop"): ("撤销申请", "申请部门负责人"),
    (GRANTED, "drop"): ("提前结束", "申请部门负责人"),
    (ASKED, "lapse"): ("逾期失效", SYSTEM),
}
