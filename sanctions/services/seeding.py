"""Fill the classes of conduct and the kinds of list the first time (国发〔2016〕33号（九）（十九）)."""

import csv
from pathlib import Path

import yaml
from django.db import transaction

from audit import services as audit
from audit.actions import Action
from catalogue.models import InformationItem, LegalBasis
from sanctions.models import ConductClass, ListKind

DATA = Path(__file__).parents[1] / "data"


@transaction.atomic
def seed() -> dict[str, int]:
    """Classes of conduct and kinds of list; how many of each are new. Safe to repeat.

    What staff have changed stays: a list that has any edition here is left alone. A list whose legal basis or item the
    catalogue does not hold is left out, for there is no list without a basis.
    """
    counts = {"conduct_classes": _seed_conduct(), "list_kinds": _seed_kinds()}
    if any(counts.values()):
        audit.record(Action.LISTS_SEEDED, object_type=ListKind._meta.label, detail=counts)
    return counts


def conduct_rows() -> list[dict[str, str]]:
    """The classes of 33号（九） and 98号六（二）, as rows of ConductClass."""
    with (DATA / "conduct.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def kind_rows() -> list[dict]:
    """The kinds of list, bases named by their codes."""
    return yaml.safe_load((DATA / "list_kinds.yaml").read_text(encoding="utf-8"))


def _seed_conduct() -> int:
    made = (ConductClass.objects.get_or_create(code=row["code"], defaults=row)[1] for row in conduct_rows())
    return sum(made)


def _seed_kinds() -> int:
    bases = {basis.code: basis for basis in LegalBasis.objects.all()}
    items = set(InformationItem.objects.values_list("code", flat=True))
    known = set(ListKind.objects.values_list("code", flat=True))
    new = [_kind(row, bases) for row in kind_rows() if row["code"] not in known and _is_founded(row, bases, items)]
    ListKind.objects.bulk_create(new)
    return len(new)


def _is_founded(row: dict, bases: dict[str, LegalBasis], items: set[str]) -> bool:
    named = {row["legal_basis"], row.get("persons_basis", row["legal_basis"])}
    return named <= bases.keys() and row["item_code"] in items


def _kind(row: dict, bases: dict[str, LegalBasis]) -> ListKind:
    found = {name: bases[row[name]] for name in ("legal_basis", "persons_basis") if name in row}
    return ListKind(**row | found)
