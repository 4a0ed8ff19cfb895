"""kill -9 at every statement of an import, and two workers at one batch: the tables end as if nothing had happened.

A child process carries the batch and dies at the n-th statement; the parent takes it up as the sweep would, and the
final tables are held against an import nobody disturbed. `n` runs over the whole operation, so no luck is needed.
"""

import threading
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from django.db import connection
from django.utils import timezone
from time_machine import travel

from accounts.models import Department
from credit_platform import demo
from records import services
from records.models import Batch
from records.services import batches
from records.services.batches import item_in_force
from tests.conftest import TODAY, forget_business
from tests.faults.dying import DONE, KILLED, SOURCE, clerk_of, run_and_die

SLICE = 8
# What an import leaves behind, without the numbers that depend on how often it was begun.
TRACES = {
    "batches": """
        SELECT state, rows_total, rows_accepted, rows_unchanged, rows_rejected, staged_until FROM records_batch""",
    "records": """
        SELECT row_no, subject_name, document_no, decided_on, "values", displayed_from, displayed_until, state,
               revision, national_revision FROM records_record ORDER BY row_no""",
    "subjects": """
        SELECT s.legal_name, s.uscc, array_agg(i.kind || ':' || i.lookup ORDER BY i.kind)
        FROM records_subject AS s LEFT JOIN records_identifier AS i ON i.subject_id = s.id GROUP BY s.id ORDER BY 2""",
    "sent back": "SELECT row_no, problems FROM records_rejectedrow ORDER BY row_no",
    "left over": "SELECT (SELECT count(*) FROM records_stagedrow), (SELECT count(*) FROM records_batchkey)",
    "versions": "SELECT count(*) FROM records_recordversion",
    "trail": """
        SELECT action, count(*) FROM audit_auditevent WHERE action LIKE 'records.%' GROUP BY action ORDER BY action""",
}


@pytest.fixture(autouse=True)
def several_slices(monkeypatch):
    monkeypatch.setattr(batches, "SLICE", SLICE)


def _rows() -> list[dict[str, str]]:
    """Two slices with everything that can happen to a row: new, equal, contradicting, wrong, of another name."""
    rows = list(demo.permits(SOURCE, TODAY, count=10))
    rows.insert(4, rows[1] | {"许可决定日期": "2026/13/01"})
    rows.insert(7, dict(rows[0]))
    rows.append(rows[2] | {"许可内容": "与前面的行矛盾"})
    rows.append(rows[3] | {"行政相对人名称": "另一个示例名称有限公司", "行政许可决定文书号": "云演食许〔2026〕99999号"})
    return rows


def _receive(department: Department) -> Batch:
    clerk = clerk_of(department)
    return services.receive_batch(
        item=item_in_force("XZXK", on=TODAY),
        department=department,
        source=Batch.Source.FILE,
        file_name="演示.csv",
        chunks=[demo.as_csv(_rows())],
        actor=clerk,
    )


def _traces() -> dict[str, list]:
    with connection.cursor() as cursor:
        return {name: cursor.execute(query).fetchall() for name, query in TRACES.items()}


def _take_up(batch: Batch) -> None:
    """What the sweep does once the dead worker's lease is over."""
    Batch.objects.filter(pk=batch.pk).update(leased_until=timezone.now())
    services.run_batch(batch.pk, today=TODAY)


def test_import_killed_at_any_statement_ends_as_if_undisturbed(department):
    services.run_batch(_receive(department).pk, today=TODAY)
    undisturbed = _traces()
    assert undisturbed["batches"] == [("committed", 14, 10, 1, 3, 15)]
    for at in count(1):
        forget_business()
        batch = _receive(department)
        ended = run_and_die(partial(services.run_batch, batch.pk, today=TODAY), at)
        if ended == DONE:
            break
        assert ended == KILLED
        _take_up(batch)
        assert _traces() == undisturbed, f"killed before statement {at}"
    assert at > 60, "the operation has more statements than this; the wrapper saw too few"


@pytest.mark.parametrize("merged", (1, 2))
def test_import_goes_on_after_postgres_lost_its_unlogged_staging(department, monkeypatch, merged):
    services.run_batch(_receive(department).pk, today=TODAY)
    undisturbed = _traces()
    forget_business()
    batch, slices = _receive(department), count(1)
    merge = batches.bulk.merge

    def merge_until_power_fails(*arguments, **keywords):
        if next(slices) == merged:
            raise ConnectionError
        return merge(*arguments, **keywords)

    monkeypatch.setattr(batches.bulk, "merge", merge_until_power_fails)
    with pytest.raises(ConnectionError):
        services.run_batch(batch.pk, today=TODAY)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE records_stagedrow")
    monkeypatch.setattr(batches.bulk, "merge", merge)
    _take_up(batch)
    assert _traces() == undisturbed


def test_two_workers_at_one_batch_merge_it_once(department):
    batch, together, ended = _receive(department), threading.Barrier(2), []

    def work():
        together.wait()
        ended.append(services.run_batch(batch.pk, today=TODAY))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(result is None for result in ended) == [False, True]
    assert _traces()["batches"] == [("committed", 14, 10, 1, 3, 15)]
    assert dict(_traces()["trail"])["records.batch.committed"] == 1


def test_batch_that_is_being_worked_on_is_left_alone(department, monkeypatch):
    """Another worker comes by before each of its transactions, while the lease is good."""
    batch, held, others = _receive(department), batches._held, []

    def held_while_another_comes_by(current):
        other = threading.Thread(
            target=lambda: (others.append(services.run_batch(batch.pk, today=TODAY)), connection.close())
        )
        other.start()
        other.join()
        return held(current)

    monkeypatch.setattr(batches, "_held", held_while_another_comes_by)
    assert services.run_batch(batch.pk, today=TODAY).state == "committed"
    assert others == [None] * len(others)
    assert len(others) > 6


def test_file_that_takes_long_to_open_is_left_alone(department, monkeypatch):
    """The first row of a large workbook can be a minute away; whoever is at it must not lose it meanwhile."""
    batch, open_table, others = _receive(department), batches.open_table, []

    def open_slowly(*arguments, **keywords):
        with travel(timezone.now() + timedelta(seconds=100)):
            other = threading.Thread(
                target=lambda: (others.append(services.run_batch(batch.pk, today=TODAY)), connection.close())
            )
            other.start()
            other.join()
        return open_table(*arguments, **keywords)

    monkeypatch.setattr(batches, "open_table", open_slowly)
    assert services.run_batch(batch.pk, today=TODAY).state == "committed"
    assert others == [None]


def test_worker_thought_dead_does_no_harm_wherever_it_wakes_up(department, monkeypatch):
    """Its lease was over and another worker carried the batch to its end; then it goes on where it was."""
    services.run_batch(_receive(department).pk, today=TODAY)
    undisturbed, held = _traces(), batches._held
    for at in count(1):
        forget_business()
        batch, calls = _receive(department), count(1)

        def held_after_a_long_sleep(current, at=at, batch=batch, calls=calls):
            if next(calls) == at:
                other = threading.Thread(target=lambda: (_take_up(batch), connection.close()))
                other.start()
                other.join()
            return held(current)

        monkeypatch.setattr(batches, "_held", held_after_a_long_sleep)
        ended = services.run_batch(batch.pk, today=TODAY)
        assert _traces() == undisturbed, f"asleep before transaction {at}"
        if next(calls) <= at:
            break
        assert ended is None
    assert at > 8
