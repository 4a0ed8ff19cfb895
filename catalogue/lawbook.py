"""The law book as one document: what an edition holds, what is published, what comes back as a draft.

    {"bases": [...], "items": [{..., "fields": [...]}], "rules": [...]}

Keys are the column names of the models, so a new column is part of the document by itself; legal bases are named by
their code. Rows carry no dates of their own: when they begin and end is the edition's affair.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db import models

from catalogue.models import DisplayRule, InformationItem, ItemField, LegalBasis

Law = dict[str, list[dict]]


def _columns(model: type[models.Model], *without: str) -> dict[str, models.Field]:
    return {f.name: f for f in model._meta.fields if f.name not in ("id", *without)}


BASIS = _columns(LegalBasis)
ITEM = _columns(InformationItem, "in_force_from", "in_force_until")
FIELD = _columns(ItemField, "item")
RULE = _columns(DisplayRule, "key", "in_force_from", "in_force_until", "retroactive_from")
FURTHER, FIELDS = "further_bases", "fields"
FURTHER_LABEL = "其他依据"


def read_law() -> Law:
    """The law book as the rows have it: every item and rule without an end, and every legal basis."""
    items = InformationItem.objects.filter(in_force_until__isnull=True).select_related("legal_basis")
    items = items.prefetch_related("further_bases", "fields").order_by("code")
    rules = DisplayRule.objects.filter(in_force_until__isnull=True).select_related("legal_basis")
    return {
        "bases": [_plain(basis, BASIS) for basis in LegalBasis.objects.order_by("code")],
        "items": [
            _plain(item, ITEM)
            | {
                FURTHER: sorted(basis.code for basis in item.further_bases.all()),
                FIELDS: [_plain(f, FIELD) for f in sorted(item.fields.all(), key=lambda f: f.seq)],
            }
            for item in items
        ],
        "rules": [_plain(rule, RULE) for rule in rules.order_by("item_code", "severity")],
    }


def _plain(row: models.Model, columns: Iterable[str]) -> dict:
    return {name: _json(getattr(row, name)) for name in columns}


def _json(value):
    if isinstance(value, LegalBasis):
        return value.code
    return value.isoformat() if isinstance(value, date) else value


def in_order(law: Law) -> Law:
    """The same law, its rows in the order in which they are read and compared."""
    items = [item | {FIELDS: sorted(item[FIELDS], key=lambda f: f["seq"])} for item in law["items"]]
    return {
        "bases": sorted(law["bases"], key=lambda basis: basis["code"]),
        "items": sorted(items, key=lambda item: item["code"]),
        "rules": sorted(law["rules"], key=rule_id),
    }


def rule_id(rule: dict) -> tuple[str, str]:
    """One rule an item and severity."""
    return rule["item_code"], rule["severity"]


def rule_key(number: int, code: str, severity: str) -> str:
    """The name a rule has once the edition with this number is approved; records keep it for good."""
    return ".".join(filter(None, (code, f"edition-{number}", severity)))


def renewed_rules(old: Law, new: Law) -> list[dict]:
    """Rules of the new book that begin with it: added, changed, or read by an item with another table of severities."""
    before = {rule_id(rule): rule for rule in old["rules"]}
    tables = [{item["code"]: item["severity_by_value"] for item in law["items"]} for law in (old, new)]
    return [
        rule
        for rule in new["rules"]
        if not is_same(before.get(rule_id(rule)), rule)
        or tables[0].get(rule["item_code"]) != tables[1].get(rule["item_code"])
    ]


def is_same(was: dict | None, now: dict | None) -> bool:
    """Equal in every column both have: one younger than the edition is no change of law."""
    if was is None or now is None:
        return was is now
    return all(was[key] == now[key] for key in was.keys() & now.keys() if key != FIELDS)


def item_of(law: Law, code: str) -> dict | None:
    return next((item for item in law["items"] if item["code"] == code), None)


def bases_of(item: dict) -> list[str]:
    return [item["legal_basis"], *item[FURTHER]]


@dataclass(frozen=True, slots=True)
class Part:
    """One column that is not what it was, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one row. `kind` is basis, item, field or rule; `action` is added, ended or changed."""

    kind: str
    action: str
    item: str
    code: str
    name: str
    parts: tuple[Part, ...] = ()


def compare(old: Law, new: Law) -> list[Change]:
    """Everything in which two law books differ: items with their fields, then rules, then bases."""
    return [*_items(old, new), *_rules(old, new), *_bases(old, new)]


def _items(old: Law, new: Law) -> Iterator[Change]:
    before, after = ({item["code"]: item for item in law["items"]} for law in (old, new))
    labels = _labels(ITEM) | {FURTHER: FURTHER_LABEL}
    for code in sorted(before.keys() | after.keys()):
        was, now = before.get(code), after.get(code)
        yield from _row("item", code, code, was, now, labels, ITEM)
        if now:
            yield from _fields(code, was[FIELDS] if was else [], now[FIELDS])


def _fields(item: str, old: list[dict], new: list[dict]) -> Iterator[Change]:
    before, after = ({field["code"]: field for field in fields} for fields in (old, new))
    for code in chain(after, (code for code in before if code not in after)):
        yield from _row("field", item, code, before.get(code), after.get(code), _labels(FIELD), FIELD)


def _rules(old: Law, new: Law) -> Iterator[Change]:
    before, after = ({rule_id(rule): rule for rule in law["rules"]} for law in (old, new))
    names = {item["code"]: item["name"] for law in (old, new) for item in law["items"]}
    for key in sorted(before.keys() | after.keys()):
        code, severity = key
        name = f"{names.get(code, code)}{said(RULE['severity'], severity) if severity else ''}"
        yield from _row("rule", code, severity, before.get(key), after.get(key), _labels(RULE), RULE, name=name)


def _bases(old: Law, new: Law) -> Iterator[Change]:
    before, after = ({basis["code"]: basis for basis in law["bases"]} for law in (old, new))
    for code in sorted(before.keys() | after.keys()):
        yield from _row("basis", "", code, before.get(code), after.get(code), _labels(BASIS), BASIS)


def _row(
    kind: str, item: str, code: str, was: dict | None, now: dict | None, labels: dict, columns: dict, *, name: str = ""
) -> Iterator[Change]:
    name = name or (now or was or {}).get("name") or (now or was or {}).get("title", "")
    if was is None or now is None:
        yield Change(kind, "added" if was is None else "ended", item, code, name)
        return
    parts = tuple(
        Part(label, said(columns.get(key), was.get(key)), said(columns.get(key), now.get(key)))
        for key, label in labels.items()
        if key in was and was[key] != now.get(key)  # a column younger than the edition is no change of law
    )
    if parts:
        yield Change(kind, "changed", item, code, name, parts)


def _labels(columns: dict[str, models.Field]) -> dict[str, str]:
    return {name: str(field.verbose_name) for name, field in columns.items()}


def said(column: models.Field | None, value) -> str:
    """A value as people read it: choices by their words, lists joined, nothing as a dash."""
    choices = dict(getattr(column, "flatchoices", ()) or ())
    inner = getattr(column, "base_field", None)
    if inner is not None:
        choices = dict(inner.flatchoices or ())
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(str(choices.get(each, each)) for each in value) or "—"
    if isinstance(value, dict):
        return "；".join(f"{key}：{said(None, each)}" for key, each in value.items()) or "—"
    if value in (None, ""):
        return str(choices.get(value, "—"))
    return str(choices.get(value, value))
