"""Signed notes about the chain, kept outside the database: whoever owns the database cannot rewrite them unseen.

DATA_DIR/checkpoint.key          the SM2 private key (hex), made on first use, readable by the owner only
DATA_DIR/checkpoints/<seal>.txt  one note per checkpoint, never overwritten; copy them to another machine
DATA_DIR/checkpoints/all.txt     the same notes one after the other, only ever appended to
DATA_DIR/checkpoints/last_good.json   the newest state that verified without a finding
"""

import contextlib
import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import gmalg
from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from audit import bulk, canonical
from audit.actions import Action
from audit.errors import AuditError
from audit.models import Seal
from audit.services import record

TITLE = "credit audit checkpoint 1"
# The signer's distinguishing id when parties have agreed on none (GM/T 0009).
SIGNER_ID = b"1234567812345678"
LINES = re.compile(
    rf"{TITLE}\norigin: (?P<origin>[0-9A-Za-z-]+)\nseal: (?P<seal>[0-9]+)\nevents: (?P<events>[0-9]+)\n"
    r"hash: (?P<hash>[0-9a-f]{64})\nwritten_at: (?P<written_at>[0-9TZ:.-]+)\nsignature: (?P<signature>[0-9a-f]{128})\n",
    re.ASCII,
)


class CheckpointUnreadable(AuditError):
    """A checkpoint file is not what write_checkpoint() writes."""

    code = "audit_checkpoint_unreadable"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain at one moment: its newest seal, that seal's hash and how many events are sealed up to it."""

    origin: str
    seal: int
    events: int
    hash: str
    written_at: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature covers."""
        return (
            f"{TITLE}\norigin: {self.origin}\nseal: {self.seal}\nevents: {self.events}\n"
            f"hash: {self.hash}\nwritten_at: {self.written_at}\n"
        ).encode()

    def text(self) -> str:
        """The note as it stands in its file."""
        return f"{self.signed_bytes().decode()}signature: {self.signature}\n"


def folder() -> Path:
    """Where checkpoints are kept."""
    path = Path(settings.DATA_DIR) / "checkpoints"
    path.mkdir(parents=True, exist_ok=True)
    return path


@transaction.atomic
def write_checkpoint() -> Checkpoint | None:
    """Sign the newest seal into a file; None when there is no seal yet or its note is already written."""
    newest = Seal.objects.last()
    if newest is None or _note_of(newest.number).exists():
        return None
    unsigned = Checkpoint(
        origin=settings.NATIONAL_SOURCE,
        seal=newest.number,
        events=Seal.objects.aggregate(total=Sum("size"))["total"],
        hash=newest.hash,
        written_at=canonical.moment_text(bulk.database_now()),
    )
    checkpoint = sign(unsigned)
    record(Action.CHECKPOINT_WRITTEN, newest, detail={"events": checkpoint.events, "hash": checkpoint.hash})
    _store(checkpoint)
    return checkpoint


def sign(checkpoint: Checkpoint) -> Checkpoint:
    """The same checkpoint with its SM2 signature, r and s as 64 hex digits each."""
    values = {name: getattr(checkpoint, name) for name in ("origin", "seal", "events", "hash", "written_at")}
    return Checkpoint(**values, signature=sign_bytes(checkpoint.signed_bytes()))


def is_signed_by(checkpoint: Checkpoint, public_key: str) -> bool:
    """Whether the signature is the one of that public key (130 hex digits: 04, x, y)."""
    return is_signature(checkpoint.signed_bytes(), checkpoint.signature, public_key)


def sign_bytes(message: bytes) -> str:
    """The platform's SM2 signature of a message: r and s as 64 hex digits each."""
    r, s = gmalg.SM2(bytes.fromhex(_private_key()), SIGNER_ID).sign(message)
    return r.hex().zfill(64) + s.hex().zfill(64)


def is_signature(message: bytes, signature: str, public_key: str) -> bool:
    """Whether that public key signed the message."""
    data = bytes.fromhex(signature)
    return gmalg.SM2(uid=SIGNER_ID, pk=bytes.fromhex(public_key)).verify(message, data[:32], data[32:])


def public_key() -> str:
    """The key others check our checkpoints with: 130 hex digits."""
    private = bytes.fromhex(_private_key())
    return gmalg.SM2(private).generate_pk(private).hex()


def read_checkpoint(path: Path) -> Checkpoint:
    """Read one note; raises CheckpointUnreadable."""
    match = LINES.fullmatch(path.read_text(encoding="utf-8", errors="replace"))
    if match is None:
        raise CheckpointUnreadable(f"检查点文件 {path.name} 的内容不完整或被改动。")
    return _from_match(match)


def checkpoint_files() -> list[Path]:
    """The notes in the folder, oldest first."""
    return sorted(folder().glob("[0-9]*.txt"))


def logged_checkpoints() -> list[Checkpoint]:
    """The notes in the append-only file, oldest first."""
    log = folder() / "all.txt"
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return [_from_match(match) for match in LINES.finditer(text)]


def read_last_good() -> Checkpoint | None:
    """The newest state that verified; None before the first time. Raises CheckpointUnreadable."""
    path = folder() / "last_good.json"
    if not path.exists():
        return None
    try:
        return Checkpoint(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise CheckpointUnreadable("上次校验通过的状态文件 last_good.json 无法读取。") from error


def keep_last_good(state: Checkpoint) -> None:
    """Remember a state that verified; called after a verification without a finding only (T-30)."""
    path = folder() / "last_good.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({name: getattr(state, name) for name in Checkpoint.__slots__}, indent=1) + "\n")
    fresh.replace(path)


def _from_match(match: re.Match[str]) -> Checkpoint:
    values = match.groupdict()
    return Checkpoint(
        origin=values["origin"],
        seal=int(values["seal"]),
        events=int(values["events"]),
        hash=values["hash"],
        written_at=values["written_at"],
        signature=values["signature"],
    )


def _note_of(seal: int) -> Path:
    return folder() / f"{seal:012}.txt"


def _store(checkpoint: Checkpoint) -> None:
    for path, mode in ((_note_of(checkpoint.seal), "x"), (folder() / "all.txt", "a")):
        with path.open(mode, encoding="utf-8") as file:
            file.write(checkpoint.text())
            file.flush()
            os.fsync(file.fileno())


def _private_key() -> str:
    path = folder().parent / "checkpoint.key"
    if not path.exists():
        _make_private_key(path)
    return path.read_text().strip()


def _make_private_key(path: Path) -> None:
    # Between 1 and n-2 (GB/T 32918.1): with the top bit clear it stays below n.
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write((secrets.randbits(255) | 1).to_bytes(32, "big").hex())
    with contextlib.suppress(FileExistsError):  # another process was first: its key is the key
        path.hardlink_to(fresh)
    fresh.unlink()
