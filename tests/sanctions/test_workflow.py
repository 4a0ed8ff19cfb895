"""Every state times every verb: what the table allows is done, everything else is refused and changes nothing."""

import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Role
from catalogue.models import KeyField
from records import crypto
from records.errors import Refused
from records.services.special import Sought
from records.workflow import TransitionRefused
from sanctions import calling, flows, services, workflow
from sanctions.models import (
    CommitmentTemplate,
    Matter,
    MeasureTask,
    Memorandum,
    Subscription,
    WebhookDelivery,
)
from sanctions.services.commitments import Promise
from sanctions.services.finance import Wanted
from sanctions.services.webhooks import PATIENCE
from sanctions.workflow import (
    CommitmentState,
    DeliveryState,
    FinanceState,
    ListingState,
    MemorandumState,
    MethodState,
    PublicationState,
    TaskState,
)
from tests.factories import make_user, penalty, register
from tests.sanctions.conftest import FIRM, LATER, TODAY, make_line
from tests.sanctions.test_finance import CONSENT, TEXTS
from tests.sanctions.test_memoranda import MEASURE
from tests.sanctions.test_supervision import DESIGN, FIELD

MACHINES = (
    ListingState, MemorandumState, TaskState, DeliveryState, CommitmentState, MethodState, PublicationState,
    FinanceState,
)  # fmt: skip
# How each of them comes to each of its states.
LISTING_WAYS = {
    "proposed": (),
    "notified": ("notify",),
    "stated": ("notify", "state"),
    "entered": ("notify", "enter"),
    "exited": ("notify", "enter", "exit"),
    "refused": ("notify", "refuse"),
    "dropped": ("drop",),
}
TASK_WAYS = {
    "issued": (),
    "received": ("receive",),
    "executed": ("receive", "execute"),
    "declined": ("receive", "decline"),
    "inapplicable": ("receive", "dismiss"),
    "verified": ("receive", "execute", "verify"),
    "lifted": ("lift",),
}
DRAFT_WAYS = {
    "draft": (),
    "submitted": ("submit",),
    "returned": ("submit", "return"),
    "approved": ("submit", "approve"),
    "repealed": ("submit", "approve", "repeal"),
    "abandoned": ("abandon",),
}
REGISTER_WAYS = {"registered": ()}  # what is delivered, and never was a draft here
COMMITMENT_WAYS = {
    "made": (),
    "doubted": ("find",),
    "fulfilled": ("fulfil",),
    "breached": ("find", "confirm"),
    "retracted": ("retract",),
    "run_out": ("run_out",),
}
METHOD_WAYS = {"drawn_up": (), "adopted": ("adopt",), "replaced": ("adopt", "replace")}
DELIVERY_WAYS = {"queued": (), "delivered": ("deliver",), "dead": ("give_up",)}
PUBLICATION_WAYS = {"composed": (), "published": ("publish",), "closed": ("publish", "close")}
FINANCE_WAYS = {
    "filed": (),
    "taken": ("hand_over",),
    "answered": ("hand_over", "answer"),
    "revoked": ("revoke",),
}


class Undone(Exception):
    """Takes the savepoint back."""


def listing_verbs(clerk, lead) -> dict:
    said = {"reason": "示例理由", "today": LATER}
    return {
        "notify": partial(services.notify_subject, actor=clerk, how="直接送达", on=TODAY, today=LATER),
        "state": partial(services.note_statement, actor=clerk, text="示例陈述", on=TODAY, today=LATER),
        "enter": partial(services.enter_listing, actor=lead, **said),
        "refuse": partial(services.refuse_listing, actor=lead, **said),
        "drop": partial(services.drop_listing, actor=clerk, **said),
        "exit": partial(services.exit_listing, actor=lead, kind="repaired", **said),
        "reenter": partial(services.reenter_listing, actor=lead, **said),
    }


def task_verbs(clerk, lead) -> dict:
    answer = partial(services.answer_task, actor=clerk, outcome="示例情况", today=LATER)

    def lift(task):
        listing = task.action.listing
        services.exit_listing(listing, actor=lead, kind="conditions", reason="示例理由", today=LATER)

    return {
        "receive": partial(services.receive_task, actor=clerk),
        "execute": partial(answer, action="execute", executed_on=LATER),
        "decline": partial(answer, action="decline"),
        "dismiss": partial(answer, action="dismiss"),
        "verify": partial(services.verify_task, actor=lead),
        "return": partial(services.return_task, actor=lead, opinion="示例理由"),
        "lift": lift,
    }


def memorandum_verbs(author, reviewer) -> dict:
    approval = {"actor": reviewer, "in_force_from": TODAY, "opinion": "示例意见", "today": TODAY}
    return {
        "change": lambda memorandum: services.change_memorandum(memorandum, {"lead": "示例牵头单位"}, actor=author),
        "submit": partial(services.submit_memorandum, actor=author, today=TODAY),
        "return": partial(services.return_memorandum, actor=reviewer, opinion="示例意见"),
        "approve": partial(services.approve_memorandum, **approval),
        "abandon": partial(services.abandon_memorandum, actor=author),
        "repeal": partial(services.repeal_memorandum, actor=reviewer, reason="示例理由", today=TODAY),
    }


def commitment_verbs(clerk, lead) -> dict:
    found = {"unperformed": "示例内容", "is_partial": False, "answer": "示例说明"}

    def run_out(commitment):
        services.note_due_commitments(today=commitment.valid_until + timedelta(days=1))

    return {
        "fulfil": partial(services.note_fulfilled, actor=clerk, result="示例情况", on=TODAY, today=TODAY),
        "find": partial(services.find_breach, actor=clerk, today=TODAY, **found),
        "confirm": partial(services.confirm_breach, actor=lead, document_no="1号", reason="示例", today=TODAY),
        "reject": partial(services.reject_breach, actor=lead, reason="示例理由", today=TODAY),
        "retract": partial(services.retract_commitment, actor=clerk, reason="示例理由", today=TODAY),
        "run_out": comes_about("run_out", run_out),
    }


def method_verbs(clerk, lead) -> dict:
    def adopt_the_next(method):
        try:
            following = services.draw_up_method(method.field, DESIGN, department=method.department, actor=clerk)
        except Refused as refusal:
            assert refusal.code == "draft_exists"
        else:
            day = TODAY + timedelta(days=following.edition)
            services.adopt_method(following, actor=lead, opinion="示例意见", on=day, today=TODAY)

    return {
        "adopt": partial(services.adopt_method, actor=lead, opinion="示例意见", on=TODAY, today=TODAY),
        "replace": comes_about("replace", adopt_the_next),
    }


def publication_verbs(lead) -> dict:
    return {
        "publish": partial(services.publish_product, actor=lead, opinion="示例意见", today=TODAY),
        "close": partial(services.close_product, actor=lead, reason="示例理由", today=TODAY),
    }


def finance_verbs(clerk, teller) -> dict:
    answer = {"is_granted": True, "answer": "示例答复", "today": TODAY}
    return {
        "hand_over": partial(services.hand_over, actor=teller, today=TODAY),
        "answer": partial(services.note_bank_answer, actor=teller, **answer),
        "revoke": partial(services.revoke_consent, actor=clerk, today=TODAY),
    }


def delivery_verbs(clerk, monkeypatch) -> dict:
    def send(delivery, *, answered: str, now):
        with monkeypatch.context() as patched:
            patched.setattr(calling, "call", lambda *_, **__: calling.Called(answered))
            services.send_due(now=now)

    now = timezone.now() + timedelta(minutes=1)
    return {
        "deliver": comes_about("deliver", partial(send, answered="", now=now)),
        "give_up": comes_about("give_up", partial(send, answered="webhook_down", now=now + PATIENCE)),
        "resend": partial(services.resend, actor=clerk),
    }


def comes_about(action: str, sweep):
    """A verb of what nobody orders: the sweep passes over rows it does not concern, which counts as its refusal."""

    def verb(row):
        row.refresh_from_db()
        before = row.state
        sweep(row)
        row.refresh_from_db()
        if row.state == before:
            raise TransitionRefused(before, action)

    return verb


def walk(row, ways: dict, verbs: dict) -> set[tuple[str, str, str]]:
    """Each (state, action, next state) that a verb carries out; a refusal must leave the row as it was."""
    done = set()
    for state, way in ways.items():
        for action, verb in verbs.items():
            try:
                with transaction.atomic():
                    for step in way:
                        verbs[step](row)
                    row.refresh_from_db()
                    assert row.state == state
                    with transaction.atomic():
                        verb(row)
                    row.refresh_from_db()
                    done.add((state, action, row.state))
                    raise Undone
            except Undone:
                pass
            except TransitionRefused:
                assert (state, action) not in workflow.TRANSITIONS
            row.refresh_from_db()
    return done


def edges(states) -> set[tuple[str, str, str]]:
    return {
        (s, action, following) for (s, action), (following, _) in workflow.TRANSITIONS.items() if s in states.values
    }


def test_every_step_of_a_listing(black, memorandum, propose, clerk, lead, rehearse):
    listing = propose(black)
    rehearse(LATER)
    assert set(LISTING_WAYS) == set(ListingState.values)
    assert walk(listing, LISTING_WAYS, listing_verbs(clerk, lead)) == edges(ListingState)


def test_every_step_of_a_task(black, memorandum, enter, clerk, lead):
    task = MeasureTask.objects.get(action__listing=enter(black), measure__number=2)
    assert set(TASK_WAYS) == set(TaskState.values)
    for_reference = ("issued", "note", "verified")
    assert walk(task, TASK_WAYS, task_verbs(clerk, lead)) == edges(TaskState) - {for_reference}


def test_what_is_sent_for_reference_ends_with_its_receipt(black, memorandum, departments, enter):
    task = MeasureTask.objects.get(action__listing=enter(black), measure__number=4)
    bank = make_user("bank-s", Role.CLERK, departments["YH"])
    assert services.receive_task(task, actor=bank).state == "verified"
    with pytest.raises(TransitionRefused):
        services.receive_task(task, actor=bank)


def test_every_step_of_a_memorandum(black, departments, lead):
    reviewer = make_user("reviewer-s", Role.REVIEWER)
    values = {"name": "示例备忘录", "kind": "sanction", "lead": "示例单位", "list_codes": ["T-BLACK"], "source": "测试"}
    draft = services.draft_memorandum(values | {"evidence": "to_be_verified"}, code="T-WALK", actor=lead)
    services.put_measure(draft, MEASURE, actor=lead)
    registered = Memorandum.objects.create(**values, code="T-REG", evidence="to_be_verified", state="registered")
    assert {*DRAFT_WAYS, *REGISTER_WAYS} == set(MemorandumState.values)
    verbs = memorandum_verbs(lead, reviewer)
    assert walk(draft, DRAFT_WAYS, verbs) | walk(registered, REGISTER_WAYS, verbs) == edges(MemorandumState)


def test_every_step_of_a_commitment(market, clerk, lead):
    commitment = services.accept_commitment(
        CommitmentTemplate.objects.get(code="CN-ZHXY"), FIRM, Promise("示例事由", TODAY, is_public=True),
        department=market, actor=clerk, key=uuid.uuid4(), today=TODAY,
    )  # fmt: skip
    assert set(COMMITMENT_WAYS) == set(CommitmentState.values)
    assert walk(commitment, COMMITMENT_WAYS, commitment_verbs(clerk, lead)) == edges(CommitmentState)


def test_every_step_of_a_method_of_classed_supervision(market, clerk, lead):
    method = services.draw_up_method(KeyField.objects.get(code=FIELD), DESIGN, department=market, actor=clerk)
    assert set(METHOD_WAYS) == set(MethodState.values)
    assert walk(method, METHOD_WAYS, method_verbs(clerk, lead)) == edges(MethodState)


def test_every_step_of_what_is_published(market, clerk, lead):
    product = services.enter_product("credit", TEXTS, department=market, actor=clerk)
    assert set(PUBLICATION_WAYS) == set(PublicationState.values)
    assert walk(product, PUBLICATION_WAYS, publication_verbs(lead)) == edges(PublicationState)


def test_every_step_of_an_application_for_finance(market, clerk, lead):
    bank = make_line("YH", 754, "530100", name="示例演示银行")
    product = services.enter_product("credit", TEXTS, department=market, actor=clerk, bank=bank)
    product = services.publish_product(product, actor=lead, opinion="示例意见", today=TODAY)
    application = services.apply_for_product(
        product, Sought(FIRM.kind, FIRM.name, FIRM.number), Wanted("50 万元", "示例用途", "示例电话", **CONSENT),
        department=market, actor=clerk, key=uuid.uuid4(), today=TODAY,
    )  # fmt: skip
    verbs = finance_verbs(clerk, make_user("teller-w", Role.CLERK, bank))
    assert set(FINANCE_WAYS) == set(FinanceState.values)
    assert walk(application, FINANCE_WAYS, verbs) == edges(FinanceState)


def test_every_step_of_a_notice_of_a_change(market, clerk, monkeypatch):
    told = register(penalty(market, 1), clerk).subject
    subscription = Subscription.objects.create(
        department=market, subject=told, matter=Matter.objects.get(code="CZZJ"), reference="云示项1号",
        url="https://example.com/hook", secret=crypto.seal_text("示例"), told_digest="", created_by=clerk,
    )  # fmt: skip
    delivery = WebhookDelivery.objects.create(subscription=subscription, payload={})
    assert set(DELIVERY_WAYS) == set(DeliveryState.values)
    assert walk(delivery, DELIVERY_WAYS, delivery_verbs(clerk, monkeypatch)) == edges(DeliveryState)


def test_no_workflow_is_left_out():
    walked = {state for machine in MACHINES for state in machine.values}
    assert {state for state, _ in workflow.TRANSITIONS} <= walked
    assert {flow.states for flow in flows.FLOWS} == set(MACHINES)


@pytest.mark.parametrize("state", [state for machine in MACHINES for state in machine.values])
def test_no_action_leads_out_of_the_table(state):
    actions = {action for _, action in workflow.TRANSITIONS}
    for action in actions:
        if (state, action) in workflow.TRANSITIONS:
            assert workflow.next_state(state, action)
        else:
            with pytest.raises(TransitionRefused):
                workflow.next_state(state, action)
