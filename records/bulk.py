"""Raw PostgreSQL: COPY into the staging table, and the set-based merge into subjects and records."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from pathlib import Path

from django.db import connection

from records.checking import CleanRow
from records.models import Batch, BatchKey, RejectedRow, StagedRow
from records.problems import Problem, problem

STAGED_COLUMNS = ("batch_id", *(field.name for field in fields(CleanRow)))
COPY = 'COPY records_stagedrow ("{}") FROM STDIN'.format('", "'.join(STAGED_COLUMNS))
# One statement after another, blank lines between them.
MERGE = (Path(__file__).parent / "sql" / "merge.sql").read_text(encoding="utf-8").strip().split("\n\n")


def stage(batch: Batch, rows: Iterable[CleanRow]) -> None:
    """COPY checked rows next to their batch. Runs inside the caller's transaction."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row((batch.pk, *row_values(row)))


def row_values(row: CleanRow) -> tuple:
    """The row's values in column order; dataclasses.astuple would copy every list."""
    return tuple(getattr(row, name) for name in STAGED_COLUMNS[1:])


def reject(batch: Batch, rejected: Iterable[tuple[int, list[Problem]]]) -> None:
    """Keep what is wrong with each row; a row read again after a crash is not doubled."""
    RejectedRow.objects.bulk_create(
        (
            RejectedRow(batch=batch, row_no=row_no, problems=[p.as_json() for p in problems])
            for row_no, problems in rejected
        ),
        ignore_conflicts=True,
        batch_size=2000,
    )


def has_staged_rows(batch: Batch) -> bool:
    return StagedRow.objects.filter(batch=batch).exists()


def next_slice(batch: Batch, size: int) -> int | None:
    """The last row number of the next `size` staged rows after the checkpoint, or None when all are merged."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(row_no) FROM (SELECT row_no FROM {StagedRow._meta.db_table} "
            "WHERE batch_id = %s AND row_no > %s ORDER BY row_no LIMIT %s) AS slice",
            [batch.pk, batch.checkpoint, size],
        )
        return cursor.fetchone()[0]


def merge(batch: Batch, *, until: int) -> Counter:
    """Merge the staged rows after the checkpoint up to row `until`.

    Returns how many were accepted, unchanged, rejected.
    """
    parameters = {
        "batch": batch.pk,
        "low": batch.checkpoint,
        "high": until,
        "item": batch.item_id,
        "code": batch.item.code,
        "department": batch.department_id,
        "sent_by": batch.sent_by_id,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('records.merge'))")
        for statement in MERGE:
            cursor.execute(statement, parameters)
        cursor.execute("SELECT row_no, outcome, detail FROM merging WHERE outcome <> 'unchanged'")
        refused = [(row_no, [_found(code, detail)]) for row_no, code, detail in cursor.fetchall()]
        cursor.execute(
            "SELECT count(*) FILTER (WHERE outcome IS NULL), count(*) FILTER (WHERE outcome = 'unchanged') FROM merging"
        )
        accepted, unchanged = cursor.fetchone()
        cursor.execute("DROP TABLE merging, slice")
    reject(batch, refused)
    return Counter(accepted=accepted, unchanged=unchanged, rejected=len(refused))


def _found(code: str, detail: str | None) -> Problem:
    return problem(code, held=detail, row=detail, date=detail)


def clear_staged_rows(batch: Batch) -> None:
    """Forget what was staged; the batch's file still has it."""
    StagedRow.objects.filter(batch=batch)._raw_delete(StagedRow.objects.db)


def clear_staging(batch: Batch) -> None:
    """Forget what was staged and named, at the end of a batch."""
    clear_staged_rows(batch)
    BatchKey.objects.filter(batch=batch)._raw_delete(BatchKey.objects.db)


def expire(today: date, *, limit: int) -> list[tuple[int, str, str, date]]:
    """Close up to `limit` records whose term ended before `today`, each on the last day it was shown.

    Returns (id, item code, document number, ended on). Rows another sweep holds are left to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE records_record AS r
            SET state = 'expired', ended_on = displayed_until, updated_at = now(), revision = revision + 1,
                explained_revision = revision + 1, change_kind = 'expired', changed_by_id = NULL, change_reason = ''
            FROM (
                SELECT id FROM records_record
                WHERE state IN ('current', 'disputed', 'suspended') AND displayed_until < %s
                ORDER BY displayed_until, id LIMIT %s FOR UPDATE SKIP LOCKED
            ) AS due
            WHERE r.id = due.id RETURNING r.id, r.item_code, r.document_no, r.ended_on
            """,
            [today, limit],
        )
        return cursor.fetchall()


def batches_of_record(record_id: int) -> list[int]:
    """Every batch that ever brought this record or a former state of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT batch_id FROM records_record WHERE id = %(id)s UNION "
            "SELECT (former ->> 'batch_id')::bigint FROM records_recordversion WHERE record_id = %(id)s",
            {"id": record_id},
        )
        return [pk for (pk,) in cursor.fetchall()]


def erase(erasure_id: int) -> tuple[str, int]:
    """Let the database carry out a signed erasure; returns the digest of what was there and how many versions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest, emptied FROM records_erase(%s)", [erasure_id])
        return cursor.fetchone()
