"""What upper apps may order of a record: shown again after a repair that was false, changed by a decision."""

import datetime

import pytest

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from catalogue.models import Change
from records import services
from records.errors import Refused
from records.models import ChangeRequest, Record
from records.services.changes import Order, Why, carry_out_order
from records.workflow import TransitionRefused
from tests import factories
from tests.factories import TODAY, make_department, make_user


@pytest.fixture
def clerk(db, data_dir, rehearse):
    return make_user("clerk-o", Role.CLERK, make_department("甲", 711))


@pytest.fixture
def record(clerk):
    return factories.register(factories.penalty(clerk.department), clerk)


@pytest.fixture
def reviewers(db):
    return [make_user(f"reviewer-{number}", Role.REVIEWER) for number in (1, 2)]


@pytest.fixture
def order(record, reviewers):
    """A function that carries an order out."""

    def order(kind: Change = Change.CORRECT, *, on: Record | None = None, key: str = "case:1", **values: str):
        asked_by, decided_by = reviewers
        what = Order(Why("决定有误", "YY1"), key, values, "other")
        return carry_out_order(
            on or record, kind=kind, order=what, asked_by=asked_by, decided_by=decided_by, today=TODAY
        )

    return order


def test_what_was_ended_is_shown_again_with_who_and_why(record, reviewers):
    services.end_record(record, actor=reviewers[0], reason="修复", today=TODAY)
    restored = services.restore_record(record, actor=reviewers[1], reason="材料虚假", today=TODAY)
    assert (restored.state, restored.ended_on, restored.end_reason) == ("current", None, "")
    assert (restored.change_kind, restored.changed_by, restored.change_reason) == ("restored", reviewers[1], "材料虚假")
    assert restored.versions.filter(former__state="ended").exists()
    assert AuditEvent.objects.filter(action=Action.RECORD_RESTORED).count() == 1


@pytest.mark.parametrize("state", ["current", "withdrawn", "expired"])
def test_only_what_was_ended_is_restored(record, reviewers, state):
    if state != "current":
        Record.objects.filter(pk=record.pk).update(state=state, ended_on=TODAY)
    with pytest.raises(TransitionRefused):
        services.restore_record(record, actor=reviewers[0], reason="材料虚假", today=TODAY)


def test_after_the_longest_term_nothing_is_shown_again(record, reviewers):
    services.end_record(record, actor=reviewers[0], reason="修复", today=TODAY)
    with pytest.raises(Refused) as refusal:
        services.restore_record(record, actor=reviewers[1], reason="虚假", today=datetime.date(2027, 11, 4))
    assert refusal.value.code == "term_is_over"


def test_an_order_corrects_through_the_checks_and_names_both_people(record, order, reviewers):
    change = order(CF_NR_FK="0.3")
    record.refresh_from_db()
    assert record.values["CF_NR_FK"] == "0.3"
    assert (change.state, change.requested_by, change.decided_by) == ("applied", *reviewers)
    assert order(CF_NR_FK="0.3") == change
    assert ChangeRequest.objects.count() == 1


def test_an_order_withdraws(record, order):
    order(Change.WITHDRAW)
    record.refresh_from_db()
    assert (record.state, record.change_kind) == ("withdrawn", "withdrawn")


def test_an_order_that_changes_nothing_or_comes_too_late_is_refused(record, order, reviewers):
    with pytest.raises(Refused) as refusal:
        order(CF_NR_FK=record.values["CF_NR_FK"])
    assert refusal.value.code == "nothing_changed"
    services.end_record(record, actor=reviewers[0], reason="修复", today=TODAY)
    with pytest.raises(TransitionRefused):
        order(Change.WITHDRAW)
