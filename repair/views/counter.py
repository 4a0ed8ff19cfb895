"""The counter: somebody comes with paper, and a member of staff opens the case about the record that is meant."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import DEPARTMENT_ROLES, Role
from deadlines.clock import today
from records.errors import Refused
from records.models import Record
from records.views.reading import reader_of
from records.views.records import note_opened, record_lines
from repair import services
from repair.forms_counter import CounterForm
from repair.models import Way

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
        messages.success(request, f"已登记，受理号 {case.number}。请把受理号交给申请人。")
        queue = "cases:case" if request.user.role == Role.REVIEWER else "office:request"
        return redirect(queue, case.public_id)
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
