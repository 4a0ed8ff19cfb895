"""Whatever people do to a record, in whatever order: what must always hold of it holds after each step."""

import uuid
from contextlib import suppress

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import Role
from records import services
from records.errors import Refused, RightMissing, RowRefused
from records.models import ChangeRequest, Record
from records.services import changes, expire_records
from records.services.changes import Why
from records.workflow import TransitionRefused
from tests import factories
from tests.factories import TODAY

FINDS = {
    "a revision without its version, or unexplained": """
        SELECT r.id FROM records_record r
        WHERE r.explained_revision <> r.revision
           OR r.revision <> 1 + (SELECT count(*) FROM records_recordversion v WHERE v.record_id = r.id)""",
    "two open requests": """
        SELECT record_id FROM records_changerequest WHERE state = 'pending' GROUP BY record_id HAVING count(*) > 1""",
    "a request decided by who asked": "SELECT id FROM records_changerequest WHERE decided_by_id = requested_by_id",
    "a suspended record in a public view, or without an open request": """
        SELECT r.id FROM records_record r WHERE r.state = 'suspended' AND (
            EXISTS (SELECT FROM public_record p WHERE p.id = r.id)
            OR NOT EXISTS (SELECT FROM records_changerequest c WHERE c.record_id = r.id AND c.state = 'pending'))""",
    "an ended record without a date": """
        SELECT id FROM records_record
        WHERE state NOT IN ('current', 'disputed', 'suspended') AND ended_on IS NULL""",
}
REFUSALS = (Refused, RightMissing, RowRefused, TransitionRefused)
WHO = st.integers(0, 2)
AMOUNTS = st.sampled_from(["0.5", "5", "7"])


class Changes(RuleBasedStateMachine):
    """One decision, a clerk and two leads; every rule is something one of them does, allowed at that moment or not."""

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        department = factories.make_department("甲", 711)
        self.clerk = factories.make_user("clerk-a", Role.CLERK, department)
        self.people = [self.clerk, *(factories.make_user(f"lead-{n}", Role.LEAD, department) for n in (1, 2))]
        self.record = factories.register(factories.penalty(department), self.clerk)
        self.record.item.__class__.objects.filter(code="XZCF").update(needs_approval=["correct", "withdraw"])

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    def fresh(self) -> Record:
        return Record.objects.get(pk=self.record.pk)

    def waiting(self) -> ChangeRequest | None:
        return ChangeRequest.objects.waiting().filter(record=self.record).first()

    @rule(amount=AMOUNTS)
    def report_again(self, amount):
        with suppress(*REFUSALS):
            factories.register(factories.penalty(self.clerk.department, CF_NR_FK=amount), self.clerk)

    @rule(who=WHO, amount=AMOUNTS)
    def correct(self, who, amount):
        record = self.fresh()
        with suppress(*REFUSALS):
            changes.request_correction(
                record,
                values=record.values | {"CF_NR_FK": amount},
                base_revision=record.revision,
                why=Why("金额有误"),
                key=uuid.uuid4().hex,
                actor=self.people[who],
                today=TODAY,
            )

    @rule(who=WHO)
    def withdraw(self, who):
        with suppress(*REFUSALS):
            changes.request_withdrawal(
                self.fresh(),
                reason_code="revoked",
                why=Why("复议决定撤销"),
                key=uuid.uuid4().hex,
                actor=self.people[who],
                today=TODAY,
            )

    @rule(who=WHO, verb=st.sampled_from([changes.approve_change, changes.refuse_change]))
    def decide(self, who, verb):
        if change := self.waiting():
            with suppress(*REFUSALS):
                verb(change, actor=self.people[who], reason="已核对", today=TODAY)

    @rule(who=WHO)
    def cancel(self, who):
        if change := self.waiting():
            with suppress(*REFUSALS):
                changes.cancel_change(change, actor=self.people[who], today=TODAY)

    @rule()
    def expire(self):
        until = self.fresh().displayed_until
        expire_records(today=until.replace(year=until.year + 1))

    @rule(who=WHO)
    def undo_batch(self, who):
        batch = self.fresh().batch
        with suppress(*REFUSALS):
            services.undo_batch(batch, actor=self.people[who], reason="误传")
            services.run_batch(batch.pk, today=TODAY)

    @invariant()
    def nothing_impossible_is_stored(self):
        with connection.cursor() as cursor:
            for name, sql in FINDS.items():
                cursor.execute(sql)
                assert not cursor.fetchall(), name


def test_whatever_people_do_nothing_impossible_is_stored(db, rehearse, data_dir):
    run_state_machine_as_test(
        Changes,
        settings=settings(
            max_examples=8,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
