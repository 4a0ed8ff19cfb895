"""Daily tree heads: one number for all lines of a day, published where the owner of the database cannot take it back.

A head covers the lines sealed from the head before up to midnight (Beijing). What counts is the moment of sealing, not
of writing: a line whose transaction was still open at midnight stands under the next day, and none can come in late.
"""

import datetime
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Model, Q
from django.utils import timezone

from audit import bulk, canonical, checkpoints
from audit.actions import Action
from audit.errors import NotYet
from audit.models import AuditEvent, Seal, SealEntry, TreeHead
from audit.services import Actor, record

TITLE = "credit audit tree head 1"
PROOF_FORMAT = "credit-audit-proof/1"
EVIDENCE_FORMAT = "credit-audit-evidence/1"
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
    proofs = _proofs([event.pk])
    if not proofs:
        raise NotYet("这一行所在之日的树根还没有签署，次日零点以后可以出具证明。")
    record(Action.PROOF_ISSUED, event, actor=actor)
    return proofs[0]


@transaction.atomic
def collect_evidence(subject: Model, event_ids: Sequence[int], *, actor: Actor) -> dict[str, Any]:
    """The lines that concern a case, each with its proof; those under no head yet stand apart."""
    proofs = _proofs(event_ids)
    proven = {int(proof["values"]["id"]) for proof in proofs}
    pending = [_named(event_id) for event_id in event_ids if event_id not in proven]
    record(Action.LOG_EXPORTED, subject, actor=actor, detail={"events": len(event_ids), "proven": len(proofs)})
    return {"format": EVIDENCE_FORMAT, "proofs": proofs, "pending": pending}


def _proofs(event_ids: Sequence[int]) -> list[dict[str, Any]]:
    proofs = []
    entries = list(SealEntry.objects.filter(event_id__in=event_ids))
    seals = {entry.seal_id for entry in entries}
    under = Q(pk__in=[])
    for seal in seals:
        under |= Q(first_seal__lte=seal, last_seal__gte=seal)
    for head in TreeHead.objects.filter(under).order_by("number"):
        held = [entry for entry in entries if head.first_seal <= entry.seal_id <= head.last_seal]
        before = _lines_before(head)
        places = {entry.event_id: before[entry.seal_id] + entry.position for entry in held}
        paths = canonical.audit_paths(places.values(), list(bulk.read_leaves(head.first_seal, head.last_seal)))
        proofs += [
            {
                "kind": "proof",
                "format": PROOF_FORMAT,
                "values": _named(event_id),
                "index": index,
                "path": [node.hex() for node in paths[index]],
                "head": as_published(head),
            }
            for event_id, index in sorted(places.items())
        ]
    return proofs


def _lines_before(head: TreeHead) -> dict[int, int]:
    """For each seal of the head, how many of its lines come before that seal."""
    seals = Seal.objects.filter(number__gte=head.first_seal, number__lte=head.last_seal).order_by("number")
    numbers, sizes = zip(*seals.values_list("number", "size"), strict=True)
    return dict(zip(numbers, accumulate(sizes, initial=0), strict=False))


def _named(event_id: int) -> dict[str, str | None]:
    return dict(zip(canonical.EVENT_NAMES, bulk.event_texts(event_id), strict=True))


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
