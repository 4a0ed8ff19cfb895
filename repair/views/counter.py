"""The counter: somebody comes with paper, and a member of staff opens the case about the record that is meant."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.clock import today
from records.errors import Refused
from records.models import Record
from repair import letters, policy, services, workflow
from repair.errors import CaseMoved, NotYours
from repair.forms_counter import CounterForm, SupplementForm
from repair.models import Case, Way
from repair.uploads import refusal_of, takes_scans
from repair.views import scans
from repair.views.finding import met
from repair.views.lines import HOME, about_of


@require_http_methods(["GET", "HEAD", "POST"])
@takes_scans
@transaction.atomic
def new_request(request, public_id):
    """What can be done about the record stands beside the form, so that nobody goes home with false hope."""
    record, line = met(request, public_id)
    form = CounterForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid() and (case := _opened(request, form, record)):
        messages.success(request, f"已登记，受理号 {case.number}。请打印回执，交给申请人。")
        return redirect("office:request-receipt", case.public_id)
    answer = services.can_repair(record, today=today())
    context = {
        "form": form,
        "record": record,
        "line": line,
        "answer": answer,
        "ways": [Way(way).label for way in answer.ways],
        "section": "requests",
        "crumbs": [
            HOME, ("修复与异议", reverse("office:requests")), (record.document_no, ""), ("登记申请", ""),
        ],
    }  # fmt: skip
    return render(request, "office/request_new.html", context, status=400 if form.errors else 200)


def _opened(request, form: CounterForm, record: Record) -> Case | None:
    """The case; None where the law or a file says no, which then stands above the form."""
    key, user = form.cleaned_data["key"], request.user
    if sent := Case.objects.filter(key=key, opened_by=user).first():
        return sent
    kept = scans.take_in(request, form, by=user)
    if form.errors:
        return None
    try:
        return services.open_case(form.claim(record), by=user, key=key, today=today(), evidence=kept)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        scans.give_back(kept, by=user)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@takes_scans
@transaction.atomic
def supplement(request, public_id):
    """What was asked for once has come on paper to the place that took the request in."""
    case, status = _taken_in(request, public_id, state=workflow.RETURNED), 200
    form = SupplementForm(case=case)
    if request.method == "POST":
        form = SupplementForm(request.POST, files=request.FILES, case=case)
        status = _supplemented(request, form, case)
        if status == 200:
            messages.success(request, f"{case.number}：已登记补正，审核员会继续办理。")
            return redirect("office:request", case.public_id)
    context = {"case": case, "form": form, "section": "requests", "crumbs": _crumbs(case, "登记补正")}
    return render(request, "office/request_supplement.html", context, status=status)


def _supplemented(request, form: SupplementForm, case: Case) -> int:
    """Done (200), or refused with the reasons in the form."""
    if not form.is_valid():
        return 400
    kept, said = scans.take_in(request, form, by=request.user), form.cleaned_data
    if form.errors:
        return 400
    try:
        services.supplement(
            case, by=request.user, version=said["version"], text=said["text"], today=today(), evidence=kept
        )
    except Refused as refusal:
        form.add_error(None, refusal.message)
        scans.give_back(kept, by=request.user)
        if not isinstance(refusal, CaseMoved):
            return 400
        form.data = form.data.copy()
        form.data["version"] = str(Case.objects.values_list("version", flat=True).get(pk=case.pk))
        return 409
    return 200


@require_POST
@takes_scans
@transaction.atomic
def add_scans(request, public_id):
    """More files for a case: of the place that took it in, or of the department that is asked."""
    case = get_object_or_404(Case.objects.visible_to(request.user), public_id=public_id)
    refusal = refusal_of(request)
    for upload in () if refusal else request.FILES.getlist(scans.FIELD):
        try:
            evidence = services.add_evidence(upload, kind=scans.ON_PAPER, by=request.user, today=today(), case=case)
            messages.success(request, f"“{evidence.name}”已经附在办件中。")
        except NotYours:
            raise
        except Refused as refused:
            messages.error(request, f"“{upload.name}”：{refused.message}")
    if refusal:
        messages.error(request, refusal.message)
    return redirect("office:request", case.public_id)


def _taken_in(request, public_id, **more) -> Case:
    found = Case.objects.handed_in_to(request.user).select_related("subject", "department", "record", "listing")
    return get_object_or_404(found, public_id=public_id, **more)


def _crumbs(case: Case, here: str) -> list[tuple[str, str]]:
    requests, own = reverse("office:requests"), reverse("office:request", args=[case.public_id])
    return [HOME, ("修复与异议", requests), (case.number, own), (here, "")]


@require_safe
@transaction.atomic
def receipt(request, public_id):
    """What whoever came goes home with. The check code stands on it, so each printing leaves a line."""
    case = _taken_in(request, public_id)
    audit.record(Action.RECEIPT_VIEWED, case, actor=request.user)
    subject = case.subject
    context = {
        "case": case,
        "check_code": services.check_code_of(case),
        "about": about_of(case) if case.record or case.listing else "",
        # A person signs with their own hand: the paper names no person, should it be lost.
        "organisation": subject if subject and subject.kind != SubjectKind.PERSON else None,
        "clock": case.clocks.filter(key=policy.ACCEPTANCE[case.kind]).order_by("pk").first(),
        "term": letters.term_of(policy.DECISION.get(case.kind), case.submitted_on),
        "remedies": letters.remedies(case.submitted_on, "处理决定") if case.kind in letters.WITH_REMEDIES else "",
        "progress_url": request.build_absolute_uri(reverse("my:progress")),
        "case_url": reverse("cases:case" if request.user.role == Role.REVIEWER else "office:request", args=[public_id]),
        "section": "requests",
        "crumbs": _crumbs(case, "收件回执"),
    }
    return render(request, "office/request_receipt.html", context)
