"""How fast the trail is sealed and read back, beside the bare arithmetic and a plain read of the same rows."""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from django.db import connection, transaction
from django.utils import timezone

from audit import bulk, sealing
from audit.actions import Action
from audit.standalone import verify_audit
from audit.verify import Report, verify

# As long as the lines that readings leave, which are most of the trail.
LINES = """
    INSERT INTO audit_auditevent (action, actor_id, actor_name, department_code, object_type, object_id, object_label,
        result, reason, request_id, source, detail, once)
    SELECT %s, '17', '演示经办人', '530000-YJ', 'records.Subject', n::text, '自然人 ' || n, 'done', '',
        md5(n::text), 'web', jsonb_build_object('basis', 'department', 'fields', jsonb_build_array('name', 'title',
        'document_no', 'decided_on'), 'n', n), false
    FROM generate_series(1, %s) AS n
"""


def fill(count: int) -> None:
    """So many lines of readings, and the statistics an old table has."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LINES, [Action.PERSON_LISTED, count])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE audit_auditevent")


def measure(count: int) -> dict[str, float]:
    """Lines a second, each with its reference; the findings of the verifier must be none."""
    fill(count)
    sealed, seal_seconds = _timed(_seal_all)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE audit_sealentry")
    contents, read_seconds = _timed(lambda: sum(1 for _ in bulk.read_entries(-1, 2**62)))
    report, verify_seconds = _timed(lambda: verify(timezone.now()))
    assert isinstance(report, Report) and report.ok and report.events >= contents, report.findings[:3]
    return {
        "lines": sealed,
        "sealed": sealed / seal_seconds,
        "read": contents / read_seconds,
        "verified": report.events / verify_seconds,
        "verify_seconds": verify_seconds,
        "hashed": _rate(_openssl),
        "standalone": _rate(verify_audit.sm3),
        "standalone_in_python": _rate(verify_audit.sm3_in_python, 300),
    }


def _seal_all() -> int:
    sealed = 0
    while batch := sealing.seal():
        sealed += batch.size
    return sealed


def _openssl(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def _rate(digest: Callable[[bytes], bytes], times: int = 50_000) -> float:
    """Digests of a line's length a second: the reference nobody can beat with one processor."""
    data = b"x" * 420
    _, seconds = _timed(lambda: [digest(data) for _ in range(times)])
    return times / seconds


def _timed(work: Callable):
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start
