"""Two people decide the same request in the same moment: one decision stands, the other is told (T-35)."""

import threading

from django.db import connection

from accounts.models import Role
from records import workflow
from records.models import Record
from records.services import changes
from records.services.changes import Why
from tests import factories
from tests.factories import TODAY


def test_two_people_deciding_at_once_make_one_decision(committed, data_dir, rehearse):
    clerk = factories.make_user("clerk-a", Role.CLERK, factories.make_department("甲", 711))
    leads = [factories.make_user(f"lead-{n}", Role.LEAD, clerk.department) for n in range(2)]
    record = factories.register(factories.penalty(clerk.department), clerk)
    change = changes.request_withdrawal(
        record, reason_code="revoked", why=Why("复议决定撤销"), key="k", actor=clerk, today=TODAY
    )
    barrier, outcomes = threading.Barrier(2), []

    def decide(lead, verb):
        barrier.wait()
        try:
            outcomes.append(verb(change, actor=lead, reason="意见", today=TODAY).state)
        except workflow.TransitionRefused:
            outcomes.append("late")
        finally:
            connection.close()

    verbs = (changes.approve_change, changes.refuse_change)
    threads = [threading.Thread(target=decide, args=pair) for pair in zip(leads, verbs, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in ([workflow.CHANGE_APPLIED, "late"], [workflow.CHANGE_REFUSED, "late"])
    ended = {workflow.CHANGE_APPLIED: workflow.WITHDRAWN, workflow.CHANGE_REFUSED: workflow.CURRENT}
    stands = next(outcome for outcome in outcomes if outcome != "late")
    assert Record.objects.get(pk=record.pk).state == ended[stands]
