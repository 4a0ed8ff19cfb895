"""One number a day: it covers what was sealed, follows the day before, and a line's proof can be checked elsewhere."""

import datetime
import io
import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit import canonical, checkpoints, heads, sealing
from audit.errors import NotYet
from audit.models import AuditEvent, Seal, TreeHead
from audit.standalone import verify_audit
from audit.verify import verify

from .conftest import execute

DAY = datetime.timedelta(days=1)
LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


@given(LEAVES)
def test_three_ways_to_the_same_root(leaves):
    tree = canonical.Tree()
    for start in range(0, len(leaves), 7):
        tree.extend(leaves[start : start + 7])
    assert tree.root() == canonical.merkle_root(leaves) == verify_audit.merkle_root(leaves)


@given(LEAVES, st.data())
def test_every_path_leads_to_the_root_and_no_other_place_does(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    path, root = canonical.audit_paths([index], leaves)[index], canonical.merkle_root(leaves)
    assert verify_audit.climb(leaves[index], index, len(leaves), path) == root
    assert verify_audit.climb(canonical.sm3(leaves[index]), index, len(leaves), path) != root
    if len(leaves) > 1:
        assert verify_audit.climb(leaves[index], index, len(leaves), path[:-1]) != root
    assert verify_audit.climb(leaves[index], len(leaves), len(leaves), path) is None


def test_the_root_of_nothing_is_the_digest_of_nothing():
    assert canonical.Tree().root() == verify_audit.sm3(b"")


def sealed_earlier(by: datetime.timedelta) -> None:
    """Let what is sealed have been sealed so long ago: the seals are made again as they would have been then."""
    previous = canonical.GENESIS
    for seal in Seal.objects.order_by("number"):
        seal.sealed_at -= by
        seal.previous_hash = previous
        previous = seal.hash = canonical.seal_hash(sealing_values(seal))
        execute(
            "UPDATE audit_seal SET sealed_at = %s, previous_hash = %s, hash = %s WHERE number = %s",
            [seal.sealed_at, seal.previous_hash, seal.hash, seal.number],
        )


def sealing_values(seal: Seal) -> canonical.SealValues:
    fields = {name: getattr(seal, name) for name in canonical.SealValues._fields}
    return canonical.SealValues(**fields | {"sealed_at": canonical.moment_text(seal.sealed_at)})


@pytest.fixture
def three_days(unguarded, write_events):
    """Lines sealed three days ago in two seals, none since, one of today; the heads of the days that ended."""
    sealing.seal_all()
    ids = write_events(5)
    sealing.seal_all()
    write_events(3)
    sealing.seal_all()
    sealed_earlier(3 * DAY)
    heads.sign_due_heads()
    return ids


def test_each_day_that_ended_has_its_head_days_without_lines_too(three_days):
    signed = list(TreeHead.objects.all())
    today = timezone.localdate()
    assert [head.day for head in signed] == [today - 3 * DAY, today - 2 * DAY, today - DAY]
    assert [head.size for head in signed][1:] == [0, 0]
    # Signing leaves lines too; they are of today.
    assert signed[0].size == signed[2].total == AuditEvent.objects.count() - 3
    assert heads.sign_due_heads() == []
    assert verify(timezone.now()).findings == []


def test_a_line_sealed_after_midnight_stands_under_the_next_day(three_days, write_events):
    """Even when it was written before: a published day never grows."""
    before = TreeHead.objects.last()
    [late] = write_events(1)
    execute("UPDATE audit_auditevent SET at = at - interval '1 day' WHERE id = %s", [late])
    sealing.seal_all()
    head = heads.sign_head()
    assert (head.first_seal, head.since, head.previous_hash) == (before.last_seal + 1, before.until, before.hash)
    assert heads.prove(AuditEvent.objects.get(pk=late))["head"]["number"] == head.number


def test_while_the_sealer_is_at_work_no_head_is_signed(other_session, write_events):
    write_events(1)
    sealing.seal_all()
    other_session.execute("SELECT pg_advisory_xact_lock(hashtext('audit.seal'))")
    assert heads.sign_head() is None
    other_session.rollback()
    assert heads.sign_head().size == 1


CHANGES = {
    "root = repeat('0', 64)": {"head_altered", "head_mismatch"},
    "size = size + 1": {"head_altered", "head_mismatch", "head_broken"},
    "total = total + 1": {"head_altered", "head_broken"},
    "until = until - interval '1 hour'": {"head_altered", "head_broken"},
    "since = since - interval '1 hour'": {"head_altered"},
    "last_seal = last_seal - 1": {"head_altered", "head_broken", "head_mismatch"},
    "first_seal = first_seal + 1": {"head_altered", "head_broken", "head_mismatch"},
    "previous_hash = repeat('f', 64)": {"head_altered", "head_broken"},
    "hash = repeat('0', 64)": {"head_altered", "head_broken", "head_unsigned"},
    "signature = repeat('1', 128)": {"head_unsigned"},
    "origin = '539999'": {"head_unsigned"},
    "number = number + 100": {"head_altered", "head_broken", "head_unsigned"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_edited_head_is_found(three_days, change):
    execute(f"UPDATE audit_treehead SET {change} WHERE number = 1")
    found = {finding.code for finding in verify(timezone.now()).findings}
    assert found == CHANGES[change]


def test_every_column_of_a_head_is_covered_but_the_key_it_names(three_days):
    touched = {change.split(" = ")[0] for change in CHANGES}
    assert touched | {"public_key"} == {field.column for field in TreeHead._meta.fields}


def test_a_removed_head_is_found(three_days):
    execute("DELETE FROM audit_treehead WHERE number = 2")
    assert {finding.code for finding in verify(timezone.now()).findings} == {"head_broken"}


def rewrite_the_past(event_id: int) -> None:
    """What an owner of the database and of the key could do: edit a line and make everything after it again."""
    execute("UPDATE audit_auditevent SET reason = '改写' WHERE id = %s", [event_id])
    for table in ("audit_treehead", "audit_sealentry", "audit_seal"):
        execute(f"DELETE FROM {table}")
    while sealing.seal():
        pass
    sealed_earlier(3 * DAY)
    heads.sign_due_heads()


def test_even_a_wholly_rewritten_past_does_not_fit_what_was_published(three_days, tmp_path):
    published = {head.number: head.hash for head in TreeHead.objects.all()}
    copy = tmp_path / "heads.json"
    copy.write_text(json.dumps({"heads": [heads.as_published(head) for head in TreeHead.objects.all()]}))
    rewrite_the_past(three_days[2])
    assert verify(timezone.now()).findings == []
    assert {f.code for f in verify(timezone.now(), published=published).findings} == {"head_republished"}
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("audit_verify", heads=copy, stdout=out)
    assert "与已公布的不一致" in out.getvalue()
    with pytest.raises(CommandError):
        call_command("audit_verify", heads=tmp_path / "nowhere.json")


@pytest.fixture
def proof(three_days, tmp_path):
    """A proof and the published heads as files."""
    paths = tmp_path / "proof.json", tmp_path / "heads.json"
    call_command("audit_proof", three_days[2], paths[0], stdout=io.StringIO())
    content = {"heads": [heads.as_published(head) for head in TreeHead.objects.all()]}
    paths[1].write_text(json.dumps(content, ensure_ascii=False))
    return paths


def run_standalone(*arguments) -> tuple[int, str]:
    command = [sys.executable, "-I", verify_audit.__file__, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_proof_is_checked_by_one_file_without_the_platform(proof):
    code, said = run_standalone("--proof", proof[0], "--heads", proof[1], "--public-key", checkpoints.public_key())
    assert code == 0, said
    assert "证明成立" in said and "注意" not in said


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda p: p["values"].update(reason="改写"), "proof_wrong"),
        (lambda p: p["values"].update(actor_id=""), "proof_wrong"),
        (lambda p: p.update(index=p["index"] + 1), "proof_wrong"),
        (lambda p: p.update(path=p["path"][1:]), "proof_wrong"),
        (lambda p: p["head"].update(root="0" * 64), "head_altered"),
        (lambda p: p["head"].update(signature="1" * 128), "head_unsigned"),
        (lambda p: p["head"].update(hash="0" * 64), "head_republished"),
    ],
)
def test_a_changed_proof_is_refused(proof, change, found):
    content = json.loads(proof[0].read_text())
    change(content)
    proof[0].write_text(json.dumps(content))
    code, said = run_standalone("--proof", proof[0], "--heads", proof[1])
    assert code == 1 and found in said


def test_a_published_chain_that_was_rewritten_is_refused(proof):
    content = json.loads(proof[1].read_text())
    del content["heads"][1]
    proof[1].write_text(json.dumps(content))
    assert "head_broken" in run_standalone("--proof", proof[0], "--heads", proof[1])[1]


def test_what_is_no_proof_is_unreadable(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("[]")
    assert run_standalone("--proof", path)[0] == 2
    assert run_standalone()[0] == 2


def test_a_line_of_today_has_no_proof_yet(three_days, write_events):
    [event_id] = write_events(1)
    with pytest.raises(NotYet):
        heads.prove(AuditEvent.objects.get(pk=event_id))


def test_an_export_is_held_against_the_published_heads(proof, tmp_path, three_days):
    export = tmp_path / "export.jsonl"
    with transaction.atomic():
        call_command("audit_export", export, stdout=io.StringIO())
    assert run_standalone(export, "--heads", proof[1])[0] == 0
    rewrite_the_past(three_days[2])
    call_command("audit_export", export, stdout=io.StringIO())
    code, said = run_standalone(export, "--heads", proof[1])
    assert code == 1 and "head_mismatch" in said
