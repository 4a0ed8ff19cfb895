"""信用分类监管 in the office: methods, classes by field, the explanation of one, and the file for 双随机."""

import csv
import io
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from audit import services as audit
from audit.actions import Action
from deadlines.clock import today
from records.errors import Refused
from records.reading.export import neutralise
from records.views.batches import may_report, own_department
from records.views.exports import watermark
from records.views.lists import active_filters, page_of
from sanctions import services, workflow
from sanctions.forms_supervision import AdoptForm, ClassFilterForm, MethodForm
from sanctions.models import Grade, InputKind, SupervisionClass, SupervisionMethod, SupervisionRun

HOME, LIST = ("待办", "/office/"), ("分类监管", "/office/supervision/")
BADGES = {
    workflow.DRAWN_UP: ("soon", "clock"),
    workflow.ADOPTED: ("in-time", "check"),
    workflow.REPLACED: ("", "ended"),
}
CSV_HEAD = ("名称", "统一社会信用代码", "区划代码", "领域", "类别", "得分", "建议抽查比例（%）", "计算日期", "有效期至")
ENCODED_NAME = "%E5%88%86%E7%B1%BB%E7%9B%91%E7%AE%A1"  # 分类监管


def methods_of(user):
    return SupervisionMethod.objects.visible_to(user).select_related("field", "department")


def badge_of(method: SupervisionMethod) -> dict:
    kind, icon = BADGES[method.state]
    return {"kind": kind, "icon": icon, "label": method.get_state_display()}


@require_safe
def method_list(request):
    page = page_of(methods_of(request.user).order_by("field__code", "department__code", "-edition"), request)
    latest = {run.method_id: run for run in SupervisionRun.objects.filter(method__in=list(page)).order_by("pk")}
    context = {
        "page": page,
        "rows": [(each, badge_of(each), latest.get(each.pk)) for each in page],
        "may_report": may_report(request.user),
        "section": "supervision",
        "crumbs": [HOME, ("分类监管", "")],
    }
    return render(request, "office/supervision.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_method(request):
    department = own_department(request.user)
    form = MethodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            method = services.draw_up_method(
                form.cleaned_data["field"], form.design(), department=department, actor=request.user
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已保存，由部门负责人批准后施行。")
            return redirect("office:supervision-method", method.public_id)
    context = {"form": form, "section": "supervision", "crumbs": [HOME, LIST, ("拟订办法", "")]}
    return render(request, "office/supervision_new.html", context)


def _shown(request, public_id) -> SupervisionMethod:
    return get_object_or_404(methods_of(request.user).select_related("author", "approver"), public_id=public_id)


@require_safe
def method(request, public_id):
    return _page(request, _shown(request, public_id), None)


def _page(request, shown: SupervisionMethod, adopt_form: AdoptForm | None):
    user, on, run = request.user, today(), shown.runs.first()
    is_ours = user.department_id == shown.department_id
    form = ClassFilterForm(request.GET)
    found = _classes(run, form.chosen()) if run else SupervisionClass.objects.none()
    page = page_of(found, request)
    may_adopt = is_ours and user.role == Role.LEAD and shown.author_id != user.pk
    context = {
        "method": shown,
        "badge": badge_of(shown),
        "inputs": described(shown),
        "run": run,
        "is_still_valid": run is not None and run.valid_until >= on,
        "grades": _distribution(shown, run),
        "page": page,
        "form": form,
        "active": active_filters(form, request.path),
        "export_url": f"{reverse('office:supervision-export', args=[shown.public_id])}?{urlencode(form.chosen())}",
        "may_adopt": shown.state == workflow.DRAWN_UP and may_adopt,
        "may_compute": is_ours and may_report(user)
        and SupervisionMethod.objects.acting(on=on).filter(pk=shown.pk).exists(),
        "adopt_form": adopt_form or AdoptForm(initial={"on": on}),
        "section": "supervision",
        "crumbs": [HOME, LIST, (shown.name, "")],
    }  # fmt: skip
    return render(request, "office/supervision_method.html", context)


def described(method: SupervisionMethod) -> list[dict]:
    """The inputs of a method in words."""
    return [each | {"label": InputKind(each["kind"]).label} for each in method.inputs]


def _classes(run: SupervisionRun, chosen: dict):
    found = SupervisionClass.objects.filter(run=run).select_related("subject")
    if grade := chosen.get("grade"):
        found = found.filter(grade=grade)
    if name := chosen.get("name"):
        found = found.filter(subject__legal_name__contains=name)
    return found.order_by("grade", "-score", "pk")


def _distribution(method: SupervisionMethod, run: SupervisionRun | None) -> list[dict]:
    """Each class: where it begins, how many are in it, and how many of them to inspect in a year."""
    counted = dict(run.classes.values_list("grade").annotate(Count("pk")).order_by()) if run else {}
    above = None
    rows = []
    for grade in Grade:
        least = method.thresholds.get(grade.value, 0)
        rate, total = method.rates[grade.value], counted.get(grade.value, 0)
        rows.append(
            {
                "grade": grade,
                "scores": _between(least, above),
                "rate": rate,
                "total": total,
                "share": f"{100 * total / run.organisations:.1f}%" if run and run.organisations else "—",
                "inspections": -(-total * rate // 100),
            }
        )
        above = least
    return rows


def _between(least: int, above: int | None) -> str:
    if above is None:
        return f"{least} 分以上"
    return f"{least} 分以上、不足 {above} 分" if least else f"不足 {above} 分"


@require_POST
def adopt(request, public_id):
    shown, form = _shown(request, public_id), AdoptForm(request.POST)
    if form.is_valid():
        try:
            services.adopt_method(shown, actor=request.user, today=today(), **form.cleaned_data)
        except Refused as refusal:
            if refusal.code == "right_missing":
                raise
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已批准，自施行之日起在门户公布。")
            return redirect("office:supervision-method", shown.public_id)
    return _page(request, shown, form)


@require_POST
def compute(request, public_id):
    shown = _shown(request, public_id)
    run = services.compute_classes(shown, actor=request.user, today=today())
    messages.success(request, f"已为 {run.organisations:,} 个主体分类。")
    return redirect("office:supervision-method", shown.public_id)


@require_safe
def export(request, public_id):
    """The classes as filtered, for drawing inspections by lot (双随机); its last row says who took it."""
    shown, form = _shown(request, public_id), ClassFilterForm(request.GET)
    run = shown.runs.first()
    if run is None:
        raise Refused("还没有分类，没有可以导出的内容。", code="nothing_to_export")
    with transaction.atomic():
        rows = [_cells(shown, run, each) for each in _classes(run, form.chosen()).iterator(chunk_size=2000)]
        detail = {"rows": len(rows), "filters": sorted(form.chosen())}
        taken = audit.record(Action.CLASSES_EXPORTED, shown, actor=request.user, detail=detail)
    out = io.StringIO("\ufeff")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    writer.writerow(CSV_HEAD)
    writer.writerows([neutralise(cell) for cell in row] for row in rows)
    writer.writerow([neutralise(watermark(taken, request.user))])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"supervision-{run.computed_on}.csv"
    response["Content-Disposition"] = (
        f"attachment; filename={name}; filename*=UTF-8''{ENCODED_NAME}-{run.computed_on}.csv"
    )
    return response


def _cells(method: SupervisionMethod, run: SupervisionRun, each: SupervisionClass) -> list[str]:
    subject = each.subject
    rate = method.rates[each.grade]
    return [
        subject.legal_name, subject.uscc or "", subject.region_code, method.field.name, each.grade, str(each.score),
        str(rate), run.computed_on.isoformat(), run.valid_until.isoformat(),
    ]  # fmt: skip


@require_safe
def explanation(request, public_id):
    """Why one organisation is in its class, item by item; every count is of records and listings that stand."""
    found = SupervisionClass.objects.visible_to(request.user).select_related(
        "subject", "department", "run__method__field"
    )
    shown = get_object_or_404(found, public_id=public_id)
    method = shown.run.method
    context = {
        "shown": shown,
        "method": method,
        "is_latest": method.runs.first() == shown.run,
        "lines": [each | {"label": InputKind(each["kind"]).label} for each in shown.explanation],
        "rate": method.rates[shown.grade],
        "section": "supervision",
        "crumbs": [HOME, LIST, (method.name, f"/office/supervision/{method.public_id}/"), ("逐项说明", "")],
    }
    return render(request, "office/supervision_class.html", context)
