"""The register of institutions whose handling of personal data is watched, and what inspections of them found.

国办发〔2016〕98号四（二）, 云政办发〔2017〕112号三（二）: those in finance, credit reporting, internet, big data and
mobile applications.
"""

import datetime

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from audit.actions import Action
from audit.errors import MonitoringOver, NothingToRectify, RectificationOpen
from audit.models import FollowUp, Inspection, MonitoredInstitution
from audit.services import Actor, record


def register(*, on: datetime.date, field: str = "", state: str = "") -> QuerySet[MonitoredInstitution]:
    """The institutions, those still monitored first, each with its inspections and what became of them."""
    found = MonitoredInstitution.objects.order_by("until", "-pk").prefetch_related(
        Prefetch("inspections", Inspection.objects.with_term().prefetch_related("follow_ups"))
    )
    if field:
        found = found.filter(field=field)
    if state == "monitored":
        return found.monitored()
    if state == "released":
        return found.exclude(until=None)
    if state == "overdue":
        return found.filter(pk__in=Inspection.objects.overdue(on=on).values("institution"))
    return found


@transaction.atomic
def enter_institution(*, actor: Actor, **values: object) -> MonitoredInstitution:
    """Put an institution on the register."""
    institution = MonitoredInstitution.objects.create(entered_by=actor.username, **values)
    record(Action.INSTITUTION_ENTERED, institution, actor=actor, detail={"field": institution.field})
    return institution


@transaction.atomic
def enter_inspection(institution: MonitoredInstitution, *, actor: Actor, **values: object) -> Inspection:
    """Write down an inspection and what it found. Raises MonitoringOver."""
    institution = _monitored(institution)
    inspection = Inspection.objects.create(institution=institution, entered_by=actor.username, **values)
    detail = {"institution": institution.pk, "result": inspection.result}
    record(Action.INSPECTION_ENTERED, inspection, actor=actor, detail=detail)
    return inspection


@transaction.atomic
def follow_up(inspection: Inspection, *, actor: Actor, **values: object) -> FollowUp:
    """Write down what became of an order to rectify. Raises NothingToRectify, MonitoringOver."""
    _monitored(inspection.institution)  # one at a time
    if not Inspection.objects.unfinished().filter(pk=inspection.pk).exists():
        raise NothingToRectify
    made = FollowUp.objects.create(inspection=inspection, entered_by=actor.username, **values)
    detail = {"inspection": inspection.pk, "outcome": made.outcome}
    record(Action.INSPECTION_FOLLOWED, made, actor=actor, detail=detail)
    return made


@transaction.atomic
def release_institution(
    institution: MonitoredInstitution, *, on: datetime.date, reason: str, actor: Actor
) -> MonitoredInstitution:
    """Take an institution off the register; it stays readable. Raises MonitoringOver, RectificationOpen."""
    institution = _monitored(institution)
    if Inspection.objects.unfinished().filter(institution=institution).exists():
        raise RectificationOpen
    institution.until, institution.end_reason = on, reason
    institution.save(update_fields=["until", "end_reason"])
    record(Action.INSTITUTION_RELEASED, institution, actor=actor, reason=reason)
    return institution


def _monitored(institution: MonitoredInstitution) -> MonitoredInstitution:
    locked = MonitoredInstitution.objects.select_for_update().get(pk=institution.pk)
    if locked.until is not None:
        raise MonitoringOver
    return locked
