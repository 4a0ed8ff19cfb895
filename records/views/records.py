"""Records: the list, one record with its whole story, and taking one back."""

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import DEPARTMENT_ROLES, Role
from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.clock import today
from records import workflow
from records.errors import Refused
from records.forms import RecordFilterForm
from records.models import Record
from records.services.readings import note_readings
from records.views.batches import may_report
from records.views.history import comparison, readings_of, revisions_of, timeline_of
from records.views.lateness import late_reports
from records.views.lists import LONGEST, RecordLine, active_filters, page_of, record_badge, record_lines
from records.views.reading import reader_of
from records.views.searching import is_identity_number, matching
from records.views.terms import explain
from records.views.values import facts_of


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
        "rows": record_lines(page, reader=reader_of(request), on=today()),
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
def record(request, public_id):
    """One record. That a person's record is read is written down first: no line in the trail, no data (T-15)."""
    with transaction.atomic():
        records = records_of(request.user).select_related("batch__sent_by", "batch__item", "derived_from")
        shown = get_object_or_404(records, public_id=public_id)
        is_person = shown.subject.kind == SubjectKind.PERSON
        note_opened(request, shown)
        context = {
            "record": shown,
            "is_person": is_person,
            "purpose": reader_of(request).purpose,
            "badge": record_badge(shown, today()),
            "display": _display(shown),
            "facts": facts_of(shown),
            "revisions": (revisions := revisions_of(shown)),
            "compared": _compared(request, shown),
            "numbers": [revision.number for revision in revisions],
            "timeline": timeline_of(shown),
            "readings": readings_of(request.user, shown) if is_person else [],
            "derived": _derived(request, shown),
            "may_change": _may_change(request.user, shown),
            "may_erase": _may_erase(request.user, shown),
            "may_request": request.user.role in (*DEPARTMENT_ROLES, Role.REVIEWER),
            "waiting": shown.changes.waiting().first(),
            "is_pending": shown.revision > shown.national_revision,
            "section": "records",
            "crumbs": [("待办", "/office/"), ("记录", "/office/records/"), (shown.document_no, "")],
        }
        return render(request, "office/record.html", context)


def _compared(request, record: Record):
    chosen = request.GET.get("from", ""), request.GET.get("to", "")
    return comparison(record, *chosen) if all(chosen) else None


def note_opened(request, record: Record) -> None:
    """Write down that a person's record is opened, in the transaction that shows it."""
    note_readings(
        Action.RECORD_VIEWED,
        [record.subject],
        reader=reader_of(request),
        fields=["subject_name", *record.values],
        detail={"record": str(record.public_id)},
    )


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


def _derived(request, record: Record) -> list[tuple[RecordLine, str]]:
    """The records of the persons this one names, each with the role; names masked as in every list."""
    found = list(records_of(request.user).filter(derived_from=record).order_by("pk"))
    lines = record_lines(found, reader=reader_of(request), on=today())
    return [(line, derived.values["ZRRY_SF"]) for line, derived in zip(lines, found, strict=True)]


def _may_change(user, record: Record) -> bool:
    is_own = record.derived_from_id is None and record.state in workflow.RECORD_OPEN
    return is_own and user.has_perm("accounts.report_department", record.department)


def _may_erase(user, record: Record) -> bool:
    is_own = record.derived_from_id is None and record.state != workflow.ERASED
    return is_own and user.has_perm("accounts.correct_department", record.department)
