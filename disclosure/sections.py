"""A subject's page, in the sections of the national public credit report and their order."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from catalogue.models import Category, InformationItem
from disclosure.models import PublicRecord, PublicSubject
from disclosure.order import in_national_order
from disclosure.rows import record_row

SHOWN_OF_EACH = 10
EMPTY = "表示目前没有正在公示的此类信息，不是对主体的评价。"
NOT_COLLECTED = "本平台的信息目录中还没有此类信息项，没有归集。"


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a section: its newest records and where the rest are."""

    name: str
    rows: list[dict]
    total: int
    more_url: str


@dataclass(frozen=True, slots=True)
class Section:
    """`meaning` says what an empty section means."""

    id: str
    label: str
    entries: list[Entry]
    meaning: str

    @property
    def count(self) -> int:
        return sum(entry.total for entry in self.entries)

    @property
    def filled(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.total]

    @property
    def empty(self) -> int:
        """How many items of the section have nothing to show: a sentence, not a heading each."""
        return len(self.entries) - len(self.filled)

    @property
    def names_its_items(self) -> bool:
        """A single item needs no heading of its own."""
        return len(self.entries) > 1


def sections_of(subject: PublicSubject, *, on: date) -> list[Section]:
    """Every official section, the empty ones too, with the newest records of each item.

    What is for reference only stands after them, and only where there is something.
    """
    entries = defaultdict(list)
    for (category, name, code), records in _by_item(subject, on).items():
        entries[category].append(_entry(subject, name, code, records))
    return [
        Section(
            id=category.value,
            label=category.label,
            entries=entries[category],
            meaning=EMPTY if entries[category] else NOT_COLLECTED,
        )
        for category in Category
        if category != Category.REFERENCE or any(entry.total for entry in entries[category])
    ]


def _by_item(subject: PublicSubject, on: date) -> dict[tuple[str, str, str], list[PublicRecord]]:
    """Records by item. Items in force that apply to the subject are there even when they have none."""
    items = in_national_order(InformationItem.objects.in_force(on=on))
    grouped = {(item.category, item.name, item.code): [] for item in items if subject.kind in item.subject_kinds}
    for record in PublicRecord.objects.filter(subject_id=subject.pk).first_of_each_item(SHOWN_OF_EACH):
        grouped.setdefault((record.category, record.item_name, record.item_code), []).append(record)
    return grouped


def _entry(subject: PublicSubject, name: str, code: str, records: list[PublicRecord]) -> Entry:
    total = records[0].total if records else 0
    more = reverse("portal:subject-item", args=[subject.code, code]) if total > len(records) else ""
    return Entry(name, [record_row(record) for record in records], total, more)
