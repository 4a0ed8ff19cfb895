"""From the application to the decision: what each step does to the record, in the same moment."""

import uuid

import pytest

from records.errors import Refused
from records.models import Record, Subject
from repair import services
from repair.errors import CaseMoved, HeldByOther, NotYours
from repair.services import Claim, Decision
from tests import factories
from tests.conftest import TODAY
from tests.repair.conftest import GRANT, REFUSE, make_applicant, of_spring


def state_of(record: Record) -> str:
    return Record.objects.values_list("state", flat=True).get(pk=record.pk)


def test_an_accepted_objection_marks_the_record_and_a_refusal_settles_it(opened, record, reviewer, second):
    case = opened()
    assert state_of(record) == "current"
    case = services.accept(case, actor=reviewer, version=case.version, today=TODAY)
    assert state_of(record) == "disputed"
    case = services.propose(case, REFUSE, actor=reviewer, version=case.version, today=TODAY)
    case = services.decide(case, actor=second, version=case.version, today=TODAY)
    assert (case.state, state_of(record)) == ("refused", "current")
    assert "行政复议" in case.letter


def test_a_granted_repair_ends_display_and_sharing(decided, record):
    case = decided("repair", GRANT)
    assert (case.state, state_of(record)) == ("granted", "ended")
    assert case.rule_key == "XZCF.order-36.general"


def test_an_error_confirmed_is_withdrawn_and_the_reputation_restored(decided, record):
    case = decided("objection", Decision("grant", "决定书已经撤销", "33号（二十二）", "withdraw"))
    assert state_of(record) == "withdrawn"
    assert case.restorations.get().cause == "error"


def test_an_error_confirmed_is_corrected_through_the_checks_of_a_report(decided, record):
    decided("objection", Decision("grant", "金额有误", "33号（二十二）", "correct", {"CF_NR_FK": "0.3"}))
    record.refresh_from_db()
    assert (record.state, record.values["CF_NR_FK"]) == ("current", "0.3")
    assert record.changes.get().state == "applied"


def test_a_double_click_makes_one_case(opened):
    key = uuid.uuid4()
    assert opened(key=key).pk == opened(key=key).pk


def test_a_stale_page_is_told_who_did_what(opened, reviewer, second):
    case = opened()
    seen = case.version
    services.claim(case, actor=reviewer, version=seen, today=TODAY)
    with pytest.raises(CaseMoved, match="领取") as refusal:
        services.accept(case, actor=second, version=seen, today=TODAY)
    assert refusal.value.code == "case_moved"


def test_a_case_somebody_has_is_not_decided_by_another(opened, reviewer, second):
    case = services.claim(opened(), actor=reviewer, version=1, today=TODAY)
    with pytest.raises(HeldByOther):
        services.accept(case, actor=second, version=case.version, today=TODAY)


def test_nobody_applies_about_somebody_elses_record(record, department, clerk, applicant):
    other = factories.register(of_spring(department, 2, firm=2), clerk)
    with pytest.raises(NotYours):
        services.open_case(
            Claim("objection", "不是我的", record=record), by=make_applicant(other, 2), key=uuid.uuid4(), today=TODAY
        )


def test_the_same_thing_is_not_asked_for_twice_at_once(opened):
    opened()
    with pytest.raises(Refused) as refusal:
        opened()
    assert refusal.value.code == "case_open_already"


def test_a_case_goes_with_its_record_to_the_subject_it_is_found_to_belong_to(opened, record):
    case, other = (
        opened(),
        Subject.objects.create(kind="organisation", legal_name="示例另一主体", name_key="示例另一主体"),
    )
    Record.objects.filter(pk=record.pk).update(subject=other)
    case.refresh_from_db()
    assert case.subject == other
