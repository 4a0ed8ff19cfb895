"""Celery's edge: one verb called. Losing any of these messages loses only time."""

from celery import shared_task
from django.utils import timezone

from deadlines.clock import today
from repair import services


@shared_task
def lapse_returned() -> None:
    services.lapse_returned(today=today())


@shared_task
def note_missed() -> None:
    services.note_missed(today=today())


@shared_task
def follow_national() -> None:
    services.end_synchronised(today=today())
    services.confirm_national(today=today())


@shared_task
def scan_evidence() -> None:
    services.scan_waiting()


@shared_task
def sweep_evidence() -> None:
    services.sweep_evidence(now=timezone.now())
    services.sweep_drafts(now=timezone.now())


@shared_task
def remind_repairable() -> None:
    services.remind_repairable(today=today())


@shared_task
def send_notices() -> None:
    services.send_due()
