"""Raw PostgreSQL about subjects: suspected duplicates, doubtful codes, and whose is what when a merge is undone."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import connection

FOLDER = Path(__file__).parent / "sql"
# One statement after another, blank lines between them.
DUPLICATES, CODE_CASES = (
    (FOLDER / name).read_text(encoding="utf-8").strip().split("\n\n") for name in ("duplicates.sql", "code_cases.sql")
)


def lock_merging() -> None:
    """Wait for the merge of an import to end and keep the next one waiting (bulk.merge takes the same lock)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('records.merge'))")


def suspect_duplicates(found_at: datetime) -> None:
    """Write down every pair of organisations that may be one; pairs judged to be two are left as they are."""
    _run(DUPLICATES, {"found_at": found_at})


def open_code_cases() -> None:
    """Write down every doubt about a code that is not known yet."""
    _run(CODE_CASES, {})


def _run(statements: Iterable[str], parameters: dict) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, parameters)


def records_naming(codes: list[str], *, subject: int, after: int, but_not: list[str]) -> list[int]:
    """Records of a subject that came after record `after` and name one of `codes`, and none of `but_not`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id FROM records_record AS r WHERE subject_id = %s AND id > %s
              AND EXISTS (SELECT FROM jsonb_each_text(r."values") AS v WHERE v.value = ANY(%s))
              AND NOT EXISTS (SELECT FROM jsonb_each_text(r."values") AS v WHERE v.value = ANY(%s)) ORDER BY id""",
            [subject, after, codes, but_not],
        )
        return [row[0] for row in cursor.fetchall()]


def identifiers_named_only_by(records: list[int], *, subject: int, after: int) -> list[int]:
    """Codes a subject was given after identifier `after` that stand in these records of it and in no other."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.id FROM records_identifier AS i WHERE i.subject_id = %(subject)s AND i.id > %(after)s
              AND EXISTS (
                  SELECT FROM records_record AS r CROSS JOIN LATERAL jsonb_each_text(r."values") AS v
                  WHERE r.id = ANY(%(records)s) AND v.value = i.lookup)
              AND NOT EXISTS (
                  SELECT FROM records_record AS r CROSS JOIN LATERAL jsonb_each_text(r."values") AS v
                  WHERE r.subject_id = %(subject)s AND r.id <> ALL(%(records)s) AND v.value = i.lookup)
            ORDER BY i.id""",
            {"subject": subject, "after": after, "records": records},
        )
        return [row[0] for row in cursor.fetchall()]
