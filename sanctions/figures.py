"""What joint action is counted by. A list filters by the same conditions, so every number leads to its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from sanctions import workflow
from sanctions.models import Purpose
from sanctions.querysets import MeasureTaskQuerySet

EXECUTE, RELEASE = Q(purpose=Purpose.EXECUTE), Q(purpose=Purpose.RELEASE)
OPEN = Q(state__in=workflow.TASK_OPEN)
# A day of answer is Beijing's: the database's sessions live there.
IN_TIME = Q(answered_at__isnull=False, answered_on__lte=F("due_on"))

NAMES = {
    "to-receive": "待签收",
    "in-hand": "待反馈",
    "overdue": "逾期",
    "resting": "暂不执行",
    "to-release": "待解除",
    "to-verify": "等待核验",
    "verified": "已办结",
    "issued": "下达",
    "received": "签收",
    "executed": "已执行",
    "declined": "未执行",
    "inapplicable": "不适用",
    "in-time": "按期反馈",
    "due": "应反馈",
}
# What people look for in their own list; the others come from the statistics.
INBOX = ("to-receive", "in-hand", "overdue", "resting", "to-release", "verified")
COLUMNS = ("issued", "received", "executed", "declined", "inapplicable", "overdue", "in-time", "due", "to-release")


def condition(code: str, tasks: MeasureTaskQuerySet, on: date) -> Q:
    """Which tasks a number counts, `on` being today. Needs `dated(tasks)`. Raises KeyError for an unknown code."""
    return {
        "to-receive": Q(state=workflow.ISSUED),
        "in-hand": Q(state=workflow.RECEIVED),
        "overdue": OPEN & Q(due_on__lt=on),
        "resting": OPEN & tasks.rests(),
        "to-release": RELEASE & OPEN,
        "to-verify": Q(state__in=workflow.TASK_ANSWERED),
        "verified": Q(state=workflow.VERIFIED),
        "issued": EXECUTE,
        "received": EXECUTE & Q(received_at__isnull=False),
        "executed": EXECUTE & Q(answer=workflow.EXECUTED),
        "declined": EXECUTE & Q(answer=workflow.DECLINED),
        "inapplicable": EXECUTE & Q(answer=workflow.INAPPLICABLE),
        "in-time": IN_TIME,
        # Lifted before anybody had to answer, a task is owed no answer.
        "due": Q(due_on__isnull=False) & (Q(answered_at__isnull=False) | OPEN & Q(due_on__lt=on)),
    }[code]


def dated(tasks: MeasureTaskQuerySet) -> MeasureTaskQuerySet:
    """With the day of each answer."""
    return tasks.annotate(answered_on=TruncDate("answered_at"))


def shown(tasks: MeasureTaskQuerySet, code: str, on: date) -> MeasureTaskQuerySet:
    """The rows behind a number."""
    tasks = dated(tasks)
    return tasks.filter(condition(code, tasks, on))


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one department under one memorandum."""

    department_code: str
    department: str
    memorandum_code: str
    memorandum: str
    counts: dict[str, int]

    @property
    def rate(self) -> str:
        return rate(self.counts)


def rate(counts: dict[str, int]) -> str:
    """按期反馈率: answered in time, of what had to be answered by now."""
    return f"{counts['in-time'] / counts['due']:.1%}" if counts["due"] else "—"


def statistics(tasks: MeasureTaskQuerySet, on: date) -> list[Line]:
    """A line for each department and memorandum there are tasks of."""
    tasks = dated(tasks)
    counts = {code.replace("-", "_"): Count("pk", filter=condition(code, tasks, on)) for code in COLUMNS}
    keys = ("department__code", "department__name", "action__memorandum__code", "action__memorandum__name")
    rows = tasks.order_by().values(*keys).annotate(**counts).order_by(keys[0], keys[2], keys[3])
    return [Line(*(row[key] for key in keys), _counts(row)) for row in rows]


def _counts(row: dict) -> dict[str, int]:
    return {code: row[code.replace("-", "_")] for code in COLUMNS}


def total(lines: Sequence[Line]) -> dict[str, int]:
    return {code: sum(line.counts[code] for line in lines) for code in COLUMNS}


def waiting(tasks: MeasureTaskQuerySet, on: date) -> dict[str, int]:
    """How many wait for a department, in one question."""
    tasks = dated(tasks.open())
    codes = ("to-receive", "in-hand", "overdue")
    return tasks.aggregate(**{code.replace("-", "_"): Count("pk", filter=condition(code, tasks, on)) for code in codes})
