"""How cases are set on the pages of the office: badges, lines of a list, the days that are left."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps

from django.urls import reverse

from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.policy import Calendar, CalendarEnds, working_days_between
from deadlines.services import load_calendar
from records.services.readings import Reader, note_readings
from repair import workflow
from repair.models import Case
from repair.services.base import require_reviewer
from sanctions.views.parts import label_of

HOME = ("待办", "/office/")
BADGES = {
    workflow.SUBMITTED: ("info", "inbox"),
    workflow.RETURNED: ("soon", "pause"),
    workflow.ACCEPTED: ("info", "document"),
    workflow.FORWARDED: ("", "external"),
    workflow.ANSWERED: ("info", "check"),
    workflow.PROPOSED: ("soon", "person"),
    workflow.GRANTED: ("in-time", "check"),
    workflow.REFUSED: ("", "refused"),
    workflow.REJECTED: ("", "refused"),
    workflow.RECALLED: ("", "ended"),
    workflow.LAPSED: ("", "ended"),
    workflow.REVOKED: ("stop", "refused"),
}
# What a line tells of a person, as the trail names it.
LISTED = ("subject_name_masked", "kind", "number", "department", "state", "due_on")


def for_reviewers(view: Callable) -> Callable:
    """A page that does not exist for anybody but reviewers of the province."""

    @wraps(view)
    def reviewed(request, *args, **kwargs):
        require_reviewer(request.user)
        return view(request, *args, **kwargs)

    return reviewed


def badge_of(case: Case) -> dict:
    kind, icon = BADGES[case.state]
    return {"kind": kind, "icon": icon, "label": case.get_state_display()}


def days_left(due_on: date | None, on: date, calendar: Calendar) -> int | None:
    """Working days until the last day; None where the calendar does not reach, or the day has passed."""
    if due_on is None or due_on < on:
        return None
    try:
        return working_days_between(on, due_on, calendar)
    except CalendarEnds:
        return None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list; a person's name is masked."""

    case: Case
    url: str
    name: str
    is_person: bool
    about: str
    badge: dict
    days_left: int | None
    still_since: datetime

    @property
    def choice(self) -> str:
        """What a tick in the list says: which case, and which version of it was seen."""
        return f"{self.case.public_id}:{self.case.version}"


def case_lines(cases: Iterable[Case], *, reader: Reader, on: date, route: str) -> list[CaseLine]:
    """The cases as a list shows them; each person among them is written down in the transaction that reads them."""
    shown, calendar = list(cases), load_calendar()
    subjects = [case.subject for case in shown if case.subject]
    reading = note_readings(Action.PERSON_LISTED, subjects, reader=reader, fields=LISTED)
    lines = []
    for case in shown:
        if case.subject:
            reading.require(case.subject)
        lines.append(
            CaseLine(
                case=case,
                url=reverse(route, args=[case.public_id]),
                name=label_of(case.subject) if case.subject else str(case.department),
                is_person=bool(case.subject) and case.subject.kind == SubjectKind.PERSON,
                about=about_of(case),
                badge=badge_of(case),
                days_left=days_left(case.due_on, on, calendar),
                still_since=case.updated_at,
            )
        )
    return lines


def about_of(case: Case) -> str:
    """Which document the case is about."""
    if case.record:
        return case.record.document_no
    if case.listing:
        return case.listing.document_no
    return "投诉" if case.kind == workflow.CaseKind.COMPLAINT else ""
