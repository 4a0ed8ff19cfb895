"""Records of other departments: found for who stands at the counter, and corrected by telling their department."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.models import DEPARTMENT_ROLES
from catalogue.models import Scope, SubjectKind
from deadlines.clock import today
from records.errors import Refused, RightMissing
from records.models import Record
from records.views.lists import RecordLine, record_line
from records.views.reading import reader_of
from records.views.records import note_opened, record_lines
from repair import services
from repair.forms_finding import CorrectionForm, FindForm
from repair.models import Case
from repair.services.finding import OPENERS
from repair.uploads import takes_scans
from repair.views import scans
from repair.views.lines import HOME

KEY = "records_found"
WITH = ("item", "subject", "department")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number")
@sensitive_variables("form")
def find(request):
    """What is found can be opened until the end of the day, in this session alone."""
    if request.user.role not in OPENERS:
        raise Http404
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            record = services.find_record(**form.cleaned_data, actor=request.user)
            remember(request, record)
            return redirect("office:request-found", record.public_id)
        except RightMissing:
            raise
        except Refused as refusal:
            form.add_error(None, refusal.message)
    context = {"form": form, "section": "requests", "crumbs": _crumbs("查找记录")}
    return render(request, "office/request_find.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
@transaction.atomic
def found(request, public_id):
    """The record that was found, and what can be done about it."""
    record, line = met(request, public_id)
    is_others = request.user.role in DEPARTMENT_ROLES and record.department_id != request.user.department_id
    context = {
        "record": record, "line": line, "may_tell": is_others, "section": "requests", "crumbs": _crumbs("找到的记录"),
    }  # fmt: skip
    return render(request, "office/request_found.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@takes_scans
@transaction.atomic
def correction(request, public_id):
    """更正告知 (33号（二十二）): the department that reported it verifies, and measures rest meanwhile."""
    record, line = met(request, public_id)
    if request.user.role not in DEPARTMENT_ROLES or record.department_id == request.user.department_id:
        raise Http404
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CorrectionForm(*sent, record=record)
    if request.method == "POST" and form.is_valid() and (case := _told(request, form, record)):
        messages.success(
            request, f"已告知，受理号 {case.number}。受理后，记录标注“异议核查中”，由{case.department}核查。"
        )
        return redirect("office:request", case.public_id)
    context = {"form": form, "record": record, "line": line, "section": "requests", "crumbs": _crumbs("告知更正")}
    return render(request, "office/request_correction.html", context, status=400 if form.errors else 200)


def _told(request, form: CorrectionForm, record: Record) -> Case | None:
    key, user = form.cleaned_data["key"], request.user
    if sent := Case.objects.filter(key=key, opened_by=user).first():
        return sent
    kept = scans.take_in(request, form, by=user, kind="更正依据")
    if form.errors:
        return None
    claim = form.claim(record, _old(request, record, form.cleaned_data["field"]))
    try:
        return services.open_case(claim, by=user, key=key, today=today(), evidence=kept)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        scans.give_back(kept, by=user)
        return None


def _old(request: HttpRequest, record: Record, code: str) -> str:
    """What stands there now, where everybody may read it: the page of the case shows it to the writer."""
    is_shown = record.subject.kind != SubjectKind.PERSON and Record.objects.displayed(on=today()).filter(pk=record.pk)
    is_public = record.item.fields.filter(code=code, scope=Scope.PUBLIC).exists()
    return record.values.get(code, "") if is_public and is_shown and is_shown.exists() else ""


def remember(request: HttpRequest, record: Record) -> None:
    """Both numbers were known: the record may be opened today."""
    day, known = today().isoformat(), request.session.get(KEY, {})
    request.session[KEY] = {key: on for key, on in known.items() if on == day} | {str(record.public_id): day}


def met(request: HttpRequest, public_id) -> tuple[Record, RecordLine]:
    """The record and its line: one's own department's, or one found today. The reading is written down.

    Raises Http404.
    """
    if request.user.role not in OPENERS:
        raise Http404
    wanted = Record.objects.select_related(*WITH).filter(public_id=public_id)
    if record := wanted.visible_to(request.user).first():
        note_opened(request, record)
        return record, record_lines([record], reader=reader_of(request), on=today())[0]
    was_found = request.session.get(KEY, {}).get(str(public_id)) == today().isoformat()
    record = wanted.open_to(request.user).first() if was_found else None
    if record is None:
        raise Http404
    return record, record_line(record, today(), services.note_met(record, actor=request.user))


def _crumbs(here: str) -> list[tuple[str, str]]:
    return [HOME, ("修复与异议", reverse("office:requests")), (here, "")]
