"""The national queue as one SQL question: claim what is pending, and know what each row should say."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from exchange.models import Delivery
from exchange.workflow import HandoverAction

# Displayed rows and references are published, what the nation saw before is withdrawn, the rest has nothing to tell it.
CLAIM = """
WITH pending AS (
    SELECT r.id, r.revision
    FROM records_record AS r
    LEFT JOIN exchange_handover AS h ON h.record_id = r.id
    WHERE r.revision > r.national_revision AND h.delivery_id IS NULL
      AND (h.next_attempt_at IS NULL OR h.next_attempt_at <= now())
      AND coalesce(h.refused_revision, 0) < r.revision
    ORDER BY r.id LIMIT %(limit)s
    FOR UPDATE OF r SKIP LOCKED
)
SELECT p.id, p.revision,
       CASE WHEN EXISTS (SELECT FROM public_record AS v WHERE v.id = p.id)
              OR EXISTS (SELECT FROM national_reference AS v WHERE v.id = p.id) THEN 'publish'
            WHEN h.is_published THEN 'withdraw' ELSE '' END
FROM pending AS p LEFT JOIN exchange_handover AS h ON h.record_id = p.id
ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    record_id: int
    revision: int
    action: str


@contextmanager
def only_pusher(door: str = "exchange.push") -> Iterator[bool]:
    """True for one process at a time a door. The lock belongs to the session, so it ends with a process that dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [door])
        is_ours = cursor.fetchone()[0]
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [door])


def claim(limit: int) -> list[Claimed]:
    """Lock up to `limit` pending rows that no other pusher holds, within the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"limit": limit})
        return [Claimed(*row) for row in cursor.fetchall()]


def told_values(record_ids: list[int]) -> dict[int, dict[str, str]]:
    """What the nation is told of these records: what the world may read, and the shared fields of what is forwarded.

    One whose display ended a moment ago is not there: nothing to tell. One shown again after a false repair says so.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, CASE WHEN restored_on IS NULL THEN values "
            "ELSE values || jsonb_build_object('XFZT', '修复被撤销') END "
            "FROM public_record WHERE id = ANY(%(ids)s) "
            "UNION ALL SELECT id, values FROM national_reference WHERE id = ANY(%(ids)s)",
            {"ids": record_ids},
        )
        return {pk: json.loads(values) if isinstance(values, str) else values for pk, values in cursor.fetchall()}


def put_in_flight(delivery: Delivery, rows: list[Claimed]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO exchange_handover (record_id, delivery_id, revision, action, is_published, receipt, attempts,
                                           refused_revision, code, reason, updated_at)
            SELECT record_id, %s, revision, action, false, '', 0, 0, '', '', now()
            FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS c (record_id, revision, action)
            ON CONFLICT (record_id) DO UPDATE
            SET delivery_id = excluded.delivery_id, revision = excluded.revision, action = excluded.action,
                updated_at = now()
            """,
            [delivery.pk, [r.record_id for r in rows], [r.revision for r in rows], [r.action for r in rows]],
        )


def settle(record_ids: list[int], revisions: list[int]) -> None:
    """The nation knows these revisions; a newer one keeps the row pending."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE records_record AS r SET national_revision = greatest(r.national_revision, s.revision)
            FROM unnest(%s::bigint[], %s::int[]) AS s (id, revision) WHERE r.id = s.id
            """,
            [record_ids, revisions],
        )


def land(delivery: Delivery, landed: dict[int, str]) -> None:
    """Take confirmed rows off their delivery, each with its receipt."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE exchange_handover AS h
            SET delivery_id = NULL, is_published = (h.action = %s), receipt = l.receipt, attempts = 0,
                next_attempt_at = NULL, code = '', reason = '', updated_at = now()
            FROM unnest(%s::bigint[], %s::text[]) AS l (record_id, receipt)
            WHERE h.record_id = l.record_id AND h.delivery_id = %s
            """,
            [HandoverAction.PUBLISH, list(landed), list(landed.values()), delivery.pk],
        )
