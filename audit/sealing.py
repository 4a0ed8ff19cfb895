"""One sealer chains committed events in batches, outside every business transaction (why: docs/audit.md).

No writer ever waits for it: it takes no lock a writer takes, and two sealers exclude each other by an advisory lock.
"""

import datetime

from django.conf import settings
from django.db import transaction

from audit import bulk, canonical
from audit.errors import SealStale
from audit.models import Seal

EVENTS_A_SEAL = 20_000  # about 50 MB of memory


@transaction.atomic(durable=True)
def seal(limit: int = EVENTS_A_SEAL) -> Seal | None:
    """Seal committed, not yet sealed events, at most `limit`; None when there are none or another sealer is at work."""
    if not bulk.try_lock_sealing():
        return None
    previous = Seal.objects.last()
    settled_before = previous.settled_id if previous else 0
    settled_now = bulk.settled_by_now()
    events = bulk.read_unsealed(settled_before, limit)
    if not events:
        return None
    ids = [event_id for event_id, _ in events]
    leaves = [canonical.sm3(content) for _, content in events]
    sealed_at = bulk.database_now()
    values = canonical.SealValues(
        number=previous.number + 1 if previous else 1,
        first_id=ids[0],
        last_id=ids[-1],
        size=len(ids),
        root=canonical.merkle_root(leaves).hex(),
        previous_hash=previous.hash if previous else canonical.GENESIS,
        sealed_at=canonical.moment_text(sealed_at),
    )
    bulk.store_entries(values.number, ids, leaves)
    # A full batch has looked no further than its own last id.
    settled = min(settled_now, ids[-1]) if len(ids) == limit else settled_now
    return Seal.objects.create(
        **values._asdict() | {"sealed_at": sealed_at},
        hash=canonical.seal_hash(values),
        horizon=bulk.horizon_now(),
        settled_id=max(settled_before, settled),
    )


def seal_all() -> int:
    """Seal until nothing is left, one transaction a batch; how many events were sealed."""
    sealed = 0
    while batch := seal():
        sealed += batch.size
        if batch.size < EVENTS_A_SEAL:
            break
    return sealed


def lag(now: datetime.datetime) -> float:
    """The age in seconds of the oldest event without a seal, 0 when there is none."""
    previous = Seal.objects.last()
    oldest = bulk.oldest_unsealed_at(previous.settled_id if previous else 0)
    return max((now - oldest).total_seconds(), 0.0) if oldest else 0.0


def alarm_after() -> int:
    """Seconds of lag from which the health page complains (AUDIT_SEAL_ALARM_SECONDS, a quarter of an hour)."""
    return getattr(settings, "AUDIT_SEAL_ALARM_SECONDS", 15 * 60)


def stop_after() -> int:
    """Seconds of lag from which personal data is no longer shown (AUDIT_SEAL_STOP_SECONDS, four hours)."""
    return getattr(settings, "AUDIT_SEAL_STOP_SECONDS", 4 * 3600)


def require_fresh_seal(now: datetime.datetime) -> None:
    """Called before personal data is read; raises SealStale when the trail can no longer be trusted to be sealed."""
    seconds = lag(now)
    if seconds > stop_after():
        raise SealStale(seconds, stop_after())
