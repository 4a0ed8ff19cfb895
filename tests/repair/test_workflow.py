"""Every state times every verb: what the table allows is done, everything else is refused and changes nothing."""

from functools import partial

import pytest
from django.db import transaction

from records.errors import Refused
from records.workflow import TransitionRefused
from repair import services, workflow
from repair.models import Case, Step
from repair.services import Decision
from repair.workflow import CaseState
from tests.conftest import TODAY
from tests.repair.conftest import GRANT, REFUSE

# How a repair comes to each state.
WAYS = {
    "submitted": (),
    "returned": ("ask_material",),
    "accepted": ("accept",),
    "forwarded": ("accept", "forward"),
    "answered": ("accept", "forward", "answer"),
    "proposed": ("accept", "propose"),
    "granted": ("accept", "propose", "decide"),
    "refused": ("accept", "propose_refusal", "decide"),
    "rejected": ("reject",),
    "recalled": ("recall",),
    "revoked": ("accept", "propose", "decide", "revoke"),
}
# What the table allows a repair, by verb: a second person decides what was proposed, the sweep does the rest.
BY_VERB = {
    "accept": "accept", "reject": "reject", "ask_material": "ask_material", "supplement": "supplement",
    "forward": "forward", "answer": "answer", "propose": "propose", "propose_refusal": "propose",
    "return_to": "return_to", "decide": "grant", "recall": "recall", "revoke": "revoke",
}  # fmt: skip


class Undone(Exception):
    """Takes the savepoint back."""


@pytest.fixture
def verbs(applicant, clerk, reviewer, second) -> dict:
    """Each verb as the one person who may do it."""

    def by(verb, actor, **values):
        return lambda case: verb(case, actor=actor, version=case.version, today=TODAY, **values)

    def asked(verb, **values):
        return lambda case: verb(case, by=applicant, version=case.version, today=TODAY, **values)

    return {
        "accept": by(services.accept, reviewer),
        "reject": by(services.reject, reviewer, reason="不属于受理范围"),
        "ask_material": by(services.ask_material, reviewer, what="缴款凭证"),
        "supplement": asked(services.supplement, text="已补缴款凭证"),
        "forward": by(services.forward, reviewer, text="请核查"),
        "answer": by(services.answer, clerk, opinion="mistaken", text="已经缴清"),
        "propose": lambda case: services.propose(case, GRANT, actor=reviewer, version=case.version, today=TODAY),
        "propose_refusal": partial(propose_refusal, reviewer),
        "return_to": by(services.return_to, second, reason="依据不足"),
        "decide": by(services.decide, second),
        "recall": asked(services.recall, reason="不再需要"),
        "revoke": by(services.revoke, reviewer, reason="缴款凭证是伪造的"),
    }


def propose_refusal(reviewer, case):
    return services.propose(case, REFUSE, actor=reviewer, version=case.version, today=TODAY)


def test_verbs_do_what_the_table_says_and_nothing_else(opened, verbs):
    case = opened("repair")
    done = set()
    for state, way in WAYS.items():
        for name, verb in verbs.items():
            try:
                with transaction.atomic():
                    for step in way:
                        verbs[step](fresh(case))
                    assert fresh(case).state == state
                    before, steps = fresh(case).version, Step.objects.count()
                    with transaction.atomic():
                        verb(fresh(case))
                    done.add((state, BY_VERB[name]))
                    assert fresh(case).version == before + 1
                    assert Step.objects.count() == steps + 1
                    raise Undone
            except Undone:
                continue
            except (TransitionRefused, Refused):
                assert (state, BY_VERB[name]) not in allowed(), f"{state} {name}"
    assert done == allowed()


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def allowed() -> set[tuple[str, str]]:
    """The table without what needs another kind, silence, or the sweep."""
    table = {way for way in workflow.TRANSITIONS if way[0] in CaseState.values}
    alone = {(state, action) for state in ("accepted", "answered") for action in ("grant", "refuse")}
    return table - alone - {("proposed", "refuse"), ("forwarded", "propose"), ("returned", "lapse")}


def test_a_complaint_is_closed_by_who_has_it(department, applicant, clerk, reviewer):
    case = services.open_case(
        services.Claim("complaint", "不按期答复", department=department),
        by=applicant,
        key=applicant.public_id,
        today=TODAY,
    )
    case = services.accept(case, actor=reviewer, version=case.version, today=TODAY)
    with pytest.raises(Refused) as refusal:
        services.propose(case, GRANT, actor=reviewer, version=case.version, today=TODAY)
    assert refusal.value.code == "not_four_eyes"
    case = services.forward(case, actor=reviewer, version=case.version, text="请答复", today=TODAY)
    case = services.answer(case, actor=clerk, version=case.version, opinion="mistaken", text="已经整改", today=TODAY)
    case = services.decide(
        case, actor=reviewer, version=case.version, today=TODAY, decision=Decision("grant", "情况属实")
    )
    assert case.state == "granted"


def test_a_repair_is_never_decided_by_one_person(accepted, reviewer):
    case = accepted("repair")
    with pytest.raises(Refused) as refusal:
        services.decide(case, actor=reviewer, version=case.version, today=TODAY, decision=GRANT)
    assert refusal.value.code == "needs_proposal"


def test_every_edge_has_its_words():
    assert set(workflow.WORDS) == set(workflow.TRANSITIONS)


@pytest.mark.parametrize("state", CaseState.values)
def test_no_action_leads_out_of_the_table(state):
    for action in {action for _, action in workflow.TRANSITIONS}:
        if (state, action) in workflow.TRANSITIONS:
            assert workflow.next_state(state, action)
        else:
            with pytest.raises(TransitionRefused):
                workflow.next_state(state, action)
