"""What somebody writes online about its own record or listing, or about a department: kept, looked over, handed in."""

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import services as audit
from audit.actions import Action
from deadlines.clock import today
from records.errors import Refused
from repair import guidance, letters, policy, services
from repair.errors import DraftMoved
from repair.forms_applying import ComplaintForm, ObjectionForm, RepairForm, ReviewForm, content_of, data_of
from repair.models import Draft, Evidence
from repair.services import Target
from repair.services.drafts import about_choices, fields_of, tasks_about
from repair.services.outsiders import outsider
from repair.uploads import refusal_of, takes_scans
from repair.views.parts import HOME, affairs, applicant_required, own_case, own_record
from repair.workflow import CaseKind
from sanctions.models import Listing

FIELDS = ["record"]
TITLES = {
    CaseKind.REPAIR.value: "申请信用修复",
    CaseKind.OBJECTION.value: "提出异议",
    CaseKind.REVIEW.value: "登记行政复议或者诉讼",
    CaseKind.COMPLAINT.value: "投诉部门",
}
ABOUT_A_RECORD = (CaseKind.REPAIR.value, CaseKind.OBJECTION.value, CaseKind.REVIEW.value)
ABOUT_A_LISTING = (CaseKind.OBJECTION.value, CaseKind.REVIEW.value)
SAVE, CHECK, UPLOAD, DROP = "save", "check", "upload", "drop:"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form that is being filled in: what it is about, and what was kept of it."""

    target: Target
    address: str
    draft: Draft | None

    @property
    def title(self) -> str:
        return TITLES[self.target.kind]


def _sheet(request, target: Target) -> Sheet:
    return Sheet(target, _address(target), services.find_draft(target, by=request.applicant))


def _address(target: Target) -> str:
    if target.record:
        return reverse("my:apply", args=[target.record.public_id, target.kind])
    if target.listing:
        return reverse("my:apply-listing", args=[target.listing.public_id, target.kind])
    return reverse("my:complaint")


def _own_listing(request, public_id) -> Listing:
    listings = Listing.objects.select_related("subject", "kind", "department", "record")
    found = listings.filter(public_id=public_id, subject__in=affairs(request)).first()
    if found is None:
        raise Http404
    return found


@takes_scans
@require_http_methods(["GET", "HEAD", "POST"])
@applicant_required
def apply(request, public_id, kind):
    """A repair, an objection or a reconsideration about one's own record."""
    if kind not in ABOUT_A_RECORD:
        raise Http404
    return _filled_in(request, Target(kind, record=own_record(request, public_id)))


@takes_scans
@require_http_methods(["GET", "HEAD", "POST"])
@applicant_required
def apply_listing(request, public_id, kind):
    """An objection or a reconsideration about an entry of a list."""
    if kind not in ABOUT_A_LISTING:
        raise Http404
    return _filled_in(request, Target(kind, listing=_own_listing(request, public_id)))


@takes_scans
@require_http_methods(["GET", "HEAD", "POST"])
@applicant_required
def complaint(request):
    """A complaint about a department."""
    return _filled_in(request, Target(CaseKind.COMPLAINT.value))


def _filled_in(request, target: Target):
    if request.method == "POST":
        return _posted(request, target)
    sheet = _sheet(request, target)
    data = data_of(sheet.draft) if sheet.draft else {}
    is_checked = sheet.draft is not None and "check" in request.GET
    return _shown(request, sheet, _form(target, data=data if is_checked else None, initial=data))


def _form(target: Target, **given):
    """The form of this kind, with what the law and the record allow."""
    if target.kind == CaseKind.REPAIR:
        return RepairForm(advice=_advice(target), **given)
    if target.kind == CaseKind.OBJECTION:
        record = target.record
        fields = [(field, record.values[field.code]) for field in fields_of(record)] if record else []
        tasks = list(tasks_about(record, target.listing))
        about = about_choices(record, target.listing, tasks)
        return ObjectionForm(about=about, fields=fields, tasks=tasks, **given)
    return {CaseKind.REVIEW: ReviewForm, CaseKind.COMPLAINT: ComplaintForm}[CaseKind(target.kind)](**given)


def _advice(target: Target) -> guidance.Advice:
    answer = services.can_repair(target.record, today=today())
    return guidance.advise(answer, services.terms_in_force(on=today()))


def _posted(request, target: Target):
    """Keep what was written, then do what the button says. A draft that was not kept has no next step."""
    kept = partial(services.save_draft, target, content_of(target.kind, request.POST.dict()), by=request.applicant)
    wants = request.POST.get("do", SAVE)
    try:
        if refusal := refusal_of(request):
            raise refusal
        draft = kept(version=_version(request), today=today())
        _evidence(request, draft, wants)
    except Refused as refusal:
        return _not_kept(request, target, refusal)
    if request.htmx:
        return render(request, "my/_saved.html", {"draft": draft})
    if wants == CHECK:
        form = _form(target, data=data_of(draft))
        return redirect("my:draft-check", draft.public_id) if form.is_valid() else _shown(
            request, _sheet(request, target), form, status=400
        )  # fmt: skip
    messages.success(request, f"草稿已保存 {timezone.localtime(draft.updated_at):%H:%M}。")
    return redirect(f"{_address(target)}#{'evidence' if wants != SAVE else 'content'}")


def _version(request) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _evidence(request, draft: Draft, wants: str) -> None:
    if wants.startswith(DROP):
        found = Evidence.objects.filter(draft=draft, public_id=wants.removeprefix(DROP)).first()
        if found:
            services.drop_evidence(found, by=request.applicant)
    for upload in request.FILES.getlist("file"):
        kind = request.POST.get("evidence_kind", "")
        services.add_evidence(upload, kind=kind, by=request.applicant, today=today(), draft=draft)


def _not_kept(request, target: Target, refusal: Refused):
    """What was written stands in the form still, with the reason above it."""
    status = 409 if isinstance(refusal, DraftMoved) else 400
    if request.htmx:
        return render(request, "my/_saved.html", {"refusal": refusal.message}, status=status)
    form = _form(target, data=request.POST)
    form.errors.clear()
    form.add_error(None, refusal.message)
    return _shown(request, _sheet(request, target), form, status=status)


@transaction.atomic
def _shown(request, sheet: Sheet, form, *, status: int = 200):
    target = sheet.target
    services.note_own_reading(request.applicant, target.subject, fields=FIELDS, record=target.record)
    context = {
        "sheet": sheet,
        "target": target,
        "form": form,
        "draft": sheet.draft,
        "evidence": list(sheet.draft.evidence.all()) if sheet.draft else [],
        "kept_days": settings.EVIDENCE_KEPT_DAYS,
        "section": "mine",
        "crumbs": [HOME, ("我的信用", reverse("my:home")), *_above(target), (sheet.title, "")],
        **_explained(target, form),
    }
    return render(request, "my/apply.html", context, status=status)


def _above(target: Target) -> list[tuple[str, str]]:
    record = target.record
    return [(record.document_no, reverse("my:record", args=[record.public_id]))] if record else []


def _explained(target: Target, form) -> dict:
    """What stands beside the form of a repair: what the law says, the commitment in full, what is fetched."""
    if target.kind != CaseKind.REPAIR:
        return {}
    held = services.facts_held(target.record, *(way.way for way in form.advice.ways))
    return {"advice": form.advice, "commitment": letters.plain("commitment", today=today()), "held": held}


@require_http_methods(["GET", "HEAD", "POST"])
@applicant_required
def draft_check(request, public_id):
    """Everything that was written, with a way back to each answer; handed in from here, once."""
    if request.method == "POST":
        return _handed_in(request, public_id)
    return _looked_over(request, _own_draft(request, public_id))


def _own_draft(request, public_id) -> Draft:
    drafts = Draft.objects.select_related("record__item", "record__subject", "record__department", "listing__subject")
    found = drafts.filter(public_id=public_id, applicant=request.applicant).first()
    if found is None:
        raise Http404
    return found


def _handed_in(request, public_id):
    try:
        case = services.submit_draft(public_id, by=request.applicant, version=_version(request), today=today())
    except Refused as refusal:
        status = 409 if isinstance(refusal, DraftMoved) else 400
        return _looked_over(request, _own_draft(request, public_id), refusal=refusal.message, status=status)
    return redirect("my:receipt", case.public_id)


@transaction.atomic
def _looked_over(request, draft: Draft, *, refusal: str = "", status: int = 200):
    target = Target(draft.kind, record=draft.record, listing=draft.listing)
    form = _form(target, data=data_of(draft))
    if not form.is_valid() and not refusal:
        return redirect(f"{_address(target)}?check=1")
    services.note_own_reading(request.applicant, target.subject, fields=FIELDS, record=target.record)
    terms = services.terms_in_force(on=today())
    sheet = Sheet(target, _address(target), draft)
    said = draft.content
    context = {
        "sheet": sheet,
        "draft": draft,
        "target": target,
        "answers": _answers(sheet, form),
        "contested": services.contested_of(draft) if draft.kind == CaseKind.OBJECTION else [],
        "evidence": list(draft.evidence.all()),
        "held": services.facts_held(target.record, said.get("way", "")) if target.record else [],
        "statement": said.get("text", "") if said.get("way") == "statement" else "",
        "steps": guidance.steps_of(draft.kind, terms),
        "refusal": refusal,
        "section": "mine",
        "crumbs": [HOME, ("我的信用", reverse("my:home")), (sheet.title, sheet.address), ("检查并提交", "")],
    }
    return render(request, "my/apply_check.html", context, status=status)


def _answers(sheet: Sheet, form) -> list[dict]:
    """Each answer as components/facts.html shows it, with the way back to its field."""
    shown = [field for field in form.visible_fields() if field.name not in getattr(form, "contested", ())]
    answers = []
    for field in shown:
        value = field.value()
        if hasattr(field.field, "choices"):
            value = next((_label(field, key) for key, _ in field.field.choices if str(key) == str(value)), value)
        elif field.name == "has_committed":
            value = "已阅读并作出承诺" if value else "没有勾选"
        if value:
            url = f"{sheet.address}#{field.id_for_label or field.auto_id}"
            answers.append({"term": field.label, "value": value, "change_url": url})
    return answers


def _label(field, key) -> str:
    if field.name == "way":
        return guidance.explain_way(str(key), article="").label
    return str(dict(field.field.choices)[key])


@require_POST
@applicant_required
def draft_drop(request, public_id):
    """Give up what was begun, with its files."""
    services.drop_draft(_own_draft(request, public_id), by=request.applicant)
    messages.success(request, "草稿和上传的材料已经删除。")
    return redirect("my:home")


@require_safe
@applicant_required
@transaction.atomic
def receipt(request, public_id):
    """What stays with who asked: number, check code, what happens next. The code stands on it, so it leaves a line."""
    case = own_case(request, public_id)
    audit.record(Action.RECEIPT_VIEWED, case, actor=outsider(request.applicant))
    services.note_own_reading(request.applicant, case.subject, fields=["request"], case=case)
    context = {
        "case": case,
        "check_code": services.check_code_of(case),
        "clock": case.clocks.filter(key=policy.ACCEPTANCE[case.kind]).order_by("pk").first(),
        "steps": guidance.steps_of(case.kind, services.terms_in_force(on=case.submitted_on)),
        "evidence": list(case.evidence.all()),
        "progress_url": request.build_absolute_uri(reverse("my:progress")),
        "section": "mine",
        "crumbs": [HOME, ("我的信用", reverse("my:home")), ("收件回执", "")],
    }
    return render(request, "my/apply_receipt.html", context)
