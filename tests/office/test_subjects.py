"""A subject's page: numbers of people stay masked until somebody says what for."""

import pytest
from django.urls import reverse

from audit.actions import Action
from audit.models import AuditEvent
from records.models import Subject
from tests import factories

NUMBER = factories.make_id_number(1)


@pytest.fixture
def person(department, clerk) -> Subject:
    return factories.register(factories.persons_penalty(department), clerk).subject


@pytest.fixture
def firm(department, clerk) -> Subject:
    return factories.register(factories.penalty(department), clerk).subject


def path(name: str, subject: Subject) -> str:
    return reverse(f"office:{name}", args=[subject.public_id])


def test_an_organisation_is_shown_with_its_codes_and_records(office, firm):
    page = office.get(path("subject", firm)).content.decode()
    assert firm.legal_name in page.replace("<wbr>", "") and "云示罚〔2026〕1号" in page
    assert not AuditEvent.objects.filter(action=Action.SUBJECT_VIEWED).exists()


def test_a_person_is_shown_masked_and_the_reading_leaves_a_line(office, person):
    page = office.get(path("subject", person)).content.decode()
    assert NUMBER not in page and f"{NUMBER[:6]}********{NUMBER[-4:]}" in page
    line = AuditEvent.objects.get(action=Action.SUBJECT_VIEWED)
    assert line.object_label == f"自然人 {person.pk}"


def test_the_whole_number_needs_a_purpose_and_is_shown_once(office, person):
    data = {"kind": "id_card"}
    refused = office.post(path("subject-reveal", person), data | {"purpose": ""}).content.decode()
    assert "请写明用途" in refused and NUMBER not in refused
    assert not AuditEvent.objects.filter(action=Action.IDENTIFIER_REVEALED).exists()
    shown = office.post(path("subject-reveal", person), data | {"purpose": "核对送达回证"})
    assert f'data-copy="{NUMBER}"' in shown.content.decode() and "no-store" in shown["Cache-Control"]
    line = AuditEvent.objects.get(action=Action.IDENTIFIER_REVEALED)
    assert (line.reason, line.actor_name) == ("核对送达回证", "clerk-a")
    assert NUMBER not in office.get(path("subject", person)).content.decode()


def test_only_numbers_kept_sealed_are_revealed(office, person, firm):
    assert office.post(path("subject-reveal", firm), {"kind": "uscc", "purpose": "示例"}).status_code == 404
    assert office.post(path("subject-reveal", person), {"kind": "passport", "purpose": "示例"}).status_code == 404
    assert office.post(path("subject-reveal", person), {"kind": "anything", "purpose": "示例"}).status_code == 404
    assert office.get(path("subject-reveal", person)).status_code == 405


def test_only_the_lead_renames_and_former_records_keep_their_name(office, browse, lead, firm):
    former = firm.legal_name
    data = {"name": "昆明示例更名后商贸有限公司", "renamed_on": "2026-11-10", "reason": "2026-11-10 变更登记（示例）"}
    assert office.post(path("subject-rename", firm), data).status_code == 404
    assert path("subject-rename", firm) not in office.get(path("subject", firm)).content.decode()
    client = browse(lead)
    assert path("subject-rename", firm) in client.get(path("subject", firm)).content.decode()
    assert "请填写变更后的名称" in client.post(path("subject-rename", firm), {}).content.decode()
    assert client.post(path("subject-rename", firm), data).url == path("subject", firm)
    firm.refresh_from_db()
    assert firm.legal_name == data["name"]
    assert firm.records.get().subject_name == former
    record = reverse("office:record", args=[firm.records.get().public_id])
    assert f"现名称 {data['name']}" in client.get(record).content.decode()


def test_an_old_number_finds_the_records_of_who_reported_it_only(office, browse, other_clerk, department, clerk):
    """What another department knows of a code is not told by a search (T-02)."""
    factories.register(factories.penalty(department, 1, CF_XDR_GSZC="530102999000077"), clerk)
    factories.register(factories.penalty(other_clerk.department, 2), other_clerk)
    found = office.get("/office/records/", {"q": "530102999000077"}).content.decode()
    assert "云示罚〔2026〕1号" in found
    theirs = browse(other_clerk).get("/office/records/", {"q": "530102999000077"}).content.decode()
    assert "云示罚〔2026〕2号" not in theirs


def test_a_former_name_finds_the_records(office, browse, lead, firm):
    data = {"name": "昆明改名示例茶业有限公司", "renamed_on": "2026-11-10", "reason": "变更登记（示例）"}
    browse(lead).post(path("subject-rename", firm), data)
    assert "云示罚〔2026〕1号" in office.get("/office/records/", {"q": "第1商贸"}).content.decode()
    page = office.get(path("subject", firm)).content.decode()
    assert "曾用名" in page and "使用至" in page
