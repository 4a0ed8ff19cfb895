"""How a listing is set in a list, and the lines the trail keeps of the persons it shows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.urls import reverse

from audit import services as audit
from audit.actions import Action
from audit.errors import PurposeMissing
from audit.models import Basis
from deadlines.policy import Calendar, CalendarEnds, working_days_between
from deadlines.services import load_calendar
from records.models import Identifier
from records.services.readings import MASKED, Reader, note_readings
from records.views.lists import mask_name
from sanctions import workflow
from sanctions.models import Listing, Origin, Tone

BADGES = {
    workflow.PROPOSED: ("soon", "clock"),
    workflow.NOTIFIED: ("info", "clock"),
    workflow.STATED: ("soon", "document"),
    workflow.ENTERED: ("", "document"),
    workflow.EXITED: ("", "ended"),
    workflow.NOT_LISTED: ("", "refused"),
    workflow.DROPPED: ("", "ended"),
}
# The words of today, short enough for a column.
TONES = {Tone.RED: "守信激励", Tone.BLACK: "严重失信", Tone.WATCH: "重点关注", Tone.REFERENCE: "参考"}
# What a line tells of a person, as the trail names it.
LISTED = ("subject_name_masked", "list", "document_no", "department", "decided_on", "ends_on", "state")


@dataclass(frozen=True, slots=True)
class Due:
    on: date
    days_left: int | None


@dataclass(frozen=True, slots=True)
class ListingLine:
    """A listing in a list. A person's name is masked even though each person listed leaves a line in the trail."""

    url: str
    name: str
    code: str
    list_name: str
    tone: str
    document_no: str
    department: str
    decided_on: date
    entered_on: date | None
    ends_on: date | None
    origin: str
    badge: dict
    due: Due | None


def listings_of(user):
    """The listings somebody may see, with what every page about them needs."""
    return Listing.objects.visible_to(user).select_related("kind", "department", "subject", "record")


@transaction.atomic
def listing_lines(
    listings: Iterable[Listing], *, reader: Reader, on: date, action: Action = Action.PERSON_LISTED
) -> list[ListingLine]:
    """The listings as a list shows them, each person written down in the transaction that reads them."""
    shown = list(listings)
    note_persons(action, shown, reader=reader, fields=LISTED)
    calendar = load_calendar()
    return [_line(listing, on, calendar) for listing in shown]


def note_persons(
    action: Action,
    listings: Collection[Listing],
    *,
    reader: Reader,
    fields: Iterable[str],
    detail: Mapping[str, object] | None = None,
    with_named: bool = False,
) -> None:
    """Write down that the persons of these listings are shown; `with_named`, also those named as responsible.

    No line, no data (T-15). Whoever is only proposed may be no subject of records yet; the line then is about the
    proposal. Raises PurposeMissing and what audit.record_readings raises.
    """
    persons = [listing for listing in listings if listing.is_person]
    known = _subjects_of(persons)
    found = [known[listing.pk] for listing in persons if listing.pk in known]
    typed = [listing for listing in persons if listing.pk not in known]
    if with_named:
        typed += [listing for listing in listings if listing.responsible]
    note_readings(action, found, reader=reader, fields=fields, detail=detail)
    if typed:
        if reader.basis == Basis.PROVINCE and action not in MASKED and not reader.purpose.strip():
            raise PurposeMissing
        audit.record_readings(
            action, typed, actor=reader.user, basis=reader.basis, purpose=reader.purpose, fields=sorted(fields),
            detail=detail,
        )  # fmt: skip


def _subjects_of(persons: list[Listing]) -> dict:
    """Listing's key → the subject of records it is about, where there is one."""
    found = {listing.pk: listing.subject for listing in persons if listing.subject}
    typed = {(each.identifier_kind, each.lookup) for each in persons if each.pk not in found}
    if typed:
        numbers = Identifier.objects.filter(lookup__in={lookup for _, lookup in typed}).select_related("subject")
        owners = {(number.kind, number.lookup): number.subject for number in numbers}
        for each in persons:
            if each.pk not in found and (owner := owners.get((each.identifier_kind, each.lookup))):
                found[each.pk] = owner
    return found


def shown_name(listing: Listing) -> str:
    """As lists show it: persons by their first character."""
    return mask_name(listing.subject_name) if listing.is_person else listing.subject_name


def badge_of(listing: Listing, on: date) -> dict:
    """The state as it is that day: a term that is over says so before any sweep has come by."""
    if listing.state == workflow.ENTERED:
        if listing.ends_on and listing.ends_on < on:
            return {"kind": "", "icon": "ended", "label": "期限届满"}
        if rests(listing):
            return {"kind": "soon", "icon": "pause", "label": "暂不执行"}
        if listing.tone == Tone.RED:
            return {"kind": "honour", "icon": "honour", "label": listing.get_state_display()}
    kind, icon = BADGES[listing.state]
    return {"kind": kind, "icon": icon, "label": listing.get_state_display()}


def rests(listing: Listing) -> bool:
    """Whether nothing that rests on it is carried out at present (33号（二十二）)."""
    return listing.suspended_at is not None or bool(
        listing.record and listing.record.state in ("disputed", "suspended")
    )


def due_of(listing: Listing, on: date, calendar: Calendar) -> Due | None:
    """Until when the subject may answer, while it may."""
    if listing.state != workflow.NOTIFIED or listing.statement_until is None:
        return None
    try:
        return Due(listing.statement_until, working_days_between(on, listing.statement_until, calendar))
    except CalendarEnds:
        return Due(listing.statement_until, None)


def _line(listing: Listing, on: date, calendar: Calendar) -> ListingLine:
    return ListingLine(
        url=reverse("office:listing", args=[listing.public_id]),
        name=shown_name(listing),
        code="" if listing.is_person else listing.lookup,
        list_name=listing.kind.name,
        tone=TONES[Tone(listing.tone)],
        document_no=listing.document_no,
        department=listing.department.name,
        decided_on=listing.decided_on,
        entered_on=listing.entered_on,
        ends_on=listing.ends_on,
        origin="" if listing.origin == Origin.PLATFORM else listing.get_origin_display(),
        badge=badge_of(listing, on),
        due=due_of(listing, on, calendar),
    )
