"""The indexes are used through the public views, as the portal's role: 0.3 ms and 65 ms lie between the two."""

import pytest
from django.db import connection

from disclosure import search
from disclosure.models import PublicRecord, PublicSubject
from disclosure.role import portal_role
from tests.disclosure.factory import make_organisation, make_record

SUBJECTS = """
    INSERT INTO records_subject (public_id, kind, legal_name, name_key, uscc, region_code)
    SELECT gen_random_uuid(), 'organisation', name, name, 'T' || lpad(i::text, 17, '0'), '530102'
    FROM (
        SELECT i, chr(19968 + i * 7 % 2000) || chr(20968 + i * 13 % 3000) || chr(24968 + i * 29 % 4000)
                  || '示例' || i || '号有限公司' AS name
        FROM generate_series(1, 20000) AS i
    ) AS made
"""
RECORDS = """
    INSERT INTO records_record (public_id, item_id, item_code, subject_id, department_id, subject_name, document_no,
        decided_on, title, authority, "values", secrets, content_digest, severity, displayed_from, displayed_until,
        display_rule_key, batch_id, row_no)
    SELECT gen_random_uuid(), r.item_id, r.item_code, s.id, r.department_id, s.legal_name, '示例' || s.id || '号',
        r.decided_on - (s.id % 300)::int, r.title, r.authority, r."values", '{}', r.content_digest, '',
        r.displayed_from, r.displayed_until, r.display_rule_key, r.batch_id, s.id
    FROM records_subject AS s CROSS JOIN records_record AS r
"""


@pytest.fixture
def many():
    """20,000 organisations with one permit each, and statistics about them."""
    make_record(make_organisation("昆明示例茶业有限公司"), "XZXK")
    with connection.cursor() as cursor:
        cursor.execute(SUBJECTS)
        cursor.execute(RECORDS)
        for index in ("subject_name_trigram", "subject_name_bigram"):
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])  # as autovacuum does
        cursor.execute("ANALYZE records_subject, records_record, records_identifier")


def plan(queryset) -> str:
    statement, parameters = queryset.query.sql_with_params()  # QuerySet.explain() cannot do filtered windows
    with portal_role(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


def name() -> str:
    return PublicSubject.objects.order_by("-id").values_list("name_key", flat=True)[0]


def test_every_way_to_a_name_has_its_index(many):
    text = name()
    subjects = PublicSubject.objects
    assert "subject_name_key" in plan(subjects.starting_with(text).values_list("id")[:1001])
    assert "subject_name_bigram" in plan(subjects.containing(text[1:3]).values_list("id", "name_key")[:1001])
    assert "subject_name_trigram" in plan(subjects.containing(text[:3]).values_list("id", "name_key")[:1001])
    assert "subject_name_trigram" in plan(subjects.containing(text[1:6]).values_list("id", "name_key")[:1001])


def test_what_has_a_key_is_looked_up(many):
    firm = PublicSubject.objects.get(name_key=name())
    by_code = plan(PublicSubject.objects.coded(make_organisation("大理示例花卉有限公司").uscc))
    assert "uscc" in by_code
    by_document = plan(search.find_records(search.understand("示例(2026)7号"))[:21])
    assert "record_document_no" in by_document
    of_subject = plan(PublicRecord.objects.filter(subject_id=firm.pk).first_of_each_item(10))
    assert "subject_id" in of_subject
    for found in (by_code, by_document, of_subject):
        assert "Seq Scan on records_subject" not in found
        assert "Seq Scan on records_record" not in found


def test_a_list_is_read_in_the_order_of_its_index_without_opening_the_content(many):
    rows = PublicRecord.objects.filter(item_code="XZXK").about_organisations().newest_first()
    found = plan(rows.defer("values")[:20])
    assert "record_by_decision" in found
    assert "Seq Scan on records_record" not in found
    assert "catalogue_itemfield" not in found
    assert "catalogue_itemfield" in plan(rows[:20])
