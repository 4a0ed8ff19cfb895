"""The population base library is asked, believed when it answers, and its silence costs nothing but time."""

import datetime

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.models import AuditEvent
from exchange import verifying
from exchange.client import NoAnswer
from exchange.identity import Answer, Claim, PopulationBase
from exchange.models import IdentityCheck
from records import services
from records.models import Subject
from tests import factories
from tests.exchange.national import KEY, SOURCE

SILENCES = ("error", "timeout", "busy", "lost_answer", "garbage", "partial")


@pytest.fixture
def base(stub) -> PopulationBase:
    return PopulationBase(stub.url, KEY, SOURCE, timeout=2)


@pytest.fixture
def people(db, rehearse, data_dir) -> list[Subject]:
    department = factories.make_department("甲", 721)
    clerk = factories.make_user("clerk-a", Role.CLERK, department)
    names = ("示例张三", "示例李四", "示例王五")
    rows = [factories.persons_penalty(department, n, name=name) for n, name in enumerate(names, start=1)]
    return [factories.register(row, clerk).subject for row in rows]


def states() -> list[str]:
    return list(Subject.objects.filter(kind="person").order_by("pk").values_list("verification", flat=True))


def make_due() -> None:
    past = timezone.now() - datetime.timedelta(seconds=1)
    IdentityCheck.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=past)


def test_each_answer_is_given_to_whom_it_is_about(base):
    numbers = {Answer.MATCH: 901, Answer.UNAVAILABLE: 987, Answer.MISMATCH: 988, Answer.ABSENT: 989}
    claims = [Claim(factories.make_id_number(number - 900), "示例张三") for number in numbers.values()]
    assert base.verify(claims) == list(numbers)
    assert base.verify([Claim("530102198503120000", "示例张三")]) == [Answer.ABSENT]


@pytest.mark.parametrize("fault", SILENCES)
def test_what_cannot_be_trusted_is_no_answer(base, stub, fault):
    claims = [Claim(factories.make_id_number(n), "示例张三") for n in (1, 2, 3)]
    stub.control(fault=fault, on="identity", seconds=3)
    for _ in range(7 if fault == "garbage" else 1):
        with pytest.raises(NoAnswer) as silence:
            base.verify(claims)
        assert claims[0].number not in str(silence.value) + silence.value.excerpt + repr(claims)


def test_everybody_is_asked_about_once_in_small_batches(people, base):
    assert verifying.verify_persons(2, base) == 2 and states() == ["verified", "verified", "unverified"]
    assert verifying.verify_persons(2, base) == 1 and states() == ["verified"] * 3
    assert verifying.verify_persons(2, base) == 0
    lines = AuditEvent.objects.filter(action="records.person.verified")
    assert lines.count() == 3
    kept = str(list(lines.values())) + str(list(IdentityCheck.objects.values()))
    for n, person in enumerate(people, start=1):
        assert person.legal_name not in kept and factories.make_id_number(n) not in kept


@pytest.mark.parametrize("fault", ["mismatch", "absent"])
def test_a_wrong_name_and_a_number_nobody_has_are_final(people, base, stub, fault):
    stub.control(fault=fault, on="identity")
    assert verifying.verify_persons(base=base) == 3 and states() == ["mismatch"] * 3
    assert set(IdentityCheck.objects.values_list("answer", flat=True)) == {fault}
    assert verifying.verify_persons(base=base) == 0


def test_who_could_not_be_verified_is_asked_about_again_later(people, base, stub):
    stub.control(fault="unavailable", on="identity")
    assert verifying.verify_persons(base=base) == 3 and states() == ["unavailable"] * 3
    assert verifying.verify_persons(base=base) == 0
    make_due()
    verifying.verify_persons(base=base)
    assert AuditEvent.objects.filter(action="records.person.verified").count() == 3  # the same news is no news
    make_due()
    stub.control(fault="none")
    assert verifying.verify_persons(base=base) == 3 and states() == ["verified"] * 3


def test_while_the_library_is_silent_nobody_else_is_tried(people, base, stub):
    stub.control(fault="error", on="identity")
    assert verifying.verify_persons(1, base) == 0 and states() == ["unverified"] * 3
    check = IdentityCheck.objects.get()
    assert (check.code, check.attempts) == ("server_error", 1) and check.next_attempt_at > timezone.now()
    stub.control(fault="none")
    assert verifying.verify_persons(base=base) == 0
    make_due()
    assert verifying.verify_persons(base=base) == 3


def test_an_answer_about_a_former_name_is_about_nobody(people, base):
    class Slow(PopulationBase):
        def verify(self, claims):
            answers = super().verify(claims)
            Subject.objects.filter(pk=people[0].pk).update(legal_name="示例改名")
            return answers

    slow = Slow(base._url, KEY, SOURCE)
    assert verifying.verify_persons(base=slow) == 2 and states() == ["unverified", "verified", "verified"]
    assert verifying.verify_persons(base=base) == 1 and states() == ["verified"] * 3


def test_a_new_name_has_to_be_verified_anew(people, base):
    verifying.verify_persons(base=base)
    person = people[0]
    department = person.records.get().department
    services.rename_subject(
        person,
        name="示例改名",
        renamed_on=factories.TODAY,
        department=department,
        actor=factories.make_user("lead-a", Role.LEAD, department),
        reason="户口登记变更",
        today=factories.TODAY,
    )
    assert states()[0] == "unverified"
