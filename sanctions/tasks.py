"""Celery's edge: one verb called. Losing any of these messages loses only time."""

from celery import shared_task

from deadlines.clock import today
from sanctions import services


@shared_task
def close_ended() -> None:
    services.close_ended(today=today())


@shared_task
def note_overdue() -> None:
    services.note_overdue(today=today())


@shared_task
def note_due_commitments() -> None:
    services.note_due_commitments(today=today())
