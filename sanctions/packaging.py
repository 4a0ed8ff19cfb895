"""What a bank is told of an organisation with its consent: what everybody may see, and what that opens (33号（七）).

Never part of it: identity numbers, what is highly sensitive, who was responsible, what departments share only among
themselves, and records no longer on display.
"""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from catalogue.models import InformationItem, ItemField, ResponsiblePart, Scope, Sensitivity
from records.models import Record, Subject
from records.workflow import DISPUTED

FORMAT = "credit-finance-package-1"


def openable_items(*, on: date) -> list[InformationItem]:
    """Items of organisations whose consent can open something: with fields for authorised queries, kept from nobody."""
    found = InformationItem.objects.in_force(on=on).filter(viewers=[], pk__in=_openable().values("item"))
    return [item for item in found.order_by("code") if "organisation" in item.subject_kinds]


def _openable():
    return ItemField.objects.filter(scope=Scope.AUTHORISED, responsible_part=ResponsiblePart.NONE).exclude(
        sensitivity=Sensitivity.HIGH
    )


def rows_of(subject: Subject, items: Collection[str], *, on: date) -> list[dict]:
    """The records on display about an organisation, newest first, each with the fields that may be told."""
    shown = Record.objects.displayed(on=on).filter(subject=subject).select_related("item", "department")
    records = list(shown.order_by("-decided_on", "-pk"))
    fields = _fields({record.item_id for record in records}, items)
    return [_row(record, fields.get(record.item_id, [])) for record in records]


def _fields(item_ids: Collection[int], items: Collection[str]) -> dict[int, list[ItemField]]:
    may_tell = Q(scope=Scope.PUBLIC) | Q(pk__in=_openable().filter(item__code__in=items).values("pk"))
    by_item: dict[int, list[ItemField]] = {}
    for field in ItemField.objects.filter(may_tell, item__in=item_ids).order_by("item", "seq"):
        by_item.setdefault(field.item_id, []).append(field)
    return by_item


def _row(record: Record, fields: Collection[ItemField]) -> dict:
    return {
        "item": record.item_code,
        "item_name": record.item.name,
        "department": record.department.name,
        "document_no": record.document_no,
        "decided_on": record.decided_on.isoformat(),
        "displayed_until": record.displayed_until.isoformat(),
        "is_adverse": record.item.is_adverse,
        "is_disputed": record.state == DISPUTED,
        "values": {field.name: record.values[field.code] for field in fields if field.code in record.values},
    }
