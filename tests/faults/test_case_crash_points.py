"""kill -9 at the statements of the central verbs on a case: case, record, listing, clocks, who is told and trail
change together or not at all.

At every ninth statement as a rule, at each one with `-m long`.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from django.db import connection

from accounts.models import Role, User
from accounts.services import place_user
from records.models import Record
from repair import services
from repair.models import Applicant, Case
from repair.services import Claim, Decision
from sanctions import services as sanctions
from sanctions.models import ConductClass, Listing
from sanctions.services.listings import Decision as Entry
from tests.conftest import TODAY, forget_business
from tests.faults.dying import DONE, KILLED, clerk_of, run_and_die
from tests.repair.conftest import make_applicant
from tests.sanctions.committed import forget_rules
from tests.sanctions.conftest import FIRM, basis, make_kind, make_memorandum

KEY = uuid.UUID(int=7)
TRACES = {
    "cases": """
        SELECT kind, state, version, due_on, accepted_on, decided_on, closed_on, outcome, remedy, letter <> ''
        FROM repair_case""",
    "steps": "SELECT action, from_state, to_state FROM repair_step ORDER BY id",
    "clocks": "SELECT key, due_on, ended_on FROM repair_clock ORDER BY key, id",
    "stops": "SELECT reason, from_on, until_on FROM repair_clockstop ORDER BY id",
    "notices": "SELECT channel, title, state FROM repair_notice ORDER BY id",
    "restorations": "SELECT cause, closed_on FROM repair_restoration",
    "receivers": "SELECT kind, why FROM repair_restorationreceiver ORDER BY kind, why",
    "listings": "SELECT state, exit_kind, suspended_at IS NOT NULL, reentered_on FROM sanctions_listing",
    "actions": "SELECT opened_on, closed_on FROM sanctions_jointaction ORDER BY id",
    "records": "SELECT document_no, state, revision FROM records_record ORDER BY document_no",
    "changes": "SELECT kind, state FROM records_changerequest",
    "tasks": "SELECT purpose, state FROM sanctions_measuretask ORDER BY 1, 2",
    "trail": """
        SELECT action, count(*) FROM audit_auditevent WHERE action ~ '^(repair|sanctions|records)\\.' GROUP BY 1
        ORDER BY 1""",
}
WITHDRAW = Decision("grant", "决定书已经撤销", "33号（二十二）", "withdraw")


@pytest.fixture
def listed(department):
    """A function that makes everything ready: a subject on a list with two measures, its account, three reviewers."""
    conduct = ConductClass.objects.create(
        code="T101", category="示例大类", name="示例行为", document_no="国发〔2016〕33号", paragraph="（九）"
    )
    kind = make_kind(lines=[department.line])
    make_memorandum(measures=[{"line": "CZT", "legal_basis": basis()}, {"line": "CZT", "force": "recommended"}])
    decision = Entry("云示列〔2026〕1号", TODAY, department.name, "示例事由", conduct)

    def prepare() -> Listing:
        forget_business()
        clerk = User.objects.get(username="crash-clerk")
        User.objects.exclude(pk=clerk.pk).delete()
        clerk_of(department)
        lead = place_user(User(username="crash-lead"), department=department, role=Role.LEAD)
        for number in (1, 2):
            place_user(User(username=f"crash-reviewer-{number}"), department=None, role=Role.REVIEWER)
        listing = sanctions.propose_listing(
            kind, FIRM, decision, department=department, actor=clerk, key=uuid.uuid4(), today=TODAY
        )
        sanctions.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
        sanctions.note_statement(listing, actor=clerk, text="没有异议", on=TODAY, today=TODAY)
        listing = sanctions.enter_listing(listing, actor=lead, reason="事实清楚", today=TODAY)
        make_applicant(listing.record)
        return listing

    yield prepare
    forget_rules()


def _reviewer(number: int) -> User:
    return User.objects.get(username=f"crash-reviewer-{number}")


def _case() -> Case:
    return Case.objects.get(key=KEY)


def _open(listing: Listing) -> None:
    """The same key: sent again, it gives what is there."""
    claim = Claim("objection", "我没有实施该行为", listing=listing)
    services.open_case(claim, by=Applicant.objects.get(), key=KEY, today=TODAY)


def _accept(listing: Listing) -> None:
    if _case().state == "submitted":
        services.accept(_case(), actor=_reviewer(1), version=_case().version, today=TODAY)


def _forward(listing: Listing) -> None:
    if _case().state == "accepted":
        services.forward(_case(), actor=_reviewer(1), version=_case().version, text="请核查", today=TODAY)


def _answer(listing: Listing) -> None:
    if _case().state == "forwarded":
        clerk = User.objects.get(username="crash-clerk")
        services.answer(_case(), actor=clerk, version=_case().version, opinion="mistaken", text="有误", today=TODAY)


def _propose(listing: Listing) -> None:
    if _case().state == "answered":
        services.propose(_case(), WITHDRAW, actor=_reviewer(1), version=_case().version, today=TODAY)


def _decide(listing: Listing) -> None:
    if _case().state == "proposed":
        services.decide(_case(), actor=_reviewer(2), version=_case().version, today=TODAY)


def _repaired(listing: Listing) -> None:
    """The list lets nobody go before its time: the day is set back for the repair to be granted today."""
    Record.objects.filter(pk=listing.record_id).update(decided_on=TODAY - timedelta(days=720))
    claim = Claim("repair", "已经改正", listing=listing, way="leave_list", has_committed=True)
    case = services.open_case(claim, by=Applicant.objects.get(), key=KEY, today=TODAY)
    case = services.accept(case, actor=_reviewer(1), version=case.version, today=TODAY)
    granted = Decision("grant", "义务已经履行", "信用修复管理办法", "none")
    case = services.propose(case, granted, actor=_reviewer(1), version=case.version, today=TODAY)
    services.decide(case, actor=_reviewer(2), version=case.version, today=TODAY)


def _revoke(listing: Listing) -> None:
    if _case().state == "granted":
        services.revoke(_case(), actor=_reviewer(1), version=_case().version, reason="伪造", today=TODAY)


# Verb → what has been done before it, what it leaves the case in.
BEFORE = [_open, _accept, _forward, _answer, _propose]
VERBS: dict[str, tuple[Callable[[Listing], None], list[Callable[[Listing], None]], str]] = {
    "open": (_open, BEFORE[:0], "submitted"),
    "accept": (_accept, BEFORE[:1], "accepted"),
    "forward": (_forward, BEFORE[:2], "forwarded"),
    "answer": (_answer, BEFORE[:3], "answered"),
    "decide": (_decide, BEFORE[:5], "granted"),
    "revoke": (_revoke, [_repaired], "revoked"),
}


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_killed_at_any_statement_ends_as_if_undisturbed(listed, verb, step):
    work, before, state = VERBS[verb]

    def prepared() -> Listing:
        listing = listed()
        for earlier in before:
            earlier(listing)
        return listing

    work(prepared())
    undisturbed = _traces()
    assert undisturbed["cases"][0][1] == state
    for at in count(1, step):
        listing = prepared()
        ended = run_and_die(partial(work, listing), at)
        if ended == DONE:
            break
        assert ended == KILLED
        work(listing)
        assert _traces() == undisturbed, f"killed before statement {at}"
    assert at > 12, "the operation has more statements than this; the wrapper saw too few"


def _traces() -> dict[str, list]:
    with connection.cursor() as cursor:
        return {name: cursor.execute(query).fetchall() for name, query in TRACES.items()}
