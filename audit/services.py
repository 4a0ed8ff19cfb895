"""The verbs of the trail. Called inside the business transaction: fact and line are stored together or not at all."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

import psycopg.errors
from django.db import ProgrammingError, connection
from django.db.models import Model
from django.utils import timezone

from audit import bulk, context, sealing
from audit.actions import READINGS, Action
from audit.errors import LimitReached, OutsideTransaction, TrailRefused
from audit.models import AuditEvent, Basis, ReadingRule
from audit.text import clean, clean_detail

DONE, REFUSED = AuditEvent.Result.DONE, AuditEvent.Result.REFUSED


class Actor(Protocol):
    """Who acts: anything with a key and a name; `department.code`, when there is one, is copied too."""

    @property
    def pk(self) -> object: ...

    @property
    def username(self) -> str: ...


class Target(NamedTuple):
    """An object named without loading it; business_on and detail override those of the call."""

    object_type: str
    object_id: str
    label: str = ""
    business_on: datetime.date | None = None
    detail: Mapping[str, object] | None = None


def record(
    action: Action,
    obj: Model | None = None,
    *,
    actor: Actor | None = None,
    reason: str = "",
    result: str = DONE,
    detail: Mapping[str, object] | None = None,
    business_on: datetime.date | None = None,
    once: bool = False,
    object_type: str = "",
    object_id: object = "",
    label: str = "",
) -> AuditEvent:
    """Write one line and return it. With once=True a second call for the same day returns the line already there.

    Never put personal data into reason, label or detail. Raises OutsideTransaction and UnsuitableDetail.
    """
    target = target_of(obj) if obj is not None else Target(object_type, str(object_id), label)
    target = target._replace(label=label or target.label)
    values = _shared(action, actor=actor, reason=reason, result=result, once=once)
    row = _row(target, business_on, detail)
    with _allowed_to_write():
        stored = bulk.insert_events(values, [row])
    return stored[0] if stored else bulk.event_stored_once(action, row)


def record_many(
    action: Action,
    targets: Iterable[Model | Target],
    *,
    actor: Actor | None = None,
    reason: str = "",
    result: str = DONE,
    detail: Mapping[str, object] | None = None,
    business_on: datetime.date | None = None,
    once: bool = False,
) -> int:
    """Write one line per object in a few statements and return how many are new (with once=True, repeats are not)."""
    values = _shared(action, actor=actor, reason=reason, result=result, once=once)
    rows = (_row(t if isinstance(t, Target) else target_of(t), business_on, detail) for t in targets)
    with _allowed_to_write():
        return bulk.insert_many_events(values, rows)


def record_readings(
    action: Action,
    persons: Iterable[Model],
    *,
    actor: Actor,
    basis: Basis,
    purpose: str,
    fields: Sequence[str],
    detail: Mapping[str, object] | None = None,
) -> int:
    """Write one line per person whose data is about to be shown, in one statement; how many persons these are.

    Called in the transaction that reads them: no line, no data (T-15). `fields` are names of what is shown. Raises
    TrailRefused, SealStale (unsealed for too long), OutsideTransaction.
    """
    if action not in READINGS:
        raise ValueError(f"{action} 不是查阅")
    targets = list({target.object_id: target for target in map(target_of, persons)}.values())
    if not targets:
        return 0
    sealing.require_fresh_seal(timezone.now())
    shown = {"basis": Basis(basis).value, "fields": list(fields), "persons": len(targets), **(detail or {})}
    return record_many(action, targets, actor=actor, reason=purpose, detail=shown)


def target_of(obj: Model) -> Target:
    """How an object stands in the trail: model label, key, and audit_label() if it has one, else its text."""
    label = obj.audit_label() if hasattr(obj, "audit_label") else str(obj)
    return Target(obj._meta.label, str(obj.pk), label)


def require_below_limit(action: Action, *, actor: Actor, on: datetime.date) -> None:
    """Raise LimitReached when the actor has left as many of these lines in an hour as the rule in force allows.

    One at a time for one actor, so that requests at the same moment cannot all be the last one allowed.
    """
    rule = ReadingRule.objects.in_force(on=on).filter(kind=ReadingRule.Kind.REVEAL_LIMIT).first()
    if rule is not None:
        bulk.lock_actor(str(actor.pk))
        if bulk.lines_of_last_hour(str(actor.pk), action) >= rule.least:
            raise LimitReached(rule.least)


@contextmanager
def _allowed_to_write() -> Iterator[None]:
    """A role that may not write the line is told apart from every other error of the database."""
    try:
        yield
    except ProgrammingError as error:
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            raise TrailRefused from error
        raise


def _shared(action: Action, *, actor: Actor | None, reason: str, result: str, once: bool) -> bulk.Shared:
    if not connection.in_atomic_block:
        raise OutsideTransaction
    origin = context.current()
    department = getattr(actor, "department", None)
    return {
        "action": Action(action).value,
        "actor_id": str(actor.pk) if actor is not None and actor.pk is not None else None,
        "actor_name": clean(actor.username) if actor is not None else "",
        "department_code": clean(str(department.code)) if department is not None else None,
        "result": AuditEvent.Result(result).value,
        "reason": clean(reason),
        "request_id": origin.request_id,
        "source": origin.source,
        "once": once,
    }


def _row(target: Target, business_on: datetime.date | None, detail: Mapping[str, object] | None) -> bulk.Row:
    return bulk.Row(
        object_type=target.object_type,
        object_id=clean(str(target.object_id)),
        object_label=clean(target.label),
        business_on=target.business_on or business_on,
        detail=clean_detail(target.detail if target.detail is not None else detail or {}),
    )
