"""How fast a file becomes records, beside a raw COPY of the same rows into the same indexed tables."""

import gc
import resource
import time
from collections.abc import Iterator
from datetime import date

from django.db import connection

from accounts.models import Department, Region, Role, User
from accounts.services import place_user
from credit_platform import demo
from records import services, workflow
from records.models import Batch
from records.services.batches import item_in_force

TABLES = ("records_subject", "records_identifier", "records_record")
SUBJECTS_PER_HUNDRED = 60  # so that many organisations have more than one permit


def rows(count: int, department: Department, today: date) -> Iterator[bytes]:
    """A CSV of permits in the merged layout, made row by row so that making it takes no memory."""
    template = next(demo.permits((department.name, department.uscc), today, count=1))
    yield (",".join(template) + "\r\n").encode()
    for number in range(count):
        firm = number * SUBJECTS_PER_HUNDRED // 100
        row = template | {
            "行政相对人名称": f"云南示例第{firm:06d}号农业科技发展有限责任公司",
            "行政相对人代码_1": demo.make_uscc("530102", firm),
            "行政许可决定文书号": f"云演食许〔2026〕{number:06d}号",
            "许可编号": f"YNYS{number:08d}",
        }
        yield (",".join(f'"{value}"' for value in row.values()) + "\r\n").encode()


def prepare() -> tuple[Department, User]:
    region = Region.objects.get(code="530000")
    department = Department.objects.create(
        code="530000-BENCH", name="云南省演示测速局", region=region, uscc=demo.make_uscc("530000", 700, "11")
    )
    user = User(username="bench")
    user.set_unusable_password()
    return department, place_user(user, department=department, role=Role.CLERK)


def measure_import(count: int, today: date) -> dict[str, float]:
    """Import `count` rows once; rows a second, and the growth of this process's peak memory in MB."""
    department, user = prepare()
    peak = _peak_mb()
    batch = services.receive_batch(
        item=item_in_force("行政许可", on=today),
        department=department,
        source=Batch.Source.COMMAND,
        file_name="bench.csv",
        chunks=rows(count, department, today),
        actor=user,
    )
    start = time.perf_counter()
    done = services.run_batch(batch.pk, today=today)
    seconds = time.perf_counter() - start
    assert done is not None and done.state == workflow.COMMITTED and done.rows_accepted == count, vars(done)
    return {"seconds": seconds, "rows_per_second": count / seconds, "peak_mb": _peak_mb(), "before_mb": peak}


def measure_copy(count: int) -> dict[str, float]:
    """The same rows again, straight into the emptied tables: nothing checked, nothing found, nothing kept."""
    gc.collect()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE UNLOGGED TABLE bench_{table} AS TABLE {table}")
        for table in ("records_record", "records_recordversion"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")
        cursor.execute("TRUNCATE records_subject, records_identifier, records_record, records_recordversion CASCADE")
    data = {table: _dump(f"bench_{table}", _columns(table)) for table in TABLES}
    start = time.perf_counter()
    for table, content in data.items():
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({_columns(table)}) FROM STDIN") as copy:
            for chunk in content:
                copy.write(chunk)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "rows_per_second": count / seconds}


def _columns(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) "
            "FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        return cursor.fetchone()[0]


def _dump(table: str, columns: str) -> list[bytes]:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
        return [bytes(chunk) for chunk in copy]


def _peak_mb() -> float:
    """Peak memory of this process and of the largest reading child, in MB."""
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + child) / 1024
