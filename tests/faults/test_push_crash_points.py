"""kill -9 at every statement of a push, with a real national platform: each record takes effect there exactly once."""

import threading
import time
from dataclasses import replace
from functools import partial
from itertools import count

import pytest
from django.db import connection
from django.utils import timezone

from credit_platform import demo
from exchange import services as exchange
from exchange.models import Delivery
from records import services
from records.models import Batch, Record
from records.services.batches import item_in_force
from tests.conftest import TODAY, forget_business
from tests.exchange.national import KEY, StubProcess
from tests.faults.dying import DONE, KILLED, SOURCE, clerk_of, run_and_die

ROWS = 5
# Open deliveries, rows in flight, rows the nation has not confirmed.
UNSETTLED = """
    SELECT (SELECT count(*) FROM exchange_delivery WHERE state IN ('sent', 'unknown')),
           (SELECT count(*) FROM exchange_handover WHERE delivery_id IS NOT NULL),
           (SELECT count(*) FROM records_record WHERE revision > national_revision)"""


@pytest.fixture(scope="module")
def stub(tmp_path_factory):
    with StubProcess(tmp_path_factory.mktemp("national"), "--allow-reset") as process:
        yield process


@pytest.fixture(autouse=True)
def national(stub, settings):
    settings.NATIONAL_URL, settings.NATIONAL_KEY = stub.url, KEY
    stub.control(reset=True, fault="none")


def _report(department, rows: list[dict[str, str]]) -> None:
    batch = services.receive_batch(
        item=item_in_force("XZXK", on=TODAY),
        department=department,
        source=Batch.Source.FILE,
        file_name="演示.csv",
        chunks=[demo.as_csv(rows)],
        actor=clerk_of(department),
    )
    assert services.run_batch(batch.pk, today=TODAY).state == "committed"


def _rows() -> list[dict[str, str]]:
    return list(demo.permits(SOURCE, TODAY, count=ROWS))


def _push_until_settled() -> None:
    """What beat does every few seconds, with the waits over."""
    for _ in range(4):
        Delivery.objects.update(ask_at=timezone.now())
        exchange.push_pending()


def _unsettled() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        return cursor.execute(UNSETTLED).fetchone()


def _first_push(department) -> None:
    _report(department, _rows())


def _second_push(department) -> None:
    """One record changed, one withdrawn, the others known there already."""
    _report(department, _rows())
    _push_until_settled()
    _report(department, [_rows()[0] | {"许可内容": "变更后的示例内容"}])
    record = Record.objects.order_by("pk").last()
    later = record.revision + 1
    Record.objects.filter(pk=record.pk).update(
        state="withdrawn", ended_on=TODAY, end_reason="演示", revision=later, explained_revision=later
    )


@pytest.mark.parametrize(("prepare", "effective", "received"), [(_first_push, 5, 5), (_second_push, 4, 7)])
def test_push_killed_at_any_statement_takes_effect_once(department, stub, prepare, effective, received):
    for at in count(1):
        forget_business()
        stub.control(reset=True, fault="none")
        prepare(department)
        ended = run_and_die(partial(exchange.push_pending), at)
        _push_until_settled()
        counts = stub.get("/received/count")
        assert (counts["effective"], counts["received"]) == (effective, received), f"killed before statement {at}"
        assert _unsettled() == (0, 0, 0), f"killed before statement {at}"
        if ended == DONE:
            break
        assert ended == KILLED
    assert at > 10


def test_answer_in_another_order_settles_each_record_at_its_own_revision(department, monkeypatch):
    """Nothing in the agreement says that the results come back in the order of the rows."""
    _second_push(department)
    send = exchange.NationalPlatform.send

    def send_and_turn_round(platform, batch):
        outcome = send(platform, batch)
        return replace(outcome, results=dict(reversed(outcome.results.items())))

    monkeypatch.setattr(exchange.NationalPlatform, "send", send_and_turn_round)
    _report(department, list(demo.permits(SOURCE, TODAY, count=ROWS + 1))[-1:])
    exchange.push_pending()
    assert _unsettled() == (0, 0, 0)


def test_second_pusher_leaves_at_once_while_the_first_is_at_work(department, stub):
    """Otherwise a national platform that hangs would hold every worker process, and imports would wait for it."""
    _first_push(department)
    stub.control(fault="timeout", seconds=3, count=1)
    first = threading.Thread(target=lambda: (exchange.push_pending(), connection.close()))
    first.start()
    while not Delivery.objects.exists():
        time.sleep(0.01)
    began = time.monotonic()
    assert exchange.push_pending() == 0
    assert time.monotonic() - began < 1
    assert Delivery.objects.count() == 1
    first.join()
    _push_until_settled()
    assert _unsettled() == (0, 0, 0)
