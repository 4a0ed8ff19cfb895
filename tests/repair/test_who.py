"""Who may do what: applicants for themselves or whom they represent, clerks on paper, departments, reviewers."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.models import Role
from audit.models import AuditEvent
from records.errors import Refused, RightMissing
from records.models import Record
from repair import services
from repair.errors import HeldByOther, NotYours
from repair.models import Applicant, Case, Evidence, RealNameLevel, Representation, Scan
from repair.services import Claim, Decision, holding
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_department, make_user
from tests.repair.conftest import GRANT, REFUSE, make_applicant, of_spring


def ask(claim: Claim, by, **changes) -> Case:
    return services.open_case(claim, by=by, key=uuid.uuid4(), today=TODAY, **changes)


def test_another_department_tells_of_an_error_and_it_is_verified(record, reviewer):
    other = make_user("clerk-b", Role.CLERK, make_department("乙", 712))
    case = ask(Claim("correction", "金额与决定书不符", record=record), other)
    assert (case.channel, case.department, case.suspends) == ("department", record.department, True)
    services.accept(case, actor=reviewer, version=case.version, today=TODAY)
    assert Record.objects.get(pk=record.pk).state == "disputed"


def test_a_departments_own_record_is_corrected_without_a_case(record, clerk):
    with pytest.raises(Refused) as refusal:
        ask(Claim("correction", "金额有误", record=record), clerk)
    assert refusal.value.code == "own_record"


def test_a_clerk_takes_a_paper_application_and_what_was_missing(record, applicant, reviewer):
    counter = make_user("counter", Role.CLERK, make_department("乙", 712))
    claim = Claim("objection", "金额有误", record=record, agent_name="示例代理", agent_authority="委托1号")
    case = ask(claim, counter, applicant=applicant)
    assert (case.on_paper, case.channel, case.opened_by, case.applicant) == (True, "counter", counter, applicant)
    case = services.ask_material(case, actor=reviewer, version=case.version, what="委托书", today=TODAY)
    stranger = make_user("stranger", Role.CLERK, make_department("丙", 713))
    with pytest.raises(NotYours):
        services.supplement(case, by=stranger, version=case.version, text="已补", today=TODAY)
    assert services.supplement(case, by=counter, version=case.version, text="已补", today=TODAY).state == "submitted"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.SUPERVISOR])
def test_who_keeps_watch_opens_nothing(record, role):
    with pytest.raises(RightMissing):
        ask(Claim("objection", "金额有误", record=record), make_user("watcher", role))


@pytest.mark.parametrize(("days", "may"), [(0, True), (-1, False)])
def test_a_representative_acts_until_the_last_day_of_the_power(record, days, may):
    agent = Applicant.objects.create(
        issuer="https://identity.example", external_id="agent", kind="person", name="示例代理", cipher="sealed",
        level=RealNameLevel.objects.get(code="present"),
    )  # fmt: skip
    until = TODAY + datetime.timedelta(days=days)
    Representation.objects.create(
        applicant=agent, subject=record.subject, authority_no="委托1号", valid_from=datetime.date(2026, 1, 1),
        valid_until=until,
    )  # fmt: skip
    assert services.may_act_for(agent, record.subject, on=TODAY) is may
    if may:
        assert ask(Claim("objection", "金额有误", record=record), agent).subject == record.subject
    else:
        with pytest.raises(NotYours):
            ask(Claim("objection", "金额有误", record=record), agent)


def test_only_the_source_department_answers(accepted, reviewer):
    case = accepted("objection")
    case = services.forward(case, actor=reviewer, version=case.version, text="请核查", today=TODAY)
    stranger = make_user("stranger", Role.CLERK, make_department("乙", 712))
    with pytest.raises(RightMissing):
        services.answer(case, actor=stranger, version=case.version, opinion="upheld", text="无误", today=TODAY)


def test_who_proposed_does_not_decide_and_the_database_knows_it_too(accepted, reviewer, second):
    case = accepted("repair")
    case = services.propose(case, GRANT, actor=reviewer, version=case.version, today=TODAY)
    with pytest.raises(RightMissing):
        services.decide(case, actor=reviewer, version=case.version, today=TODAY)
    with pytest.raises(IntegrityError, match="nobody_decides_what_they_proposed"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(decided_by=reviewer)


def test_who_proposed_cannot_keep_the_case_from_being_decided(accepted, reviewer, second):
    case = accepted("repair")
    case = services.propose(case, GRANT, actor=reviewer, version=case.version, today=TODAY)
    for verb in (services.claim, lambda case, **said: services.extend(case, reason="案情复杂", **said)):
        with pytest.raises(RightMissing):
            verb(case, actor=reviewer, version=case.version, today=TODAY)
    assert services.decide(case, actor=second, version=case.version, today=TODAY).state == "granted"


def test_who_reported_the_record_does_not_judge_it(accepted, clerk, reviewer):
    case = accepted("repair")
    case = services.propose(case, GRANT, actor=reviewer, version=case.version, today=TODAY)
    with pytest.raises(IntegrityError, match="judge"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(decided_by=clerk)


def test_who_decided_a_repair_does_not_revoke_it(decided, second):
    case = decided("repair", GRANT)
    with pytest.raises(RightMissing):
        services.revoke(case, actor=second, version=case.version, reason="伪造", today=TODAY)


@pytest.mark.parametrize("state", ["submitted", "accepted", "refused"])
def test_a_decided_case_is_never_open_again(decided, state):
    case = decided("repair", GRANT)
    with pytest.raises(IntegrityError, match="stays closed"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state=state)


def test_cases_and_steps_do_not_disappear(opened):
    case = opened()
    for sql in ("DELETE FROM repair_case", "DELETE FROM repair_step", "UPDATE repair_step SET text = ''"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert case.steps.count() == 1


def test_work_is_given_out_fairly_and_a_proposal_never_to_who_made_it(opened, department, clerk, reviewer, second):
    first = services.accept(opened(), actor=reviewer, version=1, today=TODAY)
    services.propose(first, REFUSE, actor=reviewer, version=first.version, today=TODAY)
    for number in range(2, 6):
        other = factories.register(of_spring(department, number, firm=number), clerk)
        ask(Claim("objection", "金额有误", record=other), make_applicant(other, number))
    given = services.distribute(actor=reviewer, today=TODAY)
    assert sorted(given.values()) == [2, 3]
    first.refresh_from_db()
    assert first.holder == second
    assert services.distribute(actor=reviewer, today=TODAY) == {reviewer.pk: 0, second.pk: 0}


def test_only_so_many_are_given_out_at_a_time(department, opened, reviewer, monkeypatch):
    monkeypatch.setattr(holding, "AT_ONCE", 1)
    opened(), opened("complaint", department=department)
    assert services.distribute(actor=reviewer, today=TODAY) == {reviewer.pk: 1}
    assert services.distribute(actor=reviewer, today=TODAY) == {reviewer.pk: 1}
    assert services.distribute(actor=reviewer, today=TODAY) == {reviewer.pk: 0}


def test_cases_are_given_to_a_reviewer_whoever_had_them(opened, clerk, reviewer, second):
    case = services.claim(opened(), actor=reviewer, version=1, today=TODAY)
    assert services.assign([case], to=second, actor=reviewer, today=TODAY) == 1
    assert services.assign([case], to=second, actor=reviewer, today=TODAY) == 0
    with pytest.raises(Refused) as refusal:
        services.assign([case], to=clerk, actor=reviewer, today=TODAY)
    assert refusal.value.code == "not_a_reviewer"
    case.refresh_from_db()
    with pytest.raises(HeldByOther):
        services.release(case, actor=reviewer, version=case.version, today=TODAY)


def test_a_department_sees_its_own_cases_and_those_of_its_counter(opened, record, clerk, reviewer):
    case = opened()
    stranger = make_user("stranger", Role.CLERK, make_department("乙", 712))
    auditor = make_user("auditor", Role.AUDITOR)
    seen = {user.username: case in Case.objects.visible_to(user) for user in (clerk, reviewer, stranger, auditor)}
    assert seen == {"clerk-r": True, "reviewer-1": True, "stranger": False, "auditor": False}
    on_paper = ask(Claim("complaint", "不答复", department=record.department, record=record), stranger)
    assert list(Case.objects.visible_to(stranger)) == [on_paper]


def test_evidence_is_handed_over_by_who_uploaded_it_and_never_infected(record, applicant):
    def evidence(**changes) -> Evidence:
        values = {"kind": "payment", "name": "凭证.pdf", "stored_as": uuid.uuid4().hex, "added_by_applicant": applicant}
        return Evidence.objects.create(**values | changes)

    claim = Claim("objection", "金额有误", record=record)
    with pytest.raises(Refused) as refusal:
        ask(claim, applicant, evidence=[evidence(scan=Scan.INFECTED)])
    assert refusal.value.code == "evidence_infected"
    stranger = Applicant.objects.create(issuer="x", external_id="other", kind="organisation", name="示例")
    with pytest.raises(NotYours):
        ask(claim, applicant, evidence=[evidence(added_by_applicant=stranger)])
    case = ask(claim, applicant, evidence=[evidence()])
    assert case.evidence.count() == 1


def test_what_an_applicant_writes_is_not_copied_into_the_trail(opened, applicant):
    opened(text="我的电话是 13800000000")
    line = AuditEvent.objects.get(action="repair.request.opened")
    assert (line.actor_id, line.actor_name) == (f"applicant:{applicant.pk}", f"申请人 {applicant.pk}")
    assert "13800000000" not in f"{line.reason}{line.detail}{line.object_label}"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": " "}, "claim_missing"),
        ({"record": None}, "target_missing"),
        ({"has_committed": False}, "commitment_missing"),
        ({"way": ""}, "way_missing"),
        ({"way": "donation"}, "way_not_allowed"),
        ({"way": "statement", "text": "字" * 501}, "statement_too_long"),
    ],
)
def test_a_repair_that_lacks_something_is_refused_with_its_code(opened, changes, code):
    with pytest.raises(Refused) as refusal:
        opened("repair", **changes)
    assert refusal.value.code == code
    assert not Case.objects.exists()


def test_a_repair_before_the_earliest_day_says_which_day_that_is(department, clerk):
    late = factories.register(factories.penalty(department, 9), clerk)
    claim = Claim("repair", "已缴", record=late, way="end_publication", has_committed=True)
    with pytest.raises(Refused, match="2027-02-03") as refusal:
        ask(claim, make_applicant(late, 9))
    assert refusal.value.code == "too_early"


def test_what_was_withdrawn_needs_no_objection(decided, opened):
    decided("objection", Decision("grant", "决定已撤销", "33号（二十二）", "withdraw"))
    with pytest.raises(Refused) as refusal:
        opened()
    assert refusal.value.code == "record_withdrawn"


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (Decision("perhaps", "理由"), "outcome_unknown"),
        (Decision("grant", " ", "", "none"), "reason_required"),
        (Decision("grant", "理由"), "remedy_missing"),
        (Decision("grant", "理由", "", "correct"), "correction_missing"),
        (Decision("grant", "理由", "", "correct", {"CF_FR_ZJHM": "1"}), "field_is_sealed"),
        (Decision("grant", "理由", "", "correct", {"nothing": "1"}), "field_unknown"),
    ],
)
def test_a_proposal_that_lacks_something_is_refused_with_its_code(accepted, reviewer, decision, code):
    case = accepted("objection")
    with pytest.raises(Refused) as refusal:
        services.propose(case, decision, actor=reviewer, version=case.version, today=TODAY)
    assert refusal.value.code == code


def test_nobody_stops_a_measure_by_saying_that_they_have_sued(record, applicant, clerk, reviewer):
    """A lawsuit as such stops nothing (行政诉讼法): a reviewer who has seen the order says so."""
    sued = {"text": "已起诉", "record": record, "suspends": True, "review_body": "示例法院", "review_no": "示例1号"}
    case = ask(Claim("review", **sued), applicant)
    assert (case.state, case.suspends) == ("submitted", False)
    case = services.accept(case, actor=reviewer, version=case.version, today=TODAY)
    assert Record.objects.get(pk=record.pk).state == "current"
    services.recall(case, by=applicant, version=case.version, reason="", today=TODAY)
    case = ask(Claim("review", **sued), clerk)
    assert (case.state, case.suspends) == ("submitted", False)
    services.accept(case, actor=reviewer, version=case.version, suspends=True, today=TODAY)
    assert Record.objects.get(pk=record.pk).state == "disputed"
