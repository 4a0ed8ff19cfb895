"""The drop folder: what lies there whole is taken once and a receipt says what became of it, wherever we are killed."""

import contextlib
import json
import os
import zipfile
from functools import partial

import openpyxl
import pytest
from django.core.management import call_command

from accounts.models import Role
from accounts.services import issue_token
from records import inbox, services, workflow
from records.models import Batch, Record, RejectedRow
from records.services import inboxes
from records.workflow import Commit, Policy
from tests.factories import as_csv, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearse")]


@pytest.fixture
def place(data_dir, department, clerk, today):
    """The department's folder for permits."""
    issue_token(department=department, user=clerk, name="前置机", on=today)
    folder = data_dir / "inbox" / department.code / "XZXK"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def look(today):
    return partial(services.carry_inbox, today=today, quiet=0)


def receipts(data_dir, department) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted((data_dir / "outbox" / department.code).glob("*.json"))]


def left(data_dir) -> list[str]:
    return [str(path) for path in (data_dir / "inbox").rglob("*") if path.is_file()]


def test_a_file_is_taken_in_and_a_receipt_with_the_rows_sent_back_is_laid_down(
    place, look, permit, data_dir, department, clerk
):
    (place / "许可.csv").write_bytes(as_csv([permit(1), permit(2, 许可内容="")]))
    assert look() == {"taken": 1, "received": 1, "receipts": 1}
    (receipt,) = receipts(data_dir, department)
    (batch,) = receipt["batches"]
    assert (batch["state"], batch["rows_accepted"], batch["rows_rejected"]) == ("committed", 1, 1)
    sheet = openpyxl.load_workbook(data_dir / "outbox" / department.code / batch["returned_rows"]).active
    assert sheet.max_row == 2
    stored = Batch.objects.get()
    assert (stored.source, stored.sent_by, str(stored.public_id)) == ("inbox", clerk, batch["id"])
    assert left(data_dir) == []
    assert look() == {"taken": 0, "received": 0, "receipts": 0}


def test_only_what_has_arrived_whole_is_taken(place, today, permit):
    (place / "a.csv").write_bytes(as_csv([permit(1)]))
    (place / "b.csv.part").write_bytes(b"half")
    (place / ".hidden").write_bytes(b"x")
    os.symlink("/etc/passwd", place / "link.csv")
    os.utime(place / "a.csv", (0, 0))  # an old date set by the sender proves nothing
    assert inbox.take(quiet=60) == 0
    (place / "a.csv.ok").touch()
    assert inbox.take(quiet=60) == 1
    assert sorted(path.name for path in place.iterdir()) == [".hidden", "b.csv.part", "link.csv"]


def test_a_zipped_folder_needs_no_item(place, look, permit, penalty, data_dir, department):
    with zipfile.ZipFile(place.parent / "11月.zip", "w") as archive:
        archive.writestr("行政许可.csv", as_csv([permit(1)]))
        archive.writestr("行政处罚.csv", as_csv([penalty(2)]))
    look()
    (receipt,) = receipts(data_dir, department)
    assert [(batch["item"], batch["state"]) for batch in receipt["batches"]] == [
        ("XZXK", "committed"),
        ("XZCF", "committed"),
    ]


@pytest.mark.parametrize(
    ("folder", "content", "code"),
    [
        ("TEST/XZXK", b"a", "department_unknown"),
        ("530000-TEST-A/nothing", b"a", "item_not_in_force"),
        ("530000-TEST-A", b"a,b\n", "item_required"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_with_a_receipt_and_no_copy_stays(
    place, look, data_dir, folder, content, code
):
    target = data_dir / "inbox" / folder
    target.mkdir(parents=True, exist_ok=True)
    (target / "x.csv").write_bytes(content)
    look()
    (receipt,) = [json.loads(path.read_text()) for path in (data_dir / "outbox").rglob("*.json")]
    assert (receipt["state"], receipt["code"]) == ("refused", code)
    assert left(data_dir) == [] and not Batch.objects.exists()


def test_without_a_person_responsible_nothing_comes_in(data_dir, department, clerk, look, permit):
    folder = data_dir / "inbox" / department.code / "XZXK"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_bytes(as_csv([permit(1)]))
    look()
    assert receipts(data_dir, department)[0]["code"] == "nobody_responsible"


def test_a_file_that_waits_for_its_preview_is_told_and_told_again_at_its_end(
    place, look, permit, data_dir, department, lead, clerk, today
):
    services.change_reporting_setting(department, policy=Policy.GOOD_ROWS, commit=Commit.PREVIEW, actor=lead)
    (place / "a.csv").write_bytes(as_csv([permit(1), permit(2, 许可内容="")]))
    look()
    assert receipts(data_dir, department)[0]["batches"][0]["state"] == "previewed"
    assert look()["receipts"] == 0
    batch = Batch.objects.get()
    services.commit_batch(batch, actor=clerk, policy=Policy.GOOD_ROWS, seen=batch.preview.outcome_digest)
    assert look()["receipts"] == 1
    assert receipts(data_dir, department)[0]["batches"][0]["state"] == "committed"


@pytest.fixture
def lead(department):
    return make_user("lead-a", Role.LEAD, department)


class Killed(BaseException):
    """What no handler of ours catches."""


STEPS = ("rename", "unlink", "rmdir", "mkdir")


@pytest.mark.parametrize("step", [*STEPS, "write", "receive", "run", "forget"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_anywhere_nothing_is_lost_and_nothing_comes_in_twice(
    place, look, permit, data_dir, department, monkeypatch, step, after, at
):
    (place / "许可.csv").write_bytes(as_csv([permit(1), permit(2, 许可内容="")]))
    owners = {
        "write": (inbox, "_write"),
        "receive": (inboxes, "receive_batch"),
        "run": (inboxes, "run_batch"),
        "forget": (inbox, "forget"),
    }
    owner, name = owners.get(step, (inbox.Path, step))
    real, calls = getattr(owner, name), []

    def deadly(*arguments, **keywords):
        calls.append(1)
        if len(calls) == at and not after:
            raise Killed
        result = real(*arguments, **keywords)
        if len(calls) == at:
            raise Killed
        return result

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, deadly)
        with contextlib.suppress(Killed):
            look()
    look()
    look()
    (receipt,) = receipts(data_dir, department)
    assert receipt["batches"][0]["rows_accepted"] == 1
    assert (Batch.objects.count(), Record.objects.count(), RejectedRow.objects.count()) == (1, 1, 1)
    assert left(data_dir) == []


def test_receipts_nobody_fetches_are_removed(place, look, permit, data_dir, department):
    (place / "a.csv").write_bytes(as_csv([permit(1)]))
    look()
    assert inbox.clear_outbox(days=7) == 0
    for path in (data_dir / "outbox" / department.code).iterdir():
        os.utime(path, (0, 0))
    assert inbox.clear_outbox(days=7) == 1


def test_the_command_looks_once_for_cron(place, permit, capsys):
    (place / "a.csv").write_bytes(as_csv([permit(1)]))
    call_command("watch_inbox", "--once", "--quiet-seconds", "0")
    assert json.loads(capsys.readouterr().out) == {"taken": 1, "received": 1, "receipts": 1, "removed": 0}
    assert Batch.objects.get().state == workflow.COMMITTED


def test_a_ticket_forged_in_the_departments_own_folder_means_nothing(place, look, send, permit, data_dir):
    others = send("XZXK", [permit(1, 许可内容="")])
    forged = place.parent / ".taken" / ("0" * 32)
    forged.mkdir(parents=True)
    (forged / "ticket.json").write_text(json.dumps({"batches": [str(others.public_id)], "file": "x.csv"}))
    assert look() == {"taken": 0, "received": 0, "receipts": 0}
    assert not (data_dir / "outbox").exists()
