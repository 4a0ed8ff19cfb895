"""Verbs on the catalogue: seed it, and hand out what is in force."""

from django.db import transaction

from audit import services as audit
from audit.actions import Action
from catalogue import reading
from catalogue.models import DisplayRule, InformationItem, ItemField, KeyField, LegalBasis, Occupation, SourceLine

TABLES = ((KeyField, "key_fields.csv"), (Occupation, "occupations.csv"), (SourceLine, "sources.csv"))


@transaction.atomic
def seed() -> dict[str, int]:
    """Load legal bases, items and display rules that are not there yet. Rows that exist are never edited in place."""
    for model, name in TABLES:
        for row in reading.table(name):
            model.objects.get_or_create(code=row["code"], defaults=row)
    for entry in reading.load("legal_bases.yaml"):
        LegalBasis.objects.get_or_create(code=entry["code"], defaults=entry)
    bases = {basis.code: basis for basis in LegalBasis.objects.all()}
    for entry in reading.items():
        _seed_item(entry, bases)
    for entry in reading.display_rules():
        DisplayRule.objects.get_or_create(
            key=entry["key"],
            defaults={
                "item_code": entry["item"],
                "severity": entry.get("severity", ""),
                "method": entry["method"],
                "minimum_months": entry.get("minimum"),
                "maximum_months": entry.get("maximum"),
                "legal_basis": bases[entry["basis"]],
                "in_force_from": entry["from"],
                "in_force_until": entry.get("until"),
                "source": entry["source"],
                "evidence": entry["evidence"],
            },
        )
    return {
        "legal_bases": len(bases),
        "items": InformationItem.objects.count(),
        "display_rules": DisplayRule.objects.count(),
    }


def _seed_item(entry: dict, bases: dict[str, LegalBasis]) -> None:
    if InformationItem.objects.filter(code=entry["code"]).exists():
        return
    fields, further = entry.pop("fields"), entry.pop("further_bases")
    entry.pop("display", None)
    item = InformationItem.objects.create(**entry | {"legal_basis": bases[entry["legal_basis"]]})
    item.further_bases.set(bases[code] for code in further)
    ItemField.objects.bulk_create(ItemField(item=item, **field) for field in fields)
    audit.record(Action.ITEM_SEEDED, item, detail={"code": item.code})
