"""kill -9 at the statements of a preview, a commit, a drop and an undo: the tables end as if nothing had happened.

At every ninth statement as a rule, at each one with `-m long`.
"""

from collections.abc import Callable
from functools import partial
from itertools import count

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Department, Role, User
from accounts.services import place_user
from credit_platform import demo
from records import services
from records.models import Batch
from records.services import batches
from records.services.batches import item_in_force
from records.workflow import Commit, Policy
from tests.conftest import TODAY, forget_business
from tests.faults.dying import DONE, KILLED, SOURCE, clerk_of, run_and_die

SLICE = 4
TRACES = {
    "batches": """
        SELECT state, rows_total, rows_accepted, rows_unchanged, rows_rejected, rows_undone, decided_at IS NOT NULL
        FROM records_batch ORDER BY id""",
    "previews": """
        SELECT rows_new, rows_changed, rows_unchanged, rows_unreadable, rows_conflicting, rows_shown, is_renewed,
               jsonb_array_length(sample) FROM records_preview ORDER BY batch_id""",
    "records": """
        SELECT document_no, "values", displayed_from, displayed_until, state, revision, end_reason
        FROM records_record ORDER BY document_no""",
    "subjects": """
        SELECT s.legal_name, s.uscc, (SELECT count(*) FROM records_identifier AS i WHERE i.subject_id = s.id)
        FROM records_subject AS s ORDER BY 1""",
    "sent back": "SELECT row_no, problems, is_foreseen FROM records_rejectedrow ORDER BY row_no",
    "left over": """
        SELECT (SELECT count(*) FROM records_stagedrow), (SELECT count(*) FROM records_batchkey),
               (SELECT count(*) FROM records_previewedrow)""",
    "versions": "SELECT count(*) FROM records_recordversion",
    "trail": """
        SELECT action, count(*) FROM audit_auditevent WHERE action LIKE 'records.%' GROUP BY action ORDER BY action""",
}


@pytest.fixture(autouse=True)
def several_slices(monkeypatch):
    monkeypatch.setattr(batches, "SLICE", SLICE)


def _rows() -> list[dict[str, str]]:
    """Two slices: changed, equal, new, wrong, contradicting."""
    held = list(demo.permits(SOURCE, TODAY, count=6))
    rows = [held[0] | {"许可内容": "改过的内容"}, held[1], *held[3:]]
    return [*rows, held[4] | {"许可决定日期": "2026/13/01"}, held[5] | {"许可内容": "与前面的行矛盾"}]


def _receive(department: Department, rows: list[dict[str, str]], commit: str) -> Batch:
    return services.receive_batch(
        item=item_in_force("XZXK", on=TODAY),
        department=department,
        source=Batch.Source.FILE,
        file_name="演示.csv",
        chunks=[demo.as_csv(rows)],
        actor=department.staff.get(role=Role.CLERK),
        commit=commit,
    )


def _prepare(department: Department) -> Batch:
    """Three records are held; a file about six waits to be read."""
    forget_business()
    lead = department.staff.filter(role=Role.LEAD)
    lead.delete()
    clerk_of(department)
    place_user(User(username="crash-lead"), department=department, role=Role.LEAD)
    first = _receive(department, list(demo.permits(SOURCE, TODAY, count=3)), Commit.AUTO)
    services.run_batch(first.pk, today=TODAY)
    return _receive(department, _rows(), Commit.PREVIEW)


def _traces() -> dict[str, list]:
    with connection.cursor() as cursor:
        return {name: cursor.execute(query).fetchall() for name, query in TRACES.items()}


def _run(batch: Batch) -> None:
    """What the sweep does once a dead worker's lease is over."""
    Batch.objects.filter(pk=batch.pk).update(leased_until=timezone.now())
    services.run_batch(batch.pk, today=TODAY)


def _commit(batch: Batch, policy: str = Policy.GOOD_ROWS) -> None:
    batch = Batch.objects.get(pk=batch.pk)
    if batch.state == "previewed":
        actor = batch.department.staff.get(role=Role.CLERK)
        services.commit_batch(batch, actor=actor, policy=policy, seen=batch.preview.outcome_digest)
    _run(batch)


def _drop(batch: Batch) -> None:
    batch = Batch.objects.get(pk=batch.pk)
    if batch.state == "previewed":
        services.drop_batch(batch, actor=batch.department.staff.get(role=Role.CLERK))


def _undo(batch: Batch) -> None:
    batch = Batch.objects.get(pk=batch.pk)
    if batch.state == "committed":
        services.undo_batch(batch, actor=batch.department.staff.get(role=Role.LEAD), reason="误传")
    _run(batch)


# Verb → what has been done before it, and what it leaves the batch in.
VERBS: dict[str, tuple[Callable[[Batch], None], list[Callable[[Batch], None]], str]] = {
    "preview": (_run, [], "previewed"),
    "commit": (_commit, [_run], "committed"),
    "send back": (partial(_commit, policy=Policy.ALL_OR_NOTHING), [_run], "refused"),
    "drop": (_drop, [_run], "abandoned"),
    "undo": (_undo, [_run, _commit], "undone"),
}


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("verb", VERBS)
def test_decision_killed_at_any_statement_ends_as_if_undisturbed(department, verb, step):
    work, before, state = VERBS[verb]

    def prepared() -> Batch:
        batch = _prepare(department)
        for earlier in before:
            earlier(batch)
        return batch

    work(prepared())
    undisturbed = _traces()
    assert undisturbed["batches"][-1][0] == state
    for at in count(1, step):
        batch = prepared()
        ended = run_and_die(partial(work, batch), at)
        if ended == DONE:
            break
        assert ended == KILLED
        work(batch)
        assert _traces() == undisturbed, f"killed before statement {at}"
    assert at > 12, "the operation has more statements than this; the wrapper saw too few"
