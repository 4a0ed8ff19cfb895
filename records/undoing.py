"""Raw PostgreSQL of undoing a batch: what it brought is taken back, what it changed gets its former content again."""

from pathlib import Path

from django.db import connection

from records.models import Batch

UNDO = (Path(__file__).parent / "sql" / "undo.sql").read_text(encoding="utf-8").strip().split("\n\n")


def next_slice(batch: Batch, size: int) -> int | None:
    """The last row number of the next `size` records of the batch after its checkpoint, or None at the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(row_no) FROM (SELECT row_no FROM records_record WHERE batch_id = %s AND row_no > %s "
            "ORDER BY row_no LIMIT %s) AS slice",
            [batch.pk, batch.checkpoint, size],
        )
        return cursor.fetchone()[0]


def undo(batch: Batch, *, until: int) -> int:
    """Undo the records of the rows after the checkpoint up to `until`, inside the caller's transaction.

    Returns how many were undone; records that something else has changed since are left as they are.
    """
    parameters = {
        "batch": batch.pk,
        "low": batch.checkpoint,
        "high": until,
        "by": batch.undone_by_id,
        "reason": f"整批撤回：{batch.undo_reason}",
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('records.merge'))")
        for statement in UNDO:
            cursor.execute(statement, parameters)
        cursor.execute("SELECT count(*) FROM undoing")
        (undone,) = cursor.fetchone()
        cursor.execute("DROP TABLE undoing")
    return undone
