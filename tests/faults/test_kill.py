"""kill -9 on the whole platform while it imports and pushes: nothing is lost, nothing is doubled, nobody has to help.

After each fault we wait until everything has settled; then every row of the file is accounted for, the national
platform's ledger holds exactly the displayed rows, and `manage.py check_invariants` finds nothing. `-m long` adds more
moments. Faults of reliability.md: F-01, F-02, F-03, F-06, F-07, F-09 to F-12.
"""

import json
import threading
import time
from datetime import timedelta
from itertools import islice

import psutil
import pytest
import redis

from credit_platform import demo
from credit_platform.stack import environment
from credit_platform.stack.broker import wait_until_ready
from deadlines.clock import today
from tests.running import RunningStack, started

ROWS = 12_000  # three slices
FEW = 700  # two deliveries
WRONG_EVERY, AGAIN_EVERY = 1000, 400
long = pytest.mark.long

# A batch is just …
MOMENTS = {
    "claimed": "attempts > 0 AND state IN ('received', 'reading') AND rows_read = 0",
    "half read": "state = 'reading' AND rows_read > 0",
    "all read": "state = 'merging' AND checkpoint = 0",
    "half merged": "state = 'merging' AND checkpoint > 0",
}
IN_FLIGHT = "EXISTS (SELECT FROM exchange_delivery WHERE state = 'sent')"
SETTLED = """
    SELECT NOT EXISTS (SELECT FROM records_batch WHERE state IN ('received', 'reading', 'merging'))
       AND NOT EXISTS (SELECT FROM exchange_delivery WHERE state IN ('sent', 'unknown'))
       AND NOT EXISTS (SELECT FROM records_record WHERE revision > national_revision)"""
# What the nation has to hold: what the world sees, and what is forwarded as a reference.
TOLD = "SELECT count(*) FROM (SELECT id FROM public_record UNION SELECT id FROM national_reference) AS told"
RECORDS = """
    SELECT count(*) FROM records_record AS r JOIN records_batch AS b ON b.id = r.batch_id WHERE b.public_id = %s"""
# What only time would bring: the ends of the leases of the dead, of unanswered exchanges, of waits between attempts.
HURRY = """
    WITH leases AS (UPDATE records_batch SET leased_until = now() WHERE leased_until < now() + interval '25 seconds'
                    OR rows_read = 0 AND leased_until < now() + interval '145 seconds'),
         exchanges AS (UPDATE exchange_delivery SET ask_at = now()
                       WHERE state IN ('sent', 'unknown') AND created_at < now() - interval '3 seconds'),
         attempts AS (UPDATE exchange_handover SET next_attempt_at = now() WHERE next_attempt_at > now())
    SELECT"""


class Report:
    """Files of permits nobody has sent before, and what must become of their rows."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        department = stack.demo["department"]
        source = (department["name"], department["uscc"])
        self._rows = demo.permits(source, today() - timedelta(days=1), count=10**9)
        list(islice(self._rows, 1000))  # the demo data reported these

    def send(self, count: int, *, key: str = "") -> tuple[str, dict[str, int]]:
        """Send `count` rows as one file; return the batch's id and the counts it must end with."""
        content, expected = self.make(count)
        return self.stack.send_batch("行政许可", content, key=key), expected

    def make(self, count: int) -> tuple[bytes, dict[str, int]]:
        rows = list(islice(self._rows, count))
        wrong, again = range(3, count, WRONG_EVERY), range(5, count, AGAIN_EVERY)
        for place in wrong:
            rows[place] |= {"许可决定日期": "2026/02/30"}
        for place in again:
            rows[place] = rows[place - 1]
        expected = {"rows_total": count, "rows_rejected": len(wrong), "rows_unchanged": len(again)}
        expected["rows_accepted"] = count - len(wrong) - len(again)
        return demo.as_csv(rows), expected


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with started(tmp_path_factory.mktemp("kills")) as running:
        yield running


@pytest.fixture(scope="module")
def report(stack):
    return Report(stack)


@pytest.fixture(autouse=True)
def settled(stack, request):
    """However a test ends, the next one begins with a healthy platform at rest."""
    yield
    stack.national(fault="none")
    settle(stack)


def settle(stack: RunningStack, *, hurry: bool = True, seconds: float = 120) -> None:
    def is_settled() -> bool:
        if hurry:
            stack.ask(HURRY)
        return stack.ask(SETTLED) == [(True,)]

    stack.wait_until("batches, records and deliveries settled", is_settled, seconds=seconds)


def reach(stack: RunningStack, condition: str, batch: str | None = None, *, seconds: float = 60) -> None:
    """Return at the moment at which the condition holds, of this batch if one is named."""
    query = (
        f"SELECT {condition}" if batch is None else f"SELECT {condition} FROM records_batch WHERE public_id = '{batch}'"
    )
    with stack.session() as session:  # some moments last a fifth of a second
        end = time.monotonic() + seconds
        while session.execute(query).fetchone() != (True,):
            assert time.monotonic() < end, f"never reached: {condition}"
            time.sleep(0.01)


def import_while_pushing(stack: RunningStack, report: "Report", moment: str) -> list[tuple[str, dict[str, int]]]:
    """Return, with both files, when one is being pushed and the other is just at this moment of its import."""
    pushed, (content, expected) = report.send(ROWS), report.make(ROWS)
    reach(stack, IN_FLIGHT)
    imported = stack.send_batch("行政许可", content)
    reach(stack, f"{moment} AND {IN_FLIGHT}", imported)
    return [pushed, (imported, expected)]


def require_exact(stack: RunningStack, *sent: tuple[str, dict[str, int]]) -> None:
    """Nothing lost, nothing doubled: each file's counts, the ledger, and what the invariant checker says."""
    for batch, expected in sent:
        ended = stack.batch(batch)
        assert ended["state"] == "committed"
        assert {name: ended[name] for name in expected} == expected
        assert stack.ask(RECORDS, batch) == [(expected["rows_accepted"],)]
    ledger = stack.national()
    assert ledger["effective"] == stack.ask(TOLD)[0][0]
    assert ledger["duplicates"] == 0, "what may have arrived is asked about, not sent again (T-47)"
    check = stack.manage("check_invariants", "--stub-url", stack.stub_url)
    assert json.loads(check.stdout) == {"findings": {}}, check.stderr
    assert check.returncode == 0


class TestKilledWhileWorking:
    @pytest.mark.parametrize("hurry", [True, pytest.param(False, marks=long)])
    def test_worker_killed_in_an_import_and_a_push(self, stack, report, hurry):
        """F-01 and F-03; once with the real leases and waits."""
        pushed, imported = import_while_pushing(stack, report, MOMENTS["half merged"])
        stack.wait_for_new("worker", stack.kill("worker"))
        settle(stack, hurry=hurry, seconds=180)
        require_exact(stack, pushed, imported)

    @long
    @pytest.mark.parametrize("moment", MOMENTS)
    def test_worker_killed_in_an_import(self, stack, report, moment):
        sent = report.send(ROWS)
        reach(stack, MOMENTS[moment], sent[0])
        stack.wait_for_new("worker", stack.kill("worker"))
        settle(stack)
        require_exact(stack, sent)

    @long
    def test_worker_killed_again_and_again(self, stack, report):
        """Reading that dies is given up after five attempts; merging that goes on is not."""
        sent = report.send(3 * ROWS)
        for place in range(1, 7):
            reach(stack, f"state = 'merging' AND checkpoint > {place * 5000}", sent[0])
            stack.wait_for_new("worker", stack.kill("worker"))
            stack.ask(HURRY)
        settle(stack)
        require_exact(stack, sent)

    @long
    def test_pool_process_killed_in_an_import(self, stack, report):
        """The worker itself lives on and gets its message back, while the dead process still holds the lease."""
        sent = report.send(ROWS)
        reach(stack, MOMENTS["half read"], sent[0])
        for process in stack.processes()["worker"].children(recursive=True):
            process.kill()
        settle(stack)
        require_exact(stack, sent)

    def test_broker_killed_and_emptied_in_an_import(self, stack, report):
        """F-06: a report is taken in while the broker is away, and no fact lived in it."""
        first = report.send(ROWS)
        reach(stack, MOMENTS["half read"], first[0])
        broker = stack.kill("broker")
        second = report.send(FEW)
        stack.wait_for_new("broker", broker)
        address = environment.of_running_stack(stack.data_dir)["REDIS_URL"]
        wait_until_ready(address)
        redis.Redis.from_url(address).flushall()
        settle(stack)
        stack.wait_until_healthy()
        require_exact(stack, first, second)

    def test_postgres_killed_in_an_import(self, stack, report):
        """F-07: the staging table is unlogged, so it comes back empty and the file is read again."""
        sent = report.send(ROWS)
        reach(stack, MOMENTS["half merged"], sent[0])
        stack.wait_for_new("postgres", stack.kill("postgres"))
        settle(stack)
        stack.wait_until_healthy()
        require_exact(stack, sent)

    def test_web_killed_while_it_receives_a_file(self, stack, report):
        """F-02: the sender heard nothing, sends again with the same key, and there is one batch."""
        content, expected = report.make(ROWS)
        answers: list[str] = []

        def send_until_heard() -> None:
            stack.wait_until(
                "file taken in",
                lambda: answers.append(stack.send_batch("行政许可", content, key="web-killed")) or True,
                seconds=60,
            )

        sender = threading.Thread(target=send_until_heard)
        sender.start()
        for process in stack.processes()["web"].children(recursive=True):
            process.kill()
        stack.wait_for_new("web", stack.kill("web"))
        sender.join()
        assert stack.send_batch("行政许可", content, key="web-killed") == answers[0]
        settle(stack)
        require_exact(stack, (answers[0], expected))

    def test_national_platform_killed_in_a_push(self, stack, report):
        sent = report.send(ROWS // 2)
        reach(stack, IN_FLIGHT)
        stack.wait_for_new("stub", stack.kill("stub"))
        settle(stack)
        require_exact(stack, sent)

    @long
    def test_power_cut_in_an_import_and_a_push(self, stack, report):
        """Everything at once, the supervisor too; then somebody types `make run` again."""
        pushed, imported = import_while_pushing(stack, report, MOMENTS["half read"])
        everything = list(stack.processes().values())
        for process in [child for parent in everything for child in parent.children(recursive=True)] + everything:
            kill(process)
        psutil.wait_procs(everything, timeout=10)
        stack.process.wait()
        stack.start()
        settle(stack)
        stack.wait_until_healthy()
        require_exact(stack, pushed, imported)


def kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


class TestNationalPlatformOnABadDay:
    """F-09 to F-12. The batch is sent anew or asked about by key, and each row takes effect once."""

    @pytest.mark.parametrize(
        ("fault", "options"),
        [
            ("error", {"count": 1}),
            ("timeout", {"count": 1, "seconds": 3}),
            ("duplicate", {"count": 2}),
            ("partial", {"count": 1}),
            ("garbage", {"count": 2}),
            ("lost_answer", {"count": 1}),
            pytest.param("crash", {"count": 1}, marks=long),
            pytest.param("busy", {"count": 2, "seconds": 1}, marks=long),
            pytest.param("garbage", {"count": 7}, marks=long),
            pytest.param("lost_answer", {"count": 5, "on": "all"}, marks=long),
            pytest.param("partial", {"count": 5, "on": "all"}, marks=long),
            pytest.param("error", {"count": 5, "on": "all"}, marks=long),
            pytest.param("timeout", {"count": 5, "on": "all", "seconds": 1}, marks=long),
        ],
    )
    def test_each_row_takes_effect_once(self, stack, report, fault, options):
        before = stack.national(fault=fault, **options)
        sent = report.send(FEW)
        settle(stack)
        assert stack.call(f"{stack.stub_url}control")[1]["fault"] == "none", "the fault was never met"
        require_exact(stack, sent)
        assert stack.national()["received"] == before["received"] + sent[1]["rows_accepted"]


def test_trail_of_all_this_is_whole(stack):
    """Sealing was killed along with the rest; the chain has no gap and no fork."""
    stack.wait_until(
        "all lines sealed",
        lambda: (
            stack.ask("SELECT (SELECT count(*) FROM audit_auditevent) = (SELECT count(*) FROM audit_sealentry)")
            == [(True,)]
        ),
        seconds=30,
    )
    verified = stack.manage("audit_verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
