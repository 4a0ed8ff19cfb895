"""Whatever several people do to the cases of one record, in whatever order: an independent model says what may happen.

The model is a few lists and sets of its own; it imports no table of the platform.
"""

import datetime
import inspect
import uuid
from collections import Counter
from dataclasses import dataclass, field

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import Role, User
from accounts.services import place_user
from records.errors import Refused
from records.models import Record
from records.workflow import TransitionRefused
from repair import services
from repair.models import Case, Clock
from repair.services import Claim, Decision
from tests import factories
from tests.repair.conftest import make_applicant, of_spring

REFUSALS = (Refused, TransitionRefused)
KINDS = ("repair", "objection", "review")
OPEN = {"submitted", "returned", "accepted", "forwarded", "answered", "proposed"}
HANDLED = {"accepted", "forwarded", "answered", "proposed"}
RECALLABLE = {"submitted", "returned", "accepted", "forwarded", "answered"}
# What is done next; what leads on is drawn more often, or chance alone would seldom get far.
ACTS = (
    *("go_on",) * 10, *("open",) * 5, *("wait_in_vain", "wait_for_silence", "find_false", "give_back") * 2, "accept",
    "return_to", "ask_material", "supplement", "forward", "answer", "propose", "decide", "revoke", "recall", "claim",
    "release", "distribute", "days_pass",
)  # fmt: skip

# Situations a run must have come to, or it has proved little.
REACHED: Counter[str] = Counter()
MUST_REACH = {
    "two suspend at once",
    "one of two suspending is closed",
    "a repair granted",
    "a repair revoked",
    "a repair revoked while somebody objects",
    "material that never came",
    "decided after silence",
    "given back by the second",
    "a stale page",
}

FINDS = {
    "a case decided by who proposed it": "SELECT id FROM repair_case WHERE decided_by_id = proposed_by_id",
    "a timeline with a gap": """
        SELECT id FROM (SELECT id, from_state, lag(to_state) OVER (PARTITION BY case_id ORDER BY id) AS before
                        FROM repair_step) s
        WHERE before IS NOT NULL AND from_state <> before""",
    "a clock before its original day": "SELECT id FROM repair_clock WHERE due_on < original_due_on",
    "a clock that runs for a closed case": """
        SELECT k.id FROM repair_clock k JOIN repair_case c ON c.id = k.case_id
        WHERE k.ended_on IS NULL AND c.closed_on IS NOT NULL AND k.key NOT LIKE 'repair.sync%%'
          AND k.key NOT LIKE 'repair.third%%'""",
    "an open case that is due on no day of its clocks": """
        SELECT c.id FROM repair_case c WHERE c.closed_on IS NULL AND c.due_on IS DISTINCT FROM (
            SELECT min(k.due_on) FROM repair_clock k WHERE k.case_id = c.id AND k.ended_on IS NULL AND NOT EXISTS (
                SELECT FROM repair_clockstop s WHERE s.clock_id = k.id AND s.until_on IS NULL))""",
    "a measure that goes on while somebody objects": """
        SELECT c.id FROM repair_case c JOIN records_record r ON r.id = c.record_id
        WHERE c.suspends AND c.state IN ('accepted', 'forwarded', 'answered', 'proposed') AND r.state = 'current'""",
    "a record that rests for nobody": """
        SELECT r.id FROM records_record r WHERE r.state = 'disputed' AND NOT EXISTS (
            SELECT FROM repair_case c WHERE c.record_id = r.id AND c.suspends
              AND c.state IN ('accepted', 'forwarded', 'answered', 'proposed'))""",
}


@dataclass
class Known:
    """What the model knows of one case."""

    pk: int
    kind: str
    state: str
    holder: int | None = None
    proposer: int | None = None
    outcome: str = ""
    decider: int | None = None
    was_asked: bool = False
    asked_on: datetime.date | None = None

    @property
    def suspends(self) -> bool:
        return self.kind in ("objection", "review") and self.state in HANDLED


@dataclass
class Model:
    """One record and its cases."""

    cases: list[Known] = field(default_factory=list)
    has_ended: bool = False

    @property
    def record(self) -> str:
        if self.has_ended:
            return "ended"
        return "disputed" if any(case.suspends for case in self.cases) else "current"

    def has_open(self, kind: str) -> bool:
        return any(case.kind == kind and case.state in OPEN for case in self.cases)


class Cases(RuleBasedStateMachine):
    """An applicant, a clerk, three reviewers; each rule is something one of them does, allowed just then or not."""

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        department = factories.make_department("甲", 711)
        self.clerk = place_user(User(username="clerk-a"), department=department, role=Role.CLERK)
        self.people = [
            place_user(User(username=f"reviewer-{number}"), department=None, role=Role.REVIEWER) for number in range(3)
        ]
        self.record = factories.register(of_spring(department), self.clerk)
        self.applicant = make_applicant(self.record)
        self.model, self.today, self.clocks = Model(), factories.TODAY, {}

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    def chosen(self, which: int) -> tuple[Known, Case]:
        known = self.model.cases[which % len(self.model.cases)]
        return known, Case.objects.get(pk=known.pk)

    @rule(
        act=st.sampled_from(ACTS), which=st.integers(0, 5), who=st.integers(0, 2),
        is_stale=st.sampled_from([False, False, False, True]), outcome=st.sampled_from(["grant", "refuse"]),
        kind=st.sampled_from(KINDS), days=st.sampled_from([1, 2, 5, 9, 16]),
    )  # fmt: skip
    def act(self, act, **drawn):
        """Somebody does something, allowed at that moment or not."""
        verb = getattr(self, act)
        if act != "open" and not self.model.cases:
            return
        wanted = inspect.signature(verb).parameters
        verb(**{name: value for name, value in drawn.items() if name in wanted})

    def go_on(self, which, who, is_stale, outcome):
        """What comes next for an open case, done by who may: chance alone seldom gets far."""
        place = [n for n, case in enumerate(self.model.cases) if case.state in OPEN]
        if not place:
            return
        at = place[which % len(place)]
        known, who = self.model.cases[at], self.able(at, who)
        if known.state == "submitted":
            self.accept(at, who, is_stale)
        elif known.state == "returned":
            if which % 2:
                self.supplement(at, is_stale)
        elif known.state == "proposed":
            self.decide(at, who, is_stale)
        else:
            self.propose(at, who, outcome)

    def wait_in_vain(self, which, who):
        """Ask for material that never comes."""
        self.ask_material(which, self.able(which, who))
        self.days_pass(16)

    def wait_for_silence(self, which, who, outcome):
        """Ask a department that does not answer."""
        self.forward(which, self.able(which, who))
        self.days_pass(16)
        self.propose(which, self.able(which, who), outcome)

    def find_false(self, which):
        """A repair turns out to have been got by false means, perhaps while somebody objects."""
        if which % 2:
            self.open("objection")
            self.accept(len(self.model.cases) - 1, self.able(len(self.model.cases) - 1, which), False)
        granted = [n for n, case in enumerate(self.model.cases) if (case.kind, case.state) == ("repair", "granted")]
        if granted:
            at = granted[which % len(granted)]
            self.revoke(at, (self.model.cases[at].decider + 1) % 3)

    def give_back(self, which):
        """The second reviewer does not agree."""
        proposed = [n for n, case in enumerate(self.model.cases) if case.state == "proposed"]
        if proposed:
            at = proposed[which % len(proposed)]
            self.return_to(at, self.able(at, which))

    def able(self, which: int, who: int) -> int:
        """Somebody who may act on the case: who has it, or anybody but who proposed."""
        known = self.model.cases[which % len(self.model.cases)]
        others = [n for n in range(3) if n != known.proposer]
        return known.holder if known.holder is not None else others[who % len(others)]

    def attempt(self, verb, case: Case, *, may: bool, is_stale: bool = False, **values) -> bool:
        """Do it; it must succeed exactly where the model says that it may."""
        version = case.version - 1 if is_stale else case.version
        try:
            verb(case, version=version, today=self.today, **values)
        except REFUSALS as refusal:
            assert is_stale or not may, f"{verb.__name__} was refused: {refusal.code}"
            REACHED["a stale page"] += may
            return False
        assert may and not is_stale, f"{verb.__name__} was done and should not have been"
        if self.suspending > 1:
            REACHED["two suspend at once"] += 1
        return True

    @property
    def suspending(self) -> int:
        return sum(case.suspends for case in self.model.cases)

    def is_free(self, known: Known, who: int) -> bool:
        return known.holder in (None, who)

    def open(self, kind):
        changes = {
            "repair": {"way": "end_publication", "has_committed": True},
            "objection": {},
            "review": {"review_body": "示例法院", "review_no": "示例1号"},
        }[kind]
        claim = Claim(kind, "示例请求", record=self.record, **changes)
        may = not self.model.has_open(kind) and (kind != "repair" or not self.model.has_ended)
        try:
            case = services.open_case(claim, by=self.applicant, key=uuid.uuid4(), today=self.today)
        except REFUSALS as refusal:
            assert not may, refusal.code
            return
        assert may
        self.model.cases.append(Known(case.pk, kind, "submitted"))

    def accept(self, which, who, is_stale):
        known, case = self.chosen(which)
        may = known.state == "submitted" and self.is_free(known, who)
        said = {"actor": self.people[who], "suspends": True}  # heeded of a review only
        if self.attempt(services.accept, case, may=may, is_stale=is_stale, **said):
            known.state, known.holder = "accepted", who

    def ask_material(self, which, who):
        known, case = self.chosen(which)
        may = known.state == "submitted" and self.is_free(known, who) and not known.was_asked
        if self.attempt(services.ask_material, case, may=may, actor=self.people[who], what="缴款凭证"):
            known.state, known.holder, known.was_asked, known.asked_on = "returned", who, True, self.today

    def supplement(self, which, is_stale):
        known, case = self.chosen(which)
        may = known.state == "returned"
        if self.attempt(services.supplement, case, may=may, is_stale=is_stale, by=self.applicant, text="已补"):
            known.state = "submitted"

    def forward(self, which, who):
        known, case = self.chosen(which)
        may = known.state == "accepted" and self.is_free(known, who)
        if self.attempt(services.forward, case, may=may, actor=self.people[who], text="请核查"):
            known.state, known.holder = "forwarded", who

    def answer(self, which, is_stale):
        known, case = self.chosen(which)
        may = known.state == "forwarded"
        said = {"opinion": "mistaken", "text": "已经核实"}
        if self.attempt(services.answer, case, may=may, is_stale=is_stale, actor=self.clerk, **said):
            known.state = "answered"

    def propose(self, which, who, outcome):
        known, case = self.chosen(which)
        is_silent = known.state == "forwarded" and case.due_on < self.today
        may = (known.state in ("accepted", "answered") or is_silent) and self.is_free(known, who)
        decision = Decision(outcome, "示例理由", "示例依据", "none")
        if self.attempt(services.propose, case, may=may, actor=self.people[who], decision=decision):
            known.state, known.holder, known.proposer, known.outcome = "proposed", None, who, outcome
            REACHED["decided after silence"] += is_silent

    def return_to(self, which, who):
        known, case = self.chosen(which)
        may = known.state == "proposed" and self.is_free(known, who) and who != known.proposer
        if self.attempt(services.return_to, case, may=may, actor=self.people[who], reason="再核"):
            known.state, known.holder, known.proposer = "accepted", None, None
            REACHED["given back by the second"] += 1

    def decide(self, which, who, is_stale):
        known, case = self.chosen(which)
        may = known.state == "proposed" and self.is_free(known, who) and who != known.proposer
        is_repaired = known.kind == "repair" and known.outcome == "grant"
        of_two = known.suspends and self.suspending > 1
        if self.attempt(services.decide, case, may=may, is_stale=is_stale, actor=self.people[who]):
            REACHED["one of two suspending is closed"] += of_two
            REACHED["a repair granted"] += is_repaired
            known.state = {"grant": "granted", "refuse": "refused"}[known.outcome]
            known.holder, known.decider = None, who
            self.model.has_ended |= is_repaired

    def recall(self, which):
        known, case = self.chosen(which)
        may = known.state in RECALLABLE
        if self.attempt(services.recall, case, may=may, by=self.applicant, reason=""):
            known.state, known.holder = "recalled", None

    def revoke(self, which, who):
        known, case = self.chosen(which)
        may = known.kind == "repair" and known.state == "granted" and who != known.decider
        if self.attempt(services.revoke, case, may=may, actor=self.people[who], reason="伪造"):
            known.state, self.model.has_ended = "revoked", False
            REACHED["a repair revoked"] += 1
            REACHED["a repair revoked while somebody objects"] += self.suspending > 0

    def claim(self, which, who):
        known, case = self.chosen(which)
        is_own = known.state == "proposed" and known.proposer == who
        may = known.holder == who or (known.state in OPEN and known.holder is None and not is_own)
        if self.attempt(services.claim, case, may=may, actor=self.people[who]):
            known.holder = who

    def release(self, which, who):
        known, case = self.chosen(which)
        if self.attempt(services.release, case, may=known.holder in (None, who), actor=self.people[who]):
            known.holder = None

    def distribute(self, who):
        services.distribute(actor=self.people[who], today=self.today)
        for known in self.model.cases:
            holder = Case.objects.get(pk=known.pk).holder
            now = self.people.index(holder) if holder else None
            assert known.holder is None or now == known.holder, "somebody's case was given to another"
            assert known.state != "proposed" or now != known.proposer, "given to who proposed it"
            known.holder = now

    def days_pass(self, days):
        if self.today >= datetime.date(2027, 3, 1):
            return
        self.today += datetime.timedelta(days=days)
        services.note_missed(today=self.today)
        services.lapse_returned(today=self.today)
        for known in self.model.cases:
            if known.state == "returned" and Case.objects.get(pk=known.pk).state == "lapsed":
                # Ten working days are never fewer than twelve days.
                assert self.today - known.asked_on > datetime.timedelta(days=12)
                known.state, known.holder = "lapsed", None
                REACHED["material that never came"] += 1

    @invariant()
    def it_is_as_the_model_says(self):
        assert Record.objects.get(pk=self.record.pk).state == self.model.record
        for known in self.model.cases:
            case = Case.objects.get(pk=known.pk)
            holder = self.people.index(case.holder) if case.holder else None
            assert (case.state, holder) == (known.state, known.holder)

    @invariant()
    def no_clock_runs_backwards(self):
        for clock in Clock.objects.all():
            due_on, original, ended_on = self.clocks.get(clock.pk, (clock.due_on, clock.original_due_on, None))
            assert clock.due_on >= due_on and clock.original_due_on == original
            assert ended_on is None or clock.ended_on == ended_on
            self.clocks[clock.pk] = (clock.due_on, clock.original_due_on, clock.ended_on)

    @invariant()
    def nothing_impossible_is_stored(self):
        with connection.cursor() as cursor:
            for name, sql in FINDS.items():
                cursor.execute(sql)
                assert not cursor.fetchall(), name


def test_whatever_people_do_the_model_knows_what_may_happen(db, rehearse, data_dir):
    run_state_machine_as_test(
        Cases,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),  # a failure is told as it was found: shrinking it takes many minutes
        ),
    )
    assert {situation for situation in MUST_REACH if not REACHED[situation]} == set()
