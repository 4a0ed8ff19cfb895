"""Events to seal, and the powers of a database owner who tampers with them."""

import psycopg
import pytest
from django.db import connection, transaction

from audit.actions import Action
from audit.services import Target, record_many

TABLES = ("audit_auditevent", "audit_seal", "audit_sealentry", "audit_treehead")


def execute(statement, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


@pytest.fixture(autouse=True)
def apart(data_dir):
    """No test writes a key or a checkpoint where another finds it."""


@pytest.fixture
def committing(committed):
    """Real commits, on an empty trail."""
    for table in TABLES:
        execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")
        execute(f"TRUNCATE {table} CASCADE")
        execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate")


@pytest.fixture
def guarded(db):
    """Every guard in force, whatever another test has switched off."""
    for table in TABLES:
        execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate")


@pytest.fixture
def unguarded(db):
    """A database owner who has switched the guards off."""
    for table in TABLES:
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


@pytest.fixture
def write_events():
    """Write n events, all different, and return their ids."""

    def write(n, *, reason="例行"):
        with transaction.atomic():
            before = execute("SELECT coalesce(max(id), 0) FROM audit_auditevent")[0][0]
            targets = [Target("records.Record", str(i), f"示例记录{i}", detail={"n": i}) for i in range(n)]
            record_many(Action.RECORD_VIEWED, targets, reason=reason)
            return [row[0] for row in execute("SELECT id FROM audit_auditevent WHERE id > %s ORDER BY id", [before])]

    return write


@pytest.fixture
def other_session(committing):
    """A second database session, as another process has it."""
    parameters = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: parameters[name] for name in names if name in parameters}) as session:
        yield session
        session.rollback()


INSERT_EVENT = """
    INSERT INTO audit_auditevent (action, actor_name, object_type, object_id, object_label, result, reason, request_id,
        source, detail, once)
    VALUES ('records.record.viewed', '', 'records.Record', '0', '', 'done', '', '', 'web', '{}', false) RETURNING id
"""
