"""The auditor's pages. Nobody else has them, and each look at lines of the trail leaves a line itself (T-34)."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from audit import heads, review, sealing
from audit.actions import Action
from audit.forms import AssessmentForm, DecisionForm, IncidentForm
from audit.models import (
    Alarm,
    Assessment,
    AuditEvent,
    Incident,
    Inspection,
    MonitoredInstitution,
    Sample,
    SampledReading,
    TreeHead,
)
from audit.services import record

AUDITOR = "auditor"
SHOWN = 200
HOME = [("待办", "/office/"), ("审计", "/office/audit/")]
FORM = ("GET", "HEAD", "POST")
ALARM_OUTCOMES = [("explained", "有正当理由"), ("incident", "转为信息安全事件")]
SAMPLE_OUTCOMES = [("justified", "正当"), ("unjustified", "不正当，转为信息安全事件")]


def auditors_only(view: Callable) -> Callable:
    """For other roles the page does not exist."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if getattr(request.user, "role", "") != AUDITOR:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@auditors_only
def overview(request):
    """What waits for the auditor."""
    waiting = Count("drawn", filter=Q(drawn__verdict=""))
    context = {
        "alarms": Alarm.objects.filter(state=Alarm.State.OPEN)[:SHOWN],
        "samples": Sample.objects.annotate(total=Count("drawn"), waiting=waiting)[:12],
        "incidents": Incident.objects.all()[:SHOWN],
        "lag": int(sealing.lag(timezone.now())),
        "is_late": sealing.lag(timezone.now()) > sealing.alarm_after(),
        "head": TreeHead.objects.last(),
        "assessments": Assessment.objects.count(),
        "institutions": MonitoredInstitution.objects.monitored().count(),
        "overdue": Inspection.objects.overdue(on=timezone.localdate()).count(),
        "crumbs": [HOME[0], ("审计", "")],
        "section": "audit",
    }
    return render(request, "office/audit.html", context)


@require_http_methods(FORM)
@auditors_only
def alarm(request, number):
    shown = get_object_or_404(Alarm, pk=number)
    form = _decision(request, ALARM_OUTCOMES)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            incident = _incident(request, form, "incident", f"{shown.get_kind_display()}。{form.cleaned_data['note']}")
            review.decide_alarm(shown, note=form.cleaned_data["note"], incident=incident, actor=request.user)
        messages.success(request, "已记下判定。")
        return _onward(incident, reverse("office:audit"))
    facts = [
        {"term": "查阅人", "value": shown.actor_name, "note": shown.department_code},
        {"term": "日期", "value": shown.day, "kind": "date"},
        {"term": "实际", "value": f"{shown.measured} 人"},
        {"term": "界限", "value": f"{shown.threshold} 人"},
    ]
    verdict = None if shown.state == Alarm.State.OPEN else shown.get_state_display()
    return _case(request, shown.get_kind_display(), facts, review.lines_of_alarm(shown), form, (verdict, shown))


@require_safe
@auditors_only
def sample(request, month):
    """The drawn readings of a month; month: its first day."""
    shown = get_object_or_404(Sample.objects.select_related("head"), month=parse_date(month) or timezone.localdate())
    drawn = list(shown.drawn.all())
    lines = AuditEvent.objects.in_bulk([each.event_id for each in drawn])
    _note_reading(request, shown)
    context = {
        "sample": shown,
        "rows": [(each, lines.get(each.event_id)) for each in drawn],
        "crumbs": [*HOME, (str(shown), "")],
        "section": "audit",
    }
    return render(request, "office/audit_sample.html", context)


@require_http_methods(FORM)
@auditors_only
def reading(request, number):
    """One drawn reading, and the auditor's word on it."""
    drawn = get_object_or_404(SampledReading.objects.select_related("sample"), pk=number)
    form = _decision(request, SAMPLE_OUTCOMES)
    back = reverse("office:audit-sample", args=[drawn.sample_id])
    if request.method == "POST" and form.is_valid():
        verdict, note = form.cleaned_data["outcome"], form.cleaned_data["note"]
        with transaction.atomic():
            incident = _incident(request, form, "unjustified", f"抽查发现不正当的查阅。{note}")
            review.judge_reading(drawn, verdict=verdict, note=note, incident=incident, actor=request.user)
        messages.success(request, "已记下判定。")
        return _onward(incident, back)
    line = get_object_or_404(AuditEvent, pk=drawn.event_id)
    facts = [
        {"term": "查阅人", "value": line.actor_name, "note": line.department_code or "省级"},
        {"term": "时间", "value": f"{timezone.localtime(line.at):%Y-%m-%d %H:%M:%S}"},
        {"term": "方式", "value": line.action_label, "note": f"同时显示 {line.detail.get('persons', 1)} 人"},
        {"term": "对象", "value": line.object_label},
        {"term": "依据", "value": line.basis_label},
        {"term": "用途", "value": line.reason or "履行职责，无须另述"},
        {"term": "显示的内容", "value": "、".join(line.detail.get("fields", []))},
    ]
    around = AuditEvent.objects.readings().filter(request_id=line.request_id).order_by("pk")
    return _case(request, str(drawn), facts, around, form, (drawn.get_verdict_display(), drawn))


@require_http_methods(FORM)
@auditors_only
def new_incident(request):
    form = IncidentForm(request.POST if request.method == "POST" else None, initial={"found_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        incident = review.open_incident(actor=request.user, **form.cleaned_data)
        return redirect("office:audit-incident", incident.public_id)
    context = {"form": form, "title": "登记信息安全事件", "crumbs": [*HOME, ("登记事件", "")], "section": "audit"}
    return render(request, "office/audit_incident.html", context)


@require_http_methods(FORM)
@auditors_only
def incident(request, public_id):
    shown = get_object_or_404(Incident, public_id=public_id)
    # The form fills the instance it is given, valid or not: the verb must see what was stored.
    form = IncidentForm(request.POST if request.method == "POST" else None, instance=Incident.objects.get(pk=shown.pk))
    if request.method == "POST" and form.is_valid():
        close = "close" in request.POST
        lacking = form.lacks_to_close() if close else []
        for name, sentence in lacking:
            form.add_error(name, sentence)
        if not lacking:
            review.update_incident(shown, values=form.cleaned_data, close=close, actor=request.user)
            messages.success(request, "已办结。" if close else "已保存。")
            return redirect("office:audit-incident", public_id)
    context = {
        "form": form,
        "incident": shown,
        "is_closed": shown.state == Incident.State.CLOSED,
        "values": [(field.label, field.value()) for field in form],
        "title": str(shown),
        "lines": len(review.lines_of_incident(shown)),
        "crumbs": [*HOME, (str(shown), "")],
        "section": "audit",
    }
    return render(request, "office/audit_incident.html", context)


@require_safe
@auditors_only
def evidence(request, public_id):
    """The lines an incident is about, with their proofs, for verify_audit.py on somebody else's machine."""
    shown = get_object_or_404(Incident, public_id=public_id)
    content = heads.collect_evidence(shown, review.lines_of_incident(shown), actor=request.user)
    return _download(content, f"evidence-{shown.pk}.json")


@require_safe
@auditors_only
def proof(request, number):
    """The proof of one line."""
    content = heads.prove(get_object_or_404(AuditEvent, pk=number), actor=request.user)
    return _download(content, f"proof-{number}.json")


@require_http_methods(FORM)
@auditors_only
def assessments(request):
    form = AssessmentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        review.file_assessment(actor=request.user, **form.cleaned_data)
        messages.success(request, "已登记，至少保存三年。")
        return redirect("office:audit-assessments")
    context = {
        "form": form,
        "assessments": Assessment.objects.all(),
        "crumbs": [*HOME, ("影响评估", "")],
        "section": "audit",
    }
    return render(request, "office/audit_assessments.html", context)


def _decision(request, outcomes: list[tuple[str, str]]) -> DecisionForm:
    return DecisionForm(request.POST if request.method == "POST" else None, outcomes=outcomes)


def _incident(request, form: DecisionForm, outcome: str, summary: str) -> Incident | None:
    """The incident a decision leads to: the one chosen, or a new one."""
    if form.cleaned_data["outcome"] != outcome:
        return None
    return form.cleaned_data["incident"] or review.open_incident(
        actor=request.user, kind=Incident.Kind.UNLAWFUL_USE, found_on=timezone.localdate(), summary=summary
    )


def _onward(incident: Incident | None, back: str):
    return redirect("office:audit-incident", incident.public_id) if incident else redirect(back)


def _case(request, title: str, facts: list[dict], lines: QuerySet, form: DecisionForm, decided: tuple):
    """One thing to decide, with the lines it is about; decided: the word on it, if any, and what was decided."""
    verdict, on = decided
    with transaction.atomic():
        _note_reading(request, title)
        context = {
            "title": title,
            "facts": facts,
            "lines": list(lines[:SHOWN]),
            "form": form,
            "verdict": verdict,
            "decided": on,
            "crumbs": [*HOME, (title, "")],
            "section": "audit",
        }
        return render(request, "office/audit_case.html", context)


@transaction.atomic
def _note_reading(request, what: object) -> None:
    record(Action.LOG_READ, actor=request.user, object_type=AuditEvent._meta.label, label=str(what))


def _download(content: dict, name: str) -> JsonResponse:
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f"attachment; filename={name}"
    return response
