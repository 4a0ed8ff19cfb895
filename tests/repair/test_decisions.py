"""What a decision changes in a record: corrected, withdrawn, ended, shown again; and what waits in the department."""

import datetime
import uuid

import pytest
from django.test import Client

from exchange.bulk import told_values
from records.errors import Refused
from records.models import ChangeRequest, Record
from records.services import changes
from records.services.changes import Why
from repair import services
from repair.models import Case
from repair.services import Claim, Decision
from tests import factories
from tests.conftest import TODAY
from tests.repair.conftest import GRANT, SPRING, make_applicant


def test_what_a_department_is_withdrawing_is_not_taken_up_meanwhile(opened, record, clerk, reviewer):
    record.item.__class__.objects.filter(pk=record.item_id).update(needs_approval=["withdraw"])
    case = opened()
    changes.request_withdrawal(record, reason_code="revoked", why=Why("已撤销"), key="k", actor=clerk, today=TODAY)
    with pytest.raises(Refused) as refusal:
        services.accept(case, actor=reviewer, version=case.version, today=TODAY)
    assert refusal.value.code == "change_waiting"
    assert Case.objects.get(pk=case.pk).state == "submitted"


def test_a_correction_waiting_in_the_department_gives_way_to_the_decision(decided, record, clerk):
    record.item.__class__.objects.filter(pk=record.item_id).update(needs_approval=["correct"])
    changes.request_correction(
        record, values=record.values | {"CF_NR_FK": "0.7"}, base_revision=record.revision, why=Why("金额"), key="k",
        actor=clerk, today=TODAY,
    )  # fmt: skip
    decided("objection", Decision("grant", "金额有误", "33号（二十二）", "correct", {"CF_NR_FK": "0.3"}))
    assert sorted(ChangeRequest.objects.values_list("state", flat=True)) == ["applied", "outdated"]
    record.refresh_from_db()
    assert record.values["CF_NR_FK"] == "0.3"


def test_a_false_repair_is_undone_and_the_record_shown_for_the_longest_term(decided, record, reviewer):
    Record.objects.filter(pk=record.pk).update(displayed_until=datetime.date(2026, 12, 31))  # as the authority stated
    case = decided("repair", GRANT)
    case = services.revoke(case, actor=reviewer, version=case.version, reason="缴款凭证是伪造的", today=TODAY)
    record.refresh_from_db()
    assert (case.state, record.state, record.change_kind) == ("revoked", "current", "restored")
    assert record.displayed_until == datetime.date(2027, 5, 6)
    assert record.revision > record.national_revision
    assert "撤销" in case.letter
    assert set(case.restorations.values_list("cause", flat=True)) == {"repair", "revocation"}


def test_everybody_who_sees_the_record_again_sees_that_its_repair_was_revoked(decided, record, reviewer, client):
    assert client.get(f"/api/v1/public/records/{record.public_id}/").json()["repair_revoked_on"] is None
    assert "修复被撤销" not in client.get(f"/records/{record.public_id}/").content.decode()
    case = decided("repair", GRANT)
    services.revoke(case, actor=reviewer, version=case.version, reason="缴款凭证是伪造的", today=TODAY)
    page = client.get(f"/records/{record.public_id}/").content.decode()
    assert "修复被撤销" in page and f"恢复公示至 {datetime.date(2027, 5, 6)}" in page
    assert "是伪造的" not in page
    assert "修复被撤销" in client.get(f"/subjects/{record.subject.uscc}/").content.decode()
    told = client.get(f"/api/v1/public/records/{record.public_id}/").json()
    assert told["repair_revoked_on"] == TODAY.isoformat()
    assert told_values([record.pk])[record.pk]["XFZT"] == "修复被撤销"


def test_a_false_repair_is_not_undone_after_the_longest_term(decided, record, reviewer):
    case = decided("repair", GRANT)
    with pytest.raises(Refused) as refusal:
        services.revoke(case, actor=reviewer, version=case.version, reason="伪造", today=datetime.date(2027, 5, 7))
    assert refusal.value.code == "term_is_over"
    record.refresh_from_db()
    assert record.state == "ended"


def test_persons_responsible_follow_the_record(department, clerk, reviewer, second):
    """The record of a person responsible ends and comes back with its source."""
    named = {"MC": "示例赵1", "SF": "法定代表人", "ZJHM": factories.make_id_number(1), "YJ": "《示例法》第九条"}
    serious = {"CF_CFLB": "责令停产停业", "CF_NR": "责令停产停业整顿", "CF_NR_FK": "", "CF_JDRQ": "2025-11-03"}
    values = factories.penalty(department) | serious | {f"XZCF_ZR1_{part}": text for part, text in named.items()}
    record = factories.register(values, clerk)
    derived = Record.objects.get(derived_from=record)
    claim = Claim("repair", "已经改正", record=record, way="end_publication", has_committed=True)
    case = services.open_case(claim, by=make_applicant(record), key=uuid.uuid4(), today=TODAY)
    case = services.accept(case, actor=reviewer, version=case.version, today=TODAY)
    case = services.propose(case, GRANT, actor=reviewer, version=case.version, today=TODAY)
    case = services.decide(case, actor=second, version=case.version, today=TODAY)
    derived.refresh_from_db()
    assert derived.state == "ended"
    services.revoke(case, actor=reviewer, version=case.version, reason="凭证是伪造的", today=TODAY)
    derived.refresh_from_db()
    assert derived.state == "current"


def test_a_statement_stands_beside_the_record_and_the_record_stays(decided, record):
    case = decided("repair", GRANT, way="statement", text="罚款已于当月缴纳")
    record.refresh_from_db()
    assert (record.state, record.statements.get().text, record.statements.get().case) == (
        "current",
        "罚款已于当月缴纳",
        case,
    )
    assert "罚款已于当月缴纳" in Client().get(f"/records/{record.public_id}/").content.decode()


def test_a_statement_of_a_person_names_nobody_and_is_gone_when_it_is_revoked(
    decided, department, clerk, applicant, reviewer
):
    own = factories.register(factories.persons_penalty(department, 5, CF_JDRQ=SPRING), clerk)
    applicant.subject, number = own.subject, factories.make_id_number(5)
    applicant.save()
    text = f"{own.subject.legal_name}（{number}）已于当月缴纳"
    case = decided("repair", GRANT, record=own, way="statement", text=text)
    page = Client().get(f"/records/{own.public_id}/").content.decode()
    assert "已于当月缴纳" in page
    assert own.subject.legal_name not in page and number not in page
    services.revoke(case, actor=reviewer, version=case.version, reason="材料虚假", today=TODAY)
    assert "已于当月缴纳" not in Client().get(f"/records/{own.public_id}/").content.decode()
