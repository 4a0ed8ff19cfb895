"""The tables only grow: for the application by its rights, for their owner by triggers (T-27)."""

import psycopg.errors
import pytest
from django.db import ProgrammingError, connection, transaction

from audit import sealing

from .conftest import INSERT_EVENT, TABLES, execute

CHANGES = [
    "UPDATE {table} SET {column} = {column}",
    "UPDATE {table} SET {column} = {column} WHERE false",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
]
COLUMN = {"audit_auditevent": "reason", "audit_seal": "hash", "audit_sealentry": "position", "audit_treehead": "hash"}
POWERS = [
    "ALTER TABLE {table} DISABLE TRIGGER {table}_append_only",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "DROP TRIGGER {table}_append_only ON {table}",
    "DROP TABLE {table}",
    "ALTER TABLE {table} ADD COLUMN extra text",
    "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE sql AS ''",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
]


def refused(statement):
    with pytest.raises(ProgrammingError) as caught, transaction.atomic():
        execute(statement)
    assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege)
    return str(caught.value)


@pytest.fixture
def application(guarded, write_events):
    """A session of a role with the application's rights on the trail: INSERT and SELECT."""
    write_events(3)
    sealing.seal_all()
    execute("CREATE ROLE audit_test_application NOLOGIN")
    for table in TABLES:
        execute(f"GRANT INSERT, SELECT ON {table} TO audit_test_application")
    # SET ROLE keeps the owner's right to go back, which a real login as the role has not: so change the session's user.
    execute("SET LOCAL SESSION AUTHORIZATION audit_test_application")
    yield
    execute("RESET SESSION AUTHORIZATION")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_owner_is_refused_every_change_by_trigger(guarded, table, change):
    assert "append_only" in refused(change.format(table=table, column=COLUMN[table]))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES[:4])
def test_replica_mode_does_not_switch_the_triggers_off(guarded, table, change):
    execute("SET LOCAL session_replication_role = replica")
    assert "append_only" in refused(change.format(table=table, column=COLUMN[table]))


def test_upsert_cannot_smuggle_an_update_in(guarded, write_events):
    [event_id] = write_events(1)
    assert "append_only" in refused(
        "INSERT INTO audit_auditevent SELECT * FROM audit_auditevent"
        f" WHERE id = {event_id} ON CONFLICT (id) DO UPDATE SET reason = '改写'"
    )


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", CHANGES + POWERS)
def test_application_role_is_refused_every_change_by_its_rights(application, table, statement):
    message = refused(statement.format(table=table, column=COLUMN[table]))
    assert "append_only" not in message


def test_application_role_can_do_its_work(application):
    assert execute(INSERT_EVENT)
    assert sealing.seal().size == 1
    assert not sealing.seal_all()


def test_every_table_of_the_trail_has_its_two_guards(guarded):
    found = execute(
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
        " WHERE tgrelid = ANY(%s::regclass[]) AND tgfoid = 'audit_refuse_change'::regproc ORDER BY 1, 2",
        [list(TABLES)],
    )
    assert found == [(t, f"{t}_{guard}", "A") for t in TABLES for guard in ("append_only", "no_truncate")]


def test_flush_of_the_whole_database_is_refused_too(guarded):
    with pytest.raises(ProgrammingError, match="append_only"), transaction.atomic():
        execute("; ".join(connection.ops.sql_flush(_style(), list(TABLES), reset_sequences=True)))


def _style():
    class Plain:
        def __getattr__(self, name):
            return str

    return Plain()
