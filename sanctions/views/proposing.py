"""Proposing: choose the list, fill in, check, submit; or many at once by file."""

import csv
import io
import uuid

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Department
from catalogue.models import SubjectKind
from deadlines.clock import today
from deadlines.models import TimeLimit
from records.api import XLSX
from records.errors import Refused, RightMissing
from records.identity import mask_number
from records.reading.export import neutralise, write_template_xlsx
from sanctions import services
from sanctions.forms import ListingFileForm, ProposalForm
from sanctions.models import ListingFile, ListKind, Tone
from sanctions.services import files
from sanctions.services.listings import PUBLIC_NOTICE, STATEMENT

CRUMBS = [("待办", "/office/"), ("名单", "/office/lists/")]
FILES_SHOWN = 20
EXAMPLE = {
    "name": "云南示例科技有限公司",
    "kind": "法人及非法人组织",
    "number": "91530100990000017A",
    "document_no": "云示字〔2026〕0001号",
    "decided_on": "2026/11/03",
    "facts": "写明违法失信的事实",
}


def may_propose(user) -> bool:
    return user.department is not None and user.has_perm("accounts.report_department", user.department)


def _department(user) -> Department:
    if not may_propose(user):
        raise RightMissing("提名列入名单由认定部门的经办人办理。")
    return user.department


def _kinds(department: Department):
    """What this department may propose for."""
    return ListKind.objects.in_force(on=today()).kept_by(department.line).select_related("legal_basis")


@require_safe
def choose_kind(request):
    department = _department(request.user)
    context = {
        "kinds": _kinds(department).order_by("code"),
        "department": department,
        "section": "lists",
        "crumbs": [*CRUMBS, ("提名", "")],
    }
    return render(request, "office/listing_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form", "named")
def propose(request, code):
    department = _department(request.user)
    listed = get_object_or_404(_kinds(department).proposable().select_related("persons_basis"), code=code)
    data = request.POST if request.method == "POST" else None
    form = ProposalForm(data, listed=listed, department=department, initial={"key": uuid.uuid4().hex})
    step = request.POST.get("step")
    if data is None or step not in ("check", "submit") or not form.is_valid() or not _key(form):
        return _form_page(request, listed, form)
    named, decision = form.named(), form.decision()
    try:
        if step == "check":
            services.check_proposal(listed, named, decision, department=department, today=today())
            return _check_page(request, listed, form)
        listing = services.propose_listing(
            listed, named, decision, department=department, actor=request.user, key=_key(form), today=today()
        )
    except Refused as refusal:
        form.take(refusal.code, refusal.message)
        return _form_page(request, listed, form)
    messages.success(request, "已提名。请制作告知书送达当事人，再登记告知。")
    return redirect("office:listing", listing.public_id)


def _key(form) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.cleaned_data["key"])
    except ValueError:
        return None


def _form_page(request, listed: ListKind, form: ProposalForm):
    context = {"listed": listed, "form": form, "section": "lists", "crumbs": _crumbs(listed)}
    return render(request, "office/listing_propose.html", context)


def _crumbs(listed: ListKind) -> list[tuple[str, str]]:
    return [*CRUMBS, ("提名", reverse("office:listing-new")), (listed.name, "")]


def _check_page(request, listed: ListKind, form: ProposalForm):
    limit = TimeLimit.objects.in_force(PUBLIC_NOTICE if listed.tone == Tone.RED else STATEMENT, on=today())
    context = {
        "listed": listed,
        "form": form,
        "facts": _entered(form),
        "term": limit.as_term(),
        "is_red": listed.tone == Tone.RED,
        "section": "lists",
        "crumbs": [*_crumbs(listed)[:-1], (listed.name, ""), ("检查并提交", "")],
    }
    return render(request, "office/listing_check.html", context)


def _entered(form: ProposalForm) -> list[dict]:
    data, is_person = form.cleaned_data, form.cleaned_data["kind"] == SubjectKind.PERSON
    facts = []
    for name, field in form.fields.items():
        value = data.get(name)
        if name == "key" or not value or (name == "number_kind" and not is_person):
            continue
        if name.startswith("person"):
            facts += _about_responsible(name, field.label, value)
            continue
        if name == "kind":
            value = SubjectKind(value).label
        elif name == "number":
            facts.append(
                {"term": "证件号码", "value": mask_number(value), "note": "提交后加密保存，不向社会公开"}
                if is_person
                else {"term": "统一社会信用代码", "value": value, "kind": "code"}
            )
            continue
        facts.append({"term": field.label, "value": value, "kind": "date" if name in ("decided_on", "until") else ""})
    return facts


def _about_responsible(name: str, label: str, value: str | list[str]) -> list[dict]:
    """A line about a person responsible; the kind of document alone says nothing about anybody."""
    if name.endswith("_number_kind"):
        return []
    if name.endswith("_number"):
        return [{"term": label, "value": mask_number(str(value)), "note": "提交后加密保存，不向社会公开"}]
    return [{"term": label, "value": value if isinstance(value, str) else "、".join(value)}]


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def file_list(request):
    """Upload a file of proposals, and the files sent before."""
    department = _department(request.user)
    kinds = _kinds(department).proposable().order_by("code")
    data = request.POST if request.method == "POST" else None
    form = ListingFileForm(data, request.FILES or None, kinds=kinds, initial={"key": uuid.uuid4().hex})
    if data is not None and form.is_valid() and (key := _key(form)):
        try:
            upload = form.cleaned_data["file"]
            taken = services.file_listings(
                kinds.get(code=form.cleaned_data["kind"]), file_name=upload.name, chunks=upload.chunks(),
                department=department, actor=request.user, key=key, today=today(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("office:listing-file", taken.public_id)
    context = {
        "form": form,
        "files": _files(request.user)[:FILES_SHOWN],
        "section": "lists",
        "crumbs": [*CRUMBS, ("批量提名", "")],
    }
    return render(request, "office/listing_files.html", context)


def _files(user):
    return ListingFile.objects.visible_to(user).select_related("kind", "sent_by", "department").order_by("-pk")


@require_safe
def file(request, public_id):
    shown = get_object_or_404(_files(request.user), public_id=public_id)
    context = {
        "file": shown,
        "section": "lists",
        "crumbs": [*CRUMBS, ("批量提名", reverse("office:listing-files")), (shown.file_name, "")],
    }
    return render(request, "office/listing_file.html", context)


@require_safe
def returned(request, public_id):
    """The rows that were not taken, by their numbers: no name and no number of anybody stands in the answer."""
    shown = get_object_or_404(_files(request.user), public_id=public_id)
    if not shown.returned:
        raise Http404
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(("行号", "决定文书号", "原因代码", "原因"))
    for row in shown.returned:
        writer.writerow(neutralise(str(cell)) for cell in (row["row"], row["document_no"], row["code"], row["reason"]))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename=returned-{shown.pk}.csv"
    return response


@require_safe
def template(request):
    out = io.BytesIO()
    hints = {"number": "请保持文本格式。", "decided_on": "如 2026/11/03。", "until": "只在决定文书写明期限时填写。"}
    enums = {"kind": list(SubjectKind.labels)}
    write_template_xlsx(out, files.COLUMNS, enums, example=EXAMPLE, hints=hints)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename="名单批量提名模板.xlsx", content_type=XLSX)
