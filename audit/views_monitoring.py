"""The register of monitored institutions, kept by the auditor: list, file, one institution, and the forms about it."""

import csv
import datetime
import io
import re
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from audit import monitoring
from audit.actions import Action
from audit.forms import FollowUpForm, InspectionForm, InstitutionForm, RegisterFilterForm, ReleaseForm
from audit.models import Inspection, MonitoredInstitution
from audit.services import record
from audit.views import FORM, HOME, auditors_only

A_PAGE = 50
FORMULA_LIKE = re.compile(r"\s*[=+\-@]")
HEAD = (
    "单位名称",
    "统一社会信用代码",
    "领域",
    "列入原因",
    "监管部门",
    "列入日期",
    "移出日期",
    "检查次数",
    "最近检查",
    "最近结果",
    "整改期限",
    "整改情况",
)


@dataclass(frozen=True, slots=True)
class Line:
    """An institution in the list: how often looked at, what came of it last, and what is still to be rectified."""

    institution: MonitoredInstitution
    inspections: list[Inspection]
    today: datetime.date

    @property
    def last(self) -> Inspection | None:
        return self.inspections[0] if self.inspections else None

    @property
    def term(self) -> datetime.date | None:
        """The first term among what is still to be rectified."""
        return min((each.term for each in self.inspections if each.is_open), default=None)

    @property
    def days_left(self) -> int:
        return (self.term - self.today).days

    @property
    def badge(self) -> dict[str, str]:
        if self.institution.until:
            return {"kind": "", "icon": "ended", "label": "已移出"}
        return {"kind": "info", "icon": "document", "label": "监控中"}

    @property
    def rectification(self) -> str:
        if self.term is None:
            return ""
        return "逾期" if self.term < self.today else "整改中"

    @property
    def cells(self) -> list[object]:
        it, last = self.institution, self.last
        return [
            *(it.name, it.uscc, it.get_field_display(), it.reason, it.authority, it.since, it.until or ""),
            *(len(self.inspections), last.made_on if last else "", last.get_result_display() if last else ""),
            *(self.term or "", self.rectification),
        ]


def _lines(found, today: datetime.date) -> list[Line]:
    return [Line(each, list(each.inspections.all()), today) for each in found]


@require_safe
@auditors_only
def institution_list(request):
    today, form = timezone.localdate(), RegisterFilterForm(request.GET)
    chosen = form.chosen()
    page = Paginator(monitoring.register(on=today, **chosen), A_PAGE).get_page(request.GET.get("page"))
    query = urlencode(chosen)
    context = {
        "form": form,
        "rows": _lines(page, today),
        "page": page,
        "active": [
            (f"{form.fields[name].label}：{dict(form.fields[name].choices)[value]}", _without(request, chosen, name))
            for name, value in chosen.items()
        ],
        "overdue": Inspection.objects.overdue(on=today).count(),
        "export_url": f"{reverse('office:audit-institutions-export')}?{query}",
        "crumbs": [*HOME, ("重点监控", "")],
        "section": "institutions",
    }
    return render(request, "office/audit_institutions.html", context)


def _without(request, chosen: dict[str, str], name: str) -> str:
    rest = {key: value for key, value in chosen.items() if key != name}
    return f"{request.path}?{urlencode(rest)}" if rest else request.path


@require_safe
@auditors_only
def export(request):
    """The register as filtered, as CSV. Its last row says who took it and leads back to the trail."""
    today = timezone.localdate()
    chosen = RegisterFilterForm(request.GET).chosen()
    with transaction.atomic():
        lines = _lines(monitoring.register(on=today, **chosen), today)
        taken = record(
            Action.INSTITUTION_EXPORTED,
            actor=request.user,
            object_type=MonitoredInstitution._meta.label,
            detail={"rows": len(lines), "filters": sorted(chosen)},
        )
    out = io.StringIO("\ufeff")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    writer.writerow(HEAD)
    writer.writerows([_harmless(str(cell)) for cell in line.cells] for line in lines)
    when = f"{timezone.localtime(taken.at):%Y-%m-%d %H:%M:%S}"
    who = f"{request.user}（{request.user.username}）"
    writer.writerow([f"水印：{who}，{when} 导出，审计编号 {taken.request_id}。仅供履行职责使用，不得外传。"])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename=institutions-{today}.csv"
    return response


def _harmless(cell: str) -> str:
    """What a spreadsheet would take for a formula is text."""
    return f"'{cell}" if FORMULA_LIKE.match(cell) else cell


@require_safe
@auditors_only
def institution(request, public_id):
    today = timezone.localdate()
    shown = get_object_or_404(monitoring.register(on=today), public_id=public_id)
    line = _lines([shown], today)[0]
    context = {
        "line": line,
        "institution": shown,
        "today": today,
        "crumbs": _crumbs(shown),
        "section": "institutions",
    }
    return render(request, "office/audit_institution.html", context)


@require_http_methods(FORM)
@auditors_only
def new_institution(request):
    form = InstitutionForm(_posted(request), initial={"since": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        entered = monitoring.enter_institution(actor=request.user, **form.cleaned_data)
        messages.success(request, "已列入重点监控。")
        return redirect("office:audit-institution", entered.public_id)
    lead = "采集、使用个人信息的金融、征信、互联网、大数据、移动应用单位，列入重点监控（国办发〔2016〕98号四（二））。"
    crumbs = [*HOME, ("重点监控", reverse("office:audit-institutions")), ("列入", "")]
    return _form(request, form, title="列入重点监控单位", lead=lead, button="列入", crumbs=crumbs)


@require_http_methods(FORM)
@auditors_only
def new_inspection(request, public_id):
    shown = get_object_or_404(MonitoredInstitution, public_id=public_id)
    today = timezone.localdate()
    form = InspectionForm(_posted(request), initial={"made_on": today}, since=shown.since, today=today)
    if request.method == "POST" and form.is_valid():
        monitoring.enter_inspection(shown, actor=request.user, **form.cleaned_data)
        messages.success(request, "检查已登记。")
        return redirect("office:audit-institution", public_id)
    lead = "登记以后不能修改或删除；登记有误的，另登记一次并写明。"
    return _form(request, form, title="登记检查", lead=lead, button="登记", crumbs=_crumbs(shown, "登记检查"))


@require_http_methods(FORM)
@auditors_only
def follow_up(request, public_id):
    shown = get_object_or_404(Inspection.objects.unfinished().select_related("institution"), public_id=public_id)
    today = timezone.localdate()
    form = FollowUpForm(_posted(request), initial={"made_on": today}, since=shown.made_on, term=shown.term, today=today)
    if request.method == "POST" and form.is_valid():
        monitoring.follow_up(shown, actor=request.user, **form.cleaned_data)
        messages.success(request, "复查结果已登记。")
        return redirect("office:audit-institution", shown.institution.public_id)
    lead = f"{shown.made_on} 检查，限 {shown.term} 前整改。"
    crumbs = _crumbs(shown.institution, "登记复查")
    return _form(request, form, title="登记整改复查", lead=lead, button="登记", crumbs=crumbs)


@require_http_methods(FORM)
@auditors_only
def release(request, public_id):
    shown = get_object_or_404(MonitoredInstitution, public_id=public_id)
    today = timezone.localdate()
    form = ReleaseForm(_posted(request), initial={"until": today}, since=shown.since, today=today)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        monitoring.release_institution(shown, on=values["until"], reason=values["reason"], actor=request.user)
        messages.success(request, "已移出重点监控，登记和检查结果保留。")
        return redirect("office:audit-institution", public_id)
    lead = "移出以后不再登记检查；登记和检查结果保留。整改没有办结的不能移出。"
    return _form(request, form, title="移出重点监控", lead=lead, button="移出", crumbs=_crumbs(shown, "移出"))


def _posted(request):
    return request.POST if request.method == "POST" else None


def _crumbs(shown: MonitoredInstitution, last: str = "") -> list[tuple[str, str]]:
    crumbs = [*HOME, ("重点监控", reverse("office:audit-institutions"))]
    if not last:
        return [*crumbs, (shown.name, "")]
    return [*crumbs, (shown.name, reverse("office:audit-institution", args=[shown.public_id])), (last, "")]


def _form(request, form, *, title: str, lead: str, button: str, crumbs: list[tuple[str, str]]):
    context = {"form": form, "title": title, "lead": lead, "button": button, "crumbs": crumbs}
    return render(request, "office/form.html", context | {"section": "institutions", "back": crumbs[-2][1]})
