"""The counter: somebody comes with paper, and a member of staff opens the case about the record that is meant."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import DEPARTMENT_ROLES, Role
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.clock import today
from records.errors import Refused
from records.models import Record
from records.views.reading import reader_of
from records.views.records import note_opened, record_lines
from repair import letters, policy, services
from repair.forms_counter import CounterForm
from repair.models import Case, Way
from repair.views.lines import HOME, about_of

OPENERS = (*DEPARTMENT_ROLES, Role.REVIEWER)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def new_request(request, public_id):
    """What can be done about the record stands beside the form, so that nobody goes home with false hope."""
    if request.user.role not in OPENERS:
        raise Http404
    records = Record.objects.visible_to(request.user).select_related("item", "subject", "department")
    record = get_object_or_404(records, public_id=public_id)
    form = CounterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (case := _opened(form, record, request.user)):
        messages.success(request, f"已登记，受理号 {case.number}。请打印回执，交给申请人。")
        return redirect("office:request-receipt", case.public_id)
    note_opened(request, record)
    answer = services.can_repair(record, today=today())
    context = {
        "form": form,
        "record": record,
        "line": record_lines([record], reader=reader_of(request), on=today())[0],
        "answer": answer,
        "ways": [Way(way).label for way in answer.ways],
        "section": "requests",
        "crumbs": [
            ("待办", "/office/"), ("记录", reverse("office:records")),
            (record.document_no, reverse("office:record", args=[record.public_id])), ("登记申请", ""),
        ],
    }  # fmt: skip
    return render(request, "office/request_new.html", context, status=400 if form.errors else 200)


def _opened(form: CounterForm, record: Record, user):
    """The case; None where the law says no, which then stands above the form."""
    try:
        return services.open_case(form.claim(record), by=user, key=form.cleaned_data["key"], today=today())
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return None


@require_safe
@transaction.atomic
def receipt(request, public_id):
    """What whoever came goes home with. The check code stands on it, so each printing leaves a line."""
    found = Case.objects.handed_in_to(request.user).select_related("subject", "department", "record", "listing")
    case = get_object_or_404(found, public_id=public_id)
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
        "crumbs": [HOME, ("修复与异议", reverse("office:requests")), (case.number, ""), ("收件回执", "")],
    }
    return render(request, "office/request_receipt.html", context)
