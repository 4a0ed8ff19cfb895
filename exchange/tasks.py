"""Celery's edge to the national platform."""

from celery import shared_task
from django.conf import settings

from exchange import heads, services, verifying


@shared_task
def push_pending() -> None:
    if settings.NATIONAL_URL:
        services.push_pending()


@shared_task
def verify_persons() -> None:
    if settings.POPULATION_URL:
        verifying.verify_persons()


@shared_task
def push_heads() -> None:
    if settings.NATIONAL_URL:
        heads.push_heads()
