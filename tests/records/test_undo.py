"""A committed batch can be taken back as a whole, for a day, by the department's lead."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from records import bulk, services, undoing, workflow
from records.errors import Refused, RightMissing
from records.models import Batch, Identifier, Record, RecordVersion, Subject
from records.workflow import TransitionRefused
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearse")]


@pytest.fixture
def lead(department):
    return make_user("lead-a", Role.LEAD, department)


@pytest.fixture
def undo(lead, today):
    def undo(batch: Batch) -> Batch:
        services.undo_batch(batch, actor=lead, reason="误传了上月的文件")
        services.run_batch(batch.pk, today=today)
        return Batch.objects.get(pk=batch.pk)

    return undo


def contents() -> dict:
    names = ("values", "state", "displayed_from", "displayed_until", "ended_on", "severity", "batch_id", "row_no")
    return {record.document_no: [getattr(record, name) for name in names] for record in Record.objects.all()}


def public() -> set[str]:
    with connection.cursor() as cursor:
        return {number for (number,) in cursor.execute("SELECT document_no FROM public_record").fetchall()}


@pytest.mark.parametrize("size", [2, 5000])
def test_new_records_are_gone_and_changed_ones_are_as_before(send, permit, undo, monkeypatch, size):
    monkeypatch.setattr("records.services.batches.SLICE", size)
    send("XZXK", [permit(1), permit(2), permit(3)])
    before, shown = contents(), public()
    batch = send(
        "XZXK", [permit(1, 许可内容="误改"), permit(2, 许可内容="误改"), permit(3), permit(4), permit(5, firm=5)]
    )
    assert public() != shown
    undone = undo(batch)
    assert (undone.state, undone.rows_undone) == (workflow.UNDONE, 4)
    after = contents()
    assert {number: after[number] for number in before} == before
    assert {after[number][1] for number in set(after) - set(before)} == {workflow.UNREPORTED}
    assert public() == shown
    assert RecordVersion.objects.count() == 2 + 4  # nothing is overwritten: the wrong content stays as a version
    assert not Record.objects.filter(revision__lte=1, document_no="云示许〔2026〕1号").exists()
    assert AuditEvent.objects.get(action=Action.BATCH_RECALLED).reason == "误传了上月的文件"
    assert AuditEvent.objects.get(action=Action.BATCH_UNDONE).detail == {"left": 0, "undone": 4}


def test_what_a_later_batch_or_a_person_has_changed_stays(send, permit, undo, clerk, today):
    batch = send("XZXK", [permit(1), permit(2), permit(3)])
    send("XZXK", [permit(1, 许可内容="后来的更正")])
    services.withdraw_record(
        Record.objects.get(document_no="云示许〔2026〕2号"), actor=clerk, reason="测试", today=today
    )
    undone = undo(batch)
    states = dict(Record.objects.values_list("document_no", "state"))
    assert undone.rows_undone == 1
    assert states == {
        "云示许〔2026〕1号": "current",
        "云示许〔2026〕2号": "withdrawn",
        "云示许〔2026〕3号": "unreported",
    }


def test_the_right_file_can_be_sent_afterwards_even_where_the_name_was_wrong(send, permit, undo):
    send("XZXK", [permit(9, firm=9)])
    undo(send("XZXK", [permit(1, 行政相对人名称="错误名称有限公司"), permit(2, firm=9)]))
    again = send("XZXK", [permit(1), permit(2, firm=9)])
    assert (again.rows_accepted, again.rows_rejected) == (2, 0)
    reopened = Record.objects.get(document_no="云示许〔2026〕2号")
    assert (reopened.state, reopened.revision, reopened.ended_on, reopened.end_reason) == ("current", 3, None, "")
    assert Record.objects.filter(document_no="云示许〔2026〕1号", state="current").count() == 1
    assert {"云示许〔2026〕1号", "云示许〔2026〕2号"} <= public()


def test_a_subject_known_only_from_what_was_taken_back_gives_its_numbers_free(send, permit, undo):
    undo(send("XZXK", [permit(1)]))
    assert not Identifier.objects.exists()
    assert Subject.objects.get().uscc is None


def test_the_nation_is_told(send, permit, undo):
    batch = send("XZXK", [permit(1)])
    Record.objects.update(national_revision=1)
    undo(batch)
    assert Record.objects.pending_national().count() == 1


def test_only_the_lead_with_a_reason_within_the_window(send, permit, clerk, lead):
    batch = send("XZXK", [permit(1)])
    with pytest.raises(RightMissing):
        services.undo_batch(batch, actor=clerk, reason="误传")
    with pytest.raises(Refused) as refused:
        services.undo_batch(batch, actor=lead, reason=" ")
    assert refused.value.code == "reason_required"
    Batch.objects.update(finished_at=timezone.now() - timedelta(days=2))
    with pytest.raises(Refused) as refused:
        services.undo_batch(batch, actor=lead, reason="误传")
    assert refused.value.code == "undo_window_over"
    assert Batch.objects.get().state == workflow.COMMITTED


def test_a_batch_is_undone_once_and_only_after_its_commit(send, permit, undo, lead):
    waiting = send("XZXK", [permit(1)], run=False)
    with pytest.raises(TransitionRefused):
        services.undo_batch(waiting, actor=lead, reason="误传")
    batch = send("XZXK", [permit(2)])
    undo(batch)
    with pytest.raises(TransitionRefused):
        services.undo_batch(batch, actor=lead, reason="误传")


def test_invariants_hold_after_an_undo(send, permit, undo, capsys):
    undo(send("XZXK", [permit(1), permit(2, firm=2)]))
    call_command("check_invariants")
    assert '"findings": {}' in capsys.readouterr().out


# What tells which decision a record is, and what never changes with its content.
IDENTITY = {"id", "public_id", "item_code", "subject_id", "department_id", "document_no", "decided_on"}
IDENTITY |= {"derived_from_id", "created_at", "national_revision"}
IDENTITY |= {"restored_on"}  # that a repair was revoked stays true whatever is reported later
# Every revision has its own.
OWN = {"revision", "explained_revision", "change_kind", "changed_by_id", "change_reason", "updated_at"}


def columns_set_by(statements: list[str]) -> set[str]:
    """The columns of the one statement that gives a record another content."""
    (found,) = (text for text in statements if "UPDATE records_record" in text and "responsible = " in text)
    assignments = re.search(r"\bSET\b(.*?)\bFROM (?:merging|undoing)\b", found, re.DOTALL)[1]
    columns = {field.column for field in Record._meta.concrete_fields}
    return columns & set(re.findall(r'"?(\w+)"? = ', re.sub(r"CASE\b.*?\bEND\b", "", assignments, flags=re.DOTALL)))


def test_whoever_adds_a_column_to_the_records_decides_what_a_merge_and_its_undoing_do_with_it():
    columns = {field.column for field in Record._meta.concrete_fields}
    assert columns_set_by(undoing.UNDO) == columns - IDENTITY
    assert columns_set_by(bulk.MERGE) == columns - IDENTITY
    assert columns >= OWN | IDENTITY and not OWN & IDENTITY
    (back,) = (text for text in undoing.UNDO if "responsible = f.responsible" in text)
    assert set(re.findall(r"= f\.(\w+)", back)) == columns - IDENTITY - OWN, "the former content, and who and why anew"
