"""An error that was confirmed is said in public where its subject asks for that, for a term; on request no more."""

import datetime

import pytest
from django.utils.html import strip_tags

from records.errors import Refused
from repair import services
from repair.models import Clarification
from tests import factories
from tests.conftest import TODAY
from tests.repair.conftest import GRANT, REFUSE, SPRING, WITHDRAW, make_applicant


@pytest.fixture
def clarified(decided, reviewer):
    """A function that carries an objection to its end and publishes that it was right."""

    def clarified(**changes):
        case = decided("objection", WITHDRAW, **changes)
        return publish(case, reviewer)

    return clarified


def publish(case, reviewer, **changes):
    said = {"consent": "澄清申请书", "consented_on": TODAY, "today": TODAY} | changes
    return services.publish_clarification(case, actor=reviewer, version=case.version, **said)


def refused(verb, *args, **said) -> str:
    with pytest.raises(Refused) as refusal:
        verb(*args, **said)
    return refusal.value.code


def test_an_error_is_clarified_in_public_where_its_subject_asks(clarified, record, client):
    case = clarified()
    page = f"/clarifications/{case.clarification.public_id}/"
    assert page in client.get("/clarifications/").content.decode()
    assert page in client.get(f"/subjects/{record.subject.uscc}/").content.decode()
    shown = client.get(page).content.decode()
    for said in (record.subject.legal_name, case.number, record.document_no, "经核实有误", "撤回"):
        assert said in strip_tags(shown), said
    assert case.reasons not in shown and case.claim not in shown
    assert case.steps.last().action == "clarify"
    assert case.notices.filter(title="澄清已经公开").exists()


def test_a_persons_clarification_names_neither_the_person_nor_the_document(
    decided, department, clerk, applicant, reviewer, client
):
    own = factories.register(factories.persons_penalty(department, 5, CF_JDRQ=SPRING), clerk)
    applicant.subject = own.subject
    applicant.save()
    case = publish(decided("objection", WITHDRAW, record=own), reviewer)
    for address in ("/clarifications/", f"/clarifications/{case.clarification.public_id}/"):
        page = client.get(address).content.decode()
        assert own.subject.legal_name not in page and own.document_no not in page
        assert f"{own.subject.legal_name[0]}*" in page and case.number in page


def test_nothing_is_said_without_consent_before_an_error_is_confirmed_or_twice(decided, opened, reviewer, record):
    case = decided("objection", REFUSE)
    assert refused(publish, case, reviewer) == "no_error_confirmed"
    case = decided("objection", WITHDRAW)
    assert refused(publish, case, reviewer, consent=" ") == "reason_required"
    assert refused(publish, case, reviewer, consented_on=TODAY + datetime.timedelta(days=1)) == "consent_in_future"
    case = publish(case, reviewer)
    assert refused(publish, case, reviewer) == "clarified_already"


def test_a_repair_is_no_error(decided, reviewer):
    assert refused(publish, decided("repair", GRANT), reviewer) == "no_error_confirmed"


def test_it_is_taken_down_on_request_and_ends_by_itself(clarified, reviewer, client, rehearse):
    case = clarified()
    page = f"/clarifications/{case.clarification.public_id}/"
    until = case.clarification.shown_until
    assert until == datetime.date(2027, 5, 22)
    rehearse(until)
    assert client.get(page).status_code == 200
    rehearse(until + datetime.timedelta(days=1))
    assert client.get(page).status_code == 404
    rehearse(TODAY)
    said = {"actor": reviewer, "version": case.version, "today": TODAY}
    case = services.withdraw_clarification(case, reason="当事人撤回同意", **said)
    assert client.get(page).status_code == 404
    assert page not in client.get("/clarifications/").content.decode()
    again = {"actor": reviewer, "version": case.version, "today": TODAY}
    assert refused(services.withdraw_clarification, case, reason="再撤", **again) == "not_clarified"


def test_a_reviewer_publishes_it_from_the_page_of_the_case(decided, second, client):
    case = decided("objection", WITHDRAW)
    client.force_login(second)
    address = f"/admin/cases/{case.public_id}/"
    assert "公开澄清" in client.get(address).content.decode()
    form = {"version": case.version, "consent": "澄清申请书", "consented_on": TODAY.isoformat()}
    assert client.post(f"{address}clarify/", form).status_code == 302
    assert Clarification.objects.get().published_by == second
    assert "撤下澄清" in client.get(address).content.decode()


def test_another_subject_has_none(clarified, department, clerk, client):
    clarified()
    other = factories.register(factories.penalty(department, 9, firm=9), clerk)
    make_applicant(other, 9)
    assert "/clarifications/" not in client.get(f"/subjects/{other.subject.uscc}/").content.decode()
