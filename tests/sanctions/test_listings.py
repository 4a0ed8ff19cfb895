"""Due process before listing, what an entry sets going, and what an exit ends (33号（十九）—（二十二）)."""

import datetime
import uuid
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from catalogue.models import SubjectKind
from records import services as record_services
from records.errors import Refused, RightMissing
from records.models import Record
from records.workflow import TransitionRefused
from sanctions import services
from sanctions.models import Listing, ListingInForce, MeasureTask, Tone
from sanctions.responsible import Responsible
from sanctions.services.listings import Named
from tests.conftest import TODAY
from tests.factories import make_id_number
from tests.sanctions.conftest import FIRM, LATER, make_kind

PERSON = Named("person", "示例李四", make_id_number(41))


def code_of(refusal) -> str:
    return refusal.value.code


def test_from_proposal_to_entry_the_record_is_published_and_three_departments_have_a_task(
    black, memorandum, departments, enter
):
    listing = enter(black)
    assert (listing.state, listing.entered_on, str(listing.ends_on)) == ("entered", LATER, "2029-12-07")
    assert listing.record.state == "current" and listing.record.item_code == "YZSX"
    assert listing.record.values["YZSX_SY"] == "示例事由"
    tasks = MeasureTask.objects.filter(action__listing=listing).order_by("measure__number")
    assert [(task.measure.line, task.department) for task in tasks] == [
        (line, departments[line]) for line in ("CZT", "SJJ", "JTT", "YH")
    ]
    assert [task.due_on is None for task in tasks] == [False, False, False, True]
    assert ListingInForce.objects.filter(subject=listing.subject, tone=Tone.BLACK).count() == 1


def test_nobody_is_entered_before_their_time_to_answer_is_over(black, propose, clerk, lead):
    listing = propose(black)
    with pytest.raises(TransitionRefused):
        services.enter_listing(listing, actor=lead, reason="事实清楚", today=TODAY)
    services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
    with pytest.raises(Refused) as refusal:
        services.enter_listing(listing, actor=lead, reason="事实清楚", today=TODAY)
    assert code_of(refusal) == "statement_period_runs"
    for state in ("entered", "refused"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Listing.objects.filter(pk=listing.pk).update(state=state)


def test_who_has_answered_may_be_decided_on_at_once_and_may_be_spared(black, propose, clerk, lead):
    listing = propose(black)
    services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
    services.note_statement(listing, actor=clerk, text="已经改正", on=TODAY, today=TODAY)
    refused = services.refuse_listing(listing, actor=lead, reason="情节轻微", today=TODAY)
    assert refused.state == "refused"
    assert not ListingInForce.objects.exists() and not Record.objects.exists()


def test_who_proposes_does_not_decide(black, decision, lead, market):
    listing = services.propose_listing(
        black, FIRM, decision(), department=market, actor=lead, key=uuid.uuid4(), today=TODAY
    )
    services.notify_subject(listing, actor=lead, how="直接送达", on=TODAY, today=TODAY)
    with pytest.raises(RightMissing):
        services.enter_listing(listing, actor=lead, reason="事实清楚", today=LATER)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"document_no": " "}, "document_missing"),
        ({"facts": ""}, "document_missing"),
        ({"conduct": None}, "conduct_missing"),
        ({"decided_on": LATER}, "decided_in_future"),
    ],
)
def test_nothing_is_proposed_without_what_the_law_asks(black, propose, changes, code):
    with pytest.raises(Refused) as refusal:
        propose(black, **changes)
    assert code_of(refusal) == code and not Listing.objects.exists()


def test_a_list_without_a_basis_for_persons_takes_no_persons(conduct, market, propose):
    organisations = make_kind(persons_basis=None, subject_kinds=[SubjectKind.ORGANISATION])
    with pytest.raises(Refused) as refusal:
        propose(organisations, PERSON)
    assert code_of(refusal) == "subject_kind_not_listed"
    with pytest.raises(IntegrityError, match="basis_that_covers"), transaction.atomic():
        make_kind("T-OTHER", persons_basis=None)


def test_a_minor_is_never_listed(black, propose):
    child = Named("person", "示例少年", make_id_number(42, born_on=TODAY.replace(year=TODAY.year - 12)))
    with pytest.raises(Refused) as refusal:
        propose(black, child)
    assert code_of(refusal) == "subject_is_minor"


def test_the_same_fact_is_listed_once_until_it_has_left(
    black, memorandum, enter, propose, decision, market, clerk, lead
):
    listing = enter(black)
    with pytest.raises(Refused) as refusal:
        propose(black)
    assert code_of(refusal) == "listed_already"
    services.exit_listing(listing, actor=lead, kind="revoked", reason="决定被撤销", today=LATER)
    again = services.propose_listing(
        black, FIRM, decision(), department=market, actor=clerk, key=uuid.uuid4(), today=LATER
    )
    assert again.state == "proposed"


def test_while_the_record_is_verified_every_task_rests_in_the_same_moment(black, memorandum, enter, clerk, lead):
    listing = enter(black)
    task = MeasureTask.objects.get(action__listing=listing, measure__number=2)
    services.receive_task(task, actor=clerk)
    record_services.dispute_record(listing.record, actor=clerk, reason="提出异议", today=LATER)
    assert ListingInForce.objects.get().is_suspended
    assert MeasureTask.objects.resting().count() == 4
    with pytest.raises(Refused) as refusal:
        services.answer_task(task, actor=clerk, action="execute", outcome="已执行", executed_on=LATER, today=LATER)
    assert code_of(refusal) == "measure_rests"
    record_services.settle_record(listing.record, actor=clerk, reason="核实无误", today=LATER)
    assert not ListingInForce.objects.get().is_suspended and not MeasureTask.objects.resting().exists()


def test_suspending_marks_the_record_and_resuming_takes_the_mark_away(black, memorandum, enter, lead):
    listing = services.suspend_listing(enter(black), actor=lead, reason="核查", today=LATER)
    assert Record.objects.get(pk=listing.record_id).state == "disputed"
    services.resume_listing(listing, actor=lead, reason="核实无误", today=LATER)
    assert Record.objects.get(pk=listing.record_id).state == "current"


def test_a_task_is_answered_once_and_not_before_it_was_given(black, memorandum, enter, clerk, lead):
    task = MeasureTask.objects.get(action__listing=enter(black), measure__number=2)
    services.receive_task(task, actor=clerk)
    with pytest.raises(Refused) as refusal:
        services.answer_task(task, actor=clerk, action="execute", outcome="已执行", executed_on=TODAY, today=LATER)
    assert code_of(refusal) == "executed_before_issued"
    services.answer_task(task, actor=clerk, action="execute", outcome="已执行", executed_on=LATER, today=LATER)
    with pytest.raises(TransitionRefused):
        services.answer_task(task, actor=clerk, action="decline", outcome="没有执行", today=LATER)
    assert services.verify_task(task, actor=lead).state == "verified"


def test_an_exit_ends_display_lifts_measures_and_orders_the_release_of_what_was_done(
    black, memorandum, enter, clerk, lead
):
    listing = enter(black)
    task = MeasureTask.objects.get(action__listing=listing, measure__number=2)
    services.receive_task(task, actor=clerk)
    services.answer_task(task, actor=clerk, action="execute", outcome="已执行", executed_on=LATER, today=LATER)
    services.exit_listing(listing, actor=lead, kind="conditions", reason="已经改正", today=LATER)
    assert Record.objects.get(pk=listing.record_id).state == "ended"
    assert not ListingInForce.objects.exists()
    tasks = MeasureTask.objects.filter(action__listing=listing)
    assert set(tasks.filter(purpose="execute").values_list("state", flat=True)) == {"lifted"}
    assert [(t.measure.number, t.state) for t in tasks.filter(purpose="release")] == [(2, "issued")]


def test_a_term_that_ends_counts_at_once_and_is_written_down_later(black, memorandum, enter, rehearse):
    listing = enter(black)
    after = listing.ends_on.replace(day=listing.ends_on.day + 1)
    rehearse(after)
    assert not ListingInForce.objects.exists()
    assert services.close_ended(today=after) == 1
    assert services.close_ended(today=after) == 0
    listing.refresh_from_db()
    assert (listing.state, listing.exit_kind, listing.exited_on) == ("exited", "term", listing.ends_on)


def test_a_listing_whose_record_was_withdrawn_counts_no_more(black, memorandum, enter, clerk):
    listing = enter(black)
    record_services.withdraw_record(listing.record, actor=clerk, reason="报送有误", today=LATER)
    assert not ListingInForce.objects.exists()
    services.close_ended(today=LATER)
    listing.refresh_from_db()
    assert (listing.state, listing.exit_kind) == ("exited", "record_ended")


def test_nobody_adverse_is_held_up_as_an_example(black, memorandum, enter, propose, clerk):
    enter(black)
    red = make_kind("T-RED", tone=Tone.RED, item_code="CXRY", subject_kinds=["organisation"], persons_basis=None)
    candidate = propose(red, number=2, conduct=None)
    with pytest.raises(Refused) as refusal:
        services.notify_subject(candidate, actor=clerk, how="网站公示", on=LATER, today=LATER)
    assert code_of(refusal) == "adverse_record_held"


def test_an_approved_memorandum_does_not_change(memorandum):
    for change in (
        lambda: memorandum.measures.update(text="改动"),
        lambda: memorandum.measures.first().delete(),
        lambda: type(memorandum).objects.filter(pk=memorandum.pk).update(name="改动"),
    ):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            change()


def test_what_was_taken_back_with_its_batch_can_be_proposed_and_entered_again(
    black, enter, decision, market, clerk, lead
):
    former = enter(black)
    record_services.undo_batch(former.record.batch, actor=lead, reason="误录")
    record_services.run_batch(former.record.batch_id, today=LATER)
    assert services.close_ended(today=LATER) == 1
    again = services.propose_listing(
        black, FIRM, decision(1), department=market, actor=clerk, key=uuid.uuid4(), today=LATER
    )
    services.notify_subject(again, actor=clerk, how="直接送达", on=LATER, today=LATER)
    services.note_statement(again, actor=clerk, text="没有异议", on=LATER, today=LATER)
    again = services.enter_listing(again, actor=lead, reason="事实清楚", today=LATER)
    former.refresh_from_db()
    assert (former.exit_kind, former.record) == ("record_ended", None)
    assert again.state == "entered" and again.record.state == "current"
    assert ListingInForce.objects.get().listing == again


HEAD = Responsible("示例赵六", make_id_number(46), ("法定代表人",), "《示例条例》第五十条")


def test_a_proposal_names_who_is_responsible_and_the_entry_enters_them_too(black, memorandum, departments, enter):
    listing = enter(black, responsible=(HEAD,))
    assert HEAD.number not in str(vars(listing))
    [person] = listing.responsible
    assert (person["name"], person["capacity"], person["basis"]) == (HEAD.name, "法定代表人", HEAD.basis)
    on_person = ListingInForce.objects.get(listing=listing, as_responsible=True)
    assert on_person.subject.legal_name == HEAD.name and on_person.subject.kind == SubjectKind.PERSON
    tasks = MeasureTask.objects.filter(action__listing=listing)
    # Of the memorandum's measures only the one with a basis of its own for persons reaches the person.
    assert list(tasks.filter(as_responsible=True).values_list("measure__number", "subject")) == [
        (5, on_person.subject_id)
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"basis": " "}, "responsible_without_basis"),
        ({"name": ""}, "required"),
        ({"capacities": ()}, "required"),
        ({"capacities": ("示例身份",)}, "value_unknown"),
        ({"number": "530102198001010000"}, "id_number_invalid"),
        ({"number": make_id_number(47, born_on=datetime.date(2014, 3, 12))}, "subject_is_minor"),
    ],
)
def test_nobody_is_named_without_basis_capacity_and_age(black, propose, changes, code):
    with pytest.raises(Refused) as refusal:
        propose(black, responsible=(replace(HEAD, **changes),))
    assert code_of(refusal) == code and not Listing.objects.exists()


def test_the_same_person_is_named_once_and_only_on_lists_of_what_organisations_did_wrong(black, propose):
    red = make_kind("T-RED", tone=Tone.RED, item_code="CXRY")
    for kind, named, changes, code in (
        (black, FIRM, {"responsible": (HEAD, HEAD)}, "responsible_named_twice"),
        (black, FIRM, {"responsible": (HEAD,) * 9}, "too_many_responsible"),
        (black, PERSON, {"responsible": (HEAD,)}, "responsible_not_taken"),
        (red, FIRM, {"responsible": (HEAD,), "conduct": None}, "responsible_not_taken"),
    ):
        with pytest.raises(Refused) as refusal:
            propose(kind, named, **changes)
        assert code_of(refusal) == code
