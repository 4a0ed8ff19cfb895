"""恢复信誉、消除影响 (33号（二十二）): say in public that something was wrong, where its subject wants that said."""

from datetime import date

from django.db import transaction

from accounts.models import User
from audit.actions import Action
from records.errors import Refused
from records.services.batches import last_day
from repair import letters, workflow
from repair.models import Case, Cause, Clarification
from repair.services import notices
from repair.services.base import require_reason, save, taken

TERM = "clarification.display"


@transaction.atomic
def publish_clarification(
    case: Case, *, actor: User, version: int, consent: str, consented_on: date, today: date
) -> Case:
    """Publish that an error was confirmed, for a term. `consent`: by which paper or application the subject asked.

    Nothing is published of anybody who has not asked. Raises HeldByOther, RightMissing, CaseMoved, Refused:
    no_error_confirmed, reason_required, consent_in_future, clarified_already.
    """
    case = taken(case, actor, version)
    if not may_be_clarified(case):
        raise Refused("只有确认有误并已经更正、撤回或者移出名单的，可以公开澄清。", code="no_error_confirmed")
    consent = require_reason(consent, "请写明当事人同意公开的申请或者书面材料。没有本人同意的，不公开。")
    if consented_on > today:
        raise Refused("同意的日期晚于今天。", code="consent_in_future")
    if Clarification.objects.filter(case=case).exists():
        raise Refused("这个办件已经公开过澄清。", code="clarified_already")
    written = letters.write(case, "clarification", today=today)
    Clarification.objects.create(
        case=case, consent=consent, consented_on=consented_on, text=written.text, edition=written.edition,
        shown_from=today, shown_until=last_day(TERM, today), published_by=actor,
    )  # fmt: skip
    save(case, "clarify", Action.CLARIFICATION_PUBLISHED, by=actor, today=today, text=consent)
    notices.tell(case, "clarified", today=today)
    return case


@transaction.atomic
def withdraw_clarification(case: Case, *, actor: User, version: int, reason: str, today: date) -> Case:
    """Show a clarification no more: consent can be taken back at any time (个人信息保护法第十五条).

    Raises HeldByOther, RightMissing, CaseMoved, Refused: not_clarified, reason_required.
    """
    case = taken(case, actor, version)
    shown = Clarification.objects.filter(case=case, withdrawn_on=None).first()
    if shown is None:
        raise Refused("这个办件没有公开的澄清。", code="not_clarified")
    shown.withdrawn_on, shown.withdrawn_reason = today, require_reason(reason)[:300]
    shown.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    return save(case, "unclarify", Action.CLARIFICATION_WITHDRAWN, by=actor, today=today, text=shown.withdrawn_reason)


def may_be_clarified(case: Case) -> bool:
    """Whether an error was confirmed and put right."""
    return case.state == workflow.GRANTED and case.restorations.filter(cause=Cause.ERROR).exists()
