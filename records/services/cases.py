"""Verbs on doubtful codes (重错码): found, answered by the department that reported, settled by a reviewer."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from records import bulk_subjects, workflow
from records.errors import Refused
from records.models import CodeCase
from records.services.batches import require_right
from records.services.merging import require_reviewer


@transaction.atomic
def find_code_cases() -> int:
    """Put every new doubt about a code on the list of the department that reported it; returns how many are open."""
    bulk_subjects.open_code_cases()
    return CodeCase.objects.unsettled().count()


@transaction.atomic
def answer_case(case: CodeCase, *, action: str, actor: User, answer: str) -> CodeCase:
    """Say for the department why the code stands (`explain`) or that it was put right (`correct`)."""
    case = CodeCase.objects.select_for_update(of=("self",)).select_related("department").get(pk=case.pk)
    require_right(actor, "report", case.department)
    case.state = workflow.next_state(case.state, action)
    case.answer, case.answered_by, case.answered_at = _words(answer, "请写明情况。"), actor, timezone.now()
    case.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    audit.record(Action.CASE_ANSWERED, case, actor=actor, reason=answer, detail={"state": case.state})
    return case


@transaction.atomic
def settle_case(case: CodeCase, *, actor: User, verdict: str) -> CodeCase:
    """Close a case with a verdict."""
    case = _judged(case, "settle", actor=actor)
    case.verdict, case.settled_by, case.settled_at = _words(verdict, "请写明办结意见。"), actor, timezone.now()
    case.save(update_fields=["state", "verdict", "settled_by", "settled_at"])
    audit.record(Action.CASE_SETTLED, case, actor=actor, reason=verdict)
    return case


@transaction.atomic
def reopen_case(case: CodeCase, *, actor: User, reason: str) -> CodeCase:
    """Give an answer back that does not settle it."""
    case = _judged(case, "reopen", actor=actor)
    case.verdict = _words(reason, "请写明退回的原因。")
    case.save(update_fields=["state", "verdict"])
    audit.record(Action.CASE_REOPENED, case, actor=actor, reason=reason)
    return case


def _judged(case: CodeCase, action: str, *, actor: User) -> CodeCase:
    require_reviewer(actor)
    case = CodeCase.objects.select_for_update().get(pk=case.pk)
    case.state = workflow.next_state(case.state, action)
    return case


def _words(text: str, otherwise: str) -> str:
    """Raises Refused with the sentence `otherwise` when nothing was written."""
    if not text.strip():
        raise Refused(otherwise, code="reason_required")
    return text.strip()
