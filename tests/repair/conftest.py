"""A department, a record of last spring, the subject it is about, two reviewers. All invented."""

import datetime
import uuid

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Role
from records.models import Record
from repair import services, sessions
from repair.models import Applicant, Case, Clarification, RealNameLevel
from repair.services import Claim, Decision
from tests import factories
from tests.conftest import TODAY
from tests.factories import make_department, make_user

GRANT = Decision("grant", "义务已经履行", "信用修复管理办法", "none")
WITHDRAW = Decision("grant", "决定书已经撤销", "33号（二十二）", "withdraw")
REFUSE = Decision("refuse", "证明不充分", "信用修复管理办法")
# A fine of May: its minimum term of three months is over.
SPRING = "2026-05-06"


def of_spring(department, number: int = 1, *, firm: int = 1, **changes: str) -> dict[str, str]:
    """A penalty whose minimum term has been served."""
    return factories.penalty(department, number, firm=firm, CF_JDRQ=SPRING, **changes)


def make_applicant(record: Record, number: int = 1, *, level: str = "present") -> Applicant:
    """The subject of a record, signed in by its real name."""
    return Applicant.objects.create(
        issuer="https://identity.example",
        external_id=f"subject-{number}",
        kind=record.subject.kind,
        name=record.subject.legal_name,
        identifier_kind="uscc",
        lookup=record.subject.uscc or "",
        cipher="" if record.subject.uscc else "sealed",
        subject=record.subject,
        level=RealNameLevel.objects.get(code=level),
    )


def signed_in(client: Client, applicant: Applicant) -> Client:
    """The browser, after this applicant has come in through the identity provider. Whoever was in before is out."""
    client.logout()
    session = client.session
    sessions.begin(session, applicant)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


@pytest.fixture
def department(db, data_dir, rehearse):
    """The source department; 22 November 2026."""
    return make_department("甲", 711)


@pytest.fixture
def clerk(department):
    return make_user("clerk-r", Role.CLERK, department)


@pytest.fixture
def reviewer(db):
    return make_user("reviewer-1", Role.REVIEWER)


@pytest.fixture
def second(db):
    return make_user("reviewer-2", Role.REVIEWER)


@pytest.fixture
def record(department, clerk):
    return factories.register(of_spring(department), clerk)


@pytest.fixture
def applicant(record):
    return make_applicant(record)


@pytest.fixture
def opened(record, applicant):
    """A function that opens a case about the record."""

    def opened(kind: str = "objection", *, key: uuid.UUID | None = None, on: datetime.date = TODAY, **changes) -> Case:
        values = {"kind": kind, "text": "金额与决定书不符", "record": record}
        if kind == "repair":
            values |= {"text": "罚款已经缴纳", "way": "end_publication", "has_committed": True}
        return services.open_case(Claim(**values | changes), by=applicant, key=key or uuid.uuid4(), today=on)

    return opened


@pytest.fixture
def accepted(opened, reviewer):
    """A function that opens a case and takes it up."""

    def accepted(kind: str = "objection", *, on: datetime.date = TODAY, **changes) -> Case:
        case = opened(kind, on=on, **changes)
        return services.accept(case, actor=reviewer, version=case.version, today=on)

    return accepted


@pytest.fixture
def decided(accepted, reviewer, second):
    """A function that carries a case to its decision by two people."""

    def decided(kind: str, decision: Decision, *, on: datetime.date = TODAY, **changes) -> Case:
        case = accepted(kind, on=on, **changes)
        case = services.propose(case, decision, actor=reviewer, version=case.version, today=on)
        return services.decide(case, actor=second, version=case.version, today=on)

    return decided


def make_clarification(record: Record) -> Clarification:
    """A record found wrong, withdrawn, and the error published because its subject asked for that."""
    one, other = (make_user(f"clarifier-{number}", Role.REVIEWER) for number in (1, 2))
    said = Claim("objection", "金额与决定书不符", record=record)
    case = services.open_case(said, by=one, key=uuid.uuid4(), today=TODAY)
    case = services.accept(case, actor=one, version=case.version, today=TODAY)
    case = services.propose(case, WITHDRAW, actor=one, version=case.version, today=TODAY)
    case = services.decide(case, actor=other, version=case.version, today=TODAY)
    asked = {"consent": "澄清申请书", "consented_on": TODAY, "today": TODAY}
    return services.publish_clarification(case, actor=one, version=case.version, **asked).clarification
