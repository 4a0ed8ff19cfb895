"""Reads the whole trail back, value by value, and says what no longer fits (T-29, T-30)."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from audit import bulk, canonical, checkpoints, heads, sealing
from audit.checkpoints import Checkpoint, CheckpointUnreadable
from audit.models import Seal, TreeHead

LINES_A_PART = 50_000
BEFORE_ALL, AFTER_ALL = -(2**62), 2**62
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
    "head_altered": "每日树根的内容与其散列不符",
    "head_broken": "每日树根没有接上前一日",
    "head_mismatch": "每日树根与封存的行不符",
    "head_unsigned": "每日树根的签名不是本平台密钥所签",
    "head_republished": "每日树根与已公布的不一致，可能被整体重算",
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


START = Link(canonical.GENESIS, 0)


@dataclass(slots=True)
class Report:
    """What was read and what was found; `newest` is the last link of the chain as it stands."""

    seals: int = 0
    events: int = 0
    pending: int = 0
    checkpoints: int = 0
    heads: int = 0
    newest: Link = START
    findings: list[Finding] = field(default_factory=list)
    # Seals after which a new part of the membership rows is read: about LINES_A_PART each, all numbers covered.
    parts: list[int] = field(default_factory=lambda: [BEFORE_ALL])

    @property
    def ok(self) -> bool:
        """Whether everything fits."""
        return not self.findings


@transaction.atomic
def verify(
    now: datetime.datetime,
    *,
    outside: tuple[Path, ...] = (),
    published: Mapping[int, str] | None = None,
    public_key: str = "",
) -> Report:
    """Check values, batches, chain, checkpoints and heads; `outside` are notes brought from elsewhere.

    `published`: hashes of heads by number, as somebody copied them from the portal. Keeps the state as last good when,
    and only when, nothing was found. `public_key` defaults to the platform's own.
    """
    report = Report()
    notes = _read_notes(report, outside)
    last_good = _read_last_good(report)
    links = _read_chain(report, {note.seal for note in (*notes.values(), *last_good)})
    report.findings += _entry_findings(report)
    report.findings += _unsealed_findings(report, now)
    report.findings += _note_findings(report, notes, links)
    public_key = public_key or checkpoints.public_key()
    report.findings += _signature_findings(notes, len(outside), public_key)
    report.findings += _head_findings(report, published or {}, public_key)
    for state in last_good:
        if links.get(state.seal) != Link(state.hash, state.events):
            report.findings.append(Finding("last_good_mismatch", f"封存 {state.seal}"))
    if report.ok and report.seals:
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
    return Checkpoint(
        origin=settings.NATIONAL_SOURCE,
        seal=report.seals,
        events=report.newest.events,
        hash=report.newest.hash,
        written_at=canonical.moment_text(bulk.database_now()),
    )


def _read_notes(report: Report, outside: tuple[Path, ...]) -> dict[str, Checkpoint]:
    """Every note by file name, those that came from elsewhere last; one only logged stands under all.txt."""
    notes = {}
    for path in [*checkpoints.checkpoint_files(), *outside]:
        try:
            notes[path.name if path not in outside else str(path)] = checkpoints.read_checkpoint(path)
        except (CheckpointUnreadable, OSError):
            report.findings.append(Finding("checkpoint_unreadable", path.name))
    report.checkpoints = len(notes)
    held = {note.seal for note in notes.values()}
    gone = [note for note in checkpoints.logged_checkpoints() if note.seal not in held]
    report.findings += [Finding("checkpoint_missing", f"封存 {note.seal}") for note in gone]
    return {f"all.txt，第 {note.seal} 号": note for note in gone} | notes


def _read_last_good(report: Report) -> list[Checkpoint]:
    try:
        last_good = checkpoints.read_last_good()
    except CheckpointUnreadable:
        report.findings.append(Finding("checkpoint_unreadable", "last_good.json"))
        return []
    return [last_good] if last_good else []


def _read_chain(report: Report, wanted: set[int]) -> dict[int, Link]:
    """Walk the chain; the links of the wanted seals only, since there may be millions."""
    links, lines = {}, 0
    for seal in Seal.objects.order_by("number").iterator():
        if seal.number != report.seals + 1:
            report.findings.append(Finding("seal_missing", f"封存 {report.seals + 1} 至 {seal.number - 1}"))
        elif seal.previous_hash != report.newest.hash:
            report.findings.append(Finding("chain_broken", f"封存 {seal.number}"))
        if canonical.seal_hash(seal_values(seal)) != seal.hash:
            report.findings.append(Finding("seal_altered", f"封存 {seal.number}"))
        report.seals, report.newest = seal.number, Link(seal.hash, report.newest.events + seal.size)
        if seal.number in wanted:
            links[seal.number] = report.newest
        lines += seal.size
        if lines >= LINES_A_PART:
            report.parts.append(seal.number)
            lines = 0
    report.parts.append(AFTER_ALL)
    return links


def _entry_findings(report: Report) -> Iterator[Finding]:
    expected = 1
    for above, up_to in pairwise(report.parts):
        seals = Seal.objects.filter(number__gt=above, number__lte=up_to).in_bulk()
        for number, entries in groupby(bulk.read_entries(above, up_to), key=attrgetter("seal")):
            if number > report.seals:  # sealed after the chain was read, or the seal's row is gone from the end
                if number not in seals:
                    yield Finding("seal_missing", f"封存 {number}")
                continue
            if number != expected:
                yield Finding("entries_mismatch", f"封存 {expected} 至 {number - 1}")
            batch = list(entries)
            if number in seals:
                yield from _batch_findings(seals[number], batch)
                yield from _event_findings(batch)
                report.events += len(batch)
            expected = number + 1
    if expected <= report.seals:
        yield Finding("entries_mismatch", f"封存 {expected} 至 {report.seals}")


def _batch_findings(seal: Seal, batch: list[bulk.Entry]) -> Iterator[Finding]:
    ids = [entry.event_id for entry in batch]
    in_order = [entry.position for entry in batch] == list(range(seal.size)) and ids == sorted(ids)
    if not in_order or (ids[0], ids[-1]) != (seal.first_id, seal.last_id):
        yield Finding("entries_mismatch", f"封存 {seal.number}")
    if canonical.merkle_root([entry.leaf for entry in batch]).hex() != seal.root:
        yield Finding("root_mismatch", f"封存 {seal.number}")


def _event_findings(batch: list[bulk.Entry]) -> Iterator[Finding]:
    for entry in batch:
        if entry.content is None:
            yield Finding("event_missing", f"审计记录 {entry.event_id}")
        elif canonical.sm3(entry.content) != entry.leaf:
            yield Finding("event_altered", f"审计记录 {entry.event_id}")


def _unsealed_findings(report: Report, now: datetime.datetime) -> Iterator[Finding]:
    newest = Seal.objects.last()
    settled_id = newest.settled_id if newest else 0
    overdue = canonical.moment_text(now - datetime.timedelta(seconds=sealing.stop_after()))
    for event_id, at, *_ in bulk.stream_unsealed():
        report.pending += 1
        if int(event_id) <= settled_id or (at or "") < overdue:
            yield Finding("event_unsealed", f"审计记录 {event_id}")


def _note_findings(report: Report, notes: dict[str, Checkpoint], links: dict[int, Link]) -> Iterator[Finding]:
    for name, note in notes.items():
        if note.seal > report.seals:
            yield Finding("checkpoint_ahead", f"{name}，封存 {note.seal}")
        elif links.get(note.seal) != Link(note.hash, note.events):
            yield Finding("checkpoint_mismatch", f"{name}，封存 {note.seal}")


def _signature_findings(notes: dict[str, Checkpoint], brought: int, public_key: str) -> Iterator[Finding]:
    for name, note in list(notes.items())[-SIGNATURES_CHECKED - brought :]:
        if not checkpoints.is_signed_by(note, public_key):
            yield Finding("checkpoint_unsigned", name)


def _head_findings(report: Report, published: Mapping[int, str], public_key: str) -> Iterator[Finding]:
    """Each head against its own hash, the head before, the lines it covers and what was published."""
    previous, found = None, {}
    signed = set(TreeHead.objects.order_by("-number").values_list("number", flat=True)[:SIGNATURES_CHECKED])
    for head in TreeHead.objects.order_by("number"):
        where = f"第 {head.number} 号树根"
        if canonical.head_hash(heads.values_of(head)) != head.hash:
            yield Finding("head_altered", where)
        if not _follows(previous, head):
            yield Finding("head_broken", where)
        tree = canonical.Tree()
        tree.extend(bulk.read_leaves(head.first_seal, head.last_seal))
        if (tree.size, tree.root().hex()) != (head.size, head.root):
            yield Finding("head_mismatch", where)
        is_signed = head.number not in signed or checkpoints.is_signature(
            heads.signed_bytes(head), head.signature, public_key
        )
        if not is_signed:
            yield Finding("head_unsigned", where)
        previous, found[head.number] = head, head.hash
    report.heads = len(found)
    for number, hash_ in published.items():
        if found.get(number) != hash_:
            yield Finding("head_republished", f"第 {number} 号树根")


def _follows(previous: TreeHead | None, head: TreeHead) -> bool:
    if previous is None:
        return (head.number, head.previous_hash, head.first_seal, head.total) == (1, canonical.GENESIS, 1, head.size)
    continued = (previous.number + 1, previous.hash, previous.last_seal + 1, previous.until, previous.total + head.size)
    return (head.number, head.previous_hash, head.first_seal, head.since, head.total) == continued
