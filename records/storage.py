"""What departments sent, kept as it came, encrypted, outside the database; opened in memory only."""

import datetime
import gzip
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from django.conf import settings

from records import crypto
from records.reading import PackedPath

PACKED_FROM = 64 * 1024 * 1024
ZIP = b"PK"  # a workbook is compressed already, and read from its end


class FileTooLarge(Exception):
    code = "file_too_large"


def _path(name: str) -> Path:
    return settings.DATA_DIR / "uploads" / name[:2] / f"{name}.sm4"


def save(name: str, chunks: Iterable[bytes], *, limit: int) -> tuple[str, int]:
    """Encrypt to disk and return (SM3 digest of the plain bytes in hex, size in bytes). Raises FileTooLarge."""
    digest, size = hashes.Hash(hashes.SM3()), 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise FileTooLarge
            digest.update(chunk)
            yield chunk

    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".part")
    try:
        with partial.open("wb") as file:
            for frame in crypto.encrypt_stream(counted(), context=name):
                file.write(frame)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    return digest.finalize().hex(), size


def discard(name: str) -> None:
    """Delete it, and what a writer that was killed has left of it."""
    _path(name).unlink(missing_ok=True)
    _path(name).with_suffix(".part").unlink(missing_ok=True)


def untouched(beginning: str, *, since: datetime.datetime) -> set[str]:
    """Names that begin with these two characters and have not been written to since."""
    until = since.timestamp()
    files = _path(beginning).parent.glob(f"{beginning}*")
    return {path.stem for path in files if path.stat().st_mtime < until}


@contextmanager
def opened(name: str) -> Iterator[str]:
    """A path to the plain bytes. They live in memory only, so no temporary file can be left behind.

    A large text lies there compressed, or a million rows would take 400 MB; the path then is a PackedPath.
    """
    memory = os.memfd_create("upload", os.MFD_CLOEXEC)
    try:
        with _path(name).open("rb") as file, open(memory, "wb", closefd=False) as plain:
            chunks = crypto.decrypt_stream(file, context=name)
            first = next(chunks)
            is_packed = os.fstat(file.fileno()).st_size > PACKED_FROM and not first.startswith(ZIP)
            packing = gzip.GzipFile(fileobj=plain, mode="wb", compresslevel=1) if is_packed else None
            for chunk in chain((first,), chunks):
                (packing or plain).write(chunk)
            if packing:
                packing.close()
        path = f"/proc/{os.getpid()}/fd/{memory}"
        yield PackedPath(path) if is_packed else path
    finally:
        os.close(memory)
