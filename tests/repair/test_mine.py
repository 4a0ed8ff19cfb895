"""What a subject finds about itself when it has signed in: its own, all of its own, and nothing else."""

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from audit.models import AuditEvent
from records import services as records
from repair.models import Representation
from tests import factories
from tests.conftest import TODAY
from tests.repair.conftest import make_applicant, of_spring, signed_in

READ = "repair.own.read"


def page(record) -> str:
    return reverse("my:record", args=[record.public_id])


@pytest.fixture
def mine(client, applicant):
    """The browser of whom the record is about."""
    return signed_in(client, applicant)


@pytest.fixture
def personal(department, clerk):
    """A record about a person, who has signed in too: (record, applicant)."""
    record = factories.register(factories.persons_penalty(department, 3), clerk)
    return record, make_applicant(record, 3)


def test_home_shows_what_is_recorded_about_oneself_and_what_is_not_public_too(mine, record, clerk):
    records.withdraw_record(record, actor=clerk, reason="核对时发现有误", today=TODAY)
    answer = mine.get(reverse("my:home"))
    assert record.document_no in answer.content.decode()
    assert "已撤回" in answer.content.decode()


def test_record_of_somebody_else_does_not_exist(mine, department, clerk):
    other = factories.register(of_spring(department, 2, firm=2), clerk)
    assert other.document_no not in mine.get(reverse("my:home")).content.decode()
    assert mine.get(page(other)).status_code == 404


def test_stranger_is_sent_to_the_door_and_comes_back(client, record):
    answer = client.get(page(record))
    assert (answer.status_code, answer.url) == (302, f"{reverse('my:sign-in')}?{urlencode({'next': page(record)})}")


def test_member_of_staff_is_not_a_subject(client, clerk, record):
    client.force_login(clerk)
    assert client.get(page(record)).status_code == 302


def test_each_look_at_ones_own_data_leaves_a_line(client, personal):
    record, applicant = personal
    signed_in(client, applicant)
    client.get(reverse("my:home"))
    client.get(page(record))
    lines = AuditEvent.objects.filter(action=READ).order_by("pk")
    assert [line.detail["fields"] for line in lines][1] == ["record"]
    assert {(line.object_id, line.actor_id) for line in lines} == {
        (str(record.subject_id), f"applicant:{applicant.pk}")
    }
    assert not [line for line in lines if applicant.name in str(line.detail) + line.actor_name + line.object_label]


def test_person_known_by_number_only_sees_no_personal_record(client, personal):
    record, applicant = personal
    applicant.level = applicant.level._meta.model.objects.get(code="checked")
    applicant.save()
    answer = signed_in(client, applicant).get(page(record))
    assert answer.status_code == 400
    assert "实人" in answer.content.decode()
    assert record.document_no not in answer.content.decode()
    assert not AuditEvent.objects.filter(action=READ).exists()


def test_representative_sees_the_records_of_who_gave_the_power_until_it_is_revoked(client, record, personal):
    _, agent = personal
    power = Representation.objects.create(
        applicant=agent, subject=record.subject, authority_no="委托1号", valid_from=TODAY, valid_until=TODAY
    )
    signed_in(client, agent)
    assert client.get(page(record)).status_code == 200
    power.revoked_on = TODAY
    power.save()
    assert client.get(page(record)).status_code == 404
