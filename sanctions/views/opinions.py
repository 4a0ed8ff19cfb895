"""Lists of names: upload, the opinion as a document, its result as a table (21号五（一）: 申请人信用审查)."""

import os
import uuid

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from audit import services as audit
from audit.actions import Action
from deadlines.clock import today
from records.errors import Refused, RightMissing
from records.reading.export import write_table_xlsx
from records.views.exports import watermark
from records.views.lists import page_of
from records.views.reading import reader_of
from sanctions.forms_checks import NamesForm
from sanctions.models import Check, ReviewOpinion, Verdict
from sanctions.names import read_names, template_rows
from sanctions.receipts import SHORT
from sanctions.services.checks import review_names
from sanctions.views.checks import (
    CRUMBS,
    SECTION,
    add_refusal,
    badge_of,
    check_lines,
    csv_answer,
    may_check,
    require_staff,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# So many rows that need a look stand in the document; all of them are in the result.
NAMED_AT_MOST = 500
RESULT_HEAD = ("行号", "名称", "号码", "结论", "说明", "措施和激励", "回执编号")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("form", "names")
def names(request):
    require_staff(request.user)
    form = NamesForm(request.POST or None, request.FILES or None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST":
        if not may_check(request.user):
            raise RightMissing("名单审查由部门的工作人员办理。")
        if form.is_valid() and (opinion := _reviewed(request.user, form)):
            return redirect("office:opinion", opinion.public_id)
    opinions = ReviewOpinion.objects.visible_to(request.user).select_related("matter", "department")
    context = {
        "form": form, "page": page_of(opinions.order_by("-pk"), request), "may_check": may_check(request.user),
        "section": SECTION, "crumbs": [*CRUMBS, ("名单审查", "")],
    }  # fmt: skip
    return render(request, "office/check_names.html", context)


def _reviewed(user, form: NamesForm) -> ReviewOpinion | None:
    data = form.cleaned_data
    try:
        listed = read_names(f"/proc/{os.getpid()}/fd/{data['file'].file.fileno()}")  # it lies in memory only
        return review_names(
            listed.rows, data["matter"], department=user.department, actor=user, today=today(),
            file_name=data["file"].name[:255], consent_no=data["consent_no"], key=data["key"], unread=listed.unread,
        )  # fmt: skip
    except RightMissing:
        raise
    except Refused as refusal:
        add_refusal(form, refusal, {"matter_unknown": "matter"}, "file")
        return None


@require_safe
def template(request):
    """An empty list, with text cells for codes."""
    response = HttpResponse(content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="names.xlsx"'
    write_table_xlsx(response, template_rows(), [])
    return response


def _opinion(request, public_id) -> ReviewOpinion:
    opinions = ReviewOpinion.objects.visible_to(request.user).select_related("matter", "department", "made_by")
    return get_object_or_404(opinions, public_id=public_id)


def _checks(opinion: ReviewOpinion):
    return Check.objects.filter(opinion=opinion).select_related("subject", "department", "matter").order_by("row_no")


@require_safe
@transaction.atomic
def opinion(request, public_id):
    """审查意见书: what was asked, what came of it in numbers, who needs a look and why."""
    shown = _opinion(request, public_id)
    told = _checks(shown).exclude(verdict=Verdict.CLEAR)
    lines = check_lines(told[:NAMED_AT_MOST], reader=reader_of(request))
    context = {
        "opinion": shown,
        "counts": [(badge_of(value), label, shown.counts.get(value, 0)) for value, label in Verdict.choices],
        "rows": lines,
        "left_out": max(told.count() - len(lines), 0),
        "digest": shown.answer_digest[:SHORT],
        "section": SECTION,
        "crumbs": [*CRUMBS, ("名单审查", reverse("office:check-names")), (shown.number, "")],
    }
    return render(request, "office/opinion.html", context)


@require_safe
@transaction.atomic
def result(request, public_id):
    """Every row with its receipt, as CSV."""
    shown = _opinion(request, public_id)
    lines = check_lines(_checks(shown), reader=reader_of(request), action=Action.PERSON_EXPORTED)
    taken = audit.record(Action.CHECK_EXPORTED, shown, actor=request.user, detail={"rows": len(lines)})
    rows = [_row(line) for line in lines]
    rows += [[str(each["row"]), "", "", "没有审查", each["reason"], "", ""] for each in shown.refused]
    mark = watermark(taken, request.user)
    return csv_answer(RESULT_HEAD, rows, mark=mark, name=f"opinion-{shown.number}.csv")


def _row(line) -> list[str]:
    check, answer = line.check, line.check.answer
    words = [each["text"] for name in ("measures", "resting", "incentives") for each in answer[name]]
    return [
        str(check.row_no), line.name, answer["subject"]["number"], check.get_verdict_display(),
        "".join(note["text"] for note in answer["notes"]), "；".join(words), check.receipt_no,
    ]  # fmt: skip
