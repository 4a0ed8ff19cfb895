"""What is counted for each department in a period, from what the platform measures already; one statement a source."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db.models import Count, F, Q

from accounts.models import Department
from evaluation.policy import DEFAULTS, Tally
from records.models import FigureRun, MonthlyFigure, Record
from records.quality.figures import SUMS
from records.quality.policy import COUNTED, Counts, last_day
from records.workflow import EXPIRED, RECORD_OPEN
from repair.models import Clock
from repair.policy import VERIFICATION
from sanctions import figures
from sanctions.models import MeasureTask

# kind → department → what was counted.
Tallies = Mapping[str, Mapping[int, Tally]]


def closed_runs(since: date, until: date) -> list[FigureRun]:
    """The newest computation of each month that is closed, oldest first."""
    runs = FigureRun.objects.between(since, until).valid().order_by("month")
    return [run for run in runs if not run.is_provisional]


def count(since: date, until: date, *, today: date) -> Tallies:
    """By kind and department. `since` and `until` are months, as their first days."""
    end = last_day(until)
    found: dict[str, dict[int, Tally]] = defaultdict(dict)
    for department, counts in _quality(since, until).items():
        found["timely"][department] = Tally(counts.on_time, counts.timed)
        found["compliant"][department] = Tally(counts.accepted + counts.unchanged, counts.sent)
        found["codes"][department] = Tally(counts.sent - counts.wrong_codes, counts.sent)
        found["duties"][department] = Tally(counts.duties - counts.missing, counts.duties)
    found["feedback"] = _feedback(since, end, today)
    found["cases"] = _cases(since, end, today)
    found[DEFAULTS] = _defaults(since, end)
    return found


def _quality(since: date, until: date) -> dict[int, Counts]:
    rows = MonthlyFigure.objects.filter(run__in=closed_runs(since, until))
    sums = rows.values("department").annotate(**SUMS).order_by("department")
    return {row["department"]: Counts(**{name: row[f"sum_{name}"] for name in COUNTED}) for row in sums}


def _feedback(since: date, end: date, today: date) -> dict[int, Tally]:
    """Tasks to be answered in the period; one that is lifted before it was due is owed no answer."""
    tasks = figures.dated(MeasureTask.objects.filter(due_on__range=(since, end)))
    due = figures.condition("due", tasks, today)
    rows = tasks.values("department").annotate(
        good=Count("pk", filter=due & figures.IN_TIME), all=Count("pk", filter=due)
    )
    return {row["department"]: Tally(row["good"], row["all"]) for row in rows.order_by("department")}


def _cases(since: date, end: date, today: date) -> dict[int, Tally]:
    """Verifications asked of a department about repairs and objections, due in the period."""
    asked = Clock.objects.filter(key__in=set(VERIFICATION.values()), due_on__range=(since, end), due_on__lt=today)
    rows = asked.values("case__department").annotate(
        good=Count("pk", filter=Q(ended_on__lte=F("due_on"))), all=Count("pk")
    )
    return {row["case__department"]: Tally(row["good"], row["all"]) for row in rows.order_by("case__department")}


def _defaults(since: date, end: date) -> dict[int, Tally]:
    """Adverse records decided in the period about departments themselves; what was taken back does not count."""
    units = dict(Department.objects.exclude(uscc=None).exclude(uscc="").values_list("uscc", "pk"))
    held = Record.objects.filter(
        subject__uscc__in=list(units), item__is_adverse=True, decided_on__range=(since, end),
        state__in=(*RECORD_OPEN, EXPIRED),
    )  # fmt: skip
    rows = held.values("subject__uscc").annotate(all=Count("pk")).order_by("subject__uscc")
    return {units[row["subject__uscc"]]: Tally(row["all"]) for row in rows}
