"""应查尽查: cases handled beside checks made. A department sees its own, who oversees sees all."""

import re
from datetime import date

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from deadlines.clock import today
from records.errors import Refused, RightMissing
from sanctions.forms_checks import CasesForm
from sanctions.models import Channel
from sanctions.services.checks import register_cases
from sanctions.usage import next_month, usage
from sanctions.views.checks import CRUMBS, SECTION, add_refusal, may_check, require_staff

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


@require_http_methods(["GET", "HEAD", "POST"])
def usage_page(request):
    require_staff(request.user)
    month = _month(request.GET.get("month", ""))
    form = CasesForm(request.POST or None, initial={"month": f"{month:%Y-%m}"})
    if request.method == "POST":
        if not may_check(request.user):
            raise RightMissing("办件量由部门登记。")
        if form.is_valid() and _registered(request, form):
            return redirect(f"{request.path}?month={form.cleaned_data['month']:%Y-%m}")
    lines = usage(request.user, month)
    later = next_month(month)
    context = {
        "month": month,
        "earlier": date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1),
        "later": later if later <= today() else None,
        "lines": lines,
        "missing": sum(line.missing for line in lines if line.must_check),
        "untold": sum(line.cases is None for line in lines if line.must_check),
        "form": form,
        "may_check": may_check(request.user),
        "section": SECTION,
        "crumbs": [*CRUMBS, ("应查尽查", "")],
    }
    return render(request, "office/check_usage.html", context)


def _month(text: str) -> date:
    """The month asked for, else this one."""
    if MONTH.fullmatch(text):
        year, month = map(int, text.split("-"))
        return min(date(year, month, 1), today().replace(day=1))
    return today().replace(day=1)


def _registered(request, form: CasesForm) -> bool:
    data = form.cleaned_data
    try:
        register_cases(
            data["matter"], data["month"], data["count"], department=request.user.department, actor=request.user,
            channel=Channel.PAGE, source=data["source"], today=today(),
        )  # fmt: skip
    except RightMissing:
        raise
    except Refused as refusal:
        add_refusal(form, refusal, {"month_invalid": "month", "count_invalid": "count"}, "matter")
        return False
    messages.success(request, "已登记。")
    return True
