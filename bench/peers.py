"""What an import is held against: a raw COPY of the same rows into the same tables with the same indexes."""

import os
import time

import psutil
from django.db import connection

from bench import rows, stored
from records.identity import name_key
from records.models import Batch


class Clock:
    """Wall and processor seconds since its making; the latter of this process, its children, the database.

    Where others share the machine, wall time says how busy they were; processor time still says what the work costs.
    """

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._server = psutil.Process(psutil.Process(cursor.fetchone()[0]).ppid())
        self._wall, self._cpu = time.perf_counter(), self._used()

    def _used(self) -> float:
        """The server's own sum holds the sessions that have ended, its children are those that live."""
        own, server = os.times(), self._server.cpu_times()
        sessions = [child.cpu_times() for child in self._server.children()]
        return (
            own.user + own.system + own.children_user + own.children_system
            + server.children_user + server.children_system
            + sum(session.user + session.system for session in sessions)
        )  # fmt: skip

    def read(self) -> tuple[float, float]:
        return time.perf_counter() - self._wall, self._used() - self._cpu


def newest_subject() -> int:
    """The newest subject; those an import makes come after it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM records_subject")
        return cursor.fetchone()[0]


def copy_twins(batch: Batch, made: tuple[int, int]) -> tuple[float, float]:
    """Wall and processor seconds of a raw COPY of as many, as long, as varied rows as the import of `batch` wrote.

    `made` are the newest subjects before and after it. The rows are those the import wrote, with other numbers, names
    and subjects, so that they hit the same indexes at other places. Nothing is read, checked, found or kept: the bytes
    are ready before the clock starts.
    """
    with connection.cursor() as cursor:
        _make_twins(cursor, batch, *made)
        content = {table: _dump(cursor, table) for table in stored.TABLES}
        clock = Clock()
        for table, chunks in content.items():
            with cursor.copy(f"COPY {table} ({_columns(cursor, table)}) FROM STDIN") as copy:
                for chunk in chunks:
                    copy.write(chunk)
        taken = clock.read()
        for table in stored.TABLES:
            cursor.execute(f"DROP TABLE bench_{table}")
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        return taken


def _make_twins(cursor, batch: Batch, after: int, until: int) -> None:
    wanted = {"records_subject": "id > %(after)s AND id <= %(until)s",
              "records_identifier": "subject_id > %(after)s AND subject_id <= %(until)s",
              "records_record": "batch_id = %(batch)s"}  # fmt: skip
    for table, condition in wanted.items():
        cursor.execute(f"CREATE UNLOGGED TABLE bench_{table} AS SELECT * FROM {table} WHERE {condition}",
                       {"after": after, "until": until, "batch": batch.pk})  # fmt: skip
    cursor.execute("SELECT id FROM bench_records_subject ORDER BY id")
    ids = [pk for (pk,) in cursor.fetchall()]
    span = newest_subject() - after
    cursor.execute("CREATE TEMP TABLE twin (id bigint PRIMARY KEY, name text, key text, code text, region text)")
    with cursor.copy("COPY twin FROM STDIN") as copy:
        for pk in ids:
            name, code, region = stored.firm(rows.NEW_FROM * 2 + pk)
            copy.write_row((pk, name, name_key(name), code, region))
    cursor.execute("SELECT min(id), count(*) FROM bench_firm")
    first, firms = cursor.fetchone()
    values = {"after": after, "span": span, "first": first, "firms": firms}
    cursor.execute(
        """
        UPDATE bench_records_identifier SET lookup = t.code, subject_id = subject_id + %(span)s,
            id = nextval(pg_get_serial_sequence('records_identifier', 'id'))
        FROM twin AS t WHERE t.id = subject_id
        """,
        values,
    )
    cursor.execute(
        """
        UPDATE bench_records_subject AS s SET id = s.id + %(span)s, public_id = uuidv7(),
            legal_name = t.name, name_key = t.key, uscc = t.code, region_code = t.region
        FROM twin AS t WHERE t.id = s.id
        """,
        values,
    )
    cursor.execute(
        """
        UPDATE bench_records_record SET public_id = uuidv7(),
            id = nextval(pg_get_serial_sequence('records_record', 'id')),
            document_no = overlay(document_no placing (substr(document_no, 11, 8)::bigint + 50000000)::text from 11),
            subject_id = CASE WHEN subject_id > %(after)s THEN subject_id + %(span)s
                ELSE %(first)s + (subject_id - %(first)s + 777777) %% %(firms)s END
        """,
        values,
    )
    cursor.execute("DROP TABLE twin")


def _columns(cursor, table: str) -> str:
    cursor.execute(
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns "
        "WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    return cursor.fetchone()[0]


def _dump(cursor, table: str) -> list[bytes]:
    with cursor.copy(f"COPY (SELECT {_columns(cursor, table)} FROM bench_{table} ORDER BY id) TO STDOUT") as copy:
        return [bytes(chunk) for chunk in copy]
