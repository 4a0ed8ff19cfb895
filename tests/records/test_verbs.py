"""Withdrawing, expiring, renaming, revealing."""

import datetime

import pytest
from django.db import connection

from accounts.models import Role, User
from accounts.services import place_user
from audit.errors import SealStale
from audit.models import AuditEvent
from records import services, workflow
from records.errors import Refused, RightMissing, RowRefused
from records.models import Batch, Identifier, Record, Subject
from records.services.batches import item_in_force
from tests.conftest import TODAY
from tests.factories import make_department
from tests.records.conftest import make_clerk
from tests.records.test_batches import person

pytestmark = pytest.mark.django_db


def public_ids() -> set:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public_id FROM public_record")
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def lead(department):
    return place_user(User(username="lead-a"), department=department, role=Role.LEAD)


@pytest.fixture
def register(data_dir, department, clerk, today):
    def register(item: str, row: dict[str, str], key: str = "") -> Record:
        edition = item_in_force(item, on=today)
        names = {field.name: field.code for field in edition.fields.all()}
        aliases = {alias: field.code for field in edition.fields.all() for alias in field.aliases}
        values = {(names | aliases)[name]: value for name, value in row.items()}
        return services.register_record(
            item=edition, department=department, values=values, actor=clerk, today=today, idempotency_key=key
        )

    return register


def test_a_form_makes_one_record_and_a_batch_of_one(register, penalty):
    record = register("行政处罚", penalty(1))
    assert (record.document_no, record.batch.source, record.batch.state) == ("云示罚〔2026〕1号", "form", "committed")
    assert record.public_id in public_ids()


def test_a_double_click_makes_one_record(register, penalty):
    assert register("行政处罚", penalty(1), "once").pk == register("行政处罚", penalty(1), "once").pk
    assert (Record.objects.count(), Batch.objects.count()) == (1, 1)


def test_a_form_with_mistakes_leaves_nothing(register, penalty):
    with pytest.raises(RowRefused) as refusal:
        register("行政处罚", penalty(1, 处罚决定日期="2030/01/01"))
    assert [p.code for p in refusal.value.problems] == ["date_in_future"]
    assert not Batch.objects.exists()


def test_a_form_that_contradicts_what_is_held_leaves_nothing(register, penalty, data_dir):
    register("行政处罚", penalty(1))
    with pytest.raises(RowRefused) as refusal:
        register("行政处罚", penalty(2, 行政相对人名称="云南示例冒名有限公司"))
    assert refusal.value.problems[0].code == "name_conflict"
    assert Batch.objects.count() == 1
    assert len([path for path in data_dir.rglob("*") if path.is_file()]) == 1


def test_a_withdrawn_record_vanishes_in_the_same_moment_and_is_pending_for_the_nation(register, penalty, clerk, today):
    record = register("行政处罚", penalty(1))
    Record.objects.update(national_revision=1)
    services.withdraw_record(record, actor=clerk, reason="当事人信息填报错误", today=today)
    record.refresh_from_db()
    assert (record.state, record.ended_on, record.end_reason) == ("withdrawn", today, "当事人信息填报错误")
    assert record.public_id not in public_ids()
    assert record in Record.objects.pending_national()
    with pytest.raises(workflow.TransitionRefused):
        services.withdraw_record(record, actor=clerk, reason="再次", today=today)


def test_another_department_cannot_withdraw(register, penalty, today):
    stranger = make_clerk(make_department("B", 702), "clerk-b")
    with pytest.raises(RightMissing):
        services.withdraw_record(register("行政处罚", penalty(1)), actor=stranger, reason="无权", today=today)


def test_the_view_stops_showing_the_day_after_the_last_with_no_sweep(register, penalty, rehearse):
    record = register("行政处罚", penalty(1))
    rehearse(record.displayed_until)
    assert record.public_id in public_ids()
    rehearse(record.displayed_until + datetime.timedelta(1))
    assert record.public_id not in public_ids()
    assert Record.objects.get().state == workflow.CURRENT


@pytest.mark.parametrize("days_late", [1, 40])
def test_the_sweep_closes_on_the_day_it_ended_and_says_so_once(register, penalty, rehearse, days_late):
    record = register("行政处罚", penalty(1))
    Record.objects.update(national_revision=1)
    late = record.displayed_until + datetime.timedelta(days_late)
    assert services.expire_records(today=record.displayed_until) == 0
    assert (services.expire_records(today=late), services.expire_records(today=late)) == (1, 0)
    record.refresh_from_db()
    assert (record.state, record.ended_on) == (workflow.EXPIRED, record.displayed_until)
    assert record in Record.objects.pending_national()
    event = AuditEvent.objects.get(action="records.record.expired", object_id=str(record.pk))
    assert event.business_on == record.displayed_until


def test_python_and_sql_agree_on_what_is_displayed(register, send, penalty, permit, rehearse, today):
    register("行政处罚", penalty(1))
    send("行政许可", [permit(2, 有效期至="2026/12/31"), permit(3, 有效期至="2099/12/31")])
    send("行政处罚", [penalty(4, 处罚类别="警告")])
    for day in (today, datetime.date(2026, 12, 31), datetime.date(2027, 1, 1), datetime.date(2028, 1, 1)):
        rehearse(day)
        records = Record.objects.all()
        assert public_ids() == {r.public_id for r in records if r.is_displayed(day)}
        assert public_ids() == set(records.displayed(on=day).values_list("public_id", flat=True))


def test_a_person_who_turns_adult_only_tomorrow_is_not_displayed(send, penalty, rehearse, today):
    send("行政处罚", [person(penalty, datetime.date(1990, 5, 6))])
    assert len(public_ids()) == 1
    Subject.objects.update(adult_on=today + datetime.timedelta(1))
    assert public_ids() == set()
    rehearse(today + datetime.timedelta(1))
    assert len(public_ids()) == 1


def test_a_person_is_shown_without_the_name_wherever_it_stands(send, penalty):
    send("行政处罚", [person(penalty, datetime.date(1990, 5, 6), 违法事实="经查，示例赵六超限运输。")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_name, subject_code, values::text FROM public_record")
        name, code, values = cursor.fetchone()
    assert (name, code) == ("示***", None)
    assert "赵六" not in values and "示***超限运输" in values


def test_only_the_lead_enters_a_change_of_name(register, permit, lead, clerk, department, today):
    subject = register("行政许可", permit(1)).subject
    change = {"name": "云南示例新名有限公司", "renamed_on": today, "department": department, "reason": "企业更名"}
    change |= {"today": today}
    with pytest.raises(RightMissing):
        services.rename_subject(subject, actor=clerk, **change)
    services.rename_subject(subject, actor=lead, **change)
    record = register("行政许可", permit(2, 行政相对人名称="云南示例新名有限公司"))
    assert record.subject_id == subject.pk
    assert Record.objects.order_by("pk").first().subject_name == "云南示例第1号有限公司"


def test_a_number_is_shown_only_for_a_purpose_and_leaves_a_line(send, penalty, clerk):
    row = person(penalty, datetime.date(1990, 5, 6))
    send("行政处罚", [row])
    identifier = Identifier.objects.get()
    with pytest.raises(Refused, match="用途"):
        services.reveal_identifier(identifier, actor=clerk, purpose=" ", today=TODAY)
    assert (
        services.reveal_identifier(identifier, actor=clerk, purpose="核对当事人", today=TODAY) == row["自然人证件号码"]
    )
    event = AuditEvent.objects.get(action="records.identifier.revealed")
    assert (event.reason, event.actor_name) == ("核对当事人", "clerk-a")
    assert row["自然人证件号码"] not in str(AuditEvent.objects.values().all())


def test_nobody_outside_the_department_finds_the_number(send, penalty):
    send("行政处罚", [person(penalty, datetime.date(1990, 5, 6))])
    stranger = make_clerk(make_department("B", 702), "clerk-b")
    with pytest.raises(Identifier.DoesNotExist):
        services.reveal_identifier(Identifier.objects.get(), actor=stranger, purpose="好奇", today=TODAY)


def test_no_number_is_shown_when_the_trail_is_not_being_sealed(send, penalty, clerk, settings):
    send("行政处罚", [person(penalty, datetime.date(1990, 5, 6))])
    settings.AUDIT_SEAL_STOP_SECONDS = -1
    with pytest.raises(SealStale):
        services.reveal_identifier(Identifier.objects.get(), actor=clerk, purpose="核对当事人", today=TODAY)
