"""The bell rung by beat. A lost or doubled message does no harm: the database knows what is not yet sealed."""

import contextlib
import datetime

from celery import shared_task
from django.utils import timezone

from audit import checkpoints, heads, review, sealing
from audit.errors import NotYet


@shared_task
def seal_events() -> int:
    return sealing.seal_all()


@shared_task
def write_checkpoint() -> None:
    checkpoints.write_checkpoint()


@shared_task
def sign_heads() -> None:
    heads.sign_due_heads()


@shared_task
def review_readings() -> None:
    """Alarms of yesterday and today, and last month's sample once its seed is published."""
    on = timezone.localdate()
    for day in (on - datetime.timedelta(days=1), on):
        review.raise_alarms(day)
    with contextlib.suppress(NotYet):
        review.draw_sample(on.replace(day=1) - datetime.timedelta(days=1))
