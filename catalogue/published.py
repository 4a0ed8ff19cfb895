"""The law book as it is published: what stands in the document around the law, and an item as a JSON Schema.

Keys are stable; docs/api.md explains them. The part under `law` comes back as a draft unchanged.
"""

from datetime import date
from typing import Protocol

from catalogue.lawbook import FIELDS, Law
from catalogue.models import Edition, FieldType, Requirement

FORMAT = "credit-platform/catalogue/1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
DATE_PATTERN = r"^\d{4}([-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)$"
PATTERNS = {
    FieldType.DATE: DATE_PATTERN,
    FieldType.DECIMAL: r"^-?\d{1,3}(,?\d{3})*(\.\d{1,6})?$",
    FieldType.USCC: r"^[0-9A-HJ-NPQRTUWXY]{18}$",
    FieldType.ORGANISATION_CODE: r"^[0-9A-Z]{8}-?[0-9X]$",
}


class Published(Protocol):
    """What is known of an approved edition; the portal reads it from its view."""

    number: int
    name: str
    reason: str
    in_force_on: date
    superseded_on: date | None
    recomputes: bool
    law: Law


def document(edition: Published) -> dict:
    """An approved edition as published."""
    ended_on = edition.superseded_on
    return {
        "format": FORMAT,
        "edition": {
            "number": edition.number,
            "name": edition.name,
            "reason": edition.reason,
            "in_force_on": edition.in_force_on.isoformat(),
            "superseded_on": ended_on.isoformat() if ended_on else None,
            "recomputes": edition.recomputes,
        },
        "law": edition.law,
    }


def describe(edition: Edition) -> list[dict]:
    """The facts about an edition, for components/facts.html."""
    facts = [
        {"term": "名称", "value": edition.name},
        {"term": "修订说明", "value": edition.reason or "—"},
        {"term": "拟订", "value": _who(edition.author, edition.created_at) if edition.author else "随平台安装"},
    ]
    if edition.opinion:
        facts.append({"term": "复核意见", "value": edition.opinion})
    if edition.in_force_on:
        facts.append(
            {"term": "批准", "value": _who(edition.approver, edition.approved_at) if edition.approver else "—"}
        )
        facts.append({"term": "施行日期", "value": edition.in_force_on, "kind": "date"})
    if edition.base:
        decided = "从短重算" if edition.recomputes else "维持原期限"
        facts.append({"term": "正在公示的记录", "value": decided if edition.in_force_on else "由复核人决定"})
    return facts


def _who(person, moment) -> str:
    return f"{person}，{moment:%Y-%m-%d}" if person else "—"


def schema_of(law: Law, code: str) -> dict | None:
    """One row of an item as the departments' API takes it (JSON Schema). None when there is no such item.

    Shape only: check digits, dates and who may report are judged when the row is received.
    """
    item = next((each for each in law["items"] if code in (each["code"], each["name"])), None)
    if item is None:
        return None
    fields = item[FIELDS]
    return {
        "$schema": DIALECT,
        "title": item["name"],
        "description": f"{item['name']}的一行（{item['code']}）。值一律为文本；也可用中文列名代替代码。",
        "type": "object",
        "properties": {field["code"]: _property(field) for field in fields},
        "required": [field["code"] for field in fields if field["required"] == Requirement.YES],
        "additionalProperties": False,
    }


def _property(field: dict) -> dict:
    shape: dict = {"type": "string", "title": field["name"]}
    if field["help"]:
        shape["description"] = field["help"]
    if field["length"]:
        shape["maxLength"] = field["length"]
    if field["type"] == FieldType.ENUM:
        one = {"enum": field["values"]}
        shape |= {"anyOf": [one, {"pattern": "^其他-.+"}]} if field["open_values"] else one
    elif field["type"] in PATTERNS:
        shape["pattern"] = PATTERNS[field["type"]]
    shape["x-scope"] = field["scope"]
    return shape
