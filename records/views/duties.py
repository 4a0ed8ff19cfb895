"""报送责任与零报告: what a department must report by when, and the statement that there was nothing."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Department
from catalogue.models import InformationItem
from deadlines.clock import today
from deadlines.policy import Calendar, working_days_between
from deadlines.services import load_calendar
from records.models import ReportingDuty, ZeroReport
from records.quality import bulk, policy, services
from records.quality.moments import duties_due_on, duty_due_on, spans_of
from records.services.batches import require_right
from records.views.lists import page_of
from records.views.quality import parse_month

MONTHS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty in one period, as lists show it."""

    state: bulk.DutyState
    month: date
    period: str
    item: str
    department: str
    due_on: date | None
    days_left: int | None

    @property
    def words(self) -> str:
        if self.state.is_contradicted:
            return "零报告后又有决定"
        if self.state.stated_at:
            return "已作零报告"
        return "已报送" if self.state.is_met else "待报送"

    @property
    def is_open(self) -> bool:
        return not self.state.is_met

    @property
    def month_text(self) -> str:
        return f"{self.month:%Y-%m}"


def duty_lines(departments: list[int] | None, *, on: date, months: int = MONTHS_SHOWN) -> list[DutyLine]:
    """The duties of the current month and those before it, the earliest due first among the open ones."""
    current = policy.month_of(on)
    found = [
        (month, state)
        for month in (policy.shift(current, -back) for back in range(months))
        for state in bulk.duties(month, spans_of(month), departments)
    ]
    if not found:
        return []
    items = dict(InformationItem.objects.order_by("pk").values_list("code", "name"))
    names = dict(Department.objects.filter(pk__in={s.department_id for _, s in found}).values_list("pk", "name"))
    dues = duties_due_on({month for month, _ in found})
    calendar = load_calendar()
    lines = [
        DutyLine(
            state,
            month,
            policy.period_name(state.cycle, month),
            items.get(state.item_code, state.item_code),
            names[state.department_id],
            dues.get(month),
            _days_left(dues.get(month), on, calendar),
        )
        for month, state in found
    ]
    return sorted(lines, key=_urgency)


def _urgency(line: DutyLine) -> tuple:
    """Open ones first, the earliest due of them at the top; of the others the latest."""
    due_on = line.due_on or date.max
    return (not line.is_open, due_on.toordinal() * (1 if line.is_open else -1), line.item, line.department)


def _days_left(due_on: date | None, on: date, calendar: Calendar) -> int | None:
    return working_days_between(on, due_on, calendar) if due_on and due_on >= on else None


@require_safe
def duty_list(request):
    departments = None
    if not request.user.sees_whole_province:
        departments = list(Department.objects.visible_to(request.user).values_list("pk", flat=True))
    lines = duty_lines(departments, on=today())
    context = {
        "page": page_of(lines, request),
        "section": "quality",
        "crumbs": [("待办", "/office/"), ("质量", "/office/quality/"), ("报送责任", "")],
    }
    return render(request, "office/quality_duties.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def zero_report(request, public_id, month):
    """What is about to be stated, by when, and what follows; POST states it."""
    duties = ReportingDuty.objects.visible_to(request.user).select_related("department__region")
    duty = get_object_or_404(duties, public_id=public_id)
    first = parse_month(month)
    if first is None or not policy.ends_in(duty.cycle, first):
        raise Http404
    period = policy.period_name(duty.cycle, first)
    if request.method == "POST":
        services.report_nothing(duty, first, actor=request.user, today=today())
        messages.success(request, f"已作零报告：{period}无此类信息。")
        return redirect("office:duties")
    may_report = request.user.has_perm("accounts.report_department", duty.department)
    if may_report:
        require_right(request.user, "report", duty.department)
    item = InformationItem.objects.filter(code=duty.item_code).order_by("-pk").first()
    context = {
        "duty": duty,
        "item": item.name if item else duty.item_code,
        "period": period,
        "due_on": duty_due_on(first),
        "report": ZeroReport.objects.filter(duty=duty, month=first).select_related("stated_by").first(),
        "may_report": may_report,
        "is_over": today() >= policy.last_day(first),
        "section": "quality",
        "crumbs": [
            ("待办", "/office/"),
            ("质量", "/office/quality/"),
            ("报送责任", "/office/quality/duties/"),
            ("零报告", ""),
        ],
    }
    return render(request, "office/zero_report.html", context)
