"""A record of any department is found by who has its document in hand, and an error in it is told to its department."""

import uuid

import pytest
from django.test import Client

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from records import crypto
from records.models import Record
from repair import services
from repair.models import Case
from repair.services import finding
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_department, make_user
from tests.repair.test_counter import browser, scan, text

FIND = "/office/requests/find/"


@pytest.fixture
def elsewhere(department):
    """A clerk of a department that has reported nothing."""
    return make_user("elsewhere", Role.CLERK, make_department("乙", 712))


@pytest.fixture
def window(elsewhere) -> Client:
    return browser(elsewhere)


@pytest.fixture
def personal(department, clerk):
    return factories.register(factories.persons_penalty(department, name="示例张三"), clerk)


def look(client: Client, record: Record, *, kind: str = "统一社会信用代码", number: str = "", document: str = ""):
    said = {"document_no": document or record.document_no, "number_kind": kind, "number": number or record.subject.uscc}
    return client.post(FIND, said)


def place(record: Record, what: str) -> str:
    return f"/office/records/{record.public_id}/{what}/"


def number_of(record: Record) -> str:
    return crypto.open_text(record.subject.identifiers.get().cipher)


def test_paper_about_any_departments_record_is_taken_at_any_counter(window, record, elsewhere, department):
    assert window.get(place(record, "request")).status_code == 404
    answer = look(window, record)
    assert answer.url == place(record, "found")
    assert record.document_no in text(window.get(answer.url))
    said = {"key": str(uuid.uuid4()), "kind": "objection", "text": "金额与决定书不符", "scans": [scan(b"1")]}
    page = text(window.post(place(record, "request"), said, follow=True))
    case = Case.objects.get()
    assert (case.department, case.opened_by) == (department, elsewhere)
    assert services.check_code_of(case) in page


def test_both_numbers_must_be_right_and_neither_is_told_which_was_wrong(window, record, department, clerk):
    other = factories.register(factories.penalty(department, 8, firm=8), clerk)
    pages = [text(look(window, record, number=other.subject.uscc)), text(look(window, record, document="没有1号"))]
    assert all("没有找到" in page for page in pages)
    assert window.get(place(record, "found")).status_code == 404
    assert AuditEvent.objects.filter(action=Action.RECORD_SOUGHT, result="refused").count() == 2


def test_a_number_that_cannot_be_one_is_asked_for_again(window, record):
    answer = look(window, record, number="91530000MA6K000000")
    assert answer.status_code == 400 and "号码不正确" in text(answer)


def test_guessing_ends_for_a_while_even_with_the_right_numbers(window, record, monkeypatch):
    monkeypatch.setattr(finding, "MISSES", 2)
    for _ in range(2):
        look(window, record, document="没有1号")
    answer = look(window, record)
    assert answer.status_code == 400 and "次数过多" in text(answer)


def test_what_was_found_is_open_today_in_this_session_alone(window, record, elsewhere, rehearse):
    look(window, record)
    assert browser(elsewhere).get(place(record, "found")).status_code == 404
    rehearse(TODAY.replace(day=23))
    assert window.get(place(record, "found")).status_code == 404


def test_a_person_found_is_masked_and_each_look_leaves_a_line_with_its_ground(window, personal, elsewhere):
    answer = look(window, personal, kind="身份证", number=number_of(personal))
    page = text(window.get(answer.url))
    assert "示例张三" not in page and personal.document_no in page
    line = AuditEvent.objects.get(action=Action.RECORD_VIEWED, actor_id=str(elsewhere.pk))
    assert line.detail["basis"] == "counter" and line.reason == finding.PURPOSE
    assert AuditEvent.objects.filter(action=Action.RECORD_FOUND).count() == 1


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
def test_who_only_watches_finds_nothing(record, role):
    client = browser(make_user("watcher", role))
    assert client.get(FIND).status_code == 404 and look(client, record).status_code == 404


def correction(**changes) -> dict:
    return {
        "key": str(uuid.uuid4()), "field": "CF_NR_FK", "claimed": "0.3", "text": "核对决定书原件时发现", **changes
    }  # fmt: skip


def test_an_error_of_another_department_is_told_field_by_field_and_verified(
    window, record, elsewhere, department, reviewer
):
    look(window, record)
    assert "告知更正" in text(window.get(place(record, "found")))
    page = text(window.post(place(record, "correction"), correction(scans=[scan(b"1")]), follow=True))
    case = Case.objects.get()
    assert (case.kind, case.channel, case.department) == ("correction", "department", department)
    assert case.contested == [
        {"code": "CF_NR_FK", "label": "罚款金额（万元）", "old": record.values["CF_NR_FK"], "claimed": "0.3"}
    ]
    assert case.number in page and case.evidence.get().kind == "更正依据"
    services.accept(case, actor=reviewer, version=case.version, today=TODAY)
    assert Record.objects.get(pk=record.pk).state == "disputed"


def test_the_same_correction_sent_twice_is_one_case(window, record):
    look(window, record)
    said = correction()
    for _ in range(2):
        assert window.post(place(record, "correction"), said).status_code == 302
    assert Case.objects.count() == 1


def test_what_a_field_should_be_is_asked_for(window, record):
    look(window, record)
    answer = window.post(place(record, "correction"), correction(claimed=" ", scans=[scan(b"1")]))
    assert answer.status_code == 400 and "请写明正确的内容。" in text(answer)
    assert not Case.objects.exists()


def test_what_the_writer_may_not_read_does_not_come_back_on_the_page(window, personal):
    look(window, personal, kind="身份证", number=number_of(personal))
    page = text(window.post(place(personal, "correction"), correction(), follow=True))
    (line,) = Case.objects.get().contested
    assert line["old"] == "" and "未载明" in page


def test_ones_own_record_is_corrected_directly(clerk, record):
    assert browser(clerk).get(place(record, "correction")).status_code == 404
    assert "告知更正" not in text(browser(clerk).get(place(record, "found")))
