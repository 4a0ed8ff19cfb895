"""What a decision does to listings, tasks, the public view and everybody who was told, in the same moment."""

import datetime
import uuid

import pytest

from accounts.models import Role
from records.errors import Refused
from records.models import Record
from repair import services
from repair.models import Case, Clock, RestorationReceiver
from repair.services import Claim, Decision
from sanctions import services as sanctions
from sanctions.models import Listing, ListingInForce, MeasureTask
from tests.factories import make_user
from tests.repair.conftest import GRANT, REFUSE, WITHDRAW, make_applicant
from tests.sanctions.conftest import (  # fixtures of lists and memoranda
    FIRM,
    LATER,
    black,
    conduct,
    decision,
    departments,
    enter,
    lead,
    market,
    memorandum,
    propose,
)

__all__ = ["black", "conduct", "decision", "departments", "enter", "lead", "market", "memorandum", "propose"]


@pytest.fixture
def clerk(market):
    """The market department's: it keeps the list and reports the records."""
    return make_user("clerk-s", Role.CLERK, market)


@pytest.fixture
def listing(black, memorandum, enter) -> Listing:
    """A subject on a black list whose measures wait at three departments; it is LATER."""
    return enter(black)


@pytest.fixture
def listed(listing, reviewer):
    """A function that opens a case about the listing and takes it up."""

    def listed(kind: str = "objection", *, on: datetime.date = LATER, number: int = 1, **changes) -> Case:
        applicant = make_applicant(listing.record, number)
        claim = Claim(kind, "我没有实施该行为", listing=listing, **changes)
        case = services.open_case(claim, by=applicant, key=uuid.uuid4(), today=on)
        return services.accept(case, actor=reviewer, version=case.version, today=on)

    return listed


def decide(case: Case, decision: Decision, reviewer, second, *, on: datetime.date = LATER) -> Case:
    case = services.propose(case, decision, actor=reviewer, version=case.version, today=on)
    return services.decide(case, actor=second, version=case.version, today=on)


A_YEAR_ON = datetime.date(2027, 11, 8)


@pytest.fixture
def repaired(listing, reviewer, second, rehearse):
    """A function that carries the repair of the listing to its grant, a year after the entry."""

    def repaired() -> Case:
        rehearse(A_YEAR_ON)
        claim = Claim("repair", "已经改正", listing=listing, way="leave_list", has_committed=True)
        case = services.open_case(claim, by=make_applicant(listing.record), key=uuid.uuid4(), today=A_YEAR_ON)
        case = services.accept(case, actor=reviewer, version=case.version, today=A_YEAR_ON)
        return decide(case, GRANT, reviewer, second, on=A_YEAR_ON)

    return repaired


def rests(listing: Listing) -> bool:
    return ListingInForce.objects.get(listing=listing).is_suspended


def test_an_objection_to_a_listing_lets_every_measure_rest_the_same_moment(listed, listing, reviewer, second):
    assert not rests(listing)
    case = listed()
    assert rests(listing)
    assert Record.objects.get(pk=listing.record_id).state == "disputed"
    decide(case, REFUSE, reviewer, second)
    assert not rests(listing)
    assert Record.objects.get(pk=listing.record_id).state == "current"


def test_an_error_confirmed_takes_the_subject_off_and_tells_who_had_a_task(listed, listing, reviewer, second):
    told = set(MeasureTask.objects.filter(subject=listing.subject).values_list("department", flat=True))
    case = decide(listed(), WITHDRAW, reviewer, second)
    listing.refresh_from_db()
    assert (listing.state, listing.exit_kind) == ("exited", "revoked")
    assert Record.objects.get(pk=listing.record_id).state == "withdrawn"
    assert not MeasureTask.objects.standing().filter(action__listing=listing, purpose="execute").exists()
    restoration = case.restorations.get()
    assert set(restoration.receivers.filter(kind="department").values_list("department", flat=True)) == told
    assert restoration.receivers.filter(kind="national").count() == 1
    assert restoration.closed_on is None


def test_a_reputation_is_restored_when_each_has_confirmed(listed, reviewer, second, departments):
    case = decide(listed(), WITHDRAW, reviewer, second)
    restoration = case.restorations.get()
    for number, receiver in enumerate(restoration.receivers.filter(kind="department")):
        clerk = make_user(f"told-{number}", Role.CLERK, receiver.department)
        services.confirm(receiver, actor=clerk, note="已经删除", today=LATER)
        services.confirm(receiver, actor=clerk, note="已经删除", today=LATER)
    restoration.refresh_from_db()
    assert restoration.closed_on is None
    Record.objects.filter(pk=case.record_id).update(national_revision=Record.objects.get(pk=case.record_id).revision)
    assert services.confirm_national(today=LATER) == 1
    assert services.confirm_national(today=LATER) == 0
    restoration.refresh_from_db()
    assert restoration.closed_on == LATER


def test_a_listing_repaired_leaves_with_its_record_and_its_measures(repaired, listing):
    case = repaired()
    listing.refresh_from_db()
    assert (listing.state, listing.exit_kind, case.state) == ("exited", "repaired", "granted")
    assert Record.objects.get(pk=listing.record_id).state == "ended"
    assert set(case.clocks.filter(ended_on=None).values_list("key", flat=True)) == {
        "repair.sync",
        "repair.third_party_notice",
    }
    Record.objects.filter(pk=case.record_id).update(national_revision=Record.objects.get(pk=case.record_id).revision)
    assert services.end_synchronised(today=A_YEAR_ON) == 1
    assert not Clock.objects.filter(key="repair.sync", ended_on=None).exists()


def test_a_suspension_lasts_until_the_last_case_is_closed(listed, listing, reviewer, second):
    objection = listed()
    lawyer = make_user("lawyer", Role.REVIEWER)
    review = services.open_case(
        Claim("review", "已提起行政诉讼", listing=listing, suspends=True, review_body="示例法院", review_no="示例1号"),
        by=lawyer,
        key=uuid.uuid4(),
        today=LATER,
    )
    assert review.state == "accepted"
    decide(objection, REFUSE, reviewer, second)
    assert rests(listing)
    result = Decision("refuse", "判决维持")
    review = services.register_result(review, result, actor=lawyer, version=review.version, today=LATER)
    services.decide(review, actor=second, version=review.version, today=LATER)
    assert not rests(listing)


def test_a_judgment_that_annuls_the_decision_withdraws_the_record(listing, second):
    lawyer = make_user("lawyer", Role.REVIEWER)
    review = services.open_case(
        Claim("review", "已提起行政诉讼", listing=listing, review_body="示例法院", review_no="示例1号"),
        by=lawyer,
        key=uuid.uuid4(),
        today=LATER,
    )
    assert not rests(listing)
    decision = Decision("grant", "判决撤销", "行政诉讼法", "withdraw")
    review = services.register_result(review, decision, actor=lawyer, version=review.version, today=LATER)
    services.decide(review, actor=second, version=review.version, today=LATER)
    listing.refresh_from_db()
    assert (listing.exit_kind, Record.objects.get(pk=listing.record_id).state) == ("court", "withdrawn")


def test_taking_an_objection_back_lets_the_measures_go_on(listed, listing):
    case = listed()
    services.recall(case, by=case.applicant, version=case.version, reason="不再需要", today=LATER)
    assert not rests(listing)


def test_receivers_are_departments_that_asked_or_acted(listed, reviewer, second):
    decide(listed(), WITHDRAW, reviewer, second)
    assert set(RestorationReceiver.objects.filter(kind="department").values_list("why", flat=True)) == {
        "收到过奖惩任务"
    }


def carry_out(listing: Listing, number: int) -> MeasureTask:
    """A department says that it has carried a measure out."""
    task = MeasureTask.objects.get(action__listing=listing, measure__number=number)
    clerk = make_user(f"carrier-{number}", Role.CLERK, task.department)
    sanctions.receive_task(task, actor=clerk)
    return sanctions.answer_task(task, actor=clerk, action="execute", outcome="已执行", executed_on=LATER, today=LATER)


def revoke(case: Case, reviewer, *, on: datetime.date = A_YEAR_ON) -> Case:
    return services.revoke(case, actor=reviewer, version=case.version, reason="缴款凭证是伪造的", today=on)


def test_a_false_repair_of_a_listing_enters_it_again_with_its_measures(repaired, listing, reviewer):
    listing.refresh_from_db()
    ends_on, ordered = listing.ends_on, listing.actions.get().tasks.count()
    carry_out(listing, 1)
    case = repaired()
    released = MeasureTask.objects.get(action__listing=listing, purpose="release", measure__number=1)
    assert not ListingInForce.objects.filter(listing=listing).exists()
    revoke(case, reviewer)
    listing.refresh_from_db()
    released.refresh_from_db()
    assert (listing.state, listing.exit_kind, listing.exited_on) == ("entered", "", None)
    assert (listing.ends_on, listing.reentered_on) == (ends_on, A_YEAR_ON)
    assert not rests(listing)
    assert listing.record.state == "current"
    again = listing.actions.get(closed_on=None)
    assert set(again.tasks.values_list("purpose", "state", "issued_on")) == {("execute", "issued", A_YEAR_ON)}
    assert again.tasks.count() == ordered
    assert (released.state, released.opinion) == ("lifted", "撤销信用修复，不再解除")
    # It leaves once more like any other: what is carried out from now on is released once more.
    sanctions.exit_listing(listing, actor=listing.decided_by, kind="conditions", reason="期限届满", today=A_YEAR_ON)
    assert not MeasureTask.objects.standing().filter(action__listing=listing).exists()


def test_what_was_released_already_stays_released(repaired, listing, reviewer):
    carry_out(listing, 1)
    case = repaired()
    released = MeasureTask.objects.get(action__listing=listing, purpose="release", measure__number=1)
    clerk = released.department.staff.get(username="carrier-1")
    sanctions.receive_task(released, actor=clerk)
    sanctions.answer_task(
        released, actor=clerk, action="execute", outcome="已解除", executed_on=A_YEAR_ON, today=A_YEAR_ON
    )
    revoke(case, reviewer)
    released.refresh_from_db()
    assert released.state == "executed"
    assert MeasureTask.objects.filter(action__listing=listing, measure__number=1, state="issued").count() == 1


def test_a_listing_entered_again_rests_where_somebody_objects(repaired, listing, reviewer):
    case = repaired()
    claim = Claim("objection", "我没有实施该行为", record=listing.record)
    objection = services.open_case(claim, by=case.applicant, key=uuid.uuid4(), today=A_YEAR_ON)
    services.accept(objection, actor=reviewer, version=objection.version, today=A_YEAR_ON)
    revoke(case, reviewer)
    assert rests(listing)
    assert Record.objects.get(pk=listing.record_id).state == "disputed"


def test_a_listing_whose_term_is_over_meanwhile_is_not_entered_again(repaired, listing, reviewer, rehearse):
    case = repaired()
    Listing.objects.filter(pk=listing.pk).update(ends_on=A_YEAR_ON)
    the_day_after = A_YEAR_ON + datetime.timedelta(days=1)
    rehearse(the_day_after)
    revoke(case, reviewer, on=the_day_after)
    listing.refresh_from_db()
    assert (listing.state, listing.record.state) == ("exited", "current")


def test_only_what_a_repair_took_off_is_entered_again(listing, lead):
    said = {"actor": lead, "reason": "示例理由", "today": LATER}
    sanctions.exit_listing(listing, kind="conditions", **said)
    with pytest.raises(Refused) as refusal:
        sanctions.reenter_listing(listing, **said)
    assert refusal.value.code == "not_left_by_repair"


def test_who_is_proposed_anew_for_the_same_fact_is_not_entered_twice(
    repaired, black, decision, market, clerk, reviewer
):
    case = repaired()
    anew = {"department": market, "actor": clerk, "key": uuid.uuid4(), "today": A_YEAR_ON}
    sanctions.propose_listing(black, FIRM, decision(), **anew)
    with pytest.raises(Refused) as refusal:
        revoke(case, reviewer)
    assert refusal.value.code == "listed_already"
    assert Case.objects.get(pk=case.pk).state == "granted"
