"""Two people, or two cases, in the same moment: one decision stands, and no suspension is lost (T-35, T-36)."""

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import Role
from records.errors import Refused
from records.models import Record
from records.workflow import TransitionRefused
from repair import services
from repair.errors import CaseMoved, HeldByOther
from repair.models import Case, Step
from repair.services import Claim, Decision
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_user
from tests.repair.conftest import REFUSE, make_applicant, of_spring

GRANT = Decision("grant", "证据充分", "信用修复管理办法", "none")


@pytest.fixture
def world(committed, data_dir, rehearse):
    """A record and its subject, a department, five reviewers; transactions really commit."""
    department = factories.make_department("甲", 711)
    clerk = make_user("clerk-a", Role.CLERK, department)
    record = factories.register(of_spring(department), clerk)
    reviewers = [make_user(f"reviewer-{number}", Role.REVIEWER) for number in range(5)]
    return record, make_applicant(record), reviewers


def open_case(kind: str, record, by, **changes) -> Case:
    return services.open_case(Claim(kind, "示例请求", record=record, **changes), by=by, key=uuid.uuid4(), today=TODAY)


def proposed(kind: str, record, by, reviewer, decision: Decision, **changes) -> Case:
    case = open_case(kind, record, by, **changes)
    if case.state == "submitted":
        case = services.accept(case, actor=reviewer, version=case.version, today=TODAY)
    return services.propose(case, decision, actor=reviewer, version=case.version, today=TODAY)


def at_once(*works: Callable[[], object]) -> list[str]:
    """Do these in threads that start together; what came of each, a code for a refusal."""
    barrier, outcomes = threading.Barrier(len(works)), [""] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            work()
            outcomes[place] = "done"
        except (Refused, TransitionRefused) as refusal:
            outcomes[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_people_deciding_at_once_make_one_decision(world):
    record, applicant, (first, second, third, *_) = world
    way = {"way": "end_publication", "has_committed": True}
    case = proposed("repair", record, applicant, first, GRANT, **way)
    outcomes = at_once(
        lambda: services.decide(case, actor=second, version=case.version, today=TODAY),
        lambda: services.return_to(case, actor=third, version=case.version, reason="再核", today=TODAY),
    )
    assert sorted(outcomes) == sorted(["done", CaseMoved.code])
    steps = Step.objects.filter(case=case, action__in=("grant", "return_to"))
    assert steps.count() == 1
    assert Record.objects.get(pk=record.pk).state == {"grant": "ended", "return_to": "current"}[steps.get().action]


def test_five_people_claiming_at_once_leave_one_who_has_it(world):
    record, applicant, reviewers = world
    case = open_case("objection", record, applicant)
    outcomes = at_once(
        *(lambda one=one: services.claim(case, actor=one, version=case.version, today=TODAY) for one in reviewers)
    )
    assert sorted(outcomes) == ["done", *[HeldByOther.code] * 4]
    assert Step.objects.filter(case=case, action="claim").count() == 1


def test_a_double_click_in_two_threads_makes_one_case(world):
    record, applicant, _ = world
    key = uuid.uuid4()
    claim = Claim("objection", "示例请求", record=record)
    outcomes = at_once(*[lambda: services.open_case(claim, by=applicant, key=key, today=TODAY)] * 4)
    assert Case.objects.count() == 1
    assert outcomes == ["done"] * 4


def test_two_cases_closed_at_once_neither_lose_nor_keep_a_suspension(world):
    record, applicant, (first, second, third, *_) = world
    for _ in range(4):
        objection = proposed("objection", record, applicant, first, REFUSE)
        review = proposed(
            "review", record, first, first, REFUSE, suspends=True, review_body="示例法院", review_no="示例1号"
        )
        assert Record.objects.get(pk=record.pk).state == "disputed"
        outcomes = at_once(
            lambda case=objection: services.decide(case, actor=second, version=case.version, today=TODAY),
            lambda case=review: services.decide(case, actor=third, version=case.version, today=TODAY),
        )
        assert outcomes == ["done", "done"]
        assert Record.objects.get(pk=record.pk).state == "current"


def test_one_closed_while_another_is_taken_up_keeps_the_record_resting(world):
    record, applicant, (first, second, third, *_) = world
    for _ in range(4):
        review = proposed(
            "review", record, first, first, REFUSE, suspends=True, review_body="示例法院", review_no="示例1号"
        )
        objection = open_case("objection", record, applicant)
        outcomes = at_once(
            lambda case=review: services.decide(case, actor=second, version=case.version, today=TODAY),
            lambda case=objection: services.accept(case, actor=third, version=case.version, today=TODAY),
        )
        assert outcomes == ["done", "done"]
        assert Record.objects.get(pk=record.pk).state == "disputed"
        objection.refresh_from_db()
        services.recall(objection, by=applicant, version=objection.version, reason="", today=TODAY)
        assert Record.objects.get(pk=record.pk).state == "current"
