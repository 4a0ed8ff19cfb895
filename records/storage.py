"""What departments sent, kept as it came, encrypted, outside the database; opened in memory only."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from django.conf import settings

from records import crypto


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
    _path(name).unlink(missing_ok=True)


@contextmanager
def opened(name: str) -> Iterator[str]:
    """A path to the plain bytes. They live in memory only, so no temporary file can be left behind."""
    memory = os.memfd_create("upload", os.MFD_CLOEXEC)
    try:
        with _path(name).open("rb") as file:
            for chunk in crypto.decrypt_stream(file, context=name):
                os.write(memory, chunk)
        yield f"/proc/{os.getpid()}/fd/{memory}"
    finally:
        os.close(memory)
