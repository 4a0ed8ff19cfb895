"""Many departments, a year of figures and a month of many records: nothing is counted row by row, pages read sums."""

from datetime import date, datetime, timedelta
from time import monotonic

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Department, Role
from deadlines.clock import BEIJING
from records.models import FigureRun, MonthlyFigure
from records.quality import services
from records.quality.policy import shift
from tests.factories import make_user

RECORDS = 20_000
MANY = """
INSERT INTO records_record (public_id, item_id, item_code, subject_id, department_id, subject_name, document_no,
    decided_on, title, authority, "values", secrets, content_digest, severity, display_rule_key, state, batch_id,
    row_no, created_at)
SELECT gen_random_uuid(), r.item_id, r.item_code, r.subject_id, d.id, r.subject_name, r.document_no || n,
    date '2026-09-20' + n %% 40, '', '', '{}', '{}', '', '', '', 'current', r.batch_id, n,
    timestamptz '2026-10-01 08:00+08' + n * interval '29 days' / %(records)s
FROM generate_series(1, %(records)s) AS n
CROSS JOIN (SELECT * FROM records_record LIMIT 1) AS r
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts_department) AS d ON d.place = 1 + n %% 170
"""


@pytest.fixture
def a_year(db, rehearse, send, permit):
    """One month of many records in all departments, and eleven months of stored figures before it."""
    send("XZXK", [permit()])
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"records": RECORDS})
        cursor.execute("ANALYZE records_record")
    departments = list(Department.objects.all())
    assert len(departments) >= 170
    now = datetime(2026, 11, 20, tzinfo=BEIJING)
    for back in range(1, 12):
        run = FigureRun.objects.create(
            month=shift(date(2026, 10, 1), -back), version=1, computed_at=now, definition=1, calendar_version="x"
        )
        MonthlyFigure.objects.bulk_create(
            MonthlyFigure(run=run, department=each, item_code=item, reported=20, timed=20, late=back, accepted=20)
            for each in departments
            for item in ("XZXK", "XZCF")
        )
    return now


def test_month_is_counted_in_a_statement_and_the_overview_reads_stored_sums(
    a_year, client, django_assert_max_num_queries
):
    started = monotonic()
    with django_assert_max_num_queries(30):
        run = services.close_month(date(2026, 10, 1), now=a_year)
    counted = monotonic() - started
    assert sum(figure.reported for figure in run.figures.all()) == RECORDS
    client.force_login(make_user("supervisor", Role.SUPERVISOR))
    client.get("/office/quality/")
    started = monotonic()
    with django_assert_max_num_queries(20):
        assert client.get("/office/quality/").status_code == 200
    shown = monotonic() - started
    assert counted < 10 and shown < 2, (counted, shown)  # far above what it takes; a step of another order is noticed


def test_rows_of_a_month_are_found_by_when_they_came_in(a_year):
    """Not by reading the table: the block range index serves any month of any size of table."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT count(*) FROM records_record WHERE created_at >= %s AND created_at < %s",
            [timezone.now() - timedelta(days=1), timezone.now()],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "record_by_entry" in plan
