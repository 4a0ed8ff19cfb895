"""Every state times every verb: what the table allows is done, everything else is refused and changes nothing."""

from functools import partial

import pytest
from django.db import transaction

from accounts.models import Role
from records.workflow import TransitionRefused
from sanctions import services, workflow
from sanctions.models import MeasureTask
from sanctions.workflow import ListingState, TaskState
from tests.factories import make_user
from tests.sanctions.conftest import LATER, TODAY

# How a listing, or a task, comes to each state.
LISTING_WAYS = {
    "proposed": (),
    "notified": ("notify",),
    "stated": ("notify", "state"),
    "entered": ("notify", "enter"),
    "exited": ("notify", "enter", "exit"),
    "refused": ("notify", "refuse"),
    "dropped": ("drop",),
}
TASK_WAYS = {
    "issued": (),
    "received": ("receive",),
    "executed": ("receive", "execute"),
    "declined": ("receive", "decline"),
    "inapplicable": ("receive", "dismiss"),
    "verified": ("receive", "execute", "verify"),
    "lifted": ("lift",),
}


class Undone(Exception):
    """Takes the savepoint back."""


def listing_verbs(clerk, lead) -> dict:
    said = {"reason": "示例理由", "today": LATER}
    return {
        "notify": partial(services.notify_subject, actor=clerk, how="直接送达", on=TODAY, today=LATER),
        "state": partial(services.note_statement, actor=clerk, text="示例陈述", on=TODAY, today=LATER),
        "enter": partial(services.enter_listing, actor=lead, **said),
        "refuse": partial(services.refuse_listing, actor=lead, **said),
        "drop": partial(services.drop_listing, actor=clerk, **said),
        "exit": partial(services.exit_listing, actor=lead, kind="repaired", **said),
        "reenter": partial(services.reenter_listing, actor=lead, **said),
    }


def task_verbs(clerk, lead) -> dict:
    answer = partial(services.answer_task, actor=clerk, outcome="示例情况", today=LATER)

    def lift(task):
        listing = task.action.listing
        services.exit_listing(listing, actor=lead, kind="conditions", reason="示例理由", today=LATER)

    return {
        "receive": partial(services.receive_task, actor=clerk),
        "execute": partial(answer, action="execute", executed_on=LATER),
        "decline": partial(answer, action="decline"),
        "dismiss": partial(answer, action="dismiss"),
        "verify": partial(services.verify_task, actor=lead),
        "return": partial(services.return_task, actor=lead, opinion="示例理由"),
        "lift": lift,
    }


def walk(row, ways: dict, verbs: dict) -> set[tuple[str, str, str]]:
    """Each (state, action, next state) that a verb carries out; a refusal must leave the row as it was."""
    done = set()
    for state, way in ways.items():
        for action, verb in verbs.items():
            try:
                with transaction.atomic():
                    for step in way:
                        verbs[step](row)
                    row.refresh_from_db()
                    assert row.state == state
                    with transaction.atomic():
                        verb(row)
                    row.refresh_from_db()
                    done.add((state, action, row.state))
                    raise Undone
            except Undone:
                pass
            except TransitionRefused:
                assert (state, action) not in workflow.TRANSITIONS
            row.refresh_from_db()
    return done


def edges(states) -> set[tuple[str, str, str]]:
    return {
        (s, action, following) for (s, action), (following, _) in workflow.TRANSITIONS.items() if s in states.values
    }


def test_every_step_of_a_listing(black, memorandum, propose, clerk, lead, rehearse):
    listing = propose(black)
    rehearse(LATER)
    assert set(LISTING_WAYS) == set(ListingState.values)
    assert walk(listing, LISTING_WAYS, listing_verbs(clerk, lead)) == edges(ListingState)


def test_every_step_of_a_task(black, memorandum, enter, clerk, lead):
    task = MeasureTask.objects.get(action__listing=enter(black), measure__number=2)
    assert set(TASK_WAYS) == set(TaskState.values)
    for_reference = ("issued", "note", "verified")
    assert walk(task, TASK_WAYS, task_verbs(clerk, lead)) == edges(TaskState) - {for_reference}


def test_what_is_sent_for_reference_ends_with_its_receipt(black, memorandum, departments, enter):
    task = MeasureTask.objects.get(action__listing=enter(black), measure__number=4)
    bank = make_user("bank-s", Role.CLERK, departments["YH"])
    assert services.receive_task(task, actor=bank).state == "verified"
    with pytest.raises(TransitionRefused):
        services.receive_task(task, actor=bank)


@pytest.mark.parametrize("state", [*ListingState.values, *TaskState.values, *workflow.MemorandumState.values])
def test_no_action_leads_out_of_the_table(state):
    actions = {action for _, action in workflow.TRANSITIONS}
    for action in actions:
        if (state, action) in workflow.TRANSITIONS:
            assert workflow.next_state(state, action)
        else:
            with pytest.raises(TransitionRefused):
                workflow.next_state(state, action)
