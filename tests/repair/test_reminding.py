"""Who can have a record repaired is told so, once, without being asked and without saying more than a mail may say."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import AuditEvent
from records import crypto
from records import services as records
from records.models import Record
from repair import services
from repair.models import Notice
from tests import factories
from tests.conftest import TODAY
from tests.repair.conftest import REFUSE, make_applicant, of_spring, signed_in

TITLE = "有信息现在可以申请信用修复"


def told(applicant) -> list[str]:
    """Documents an applicant has been told of, each once."""
    reminders = Notice.objects.filter(applicant=applicant, record__isnull=False, channel="portal")
    return sorted(reminders.values_list("record__document_no", flat=True))


def test_a_subject_is_told_once_that_its_record_can_be_repaired(applicant, record):
    assert services.remind_repairable(today=TODAY) == 1
    assert services.remind_repairable(today=TODAY + datetime.timedelta(days=1)) == 0
    assert told(applicant) == [record.document_no]
    assert AuditEvent.objects.filter(action="repair.notice.reminded", object_id=str(record.pk)).count() == 1


def test_not_before_the_day_it_can(department, clerk):
    young = factories.register(factories.penalty(department, 2), clerk)
    applicant = make_applicant(young)
    earliest = services.can_repair(young, today=TODAY).earliest_on
    assert services.remind_repairable(today=earliest - datetime.timedelta(days=1)) == 0
    assert services.remind_repairable(today=earliest) == 1
    assert told(applicant) == [young.document_no]


def test_nobody_is_told_of_what_has_ended_or_is_no_misconduct(applicant, record, department, clerk):
    factories.send([factories.permit(department)], clerk)
    assert Record.objects.filter(subject=record.subject).count() == 2
    after = record.displayed_until + datetime.timedelta(days=1)
    assert services.remind_repairable(today=after) == 0  # the sweep that ends it may come later the same day
    records.withdraw_record(record, actor=clerk, reason="核对时发现有误", today=TODAY)
    assert services.remind_repairable(today=TODAY) == 0


@pytest.mark.parametrize("kind", ["repair", "objection"])
def test_nobody_is_told_of_what_is_being_asked_about(opened, kind):
    opened(kind)
    assert services.remind_repairable(today=TODAY) == 0


def test_whose_objection_was_not_right_is_told_after_it(decided, applicant, record):
    decided("objection", REFUSE)
    assert services.remind_repairable(today=TODAY) == 1
    assert told(applicant) == [record.document_no]


def test_a_merged_subject_is_told_of_what_it_has_now(applicant, record, department, clerk):
    other = factories.register(of_spring(department, 2, firm=2), clerk)
    record.subject.merged_into, record.subject.uscc = other.subject, None
    record.subject.save(update_fields=["merged_into", "uscc"])
    Record.objects.filter(pk=record.pk).update(subject=other.subject)
    assert services.remind_repairable(today=TODAY) == 2
    assert told(applicant) == sorted([record.document_no, other.document_no])


def test_a_mail_says_neither_what_nor_about_whom(applicant, record, settings):
    settings.NOTICE_BACKEND = "file"
    applicant.email_cipher = crypto.seal_text("someone@example.org")
    applicant.save()
    services.remind_repairable(today=TODAY)
    assert services.send_due() == 1
    (sent,) = (settings.DATA_DIR / "notices").iterdir()
    text = sent.read_text(encoding="utf-8")
    assert TITLE in text
    assert not any(word in text for word in (record.document_no, record.subject.legal_name, record.authority))


def test_the_reminder_stands_on_the_page_and_leads_to_the_record(client, applicant, record, department, clerk):
    stranger = make_applicant(factories.register(of_spring(department, 2, firm=2), clerk), 2)
    services.remind_repairable(today=TODAY)
    page = signed_in(client, applicant).get(reverse("my:notices")).content.decode()
    assert TITLE in page and reverse("my:record", args=[record.public_id]) in page
    assert "有新的通知" in client.get(reverse("my:home")).content.decode()
    client.post(reverse("my:notices"))
    assert not Notice.objects.filter(applicant=applicant, read_at__isnull=True).exists()
    assert Notice.objects.filter(applicant=stranger, read_at__isnull=True).count() == 1


def test_a_reminder_of_what_is_no_longer_ones_own_is_not_shown(client, applicant, record, department, clerk):
    services.remind_repairable(today=TODAY)
    other = factories.register(of_spring(department, 2, firm=2), clerk)
    Record.objects.filter(pk=record.pk).update(subject=other.subject)  # as when a merger is undone
    mine = signed_in(client, applicant)
    assert TITLE not in mine.get(reverse("my:notices")).content.decode()
    assert "有新的通知" not in mine.get(reverse("my:home")).content.decode()


def test_the_database_keeps_a_reminder_once_and_about_one_thing(applicant, record, opened):
    services.remind_repairable(today=TODAY)
    reminder = Notice.objects.get(record=record)
    again = {"applicant": applicant, "channel": "portal", "title": TITLE, "text": TITLE, "state": "sent"}
    for about in ({"record": record}, {"record": reminder.record, "case": opened()}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(**again, **about)
