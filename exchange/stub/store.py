"""The stub's own memory: one SQLite file, every batch one transaction, safe under kill -9 and power loss."""

import datetime
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exchange.messages import key_of
from exchange.stub.shape import Refusal, Row

BEIJING = datetime.timezone(datetime.timedelta(hours=8))

SCHEMA = """
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL, record TEXT NOT NULL, revision INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('accepted', 'stale', 'refused')),
    code TEXT NOT NULL, reason TEXT NOT NULL, digest TEXT NOT NULL,
    action TEXT NOT NULL, item TEXT NOT NULL,
    subject_kind TEXT NOT NULL, subject_name TEXT NOT NULL, subject_code TEXT NOT NULL,
    document_no TEXT NOT NULL, decided_on TEXT NOT NULL, displayed_until TEXT NOT NULL,
    batch TEXT NOT NULL, received_at TEXT NOT NULL,
    deliveries INTEGER NOT NULL DEFAULT 1,
    UNIQUE (source, record, revision)
);
CREATE INDEX IF NOT EXISTS delivery_record ON delivery (record);
CREATE INDEX IF NOT EXISTS delivery_document_no ON delivery (document_no);
CREATE TABLE IF NOT EXISTS effect (
    source TEXT NOT NULL, record TEXT NOT NULL,
    revision INTEGER NOT NULL, published INTEGER NOT NULL CHECK (published IN (0, 1)),
    PRIMARY KEY (source, record)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sender (
    source TEXT PRIMARY KEY, epoch INTEGER NOT NULL DEFAULT 0, requests INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS nonce (
    source TEXT NOT NULL, nonce TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (source, nonce)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS head (
    source TEXT NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL, root TEXT NOT NULL, size INTEGER NOT NULL,
    until TEXT NOT NULL, body TEXT NOT NULL, received_at TEXT NOT NULL,
    PRIMARY KEY (source, number)
) WITHOUT ROWID;
"""
TABLES = ("delivery", "effect", "sender", "nonce", "head")

COUNTS = """
SELECT received, effective, withdrawn, stale, refused, duplicates, requests
FROM (SELECT count(*) FILTER (WHERE status <> 'refused') AS received,
             count(*) FILTER (WHERE status = 'stale') AS stale,
             count(*) FILTER (WHERE status = 'refused') AS refused,
             coalesce(sum(deliveries - 1) FILTER (WHERE status <> 'refused'), 0) AS duplicates FROM delivery),
     (SELECT coalesce(sum(published), 0) AS effective, coalesce(sum(NOT published), 0) AS withdrawn FROM effect),
     (SELECT coalesce(sum(requests), 0) AS requests FROM sender)
"""

KNOWN = """
SELECT delivery.*, effect.revision AS latest_revision,
       coalesce(effect.revision = delivery.revision AND effect.published AND delivery.status = 'accepted', 0)
           AS effective
FROM delivery LEFT JOIN effect USING (source, record)
"""

FILTERS = {
    "source": "delivery.source = ?",
    "record": "delivery.record = ?",
    "revision": "delivery.revision = ?",
    "document_no": "delivery.document_no = ?",
    "effective": "effective = ?",
}


SHOWN = (
    "source", "record", "revision", "latest_revision", "status", "code", "reason", "digest", "action", "item",
    "document_no", "decided_on", "displayed_until", "batch", "received_at", "deliveries",
)  # fmt: skip


class EpochOutdated(Exception):
    """The sender speaks from an older life than one already heard: a copy that was restored over still runs."""

    def __init__(self, newest: int) -> None:
        super().__init__(newest)
        self.newest = newest


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one row of a batch."""

    key: str
    status: str
    receipt: str = ""
    code: str = ""
    reason: str = ""


class Store:
    """All writes go through one connection and one lock: simple, and fast enough with a transaction per batch."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(folder / "national.sqlite3", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Wait for a running transaction, then close; a stopped stub leaves no half batch."""
        with self._lock:
            self._db.close()

    def check(self) -> None:
        """Raise sqlite3.Error when the store cannot be read."""
        with self._lock:
            self._db.execute("SELECT count(*) FROM sender").fetchone()

    def admit(self, source: str, nonce: str, *, expires_at: int, now: float, is_batch: bool) -> bool:
        """Remember a nonce, and count the request if it carries a batch. False when the nonce was seen before."""
        with self._transaction() as db:
            db.execute("DELETE FROM nonce WHERE expires_at < ?", (int(now),))
            seen = db.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", (source, nonce, expires_at))
            db.execute(
                "INSERT INTO sender (source, requests) VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET requests = requests + excluded.requests",
                (source, int(is_batch)),
            )
            return seen.rowcount == 1

    def take(
        self, source: str, batch: str, epoch: int, rows: Sequence[Row], *, after_row: Callable[[int], None]
    ) -> list[Verdict]:
        """Take in a batch: all decided rows are stored together or none is.

        after_row: called with the number of rows written so far, inside the transaction (the crash point of tests).
        Raises EpochOutdated when a newer epoch of this source was heard.
        """
        now = datetime.datetime.now(BEIJING).isoformat(timespec="milliseconds")
        verdicts = []
        with self._transaction() as db:
            newest = db.execute("SELECT epoch FROM sender WHERE source = ?", (source,)).fetchone()
            if newest and newest["epoch"] > epoch:
                raise EpochOutdated(newest["epoch"])
            db.execute("UPDATE sender SET epoch = ? WHERE source = ?", (epoch, source))
            for done, row in enumerate(rows, start=1):
                verdicts.append(_settle(db, source, batch, row, now))
                after_row(done)
        return verdicts

    def known(self, keys: Sequence[tuple[str, str, int]]) -> list[dict[str, Any]]:
        """What is held of each (source, record, revision); keys it knows nothing of are left out."""
        query = KNOWN + "WHERE delivery.source = ? AND delivery.record = ? AND delivery.revision = ?"
        with self._lock:
            rows = (self._db.execute(query, key).fetchone() for key in keys)
            return [describe(row) for row in rows if row]

    def latest_revision(self, source: str, record: str) -> int | None:
        """The newest revision in effect of a record, None when it never had one."""
        query = "SELECT revision FROM effect WHERE source = ? AND record = ?"
        with self._lock:
            row = self._db.execute(query, (source, record)).fetchone()
        return row["revision"] if row else None

    def counts(self) -> dict[str, int]:
        """The numbers of GET /received/count."""
        with self._lock:
            return dict(self._db.execute(COUNTS).fetchone())

    def page(self, filters: dict[str, Any], *, number: int, size: int) -> tuple[int, list[dict[str, Any]]]:
        """One page of what was received, newest first, with the number of all rows that match. number: from 1."""
        where = " AND ".join(FILTERS[name] for name in filters) or "1"
        values = tuple(filters.values())
        query = f"{KNOWN} WHERE {where}"
        with self._lock:
            count = self._db.execute(f"SELECT count(*) FROM ({query})", values).fetchone()[0]
            rows = self._db.execute(
                f"{query} ORDER BY delivery.id DESC LIMIT ? OFFSET ?", (*values, size, (number - 1) * size)
            ).fetchall()
        return count, [describe(row) for row in rows]

    def keep_head(self, source: str, head: dict[str, Any], body: str) -> dict[str, Any]:
        """Keep a daily tree head of a sender's trail and return the one kept: the first ever told under its number."""
        now = datetime.datetime.now(BEIJING).isoformat(timespec="milliseconds")
        told = (source, *(head[name] for name in ("number", "hash", "root", "size", "until")), body, now)
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO head VALUES (?, ?, ?, ?, ?, ?, ?, ?)", told)
            kept = db.execute("SELECT * FROM head WHERE source = ? AND number = ?", told[:2]).fetchone()
        return dict(kept)

    def heads(self, limit: int) -> list[dict[str, Any]]:
        """The newest heads kept, each as it was told, with when it came."""
        query = "SELECT * FROM head ORDER BY number DESC, source LIMIT ?"
        with self._lock:
            return [dict(row) for row in self._db.execute(query, (limit,))]

    def reset(self) -> None:
        """Forget everything."""
        with self._transaction() as db:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def describe(row: sqlite3.Row) -> dict[str, Any]:
    """A stored row as the API shows it."""
    return {name: row[name] for name in SHOWN} | {
        "key": key_of(row["source"], row["record"], row["revision"]),
        "receipt": "" if row["status"] == "refused" else _receipt(row["id"], row["received_at"]),
        "effective": bool(row["effective"]),
        "subject": {"kind": row["subject_kind"], "name": row["subject_name"], "code": row["subject_code"]},
    }


def _settle(db: sqlite3.Connection, source: str, batch: str, row: Row, now: str) -> Verdict:
    if row.refusal and not row.is_storable:
        return _refused(row, row.refusal)
    key = (source, row.record, row.revision)
    known = db.execute(
        "SELECT id, status, digest, received_at FROM delivery WHERE source = ? AND record = ? AND revision = ?", key
    ).fetchone()
    if known and known["status"] != "refused":
        return _settle_again(db, row, known)
    if row.refusal:
        _insert(db, source, batch, row, "refused", now)
        return _refused(row, row.refusal)
    latest = db.execute("SELECT revision FROM effect WHERE source = ? AND record = ?", key[:2]).fetchone()
    status = "stale" if latest and latest["revision"] > row.revision else "accepted"
    number = _insert(db, source, batch, row, status, now)
    if status == "accepted":
        db.execute("INSERT OR REPLACE INTO effect VALUES (?, ?, ?, ?)", (*key, int(row.action == "publish")))
    return Verdict(row.key, status, _receipt(number, now))


def _settle_again(db: sqlite3.Connection, row: Row, known: sqlite3.Row) -> Verdict:
    """A key that was taken in before: same content changes nothing, other content is never taken in silently."""
    if known["digest"] != row.digest:
        return _refused(row, Refusal("revision_conflict", "该版本此前已接收且内容不同，请提高版本号后重新报送"))
    db.execute("UPDATE delivery SET deliveries = deliveries + 1 WHERE id = ?", (known["id"],))
    status = "stale" if known["status"] == "stale" else "duplicate"
    return Verdict(row.key, status, _receipt(known["id"], known["received_at"]))


def _refused(row: Row, refusal: Refusal) -> Verdict:
    return Verdict(row.key, "refused", code=refusal.code, reason=refusal.reason)


def _insert(db: sqlite3.Connection, source: str, batch: str, row: Row, status: str, now: str) -> int:
    """Store a row, in place of an earlier refusal of the same key; returns its number."""
    refusal = row.refusal
    columns = {
        "source": source, "record": row.record, "revision": row.revision, "status": status,
        "code": refusal.code if refusal else "", "reason": refusal.reason if refusal else "",
        "digest": row.digest, "action": row.action, "item": row.item, "subject_kind": row.subject_kind,
        "subject_name": row.subject_name, "subject_code": row.subject_code, "document_no": row.document_no,
        "decided_on": row.decided_on, "displayed_until": row.displayed_until, "batch": batch, "received_at": now,
    }  # fmt: skip
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    statement = f"INSERT OR REPLACE INTO delivery ({names}) VALUES ({marks})"
    return db.execute(statement, tuple(columns.values())).lastrowid or 0


def _receipt(number: int, received_at: str) -> str:
    """The receipt of a row: unique, and the same each time it is asked for."""
    return f"GJ{received_at[:10].replace('-', '')}{number:010d}"
