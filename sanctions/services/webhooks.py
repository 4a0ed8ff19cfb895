"""Verbs on subscriptions: hear when a verdict changes. What is untold is a question to the database (ADR 0003).

Noticing and sending are two sweeps. A notice is claimed and committed, sent outside any transaction, then noted; who
dies in between sends the same event again, and the receiver knows it by its id.
"""

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from audit.models import Basis
from catalogue.models import SubjectKind
from records import crypto
from records.errors import Refused
from records.services.special import Sought
from sanctions import calling, checking, receipts, workflow
from sanctions.models import Matter, Subscription, WebhookDelivery
from sanctions.services.checks import admit, require_counter

LEASE = timedelta(seconds=60)  # longer than any call lasts: then the sender is dead and its notice is due again
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
PATIENCE = timedelta(hours=24)
CHUNK, CALLS_A_RUN = 1_000, 50
CHANGED = "verdict.changed"


@transaction.atomic
def subscribe(
    sought: Sought, matter: Matter, *, url: str, reference: str, consent_no: str, department: Department, actor: User,
    today: date,
) -> tuple[Subscription, str]:  # fmt: skip
    """Subscribe a department to a subject's verdict for a matter. The secret is given once and kept sealed.

    Raises RightMissing, Refused: webhook_url_invalid, webhook_target_internal, reference_missing, subject_unknown,
    subscribed_already, consent_missing, and what a check refuses.
    """
    require_counter(actor, department)
    calling.require_callable(url)
    if not reference.strip():
        raise Refused("请填写本部门的业务编号，通知只带这个编号。", code="reference_missing")
    asked = admit(sought, matter, consent_no, today)
    told = checking.meet(asked, today=today)
    if told.subject is None:
        raise Refused("平台没有该主体的信息，或者姓名与号码不符，不能订阅。", code="subject_unknown")
    if asked.is_person:
        audit.record_readings(
            Action.SUBJECT_CHECKED, [told.subject], actor=actor, basis=Basis.CONSENT if consent_no else Basis.MATTER,
            purpose=f"订阅“{matter}”的结论变更", fields=["legal_name"],
        )  # fmt: skip
    secret = secrets.token_urlsafe(32)
    subscription = Subscription(
        department=department, subject=told.subject, matter=matter, reference=reference, consent_no=consent_no,
        url=url, secret=crypto.seal_text(secret), created_by=actor,
        told_digest=_digests([told.subject], matter, today)[told.subject.pk],
    )  # fmt: skip
    try:
        with transaction.atomic():
            subscription.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_subscription" not in str(error):
            raise
        raise Refused("已经订阅了同一主体、同一事项、同一地址。", code="subscribed_already") from error
    audit.record(Action.SUBSCRIPTION_OPENED, subscription, actor=actor, business_on=today,
                 detail={"matter": matter.code})  # fmt: skip
    return subscription, secret


@transaction.atomic
def end_subscription(subscription: Subscription, *, actor: User) -> Subscription:
    """Hear no more. What is still queued is not sent. Ending twice changes nothing."""
    subscription = Subscription.objects.select_for_update().select_related("department").get(pk=subscription.pk)
    require_counter(actor, subscription.department)
    if subscription.ended_at is None:
        subscription.ended_at = timezone.now()
        subscription.save(update_fields=["ended_at"])
        audit.record(Action.SUBSCRIPTION_ENDED, subscription, actor=actor)
    return subscription


def notice_changes(*, today: date) -> int:
    """Queue a notice for every open subscription whose verdict is not the one last told; how many."""
    queued, last = 0, 0
    while chunk := list(
        Subscription.objects.filter(ended_at__isnull=True, pk__gt=last)
        .select_related("matter", "subject__merged_into")
        .order_by("pk")[:CHUNK]
    ):
        last = chunk[-1].pk
        queued += sum(_notice(each.pk, told, now) for each, told, now in _changed(chunk, today))
    return queued


def _changed(chunk: Iterable[Subscription], today: date) -> list[tuple[Subscription, str, str]]:
    """Subscription, digest last told, digest now, where the two differ."""
    by_matter = defaultdict(list)
    for each in chunk:
        by_matter[each.matter].append(each)
    changed = []
    for matter, subscriptions in by_matter.items():
        now = _digests([_present(each) for each in subscriptions], matter, today)
        changed += [
            (each, each.told_digest, now[_present(each).pk])
            for each in subscriptions
            if each.told_digest != now[_present(each).pk]
        ]
    return changed


def _present(subscription: Subscription):
    return subscription.subject.merged_into or subscription.subject


def _digests(subjects: Iterable, matter: Matter, today: date) -> dict[int, str]:
    each = {subject.pk: subject for subject in subjects}
    answers = checking.answer_subjects(list(each.values()), matter, today=today)
    return {told.subject.pk: receipts.digest_of(told.substance()) for told in answers}


@transaction.atomic
def _notice(pk: int, told: str, now: str) -> bool:
    """Once for a change, whoever else sweeps: the digest is still the one that was compared, or nothing is done."""
    subscription = (
        Subscription.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("matter", "subject__merged_into")
        .filter(pk=pk, told_digest=told, ended_at__isnull=True)
        .first()
    )
    if subscription is None:
        return False
    subscription.told_digest = now
    subscription.save(update_fields=["told_digest"])
    WebhookDelivery.objects.create(subscription=subscription, payload=_payload(subscription))
    return True


def _payload(subscription: Subscription) -> dict:
    """That something changed, never what: whoever is told asks the check, and gets a receipt. Of a person the
    department's own reference alone."""
    subject = _present(subscription)
    uscc = {} if subject.kind == SubjectKind.PERSON else {"uscc": subject.uscc or ""}
    return {
        "event": CHANGED,
        "matter": subscription.matter.code,
        "reference": subscription.reference,
        "subscription": str(subscription.public_id),
        "noticed_at": timezone.now().isoformat(),
        **uscc,
    }


def send_due(*, now: datetime | None = None) -> int:
    """Send what is due; how many were taken. Calls happen outside any transaction."""
    taken = 0
    for _ in range(CALLS_A_RUN):
        delivery = _claim(now or timezone.now())
        if delivery is None:
            break
        taken += _note(delivery, _send(delivery), now or timezone.now())
    return taken


@transaction.atomic
def _claim(now: datetime) -> WebhookDelivery | None:
    """The next notice due, put off by a lease: if we die, it is due again."""
    delivery = (
        WebhookDelivery.objects.due(now=now)
        .filter(subscription__ended_at__isnull=True)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("subscription")
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if delivery is not None:
        delivery.attempts += 1
        delivery.next_attempt_at = now + LEASE
        delivery.save(update_fields=["attempts", "next_attempt_at"])
    return delivery


def _send(delivery: WebhookDelivery) -> calling.Called:
    event_id = str(delivery.event_id)
    body = json.dumps({"event_id": event_id} | delivery.payload, ensure_ascii=False).encode()
    return calling.call(
        delivery.subscription.url, body, secret=crypto.open_text(delivery.subscription.secret), event_id=event_id,
        timestamp=int(timezone.now().timestamp()),
    )  # fmt: skip


@transaction.atomic
def _note(sent: WebhookDelivery, called: calling.Called, now: datetime) -> bool:
    """Write down what came of it. Later and later, and after a day it waits for a person."""
    delivery = WebhookDelivery.objects.select_for_update().get(pk=sent.pk)
    if delivery.state != workflow.QUEUED:
        return False
    if not called.code:
        delivery.state = workflow.next_state(delivery.state, "deliver")
        delivery.delivered_at, delivery.next_attempt_at, delivery.last_error = now, None, ""
        delivery.save()
        return True
    wait = min(FIRST_WAIT * 2 ** min(delivery.attempts - 1, 10), LONGEST_WAIT)
    delivery.last_error = f"{called.code}：{called.detail}"[:200]
    delivery.next_attempt_at = now + wait
    if delivery.next_attempt_at > delivery.queued_at + PATIENCE:
        delivery.state = workflow.next_state(delivery.state, "give_up")
        delivery.next_attempt_at = None
        audit.record(Action.WEBHOOK_ABANDONED, delivery, result="refused", reason=called.code)
    delivery.save()
    return False


@transaction.atomic
def resend(delivery: WebhookDelivery, *, actor: User) -> WebhookDelivery:
    """Put a notice into the queue again, dead or delivered, under the id it has."""
    delivery = (
        WebhookDelivery.objects.select_for_update(of=("self",))
        .select_related("subscription__department")
        .get(pk=delivery.pk)
    )
    require_counter(actor, delivery.subscription.department)
    _requeue(delivery)
    audit.record(Action.WEBHOOK_REQUEUED, delivery, actor=actor)
    return delivery


@transaction.atomic
def replay(subscription: Subscription, *, since: date, actor: User) -> int:
    """Queue everything told since a day once more: for a department that has lost what it was told. How many.

    Raises RightMissing, Refused (subscription_ended).
    """
    subscription = Subscription.objects.select_for_update().select_related("department").get(pk=subscription.pk)
    require_counter(actor, subscription.department)
    if subscription.ended_at is not None:
        raise Refused("订阅已经终止，不能补发。", code="subscription_ended")
    past = subscription.deliveries.select_for_update().filter(created_at__date__gte=since)
    again = [each for each in past.order_by("pk") if each.state != workflow.QUEUED]
    for delivery in again:
        _requeue(delivery)
    audit.record(Action.WEBHOOK_REQUEUED, subscription, actor=actor, detail={"deliveries": len(again)})
    return len(again)


def _requeue(delivery: WebhookDelivery) -> None:
    delivery.state = workflow.next_state(delivery.state, "resend")
    delivery.queued_at = delivery.next_attempt_at = timezone.now()
    delivery.attempts, delivery.delivered_at = 0, None
    delivery.save()
