"""kill -9 of worker and database at random moments of a large import: the same tables as without, byte for byte.

The same file is imported twice into the same platform, once undisturbed. The short form kills three times in 12,000
rows; `-m long` ten times in 200,000 (about five minutes). The moments are drawn from a seed that a failure prints;
KILL_SEED repeats them.
"""

import os
import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from credit_platform import demo
from deadlines.clock import today
from tests.faults.test_kill import reach
from tests.running import RunningStack, started

# What the facts are, without the numbers and times that differ from one import to the next. Ciphers of natural persons
# would differ too (a nonce each), so the file speaks of organisations.
FACTS = {
    "batch": """
        SELECT state, rows_total, rows_accepted, rows_unchanged, rows_rejected FROM records_batch""",
    "records": """
        SELECT r.row_no, item_code, s.uscc, r.department_id, subject_name, document_no, decided_on, title, authority,
               "values", secrets, content_digest, severity, displayed_from, displayed_until, display_rule_key, r.state,
               ended_on, end_reason, revision
        FROM records_record AS r JOIN records_subject AS s ON s.id = r.subject_id""",
    "subjects": "SELECT kind, legal_name, name_key, bigrams, uscc, region_code, adult_on FROM records_subject",
    "codes": """
        SELECT s.uscc, i.kind, i.lookup, i.cipher
        FROM records_identifier AS i JOIN records_subject AS s ON s.id = i.subject_id""",
    "sent back": "SELECT row_no, problems FROM records_rejectedrow",
    "versions": "SELECT record_id, revision, former FROM records_recordversion",
    "left over": "SELECT row_no FROM records_stagedrow UNION ALL SELECT row_no FROM records_batchkey",
}
DIGEST = """
    SELECT count(*), md5(string_agg(md5(row_to_text), '' ORDER BY row_to_text COLLATE "C"))
    FROM (SELECT f::text AS row_to_text FROM ({}) AS f) AS rows"""
HURRY = "UPDATE records_batch SET leased_until = now() WHERE leased_until > now() RETURNING 1"
PATIENCE = 900
EMPTY = """
    ALTER TABLE records_record DISABLE TRIGGER records_record_no_truncate;
    ALTER TABLE records_recordversion DISABLE TRIGGER records_recordversion_no_truncate;
    TRUNCATE records_batch, records_subject, records_record CASCADE;
    ALTER TABLE records_record ENABLE ALWAYS TRIGGER records_record_no_truncate;
    ALTER TABLE records_recordversion ENABLE ALWAYS TRIGGER records_recordversion_no_truncate;"""


@pytest.fixture
def stack(tmp_path_factory):
    with started(tmp_path_factory.mktemp("import-kills")) as running:
        yield running


def rows(count: int, source: tuple[str, str]) -> Iterator[dict[str, str]]:
    """Two permits an organisation; now and then a wrong date, an equal row, a contradicting row, another's name.

    Most terms have ended, so that the national platform is not told of 200,000 records while we look at the import.
    """
    yesterday = today() - timedelta(days=1)
    template = next(demo.permits(source, yesterday, count=1)) | {"许可决定日期": "2020/03/02", "有效期自": "2020/03/02"}
    row = template
    for number in range(count):
        former, row = (
            row,
            template
            | {
                "行政相对人名称": f"云南示例第{number // 2:06d}号有限公司",
                "行政相对人代码_1": demo.make_uscc("530102", number // 2),
                "行政许可决定文书号": f"云演食许〔2020〕{number:06d}号",
                "有效期至": "2099/12/31" if number % 200 == 0 else "2025/03/01",
            },
        )
        if number % 1000 == 3:
            yield row | {"许可决定日期": "2026/02/30"}
        elif number % 400 == 5:
            yield former
        elif number % 700 == 9:
            yield former | {"许可内容": "与前面的行矛盾的示例内容"}
        elif number % 900 == 11:
            yield row | {"行政相对人名称": "另一个示例名称有限公司"}
        else:
            yield row


def imported(stack: RunningStack, content: bytes) -> dict[str, list]:
    """Import into an empty platform and return what it then holds; the caller's kills come in between."""
    wait_until_committed(stack, send(stack, content))
    return facts(stack)


def send(stack: RunningStack, content: bytes) -> str:
    with stack.session() as session:
        session.execute(EMPTY)
    return stack.send_batch("行政许可", content)


def wait_until_committed(stack: RunningStack, batch: str) -> None:
    stack.wait_until("import ended", lambda: stack.batch(batch)["state"] == "committed", seconds=PATIENCE)


def facts(stack: RunningStack) -> dict[str, list]:
    return {name: stack.ask(DIGEST.format(query)) for name, query in FACTS.items()}


def moments(chance: random.Random, count: int, kills: int) -> list[tuple[str, str]]:
    """Conditions on the batch, in the order in which they come true, each with who dies then.

    Reading that dies is given up after five attempts, so no more than a third of the deaths falls into it.
    """
    while_reading = sorted(chance.randrange(1, count) for _ in range(kills // 3))
    while_merging = sorted(chance.randrange(0, count - count // 10) for _ in range(kills - kills // 3))
    conditions = [f"(state = 'reading' AND rows_read >= {at} OR state = 'merging')" for at in while_reading]
    conditions += [f"(state IN ('merging', 'committed') AND checkpoint >= {at})" for at in while_merging]
    dying = ["worker", "postgres"] * kills
    return list(zip(conditions, chance.sample(dying[:kills], kills), strict=True))


@pytest.mark.parametrize(("count", "kills"), [(12_000, 3), pytest.param(200_000, 10, marks=pytest.mark.long)])
def test_import_killed_at_random_moments_ends_as_if_undisturbed(stack, count, kills):
    department = stack.demo["department"]
    content = demo.as_csv(list(rows(count, (department["name"], department["uscc"]))))
    undisturbed = imported(stack, content)
    seed = int(os.environ.get("KILL_SEED") or random.randrange(10**6))
    print(f"KILL_SEED={seed}")
    batch = send(stack, content)
    for condition, name in moments(random.Random(seed), count, kills):
        reach(stack, condition, batch, seconds=PATIENCE)
        stack.wait_for_new(name, stack.kill(name))
        stack.wait_until("database back", lambda: stack.ask("SELECT 1"), seconds=60)
        stack.ask(HURRY)
    wait_until_committed(stack, batch)
    assert facts(stack) == undisturbed, f"KILL_SEED={seed}"
