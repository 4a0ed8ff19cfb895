"""The drop folder: departments' front-end machines lay files down, and find a receipt beside it.

    DATA_DIR/inbox/<department code>/[<item code or name>/]<file>      laid down by the department
    DATA_DIR/inbox/.taken/<department code>/<key>/<item or _>/<file>   taken, on its way into a batch
    DATA_DIR/inbox/.taken/<department code>/<key>/ticket.json          taken in; the plain file is gone
    DATA_DIR/outbox/<department code>/<key>.json, <key>.<n>.xlsx       the receipt, and the rows sent back

Every step is one rename or one write that may be done twice, and the key is the idempotency key of the batch: killed
anywhere, nothing is lost and nothing comes in twice. A plain file lies here only until it is taken in. A department's
machine reaches its own folders only; what has been taken lies outside of them.
"""

import json
import logging
import os
import shutil
import stat
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

TAKEN, TICKET, NO_ITEM = ".taken", "ticket.json", "_"
MARKER = ".ok"
LOG = logging.getLogger(__name__)
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")


@dataclass(frozen=True, slots=True)
class Taken:
    """A file on its way in: whose, under which key, of which item (or none), and the file itself while it is there."""

    department: str
    key: str
    item: str
    path: Path | None
    folder: Path

    @property
    def name(self) -> str:
        return self.path.name if self.path else ""


def inbox() -> Path:
    return settings.DATA_DIR / "inbox"


def outbox(department: str) -> Path:
    return settings.DATA_DIR / "outbox" / department


def take(*, quiet: float) -> int:
    """Move every file that has arrived whole out of its department's reach; return how many.

    A file has arrived when a `.ok` file stands beside it, or when nothing about it has changed for `quiet` seconds.
    """
    count = 0
    for department in _folders(inbox()):
        try:
            for place in (department, *_folders(department)):
                for file in sorted(place.iterdir()):
                    if _has_arrived(file, quiet):
                        _take(department, place, file)
                        count += 1
        except OSError as error:  # one folder that cannot be read or emptied must not keep the others waiting
            LOG.error("inbox of %s: %s", department.name, error.strerror)
    return count


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    found = (path for path in place.iterdir() if not path.name.startswith("."))
    return sorted(path for path in found if stat.S_ISDIR(path.lstat().st_mode))


def _has_arrived(file: Path, quiet: float) -> bool:
    """No links and no pipes, only what lies here itself. The change time, unlike others, no sender can set."""
    if file.name.startswith(".") or file.name.endswith((MARKER, *UNFINISHED)):
        return False
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode):
        return False
    return file.with_name(file.name + MARKER).exists() or time.time() - status.st_ctime >= quiet


def _take(department: Path, place: Path, file: Path) -> None:
    item = NO_ITEM if place == department else place.name
    target = inbox() / TAKEN / department.name / uuid.uuid4().hex / item
    target.mkdir(parents=True, mode=0o700)
    file.with_name(file.name + MARKER).unlink(missing_ok=True)  # first: a marker left behind would vouch for the next
    file.rename(target / file.name)


def taken() -> Iterator[Taken]:
    """Everything that has been taken and has no receipt of its end yet, oldest first."""
    for department in _folders(inbox() / TAKEN):
        for folder in sorted(department.iterdir(), key=lambda path: path.stat().st_ctime):
            files = [path for path in folder.glob("*/*") if path.is_file()]
            if files:
                item = files[0].parent.name
                yield Taken(department.name, folder.name, "" if item == NO_ITEM else item, files[0], folder)
            elif (folder / TICKET).exists():
                yield Taken(department.name, folder.name, "", None, folder)
            else:
                shutil.rmtree(folder)  # killed between making the folder and moving the file: it still lies outside


def write_ticket(entry: Taken, batches: list[str]) -> None:
    """The file has become these batches; its plain copy goes. Done twice, it does no harm."""
    _write(entry.folder / TICKET, json.dumps({"batches": batches, "file": entry.name}).encode())
    if entry.path:
        entry.path.unlink(missing_ok=True)
        entry.path.parent.rmdir()


def read_ticket(entry: Taken) -> dict:
    return json.loads((entry.folder / TICKET).read_bytes())


def write_receipt(entry: Taken, receipt: dict, returned: dict[str, bytes]) -> None:
    """Lay the receipt down, the rows sent back first, so that whoever sees the receipt finds them."""
    place = outbox(entry.department)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in returned.items():
        _write(place / name, content)
    _write(place / f"{entry.key}.json", json.dumps(receipt, ensure_ascii=False, indent=2).encode())


def read_receipt(entry: Taken) -> dict | None:
    """The receipt that lies there already."""
    path = outbox(entry.department) / f"{entry.key}.json"
    return json.loads(path.read_bytes()) if path.exists() else None


def forget(entry: Taken) -> None:
    """The case is over; nothing of it stays in the inbox."""
    shutil.rmtree(entry.folder)


def clear_outbox(*, days: int) -> int:
    """Remove what nobody has fetched in so many days: the rows sent back are plain copies. Returns how many files."""
    removed, oldest = 0, time.time() - days * 86400
    for department in _folders(settings.DATA_DIR / "outbox"):
        for file in department.iterdir():
            if file.is_file() and file.stat().st_mtime < oldest:
                file.unlink()
                removed += 1
    return removed


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
