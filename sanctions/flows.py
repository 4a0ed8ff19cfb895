"""The flows of lists, memoranda and joint action, told from their table: what the pages of help show (F030)."""

from records.flows import Flow
from sanctions import workflow

LISTING = Flow(
    "listing",
    "名单的列入与移出",
    "先告知、后决定，提名的人不作决定；期限届满、符合条件、修复或者决定撤销的移出，措施随即解除。",
    workflow.ListingState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
MEMORANDUM = Flow(
    "memorandum",
    "合作备忘录",
    "一人拟订、另一人批准；批准后不再改动，修改要出新的一版。",
    workflow.MemorandumState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
TASK = Flow(
    "measure-task",
    "联合奖惩任务",
    "列入名单即向实施部门下达，执行或者说明理由，由发起部门核验；移出名单即解除，并另行下达解除任务。",
    workflow.TaskState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
WEBHOOK = Flow(
    "webhook",
    "核验结论变更通知",
    "结论与上次告知的不同，即排队通知；没有送达的逐次延后重发，满 24 小时停下，留在页面上，可以重发。",
    workflow.DeliveryState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
COMMITMENT = Flow(
    "commitment",
    "信用承诺",
    "受理时抄录承诺的内容；违诺由一人提出、听取承诺人说明、另一人认定，不因逾期自动认定。",
    workflow.CommitmentState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
METHOD = Flow(
    "supervision-method",
    "信用分类监管办法",
    "一人拟订、另一人批准并公布；批准后不再改动，修改要出新的一版。",
    workflow.MethodState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
PUBLICATION = Flow(
    "incentive-publication",
    "守信激励产品和推介活动的公布",
    "一人登记、另一人核准后公布；公布后不再改动，有变化的停止公布，另行登记。",
    workflow.PublicationState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
FINANCE = Flow(
    "finance-application",
    "融资申请和数据移交",
    "只提供人人可见的内容和申请人书面授权的内容，每次移交记一行日志；授权随时可以撤回。",
    workflow.FinanceState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
FLOWS = (LISTING, MEMORANDUM, TASK, WEBHOOK, COMMITMENT, METHOD, PUBLICATION, FINANCE)
