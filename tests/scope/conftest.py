"""A province with a department in it, built once for a module; what a test does to it is undone after the test."""

import pytest
from django.db import connection, transaction
from django.test import override_settings

from disclosure import figures
from tests.conftest import TODAY, seed_again
from tests.scope.province import Side, issue_bulletin, issue_evaluation, make_side

# Reading may leave lines in the trail and renew a session; nothing else.
LEFT_BY_READING = ("audit_auditevent", "django_session")


@pytest.fixture(scope="module")
def province(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(TODAY=TODAY, DATA_DIR=tmp_path_factory.mktemp("province"))
    with django_db_blocker.unblock(), settings, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('platform.today', %s, true)", [TODAY.isoformat()])
        seed_again()
        side = make_side("甲隐乙", 1)
        side.bulletin = issue_bulletin()
        issue_evaluation()  # as a bulletin, it is there before anybody looks
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
def theirs(province, pristine) -> Side:
    """The other department, for the whole of the modules that ask for it."""
    pristine.clear()
    return make_side("癸藏壬", 2)


@pytest.fixture(scope="module")
def pristine() -> dict[str, str]:
    """Digests of the tables as they stand before any test of the module has touched them."""
    return {}


@pytest.fixture
def facts(ours, pristine):
    """A function that gives a digest of every table, those aside that reading may add to.

    Every test begins with the same rows, so a table nobody has written to since then is read once a module.
    """
    began = _written()

    def digest() -> dict[str, str]:
        now = _written()
        moved = {table for table in now if now[table] != began[table]}
        pristine.update(_digests(set(now) - moved - set(pristine)))
        return {table: pristine[table] for table in set(now) - moved} | _digests(moved)

    return digest


def _written() -> dict[str, int]:
    """How many rows of each table this transaction has written so far, taken back or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return {table: rows for table, rows in cursor.fetchall() if table not in LEFT_BY_READING}


def _digests(tables: set[str]) -> dict[str, str]:
    if not tables:
        return {}
    digest = "count(*) || coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '')"
    query = " UNION ALL ".join(f"SELECT '{table}', {digest} FROM {table} AS t" for table in sorted(tables))
    with connection.cursor() as cursor:
        return dict(cursor.execute(query).fetchall())
