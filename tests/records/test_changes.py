"""Corrections and withdrawals: nothing is lost, nobody approves their own, a doubtful fault is not shown meanwhile."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from catalogue.models import InformationItem
from disclosure.models import PublicRecord
from exchange import bulk as national
from records import workflow
from records.errors import Refused, RightMissing, RowRefused
from records.models import ChangeRequest, Record
from records.services import changes, expire_records
from records.services.changes import StaleForm, Why
from tests import factories
from tests.factories import TODAY


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse, data_dir):
    """Every test here is about TODAY."""


@pytest.fixture
def clerk():
    return factories.make_user("clerk-a", Role.CLERK, factories.make_department("甲", 711))


@pytest.fixture
def lead(clerk):
    return factories.make_user("lead-a", Role.LEAD, clerk.department)


@pytest.fixture
def record(clerk) -> Record:
    return factories.register(factories.penalty(clerk.department), clerk)


def correct(record, actor, *, key="", base=None, **changed):
    values = record.values | changed
    return changes.request_correction(
        record,
        values=values,
        base_revision=base or record.revision,
        why=Why("金额少写一位", "云示更〔2026〕1号"),
        key=key or uuid.uuid4().hex,
        actor=actor,
        today=TODAY,
    )


def withdraw(record, actor, *, key=""):
    return changes.request_withdrawal(
        record, reason_code="revoked", why=Why("复议决定撤销"), key=key or uuid.uuid4().hex, actor=actor, today=TODAY
    )


def fresh(record) -> Record:
    return Record.objects.get(pk=record.pk)


def is_public(record) -> bool:
    return PublicRecord.objects.filter(pk=record.pk).exists()


def needs_approval(*kinds: str) -> None:
    InformationItem.objects.filter(code="XZCF").update(needs_approval=list(kinds))


def test_a_correction_keeps_the_former_content_with_who_and_why(record, clerk):
    change = correct(record, clerk, CF_NR_FK="5")
    now = fresh(record)
    assert (change.state, now.values["CF_NR_FK"], now.revision) == (workflow.CHANGE_APPLIED, "5", 2)
    assert (now.change_kind, now.changed_by, now.change_reason) == ("corrected", clerk, "金额少写一位")
    former = now.versions.get().former
    assert former["values"]["CF_NR_FK"] == "0.5" and former["changed_by_id"] == clerk.pk
    assert AuditEvent.objects.get(action=Action.RECORD_CORRECTED).reason == "金额少写一位"


def test_a_correction_passes_the_same_checks_as_a_report(record, clerk):
    with pytest.raises(RowRefused) as refusal:
        correct(record, clerk, CF_JDRQ="2027-01-01", CF_NR_FK="")
    assert {p.code for p in refusal.value.problems} >= {"required"}
    assert fresh(record).revision == 1


def test_a_correction_recomputes_the_term(record, clerk):
    before = record.displayed_until
    correct(record, clerk, CF_CFLB="罚款、责令停产停业")
    now = fresh(record)
    assert now.severity == "serious" and now.displayed_until > before


def test_a_correction_whose_term_is_over_ends_the_display(record, clerk):
    correct(record, clerk, CF_JDRQ="2021-11-03")
    now = fresh(record)
    assert now.state == workflow.EXPIRED and now.ended_on == now.displayed_until and not is_public(record)


def test_the_document_number_can_be_corrected_but_not_onto_another_record(record, clerk):
    other = factories.register(factories.penalty(clerk.department, 2), clerk)
    with pytest.raises(RowRefused) as refusal:
        correct(record, clerk, CF_WSH=other.document_no)
    assert [p.code for p in refusal.value.problems] == ["decision_held_already"]
    correct(record, clerk, CF_WSH="云示罚〔2026〕91号")
    assert fresh(record).document_no == "云示罚〔2026〕91号"


def test_a_record_is_never_corrected_into_one_about_somebody_else(record, clerk):
    other = factories.register(factories.penalty(clerk.department, 2, firm=2), clerk)
    for values in ({"CF_XDR_SHXYM": other.subject.uscc}, {"CF_XDR_SHXYM": factories.demo.make_uscc("530102", 77)}):
        with pytest.raises(RowRefused) as refusal:
            correct(record, clerk, **values)
        assert [p.code for p in refusal.value.problems] == ["subject_not_correctable"]
    with pytest.raises(RowRefused) as refusal:
        correct(record, clerk, CF_XDR_MC="完全不同的示例公司")
    assert [p.code for p in refusal.value.problems] == ["name_conflict"]


def test_a_sealed_number_stays_when_its_field_is_empty(clerk):
    personal = factories.register(factories.persons_penalty(clerk.department), clerk)
    correct(personal, clerk, CF_NR="罚款人民币伍仟元整")
    now = fresh(personal)
    assert now.secrets.keys() == personal.secrets.keys() and now.subject == personal.subject


def test_sending_twice_is_one_change(record, clerk):
    first, second = (correct(record, clerk, key="k", CF_NR_FK="5") for _ in range(2))
    assert first == second and fresh(record).revision == 2


def test_a_form_opened_before_somebody_else_saved_is_refused(record, clerk):
    correct(record, clerk, CF_NR_FK="5")
    with pytest.raises(StaleForm):
        correct(record, clerk, base=1, CF_NR_FK="6")
    assert fresh(record).values["CF_NR_FK"] == "5"


def test_nothing_changed_is_said(record, clerk):
    with pytest.raises(Refused, match="没有变化"):
        correct(record, clerk)


def test_another_department_cannot_change_it(record):
    stranger = factories.make_user("clerk-b", Role.CLERK, factories.make_department("乙", 712))
    for verb in (correct, withdraw):
        with pytest.raises(RightMissing):
            verb(record, stranger)


def test_an_adverse_record_is_not_shown_while_its_withdrawal_waits(record, clerk, lead):
    assert is_public(record)
    change = withdraw(record, clerk)
    assert change.state == workflow.CHANGE_PENDING and fresh(record).state == workflow.SUSPENDED
    assert not is_public(record)
    changes.approve_change(change, actor=lead, reason="属实", today=TODAY)
    now = fresh(record)
    assert (now.state, now.ended_on, now.end_reason) == (workflow.WITHDRAWN, TODAY, "决定已被撤销或变更：复议决定撤销")
    assert [v.former["change_kind"] for v in now.versions.order_by("revision")] == ["reported", "suspended"]


@pytest.mark.parametrize("ending", ["refuse", "cancel"])
def test_it_is_shown_again_when_the_withdrawal_is_not_agreed_to(record, clerk, lead, ending):
    change = withdraw(record, clerk)
    if ending == "refuse":
        changes.refuse_change(change, actor=lead, reason="决定仍然有效", today=TODAY)
    else:
        changes.cancel_change(change, actor=clerk, today=TODAY)
    assert is_public(record) and fresh(record).revision == 3


def test_the_nation_is_told_of_suspension_and_return(record, clerk, lead):
    with transaction.atomic():
        assert [claimed.action for claimed in national.claim(10)] == ["publish"]
    change = withdraw(record, clerk)
    with transaction.atomic():
        assert [claimed.action for claimed in national.claim(10)] == [""]  # never published: nothing to take back
    changes.refuse_change(change, actor=lead, reason="仍然有效", today=TODAY)
    with transaction.atomic():
        assert [(claimed.revision, claimed.action) for claimed in national.claim(10)] == [(3, "publish")]


def test_a_term_ends_while_a_withdrawal_waits_and_nothing_comes_back(record, clerk, lead, rehearse):
    change = withdraw(record, clerk)
    after = record.displayed_until.replace(year=record.displayed_until.year + 1)
    rehearse(after)
    assert expire_records(today=after) == 1
    settled = changes.approve_change(change, actor=lead, reason="属实", today=after)
    assert settled.state == workflow.CHANGE_STALE and fresh(record).state == workflow.EXPIRED


def test_a_correction_waits_where_the_catalogue_says_so(record, clerk, lead):
    needs_approval("correct")
    change = correct(record, clerk, CF_NR_FK="5")
    assert change.state == workflow.CHANGE_PENDING and fresh(record).values["CF_NR_FK"] == "0.5" and is_public(record)
    changes.approve_change(change, actor=lead, reason="属实", today=TODAY)
    now = fresh(record)
    assert now.values["CF_NR_FK"] == "5" and now.changed_by == clerk and fresh_change(change).decided_by == lead


def fresh_change(change) -> ChangeRequest:
    return ChangeRequest.objects.get(pk=change.pk)


def test_a_correction_of_what_has_moved_on_lapses(record, clerk, lead):
    needs_approval("correct")
    change = correct(record, clerk, CF_NR_FK="5")
    factories.register(factories.penalty(clerk.department, CF_NR_FK="7"), clerk)
    assert changes.approve_change(change, actor=lead, reason="属实", today=TODAY).state == workflow.CHANGE_STALE
    assert fresh(record).values["CF_NR_FK"] == "7"


def test_one_request_at_a_time(record, clerk):
    withdraw(record, clerk)
    with pytest.raises(Refused, match="待审批"):
        correct(record, clerk, CF_NR_FK="5")


def test_who_asks_never_approves_and_the_database_says_so_too(record, lead, clerk):
    change = withdraw(record, lead)
    for nobody in (lead, clerk):
        with pytest.raises(RightMissing):
            changes.approve_change(change, actor=nobody, reason="同意", today=TODAY)
    with pytest.raises(IntegrityError, match="nobody_approves_their_own_change"), transaction.atomic():
        ChangeRequest.objects.filter(pk=change.pk).update(decided_by=lead)


def test_a_revision_without_who_and_why_is_impossible(record):
    with pytest.raises(IntegrityError, match="every_revision_says_who_and_why"), transaction.atomic():
        Record.objects.filter(pk=record.pk).update(revision=2)
