"""Raw PostgreSQL: COPY into the staging table, and the set-based merge into subjects and records."""

import json
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
# Codes of letters and digits, Base64: nothing in them needs quoting but emptiness.
LISTS = tuple(at for at, field in enumerate(fields(CleanRow)) if field.type == list[str])
COPY = 'COPY records_stagedrow ("{}") FROM STDIN'.format('", "'.join(STAGED_COLUMNS))
# One statement after another, blank lines between them.
TAKE, MERGE = (
    part.strip().split("\n\n")
    for part in (Path(__file__).parent / "sql" / "merge.sql").read_text(encoding="utf-8").split("-- WAVE:")
)


def stage(batch: Batch, rows: Iterable[CleanRow]) -> int | None:
    """COPY checked rows next to their batch, but for those merged already; return the last row's number.

    Runs inside the caller's transaction.
    """
    row = None
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            if row.row_no > batch.checkpoint:
                copy.write_row((batch.pk, *row_values(row)))
    return row.row_no if row else None


def row_values(row: CleanRow) -> tuple:
    """The row's values in column order; lists as array literals, which costs a third of letting psycopg adapt them."""
    values = [getattr(row, name) for name in STAGED_COLUMNS[1:]]
    for at in LISTS:
        values[at] = "{" + ",".join([text or '""' for text in values[at]]) + "}"
    return tuple(values)


def reject(batch: Batch, rejected: list[tuple[int, list[Problem]]]) -> int:
    """Keep what is wrong with each row; return how many are new: a row read again after a crash is not doubled."""
    if not rejected:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {RejectedRow._meta.db_table} (batch_id, row_no, problems) "
            "SELECT %s, row_no, problems::jsonb FROM unnest(%s::int[], %s::text[]) AS r (row_no, problems) "
            "ON CONFLICT DO NOTHING",
            [
                batch.pk,
                [row_no for row_no, _ in rejected],
                [json.dumps([p.as_json() for p in problems], ensure_ascii=False) for _, problems in rejected],
            ],
        )
        return cursor.rowcount


def commit_later() -> None:
    """Let this transaction return before it is on disk. The batch's last transaction waits for all before it.

    Only for what is read or merged again when the server dies in between: the write-ahead log is lost from its end,
    so that no later commit, of whomsoever, outlives an earlier one (ADR 0014).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def has_staged_rows(batch: Batch) -> bool:
    return StagedRow.objects.filter(batch=batch).exists()


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
        "previewed": batch.decided_at is not None,
        "sent_by": batch.sent_by_id,
    }
    counts: Counter = Counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('records.merge'))")
        for statement in TAKE:
            cursor.execute(statement, parameters)
        while _wave(cursor, batch, parameters, counts):
            cursor.execute("DELETE FROM slice USING merging WHERE merging.row_no = slice.row_no")
            cursor.execute("DROP TABLE merging")
        cursor.execute("DROP TABLE merging, slice")
    return counts


def _wave(cursor, batch: Batch, parameters: dict, counts: Counter) -> bool:
    """Merge the rows that need not wait for another, add up what became of them; return whether others are left."""
    for statement in MERGE:
        cursor.execute(statement, parameters)
    cursor.execute("SELECT row_no, outcome, detail FROM merging WHERE outcome <> 'unchanged'")
    refused = [(row_no, [_found(code, detail)]) for row_no, code, detail in cursor.fetchall()]
    reject(batch, refused)
    cursor.execute(
        "SELECT count(*) FILTER (WHERE outcome IS NULL), count(*) FILTER (WHERE outcome = 'unchanged'), "
        "count(*) < (SELECT count(*) FROM slice) FROM merging"
    )
    accepted, unchanged, is_left = cursor.fetchone()
    counts.update(accepted=accepted, unchanged=unchanged, rejected=len(refused))
    return is_left


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
