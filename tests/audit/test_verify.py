"""The verifier finds every tampering (T-29), and goes on finding it (T-30). The tamperer here owns the database."""

import io
import json
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.utils import timezone

from audit import canonical, checkpoints, sealing
from audit.actions import Action
from audit.models import AuditEvent, Seal
from audit.standalone import verify_audit
from audit.verify import MESSAGES, seal_values, verify

from .conftest import execute


@pytest.fixture
def trail(unguarded, write_events):
    """Three seals of four events each on top of whatever there was; the ids of the twelve."""
    sealing.seal_all()
    ids = []
    for n in range(3):
        ids += write_events(4, reason=f"第{n}批")
        sealing.seal_all()
    return ids


@pytest.fixture
def checked(trail):
    """The same, verified once and with a checkpoint outside the database."""
    checkpoints.write_checkpoint()
    sealing.seal_all()
    assert verify(timezone.now()).ok
    return trail


def codes():
    return {finding.code for finding in verify(timezone.now()).findings}


def test_whole_trail_verifies(checked):
    report = verify(timezone.now())
    assert report.findings == []
    assert report.events == AuditEvent.objects.count()
    assert (report.pending, report.checkpoints) == (0, 1)


CHANGED = {
    "at": "at + interval '1 microsecond'",
    "business_on": "business_on - 1",
    "detail": """detail || '{"n": 77}'""",
    "once": "NOT once",
    "result": "'refused'",
    "source": "'api'",
    "action": "'records.record.expired'",
    "actor_id": "'1'",
    "department_code": "'530000-XX'",
}
COLUMNS = [name for name in canonical.EVENT_NAMES if name != "id"]


@pytest.mark.parametrize("column", COLUMNS)
def test_edited_column_is_found(checked, column):
    change = CHANGED.get(column, f"{column} || ' '")
    assert execute(f"UPDATE audit_auditevent SET {column} = {change} WHERE id = %s", [checked[5]]) == 1
    findings = verify(timezone.now()).findings
    assert [(f.code, f.where) for f in findings] == [("event_altered", f"审计记录 {checked[5]}")]


def test_every_column_of_the_table_is_sealed():
    assert set(canonical.EVENT_NAMES) == {field.column for field in AuditEvent._meta.fields}


@pytest.mark.parametrize("column", ["actor_id", "department_code"])
def test_null_turned_into_empty_text_is_found(checked, column):
    execute(f"UPDATE audit_auditevent SET {column} = '' WHERE id = %s AND {column} IS NULL", [checked[5]])
    assert codes() == {"event_altered"}


def test_number_rewritten_with_the_same_value_is_found(checked):
    execute("""UPDATE audit_auditevent SET detail = '{"n": 1.0}' WHERE id = %s AND detail = '{"n": 1}'""", [checked[5]])
    assert codes() == {"event_altered"}


@pytest.mark.parametrize("moment", ["infinity", "-infinity"])
def test_impossible_moment_is_a_finding_not_a_crash(checked, moment):
    execute("UPDATE audit_auditevent SET at = %s WHERE id = %s", [moment, checked[5]])
    assert codes() == {"event_altered"}


def test_text_shifted_from_one_column_into_the_next_is_found(checked):
    execute(
        "UPDATE audit_auditevent SET object_type = object_type || left(object_id, 1), object_id = substr(object_id, 2)"
        " WHERE id = %s",
        [checked[5]],
    )
    assert codes() == {"event_altered"}


def test_deleted_middle_event_is_found(checked):
    execute("DELETE FROM audit_auditevent WHERE id = %s", [checked[5]])
    assert codes() == {"event_missing"}


def test_deleted_event_with_its_membership_is_found(checked):
    execute("DELETE FROM audit_auditevent WHERE id = %s", [checked[5]])
    execute("DELETE FROM audit_sealentry WHERE event_id = %s", [checked[5]])
    assert codes() == {"entries_mismatch", "root_mismatch"}


def test_event_given_another_number_is_found(checked):
    execute("UPDATE audit_auditevent SET id = id + 1000000 WHERE id = %s", [checked[5]])
    assert codes() == {"event_missing"}


def test_swapped_events_are_found(checked):
    one, other = checked[4], checked[6]
    for old, new in ((one, -1), (other, one), (-1, other)):
        execute("UPDATE audit_auditevent SET id = %s WHERE id = %s", [new, old])
    assert codes() == {"event_altered"}


def test_swapped_memberships_are_found(checked):
    one, other = checked[4], checked[6]
    for old, new in ((one, -1), (other, one), (-1, other)):
        execute("UPDATE audit_sealentry SET event_id = %s WHERE event_id = %s", [new, old])
    assert {"entries_mismatch", "event_altered"} <= codes()


def test_swapped_positions_are_found(checked):
    for event_id, position in ((checked[4], 99), (checked[5], 0), (checked[4], 1)):
        execute("UPDATE audit_sealentry SET position = %s WHERE event_id = %s", [position, event_id])
    assert codes() == {"entries_mismatch", "root_mismatch"}


def insert_event_in(gap):
    execute(
        "INSERT INTO audit_auditevent (id, action, actor_name, object_type, object_id, object_label, result, reason,"
        " request_id, source, detail, once, at)"
        " SELECT %s, action, actor_name, object_type, '事后', object_label, result, reason, request_id, source, detail,"
        " once, at FROM audit_auditevent WHERE id = %s",
        [gap, gap + 1],
    )


@pytest.fixture
def gap(unguarded, write_events):
    """An id lost to a rollback, lying deep in what is sealed and settled."""
    gap = execute("SELECT nextval('audit_auditevent_id_seq')")[0][0]
    write_events(2)
    sealing.seal_all()
    # What the next seals do once every transaction older than this one has ended, here or elsewhere on the server.
    execute("UPDATE audit_seal SET settled_id = last_id WHERE number = %s", [Seal.objects.last().number])
    assert verify(timezone.now()).ok
    return gap


def test_event_inserted_among_the_sealed_is_found(gap):
    insert_event_in(gap)
    assert codes() == {"event_unsealed"}


def test_event_inserted_with_a_membership_of_its_own_is_found(gap):
    insert_event_in(gap)
    last = Seal.objects.last()
    execute("INSERT INTO audit_sealentry VALUES (%s, %s, '\\x00', %s)", [gap, last.size, last.number])
    assert codes() == {"entries_mismatch", "root_mismatch", "event_altered"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("root = repeat('0', 64)", {"seal_altered", "root_mismatch"}),
        ("hash = repeat('0', 64)", {"seal_altered", "chain_broken"}),
        ("previous_hash = repeat('f', 64)", {"seal_altered", "chain_broken"}),
        ("size = size + 1", {"seal_altered", "entries_mismatch"}),
        ("first_id = first_id - 1", {"seal_altered", "entries_mismatch"}),
        ("last_id = last_id + 1", {"seal_altered", "entries_mismatch"}),
        ("sealed_at = sealed_at + interval '1 day'", {"seal_altered"}),
    ],
)
def test_edited_seal_is_found(trail, change, found):
    middle = Seal.objects.last().number - 1
    execute(f"UPDATE audit_seal SET {change} WHERE number = %s", [middle])
    assert codes() == found


def test_edited_leaf_is_found(checked):
    execute("UPDATE audit_sealentry SET leaf = '\\x00' WHERE event_id = %s", [checked[5]])
    assert codes() == {"root_mismatch", "event_altered"}


def test_removed_middle_seal_is_found(trail):
    middle = Seal.objects.last().number - 1
    execute("DELETE FROM audit_seal WHERE number = %s", [middle])
    assert codes() == {"seal_missing"}


def test_removed_newest_seal_with_its_memberships_left_behind_is_found(trail):
    execute("DELETE FROM audit_seal WHERE number = %s", [Seal.objects.last().number])
    assert codes() == {"seal_missing"}


def test_removed_memberships_of_a_whole_seal_are_found(trail):
    for number in (Seal.objects.last().number, Seal.objects.last().number - 2):
        execute("DELETE FROM audit_sealentry WHERE seal_id = %s", [number])
    assert {"entries_mismatch", "event_unsealed"} >= codes() >= {"entries_mismatch"}


def cut_tail(ids):
    """Remove the newest seals back to the one of the first of these ids, with all that is in them."""
    [first] = execute("SELECT seal_id FROM audit_sealentry WHERE event_id = %s", [ids[0]])[0]
    execute(
        "DELETE FROM audit_auditevent WHERE id IN (SELECT event_id FROM audit_sealentry WHERE seal_id >= %s)", [first]
    )
    execute("DELETE FROM audit_sealentry WHERE seal_id >= %s", [first])
    execute("DELETE FROM audit_seal WHERE number >= %s", [first])


def test_cut_off_tail_is_found_by_the_checkpoint_outside(checked, data_dir):
    (data_dir / "checkpoints" / "last_good.json").unlink()
    cut_tail(checked[8:])
    assert codes() == {"checkpoint_ahead"}


def test_cut_off_tail_since_the_last_checkpoint_is_found_by_the_last_good_state(checked, write_events):
    tail = write_events(2)
    sealing.seal_all()
    assert verify(timezone.now()).ok
    cut_tail(tail)
    assert codes() == {"last_good_mismatch"}


def test_tail_of_events_cut_without_their_memberships_is_found(checked):
    execute("DELETE FROM audit_auditevent WHERE id >= %s", [checked[8]])
    assert codes() == {"event_missing"}


def reseal_everything():
    """What a superuser with the source code does: compute every leaf, root and link again, dates kept."""
    moments = dict(execute("SELECT number, sealed_at FROM audit_seal"))
    sizes = [size for (size,) in execute("SELECT size FROM audit_seal ORDER BY number")]
    execute("DELETE FROM audit_sealentry")
    execute("DELETE FROM audit_seal")
    previous_hash = canonical.GENESIS
    for size in sizes:
        seal = sealing.seal(limit=size)
        seal.sealed_at, seal.previous_hash = moments[seal.number], previous_hash
        previous_hash = seal.hash = canonical.seal_hash(seal_values(seal))
        seal.save()


def test_chain_recomputed_without_a_change_is_the_same_chain(checked):
    reseal_everything()
    assert codes() == set()


def test_chain_recomputed_by_a_superuser_is_found_by_the_checkpoint_outside(checked, data_dir):
    (data_dir / "checkpoints" / "last_good.json").unlink()
    execute("UPDATE audit_auditevent SET reason = '改写' WHERE id = %s", [checked[5]])
    reseal_everything()
    assert codes() == {"checkpoint_mismatch"}


def test_recomputed_chain_fits_itself_so_nothing_but_what_lies_outside_can_tell(checked, data_dir):
    execute("UPDATE audit_auditevent SET reason = '改写' WHERE id = %s", [checked[5]])
    reseal_everything()
    for file in (data_dir / "checkpoints").iterdir():
        file.unlink()
    assert codes() == set()


def run_verify(*arguments, capsys):
    try:
        call_command("audit_verify", *arguments)
        status = 0
    except SystemExit as end:
        status = end.code
    return status, capsys.readouterr().out


def test_failure_is_found_again_and_the_last_good_state_is_kept(checked, data_dir, capsys):
    last_good = (data_dir / "checkpoints" / "last_good.json").read_bytes()
    execute("UPDATE audit_auditevent SET reason = '改写' WHERE id = %s", [checked[5]])
    reseal_everything()
    for file in (data_dir / "checkpoints").glob("*.txt"):
        file.unlink()
    for _ in range(2):
        status, output = run_verify(capsys=capsys)
        assert status == 1
        assert "last_good_mismatch" in output
        assert (data_dir / "checkpoints" / "last_good.json").read_bytes() == last_good


def test_success_moves_the_last_good_state_on(checked, data_dir, write_events):
    before = json.loads((data_dir / "checkpoints" / "last_good.json").read_text())
    write_events(1)
    sealing.seal_all()
    verify(timezone.now())
    assert json.loads((data_dir / "checkpoints" / "last_good.json").read_text())["seal"] == before["seal"] + 1


def test_command_reports_in_words_and_as_json_and_leaves_a_line(checked, capsys):
    status, output = run_verify(capsys=capsys)
    assert status == 0
    assert output.strip().endswith("审计日志完整。")
    execute("DELETE FROM audit_auditevent WHERE id = %s", [checked[5]])
    status, output = run_verify("--json", capsys=capsys)
    report = json.loads(output)
    assert (status, report["ok"], report["findings"][0]["code"]) == (1, False, "event_missing")
    results = AuditEvent.objects.filter(action=Action.LOG_VERIFIED).order_by("id").values_list("result", flat=True)
    assert list(results)[-2:] == ["done", "refused"]


def test_event_left_unsealed_for_too_long_is_a_finding(checked, write_events):
    write_events(1)
    now = timezone.now()
    assert verify(now).ok
    late = now + timezone.timedelta(seconds=sealing.stop_after() + 1)
    assert [finding.code for finding in verify(late).findings] == ["event_unsealed"]


def test_every_finding_has_words():
    assert all(message and message.isprintable() for message in MESSAGES.values())


# ---- checkpoints ----


def note(data_dir):
    return next((data_dir / "checkpoints").glob("[0-9]*.txt"))


def test_checkpoint_is_written_once_per_seal_and_recorded(trail):
    first = checkpoints.write_checkpoint()
    assert checkpoints.write_checkpoint() is None
    assert AuditEvent.objects.filter(action=Action.CHECKPOINT_WRITTEN, object_id=first.seal).count() == 1
    sealing.seal_all()
    assert checkpoints.write_checkpoint().seal == first.seal + 1
    assert [n.seal for n in checkpoints.logged_checkpoints()] == [first.seal, first.seal + 1]


def test_key_is_made_once_and_for_its_owner_only(trail, data_dir):
    assert checkpoints.public_key() == checkpoints.public_key()
    assert (data_dir / "checkpoint.key").stat().st_mode & 0o777 == 0o600
    assert not list(data_dir.glob("checkpoint.[0-9]*"))


def test_edited_checkpoint_is_found(checked, data_dir):
    note(data_dir).write_text(note(data_dir).read_text().replace("events: ", "events: 1"))
    assert {"checkpoint_unsigned", "checkpoint_mismatch"} <= codes()


def test_checkpoint_signed_with_another_key_is_found(checked, data_dir):
    forged = checkpoints.read_checkpoint(note(data_dir))
    (data_dir / "checkpoint.key").rename(data_dir / "own.key")
    note(data_dir).write_text(checkpoints.sign(forged).text())
    (data_dir / "own.key").replace(data_dir / "checkpoint.key")
    assert codes() == {"checkpoint_unsigned"}


def test_spoilt_checkpoint_is_found(checked, data_dir):
    note(data_dir).write_text("credit audit checkpoint 1\n")
    assert codes() == {"checkpoint_unreadable", "checkpoint_missing"}


def test_removed_checkpoint_is_found(checked, data_dir):
    note(data_dir).unlink()
    assert codes() == {"checkpoint_missing"}


def test_unreadable_last_good_state_is_found(checked, data_dir):
    (data_dir / "checkpoints" / "last_good.json").write_text("{")
    assert codes() == {"checkpoint_unreadable"}


def test_checkpoint_kept_elsewhere_is_compared_with_a_key_kept_elsewhere(checked, data_dir, tmp_path_factory, capsys):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "note.txt"
    elsewhere.write_text(note(data_dir).read_text())
    key = checkpoints.public_key()
    execute("UPDATE audit_auditevent SET reason = '改写' WHERE id = %s", [checked[5]])
    reseal_everything()
    for file in (data_dir / "checkpoints").iterdir():  # an intruder with the machine, too
        file.unlink()
    (data_dir / "checkpoint.key").unlink()
    arguments = ("--checkpoint", str(elsewhere), "--trusted-key", key, "--json")
    status, output = run_verify(*arguments, capsys=capsys)
    assert (status, [f["code"] for f in json.loads(output)["findings"]]) == (1, ["checkpoint_mismatch"])


# ---- the stand-alone verifier ----


def run_standalone(tmp_path, *arguments):
    call_command("audit_export", tmp_path / "export.jsonl", stdout=io.StringIO())
    return subprocess.run(
        [sys.executable, "-I", "-S", verify_audit.__file__, tmp_path / "export.jsonl", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_standalone_verifier_accepts_a_whole_trail(checked, data_dir, tmp_path):
    done = run_standalone(tmp_path, "--checkpoint", note(data_dir), "--public-key", checkpoints.public_key())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("审计日志完整。\n")
    assert "注意" not in done.stdout


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit_auditevent SET reason = reason || '。' WHERE id = %(id)s", ["event_altered", "root_mismatch"]),
        ("UPDATE audit_auditevent SET actor_id = '' WHERE id = %(id)s", ["event_altered", "root_mismatch"]),
        ("DELETE FROM audit_auditevent WHERE id = %(id)s", ["event_missing", "root_mismatch"]),
        ("DELETE FROM audit_sealentry WHERE event_id = %(id)s", ["entries_mismatch", "root_mismatch"]),
        ("UPDATE audit_seal SET size = size + 1 WHERE last_id >= %(id)s", ["seal_altered", "entries_mismatch"]),
        (
            "DELETE FROM audit_seal WHERE number = (SELECT seal_id FROM audit_sealentry WHERE event_id = %(id)s)",
            ["seal_missing"],
        ),
    ],
)
def test_standalone_verifier_finds_tampering(checked, tmp_path, tampering, found):
    execute(tampering, {"id": checked[5]})
    done = run_standalone(tmp_path)
    assert done.returncode == 1
    assert all(code in done.stdout for code in found)


def test_standalone_verifier_finds_recomputed_and_cut_chains_by_the_checkpoint(checked, data_dir, tmp_path):
    execute("UPDATE audit_auditevent SET reason = '改写' WHERE id = %s", [checked[5]])
    reseal_everything()
    assert run_standalone(tmp_path).returncode == 0
    assert "checkpoint_mismatch" in run_standalone(tmp_path, "--checkpoint", note(data_dir)).stdout
    cut_tail(checked[8:])
    assert "checkpoint_ahead" in run_standalone(tmp_path, "--checkpoint", note(data_dir)).stdout


def test_standalone_verifier_refuses_a_signature_of_another_key(checked, data_dir, tmp_path):
    (data_dir / "checkpoint.key").unlink()
    done = run_standalone(tmp_path, "--checkpoint", note(data_dir), "--public-key", checkpoints.public_key())
    assert done.returncode == 1
    assert "checkpoint_unsigned" in done.stdout


def test_standalone_verifier_says_when_a_file_is_no_export(tmp_path):
    (tmp_path / "export.jsonl").write_text("这不是导出文件\n")
    command = [sys.executable, "-I", "-S", verify_audit.__file__, tmp_path / "export.jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "无法读取" in done.stderr
