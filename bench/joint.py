"""How long joint action takes to open for many subjects at once, beside a plain INSERT of the same rows."""

import time
from collections.abc import Callable
from datetime import date

from django.db import connection, transaction

from accounts.models import Department
from catalogue.models import Evidence, LegalBasis, SubjectKind
from sanctions import services
from sanctions.models import Force, ListKind, Measure, MeasureKind, MeasureTask, Memorandum, MemorandumKind, Tone

CODE, MEASURES = "BENCH-ACTION", 20
BEGUN = date(2016, 5, 30)
# Organisations of every county, each entered to the list by the bench's own department.
SUBJECTS = """
    INSERT INTO records_subject (public_id, kind, legal_name, name_key, region_code)
    SELECT gen_random_uuid(), 'organisation', '演示被列入单位' || n, '演示被列入单位' || n,
           (SELECT array_agg(code ORDER BY code) FROM accounts_region WHERE code NOT LIKE '%%00')[1 + n %% 129]
    FROM generate_series(1, %s) AS n RETURNING id
"""
LISTINGS = """
    INSERT INTO sanctions_listing (public_id, kind_id, list_code, tone, department_id, origin, origin_ref, subject_id,
        subject_kind, subject_name, identifier_kind, lookup, cipher, document_no, decided_on, authority, facts, state,
        proposed_on, proposed_at, notified_how, statement, decision_reason, entered_on, review_no, suspended_reason,
        exit_kind, exit_reason)
    SELECT gen_random_uuid(), %(kind)s, %(code)s, 'watch', %(department)s, 'reported', '', id, kind, legal_name, 'uscc',
        'bench' || id, '', '演示' || id || '号', %(today)s, '演示', '演示', 'entered', %(today)s, now(), '', '', '',
        %(today)s, '', '', '', ''
    FROM records_subject WHERE id = ANY(%(subjects)s) RETURNING id
"""
COPY = "CREATE TEMPORARY TABLE bench_rows AS SELECT * FROM sanctions_measuretask"
RAW = """
    INSERT INTO sanctions_measuretask (action_id, measure_id, department_id, subject_id, as_responsible, purpose, state,
        issued_on, due_on)
    SELECT action_id, measure_id, department_id, subject_id, as_responsible, purpose, state, issued_on, due_on
    FROM bench_rows
"""


def measure(subjects: int, *, today: date) -> dict[str, float]:
    """Seconds to open one action with 20 measures for so many subjects, and to insert the same rows without asking."""
    lines = _departments()
    with transaction.atomic():
        listings = _list(subjects, today)
    _memorandum(lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tasks, opened = _timed(lambda: _open(listings, today))
    assert tasks == subjects * MEASURES, tasks
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY)
        cursor.execute("TRUNCATE sanctions_measuretask CASCADE")
        _, raw = _timed(lambda: cursor.execute(RAW))
    assert MeasureTask.objects.count() == tasks
    return {"tasks": tasks, "opened": opened, "raw": raw}


@transaction.atomic
def _open(listings: list[int], today: date) -> int:
    return services.open_actions(listings, today=today)


def _departments() -> list[str]:
    """One of each line that acts, in the province: what is nearest to every county."""
    return sorted({each.line for each in Department.objects.filter(region_id="530000", is_active=True)})


def _list(subjects: int, today: date) -> list[int]:
    kind = ListKind.objects.create(
        code=CODE,
        name="演示名单",
        tone=Tone.WATCH,
        item_code="YZSX",
        lines=["SJJ"],
        standard="演示",
        legal_basis=LegalBasis.objects.get(code="state-2016-33-19"),
        subject_kinds=[SubjectKind.ORGANISATION],
        exit_conditions="演示",
        in_force_from=BEGUN,
        source="演示",
        evidence=Evidence.TO_BE_VERIFIED,
    )
    department = Department.objects.filter(region_id="530000").earliest("pk")
    with connection.cursor() as cursor:
        made = [pk for (pk,) in cursor.execute(SUBJECTS, [subjects]).fetchall()]
        names = {"kind": kind.pk, "code": CODE, "department": department.pk, "today": today, "subjects": made}
        return [pk for (pk,) in cursor.execute(LISTINGS, names).fetchall()]


def _memorandum(lines: list[str]) -> None:
    memorandum = Memorandum.objects.create(
        code=CODE,
        name="演示备忘录",
        kind=MemorandumKind.SANCTION,
        lead="演示",
        list_codes=[CODE],
        in_force_from=BEGUN,
        source="演示",
        evidence=Evidence.TO_BE_VERIFIED,
    )
    Measure.objects.bulk_create(
        Measure(
            memorandum=memorandum,
            number=number,
            text=f"演示措施{number}",
            kind=MeasureKind.ADMINISTRATIVE,
            force=Force.RECOMMENDED,
            implementer="演示",
            line=lines[number % len(lines)],
            subject_kinds=[SubjectKind.ORGANISATION.value],
            evidence=Evidence.TO_BE_VERIFIED,
        )
        for number in range(1, MEASURES + 1)
    )
    Memorandum.objects.filter(pk=memorandum.pk).update(state="approved")


def _timed(work: Callable):
    began = time.monotonic()
    result = work()
    return result, time.monotonic() - began
