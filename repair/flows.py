"""The flows of cases and their notices, told from their table: what the pages of help show (F030)."""

from records.flows import Flow
from repair import workflow

CASE = Flow(
    "case",
    "信用修复、异议、更正告知、投诉和复议诉讼登记",
    "收到后决定是否受理，材料不全的一次性告知；转认定部门核查，部门逾期不答复的上报；一人提出拟决定、另一人决定。"
    "异议受理后即标注，核查期间不执行据此采取的措施；不收取任何费用。",
    workflow.CaseState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
NOTICE = Flow(
    "case-notice",
    "办件通知",
    "门户上即时可见；电子邮件和短信排队发送，没有成功的逐次延后重试。",
    workflow.NoticeState,
    workflow.TRANSITIONS,
    workflow.WORDS,
)
FLOWS = (CASE, NOTICE)
