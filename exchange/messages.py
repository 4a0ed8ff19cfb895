"""What the platform and the national platform say to each other: frozen values, no Django, no network.

The field names are those of the wire (docs/national-stub.md). The bytes of a batch are canonical, so the same
content always has the same digest and can be signed, compared and reconciled.
"""

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives import hashes

MAX_ITEMS = 1000
"""Rows in one batch or one question; the receiver refuses more."""

RECORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,63}")
SOURCE = re.compile(r"[0-9A-Za-z]{1,32}")


class Action(StrEnum):
    """What is to happen with the record on the national side."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"


class SubjectKind(StrEnum):
    """法人及非法人组织 · 个体工商户 · 自然人."""

    ORGANISATION = "organisation"
    SOLE_TRADER = "sole_trader"
    PERSON = "person"


class RowStatus(StrEnum):
    """What the national platform says of one key. ABSENT is only ever an answer to a question."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    STALE = "stale"
    REFUSED = "refused"
    ABSENT = "absent"


class OutcomeKind(StrEnum):
    """What is known after a batch was sent.

    ACCEPTED: the batch was answered, look at the rows. REFUSED_WHOLE: final, nothing was taken in.
    RETRY: not delivered, send again later. UNKNOWN: it may have been stored, ask by key before sending again.
    """

    ACCEPTED = "accepted"
    REFUSED_WHOLE = "refused_whole"
    RETRY = "retry"
    UNKNOWN = "unknown"


def canonical_bytes(value: Any) -> bytes:
    """One byte string per content: UTF-8 JSON, keys sorted, no spaces; dates in ISO 8601, decimals as text.

    Raises TypeError for a type without a wire form, ValueError for NaN and for text with lone surrogates.
    """
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_wire_form
    )
    return text.encode()


def _wire_form(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} 没有约定的报文格式")


def digest(value: Any) -> str:
    """SM3 of the canonical bytes, 64 hex digits."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(canonical_bytes(value))
    return sm3.finalize().hex()


def row_digest(wire: Mapping[str, Any]) -> str:
    """SM3 of a row in its wire form, without the cipher of a person's number.

    Encrypting the same number again gives other bytes, so a row sent twice would look like two different ones.
    """
    subject = wire.get("subject")
    if isinstance(subject, Mapping):
        wire = {**wire, "subject": {name: value for name, value in subject.items() if name != "id_cipher"}}
    return digest(wire)


def key_of(source: str, record: str, revision: int) -> str:
    """The idempotency key of a row: ``source:record:revision``."""
    return f"{source}:{record}:{revision}"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the record is about: an organisation by its USCC (GB 32100), a person only by an opaque cipher."""

    kind: SubjectKind
    name: str
    code: str = ""
    id_cipher: str = ""

    def as_wire(self) -> dict[str, str]:
        """The JSON object; empty identifiers are left out."""
        wire = {"kind": self.kind.value, "name": self.name, "code": self.code, "id_cipher": self.id_cipher}
        return {name: value for name, value in wire.items() if value}


@dataclass(frozen=True, slots=True)
class OutboundItem:
    """One revision of one record on its way out.

    A withdrawal needs no subject, document number, date or values: leave them out, so less travels.
    Raises ValueError for a record id, source or revision that cannot form a key.
    """

    source: str
    record: str
    revision: int
    action: Action
    item: str
    subject: Subject | None = None
    document_no: str = ""
    decided_on: datetime.date | None = None
    displayed_until: datetime.date | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not SOURCE.fullmatch(self.source) or not RECORD.fullmatch(self.record) or self.revision < 1:
            raise ValueError(f"来源、记录编号或版本号不能组成报送键：{self.key!r}")

    @property
    def key(self) -> str:
        """The idempotency key, ``source:record:revision``."""
        return key_of(self.source, self.record, self.revision)

    def as_wire(self) -> dict[str, Any]:
        """The JSON object of docs/national-stub.md, always with all its fields."""
        return {
            "key": self.key,
            "record": self.record,
            "revision": self.revision,
            "action": self.action.value,
            "item": self.item,
            "subject": self.subject.as_wire() if self.subject else None,
            "document_no": self.document_no,
            "decided_on": self.decided_on,
            "displayed_until": self.displayed_until,
            "values": dict(self.values),
        }

    def digest(self) -> str:
        """`row_digest` of the row; the national platform answers the same for what it holds."""
        return row_digest(self.as_wire())


@dataclass(frozen=True, slots=True)
class OutboundBatch:
    """Rows sent together; at most MAX_ITEMS, all of one source.

    epoch: counts restores from backup; the receiver refuses an epoch older than the newest it has seen (F-25).
    sent_at: an aware moment. Raises ValueError when empty, too large or of mixed sources.
    """

    source: str
    batch: str
    epoch: int
    sent_at: datetime.datetime
    items: tuple[OutboundItem, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.items) <= MAX_ITEMS:
            raise ValueError(f"一批应有 1 至 {MAX_ITEMS} 条，现为 {len(self.items)} 条")
        if any(item.source != self.source for item in self.items):
            raise ValueError("同一批的记录必须来自同一来源")
        if self.sent_at.tzinfo is None:
            raise ValueError("发送时间必须带时区")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in the order sent."""
        return tuple(item.key for item in self.items)

    def as_bytes(self) -> bytes:
        """The request body: canonical, so it can be signed."""
        return canonical_bytes(
            {
                "source": self.source,
                "batch": self.batch,
                "epoch": self.epoch,
                "sent_at": self.sent_at,
                "items": [item.as_wire() for item in self.items],
            }
        )


@dataclass(frozen=True, slots=True)
class Result:
    """The national platform's word on one key.

    receipt: its number for what it holds ('' when refused or absent). code, reason: why it was refused.
    digest, latest_revision: only in answers to `ask`: `row_digest` of the row it holds, the newest revision it holds of
    that record (None: it holds none). Both serve reconciliation (T-48, F-25).
    """

    key: str
    status: RowStatus
    receipt: str = ""
    code: str = ""
    reason: str = ""
    digest: str = ""
    latest_revision: int | None = None

    @property
    def is_settled(self) -> bool:
        """True when this revision needs no more sending: taken in now, before, or overtaken by a newer one."""
        return self.status in (RowStatus.ACCEPTED, RowStatus.DUPLICATE, RowStatus.STALE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known after sending a batch.

    results: by key, only keys that were sent. unanswered: keys sent without a trustworthy word (ask for them).
    unsolicited: keys the answer named though they were never sent (ignored, for the log). repeated: keys answered
    more than once. code: stable reason for anything but a clean answer. retry_after: seconds the receiver asked
    for. http_status: None when no answer came. excerpt: at most 500 characters of an untrusted answer, freed of
    personal data, for the delivery log. seconds: how long it took.
    """

    kind: OutcomeKind
    batch: str
    results: Mapping[str, Result] = field(default_factory=lambda: MappingProxyType({}))
    unanswered: tuple[str, ...] = ()
    unsolicited: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    receipt: str = ""
    code: str = ""
    reason: str = ""
    retry_after: float | None = None
    http_status: int | None = None
    excerpt: str = ""
    seconds: float = 0.0
