"""Fill the rules of repair and the words of letters the first time."""

from pathlib import Path

import yaml
from django.db import transaction

from audit import services as audit
from audit.actions import Action
from repair.models import LetterText, RepairRule

DATA = Path(__file__).parents[1] / "data"


@transaction.atomic
def seed() -> dict[str, int]:
    """Rules and texts; how many of each are new. Safe to repeat: a rule or an edition that is here is left alone."""
    counts = {"repair_rules": _seed_rules(), "letter_texts": _seed_texts()}
    if any(counts.values()):
        audit.record(Action.RULES_SEEDED, object_type=RepairRule._meta.label, detail=counts)
    return counts


def rule_rows() -> list[dict]:
    """The rules by generation, as rows of RepairRule."""
    return _read("rules.yaml")


def text_rows() -> list[dict]:
    """The letters and notices, as rows of LetterText."""
    return _read("letters.yaml")


def _read(name: str) -> list[dict]:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def _seed_rules() -> int:
    known = set(RepairRule.objects.values_list("key", flat=True))
    return len(RepairRule.objects.bulk_create(RepairRule(**row) for row in rule_rows() if row["key"] not in known))


def _seed_texts() -> int:
    known = set(LetterText.objects.values_list("key", "edition"))
    new = [row for row in text_rows() if (row["key"], row["edition"]) not in known]
    return len(LetterText.objects.bulk_create(LetterText(**row) for row in new))
