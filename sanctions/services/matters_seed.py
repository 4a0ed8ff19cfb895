"""The matters before which subjects are checked, as the documents name them. Safe to run again; edits by staff stay."""

from pathlib import Path

import yaml
from django.db import transaction

from audit import services as audit
from audit.actions import Action
from sanctions.models import Matter

DATA = Path(__file__).parents[1] / "data" / "matters.yaml"


@transaction.atomic
def seed() -> dict[str, int]:
    """Load sanctions/data/matters.yaml: what is not there yet."""
    entries = yaml.safe_load(DATA.read_text(encoding="utf-8"))["matters"]
    held = set(Matter.objects.values_list("code", flat=True))
    new = [Matter(**entry) for entry in entries if entry["code"] not in held]
    for matter in new:
        matter.full_clean()
    Matter.objects.bulk_create(new)
    if new:
        audit.record(Action.LISTS_SEEDED, object_type=Matter._meta.label, detail={"matters": len(new)})
    return {"matters": Matter.objects.count()}
