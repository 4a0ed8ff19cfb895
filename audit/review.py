"""Looking at who looked: alarms on unusual reading, the monthly sample, and incidents that come of them."""

import datetime
from collections.abc import Mapping
from pathlib import Path

import yaml
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit import bulk
from audit.actions import Action
from audit.errors import AlreadyDecided, NotYet
from audit.models import (
    Alarm,
    Assessment,
    AuditEvent,
    Incident,
    Inspection,
    ReadingRule,
    Sample,
    SampledReading,
    TreeHead,
)
from audit.services import Actor, record

DATA = Path(__file__).parent / "data"
Kind = ReadingRule.Kind


@transaction.atomic
def seed() -> dict[str, int]:
    """Load the rules on readings that are not there yet; rows that exist are never edited."""
    for entry in yaml.safe_load((DATA / "reading_rules.yaml").read_text(encoding="utf-8")):
        key = {"kind": entry.pop("kind"), "in_force_from": entry.pop("in_force_from")}
        ReadingRule.objects.get_or_create(**key, defaults=entry)
    return {"reading_rules": ReadingRule.objects.count()}


@transaction.atomic
def raise_alarms(day: datetime.date) -> list[Alarm]:
    """Compare each one's readings of a day with the rules in force and write new alarms down; nothing is refused.

    Each person read counts once a day. Run again it finds the alarms already there and leaves them as they are.
    """
    raised = []
    for kind in (Kind.OWN_PAST, Kind.PEERS, Kind.NIGHT, Kind.REVEALED, Kind.EXPORTED):
        rule = ReadingRule.objects.in_force(on=day).filter(kind=kind).first()
        for found in bulk.unusual_readers(rule, day) if rule else []:
            alarm, is_new = Alarm.objects.get_or_create(
                kind=kind,
                day=day,
                actor_id=found.actor_id,
                defaults={
                    "actor_name": found.actor_name,
                    "department_code": found.department_code,
                    "measured": found.measured,
                    "threshold": found.threshold,
                },
            )
            if is_new:
                record(Action.ALARM_RAISED, alarm, detail={"measured": found.measured, "threshold": found.threshold})
                raised.append(alarm)
    return raised


@transaction.atomic
def decide_alarm(alarm: Alarm, *, note: str, incident: Incident | None, actor: Actor) -> Alarm:
    """Say what it was: an explanation, or the incident it belongs to. Raises AlreadyDecided."""
    alarm = Alarm.objects.select_for_update().get(pk=alarm.pk)
    if alarm.state != Alarm.State.OPEN:
        raise AlreadyDecided
    alarm.state = Alarm.State.INCIDENT if incident else Alarm.State.EXPLAINED
    alarm.note, alarm.incident = note, incident
    alarm.decided_by, alarm.decided_at = actor.username, timezone.now()
    alarm.save()
    record(Action.ALARM_EXPLAINED, alarm, actor=actor, reason=note, detail={"state": alarm.state})
    return alarm


@transaction.atomic
def draw_sample(month: datetime.date) -> Sample:
    """Draw the month's readings to look at; drawn once, it stays as it is.

    The seed is the hash of the first tree head made after the month: published, signed, and unknown to everybody while
    the readings were made. Lines are taken in the order of SHA-256(seed, line number), so anybody can draw them again.
    Unusual readings (by night, numbers revealed, exports, days with an alarm) are a stratum of their own and so come up
    more often. Raises NotYet while that head is not signed.
    """
    month = month.replace(day=1)
    if drawn := Sample.objects.filter(month=month).first():
        return drawn
    since, until = _moment(month), _moment((month + datetime.timedelta(days=32)).replace(day=1))
    head = TreeHead.objects.filter(until__gte=until).first()
    if head is None:
        raise NotYet(f"{month:%Y 年 %m 月}还没有结束，或者月末的树根还没有签署。")
    rule = ReadingRule.objects.in_force(on=month).filter(kind=Kind.SAMPLE).first()
    usual, unusual = (rule.least, rule.factor or 0) if rule else (0, 0)
    readings = AuditEvent.objects.readings().filter(at__gte=since, at__lt=until).count()
    sample = Sample.objects.create(month=month, head=head, seed=head.hash, readings=readings)
    rows = bulk.draw_readings(head.hash, since, until, usual=usual, unusual=unusual)
    SampledReading.objects.bulk_create(
        SampledReading(sample=sample, event_id=event_id, is_unusual=is_unusual) for event_id, is_unusual in rows
    )
    record(Action.SAMPLE_DRAWN, sample, detail={"seed": sample.seed, "readings": readings, "drawn": len(rows)})
    return sample


@transaction.atomic
def judge_reading(
    drawn: SampledReading, *, verdict: str, note: str, incident: Incident | None, actor: Actor
) -> SampledReading:
    """The auditor's word on one drawn reading; an unjustified one names its incident. Raises AlreadyDecided."""
    drawn = SampledReading.objects.select_for_update().get(pk=drawn.pk)
    if drawn.verdict:
        raise AlreadyDecided
    drawn.verdict, drawn.note, drawn.incident = SampledReading.Verdict(verdict).value, note, incident
    drawn.judged_by, drawn.judged_at = actor.username, timezone.now()
    drawn.save()
    record(Action.READING_JUDGED, drawn, actor=actor, reason=note, detail={"verdict": drawn.verdict})
    return drawn


@transaction.atomic
def open_incident(*, actor: Actor, **values: object) -> Incident:
    """Enter an incident."""
    incident = Incident.objects.create(opened_by=actor.username, **values)
    record(Action.INCIDENT_OPENED, incident, actor=actor)
    return incident


@transaction.atomic
def update_incident(incident: Incident, *, values: Mapping[str, object], close: bool, actor: Actor) -> Incident:
    """Enter what became known; close it once measures and notice stand in it. Raises AlreadyDecided when closed."""
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    if incident.state == Incident.State.CLOSED:
        raise AlreadyDecided
    changed = sorted(name for name, value in values.items() if getattr(incident, name) != value)
    for name in changed:
        setattr(incident, name, values[name])
    if close:
        incident.state, incident.closed_at = Incident.State.CLOSED, timezone.now()
    incident.save()
    action = Action.INCIDENT_CLOSED if close else Action.INCIDENT_CHANGED
    record(action, incident, actor=actor, detail={"fields": changed})
    return incident


@transaction.atomic
def file_assessment(*, actor: Actor, **values: object) -> Assessment:
    """Enter an assessment of the effect on personal data."""
    assessment = Assessment.objects.create(filed_by=actor.username, **values)
    record(Action.ASSESSMENT_FILED, assessment, actor=actor)
    return assessment


def waiting_for_auditor(*, on: datetime.date) -> int:
    """Alarms nobody has explained, drawn readings nobody has judged, incidents not closed, overdue rectifications."""
    alarms = Alarm.objects.filter(state=Alarm.State.OPEN).count()
    drawn = SampledReading.objects.filter(verdict="").count()
    incidents = Incident.objects.filter(state=Incident.State.OPEN).count()
    return alarms + drawn + incidents + Inspection.objects.overdue(on=on).count()


def lines_of_alarm(alarm: Alarm) -> QuerySet[AuditEvent]:
    """The readings an alarm counted, oldest first."""
    since, until = _moment(alarm.day), _moment(alarm.day + datetime.timedelta(days=1))
    return AuditEvent.objects.readings().filter(actor_id=alarm.actor_id, at__gte=since, at__lt=until).order_by("pk")


def lines_of_incident(incident: Incident) -> list[int]:
    """Numbers of the lines an incident is about: what its alarms counted and what was drawn."""
    numbers = set(incident.samples.values_list("event_id", flat=True))
    for alarm in incident.alarms.all():
        numbers.update(lines_of_alarm(alarm).values_list("pk", flat=True))
    return sorted(numbers)


def _moment(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime(day.year, day.month, day.day))
