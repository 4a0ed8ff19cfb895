"""Who reads too much is asked about it, and every month some readings are looked at, drawn by a number nobody chose."""

import datetime
import hashlib

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import heads, review, sealing
from audit.actions import Action
from audit.errors import AlreadyDecided, LimitReached, NotYet
from audit.models import Alarm, AuditEvent, Basis, Incident, ReadingRule, Sample, SampledReading, TreeHead
from audit.services import record_readings, require_below_limit
from audit.standalone import verify_audit

from .conftest import execute

DAY = datetime.date(2026, 11, 18)


class Someone:
    """As much of a member of staff as the trail needs."""

    def __init__(self, number: int) -> None:
        self.pk, self.username, self.department = number, f"示例{number}", None


AUDITOR = Someone(900)


@pytest.fixture(autouse=True)
def rules(db):
    review.seed()


@pytest.fixture
def read(unguarded):
    """Let somebody have read so many persons at an hour of a day, Beijing time."""

    def read(actor: int, persons: int, *, day=DAY, hour=10, action="records.person.listed") -> None:
        execute(
            "INSERT INTO audit_auditevent (action, actor_id, actor_name, object_type, object_id, object_label, result,"
            " reason, request_id, source, detail, once, at)"
            " SELECT %s, %s, %s, 'records.Subject', n::text, '自然人 ' || n, 'done', '', '', 'web',"
            " '{}', false, (%s::date + make_interval(hours => %s)) AT TIME ZONE 'Asia/Shanghai'"
            " FROM generate_series(1, %s) AS n",
            [action, str(actor), f"示例{actor}", day, hour, persons],
        )

    return read


def alarms() -> set[tuple[str, str]]:
    return {(alarm.kind, alarm.actor_id) for alarm in Alarm.objects.all()}


@pytest.mark.parametrize(
    ("past", "persons", "hour", "action", "raised"),
    [
        (5, 50, 10, "records.person.listed", set()),
        (5, 51, 10, "records.person.listed", {"own_past"}),
        (30, 150, 10, "records.person.listed", set()),
        (30, 151, 10, "records.person.listed", {"own_past", "peers"}),
        (5, 20, 23, "records.person.listed", set()),
        (5, 21, 23, "records.person.listed", {"night"}),
        (5, 21, 5, "records.person.listed", {"night"}),
        (5, 21, 6, "records.person.listed", set()),
        (5, 21, 10, "records.identifier.revealed", {"revealed"}),
        (200, 501, 10, "records.person.exported", {"exported"}),
        (5, 60, 10, "records.batch.downloaded", set()),
    ],
)
def test_reading_far_more_than_usual_raises_an_alarm(read, past, persons, hour, action, raised):
    for back in range(1, 8):
        read(1, past, day=DAY - datetime.timedelta(days=back))
    read(1, persons, hour=hour, action=action)
    review.raise_alarms(DAY)
    assert alarms() == {(kind, "1") for kind in raised}


def test_one_person_read_often_is_one_person(read):
    for hour in (8, 9, 10):
        read(1, 40, hour=hour)
    assert review.raise_alarms(DAY) == []


def test_a_quiet_colleague_is_measured_against_the_others(read):
    for actor in range(2, 8):
        read(actor, 10, day=DAY - datetime.timedelta(days=1))
    read(1, 101)
    review.raise_alarms(DAY)
    assert ("peers", "1") in alarms()


def test_an_alarm_is_raised_once_and_decided_once(read):
    read(1, 60)
    [alarm] = review.raise_alarms(DAY)
    assert review.raise_alarms(DAY) == []
    assert AuditEvent.objects.filter(action=Action.ALARM_RAISED).count() == 1
    decided = review.decide_alarm(alarm, note="年度核查任务", incident=None, actor=AUDITOR)
    assert (decided.state, decided.decided_by) == ("explained", "示例900")
    with pytest.raises(AlreadyDecided):
        review.decide_alarm(alarm, note="再次", incident=None, actor=AUDITOR)


@pytest.mark.parametrize("kind", ["own_past", "reveal_limit"])
def test_a_rule_holds_on_its_days_only(read, kind):
    ReadingRule.objects.filter(kind=kind).update(in_force_until=DAY - datetime.timedelta(days=1))
    assert not ReadingRule.objects.in_force(on=DAY).filter(kind=kind).exists()
    read(1, 60)
    assert [alarm.kind for alarm in review.raise_alarms(DAY)] == ([] if kind == "own_past" else ["own_past"])


def test_no_more_numbers_in_an_hour_than_the_rule_allows(unguarded):
    ReadingRule.objects.filter(kind="reveal_limit").update(least=2)
    person = ReadingRule.objects.first()  # any object will do for a line
    for _ in range(2):
        require_below_limit(Action.IDENTIFIER_REVEALED, actor=AUDITOR, on=DAY)
        shown = {"basis": Basis.PROVINCE, "purpose": "示例", "fields": ["number"]}
        assert record_readings(Action.IDENTIFIER_REVEALED, [person], actor=AUDITOR, **shown) == 1
    with pytest.raises(LimitReached):
        require_below_limit(Action.IDENTIFIER_REVEALED, actor=AUDITOR, on=DAY)
    require_below_limit(Action.IDENTIFIER_REVEALED, actor=Someone(901), on=DAY)
    execute("UPDATE audit_auditevent SET at = at - interval '61 minutes'")
    require_below_limit(Action.IDENTIFIER_REVEALED, actor=AUDITOR, on=DAY)


@pytest.fixture
def month(read) -> datetime.date:
    """Last month with its readings: 200 by day, 100 by night."""
    first = (timezone.localdate().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    read(1, 200, day=first)
    read(2, 100, day=first + datetime.timedelta(days=14), hour=23)
    return first


def test_a_sample_waits_for_its_seed(month):
    with pytest.raises(NotYet):
        review.draw_sample(month)


@pytest.fixture
def sample(month) -> Sample:
    sealing.seal_all()
    heads.sign_head()
    return review.draw_sample(month)


def test_anybody_with_the_seed_draws_the_same(sample):
    """The lottery once more, written down independently."""
    readings = AuditEvent.objects.readings().order_by("pk")
    by_night = [line.pk for line in readings if timezone.localtime(line.at).hour == 23]
    by_day = [line.pk for line in readings if timezone.localtime(line.at).hour == 10]

    def draw(ids: list[int]) -> set[int]:
        return set(sorted(ids, key=lambda n: hashlib.sha256(f"{sample.seed}:{n}".encode()).digest())[:30])

    drawn = set(sample.drawn.values_list("event_id", "is_unusual"))
    assert drawn == {(n, True) for n in draw(by_night)} | {(n, False) for n in draw(by_day)}
    assert (sample.readings, sample.seed) == (300, TreeHead.objects.get().hash)


def test_a_sample_is_drawn_once(sample, month):
    before = set(sample.drawn.values_list("event_id", flat=True))
    assert review.draw_sample(month) == sample
    assert set(SampledReading.objects.values_list("event_id", flat=True)) == before


def test_a_day_with_an_alarm_is_unusual(month):
    Alarm.objects.create(kind="own_past", day=month, actor_id="1", actor_name="示例1", measured=200, threshold=50)
    sealing.seal_all()
    heads.sign_head()
    assert not review.draw_sample(month).drawn.filter(is_unusual=False).exists()


def test_a_reading_is_judged_once_and_an_unjustified_one_has_its_incident(sample):
    drawn = sample.drawn.first()
    case = review.open_incident(actor=AUDITOR, kind="unlawful_use", found_on=DAY, summary="示例")
    review.judge_reading(drawn, verdict="unjustified", note="没有任务", incident=case, actor=AUDITOR)
    assert review.lines_of_incident(case) == [drawn.event_id]
    with pytest.raises(AlreadyDecided):
        review.judge_reading(drawn, verdict="justified", note="", incident=None, actor=AUDITOR)


def test_the_evidence_of_an_incident_is_its_lines_with_proofs(sample, read):
    case = review.open_incident(actor=AUDITOR, kind="unlawful_use", found_on=DAY, summary="示例")
    for drawn in sample.drawn.all()[:3]:
        review.judge_reading(drawn, verdict="unjustified", note="示例", incident=case, actor=AUDITOR)
    lines = review.lines_of_incident(case)
    read(3, 1)
    late = AuditEvent.objects.readings().latest("pk").pk
    evidence = heads.collect_evidence(case, [*lines, late], actor=AUDITOR)
    assert [int(proof["values"]["id"]) for proof in evidence["proofs"]] == lines
    assert [values["id"] for values in evidence["pending"]] == [str(late)]
    for proof in evidence["proofs"]:
        assert list(verify_audit.proof_findings(proof, {}, b"")) == []


def test_an_incident_is_closed_when_measures_and_notice_stand_in_it(db):
    case = review.open_incident(actor=AUDITOR, kind="leak", found_on=DAY, summary="示例")
    with pytest.raises(IntegrityError), transaction.atomic():
        review.update_incident(case, values={}, close=True, actor=AUDITOR)
    values = {"measures": "已收回权限", "notice": "已通知", "affected": 3}
    closed = review.update_incident(case, values=values, close=True, actor=AUDITOR)
    assert (closed.state, closed.affected) == (Incident.State.CLOSED, 3)
    line = AuditEvent.objects.get(action=Action.INCIDENT_CLOSED)
    assert line.detail == {"fields": ["affected", "measures", "notice"]}
    with pytest.raises(AlreadyDecided):
        review.update_incident(case, values=values, close=False, actor=AUDITOR)


@pytest.mark.parametrize(
    "table",
    ["audit_sample", "audit_assessment", "audit_inspection", "audit_followup", "audit_monitoredinstitution"],
)
def test_the_application_cannot_change_what_is_kept(db, table):
    """PIPL article 56 keeps assessments for three years; a drawn sample is evidence."""
    rights = "SELECT has_table_privilege('credit_office', %s, %s)"
    assert execute(rights, [table, "INSERT"]) == [(True,)]
    assert execute(rights, [table, "UPDATE"]) == execute(rights, [table, "DELETE"]) == [(False,)]


@pytest.mark.parametrize("table", ["audit_readingrule", "audit_alarm", "audit_incident", "audit_sampledreading"])
def test_the_application_deletes_no_case(db, table):
    assert execute("SELECT has_table_privilege('credit_office', %s, 'DELETE')", [table]) == [(False,)]
