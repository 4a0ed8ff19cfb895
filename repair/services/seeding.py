"""Fill the rules of repair and the words of letters the first time."""

from pathlib import Path

import yaml
from django.db import transaction

from audit import services as audit
from audit.actions import Action
from repair.models import LetterText, RealNameLevel, RepairRule

DATA = Path(__file__).parents[1] / "data"


@transaction.atomic
def seed() -> dict[str, int]:
    """Rules, texts and levels; how many of each are new. Safe to repeat: what is here already is left alone."""
    counts = {"repair_rules": _seed_rules(), "letter_texts": _seed_texts(), "real_name_levels": _seed_levels()}
    if any(counts.values()):
        audit.record(Action.RULES_SEEDED, object_type=RepairRule._meta.label, detail=counts)
    return counts


def rule_rows() -> list[dict]:
    """The rules by generation, as rows of RepairRule."""
    return _read("rules.yaml")


def text_rows() -> list[dict]:
    """The letters and notices, as rows of LetterText."""
    return _read("letters.yaml")


def level_rows() -> list[dict]:
    """The levels of real-name accounts, as rows of RealNameLevel."""
    return _read("levels.yaml")


def _read(name: str) -> list[dict]:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def _seed_rules() -> int:
    known = set(RepairRule.objects.values_list("key", flat=True))
    return len(RepairRule.objects.bulk_create(RepairRule(**row) for row in rule_rows() if row["key"] not in known))


def _seed_texts() -> int:
    known = set(LetterText.objects.values_list("key", "edition"))
    new = [row for row in text_rows() if (row["key"], row["edition"]) not in known]
    return len(LetterText.objects.bulk_create(LetterText(**row) for row in new))


def _seed_levels() -> int:
    known = set(RealNameLevel.objects.values_list("code", flat=True))
    new = [row for row in level_rows() if row["code"] not in known]
    return len(RealNameLevel.objects.bulk_create(RealNameLevel(**row) for row in new))
