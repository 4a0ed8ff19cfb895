"""Raw PostgreSQL of the holiday table."""

from django.db import connection

WORKDAY_VERSION = """
    SELECT left(encode(sha256(convert_to(
        coalesce(string_agg(concat_ws('|', date, kind, status), E'\n' ORDER BY date), ''), 'UTF8'
    )), 'hex'), 16)
    FROM deadlines_workday
"""


def workday_version() -> str:
    """A digest of everything in the holiday table that moves a deadline: 16 hex digits, the calendar's version."""
    with connection.cursor() as cursor:
        cursor.execute(WORKDAY_VERSION)
        version: str = cursor.fetchone()[0]
    return version
