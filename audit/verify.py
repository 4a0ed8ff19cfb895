"""Reads the whole trail back, value by value, and says what no longer fits (T-29, T-30)."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from audit import bulk, canonical, checkpoints, sealing
from audit.checkpoints import Checkpoint, CheckpointUnreadable
from audit.models import Seal

SIGNATURES_CHECKED = 10  # the newest ones: each covers the whole chain before it, and one takes 40 ms

MESSAGES = {
    "seal_missing": "封存链缺少一环",
    "seal_altered": "封存内容与其封存值不符",
    "chain_broken": "封存值没有接上前一环",
    "entries_mismatch": "封存明细的条数、顺序或首末编号与封存不符",
    "root_mismatch": "封存明细与默克尔根不符",
    "event_altered": "审计记录的内容在封存后被改动",
    "event_missing": "已封存的审计记录被删除",
    "event_unsealed": "审计记录早该封存而未封存，可能是事后插入",
    "checkpoint_unreadable": "检查点文件无法读取",
    "checkpoint_unsigned": "检查点的签名不是本平台密钥所签",
    "checkpoint_missing": "检查点曾经写出，但文件已不在",
    "checkpoint_mismatch": "封存链与库外检查点不一致，可能被整体重算",
    "checkpoint_ahead": "库外检查点比封存链更新，链尾可能被截断",
    "last_good_mismatch": "封存链与上次校验通过时的状态不一致",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit; `where` names the seal, the event or the file."""

    code: str
    where: str

    def __str__(self) -> str:
        return f"{MESSAGES[self.code]}（{self.where}）"


class Link(NamedTuple):
    """A seal as checkpoints know it: its hash, and the events sealed up to and including it."""

    hash: str
    events: int


@dataclass(slots=True)
class Report:
    """What was read and what was found; `links` is the chain as it stands now, by seal number."""

    links: dict[int, Link] = field(default_factory=dict)
    events: int = 0
    pending: int = 0
    checkpoints: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything fits."""
        return not self.findings


@transaction.atomic
def verify(now: datetime.datetime, *, outside: tuple[Path, ...] = (), public_key: str = "") -> Report:
    """Check values, batches, chain and checkpoints; `outside` are notes brought from elsewhere.

    Keeps the state as last good when, and only when, nothing was found. `public_key` defaults to the platform's own.
    """
    report = Report()
    report.findings += _chain_findings(report)
    report.findings += _entry_findings(report)
    report.findings += _unsealed_findings(report, now)
    report.findings += _note_findings(report, outside, public_key or checkpoints.public_key())
    report.findings += _last_good_findings(report)
    if report.ok and report.links:
        checkpoints.keep_last_good(_state(report))
    return report


def seal_values(seal: Seal) -> canonical.SealValues:
    """The hashed part of a stored seal."""
    return canonical.SealValues(
        number=seal.number,
        first_id=seal.first_id,
        last_id=seal.last_id,
        size=seal.size,
        root=seal.root,
        previous_hash=seal.previous_hash,
        sealed_at=canonical.moment_text(seal.sealed_at),
    )


def _state(report: Report) -> Checkpoint:
    number, link = max(report.links.items())
    return Checkpoint(
        origin=settings.NATIONAL_SOURCE,
        seal=number,
        events=link.events,
        hash=link.hash,
        written_at=canonical.moment_text(bulk.database_now()),
    )


def _chain_findings(report: Report) -> Iterator[Finding]:
    expected, previous = 1, Link(canonical.GENESIS, 0)
    for seal in Seal.objects.order_by("number").iterator():
        if seal.number != expected:
            yield Finding("seal_missing", f"封存 {expected} 至 {seal.number - 1}")
        elif seal.previous_hash != previous.hash:
            yield Finding("chain_broken", f"封存 {seal.number}")
        if canonical.seal_hash(seal_values(seal)) != seal.hash:
            yield Finding("seal_altered", f"封存 {seal.number}")
        previous = Link(seal.hash, previous.events + seal.size)
        report.links[seal.number] = previous
        expected = seal.number + 1


def _entry_findings(report: Report) -> Iterator[Finding]:
    seen = set()
    for number, entries in groupby(bulk.stream_entries(), key=itemgetter(0)):
        batch = list(entries)
        seen.add(number)
        if batch[0].size is None:
            yield Finding("seal_missing", f"封存 {number}")
        elif number in report.links:  # else it was sealed after the chain was read
            yield from _batch_findings(f"封存 {number}", batch)
            yield from _event_findings(batch)
            report.events += len(batch)
    for number in report.links.keys() - seen:
        yield Finding("entries_mismatch", f"封存 {number}")


def _batch_findings(where: str, batch: list[bulk.Entry]) -> Iterator[Finding]:
    seal, ids = batch[0], [entry.event_id for entry in batch]
    in_order = [entry.position for entry in batch] == list(range(seal.size or 0)) and ids == sorted(ids)
    if not in_order or (ids[0], ids[-1]) != (seal.first_id, seal.last_id):
        yield Finding("entries_mismatch", where)
    if canonical.merkle_root([bytes(entry.leaf) for entry in batch]).hex() != seal.root:
        yield Finding("root_mismatch", where)


def _event_findings(batch: list[bulk.Entry]) -> Iterator[Finding]:
    for entry in batch:
        if entry.event[0] is None:
            yield Finding("event_missing", f"审计记录 {entry.event_id}")
        elif canonical.leaf(entry.event) != bytes(entry.leaf):
            yield Finding("event_altered", f"审计记录 {entry.event_id}")


def _unsealed_findings(report: Report, now: datetime.datetime) -> Iterator[Finding]:
    newest = Seal.objects.last()
    settled_id = newest.settled_id if newest else 0
    overdue = canonical.moment_text(now - datetime.timedelta(seconds=sealing.stop_after()))
    for event_id, at, *_ in bulk.stream_unsealed():
        report.pending += 1
        if int(event_id) <= settled_id or (at or "") < overdue:
            yield Finding("event_unsealed", f"审计记录 {event_id}")


def _note_findings(report: Report, outside: tuple[Path, ...], public_key: str) -> Iterator[Finding]:
    notes: list[tuple[str, Checkpoint]] = []
    for path in [*checkpoints.checkpoint_files(), *outside]:
        try:
            notes.append((path.name, checkpoints.read_checkpoint(path)))
        except (CheckpointUnreadable, OSError):
            yield Finding("checkpoint_unreadable", path.name)
    report.checkpoints = len(notes)
    for name, note in notes[-SIGNATURES_CHECKED - len(outside) :]:
        if not checkpoints.is_signed_by(note, public_key):
            yield Finding("checkpoint_unsigned", name)
    held = {note.seal for _, note in notes}
    gone = [note for note in checkpoints.logged_checkpoints() if note.seal not in held]
    for note in gone:
        yield Finding("checkpoint_missing", f"封存 {note.seal}")
    for name, note in notes + [("all.txt", note) for note in gone]:
        if note.seal > max(report.links, default=0):
            yield Finding("checkpoint_ahead", f"{name}，封存 {note.seal}")
        elif report.links.get(note.seal) != Link(note.hash, note.events):
            yield Finding("checkpoint_mismatch", f"{name}，封存 {note.seal}")


def _last_good_findings(report: Report) -> Iterator[Finding]:
    try:
        last_good = checkpoints.read_last_good()
    except CheckpointUnreadable:
        yield Finding("checkpoint_unreadable", "last_good.json")
        return
    if last_good and report.links.get(last_good.seal) != Link(last_good.hash, last_good.events):
        yield Finding("last_good_mismatch", f"封存 {last_good.seal}")
