"""Load the texts of commitments that the founding documents ask for."""

from datetime import date
from pathlib import Path

import yaml
from django.db import transaction

from audit import services as audit
from audit.actions import Action
from catalogue.models import Evidence, LegalBasis
from sanctions.models import CommitmentTemplate

TEXTS = Path(__file__).parents[1] / "data" / "commitment_templates.yaml"
SOURCE = "平台拟定的文本，依据见所列文件；使用部门核对"


@transaction.atomic
def seed_templates() -> dict[str, int]:
    """Load every text that is not there yet; what people have changed stays. Returns how many there are."""
    bases = {basis.code: basis for basis in LegalBasis.objects.all()}
    for entry in yaml.safe_load(TEXTS.read_text(encoding="utf-8")):
        basis = bases[entry.pop("basis")]
        code = entry.pop("code")
        template, is_new = CommitmentTemplate.objects.get_or_create(
            code=code,
            edition=1,
            defaults=entry
            | {
                "text": entry["text"].strip(),
                "legal_basis": basis,
                "in_force_from": basis.in_force_from or date(2016, 5, 30),
                "source": SOURCE,
                "evidence": Evidence.TO_BE_VERIFIED,
            },
        )
        if is_new:
            audit.record(Action.TEMPLATE_SEEDED, template)
    return {"commitment_templates": CommitmentTemplate.objects.count()}
