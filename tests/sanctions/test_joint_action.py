"""Joint action: persons responsible, bans, what is lifted and when, two people at one task (33号（十四）（十五）)."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Role
from records import services as record_services
from records.errors import Refused
from records.models import Record
from records.services import changes
from records.services.batches import item_in_force
from records.services.changes import Why
from records.workflow import TransitionRefused
from sanctions import services
from sanctions.models import Listing, MeasureTask
from sanctions.publishing import values_of
from tests.factories import make_id_number, make_user
from tests.sanctions.committed import committed_task, forget_rules
from tests.sanctions.conftest import FIRM, LATER, make_line, make_memorandum

RESPONSIBLE = {
    "YZSX_ZR1_MC": "示例赵一",
    "YZSX_ZR1_SF": "法定代表人",
    "YZSX_ZR1_ZJHM": make_id_number(51),
    "YZSX_ZR1_YJ": "《示例法》第九条",
}
BEYOND = LATER.replace(year=LATER.year + 5)


def code_of(refusal) -> str:
    return refusal.value.code


def answered(task, actor, **changes):
    said = {"action": "execute", "outcome": "已执行", "executed_on": LATER} | changes
    return services.answer_task(task, actor=actor, today=LATER, **said)


@pytest.fixture
def task(black, memorandum, enter, clerk):
    """A received task that closes a market: 从严审核示例许可."""
    task = MeasureTask.objects.get(action__listing=enter(black), measure__number=2)
    return services.receive_task(task, actor=clerk)


@pytest.fixture
def reported(black, memorandum, departments, clerk, decision, rehearse):
    """A listing another system decided on, whose record names a person responsible."""
    rehearse(LATER)
    said = decision()
    listing = Listing(
        kind=black, list_code=black.code, tone=black.tone, department=clerk.department, origin="reported",
        subject_kind=FIRM.kind, subject_name=FIRM.name, identifier_kind="uscc", lookup=FIRM.number,
        document_no=said.document_no, decided_on=said.decided_on, authority=said.authority, facts=said.facts,
        proposed_on=LATER,
    )  # fmt: skip
    item = item_in_force("YZSX", on=LATER)
    values = values_of(listing, item) | RESPONSIBLE
    listing.record = record_services.register_record(
        item=item, department=clerk.department, values=values, actor=clerk, today=LATER,
        idempotency_key=uuid.uuid4().hex,
    )  # fmt: skip
    listing.subject_id, listing.state, listing.entered_on = listing.record.subject_id, "entered", LATER
    listing.decided_at = timezone.now()
    listing.save()
    services.open_actions([listing.pk], today=LATER)
    return listing


def on_the_person(listing) -> MeasureTask:
    return MeasureTask.objects.get(action__listing=listing, as_responsible=True)


def test_a_person_responsible_has_the_tasks_that_have_a_basis_for_persons_and_no_others(reported):
    task = on_the_person(reported)
    assert (task.measure.number, task.subject.legal_name, task.subject.kind) == (5, "示例赵一", "person")
    assert MeasureTask.objects.filter(action__listing=reported, subject=reported.subject).count() == 4


def test_a_measure_on_persons_without_its_own_basis_is_impossible(memorandum):
    with pytest.raises(IntegrityError, match="measure_on_persons_has_its_own_basis"), transaction.atomic():
        make_memorandum("T-OTHER", measures=[{"line": "SJJ", "on_responsible": True, "force": "recommended"}])


def test_once_the_record_names_them_no_more_what_was_done_to_a_person_is_released(reported, clerk):
    task = services.receive_task(on_the_person(reported), actor=clerk)
    answered(task, clerk)
    assert services.lift_unnamed(today=LATER) == 0
    another = {"YZSX_ZR1_MC": "示例赵二", "YZSX_ZR1_ZJHM": make_id_number(52)}
    changes.request_correction(
        reported.record, values=reported.record.values | RESPONSIBLE | another,
        base_revision=reported.record.revision, why=Why("责任人员有误"), key="k", actor=clerk, today=LATER,
    )  # fmt: skip
    for change in changes.ChangeRequest.objects.filter(state="pending"):
        changes.approve_change(
            change, actor=make_user("lead-2", Role.LEAD, clerk.department), reason="同意", today=LATER
        )
    assert services.lift_unnamed(today=LATER) == 1
    assert services.lift_unnamed(today=LATER) == 0
    assert services.open_due(today=LATER) == 1  # for the one named instead
    task.refresh_from_db()
    assert task.state == "lifted"
    release = MeasureTask.objects.get(purpose="release")
    assert (release.subject, release.as_responsible, release.state) == (task.subject, True, "issued")
    standing = MeasureTask.objects.standing().filter(action__listing=reported)
    assert standing.count() == 5 and not standing.filter(subject=task.subject).exists()


def test_an_exit_ends_the_persons_measures_too(reported, clerk, lead):
    answered(services.receive_task(on_the_person(reported), actor=clerk), clerk)
    services.exit_listing(reported, actor=lead, kind="conditions", reason="已经改正", today=LATER)
    assert not MeasureTask.objects.standing().exists()
    assert MeasureTask.objects.get(purpose="release").as_responsible


def test_while_only_the_persons_own_record_is_verified_only_their_measure_rests(reported, clerk):
    derived = Record.objects.get(derived_from=reported.record)
    record_services.dispute_record(derived, actor=clerk, reason="本人提出异议", today=LATER)
    assert list(MeasureTask.objects.resting()) == [on_the_person(reported)]


def test_of_two_departments_at_one_place_the_one_where_somebody_works_is_set_to_work(black, memorandum, enter):
    staffed = make_line("CZT", 790, "530100", unit="TEST-2")
    make_user("somebody", Role.CLERK, staffed)
    listing = enter(black)
    lines = memorandum.measures.filter(line="CZT")
    chosen = MeasureTask.objects.filter(action__listing=listing, measure__in=lines).values_list("department", flat=True)
    assert lines and set(chosen) == {staffed.pk}


def test_somebody_named_later_has_their_task_at_the_next_sweep(reported):
    MeasureTask.objects.filter(as_responsible=True).delete()
    assert services.open_due(today=LATER) == 1
    assert on_the_person(reported).state == "issued"


def test_a_ban_says_which_industries_and_until_when(task, clerk):
    done = answered(task, clerk, ban=services.Ban(["H", "F"], LATER + timedelta(days=365)))
    assert (done.ban_scope, done.ban_industries) == ("FH", ["批发和零售业", "住宿和餐饮业"])
    assert list(MeasureTask.objects.bans().standing_bans(on=LATER)) == [done]
    assert not MeasureTask.objects.standing_bans(on=LATER + timedelta(days=366)).exists()


@pytest.mark.parametrize(
    ("ban", "code"),
    [
        (services.Ban("F", LATER - timedelta(days=1)), "ban_ends_before"),
        (services.Ban("F", BEYOND), "ban_beyond_term"),
    ],
)
def test_a_ban_stays_within_the_term_of_its_list(task, clerk, ban, code):
    with pytest.raises(Refused) as refusal:
        answered(task, clerk, ban=ban)
    assert code_of(refusal) == code


def test_a_longer_ban_names_the_law_that_says_so(task, clerk):
    done = answered(task, clerk, ban=services.Ban("C", BEYOND, "《示例法》第一百三十五条"))
    assert (done.ban_until, done.ban_basis) == (BEYOND, "《示例法》第一百三十五条")


def test_what_is_no_ban_closes_nothing(black, memorandum, enter, departments):
    finance = make_user("finance", Role.CLERK, departments["CZT"])
    task = MeasureTask.objects.get(action__listing=enter(black), measure__number=1)
    services.receive_task(task, actor=finance)
    with pytest.raises(Refused) as refusal:
        answered(task, finance, ban=services.Ban("F", LATER))
    assert code_of(refusal) == "no_ban"
    with pytest.raises(IntegrityError, match="ban_says_where_and_how_long"), transaction.atomic():
        MeasureTask.objects.filter(pk=task.pk).update(ban_until=LATER)


def test_an_exit_ends_the_ban(task, clerk, lead):
    answered(task, clerk, ban=services.Ban("F", LATER + timedelta(days=365)))
    services.exit_listing(task.action.listing, actor=lead, kind="repaired", reason="已修复", today=LATER)
    assert not MeasureTask.objects.standing_bans(on=LATER).exists() and MeasureTask.objects.bans().count() == 1


def test_nothing_is_carried_out_once_the_term_is_over_though_nobody_has_swept(task, clerk, rehearse):
    after = task.action.listing.ends_on + timedelta(days=1)
    rehearse(after)
    with pytest.raises(Refused) as refusal:
        services.answer_task(task, actor=clerk, action="execute", outcome="已执行", executed_on=LATER, today=after)
    assert code_of(refusal) == "listing_not_in_force"


def test_what_only_informs_is_not_answered(black, memorandum, enter, departments):
    bank = make_user("bank", Role.CLERK, departments["YH"])
    task = MeasureTask.objects.get(action__listing=enter(black), department=departments["YH"])
    assert services.receive_task(task, actor=bank).state == "verified"
    with pytest.raises(TransitionRefused):
        answered(task, bank)


def test_overdue_is_noted_once_dated_the_day_it_fell_due(task, rehearse):
    after = task.due_on + timedelta(days=1)
    assert services.note_overdue(today=task.due_on) == 0
    assert services.note_overdue(today=after) == 3
    assert services.note_overdue(today=after) == 0


def test_two_people_answering_at_once_make_one_answer(committed, data_dir, rehearse):
    market = make_line("SJJ", 751, "530100")
    clerks = [make_user(f"clerk-{n}", Role.CLERK, market) for n in range(2)]
    task = committed_task(market)
    services.receive_task(task, actor=clerks[0])
    barrier, outcomes = threading.Barrier(2), []

    def answer(clerk, action):
        barrier.wait()
        try:
            outcomes.append(services.answer_task(task, actor=clerk, action=action, outcome="理由", today=LATER).state)
        except TransitionRefused:
            outcomes.append("late")
        finally:
            connection.close()

    pairs = zip(clerks, ("decline", "dismiss"), strict=True)
    threads = [threading.Thread(target=answer, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["declined", "late"], ["inapplicable", "late"])
    task.refresh_from_db()
    assert task.state == task.answer == next(each for each in outcomes if each != "late")
    forget_rules()
