"""What the pages of one case show, to reviewers and to the source department alike."""

from datetime import date

from django.urls import reverse

from accounts.models import User
from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.services import load_calendar
from records.models import Record
from records.services.readings import note_readings
from records.views.lists import record_badge
from records.views.terms import explain
from records.views.values import facts_of
from repair import story, workflow
from repair.models import Case, Channel, Scan
from repair.services.base import ACTIONS
from repair.services.handling import OPINIONS
from repair.views.evidence import INLINE, PICTURES, reader_for
from repair.views.lines import about_of, badge_of, days_left
from sanctions.views.parts import label_of

# What the page of a case tells of a person, as the trail names it.
OPENED = ("subject_name", "claim", "contested", "record", "evidence")
WITH = (
    "subject", "department", "holder", "record__item", "record__subject", "record__department", "record__batch",
    "listing__kind", "listing__department", "task__measure", "applicant", "opened_by", "answered_by", "proposed_by",
    "decided_by",
)  # fmt: skip


def shown(request, case: Case, on: date) -> dict:
    """The context both pages share. That a person's case is opened is written down first (T-15)."""
    if case.subject:
        note_readings(
            Action.SUBJECT_VIEWED, [case.subject], reader=reader_for(request, case), fields=OPENED,
            detail={"case": case.number},
        )  # fmt: skip
    record, receipt = _record(case, request.user), Case.objects.handed_in_to(request.user).filter(pk=case.pk)
    return {
        "case": case,
        "has_receipt": case.channel == Channel.COUNTER and receipt.exists(),
        "badge": badge_of(case),
        "about": about_of(case),
        "name": case.subject.legal_name if case.subject else "",
        "label": label_of(case.subject) if case.subject else str(case.department),
        "is_person": bool(case.subject) and case.subject.kind == SubjectKind.PERSON,
        "days_left": days_left(case.due_on, on, load_calendar()),
        "opinion": OPINIONS.get(case.opinion, ""),
        "contested": [line for line in case.contested if isinstance(line, dict)],
        "record": record,
        "record_badge": record_badge(record, on) if record else None,
        "facts": facts_of(record) if record else [],
        "display": _display(record, on) if record else None,
        "evidence": [_file(each) for each in case.evidence.all()],
        "clocks": [
            _clock(clock, on) for clock in case.clocks.prefetch_related("stops").select_related("extension__by")
        ],
        "timeline": [_entry(step) for step in story.told(case.steps.all(), request.user).order_by("-pk")],
    }


def _record(case: Case, user: User) -> Record | None:
    """The record itself only where this person may read it: whoever opened a case at a counter may not."""
    if case.record and Record.objects.visible_to(user).filter(pk=case.record_id).exists():
        return case.record
    return None


def _display(record: Record, on: date):
    return explain(
        record.item, kind=record.subject.kind, adult_on=record.subject.adult_on, until=record.displayed_until,
        rule_key=record.display_rule_key, severity=record.severity, on=on,
    )  # fmt: skip


def _file(each) -> dict:
    """A piece of evidence as the page shows it: a picture or PDF in place, all else as a file or a line."""
    is_safe = bool(each.stored_as) and each.scan != Scan.INFECTED
    url = reverse("office:request-evidence", args=[each.public_id]) if is_safe else ""
    is_inline = is_safe and each.media_type in INLINE
    return {
        "row": each,
        "url": url,
        "is_picture": is_inline and each.media_type in PICTURES,
        "is_pdf": is_inline and each.media_type not in PICTURES,
    }


def _clock(clock, on: date) -> dict:
    stops = list(clock.stops.all())
    stands = next((stop for stop in stops if stop.until_on is None), None)
    return {
        "row": clock,
        "is_running": clock.ended_on is None and stands is None,
        "stands": stands,
        "days_left": days_left(clock.due_on, on, load_calendar()),
        "stops": stops,
        "extension": getattr(clock, "extension", None),
    }


def _entry(step) -> dict:
    arrow = ""
    if step.from_state and step.from_state != step.to_state:
        arrow = f"{workflow.CaseState(step.from_state).label} → {workflow.CaseState(step.to_state).label}"
    note = "　".join(part for part in (arrow, step.text) if part)
    return {"at": step.at, "title": ACTIONS[step.action], "actor": step.actor, "note": note}
