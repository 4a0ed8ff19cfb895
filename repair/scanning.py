"""Virus scan of what is handed in: which scanner is a setting, what it says is a Scan.

`EVIDENCE_SCANNER` is `none`, or `clamd://host:port` for a ClamAV daemon. Nothing a scanner does stops a request: what
it cannot say is UNAVAILABLE, shown as such, and asked again later.
"""

import socket
import time
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from repair.models import Scan

NONE, CLAMD = "none", "clamd"
BLOCK = 64 * 1024
LONGEST_REPLY = 1024
CLEAN_REPLY, FOUND = b"stream: OK", b" FOUND"


class Scanner(Protocol):
    def scan(self, chunks: Iterable[bytes]) -> Scan:
        """What the scanner says of these bytes. Raises nothing."""


class NoScanner:
    """Where there is none, nobody is told that a file is clean."""

    def scan(self, chunks: Iterable[bytes]) -> Scan:
        return Scan.UNAVAILABLE


class Clamd:
    """ClamAV's daemon, over INSTREAM: blocks with their length before them, an empty one at the end, one reply."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        self.address, self.seconds = (host, port), seconds

    def scan(self, chunks: Iterable[bytes]) -> Scan:
        try:
            reply = self._ask(chunks, until=time.monotonic() + self.seconds)
        except OSError:  # down, slow, or gone in the middle
            return Scan.UNAVAILABLE
        if reply == CLEAN_REPLY:
            return Scan.CLEAN
        return Scan.INFECTED if reply.startswith(b"stream: ") and reply.endswith(FOUND) else Scan.UNAVAILABLE

    def _ask(self, chunks: Iterable[bytes], *, until: float) -> bytes:
        with socket.create_connection(self.address, timeout=_left(until)) as connection:
            _send(connection, b"zINSTREAM\0", until)
            for chunk in chunks:
                for start in range(0, len(chunk), BLOCK):
                    block = chunk[start : start + BLOCK]
                    _send(connection, len(block).to_bytes(4, "big") + block, until)
            _send(connection, bytes(4), until)
            return _reply(connection, until)


def _send(connection: socket.socket, content: bytes, until: float) -> None:
    connection.settimeout(_left(until))
    connection.sendall(content)


def _reply(connection: socket.socket, until: float) -> bytes:
    """Up to the NUL that ends it; what ends without one, or does not end, is no answer."""
    reply = b""
    while b"\0" not in reply and len(reply) <= LONGEST_REPLY:
        connection.settimeout(_left(until))
        received = connection.recv(BLOCK)
        if not received:
            return b""
        reply += received
    return reply.partition(b"\0")[0] if b"\0" in reply else b""


def _left(until: float) -> float:
    """Seconds left of the whole conversation. Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def scanner() -> Scanner:
    """The scanner of the settings."""
    where = urlsplit(settings.EVIDENCE_SCANNER)
    if where.scheme == CLAMD and where.hostname:
        return Clamd(where.hostname, where.port or 3310, settings.EVIDENCE_SCAN_SECONDS)
    return NoScanner()
