"""Who reports what: key field, item, line of departments, as one table (F006)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from catalogue.models import InformationItem, KeyField, SourceLine
from catalogue.order import in_national_order


@dataclass(frozen=True, slots=True)
class Reported:
    """An item with the lines of departments that report it; no line means any department."""

    item: InformationItem
    sources: list[SourceLine]


@dataclass(frozen=True, slots=True)
class Duty:
    field: KeyField
    items: list[Reported]


@dataclass(frozen=True, slots=True)
class Description:
    """An item's fields and lines, by name, and its threshold in words."""

    key_fields: list[KeyField]
    sources: list[SourceLine]
    viewers: list[SourceLine]
    threshold: str


def duties(*, on: date) -> list[Duty]:
    """Every key field with what is reported about it; a field nobody reports stands there empty."""
    lines = _lines()
    by_field = defaultdict(list)
    for item in in_national_order(InformationItem.objects.in_force(on=on)):
        for code in item.key_fields:
            by_field[code].append(Reported(item, _named(item.sources, lines)))
    return [Duty(field, by_field[field.code]) for field in KeyField.objects.all()]


def describe(item: InformationItem) -> Description:
    lines = _lines(code__in=[*item.sources, *item.viewers])
    return Description(
        list(KeyField.objects.filter(code__in=item.key_fields)),
        _named(item.sources, lines),
        _named(item.viewers, lines),
        "、".join(item.admits.get("values", ())),
    )


def _lines(**which) -> dict[str, SourceLine]:
    return {line.code: line for line in SourceLine.objects.filter(**which)}


def _named(codes: Iterable[str], lines: dict[str, SourceLine]) -> list[SourceLine]:
    return [lines[code] for code in codes if code in lines]
