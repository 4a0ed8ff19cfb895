"""What every list of the office shares: pages, filters in the address, and how a row is set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from audit.actions import Action
from catalogue.models import InformationItem, PersonDisplay, SubjectKind
from records import workflow
from records.models import Batch, Record
from records.services.readings import Reader, Reading, note_readings

PER_PAGE = 50
# Nobody reads ten thousand rows; an exact count of a million of them would make everybody wait.
LONGEST = 10_000
LONG_TERM = date(2099, 12, 31)  # “长期有效”, as the double publicity templates write it

BATCH_BADGES = {
    workflow.RECEIVED: ("info", "clock"),
    workflow.READING: ("info", "clock"),
    workflow.MERGING: ("info", "clock"),
    workflow.COMMITTED: ("in-time", "check"),
    workflow.REFUSED: ("stop", "refused"),
    workflow.CANCELLED: ("", "ended"),
    workflow.PREVIEWED: ("soon", "pause"),
    workflow.ABANDONED: ("", "ended"),
    workflow.UNDOING: ("info", "clock"),
    workflow.UNDONE: ("", "ended"),
}


def page_of(rows: QuerySet, request, *, per_page: int = PER_PAGE) -> Page:
    """The page asked for, of at most LONGEST rows."""
    return Paginator(rows[:LONGEST], per_page).get_page(request.GET.get("page"))


def active_filters(form: forms.Form, path: str) -> list[tuple[str, str]]:
    """The filters that hold, in words, each with the address of the list without it."""
    chosen = form.chosen()
    texts = {name: form[name].data for name in chosen}
    return [
        (f"{form.fields[name].label}：{_words(form.fields[name], value)}", _address(path, texts, without=name))
        for name, value in chosen.items()
    ]


def _words(field: forms.Field, value) -> str:
    if isinstance(field, forms.ChoiceField):
        return dict(field.choices).get(value, value)
    return "是" if value is True else str(value)


def _address(path: str, texts: dict, *, without: str) -> str:
    rest = urlencode({name: text for name, text in texts.items() if name != without})
    return f"{path}?{rest}" if rest else path


def batch_badge(batch: Batch) -> dict:
    kind, icon = BATCH_BADGES[batch.state]
    return {"kind": kind, "icon": icon, "label": batch.get_state_display()}


def is_public(record: Record, on: date) -> bool:
    """Whether the world sees the record: its own term, and for persons what the item allows (as public_record says)."""
    return record.is_displayed(on) and _subject_is_shown(record, on)


def _subject_is_shown(record: Record, on: date) -> bool:
    subject = record.subject
    if subject.kind != SubjectKind.PERSON:
        return True
    is_adult = subject.adult_on is not None and subject.adult_on <= on
    return record.item.person_display == PersonDisplay.MASKED and is_adult and not _closed_since(record, on)


def _closed_since(record: Record, on: date) -> bool:
    """Whether the edition in force no longer shows persons; asked only where the record's own item has ended."""
    ended_on = record.item.in_force_until
    if ended_on is None or ended_on >= on:
        return False
    now = InformationItem.objects.in_force(on=on).filter(code=record.item_code)
    return now.exclude(person_display=PersonDisplay.MASKED).exists()


def record_badge(record: Record, on: date) -> dict:
    """State in one word: 公示中 and 不公示 are what people ask for, the other states say themselves."""
    if record.state == workflow.CURRENT:
        if is_public(record, on):
            return {"kind": "in-time", "icon": "check", "label": "公示中"}
        return {"kind": "", "icon": "document", "label": "不公示"}
    if record.state == workflow.SUSPENDED:
        return {"kind": "soon", "icon": "pause", "label": record.get_state_display()}
    if record.state == workflow.DISPUTED:
        return {"kind": "info", "icon": "pause", "label": record.get_state_display()}
    return {"kind": "", "icon": "ended", "label": record.get_state_display()}


def mask_name(name: str) -> str:
    """张三 → 张*, as the public views mask it."""
    return name[:1] + "*" * max(len(name) - 1, 1)


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record in a list. A person's name is masked even though each person listed leaves a line in the trail."""

    url: str
    name: str
    code: str
    item: str
    title: str
    document_no: str
    department: str
    decided_on: date
    displayed_until: date | None
    is_long_term: bool
    badge: dict
    nation: str


# What a line tells of a person, as the trail names it.
LISTED = ("subject_name_masked", "title", "document_no", "department", "decided_on", "displayed_until", "state")


@transaction.atomic
def record_lines(
    records: Iterable[Record], *, reader: Reader, on: date, action: Action = Action.PERSON_LISTED
) -> list[RecordLine]:
    """The records as a list shows them, each person among them written down in the transaction that reads them."""
    shown = list(records)
    reading = note_readings(action, [record.subject for record in shown], reader=reader, fields=LISTED)
    return [record_line(record, on, reading) for record in shown]


def record_line(record: Record, on: date, reading: Reading) -> RecordLine:
    """Needs record.item, subject and department loaded, and the person's line in the trail."""
    reading.require(record.subject)
    name, title = record.subject_name, record.title
    if record.subject.kind == SubjectKind.PERSON:
        title, name = title.replace(name, mask_name(name)), mask_name(name)
    return RecordLine(
        url=reverse("office:record", args=[record.public_id]),
        name=name,
        code=record.subject.uscc or "",
        item=record.item.name,
        title=title,
        document_no=record.document_no,
        department=record.department.name,
        decided_on=record.decided_on,
        displayed_until=record.displayed_until,
        is_long_term=record.displayed_until == LONG_TERM,
        badge=record_badge(record, on),
        nation="待报送" if record.revision > record.national_revision else "已报送",
    )
