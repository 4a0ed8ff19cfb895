"""Celery's edge: an id in, one verb called. Losing any of these messages loses only time."""

from celery import shared_task
from django.utils import timezone

from deadlines.clock import today
from records import services
from records.models import Batch
from records.quality import services as quality
from records.services import special


@shared_task
def run_batch(batch_id: int) -> None:
    services.run_batch(batch_id, today=today())


@shared_task
def sweep_batches() -> None:
    """Take up every batch nobody is working on, whatever became of its message."""
    services.read_lost_previews_again()
    for pk in Batch.objects.claimable(at=timezone.now()).order_by("pk").values_list("pk", flat=True)[:20]:
        services.run_batch(pk, today=today())


@shared_task
def count_coverage() -> None:
    services.count_coverage()


@shared_task
def drop_undecided_batches() -> None:
    services.drop_undecided_batches(today=today())


@shared_task
def find_doubtful_subjects() -> None:
    """Suspected duplicates and doubtful codes of the day. Doing it twice finds the same."""
    services.find_duplicates()
    services.find_code_cases()


@shared_task
def lapse_special_queries() -> None:
    special.lapse_special_queries(today=today())


@shared_task
def expire_records() -> None:
    services.expire_records(today=today())


@shared_task
def carry_out_editions() -> None:
    services.carry_out_editions(today=today())


@shared_task
def refresh_figures() -> None:
    """Moments of receipt are real, even when another day is rehearsed, and so is the month they fall in."""
    quality.refresh_figures(now=timezone.now())
