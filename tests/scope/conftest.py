"""A province with a department in it, built once for a module; what a test does to it is undone after the test."""

import io

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from disclosure import figures
from tests.conftest import TODAY
from tests.scope.province import Side, issue_bulletin, make_side

# Reading may leave lines in the trail and renew a session; nothing else.
LEFT_BY_READING = ("audit_auditevent", "django_session")


@pytest.fixture(scope="module")
def province(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(TODAY=TODAY, DATA_DIR=tmp_path_factory.mktemp("province"))
    with django_db_blocker.unblock(), settings, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('platform.today', %s, true)", [TODAY.isoformat()])
        call_command("seed", stdout=io.StringIO())  # a transactional_db test before this one took it away
        side = make_side("甲隐乙", 1)
        side.bulletin = issue_bulletin()
        yield side
        transaction.set_rollback(True)
    connection.close()


@pytest.fixture
def ours(province) -> Side:
    figures.forget()
    with transaction.atomic():
        yield province
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def theirs(province) -> Side:
    """The other department, for the whole of the modules that ask for it."""
    return make_side("癸藏壬", 2)


@pytest.fixture
def facts():
    """A function that gives a digest of every table, those aside that reading may add to."""
    return digest_tables


def digest_tables() -> dict[str, str]:
    tables = [name for name in connection.introspection.table_names() if name not in LEFT_BY_READING]
    digest = "count(*) || coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '')"
    query = " UNION ALL ".join(f"SELECT '{table}', {digest} FROM {table} AS t" for table in tables)
    with connection.cursor() as cursor:
        return dict(cursor.execute(query).fetchall())
