"""The check at a counter: one form, the answer, the department's own checks."""

import csv
import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import DEPARTMENT_ROLES
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.clock import today
from records.errors import Refused, RightMissing
from records.reading.export import neutralise
from records.services.readings import Reader, note_readings
from records.views.exports import watermark
from records.views.lists import LONGEST, active_filters, mask_name, page_of
from records.views.reading import reader_of
from sanctions.forms_checks import CheckFilterForm, CheckForm
from sanctions.models import Channel, Check, Verdict
from sanctions.receipts import SHORT
from sanctions.services.checks import check_subject, read_check

CRUMBS = [("待办", "/office/"), ("查询核验", "/office/checks/")]
SECTION = "checks"
BADGES = {
    Verdict.CLEAR: ("in-time", "check"),
    Verdict.SANCTIONED: ("soon", "warning"),
    Verdict.RESTING: ("info", "pause"),
    Verdict.ENCOURAGED: ("honour", "honour"),
    Verdict.UNKNOWN: ("", "info"),
}
SHORT_WORDS = {
    Verdict.CLEAR: "无措施",
    Verdict.SANCTIONED: "有惩戒措施",
    Verdict.RESTING: "暂不执行",
    Verdict.ENCOURAGED: "可激励",
    Verdict.UNKNOWN: "无信息",
}
LISTED = ("legal_name", "verdict")
CSV_HEAD = ("回执编号", "时间", "部门", "事项", "业务编号", "方式", "名称", "号码", "结论", "说明")


def badge_of(verdict: str) -> dict:
    kind, icon = BADGES[verdict]
    return {"kind": kind, "icon": icon, "label": SHORT_WORDS[verdict]}


def may_check(user) -> bool:
    return user.role in DEPARTMENT_ROLES and user.department_id is not None


def require_staff(user) -> None:
    """The pages of the check are for departments and for who oversees them."""
    if not may_check(user) and not user.sees_whole_province:
        raise RightMissing("核验由部门的工作人员办理。")


def checks_of(user) -> QuerySet[Check]:
    return Check.objects.visible_to(user).select_related("matter", "department", "asked_by", "subject")


def add_refusal(form: forms.Form, refusal: Refused, fields: dict[str, str], default: str) -> None:
    """Put a verb's refusal beside the field it is about."""
    form.add_error(fields.get(refusal.code, default), forms.ValidationError(refusal.message, code=refusal.code))


BESIDE = {"consent_missing": "consent_no", "name_missing": "name", "matter_unknown": "matter"}


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form", "sought")
def ask(request):
    require_staff(request.user)
    form = CheckForm(request.POST or None, initial={"key": uuid.uuid4().hex, "matter": request.GET.get("matter", "")})
    if request.method == "POST":
        if not may_check(request.user):
            raise RightMissing("核验由部门的工作人员办理。")
        if form.is_valid() and (check := _checked(request.user, form)):
            return redirect("office:check", check.public_id)
    context = {
        "form": form, "may_check": may_check(request.user), "section": SECTION,
        "crumbs": [("待办", "/office/"), ("查询核验", "")],
    }  # fmt: skip
    return render(request, "office/check_new.html", context)


def _checked(user, form: CheckForm) -> Check | None:
    data = form.cleaned_data
    try:
        return check_subject(
            form.sought(), data["matter"], department=user.department, actor=user, channel=Channel.PAGE,
            consent_no=data["consent_no"], matter_no=data["matter_no"], key=data["key"], today=today(),
        )  # fmt: skip
    except RightMissing:
        raise
    except Refused as refusal:
        add_refusal(form, refusal, BESIDE, "number")
        return None


@require_safe
@transaction.atomic
def check(request, public_id):
    """The answer as it was given: a receipt does not change with the day."""
    shown = get_object_or_404(checks_of(request.user), public_id=public_id)
    read_check(shown, reader=reader_of(request))
    context = {
        "check": shown,
        "answer": shown.answer,
        "badge": badge_of(shown.verdict),
        "digest": shown.answer_digest[:SHORT],
        "verify_url": f"{reverse('portal:receipt', args=[shown.receipt_no])}?digest={shown.answer_digest[:SHORT]}",
        "section": SECTION,
        "crumbs": [*CRUMBS, ("核验记录", reverse("office:checks-made")), (shown.receipt_no, "")],
    }
    return render(request, "office/check.html", context)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check in a list; a person's name is masked there, and still leaves a line."""

    check: Check
    name: str
    badge: dict


def check_lines(checks: Iterable[Check], *, reader: Reader, action: Action = Action.PERSON_LISTED) -> list[CheckLine]:
    """Checks as a list shows them, each person among them written down in the transaction that reads them."""
    shown = list(checks)
    note_readings(action, [each.subject for each in shown if each.subject], reader=reader, fields=LISTED)
    return [CheckLine(each, _name(each), badge_of(each.verdict)) for each in shown]


def _name(check: Check) -> str:
    return mask_name(check.subject_name) if check.subject_kind == SubjectKind.PERSON else check.subject_name


def filtered(checks: QuerySet[Check], chosen: dict) -> QuerySet[Check]:
    if matter := chosen.get("matter"):
        checks = checks.filter(matter__code=matter)
    for name in ("verdict", "channel"):
        if chosen.get(name):
            checks = checks.filter(**{name: chosen[name]})
    if since := chosen.get("since"):
        checks = checks.filter(as_of__gte=_midnight(since))
    if until := chosen.get("until"):
        checks = checks.filter(as_of__lt=_midnight(until + timedelta(days=1)))
    return checks


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@require_safe
def made(request):
    form = CheckFilterForm(request.GET)
    page = page_of(filtered(checks_of(request.user), form.chosen()).order_by("-pk"), request)
    with transaction.atomic():
        rows = check_lines(page, reader=reader_of(request))
    query = urlencode({name: form[name].data for name in form.chosen()})
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": rows,
        "export_url": f"{reverse('office:checks-export')}?{query}",
        "section": SECTION,
        "crumbs": [*CRUMBS, ("核验记录", "")],
    }
    return render(request, "office/checks.html", context)


@require_safe
def export(request):
    """The list as filtered, as CSV, at most LONGEST rows; its last row says who took it."""
    chosen = CheckFilterForm(request.GET).chosen()
    with transaction.atomic():
        found = filtered(checks_of(request.user), chosen).order_by("-pk")[:LONGEST]
        lines = check_lines(found, reader=reader_of(request), action=Action.PERSON_EXPORTED)
        taken = audit.record(
            Action.CHECK_EXPORTED, actor=request.user, object_type=Check._meta.label,
            detail={"rows": len(lines), "filters": sorted(chosen)},
        )  # fmt: skip
    rows = [_cells(line) for line in lines]
    return csv_answer(CSV_HEAD, rows, mark=watermark(taken, request.user), name=f"checks-{today()}.csv")


def _cells(line: CheckLine) -> list[str]:
    check = line.check
    return [
        check.receipt_no,
        f"{timezone.localtime(check.as_of):%Y-%m-%d %H:%M}",
        check.department.name,
        check.matter.name,
        check.matter_no,
        check.get_channel_display(),
        line.name,
        check.answer["subject"]["number"],
        check.get_verdict_display(),
        "".join(note["text"] for note in check.answer["notes"]),
    ]


def csv_answer(head, rows, *, mark: str, name: str) -> HttpResponse:
    """Rows as CSV with the mark Excel needs to see UTF-8; what Excel would take for a formula is text."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([neutralise(cell) for cell in row] for row in rows)
    writer.writerow([neutralise(mark)])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
