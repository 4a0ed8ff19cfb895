"""Verbs towards the national platform.

Pending is a question to the records: nothing has to remember to enqueue anything.

Claim and commit, call outside any transaction, record what was heard. What was not heard is asked about by key before
it is sent again, so the effect happens once whatever dies in between (T-44, T-47).
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.lookups import Exact
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from catalogue.models import Standing
from exchange import bulk, workflow
from exchange.client import NationalPlatform, NoAnswer
from exchange.messages import Action as WireAction
from exchange.messages import OutboundBatch, OutboundItem, OutcomeKind, Result, RowStatus, Subject, SubjectKind
from exchange.models import Delivery, Handover
from records import crypto
from records.models import PERSON_ID_KINDS, IdentifierKind, Record
from records.quality.services import note_national_refusal
from records.services.batches import require_right

ROWS = 500
PATIENCE = timedelta(
    seconds=60
)  # longer than any exchange lasts: then the sender is dead and its delivery is asked about
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
DELIVERIES_A_RUN = 50
# 信息性质: what is no authority's decision says so in every row that leaves (98号六（二）：作为参考).
REFERENCE = {"XXXZ": Standing.REFERENCE.label}


def national_platform() -> NationalPlatform:
    return NationalPlatform(settings.NATIONAL_URL, settings.NATIONAL_KEY, settings.NATIONAL_SOURCE)


def push_pending(platform: NationalPlatform | None = None) -> int:
    """Send what is pending, after clearing up what is unknown. Returns the rows the national platform confirmed.

    One process at a time: a national platform that hangs would otherwise hold every worker, and imports would wait.
    """
    with bulk.only_pusher() as is_ours:
        return _push(platform or national_platform()) if is_ours else 0


def _push(platform: NationalPlatform) -> int:
    ask_about_open(platform)
    confirmed = 0
    for _ in range(DELIVERIES_A_RUN):
        delivery = _claim()
        if delivery is None:
            break
        landed = _send(platform, delivery)
        confirmed += landed
        if not landed:
            break
    return confirmed


def ask_about_open(platform: NationalPlatform) -> None:
    """Ask by key about every delivery whose outcome nobody knows; what is absent there is pending again here."""
    due = Delivery.objects.filter(state__in=workflow.DELIVERY_OPEN, ask_at__lte=timezone.now())
    for delivery in due:
        keys = {_key(handover): handover for handover in delivery.handovers.select_related("record")}
        try:
            results = platform.ask(keys)
        except NoAnswer as silence:
            _postpone(delivery, silence.code, silence.reason, silence.excerpt)
            return
        _conclude(delivery, keys, results)


@transaction.atomic
def resend(handover: Handover, *, actor: User) -> None:
    """Try a refused row again as it is, for instance after the national platform mended its own check."""
    handover = Handover.objects.select_for_update(of=("self",)).select_related("record__department").get(pk=handover.pk)
    require_right(actor, "report", handover.record.department)
    handover.refused_revision, handover.next_attempt_at = 0, None
    handover.save(update_fields=["refused_revision", "next_attempt_at"])
    audit.record(Action.DELIVERY_RESENT, handover, actor=actor)


@transaction.atomic
def _claim() -> Delivery | None:
    """Put the next pending rows into a delivery. Rows the nation never saw and shall not see are settled silently."""
    while rows := bulk.claim(ROWS):
        silent = [row for row in rows if not row.action]
        if silent:
            bulk.settle([row.record_id for row in silent], [row.revision for row in silent])
        told = [row for row in rows if row.action]
        if told:
            delivery = Delivery.objects.create(rows=len(told), ask_at=timezone.now() + PATIENCE)
            bulk.put_in_flight(delivery, told)
            return delivery
    return None


def _send(platform: NationalPlatform, delivery: Delivery) -> int:
    handovers = {_key(h): h for h in delivery.handovers.select_related("record__item", "record__subject")}
    values = bulk.told_values([handover.pk for handover in handovers.values()])
    items = tuple(_item(handover, values.get(handover.pk, {})) for handover in handovers.values())
    batch = OutboundBatch(
        settings.NATIONAL_SOURCE, delivery.public_id.hex, settings.NATIONAL_EPOCH, timezone.now(), items
    )
    outcome = platform.send(batch)
    if outcome.kind in (OutcomeKind.RETRY, OutcomeKind.REFUSED_WHOLE):
        _release(delivery, list(handovers.values()), outcome.code, outcome.reason, outcome.excerpt, outcome.retry_after)
        return 0
    if outcome.kind == OutcomeKind.UNKNOWN:
        _postpone(delivery, outcome.code, outcome.reason, outcome.excerpt)
        return 0
    return _conclude(delivery, handovers, outcome.results, receipt=outcome.receipt)


def _key(handover: Handover) -> str:
    return f"{settings.NATIONAL_SOURCE}:{handover.record.public_id}:{handover.revision}"


def _item(handover: Handover, values: Mapping[str, str]) -> OutboundItem:
    """The row as the national platform gets it: the public fields alone, as the public view gives them.

    Numbers of natural persons travel encrypted under the shared key.
    """
    record = handover.record
    head = (settings.NATIONAL_SOURCE, str(record.public_id), handover.revision, WireAction(handover.action))
    if handover.action == workflow.HandoverAction.WITHDRAW:
        return OutboundItem(*head, item=record.item_code)
    return OutboundItem(
        *head,
        item=record.item_code,
        subject=_subject(record),
        document_no=record.document_no,
        decided_on=record.decided_on,
        displayed_until=record.displayed_until,
        values=values | (REFERENCE if record.item.is_reference else {}),
    )


def _subject(record: Record) -> Subject:
    subject = record.subject
    kind = SubjectKind(subject.kind)
    if kind != SubjectKind.PERSON:
        return Subject(kind, record.subject_name, code=subject.uscc or "")
    identifiers = subject.identifiers.filter(kind__in=PERSON_ID_KINDS)
    # A merged person has two: the identity card is the one the nation knows.
    identifier = identifiers.order_by(Exact(F("kind"), IdentifierKind.ID_CARD).desc(), "pk").first()
    key = hashlib.sha256(f"identity|{settings.NATIONAL_KEY}".encode()).digest()[:16]
    plain = f"{identifier.kind}:{crypto.open_text(identifier.cipher)}"
    return Subject(kind, record.subject_name, id_cipher=crypto.encrypt_under(key, plain, context="national"))


@transaction.atomic
def _conclude(
    delivery: Delivery, handovers: Mapping[str, Handover], results: Mapping[str, Result], receipt: str = ""
) -> int:
    """Write down what the national platform said of each row. Rows it said nothing of are asked about again."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.state not in workflow.DELIVERY_OPEN:
        return 0
    settled = [(handovers[key], result.receipt) for key, result in results.items() if result.is_settled]
    bulk.settle([handover.pk for handover, _ in settled], [handover.revision for handover, _ in settled])
    landed = {handover.pk: receipt for handover, receipt in settled}
    bulk.land(delivery, landed)
    refused = [(handovers[key], r) for key, r in results.items() if r.status == RowStatus.REFUSED]
    for handover, result in refused:
        _give_back(handover, result)
    absent = [handovers[key] for key, result in results.items() if result.status == RowStatus.ABSENT]
    _make_pending(absent, timedelta(0))
    delivery.accepted += len(landed)
    delivery.refused += len(refused)
    delivery.receipt = receipt or delivery.receipt
    if len(results) < len(handovers):
        delivery.state = workflow.next_state(delivery.state, "postpone")
        delivery.ask_at = timezone.now() + FIRST_WAIT
    else:
        delivery.state, delivery.closed_at = workflow.next_state(delivery.state, "answer"), timezone.now()
        audit.record(
            Action.DELIVERY_ACCEPTED, delivery, detail={"accepted": delivery.accepted, "refused": delivery.refused}
        )
    delivery.save()
    return len(landed)


def _give_back(handover: Handover, result: Result) -> None:
    """A refused row goes to the source department's list and stays there until it is corrected."""
    handover.delivery, handover.refused_revision = None, handover.revision
    handover.code, handover.reason = result.code, result.reason
    handover.save()
    note_national_refusal(handover.record, revision=handover.revision, code=handover.code, reason=handover.reason)
    audit.record(Action.RECORD_REFUSED, handover.record, result="refused", reason=result.code)


@transaction.atomic
def _postpone(delivery: Delivery, code: str, reason: str, excerpt: str) -> None:
    """Nobody knows what became of it: it stays in flight and is asked about later."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    waited = timezone.now() - delivery.created_at
    delivery.state = workflow.next_state(delivery.state, "postpone")
    delivery.ask_at = timezone.now() + min(max(waited, FIRST_WAIT), LONGEST_WAIT)
    delivery.code, delivery.reason, delivery.excerpt = code, reason[:300], excerpt[:500]
    delivery.save()


@transaction.atomic
def _release(delivery: Delivery, handovers: list[Handover], code: str, reason: str, excerpt: str, retry_after) -> None:
    """It was certainly not taken in: the rows are pending again, after a wait that grows. Nothing is ever dropped."""
    attempts = max(handover.attempts for handover in handovers) + 1
    wait = timedelta(seconds=retry_after) if retry_after else min(FIRST_WAIT * 2 ** min(attempts - 1, 12), LONGEST_WAIT)
    _make_pending(handovers, wait)
    delivery.state, delivery.closed_at = workflow.next_state(delivery.state, "release"), timezone.now()
    delivery.code, delivery.reason, delivery.excerpt = code, reason[:300], excerpt[:500]
    delivery.save()
    audit.record(Action.DELIVERY_FAILED, delivery, result="refused", reason=code)


def _make_pending(handovers: list[Handover], wait: timedelta) -> None:
    for handover in handovers:
        handover.delivery = None
        handover.attempts += 1
        handover.next_attempt_at = timezone.now() + wait
    Handover.objects.bulk_update(handovers, ["delivery", "attempts", "next_attempt_at"])
