"""A province with two departments, on one day."""

import pytest
from django.db import connection

from disclosure import figures
from tests.scope.province import Side, make_side

# Reading may leave lines in the trail and renew a session; nothing else.
LEFT_BY_READING = ("audit_auditevent", "django_session")


@pytest.fixture
def ours(db, rehearse, data_dir) -> Side:
    figures.forget()
    return make_side("甲隐乙", 1)


@pytest.fixture
def theirs(ours) -> Side:
    return make_side("癸藏壬", 2)


@pytest.fixture
def facts():
    """A function that gives a digest of every table, those aside that reading may add to."""
    return digest_tables


def digest_tables() -> dict[str, str]:
    tables = [name for name in connection.introspection.table_names() if name not in LEFT_BY_READING]
    with connection.cursor() as cursor:
        return {table: _digest(cursor, table) for table in tables}


def _digest(cursor, table: str) -> str:
    cursor.execute(f'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" AS t')
    return str(cursor.fetchone())
