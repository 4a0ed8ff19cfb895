"""Wrong and re-assigned codes: the list of a department's doubts, one doubt with its rows, and the answers to it."""

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from records import services, workflow
from records.forms import CodeCaseFilterForm, OpinionForm
from records.models import CodeCase
from records.services.batches import require_right
from records.services.merging import require_reviewer
from records.views.lists import active_filters, page_of

ROWS_SHOWN = 50
CASE_BADGES = {
    workflow.UNEXPLAINED: ("soon", "clock"),
    workflow.EXPLAINED: ("info", "document"),
    workflow.CORRECTED: ("info", "check"),
    workflow.SETTLED: ("", "ended"),
}


def cases_of(user):
    return CodeCase.objects.visible_to(user).select_related("department", "subject")


def _badge(case: CodeCase) -> dict:
    kind, icon = CASE_BADGES[case.state]
    return {"kind": kind, "icon": icon, "label": case.get_state_display()}


@require_safe
def case_list(request):
    form = CodeCaseFilterForm(request.GET)
    cases = cases_of(request.user).filter(**form.chosen())
    if "state" not in form.chosen():
        cases = cases.unsettled()
    page = page_of(cases.annotate(total=Count("rows")).order_by("-found_at", "-pk"), request)
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": [(case, _badge(case)) for case in page],
        "section": "codes",
        "crumbs": [("待办", "/office/"), ("重错码", "")],
    }
    return render(request, "office/codes.html", context)


def _case(request, public_id) -> CodeCase:
    return get_object_or_404(cases_of(request.user), public_id=public_id)


@require_safe
def case(request, public_id):
    return _page(request, _case(request, public_id), OpinionForm())


def _page(request, shown: CodeCase, form: OpinionForm):
    user = request.user
    is_open = shown.state == workflow.UNEXPLAINED
    context = {
        "case": shown,
        "badge": _badge(shown),
        "lines": shown.rows.select_related("batch__item")[:ROWS_SHOWN],
        "total": shown.rows.count(),
        "form": form,
        "may_answer": is_open and user.has_perm("accounts.report_department", shown.department),
        "may_judge": shown.state in (workflow.EXPLAINED, workflow.CORRECTED) and user.role == Role.REVIEWER,
        "section": "codes",
        "crumbs": [("待办", "/office/"), ("重错码", reverse("office:codes")), (shown.get_kind_display(), "")],
    }
    return render(request, "office/code_case.html", context)


@require_POST
def answer(request, public_id):
    shown = _case(request, public_id)
    require_right(request.user, "report", shown.department)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form)
    action = "correct" if request.POST.get("action") == "correct" else "explain"
    services.answer_case(shown, action=action, actor=request.user, answer=form.cleaned_data["reason"])
    messages.success(request, "已答复，等待审核员办结。")
    return redirect("office:code-case", public_id)


@require_POST
def judge(request, public_id):
    shown = _case(request, public_id)
    require_reviewer(request.user)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form)
    if request.POST.get("action") == "reopen":
        services.reopen_case(shown, actor=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "已退回部门。")
    else:
        services.settle_case(shown, actor=request.user, verdict=form.cleaned_data["reason"])
        messages.success(request, "已办结。")
    return redirect("office:code-case", public_id)
