"""Daily tree heads: one number for all lines of a day, published where the owner of the database cannot take it back.

A head covers the lines sealed from the head before up to midnight (Beijing). What counts is the moment of sealing, not
of writing: a line whose transaction was still open at midnight stands under the next day, and none can come in late.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone

from audit import bulk, canonical, checkpoints
from audit.actions import Action
from audit.errors import NotYet
from audit.models import AuditEvent, Seal, SealEntry, TreeHead
from audit.services import Actor, record

TITLE = "credit audit tree head 1"
PROOF_FORMAT = "credit-audit-proof/1"
A_DAY = datetime.timedelta(days=1)


def sign_due_heads() -> list[TreeHead]:
    """Sign one head for every day that has ended since the last; days without a line have one too, so none is missing.

    An empty list when nothing is due or the sealer is at work; the next bell asks again.
    """
    signed = []
    while until := _next_midnight():
        head = sign_head(until)
        if head is None:
            break
        signed.append(head)
    return signed


@transaction.atomic(durable=True)
def sign_head(until: datetime.datetime | None = None) -> TreeHead | None:
    """Close the lines sealed before `until`, a moment that has passed; without it, those sealed until now.

    None when nothing was ever sealed or a sealer is at work: it may have read its clock before `until`.
    """
    if not bulk.try_lock_sealing() or not Seal.objects.exists():
        return None
    until = until or bulk.database_now()
    previous = TreeHead.objects.last()
    first_seal = previous.last_seal + 1 if previous else 1
    seals = Seal.objects.filter(number__gte=first_seal, sealed_at__lt=until)
    last_seal = seals.aggregate(last=Max("number"))["last"] or first_seal - 1
    tree = canonical.Tree()
    tree.extend(bulk.read_leaves(first_seal, last_seal))
    head = TreeHead(
        number=previous.number + 1 if previous else 1,
        since=previous.until if previous else _midnight(Seal.objects.first().sealed_at),
        until=until,
        first_seal=first_seal,
        last_seal=last_seal,
        size=tree.size,
        total=tree.size + (previous.total if previous else 0),
        root=tree.root().hex(),
        previous_hash=previous.hash if previous else canonical.GENESIS,
        origin=settings.NATIONAL_SOURCE,
        public_key=checkpoints.public_key(),
    )
    head.hash = canonical.head_hash(values_of(head))
    head.signature = checkpoints.sign_bytes(signed_bytes(head))
    head.save(force_insert=True)
    record(Action.HEAD_SIGNED, head, detail={"lines": head.size, "root": head.root})
    return head


def values_of(head: TreeHead) -> canonical.HeadValues:
    """The hashed part of a head."""
    return canonical.HeadValues(
        number=head.number,
        since=canonical.moment_text(head.since),
        until=canonical.moment_text(head.until),
        first_seal=head.first_seal,
        last_seal=head.last_seal,
        size=head.size,
        total=head.total,
        root=head.root,
        previous_hash=head.previous_hash,
    )


def signed_bytes(head: TreeHead) -> bytes:
    """What the signature covers; the hash covers everything else."""
    return f"{TITLE}\norigin: {head.origin}\nnumber: {head.number}\nhash: {head.hash}\n".encode()


def as_published(head: TreeHead) -> dict[str, Any]:
    """A head as it stands on the portal, at the national platform and in proofs."""
    return {
        "origin": head.origin,
        **values_of(head)._asdict(),
        "hash": head.hash,
        "signature": head.signature,
        "public_key": head.public_key,
    }


@transaction.atomic
def prove(event: AuditEvent, *, actor: Actor | None = None) -> dict[str, Any]:
    """That a line stands under a published head: its values, its place, and the neighbours on the way to the root.

    Raises NotYet for a line that is not sealed or whose day has not ended. The proof holds the line itself: give it
    only to those who may see the line.
    """
    entry = SealEntry.objects.filter(event_id=event.pk).first()
    head = entry and TreeHead.objects.filter(first_seal__lte=entry.seal_id, last_seal__gte=entry.seal_id).first()
    if not head:
        raise NotYet("这一行所在之日的树根还没有签署，次日零点以后可以出具证明。")
    before = Seal.objects.filter(number__gte=head.first_seal, number__lt=entry.seal_id)
    index = (before.aggregate(total=Sum("size"))["total"] or 0) + entry.position
    path = canonical.audit_path(index, list(bulk.read_leaves(head.first_seal, head.last_seal)))
    record(Action.PROOF_ISSUED, event, actor=actor)
    return {
        "kind": "proof",
        "format": PROOF_FORMAT,
        "values": dict(zip(canonical.EVENT_NAMES, bulk.event_texts(event.pk), strict=True)),
        "index": index,
        "path": [node.hex() for node in path],
        "head": as_published(head),
    }


def _next_midnight() -> datetime.datetime | None:
    """The end of the first day without a head, if it lies behind us."""
    previous, oldest = TreeHead.objects.last(), Seal.objects.first()
    if oldest is None:
        return None
    after = previous.until if previous else oldest.sealed_at
    until = _midnight(_midnight(after) + A_DAY)
    return until if until <= bulk.database_now() else None


def _midnight(moment: datetime.datetime) -> datetime.datetime:
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
