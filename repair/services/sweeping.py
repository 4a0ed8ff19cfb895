"""What comes about by itself: clocks that ran out, silence that is passed on, material that never came."""

from datetime import date

from django.db import transaction

from audit.actions import Action
from deadlines.policy import ONE_DAY
from repair import policy, workflow
from repair.models import Case, Clock
from repair.services import clocks, notices
from repair.services.base import note, save


def note_missed(*, today: date) -> int:
    """One event a clock that ran out, dated the day it fell due; a department's silence goes up to the reviewers.

    Doing it again, or many days late, adds nothing. Returns how many were written.
    """
    written = 0
    for pk in Clock.objects.missed(on=today).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            clock = Clock.objects.select_related("case").get(pk=pk)
            case = Case.objects.select_for_update(of=("self",)).select_related("department").get(pk=clock.case_id)
            clock = Clock.objects.missed(on=today).select_for_update(of=("self",)).filter(pk=pk).first()
            if clock is None:
                continue
            written += _missed(case, clock, today)
    return written


def _missed(case: Case, clock: Clock, today: date) -> int:
    clock.missed_on = clock.due_on
    clock.save(update_fields=["missed_on"])
    if clock.key == policy.SUPPLEMENT and case.state == workflow.RETURNED:
        return 0  # what never came ends the case, see lapse_returned
    detail = {"limit": clock.key}
    note(case, "overdue", Action.REQUEST_MISSED, by=None, today=clock.due_on, from_state=case.state, detail=detail)
    is_silence = case.state == workflow.FORWARDED and clock.key == policy.VERIFICATION[case.kind]
    if is_silence and case.escalated_on is None:
        case.escalated_on = clock.due_on
        text = f"{case.department}未在 {clock.due_on} 以前答复"
        save(case, "escalate", Action.REQUEST_ESCALATED, by=None, today=clock.due_on, text=text)
        notices.tell_department(case, case.department, "overdue", today=today)
    return 1


def lapse_returned(*, today: date) -> int:
    """Close what was returned for material that never came, on the day after its term. Returns how many."""
    closed = 0
    late = Clock.objects.running().filter(key=policy.SUPPLEMENT, due_on__lt=today, case__state=workflow.RETURNED)
    for pk in late.order_by("pk").values_list("case_id", flat=True):
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).select_related("department").get(pk=pk)
            clock = case.clocks.running().filter(key=policy.SUPPLEMENT, due_on__lt=today).first()
            if case.state != workflow.RETURNED or clock is None:
                continue
            on = clock.due_on + ONE_DAY
            case.state = workflow.next_state(case.state, "lapse")
            clocks.end_all(case, on=on)
            case.closed_on = on
            save(case, "lapse", Action.REQUEST_LAPSED, by=None, today=on, from_state=workflow.RETURNED)
            notices.tell(case, "lapsed", today=today)
            closed += 1
    return closed


@transaction.atomic
def end_synchronised(*, today: date) -> int:
    """End the clocks of what the national platform has confirmed since the decision. Returns how many."""
    ended = 0
    waiting = Clock.objects.filter(key=policy.SYNC, ended_on__isnull=True).select_related("case__record")
    for clock in waiting.select_for_update(of=("self",)):
        record = clock.case.record
        if record is None or record.national_revision >= record.revision:
            clock.ended_on = max(today, clock.started_on)
            clock.save(update_fields=["ended_on"])
            ended += 1
    return ended
