"""依法删除: two people, no way back, nothing left but that there was something."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from disclosure.models import PublicRecord
from records import storage, workflow
from records.errors import Refused, RightMissing
from records.models import Record, RecordVersion
from records.services import erasures
from tests import factories
from tests.factories import TODAY
from tests.records.test_responsible import SERIOUS, names

ORDER = {
    "authority": "示例市中级人民法院",
    "document_no": "（2026）示01行终1号",
    "legal_basis": "《个人信息保护法》第四十七条",
}


REFUSALS = "insufficient|permission denied|no decision|insert-only"


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse, data_dir):
    """Every test here is about TODAY."""


@pytest.fixture
def lead():
    return factories.make_user("lead-a", Role.LEAD, factories.make_department("甲", 711))


@pytest.fixture
def reviewer():
    return factories.make_user("reviewer", Role.REVIEWER)


@pytest.fixture
def record(lead) -> Record:
    """A record with a former state."""
    factories.register(factories.penalty(lead.department, CF_SY="经查，应当消失的旧内容。"), lead)
    return factories.register(factories.penalty(lead.department, CF_SY="经查，应当消失的内容。"), lead)


def ask(record, lead):
    return erasures.request_erasure(record, reason="判决要求删除", actor=lead, **ORDER)


def content_of_all_tables() -> str:
    """Everything PostgreSQL holds in plain rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(r::text, '') FROM records_record AS r")
        records = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(v::text, '') FROM records_recordversion AS v")
        return records + (cursor.fetchone()[0] or "")


def test_content_and_former_states_are_gone_and_a_tombstone_stays(
    record, lead, reviewer, django_capture_on_commit_callbacks
):
    erasure = ask(record, lead)
    with django_capture_on_commit_callbacks(execute=True):
        erasures.carry_out_erasure(erasure, actor=reviewer, reason="依据成立", today=TODAY)
    left = Record.objects.get(pk=record.pk)
    assert "消失" not in content_of_all_tables() and left.subject_name == "" and left.values == left.secrets == {}
    assert (left.state, left.document_no, left.ended_on) == (workflow.ERASED, record.document_no, TODAY)
    erasure.refresh_from_db()
    assert len(erasure.content_digest) == 64 and erasure.versions == RecordVersion.objects.filter(record=record).count()
    assert not PublicRecord.objects.filter(pk=record.pk).exists() and left.revision > left.national_revision
    assert AuditEvent.objects.get(action=Action.RECORD_ERASED).actor_id == str(reviewer.pk)
    with pytest.raises(FileNotFoundError), storage.opened(record.batch.public_id.hex):
        pass


def test_the_records_of_the_persons_it_named_are_emptied_with_it(lead, reviewer):
    values = factories.penalty(lead.department) | SERIOUS
    factories.register(values | names(1), lead)
    source = factories.register(values | names(1, SF="实际控制人"), lead)
    person = Record.objects.get(derived_from=source)
    assert person.revision == 2 and "示例赵1" in content_of_all_tables()
    erasures.carry_out_erasure(ask(source, lead), actor=reviewer, reason="依据成立", today=TODAY)
    left = Record.objects.get(pk=person.pk)
    assert (left.state, left.subject_name, left.title) == (workflow.ERASED, "", "")
    assert left.values == left.secrets == {}
    assert "示例赵1" not in content_of_all_tables() and "实际控制人" not in content_of_all_tables()


def test_it_cannot_be_reported_again(record, lead, reviewer):
    erasures.carry_out_erasure(ask(record, lead), actor=reviewer, reason="依据成立", today=TODAY)
    with pytest.raises(Refused) as refusal:
        factories.register(factories.penalty(lead.department), lead)
    assert [p.code for p in refusal.value.problems] == ["erased_before"]


def test_only_the_lead_asks_and_only_a_reviewer_decides(record, lead, reviewer):
    clerk = factories.make_user("clerk-a", Role.CLERK, lead.department)
    with pytest.raises(RightMissing):
        ask(record, clerk)
    erasure = ask(record, lead)
    for nobody in (lead, clerk, factories.make_user("supervisor", Role.SUPERVISOR)):
        with pytest.raises(RightMissing):
            erasures.carry_out_erasure(erasure, actor=nobody, reason="", today=TODAY)
    erasures.deny_erasure(erasure, actor=reviewer, reason="没有依据")
    with pytest.raises(workflow.TransitionRefused):
        erasures.carry_out_erasure(erasure, actor=reviewer, reason="", today=TODAY)
    assert Record.objects.get(pk=record.pk).values


@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT records_erase(%(erasure)s)",
        "SET LOCAL records.erasing = 'on'; UPDATE records_recordversion SET former = '{}'",
        "SET LOCAL records.erasing = 'on'; DELETE FROM records_recordversion",
        "DELETE FROM records_record",
    ],
)
def test_the_application_can_erase_nothing_that_nobody_has_signed(record, lead, attempt):
    erasure = ask(record, lead)
    with (
        pytest.raises(DatabaseError, match=REFUSALS),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL ROLE credit_office")
        cursor.execute(attempt % {"erasure": erasure.pk})
    assert "消失" in content_of_all_tables()


def test_even_the_owner_changes_no_version_without_the_function(record):
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        RecordVersion.objects.update(former={})
