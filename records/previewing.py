"""Raw PostgreSQL of the preview: the outcome of every staged row, foreseen without writing a fact, and its summary."""

import json
from datetime import date
from pathlib import Path

from django.db import connection

from catalogue.models import FieldType, ItemField, PersonDisplay, Scope, SubjectKind
from records.models import Batch, Preview, PreviewedRow, RejectedRow
from records.problems import problem

SQL = Path(__file__).parent / "sql"
TAKE, FORESEE = (
    part.strip().split("\n\n") for part in (SQL / "preview.sql").read_text(encoding="utf-8").split("-- WAVE:")
)
# Of this session only, for as long as one preview takes: what the file would add to subjects and their codes.
BEGIN = (
    "DROP TABLE IF EXISTS pg_temp.foreseen_subject, pg_temp.foreseen_identifier, pg_temp.foreseen_key,"
    " pg_temp.foreseen_person, pg_temp.foreseeing, pg_temp.upcoming",
    "CREATE TEMP TABLE foreseen_subject (id bigint PRIMARY KEY, kind text, legal_name text, name_key text,"
    " is_used boolean NOT NULL DEFAULT false)",
    "CREATE TEMP TABLE foreseen_identifier (kind text, lookup text, subject_id bigint, PRIMARY KEY (kind, lookup))",
    "CREATE TEMP TABLE foreseen_person (kind text, lookup text, name_key text, PRIMARY KEY (kind, lookup))",
    "CREATE TEMP TABLE foreseen_key (key uuid PRIMARY KEY, row_no int, content_digest bytea)",
)
END = (
    "DROP TABLE IF EXISTS pg_temp.foreseen_subject, pg_temp.foreseen_identifier, pg_temp.foreseen_person,"
    " pg_temp.foreseen_key"
)
BIGGEST, EXAMPLES, NAMES, LONGEST = 10, 20, 500, 300
NOT_SHOWN = "（不公开的内容，此处不显示）"

NEXT = """
    SELECT max(row_no) FROM (
        SELECT row_no FROM records_stagedrow WHERE batch_id = %s AND row_no > %s ORDER BY row_no LIMIT %s) AS slice"""
ROWS_DIGEST = """
    SELECT coalesce(
        encode(sha256(string_agg(int4send(row_no) || content_digest, ''::bytea ORDER BY row_no)), 'hex'), '')
    FROM records_stagedrow WHERE batch_id = %(batch)s"""
OUTCOME_DIGEST = """
    SELECT coalesce(encode(sha256(string_agg(convert_to(concat_ws('|', row_no, outcome, record_id, revision), 'UTF8')
        || content_digest, ''::bytea ORDER BY row_no)), 'hex'), '')
    FROM records_previewedrow WHERE batch_id = %(batch)s"""
OUTCOMES = "SELECT outcome, count(*) FROM records_previewedrow WHERE batch_id = %(batch)s GROUP BY outcome"
# The conditions of the view public_record, for rows that are not records yet (a test holds them together).
SHOWN = """
    WITH accepted AS (
        SELECT p.record_id, s.displayed_until >= platform_today()
               AND (s.subject_kind <> 'person' OR (%(masked)s AND s.adult_on <= platform_today())) AS is_shown
        FROM records_previewedrow AS p JOIN records_stagedrow AS s USING (batch_id, row_no)
        WHERE p.batch_id = %(batch)s AND p.outcome IN ('new', 'changed')
    )
    SELECT count(*) FILTER (WHERE is_shown),
           count(*) FILTER (WHERE is_shown IS NOT TRUE
                            AND record_id IN (SELECT id FROM public_record WHERE id = record_id))
    FROM accepted"""
CHANGES = """
    WITH measured AS (
        SELECT p.row_no, p.record_id,
               (SELECT count(*) FROM jsonb_each(r.values) AS o FULL JOIN jsonb_each(s.values) AS n USING (key)
                WHERE o.value IS DISTINCT FROM n.value) AS fields,
               (SELECT coalesce(max(abs((s.values ->> c)::numeric - (r.values ->> c)::numeric)), 0)
                FROM unnest(%(amounts)s::text[]) AS c) AS amount
        FROM records_previewedrow AS p JOIN records_stagedrow AS s USING (batch_id, row_no)
        JOIN records_record AS r ON r.id = p.record_id
        WHERE p.batch_id = %(batch)s AND p.outcome = 'changed'
        ORDER BY amount DESC, fields DESC, row_no LIMIT %(biggest)s
    )
    SELECT m.row_no, r.public_id::text, s.subject_kind, s.subject_name, mask_name(s.subject_name), s.document_no,
           r.values, s.values, r.displayed_until, s.displayed_until
    FROM measured AS m JOIN records_record AS r ON r.id = m.record_id
    JOIN records_stagedrow AS s ON s.batch_id = %(batch)s AND s.row_no = m.row_no
    ORDER BY m.amount DESC, m.fields DESC, m.row_no"""
SAMPLE = """
    SELECT s.row_no, p.outcome,
           CASE WHEN s.subject_kind = 'person' THEN mask_name(s.subject_name) ELSE s.subject_name END,
           s.document_no, s.decided_on::text, s.displayed_until::text
    FROM records_stagedrow AS s JOIN records_previewedrow AS p USING (batch_id, row_no)
    WHERE s.batch_id = %(batch)s ORDER BY s.row_no LIMIT 5"""
# Kind of suspicion → rows, document number, what differs. No names of persons in any of them.
DOUBTFUL = {
    # The same subject and document number with another date, in the file or among what is held.
    "other_date": """
        WITH rows AS (
            SELECT s.row_no, s.id_kinds[1] AS kind, s.id_lookups[1] AS lookup, s.document_no, s.decided_on, p.outcome
            FROM records_stagedrow AS s JOIN records_previewedrow AS p USING (batch_id, row_no)
            WHERE s.batch_id = %(batch)s AND p.outcome IN ('new', 'changed')
        ), found AS (
            SELECT array_agg(row_no ORDER BY row_no) AS row_nos, document_no,
                   array_agg(DISTINCT decided_on::text) AS differs
            FROM rows GROUP BY kind, lookup, document_no HAVING count(DISTINCT decided_on) > 1
            UNION ALL
            SELECT array[n.row_no], n.document_no, array[n.decided_on::text, r.decided_on::text]
            FROM rows AS n JOIN records_identifier AS i ON i.kind = n.kind AND i.lookup = n.lookup
            JOIN records_record AS r ON r.subject_id = i.subject_id AND r.document_no = n.document_no
            WHERE n.outcome = 'new' AND r.decided_on <> n.decided_on AND r.department_id = %(department)s
              AND r.item_code = %(code)s AND r.state IN ('current', 'disputed')
        )""",
    # One document number about several subjects: one decision may name several, so it is only asked.
    "other_subject": """
        WITH found AS (
            SELECT array_agg(s.row_no ORDER BY s.row_no) AS row_nos, s.document_no, array[]::text[] AS differs
            FROM records_stagedrow AS s JOIN records_previewedrow AS p USING (batch_id, row_no)
            WHERE s.batch_id = %(batch)s AND p.outcome IN ('new', 'changed')
            GROUP BY s.document_no HAVING count(DISTINCT s.id_lookups[1]) > 1
        )""",
    # Names of organisations almost equal to another's, where no unified code tells them apart.
    "near_name": """
        WITH named AS (
            SELECT min(s.row_no) AS row_no, min(s.subject_name) AS name, min(s.document_no) AS document_no, s.name_key
            FROM records_stagedrow AS s JOIN records_previewedrow AS p USING (batch_id, row_no)
            WHERE s.batch_id = %(batch)s AND p.outcome = 'new' AND s.subject_kind <> 'person'
              AND s.id_kinds[1] <> 'uscc'
            GROUP BY s.name_key ORDER BY 1 LIMIT %(names)s
        ), found AS (
            SELECT array[a.row_no, b.row_no] AS row_nos, a.document_no, array[a.name, b.name]::text[] AS differs
            FROM named AS a JOIN named AS b ON a.row_no < b.row_no AND similarity(a.name_key, b.name_key) >= 0.6
            UNION ALL
            SELECT array[a.row_no], a.document_no, array[a.name, s.legal_name]::text[]
            FROM named AS a JOIN records_subject AS s ON s.name_key %% a.name_key AND s.name_key <> a.name_key
            WHERE s.kind <> 'person' AND similarity(a.name_key, s.name_key) >= 0.6
        )""",
}
FOUND = """
    SELECT count(*) OVER (), row_nos[:5], document_no, differs FROM found ORDER BY row_nos LIMIT %(examples)s"""


def begin(batch: Batch) -> None:
    """Forget what was foreseen for the batch before."""
    forget(batch)
    with connection.cursor() as cursor:
        for statement in BEGIN:
            cursor.execute(statement)


def forget(batch: Batch) -> None:
    PreviewedRow.objects.filter(batch=batch)._raw_delete(PreviewedRow.objects.db)
    RejectedRow.objects.filter(batch=batch, is_foreseen=True)._raw_delete(RejectedRow.objects.db)


def foresee(batch: Batch, *, after: int, size: int) -> int | None:
    """Foresee the next `size` staged rows after row `after`, inside the caller's transaction.

    Returns the last of them, or None when there were none; counts them in `batch.rows_compared`, not saved.
    """
    with connection.cursor() as cursor:
        (until,) = cursor.execute(NEXT, [batch.pk, after, size]).fetchone()
        if until is None:
            return None
        names = _names(batch) | {"low": after, "high": until}
        for statement in TAKE:
            cursor.execute(statement, names)
        returned: list[tuple] = []
        while found := _wave(cursor, names, returned):
            batch.rows_compared += found
        cursor.execute("DROP TABLE upcoming")
    RejectedRow.objects.bulk_create(
        (
            RejectedRow(batch=batch, row_no=row_no, problems=[_problem(code, detail)], is_foreseen=True)
            for row_no, code, detail in returned
        ),
        batch_size=2000,
    )
    return until


def _wave(cursor, names: dict, returned: list[tuple]) -> int:
    """Foresee the rows that need not wait for another; return how many: none when all are done."""
    for statement in FORESEE:
        cursor.execute(statement, names)
    cursor.execute("SELECT row_no, outcome, detail FROM foreseeing WHERE outcome <> 'unchanged'")
    returned += cursor.fetchall()
    cursor.execute("DELETE FROM upcoming USING foreseeing WHERE foreseeing.row_no = upcoming.row_no")
    found = cursor.rowcount
    cursor.execute("DROP TABLE foreseeing")
    return found


def _problem(code: str, detail: str | None) -> dict[str, str]:
    return problem(code, held=detail, row=detail, date=detail).as_json()


def _names(batch: Batch) -> dict:
    return {"batch": batch.pk, "code": batch.item.code, "department": batch.department_id}


def rows_digest(batch: Batch) -> str:
    """What the staged rows are, in one number."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS_DIGEST, {"batch": batch.pk})
        return cursor.fetchone()[0]


def summarise(batch: Batch, *, decide_until: date) -> Preview:
    """The preview of a batch whose rows have all been foreseen; not saved."""
    item = batch.item
    fields = {field.code: field for field in item.fields.all()}
    names = _names(batch) | {
        "masked": item.person_display == PersonDisplay.MASKED,
        "amounts": [code for code, field in fields.items() if field.type == FieldType.DECIMAL],
        "biggest": BIGGEST,
        "examples": EXAMPLES,
        "names": NAMES,
    }
    with connection.cursor() as cursor:
        outcomes = dict(cursor.execute(OUTCOMES, names).fetchall())
        shown, ended = cursor.execute(SHOWN, names).fetchone()
        changes = cursor.execute(CHANGES, names).fetchall()
        sample = cursor.execute(SAMPLE, names).fetchall()
        doubtful = {kind: cursor.execute(query + FOUND, names).fetchall() for kind, query in DOUBTFUL.items()}
        outcome_digest = cursor.execute(OUTCOME_DIGEST, names).fetchone()[0]
        cursor.execute(END)
    new, changed, unchanged = (outcomes.pop(name, 0) for name in ("new", "changed", "unchanged"))
    conflicting = sum(outcomes.values())
    return Preview(
        batch=batch,
        file_digest=batch.file_digest,
        rows_digest=rows_digest(batch),
        outcome_digest=outcome_digest,
        rows_total=batch.rows_total,
        rows_new=new,
        rows_changed=changed,
        rows_unchanged=unchanged,
        rows_unreadable=batch.rows_total - new - changed - unchanged - conflicting,
        rows_conflicting=conflicting,
        rows_shown=shown,
        rows_ended=ended,
        doubtful=[_doubt(kind, rows) for kind, rows in doubtful.items() if rows],
        changes=[_change(row, fields) for row in changes],
        sample=[_example(row) for row in sample],
        decide_until=decide_until,
    )


def _doubt(kind: str, rows: list[tuple]) -> dict:
    return {
        "kind": kind,
        "count": rows[0][0],
        "examples": [
            {"rows": row_nos, "document_no": number, "differs": differs} for _, row_nos, number, differs in rows
        ],
    }


def _change(row: tuple, fields: dict[str, ItemField]) -> dict:
    """A changed record as a list of differences; of a natural person only what the world may see, without the name."""
    row_no, public_id, kind, name, masked, document_no, former, latter, until, from_now_until = row
    former, latter = json.loads(former), json.loads(latter)
    is_person = kind == SubjectKind.PERSON

    def said(field: ItemField, value: str) -> str:
        if is_person and field.scope != Scope.PUBLIC:
            return NOT_SHOWN if value else ""
        return (value.replace(name, masked) if is_person else value)[:LONGEST]

    differences = [
        {"name": field.name, "old": said(field, former.get(code, "")), "new": said(field, latter.get(code, ""))}
        for code, field in fields.items()
        if former.get(code) != latter.get(code)
    ]
    if until != from_now_until:
        differences.append({"name": "公示至", "old": str(until or ""), "new": str(from_now_until or "")})
    return {
        "row": row_no,
        "record": public_id,
        "name": masked if is_person else name,
        "document_no": document_no,
        "differences": differences,
    }


def _example(row: tuple) -> dict:
    return dict(zip(("row", "outcome", "name", "document_no", "decided_on", "displayed_until"), row, strict=True))
