"""What a subject finds about itself: the lists it is on, its records, their terms, what can be done about each."""

from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deadlines.clock import today
from deadlines.services import load_calendar
from records.models import Record, Subject
from records.views.lists import LONG_TERM, page_of, record_badge
from records.views.terms import explain
from records.views.values import facts_of
from records.workflow import RECORD_OPEN
from repair import services, sessions, workflow
from repair.models import Applicant, Case, Notice, NoticeChannel, Way
from repair.querysets import CaseQuerySet
from repair.views.applying import TITLES
from repair.views.lines import about_of, badge_of, days_left
from repair.views.parts import HOME, MINE, affairs, applicant_required, looked_after, own_record
from repair.workflow import CaseKind
from sanctions.models import ListingInForce, Tone

# What a line and a page tell of a person, as the trail names it.
LISTED = ["title", "document_no", "department", "decided_on", "displayed_until", "state", "listing"]
OPENED = ["record"]
PER_PAGE, CLOSED_SHOWN = 20, 10


@require_safe
@applicant_required
@transaction.atomic
def home(request):
    """Everything recorded about whom is looked after, lists and records; what is asked, and what was decided."""
    applicant, affairs_of, on = request.applicant, affairs(request), today()
    subject = looked_after(request, affairs_of)
    page = page_of(_records(subject), request, per_page=PER_PAGE)
    services.note_own_reading(applicant, subject, fields=LISTED)
    theirs = Case.objects.of_applicant(applicant, subjects=[subject.pk] if subject else [])
    cases = theirs.with_restoration().select_related("record", "listing", "department").order_by("-pk")
    open_cases = list(cases.open())
    context = {
        "subject": subject,
        "is_own": subject is None or subject.pk == _own_key(applicant),
        "affairs": affairs_of,
        "listings": [_listing_line(each, open_cases, on) for each in _listings(subject)],
        "page": page,
        "rows": [_line(record, on) for record in page],
        "open_cases": [_case_line(case, on) for case in open_cases],
        "closed_cases": [_case_line(case, on) for case in cases.exclude(state__in=workflow.CASE_OPEN)[:CLOSED_SHOWN]],
        "unread": _notices(applicant, theirs, affairs_of).filter(read_at__isnull=True).count(),
        "section": "mine",
        "crumbs": [HOME, ("我的信用", "")],
    }
    return render(request, "my/home.html", context)


def _own_key(applicant: Applicant) -> int | None:
    """The subject it is itself, a merge followed."""
    subject = applicant.subject
    return (subject.merged_into_id or subject.pk) if subject else None


def _case_line(case: Case, on: date) -> dict:
    return {
        "case": case,
        "url": reverse("my:request", args=[case.public_id]),
        "about": about_of(case),
        "badge": badge_of(case),
        "days_left": days_left(case.due_on, on, load_calendar()),
    }


def _notices(applicant: Applicant, cases: CaseQuerySet, theirs: list[Subject]) -> QuerySet[Notice]:
    """What the portal tells: of these cases, and to itself of records that are still theirs."""
    reminders = Q(applicant=applicant, record__subject__in=theirs)
    return Notice.objects.filter(Q(case__in=cases) | reminders, channel=NoticeChannel.PORTAL)


@require_POST
@applicant_required
def switch(request):
    """Look after somebody else's affairs who has given power, or one's own again."""
    chosen = next((each for each in affairs(request) if str(each.public_id) == request.POST.get("subject")), None)
    if chosen is None:
        raise Http404
    sessions.act_for(request.session, chosen.pk)
    return redirect("my:home")


@require_http_methods(["GET", "HEAD", "POST"])
@applicant_required
@transaction.atomic
def notices(request):
    """What the platform has told about cases and records; a POST says that it has been read."""
    applicant, theirs = request.applicant, affairs(request)
    cases = Case.objects.of_applicant(applicant, subjects=[each.pk for each in theirs])
    told = _notices(applicant, cases, theirs)
    if request.method == "POST":
        services.read_notices(told)
        return redirect("my:notices")
    told = told.select_related("case__subject", "record__subject").order_by("-pk")
    page = page_of(told, request, per_page=PER_PAGE)
    for subject in {notice.about.subject_id: notice.about.subject for notice in page}.values():
        services.note_own_reading(applicant, subject, fields=["notices"])
    context = {
        "page": page,
        "has_unread": any(notice.read_at is None for notice in page),
        "section": "mine",
        "crumbs": [HOME, MINE, ("通知", "")],
    }
    return render(request, "my/notices.html", context)


def _records(subject: Subject | None) -> QuerySet[Record]:
    records = Record.objects.exclude(state__in=services.UNTOLD).select_related("item", "subject", "department")
    return records.filter(subject=subject).order_by("-decided_on", "-pk") if subject else records.none()


def _listings(subject: Subject | None) -> QuerySet[ListingInForce]:
    """The lists it is on today, published or not. What only is proposed, its department tells it of."""
    theirs = ListingInForce.objects.filter(subject=subject, as_responsible=False).order_by("-entered_on", "-listing")
    return theirs.select_related("listing__kind", "listing__record") if subject else theirs.none()


def _listing_line(listed: ListingInForce, open_cases: list[Case], on: date) -> dict:
    """An entry of a list, and the doors that are open: a repair begins at the record it is published as.

    What has been asked already is followed among the cases, and not asked twice.
    """
    listing, record = listed.listing, listed.listing.record
    asked = {case.kind for case in open_cases if case.listing_id == listing.pk}
    doors = [kind.value for kind in (CaseKind.OBJECTION, CaseKind.REVIEW) if kind not in asked]
    page = reverse("my:record", args=[record.public_id]) if record else ""
    is_held_against = listed.tone in (Tone.BLACK, Tone.WATCH)
    return {
        "listing": listing,
        "url": page,
        "badge": _standing_of(listed),
        "is_published": record is not None and record.is_displayed(on),
        "doors": [(TITLES[kind], reverse("my:apply-listing", args=[listing.public_id, kind])) for kind in doors],
        "repair_url": f"{page}#remedy" if page and is_held_against else "",
        "leaves_by_department": is_held_against and not page,
    }


def _standing_of(listed: ListingInForce) -> dict:
    if listed.is_suspended:
        return {"kind": "soon", "icon": "pause", "label": "核查中，暂不执行"}
    if listed.is_under_review:
        return {"kind": "soon", "icon": "document", "label": "复议或者诉讼中"}
    return {"kind": "", "icon": "document", "label": "在名单上"}


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
        "is_shown": display.is_shown and found.is_displayed(on),
        "is_open": found.state in RECORD_OPEN,
        "cases": [_case_line(case, on) for case in _cases_about(request, found)],
        "section": "mine",
        "crumbs": [HOME, MINE, (found.document_no, "")],
    }
    return render(request, "my/record.html", context)


def _cases_about(request, record: Record) -> CaseQuerySet:
    theirs = Case.objects.of_applicant(request.applicant, subjects=[record.subject_id])
    about = theirs.filter(record=record).with_restoration()
    return about.select_related("record", "listing", "department").order_by("-pk")
