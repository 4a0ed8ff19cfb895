"""A database as large as a province's, made set by set: organisations by COPY, records by INSERT … SELECT.

Names, dates, departments and items vary, so that the indexes look as they would after some years. Indexes are taken
away while a large step is filled and built again after it; tables and indexes end as the migrations define them.
"""

from collections.abc import Iterator
from datetime import date
from math import ceil

from django.db import connection

from accounts.models import Department
from catalogue.models import InformationItem
from credit_platform import demo
from records.identity import name_key

ORGANISATIONS_PER_HUNDRED = 30  # 1.5 million organisations, 5 million records
DEPARTMENTS = 32
TABLES = ("records_subject", "records_identifier", "records_record")
# Below this, building the indexes anew takes longer than keeping them.
REBUILD_FROM = 200_000
STEP = 500_000
# Common in company names. 示例 in the trade says that none of these exists.
SYLLABLES = "云滇昆华兴隆瑞祥金玉福康泰和顺达盛荣鑫源丰茂林山川江海天宇恒远方圆明德信诚安宁吉庆春秋雅美嘉佳友联创新科"


def firm(number: int) -> tuple[str, str, str]:
    """Name, code and region of the number-th organisation; the same every time."""
    region, place = demo.PLACES[number % len(demo.PLACES)]
    rest, parts = number // len(demo.PLACES), []
    scattered = rest * 48271 % 2147483647
    for _ in range(2 + scattered % 3):
        scattered, at = divmod(scattered, len(SYLLABLES))
        parts.append(SYLLABLES[at])
    trade = demo.TRADES[rest % len(demo.TRADES)]
    return f"{place}{''.join(parts)}{trade}", demo.make_uscc(region, rest), region


def fill(records: int, batch_id: int, template: str, today: date) -> None:
    """Bring the stored records up to `records`, all belonging to one batch; `template` is the JSON of a real row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_record")
        held = cursor.fetchone()[0]
        definitions = _drop_indexes(cursor) if records - held >= REBUILD_FROM else []
        # Foreign keys and triggers are checked row by row; what is made here fits together.
        cursor.execute("SET session_replication_role = replica")
        _fill_subjects(cursor, ceil(records * ORGANISATIONS_PER_HUNDRED / 100))
        for start in range(held, records, STEP):
            _fill_records(cursor, start, min(start + STEP, records), batch_id, template, today)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for definition in definitions:
            cursor.execute(definition)
        cursor.execute("RESET maintenance_work_mem")
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")


def organisations() -> int:
    """How many organisations have been filled in."""
    with connection.cursor() as cursor:
        return _firms(cursor)


def departments() -> list[int]:
    """As many departments as a province has; the records are spread over them."""
    made = []
    for number in range(DEPARTMENTS):
        unit, _ = Department.objects.get_or_create(
            code=f"530000-BENCH-{number:02d}",
            defaults={
                "name": f"云南省演示测速第{number:02d}局",
                "region_id": "530000",
                "uscc": demo.make_uscc("530000", 800 + number, "11"),
            },
        )
        made.append(unit.pk)
    return made


def _drop_indexes(cursor) -> list[str]:
    """Take every index away but the primary keys; return how to make them again."""
    cursor.execute(
        """
        SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
               format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE contype = 'u' AND conrelid::regclass::text = ANY(%(tables)s)
        UNION ALL
        SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
        FROM pg_index WHERE indrelid::regclass::text = ANY(%(tables)s)
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('u', 'p'))
        """,
        {"tables": list(TABLES)},
    )
    found = cursor.fetchall()
    for drop, _ in found:
        cursor.execute(drop)
    return [make for _, make in found]


def _fill_subjects(cursor, upto: int) -> None:
    cursor.execute("SELECT coalesce(max(id), 0) FROM records_subject")
    last = cursor.fetchone()[0]
    cursor.execute("CREATE TABLE IF NOT EXISTS bench_firm (number int PRIMARY KEY, id bigint NOT NULL)")
    first = _firms(cursor)
    ids = range(last + 1, last + 1 + upto - first)
    columns = "id, public_id, kind, legal_name, name_key, uscc, region_code"
    with cursor.copy(f"COPY records_subject ({columns}) FROM STDIN") as copy:
        for row in _subjects(first, ids):
            copy.write_row(row)
    cursor.execute(
        "INSERT INTO bench_firm SELECT %s + id - %s, id FROM records_subject WHERE id > %s", [first, last + 1, last]
    )
    cursor.execute(
        "INSERT INTO records_identifier (subject_id, kind, lookup, cipher) "
        "SELECT id, 'uscc', uscc, '' FROM records_subject WHERE id > %s",
        [last],
    )
    cursor.execute("SELECT setval(pg_get_serial_sequence('records_subject', 'id'), max(id)) FROM records_subject")


def _subjects(first: int, ids: range) -> Iterator[tuple]:
    for number, subject_id in enumerate(ids, start=first):
        name, code, region = firm(number)
        yield subject_id, f"{subject_id:032x}", "organisation", name, name_key(name), code, region


def _fill_records(cursor, start: int, stop: int, batch_id: int, template: str, today: date) -> None:
    """Two thirds permits, one third penalties; spread over five years, departments and organisations."""
    items = dict(InformationItem.objects.in_force(on=today).filter(code__in=("XZXK", "XZCF")).values_list("code", "pk"))
    cursor.execute(
        """
        INSERT INTO records_record (public_id, item_id, item_code, subject_id, department_id, subject_name, document_no,
            decided_on, title, authority, "values", secrets, content_digest, severity, displayed_from, displayed_until,
            display_rule_key, state, ended_on, batch_id, row_no, revision, national_revision)
        SELECT gen_random_uuid(), CASE WHEN is_permit THEN %(permit)s ELSE %(penalty)s END,
            CASE WHEN is_permit THEN 'XZXK' ELSE 'XZCF' END, s.id, (%(departments)s::bigint[])[1 + n %% %(count)s],
            s.legal_name, document_no, decided_on, '食品经营许可证核准通知书', '云南省演示测速局',
            %(template)s::jsonb || jsonb_build_object(
                'XK_XDR_MC', s.legal_name, 'XK_XDR_SHXYM', s.uscc, 'XK_WSH', document_no),
            '{}', decode(md5(n::text), 'hex'), '', decided_on + 7, until, 'bench',
            CASE WHEN until < %(today)s THEN 'expired' ELSE 'current' END, CASE WHEN until < %(today)s THEN until END,
            %(batch)s, n, 1, CASE WHEN n %% 100 = 0 THEN 0 ELSE 1 END
        FROM (
            SELECT n, n %% 3 > 0 AS is_permit, format('云演存〔%%s〕%%s号', 2020 + n %% 7, n) AS document_no,
                %(today)s::date - 20 - (n::bigint * 7919 %% 1800)::int AS decided_on,
                %(today)s::date + (n::bigint * 104729 %% 3000)::int - 900 AS until,
                (n::bigint * 15485863 %% %(firms)s)::int AS firm
            FROM generate_series(%(start)s, %(stop)s - 1) AS n
        ) AS made JOIN bench_firm AS f ON f.number = made.firm JOIN records_subject AS s ON s.id = f.id
        ORDER BY n
        """,
        {
            "permit": items["XZXK"], "penalty": items["XZCF"], "departments": departments(), "count": DEPARTMENTS,
            "template": template, "today": today, "batch": batch_id, "start": start, "stop": stop,
            "firms": _firms(cursor),
        },
    )  # fmt: skip


def _firms(cursor) -> int:
    cursor.execute("SELECT count(*) FROM bench_firm")
    return cursor.fetchone()[0]
