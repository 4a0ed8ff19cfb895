"""依法删除: asked for with the decision that orders it, decided by a reviewer with everything on one page."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from audit.actions import Action
from deadlines.clock import today
from records import workflow
from records.forms_changes import ErasureForm, OpinionForm
from records.models import Erasure
from records.services import erasures
from records.services.batches import require_right
from records.services.readings import note_readings
from records.views.lists import LISTED, page_of, record_badge, record_lines
from records.views.reading import reader_of
from records.views.records import records_of

REQUESTED, DONE = workflow.ErasureState.REQUESTED, workflow.ErasureState.CARRIED_OUT
BADGES = {REQUESTED: ("soon", "clock"), DONE: ("", "ended"), workflow.ErasureState.REJECTED: ("stop", "refused")}


def erasures_of(user):
    return Erasure.objects.visible_to(user).select_related(
        "record__item", "record__subject", "record__department", "department", "requested_by", "decided_by"
    )


def badge_of(erasure: Erasure) -> dict:
    kind, icon = BADGES[erasure.state]
    return {"kind": kind, "icon": icon, "label": erasure.get_state_display()}


@require_safe
@transaction.atomic
def erasure_list(request):
    page = page_of(erasures_of(request.user).order_by("-pk"), request)
    persons = [erasure.record.subject for erasure in page]
    note_readings(Action.PERSON_LISTED, persons, reader=reader_of(request), fields=LISTED)
    context = {
        "page": page,
        "rows": [(erasure, badge_of(erasure)) for erasure in page],
        "section": "erasures",
        "crumbs": [("待办", "/office/"), ("更正与撤回", "/office/changes/"), ("依法删除", "")],
    }
    return render(request, "office/erasures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def ask(request, public_id):
    record = get_object_or_404(records_of(request.user), public_id=public_id)
    require_right(request.user, "correct", record.department)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        erasure = erasures.request_erasure(record, actor=request.user, **form.cleaned_data)
        messages.success(request, "已提交，等待平台审核员审核。")
        return redirect("office:erasure", erasure.public_id)
    where = reverse("office:record", args=[record.public_id])
    context = {
        "record": record,
        "line": record_lines([record], reader=reader_of(request), on=today())[0],
        "form": form,
        "section": "records",
        "crumbs": [("待办", "/office/"), ("记录", "/office/records/"), (record.document_no, where), ("依法删除", "")],
    }
    return render(request, "office/erasure_new.html", context)


@require_safe
@transaction.atomic
def erasure(request, public_id):
    return _page(request, get_object_or_404(erasures_of(request.user), public_id=public_id), OpinionForm())


def _page(request, shown: Erasure, form: OpinionForm):
    is_waiting = shown.state == REQUESTED
    context = {
        "erasure": shown,
        "line": record_lines([shown.record], reader=reader_of(request), on=today())[0],
        "badge": badge_of(shown),
        "record_badge": record_badge(shown.record, today()),
        "former": shown.record.versions.count(),
        "is_waiting": is_waiting,
        "may_decide": is_waiting and request.user.role == Role.REVIEWER,
        "form": form,
        "section": "erasures",
        "crumbs": [
            ("待办", "/office/"),
            ("更正与撤回", "/office/changes/"),
            ("依法删除", "/office/erasures/"),
            (f"申请 {shown.pk}", ""),
        ],
    }
    return render(request, "office/erasure.html", context)


@require_POST
@transaction.atomic
def decide(request, public_id):
    shown = get_object_or_404(erasures_of(request.user), public_id=public_id)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form)
    reason = form.cleaned_data["reason"]
    if form.cleaned_data["decision"] == "approve":
        erasures.carry_out_erasure(shown, actor=request.user, reason=reason, today=today())
        messages.success(request, "已删除。门户已停止显示，国家平台将同步撤下。")
    else:
        erasures.deny_erasure(shown, actor=request.user, reason=reason)
        messages.success(request, "审核意见已保存。")
    return redirect("office:erasure", shown.public_id)
