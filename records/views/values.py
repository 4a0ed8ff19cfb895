"""The values of a record under the names of the catalogue, with who may see each."""

from datetime import date

from catalogue.models import FieldType, ItemField, Scope
from records.forms import meanings_of
from records.identity import mask_number
from records.models import Record
from records.views.lists import LONG_TERM

SEALED = "已加密保存，不在此显示"


def facts_of(record: Record) -> list[dict]:
    """Every field that was reported, in the catalogue's order. Identity numbers stay sealed."""
    facts = []
    for field in record.item.fields.order_by("seq"):
        if field.code in record.secrets:
            facts.append({"term": field.name, "value": SEALED, "note": _scope(field)})
        elif field.code in record.values:
            shown = fact(field, record.values[field.code])
            facts.append(shown | {"copy_label": field.name} if shown.get("kind") == "code" else shown)
    return facts


def fact(field: ItemField, value: str) -> dict:
    """One value as components/facts.html shows it. An identity number is masked."""
    shown = {"term": field.name, "value": value, "note": _scope(field), "copy_label": ""}
    if field.type == FieldType.ID_NUMBER:
        shown["value"] = mask_number(value)
    elif field.type == FieldType.DATE:
        on = _date(value)
        shown |= {"value": "长期"} if on == LONG_TERM else {"value": on or value, "kind": "date" if on else ""}
    elif field.type in (FieldType.USCC, FieldType.ORGANISATION_CODE):
        shown["kind"] = "code"
    else:
        shown["value"] = meanings_of(field).get(value, value)
    return shown


def _scope(field: ItemField) -> str:
    """Public is what everybody expects of these items; the rest is said."""
    return "" if field.scope == Scope.PUBLIC else f"{field.get_scope_display()}，不向社会公开"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
