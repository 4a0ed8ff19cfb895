"""Reputation is restored when everybody who was told has confirmed that they hold what is right (33号（二十二）)."""

from datetime import date

from django.db import transaction

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from records.services.batches import require_right
from repair import policy
from repair.models import Restoration, RestorationReceiver
from repair.services import clocks, effects
from repair.services.base import require_reason


@transaction.atomic
def confirm(receiver: RestorationReceiver, *, actor: User, note: str, today: date) -> RestorationReceiver:
    """A department says that it holds what is right now, and what it has undone. Doing it twice changes nothing.

    Raises RightMissing, Refused (reason_required).
    """
    restoration = Restoration.objects.select_for_update().get(pk=receiver.restoration_id)
    receiver = RestorationReceiver.objects.select_related("department").get(pk=receiver.pk)
    require_right(actor, "report", receiver.department)
    if receiver.confirmed_on is None:
        receiver.note = require_reason(note, "请写明更新和纠正的情况。")
        _confirmed(receiver, restoration, actor, today)
    return receiver


def confirm_national(*, today: date) -> int:
    """Write down what the national platform has confirmed. Returns how many rows."""
    rows = effects.national_confirmed()
    for row in rows:
        with transaction.atomic():
            restoration = Restoration.objects.select_for_update().get(pk=row.restoration_id)
            row.refresh_from_db()
            if row.confirmed_on is None:
                _confirmed(row, restoration, None, today)
    return len(rows)


def _confirmed(receiver: RestorationReceiver, restoration: Restoration, actor: User | None, today: date) -> None:
    receiver.confirmed_on, receiver.confirmed_by = today, actor
    receiver.save(update_fields=["confirmed_on", "confirmed_by", "note"])
    audit.record(Action.RESTORATION_CONFIRMED, restoration, actor=actor, business_on=today)
    if not restoration.receivers.filter(confirmed_on__isnull=True).exists():
        restoration.closed_on = today
        restoration.save(update_fields=["closed_on"])
        clocks.end(restoration.case, policy.THIRD_PARTIES, on=today)
        audit.record(Action.RESTORATION_CLOSED, restoration, actor=actor, business_on=today)
