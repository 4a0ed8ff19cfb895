"""Django's own way of making many rows: subjects found or made in bulk, records created in bulk."""

import json
from collections.abc import Iterator
from itertools import islice

from django.db import transaction

from bench.peers import Clock
from records.checking import CleanRow
from records.models import Batch, Identifier, Record, Subject

BATCH_SIZE = 5000


def bulk_create(batch: Batch, rows: Iterator[CleanRow]) -> tuple[float, float]:
    """Wall and processor seconds for checked rows, a few thousand at a time, as records of `batch`.

    Less is done than an import does: equal or contradicting rows are not looked for, names are not compared.
    """
    wall = cpu = 0.0
    while part := list(islice(rows, BATCH_SIZE)):
        clock = Clock()
        with transaction.atomic():
            owners = _subjects(part)
            Record.objects.bulk_create([_record(batch, row, owners[row.id_lookups[0]]) for row in part])
        taken = clock.read()
        wall, cpu = wall + taken[0], cpu + taken[1]
    return wall, cpu


def _subjects(part: list[CleanRow]) -> dict[str, int]:
    codes = {row.id_lookups[0]: row for row in part}
    found = Identifier.objects.filter(kind="uscc", lookup__in=codes).values_list("lookup", "subject_id")
    owners = dict(found)
    made = Subject.objects.bulk_create(
        [
            Subject(
                kind=row.subject_kind, legal_name=row.subject_name, name_key=row.name_key, uscc=code,
                region_code=code[2:8],
            )
            for code, row in codes.items() if code not in owners
        ]
    )  # fmt: skip
    Identifier.objects.bulk_create([Identifier(subject=subject, kind="uscc", lookup=subject.uscc) for subject in made])
    return owners | {subject.uscc: subject.pk for subject in made}


def _record(batch: Batch, row: CleanRow, subject_id: int) -> Record:
    return Record(
        item_id=batch.item_id, item_code=batch.item.code, subject_id=subject_id, department_id=batch.department_id,
        subject_name=row.subject_name, document_no=row.document_no, decided_on=row.decided_on, title=row.title,
        authority=row.authority, values=json.loads(row.values), content_digest=row.content_digest,
        severity=row.severity, displayed_until=row.displayed_until, display_rule_key=row.display_rule_key,
        batch=batch, row_no=row.row_no,
    )  # fmt: skip
