"""What a subject finds about itself: its records, each with its term and what can be done about it."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from deadlines.clock import today
from records.models import Record, Subject
from records.views.lists import LONG_TERM, page_of, record_badge
from records.views.terms import explain
from records.views.values import facts_of
from repair import services
from repair.models import Way
from repair.views.parts import HOME, affairs, applicant_required, looked_after, own_record

# What a line and a page tell of a person, as the trail names it.
LISTED = ["title", "document_no", "department", "decided_on", "displayed_until", "state"]
OPENED = ["record"]
PER_PAGE = 20


@require_safe
@applicant_required
@transaction.atomic
def home(request):
    """Everything recorded about whom is looked after, the latest decision first."""
    subject, on = looked_after(request), today()
    page = page_of(_records(subject), request, per_page=PER_PAGE)
    services.note_own_reading(request.applicant, subject, fields=LISTED)
    context = {
        "subject": subject,
        "affairs": affairs(request),
        "page": page,
        "rows": [_line(record, on) for record in page],
        "section": "services",
        "crumbs": [HOME, ("我的信用", "")],
    }
    return render(request, "my/home.html", context)


def _records(subject: Subject | None) -> QuerySet[Record]:
    records = Record.objects.exclude(state__in=services.UNTOLD).select_related("item", "subject", "department")
    return records.filter(subject=subject).order_by("-decided_on", "-pk") if subject else records.none()


def _line(record: Record, on: date) -> dict:
    """A record in a line, as components/record_row.html shows it."""
    is_shown = record.is_displayed(on)
    return {
        "url": reverse("my:record", args=[record.public_id]),
        "title": record.title,
        "document_no": record.document_no,
        "department": record.authority,
        "decided_on": record.decided_on,
        "displayed_until": record.displayed_until if is_shown else None,
        "is_lasting": is_shown and record.displayed_until == LONG_TERM,
        "state": record_badge(record, on),
    }


@require_safe
@applicant_required
@transaction.atomic
def record(request, public_id):
    """One record: what it says, until when it is shown and why, and what can be done about it."""
    found, on = own_record(request, public_id), today()
    services.note_own_reading(request.applicant, found.subject, fields=OPENED, record=found)
    answer = services.can_repair(found, today=on)
    display = explain(
        found.item, kind=found.subject.kind, adult_on=found.subject.adult_on, until=found.displayed_until,
        rule_key=found.display_rule_key, severity=found.severity, on=on,
    )  # fmt: skip
    context = {
        "record": found,
        "badge": record_badge(found, on),
        "facts": facts_of(found),
        "display": display,
        "answer": answer,
        "ways": [Way(way).label for way in answer.ways],
        "section": "services",
        "crumbs": [HOME, ("我的信用", reverse("my:home")), (found.document_no, "")],
    }
    return render(request, "my/record.html", context)
