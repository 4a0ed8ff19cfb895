"""Celery's edge: one verb called. Losing any of these messages loses only time."""

from celery import shared_task

from deadlines.clock import today
from sanctions import services
from sanctions.services import webhooks


@shared_task
def close_ended() -> None:
    services.close_ended(today=today())


@shared_task
def note_overdue() -> None:
    services.note_overdue(today=today())


@shared_task
def notice_changes() -> None:
    webhooks.notice_changes(today=today())


@shared_task
def send_webhooks() -> None:
    webhooks.send_due()


@shared_task
def adopt_records() -> None:
    services.adopt_records(today=today())


@shared_task
def review_red_lists() -> None:
    services.review_red_lists(today=today())


@shared_task
def open_due() -> None:
    services.lift_unnamed(today=today())
    services.open_due(today=today())


@shared_task
def note_due_commitments() -> None:
    services.note_due_commitments(today=today())
