"""Verbs: compute the figures of a month, say that there was nothing to report, note a refusal, draft and issue."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min

from accounts.models import Department, Role, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import InformationItem
from deadlines.policy import CalendarEnds
from deadlines.services import due_dates, load_calendar
from records.errors import Refused, RightMissing
from records.models import (
    Batch,
    Bulletin,
    FigureRun,
    MonthlyFigure,
    NationalRefusal,
    Record,
    ReportingDuty,
    ZeroReport,
)
from records.quality import bulk, policy, workflow
from records.quality.content import bulletin_content
from records.quality.moments import duty_due_on, month_now, span_of, spans_of
from records.services.batches import require_right

# The current month is computed anew when its figures are older than this.
FRESH = timedelta(minutes=10)
# Months that were missed (the platform stood still, or is new) are made up for, this far back.
MADE_UP = 24


def refresh_figures(*, now: datetime) -> list[FigureRun]:
    """Bring every month's figures to where they should be; returns what was computed. Safe to repeat at any time.

    The current month, and the last one until its reports were due, are computed provisionally; a month whose reports
    have fallen due is closed, once.
    """
    current = month_now(now)
    first = max(_first_month() or current, policy.shift(current, -MADE_UP))
    made = []
    while first <= current:
        made += _refresh(first, now)
        first = policy.shift(first, 1)
    return made


def _first_month() -> date | None:
    earliest = Batch.objects.aggregate(at=Min("finished_at"))["at"]
    return month_now(earliest) if earliest else None


def _refresh(month: date, now: datetime) -> list[FigureRun]:
    latest = FigureRun.objects.filter(month=month).order_by("-version").first()
    if latest and not latest.is_provisional:
        return []
    if is_over(month, now):
        return [close_month(month, now=now)]
    if latest and now - latest.computed_at < FRESH:
        return []
    return [_compute_provisionally(month, now)]


def is_over(month: date, now: datetime) -> bool:
    """Whether the month has passed and the reports about it have fallen due: then nothing of it can change.

    A month beyond the holiday table stays open until the table reaches further.
    """
    try:
        due_on = duty_due_on(month)
    except CalendarEnds:
        return False
    return now >= span_of(due_on, due_on).until


@transaction.atomic
def close_month(month: date, *, now: datetime) -> FigureRun:
    """Compute a month for good, as version 1. A second call, or a second worker, finds it done.

    Raises Refused before the reports of the month have fallen due.
    """
    if not is_over(month, now):
        raise Refused(f"{policy.month_name(month)}的报送尚未到期，不能定版。", code="month_not_over")
    run, is_new = FigureRun.objects.get_or_create(month=month, version=1, defaults=_circumstances(now))
    if is_new:
        _drop_provisional(month)
        _count_into(run, now)
        audit.record(Action.FIGURES_CLOSED, run, business_on=policy.last_day(month))
    return run


@transaction.atomic
def recompute_month(month: date, *, actor: User, reason: str, now: datetime) -> FigureRun:
    """Compute a closed month again, as a further version beside the former (the calendar was corrected, say).

    Raises RightMissing and Refused.
    """
    if actor.role != Role.SUPERVISOR:
        raise RightMissing("只有监督员可以重算已定版的月份。")
    if not reason.strip():
        raise Refused("请写明重算的原因。", code="reason_required")
    latest = FigureRun.objects.select_for_update().closed().filter(month=month).order_by("-version").first()
    if latest is None:
        raise Refused(f"{policy.month_name(month)}尚未定版。", code="month_not_closed")
    run = FigureRun.objects.create(
        month=month, version=latest.version + 1, reason=reason.strip(), **_circumstances(now)
    )
    _count_into(run, now)
    audit.record(Action.FIGURES_CLOSED, run, actor=actor, reason=reason, business_on=policy.last_day(month))
    return run


@transaction.atomic
def _compute_provisionally(month: date, now: datetime) -> FigureRun:
    run, is_new = FigureRun.objects.get_or_create(month=month, version=0, defaults=_circumstances(now))
    if not is_new:
        run = FigureRun.objects.select_for_update().get(pk=run.pk)
        run.figures.all().delete()
        FigureRun.objects.filter(pk=run.pk).update(**_circumstances(now))
        run.refresh_from_db()
    _count_into(run, now)
    return run


def _drop_provisional(month: date) -> None:
    MonthlyFigure.objects.filter(run__month=month, run__version=0).delete()
    FigureRun.objects.filter(month=month, version=0).delete()


def _circumstances(now: datetime) -> dict:
    return {
        "computed_at": now,
        "definition": policy.DEFINITION,
        "calendar_version": load_calendar().version,
    }


def _count_into(run: FigureRun, now: datetime) -> None:
    span = span_of(run.month, policy.last_day(run.month))
    found = bulk.count(span, dues_in(span))
    is_due = is_over(run.month, now)
    for duty in bulk.duties(run.month, spans_of(run.month)):
        key = (duty.department_id, duty.item_code)
        found[key] = found.get(key, policy.Counts()) + policy.Counts(
            duties=1, missing=int(is_due and not duty.is_met), contradicted=int(duty.is_contradicted)
        )
    MonthlyFigure.objects.bulk_create(
        [
            MonthlyFigure(
                run=run,
                department_id=department,
                item_code=item,
                **{name: getattr(counts, name) for name in policy.COUNTED},
            )
            for (department, item), counts in sorted(found.items())
        ]
    )


def dues_in(span: bulk.Span) -> bulk.Dues:
    """By when each decision that came in during the span had to be reported, computed once a day and item."""
    keys = dict(InformationItem.objects.exclude(report_within_key="").values_list("code", "report_within_key"))
    found = bulk.decision_dates(span, keys)
    days: dict[str, set[date]] = {}
    for item, decided_on in found:
        days.setdefault(keys[item], set()).add(decided_on)
    dues = {key: due_dates(key, decided) for key, decided in days.items()}
    return {(item, day): dues[keys[item]][day].due_on for item, day in found if day in dues[keys[item]]}


@transaction.atomic
def report_nothing(duty: ReportingDuty, month: date, *, actor: User, today: date) -> ZeroReport:
    """State that nothing of an item was decided in the period ending with `month`. Said twice it is one report.

    Raises RightMissing, and Refused before the period's last day or when decisions of the period are already here.
    """
    duty = ReportingDuty.objects.select_for_update().select_related("department").get(pk=duty.pk)
    require_right(actor, "report", duty.department)
    if not policy.ends_in(duty.cycle, month) or not _is_in_force(duty, month):
        raise Refused("这一期没有需要报送的责任。", code="no_such_duty")
    name = policy.period_name(duty.cycle, month)
    if today < policy.last_day(month):
        raise Refused(f"{name}尚未结束，请在期末最后一日或之后作零报告。", code="period_not_over")
    held = Record.objects.filter(
        department=duty.department,
        item_code=duty.item_code,
        decided_on__range=(policy.period_start(duty.cycle, month), policy.last_day(month)),
    )
    if held.exists():
        raise Refused(f"平台已有决定日期在{name}的记录，不需要零报告。", code="zero_report_contradicted")
    report, is_new = ZeroReport.objects.get_or_create(duty=duty, month=month, defaults={"stated_by": actor})
    if is_new:
        audit.record(Action.ZERO_REPORTED, report, actor=actor, business_on=policy.last_day(month))
    return report


def _is_in_force(duty: ReportingDuty, month: date) -> bool:
    ends_on = duty.in_force_until
    return duty.in_force_from <= policy.last_day(month) and (ends_on is None or ends_on >= month)


@transaction.atomic
def set_duty(
    department: Department, item_code: str, *, cycle: str, since: date, source: str, actor: User | None = None
) -> ReportingDuty:
    """Lay down that a department reports an item every so often; the same duty twice is one."""
    duty, is_new = ReportingDuty.objects.get_or_create(
        department=department,
        item_code=item_code,
        in_force_from=since,
        defaults={"cycle": cycle, "source": source},
    )
    if is_new:
        audit.record(Action.DUTY_CHANGED, duty, actor=actor)
    return duty


def note_national_refusal(record: Record, *, revision: int, code: str, reason: str) -> NationalRefusal:
    """Keep that the national platform gave this revision back. Called in the transaction that stores the refusal."""
    return NationalRefusal.objects.create(record=record, revision=revision, code=code[:64], reason=reason[:300])


@transaction.atomic
def draft_bulletin(run: FigureRun, *, actor: User) -> Bulletin:
    """Draft the bulletin of a closed month: everything it says is stored with it. The draft of a run is made once.

    Raises RightMissing and Refused.
    """
    if not actor.sees_whole_province:
        raise RightMissing("只有审核员和监督员可以起草质量通报。")
    if run.is_provisional:
        raise Refused("本月数据尚为暂计，定版之后才能通报。", code="month_not_closed")
    bulletin, is_new = Bulletin.objects.get_or_create(
        run=run, defaults={"drafted_by": actor, "content": bulletin_content(run)}
    )
    if is_new:
        audit.record(Action.BULLETIN_DRAFTED, bulletin, actor=actor)
    return bulletin


@transaction.atomic
def issue_bulletin(bulletin: Bulletin, *, actor: User, now: datetime) -> Bulletin:
    """Issue a draft: departments see it from now on, and it changes no more. Raises RightMissing, Refused."""
    if actor.role != Role.SUPERVISOR or not actor.sees_whole_province:
        raise RightMissing("只有全省的监督员可以印发质量通报。")
    bulletin = Bulletin.objects.select_for_update(of=("self",)).select_related("run").get(pk=bulletin.pk)
    state = workflow.next_state(bulletin.state, "issue")
    if bulletin.drafted_by_id == actor.pk:
        raise Refused("通报由您起草，请由另一位监督员印发。", code="second_person_required")
    bulletin.state, bulletin.issued_by, bulletin.issued_at = state, actor, now
    bulletin.save(update_fields=["state", "issued_by", "issued_at"])
    audit.record(Action.BULLETIN_ISSUED, bulletin, actor=actor, business_on=policy.last_day(bulletin.run.month))
    return bulletin
