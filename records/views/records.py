"""Records: the list with its export, one record with its whole story, and taking one back."""

import csv
from collections.abc import Iterator

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.clock import today
from records import workflow
from records.errors import Refused
from records.forms import RecordFilterForm
from records.models import Record
from records.reading.export import neutralise
from records.views.batches import may_report
from records.views.history import readings_of, revisions_of, timeline_of
from records.views.lateness import late_reports
from records.views.lists import LONGEST, RecordLine, active_filters, page_of, record_badge, record_line
from records.views.searching import is_identity_number, matching
from records.views.terms import explain
from records.views.values import facts_of

CSV_HEAD = (
    "名称",
    "统一社会信用代码",
    "信息事项",
    "标题",
    "文书号",
    "报送部门",
    "决定日期",
    "公示至",
    "状态",
    "国家平台",
)


def records_of(user) -> QuerySet[Record]:
    return Record.objects.visible_to(user).select_related("item", "subject", "department")


@require_safe
def record_list(request):
    form = RecordFilterForm(request.GET)
    if is_identity_number(request.GET.get("q", "")):
        messages.warning(request, "请不要在查找框中输入公民身份号码。可按姓名或文书号查找。")
        return redirect("office:records")
    refusal = ""
    try:
        found = filtered(records_of(request.user), form.chosen())
    except Refused as error:
        found, refusal = Record.objects.none(), error.message
    page = page_of(found.order_by("-pk"), request)
    chosen = form.chosen()
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": [record_line(record, today()) for record in page],
        "refusal": refusal,
        "is_capped": page.paginator.count >= LONGEST,
        "longest": LONGEST,
        "export_url": f"{reverse('office:records-export')}?{urlencode({n: form[n].data for n in chosen})}",
        "may_report": may_report(request.user),
        "section": "records",
        "crumbs": [("待办", "/office/"), ("记录", "")],
    }
    return render(request, "office/records.html", context)


def filtered(records: QuerySet[Record], chosen: dict) -> QuerySet[Record]:
    """Apply the filters of RecordFilterForm. Raises Refused when the search text cannot be used."""
    if item := chosen.get("item"):
        records = records.filter(item_code=item)
    if batch := chosen.get("batch"):
        records = records.filter(batch__public_id=batch)
    if since := chosen.get("since"):
        records = records.filter(decided_on__gte=since)
    if until := chosen.get("until"):
        records = records.filter(decided_on__lte=until)
    if state := chosen.get("state"):
        is_displayed = state == RecordFilterForm.DISPLAYED
        records = records.displayed(on=today()) if is_displayed else records.filter(state=state)
    if chosen.get("late"):
        records = late_reports(records, on=timezone.localdate())
    if text := chosen.get("q"):
        records = matching(records, text)
    return records


@require_safe
def export(request):
    """The list as filtered, as CSV. What Excel would take for a formula leaves as text."""
    chosen = RecordFilterForm(request.GET).chosen()
    found = filtered(records_of(request.user), chosen).order_by("-pk")[:LONGEST]
    with transaction.atomic():
        filters = sorted(name for name in chosen)  # names only: a search text may be a person's name
        audit.record(
            Action.RECORD_EXPORTED,
            actor=request.user,
            object_type=Record._meta.label,
            detail={"rows": found.count(), "filters": filters},
        )
    response = StreamingHttpResponse(csv_of(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f"attachment; filename=records-{today()}.csv; filename*=UTF-8''{ENCODED_NAME}-{today()}.csv"
    )
    return response


ENCODED_NAME = "%E4%BF%A1%E7%94%A8%E8%AE%B0%E5%BD%95"  # 信用记录


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_of(records: QuerySet[Record]) -> Iterator[str]:
    """Rows of the list as CSV lines, with the byte order mark Excel needs to see UTF-8."""
    writer, on = csv.writer(Echo()), today()
    yield "\ufeff" + writer.writerow(CSV_HEAD)
    for record in records.iterator(chunk_size=1000):
        yield writer.writerow([neutralise(cell) for cell in _cells(record_line(record, on))])


def _cells(line: RecordLine) -> list[str]:
    until = "长期" if line.is_long_term else str(line.displayed_until or "")
    return [
        line.name,
        line.code,
        line.item,
        line.title,
        line.document_no,
        line.department,
        str(line.decided_on),
        until,
        line.badge["label"],
        line.nation,
    ]


@require_safe
def record(request, public_id):
    """One record. That a person's record is read is written down first: no line in the trail, no data (T-15)."""
    with transaction.atomic():
        records = records_of(request.user).select_related("batch__sent_by", "batch__item")
        shown = get_object_or_404(records, public_id=public_id)
        is_person = shown.subject.kind == SubjectKind.PERSON
        if is_person:
            audit.record(Action.RECORD_VIEWED, shown, actor=request.user)
        context = {
            "record": shown,
            "is_person": is_person,
            "badge": record_badge(shown, today()),
            "display": _display(shown),
            "facts": facts_of(shown),
            "revisions": revisions_of(shown),
            "timeline": timeline_of(shown),
            "readings": readings_of(shown) if is_person else [],
            "may_change": _may_change(request.user, shown),
            "may_erase": _may_erase(request.user, shown),
            "waiting": shown.changes.waiting().first(),
            "is_pending": shown.revision > shown.national_revision,
            "section": "records",
            "crumbs": [("待办", "/office/"), ("记录", "/office/records/"), (shown.document_no, "")],
        }
        return render(request, "office/record.html", context)


def _display(record: Record):
    return explain(
        record.item,
        kind=record.subject.kind,
        adult_on=record.subject.adult_on,
        until=record.displayed_until,
        rule_key=record.display_rule_key,
        severity=record.severity,
        on=today(),
    )


def _may_change(user, record: Record) -> bool:
    is_open = record.state in workflow.RECORD_OPEN
    return is_open and user.has_perm("accounts.report_department", record.department)


def _may_erase(user, record: Record) -> bool:
    return record.state != workflow.ERASED and user.has_perm("accounts.correct_department", record.department)
