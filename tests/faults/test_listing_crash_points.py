"""kill -9 at the statements of an entry and an exit: listing, record, tasks and trail change together or not at all.

At every ninth statement as a rule, at each one with `-m long`.
"""

import uuid
from collections.abc import Callable
from functools import partial
from itertools import count

import pytest
from django.db import connection

from accounts.models import Department, Role, User
from accounts.services import place_user
from sanctions import services
from sanctions.models import ConductClass, Listing
from sanctions.services.listings import Decision
from tests.conftest import TODAY, forget_business
from tests.faults.dying import DONE, KILLED, clerk_of, run_and_die
from tests.sanctions.committed import forget_rules
from tests.sanctions.conftest import FIRM, basis, make_kind, make_memorandum

TRACES = {
    "listings": "SELECT state, entered_on, exited_on, exit_kind, record_id IS NOT NULL FROM sanctions_listing",
    "records": "SELECT document_no, state, revision, end_reason FROM records_record ORDER BY document_no",
    "actions": "SELECT opened_on, closed_on FROM sanctions_jointaction",
    "tasks": """
        SELECT s.number, t.purpose, t.state, t.due_on FROM sanctions_measuretask AS t
        JOIN sanctions_measure AS s ON s.id = t.measure_id ORDER BY 1, 2""",
    "subjects": "SELECT legal_name, uscc FROM records_subject",
    "trail": """
        SELECT action, count(*) FROM audit_auditevent WHERE action ~ '^(sanctions|records)\\.' GROUP BY 1 ORDER BY 1""",
}


@pytest.fixture
def listed(department):
    """A function that makes everything ready for a decision: proposed, notified, heard."""
    conduct = ConductClass.objects.create(
        code="T101", category="示例大类", name="示例行为", document_no="国发〔2016〕33号", paragraph="（九）"
    )
    kind = make_kind(lines=[department.line])
    measures = [{"line": "CZT", "legal_basis": basis()}, {"line": "CZT", "force": "recommended"}]
    make_memorandum(measures=measures)
    decision = Decision("云示列〔2026〕1号", TODAY, department.name, "示例事由", conduct)

    def prepare() -> Listing:
        forget_business()
        clerk = User.objects.get(username="crash-clerk")
        User.objects.exclude(pk=clerk.pk).delete()
        clerk_of(department)
        place_user(User(username="crash-lead"), department=department, role=Role.LEAD)
        listing = services.propose_listing(
            kind, FIRM, decision, department=department, actor=clerk, key=uuid.uuid4(), today=TODAY
        )
        services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
        return services.note_statement(listing, actor=clerk, text="已经改正", on=TODAY, today=TODAY)

    yield prepare
    forget_rules()


def _lead(department: Department) -> User:
    return department.staff.get(role=Role.LEAD)


def _enter(listing: Listing) -> None:
    """Decide once more unless the decision was already stored."""
    if Listing.objects.get(pk=listing.pk).state != "entered":
        services.enter_listing(listing, actor=_lead(listing.department), reason="事实清楚", today=TODAY)


def _exit(listing: Listing) -> None:
    if Listing.objects.get(pk=listing.pk).state != "exited":
        lead = _lead(listing.department)
        services.exit_listing(listing, actor=lead, kind="conditions", reason="已经改正", today=TODAY)


def _carry_out(listing: Listing) -> None:
    """One of the measures has been executed when the listing leaves, the other has not."""
    _enter(listing)
    task = listing.actions.get().tasks.get(measure__number=1)
    clerk = place_user(User(username="crash-finance"), department=task.department, role=Role.CLERK)
    services.receive_task(task, actor=clerk)
    services.answer_task(task, actor=clerk, action="execute", outcome="已执行", executed_on=TODAY, today=TODAY)


# Verb → what has been done before it, what it leaves the listing in, how many tasks there are then.
VERBS: dict[str, tuple[Callable[[Listing], None], list[Callable[[Listing], None]], str, int]] = {
    "enter": (_enter, [], "entered", 2),
    "exit": (_exit, [_carry_out], "exited", 3),
}


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("verb", VERBS)
def test_decision_killed_at_any_statement_ends_as_if_undisturbed(listed, verb, step):
    work, before, state, tasks = VERBS[verb]

    def prepared() -> Listing:
        listing = listed()
        for earlier in before:
            earlier(listing)
        return listing

    work(prepared())
    undisturbed = _traces()
    assert undisturbed["listings"][0][0] == state and len(undisturbed["tasks"]) == tasks
    for at in count(1, step):
        listing = prepared()
        ended = run_and_die(partial(work, listing), at)
        if ended == DONE:
            break
        assert ended == KILLED
        work(listing)
        assert _traces() == undisturbed, f"killed before statement {at}"
    assert at > 12, "the operation has more statements than this; the wrapper saw too few"


def _traces() -> dict[str, list]:
    with connection.cursor() as cursor:
        return {name: cursor.execute(query).fetchall() for name, query in TRACES.items()}
