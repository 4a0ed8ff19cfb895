"""What the data files of the catalogue say, with shared parts filled in. No Django: samples are made from here too."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

DATA = Path(__file__).parent / "data"
LABELS = {"organisation": "法人及非法人组织", "sole_trader": "个体工商户", "person": "自然人"}
RESPONSIBLE_PEOPLE = 3
SEVERITIES = {"serious": ["严重"], "general": ["一般"], "minor": ["轻微"]}


def load(name: str):
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def table(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file; lines that start with # are remarks."""
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def items() -> Iterator[dict]:
    """Every item with all its fields. A file holds one item, or several that share defaults."""
    parts = load("parts.yaml")
    for path in sorted((DATA / "items").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in content.get("items", [content]):
            yield _complete(content.get("defaults", {}) | entry, parts)


def display_rules() -> list[dict]:
    """Every rule: those with a file of their own, and those that stand with their item."""
    return [*load("display_rules.yaml"), *(_rule_of(item) for item in items() if "display" in item)]


def _rule_of(item: dict) -> dict:
    display = item["display"]
    return {"key": f"{item['code']}.{display['method']}", "item": item["code"], "from": date(2000, 1, 1)} | display


def _complete(entry: dict, parts: dict[str, list[dict]]) -> dict:
    """The entry with its fields in order: its own list first, then its parts, `own` being what it alone has."""
    fields = list(entry.pop("fields", []))
    own = entry.pop("own", [])
    for part in entry.pop("parts", []):
        if part == "own":
            fields += own
        elif part == "responsible":
            fields += [_named(f, entry["code"], n) for n in range(1, RESPONSIBLE_PEOPLE + 1) for f in parts[part]]
        else:
            fields += [_named(field, entry["code"]) for field in parts[part]]
    severity_field = entry.pop("severity_field", "")
    if severity_field:
        entry["severity_by_value"] = {"field": f"{entry['code']}_{severity_field}"} | SEVERITIES
    kinds = entry["subject_kinds"]
    kept = (_for_kinds(field, kinds) for field in fields if set(field.get("applies_to", kinds)) & set(kinds))
    entry["fields"] = [field | {"seq": seq} for seq, field in enumerate(kept, start=1)]
    return entry


def _named(field: dict, code: str, n: int = 0) -> dict:
    return {
        key: value.format(code=code, n=n) if key in ("code", "name", "responsible_no") else value
        for key, value in field.items()
    }


def _for_kinds(field: dict, kinds: list[str]) -> dict:
    field = dict(field)
    if field.get("role") == "subject_kind":
        field["values"] = [value for value in field["values"] if value in {LABELS[kind] for kind in kinds}]
    if field.pop("values_from", None) == "occupations":
        field["values"] = list(dict.fromkeys(row["name"] for row in table("occupations.csv")))
    return field
