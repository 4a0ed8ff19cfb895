"""What exactly is hashed: one way only to write an event or a seal as bytes, SM3 (GB/T 32905), and the Merkle tree.

Each value is a tag and, unless NULL, a four-byte length and the text in UTF-8. So NULL differs from '', and nothing can
slide from one column into the next. Leaves and nodes are told apart by a first byte as in RFC 6962, section 2.1.
The same is written a second time, on purpose, in standalone/verify_audit.py; a test holds the two together.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes

FORMAT = b"credit-audit/1"
LEAF, NODE, SEAL, HEAD = b"\x00", b"\x01", b"\x02", b"\x03"
NULL = b"-"
GENESIS = "0" * 64

# Column, tag, how PostgreSQL writes it as text whatever the session's settings. Tags: integer, moment, text, date,
# JSON, boolean. A column is only ever added at the end, under a new FORMAT.
EVENT_COLUMNS = (
    ("id", b"i", "e.id::text"),
    ("at", b"m", """to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""),
    ("action", b"t", "e.action"),
    ("actor_id", b"t", "e.actor_id"),
    ("actor_name", b"t", "e.actor_name"),
    ("department_code", b"t", "e.department_code"),
    ("object_type", b"t", "e.object_type"),
    ("object_id", b"t", "e.object_id"),
    ("object_label", b"t", "e.object_label"),
    ("result", b"t", "e.result"),
    ("reason", b"t", "e.reason"),
    ("business_on", b"d", "to_char(e.business_on, 'YYYY-MM-DD')"),
    ("request_id", b"t", "e.request_id"),
    ("source", b"t", "e.source"),
    ("detail", b"j", "e.detail::text"),
    ("once", b"b", "e.once::text"),
)
EVENT_TAGS = tuple(tag for _, tag, _ in EVENT_COLUMNS)
EVENT_NAMES = tuple(name for name, _, _ in EVENT_COLUMNS)


class SealValues(NamedTuple):
    """The hashed part of a seal, in hashing order; the moment as in EVENT_COLUMNS."""

    number: int
    first_id: int
    last_id: int
    size: int
    root: str
    previous_hash: str
    sealed_at: str


SEAL_TAGS = (b"i", b"i", b"i", b"i", b"t", b"t", b"m")


class HeadValues(NamedTuple):
    """The hashed part of a tree head, in hashing order; the lines of all seals made in [since, until)."""

    number: int
    since: str
    until: str
    first_seal: int
    last_seal: int
    size: int
    total: int
    root: str
    previous_hash: str


HEAD_TAGS = (b"i", b"m", b"m", b"i", b"i", b"i", b"i", b"t", b"t")
_EMPTY = hashes.Hash(hashes.SM3())  # copied for each digest: half the price of a new one


def moment_text(moment: datetime.datetime) -> str:
    """A moment as canonical text: UTC with microseconds, as EVENT_COLUMNS writes it."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sm3(data: bytes) -> bytes:
    """The 32-byte SM3 digest."""
    digest = _EMPTY.copy()
    digest.update(data)
    return digest.finalize()


def encode(tags: Sequence[bytes], values: Sequence[str | None]) -> bytes:
    """The canonical bytes of a row of text values, None for NULL."""
    parts = [FORMAT]
    for tag, value in zip(tags, values, strict=True):
        if value is None:
            parts.append(tag + NULL)
        else:
            data = value.encode()
            parts += (tag, b"+", len(data).to_bytes(4, "big"), data)
    return b"".join(parts)


def leaf(event: Sequence[str | None]) -> bytes:
    """The Merkle leaf of an event given as texts in EVENT_COLUMNS order."""
    return sm3(LEAF + encode(EVENT_TAGS, event))


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over at least one leaf; an odd node moves up unchanged, which is the tree of RFC 6962."""
    level = list(leaves)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [sm3(NODE + left + right) for left, right in zip(level[::2], level[1::2], strict=False)] + odd
    return level[0]


class Tree:
    """The root of any number of leaves that come one after the other, in memory for about sixty of them."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[
            bytes
        ] = []  # roots of the full trees so far, the largest first: the ones in size's binary form

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take leaves in at the right end."""
        peaks, size = self._peaks, self.size
        for node in leaves:
            size += 1
            grown = size
            while not grown & 1:
                node = sm3(NODE + peaks.pop() + node)
                grown >>= 1
            peaks.append(node)
        self.size = size

    def root(self) -> bytes:
        """The root as of now; of no leaves it is the digest of nothing (RFC 6962, section 2.1)."""
        if not self._peaks:
            return sm3(b"")
        node = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            node = sm3(NODE + peak + node)
        return node


def audit_paths(indexes: Iterable[int], leaves: Sequence[bytes]) -> dict[int, list[bytes]]:
    """For each leaf its neighbours on the way to the root, lowest first (RFC 6962, section 2.1.1)."""
    paths: dict[int, list[bytes]] = {index: [] for index in indexes}
    level, height = list(leaves), 0
    while len(level) > 1:
        for index, path in paths.items():
            neighbour = (index >> height) ^ 1
            if neighbour < len(level):
                path.append(level[neighbour])
        odd = level[-1:] if len(level) % 2 else []
        level = [sm3(NODE + left + right) for left, right in zip(level[::2], level[1::2], strict=False)] + odd
        height += 1
    return paths


def head_hash(head: HeadValues) -> str:
    """The link of the chain of heads, in hex."""
    return sm3(HEAD + encode(HEAD_TAGS, [str(value) for value in head])).hex()


def seal_hash(seal: SealValues) -> str:
    """The link of the chain, in hex: it covers the batch's root and, through previous_hash, everything before."""
    return sm3(SEAL + encode(SEAL_TAGS, [str(value) for value in seal])).hex()
