"""Writing a line: in the business transaction, complete, as text, once where once is asked."""

import datetime
from types import SimpleNamespace

import pytest
from celery import shared_task
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import context
from audit.actions import Action
from audit.errors import OutsideTransaction
from audit.models import AuditEvent
from audit.services import Target, record, record_many

CLERK = SimpleNamespace(pk=7, username="示例经办人", department=SimpleNamespace(code="530000-JT"))


@pytest.mark.django_db
def test_line_holds_who_when_what_which_why():
    with context.bound(request_id="request-0001", source="api"):
        event = record(
            Action.RECORD_WITHDRAWN,
            object_type="records.Record",
            object_id=42,
            label="示例建罚字〔2026〕1号",
            actor=CLERK,
            reason="依据错误",
            detail={"revision": 3},
            business_on=datetime.date(2026, 3, 1),
        )
    stored = AuditEvent.objects.get(pk=event.pk)
    assert (stored.actor_id, stored.actor_name, stored.department_code) == ("7", "示例经办人", "530000-JT")
    assert (stored.object_type, stored.object_id, stored.object_label) == (
        "records.Record",
        "42",
        "示例建罚字〔2026〕1号",
    )
    assert (stored.action, stored.result, stored.reason) == ("records.record.withdrawn", "done", "依据错误")
    assert (stored.detail, stored.business_on) == ({"revision": 3}, datetime.date(2026, 3, 1))
    assert (stored.request_id, stored.source, stored.once) == ("request-0001", "api", False)
    assert stored.at == event.at
    assert str(stored) == "撤下信用记录 示例建罚字〔2026〕1号"


@pytest.mark.django_db
def test_object_names_itself_by_label_key_and_text():
    kind = ContentType.objects.get_for_model(AuditEvent)
    event = record(Action.RECORD_VIEWED, kind)
    assert (event.object_type, event.object_id) == ("contenttypes.ContentType", str(kind.pk))
    assert event.object_label == str(kind)


@pytest.mark.django_db
def test_object_may_choose_its_own_label():
    kind = ContentType.objects.get_for_model(AuditEvent)
    kind.audit_label = lambda: "只留编号"
    assert record(Action.RECORD_VIEWED, kind).object_label == "只留编号"


@pytest.mark.django_db
def test_without_an_actor_the_line_says_so_with_null_not_with_an_empty_name():
    event = record(Action.RECORD_EXPIRED)
    assert (event.actor_id, event.actor_name, event.department_code) == (None, "", None)


@pytest.mark.django_db
def test_business_date_defaults_to_the_rehearsed_day():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL platform.today = '2027-05-01'")
    assert record(Action.RECORD_VIEWED).business_on == datetime.date(2027, 5, 1)


@pytest.mark.django_db
def test_moments_inside_one_transaction_differ():
    first, second = record(Action.RECORD_VIEWED), record(Action.RECORD_VIEWED)
    assert first.at < second.at


def test_line_outside_a_transaction_is_refused(committing):
    before = AuditEvent.objects.count()
    for write in (
        lambda: record(Action.RECORD_VIEWED),
        lambda: record_many(Action.RECORD_VIEWED, [Target("a.B", "1")]),
    ):
        with pytest.raises(OutsideTransaction) as caught:
            write()
        assert caught.value.code == "audit_outside_transaction"
    assert AuditEvent.objects.count() == before


def test_line_vanishes_with_its_fact(committing):
    before = AuditEvent.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        record(Action.RECORD_VIEWED)
        raise RuntimeError
    assert AuditEvent.objects.count() == before


@pytest.mark.django_db
def test_once_only_line_is_written_once_a_day_and_the_first_is_returned():
    day = datetime.date(2026, 5, 1)
    first = record(Action.RECORD_EXPIRED, object_type="a.B", object_id=1, business_on=day, once=True)
    again = record(Action.RECORD_EXPIRED, object_type="a.B", object_id=1, business_on=day, once=True, reason="再扫")
    other_day = record(Action.RECORD_EXPIRED, object_type="a.B", object_id=1, once=True)
    assert again.pk == first.pk
    assert again.reason == ""
    assert other_day.pk != first.pk


@pytest.mark.django_db
def test_ordinary_lines_repeat_freely():
    assert record(Action.RECORD_VIEWED, object_id=1).pk != record(Action.RECORD_VIEWED, object_id=1).pk


@pytest.mark.django_db
def test_many_lines_take_one_statement_and_each_its_own_date(django_assert_num_queries):
    targets = [
        Target("records.Record", str(n), business_on=datetime.date(2026, 5, 1 + n % 2), detail={"n": n})
        for n in range(500)
    ]
    with django_assert_num_queries(1):
        assert record_many(Action.RECORD_EXPIRED, targets, actor=CLERK, detail={"n": -1}, once=True) == 500
    written = AuditEvent.objects.filter(action=Action.RECORD_EXPIRED, actor_id="7")
    assert written.filter(business_on="2026-05-02").count() == 250
    assert sorted(event.detail["n"] for event in written) == list(range(500))


@pytest.mark.django_db
def test_many_once_only_lines_count_only_the_new_ones():
    day = datetime.date(2026, 5, 1)
    targets = [Target("records.Record", str(n)) for n in range(10)]
    assert record_many(Action.RECORD_EXPIRED, targets[:4], business_on=day, once=True) == 4
    assert record_many(Action.RECORD_EXPIRED, targets, business_on=day, once=True) == 6
    assert record_many(Action.RECORD_EXPIRED, [], business_on=day, once=True) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["no.such.action", "records.record.eaten"])
def test_unknown_action_is_refused(wrong):
    with pytest.raises(ValueError, match=wrong):
        record(wrong)


@pytest.mark.django_db
@settings(max_examples=50, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=80))
def test_any_text_is_stored_and_read_back_as_one_line(text):
    with transaction.atomic():
        event = record(
            Action.USER_SIGN_IN_REFUSED,
            actor=SimpleNamespace(pk=None, username=text),
            reason=text,
            label=text,
            object_id=text,
            detail={text: text},
        )
        stored = AuditEvent.objects.get(pk=event.pk)
        transaction.set_rollback(True)
    for shown in (stored.actor_name, stored.reason, stored.object_label, stored.object_id, *stored.detail):
        assert len(shown.splitlines()) <= 1
        assert shown == event.reason


@shared_task(name="tests.audit.record_something")
def record_something():
    with transaction.atomic():
        record(Action.RECORD_VIEWED, label="由任务记录")


@pytest.mark.django_db
def test_line_of_a_task_carries_the_task_id():
    record_something.apply(task_id="task-0001").get()
    event = AuditEvent.objects.get(object_label="由任务记录")
    assert (event.request_id, event.source) == ("task-0001", "task")


@pytest.mark.django_db
def test_line_of_a_command_carries_the_process():
    first, second = record(Action.RECORD_VIEWED), record(Action.RECORD_VIEWED)
    assert (first.source, first.request_id) == ("command", second.request_id)
    assert len(first.request_id) == 32
