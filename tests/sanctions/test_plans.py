"""A check asks about one subject: it must reach the indexes, however many are listed."""

from django.db import connection

from sanctions.models import ListingInForce

# As many more of the same, about subjects that do not exist: only the plan matters.
MANY = """
    INSERT INTO sanctions_listing
    SELECT (jsonb_populate_record(l, jsonb_build_object('id', l.id + n, 'public_id', uuidv7(), 'document_no', n::text,
        'subject_id', 1000000 + n, 'record_id', NULL, 'key', NULL))).*
    FROM sanctions_listing AS l, generate_series(1, 5000) AS n"""


def test_who_is_listed_is_found_by_index(black, memorandum, enter):
    listing = enter(black)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(MANY)
        cursor.execute("ANALYZE sanctions_listing")
        sql, params = ListingInForce.objects.filter(subject=listing.subject_id).query.sql_with_params()
        plan = "\n".join(line for (line,) in cursor.execute(f"EXPLAIN {sql}", params).fetchall())
    assert "listing_entered" in plan
    assert "CTE" not in plan and "Seq Scan on sanctions_listing" not in plan, plan
