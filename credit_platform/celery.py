"""Celery hurries, the database knows (docs/adr/0003): tasks carry ids, beat only rings a bell.

Every bell asks the database what is undone; a lost message costs a few seconds, a doubled one finds nothing to do.
"""

import os
import time

import redis
from celery import Celery
from celery.beat import PersistentScheduler
from celery.schedules import crontab
from celery.signals import heartbeat_sent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credit_platform.settings.development")

app = Celery("credit_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.task_routes = {
    "records.tasks.*": {"queue": "batches"},
    "sanctions.tasks.send_webhooks": {"queue": "national"},  # waits for others
    "sanctions.tasks.*": {"queue": "batches"},
    "repair.tasks.send_notices": {"queue": "national"},  # waits for others
    "repair.tasks.scan_evidence": {"queue": "national"},
    "repair.tasks.*": {"queue": "batches"},
    "exchange.tasks.*": {"queue": "national"},
    "audit.tasks.*": {"queue": "evidence"},
}
app.conf.beat_schedule = {
    name: {"task": task, "schedule": schedule, "options": {"expires": expires}}
    for name, task, schedule, expires in (
        ("batches left behind", "records.tasks.sweep_batches", 10.0, 10),
        ("previews nobody decided on", "records.tasks.drop_undecided_batches", 600.0, 600),
        ("terms that ended", "records.tasks.expire_records", 60.0, 60),
        ("figures of the months", "records.tasks.refresh_figures", 120.0, 120),
        ("subjects in doubt", "records.tasks.find_doubtful_subjects", crontab(hour="3", minute="20"), 3600),
        ("who is known where", "records.tasks.count_coverage", crontab(hour="4", minute="10"), 3600),
        ("editions whose day has come", "records.tasks.carry_out_editions", 60.0, 60),
        ("applications nobody decided", "records.tasks.lapse_special_queries", 3600.0, 3600),
        ("listings that ended", "sanctions.tasks.close_ended", 60.0, 60),
        ("lists that departments report", "sanctions.tasks.adopt_records", 60.0, 60),
        ("examples that are none any more", "sanctions.tasks.review_red_lists", 60.0, 60),
        ("measures to order", "sanctions.tasks.open_due", 60.0, 60),
        ("measures nobody answered for", "sanctions.tasks.note_overdue", 3600.0, 3600),
        ("verdicts that changed", "sanctions.tasks.notice_changes", 60.0, 60),
        ("notices to send", "sanctions.tasks.send_webhooks", 10.0, 10),
        ("commitments that fell due", "sanctions.tasks.note_due_commitments", 3600.0, 3600),
        ("material that never came", "repair.tasks.lapse_returned", 3600.0, 3600),
        ("cases past their term", "repair.tasks.note_missed", 3600.0, 3600),
        ("cases the nation has followed", "repair.tasks.follow_national", 60.0, 60),
        ("records that can be repaired by now", "repair.tasks.remind_repairable", crontab(hour="7", minute="40"), 3600),
        ("notices about cases", "repair.tasks.send_notices", 10.0, 10),
        ("evidence to scan", "repair.tasks.scan_evidence", 300.0, 300),
        ("evidence nobody submitted", "repair.tasks.sweep_evidence", 3600.0, 3600),
        ("pending for the nation", "exchange.tasks.push_pending", 3.0, 3),
        ("persons to verify", "exchange.tasks.verify_persons", 30.0, 30),
        ("heads for the nation", "exchange.tasks.push_heads", 60.0, 60),
        ("lines to seal", "audit.tasks.seal_events", 5.0, 5),
        ("checkpoint", "audit.tasks.write_checkpoint", crontab(minute="*/10"), 300),
        ("readings to review", "audit.tasks.review_readings", crontab(minute="15"), 1800),
        ("days that ended", "audit.tasks.sign_heads", crontab(minute="*/5"), 300),
    )
}

PULSE_SECONDS = 20


def pulse(part: str) -> None:
    """Say that this part is alive; the word fades by itself. Liveness is a hint, so the broker may hold it."""
    with redis.Redis.from_url(app.conf.broker_url, socket_timeout=2) as client:
        client.set(f"pulse:{part}", int(time.time()), ex=PULSE_SECONDS)


@heartbeat_sent.connect
def _worker_pulse(**_):
    pulse("worker")


class Scheduler(PersistentScheduler):
    """Celery's own scheduler, with a pulse."""

    _next_pulse = 0.0

    def tick(self, *args, **kwargs):
        if time.monotonic() >= self._next_pulse:
            self._next_pulse = time.monotonic() + PULSE_SECONDS / 4
            pulse("beat")
        return super().tick(*args, **kwargs)


app.conf.beat_scheduler = Scheduler
