"""Verbs where the law book meets the records: approve an edition knowing what follows, and let the records follow."""

from collections import Counter
from datetime import date

from django.db import transaction

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from catalogue import services as catalogue
from catalogue.models import Edition
from records import whatif


@transaction.atomic
def approve_edition(
    edition: Edition, *, in_force_on: date, recomputes: bool, opinion: str, actor: User, today: date
) -> Edition:
    """Approve an edition and keep with it what it does to the records, counted in the same moment.

    In force today, it is carried out at once. Raises what catalogue.services.approve raises.
    """
    found = whatif.counts(edition, on=in_force_on)
    impact = {
        "total": dict(sum((Counter({count.kind: count.records}) for count in found), Counter())),
        "rows": [[count.department_id, count.item_code, count.kind, count.records] for count in found],
    }
    edition = catalogue.approve(
        edition,
        in_force_on=in_force_on,
        recomputes=recomputes,
        opinion=opinion,
        impact=impact,
        actor=actor,
        today=today,
    )
    carry_out_editions(today=today)
    return edition


def carry_out_editions(*, today: date) -> int:
    """Let the records follow every edition whose day has come, in order. Returns how many records were changed.

    The versions keep what was; the revision moves on, so the nation is told. An edition is carried out once.
    """
    changed = 0
    for pk in Edition.objects.due(on=today).order_by("in_force_on").values_list("pk", flat=True):
        with transaction.atomic():
            edition = Edition.objects.select_for_update(of=("self",)).select_related("base").get(pk=pk)
            if edition.carried_out_at:
                continue
            found = whatif.carry_out(edition)
            catalogue.mark_carried_out(edition)
            detail = {"edition": edition.number, "recomputes": edition.recomputes, **found}
            audit.record(Action.RECORD_RECOMPUTED, edition, business_on=edition.in_force_on, detail=detail)
        changed += sum(found.values())
    return changed
