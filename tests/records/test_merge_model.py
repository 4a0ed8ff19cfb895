"""The set-based merge against a model that takes one row after another, as one would explain it to a clerk.

Random sequences of files, of two departments, in slices of any size, with a withdrawal or a former name in between now
and then, end in the same tables and with the same outcome for each row.
"""

from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from records import bulk, workflow
from records.checking import CleanRow
from records.models import Batch, FormerName, Identifier, Record, RecordVersion, RejectedRow, Subject
from records.services.batches import item_in_force, merge_slice
from tests.conftest import TODAY
from tests.factories import make_department, make_user

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Line:
    """One checked row: its subject's name and codes, its decision, its content and how long it is shown."""

    name: str
    codes: tuple[tuple[str, str], ...]
    document: str
    decided: date
    content: str
    until: date | None


@dataclass(frozen=True)
class File:
    """Lines one department sends, merged in slices of this size.

    Then perhaps the first record held is withdrawn, or its subject is found to have been called OTHER until CHANGED.
    """

    department: int
    lines: list[Line]
    slice: int
    withdraws: bool
    renames: bool


OTHER, CHANGED = "示例乙", date(2026, 1, 2)
KINDS = ("uscc", "registration_no")
pairs = st.tuples(st.sampled_from((None, "A1", "A2", "A3")), st.sampled_from((None, None, "N1", "N2"))).filter(any)
codes = pairs.map(lambda pair: tuple((kind, code) for kind, code in zip(KINDS, pair, strict=True) if code))
lines = st.builds(
    Line,
    name=st.sampled_from(("示例甲", "示例甲", "示例甲", OTHER)),
    codes=codes,
    document=st.sampled_from(("1号", "2号")),
    decided=st.sampled_from((date(2026, 1, 1), date(2026, 1, 2))),
    content=st.sampled_from("ab"),
    until=st.sampled_from((date(2020, 1, 1), TODAY, date(2099, 12, 31), None)),
)
files = st.builds(
    File, department=st.integers(0, 1), lines=st.lists(lines, min_size=1, max_size=9), slice=st.integers(1, 10),
    withdraws=st.booleans(), renames=st.booleans(),
)  # fmt: skip


@dataclass
class Model:
    """What is held, and what became of each row of each file."""

    names: list[str] = field(default_factory=list)
    owner: dict[tuple[str, str], int] = field(default_factory=dict)
    records: dict[tuple, dict] = field(default_factory=dict)
    outcomes: list[tuple] = field(default_factory=list)
    renamed: set[int] = field(default_factory=set)

    def take(self, file_no: int, file: File) -> None:
        named: dict[tuple, str] = {}
        for row_no, line in enumerate(file.lines, start=1):
            outcome = self._take_line((file_no, row_no), file.department, line, named)
            self.outcomes.append((file_no, row_no, outcome))

    def _take_line(self, place: tuple, department: int, line: Line, named: dict[tuple, str]) -> str:
        owners = {self.owner[code] for code in line.codes if code in self.owner}
        if len(owners) > 1:
            return "identifier_conflict"
        if not owners:
            self.names.append(line.name)
        subject = owners.pop() if owners else len(self.names) - 1
        if self.names[subject] != line.name and not self._was_called(subject, line):
            return "name_conflict"
        self.owner |= dict.fromkeys(line.codes, subject)
        decision = (subject, line.document, line.decided)
        if decision in named:
            return "unchanged" if named[decision] == digest(line) else "duplicate_in_file"
        named[decision] = digest(line)
        held = self.records.get((*decision, department))
        if held and held["state"] == "withdrawn":
            return "withdrawn_before"
        if held and held["digest"] == digest(line):
            return "unchanged"
        self.records[*decision, department] = self._written(held, place, line)
        return "accepted"

    def _was_called(self, subject: int, line: Line) -> bool:
        return subject in self.renamed and line.name == OTHER and line.decided < CHANGED

    def _written(self, held: dict | None, place: tuple, line: Line) -> dict:
        is_over = line.until is not None and line.until < TODAY
        is_shown = line.until is not None and line.until >= TODAY
        return {
            "digest": digest(line),
            "place": place,
            "state": "expired" if is_over else "current",
            "from": (held and held["from"]) or (TODAY if is_shown else None),
            "until": line.until,
            "ended": line.until if is_over else None,
            "revision": held["revision"] + 1 if held else 1,
        }

    def first(self) -> tuple | None:
        return min(self.records, key=lambda key: self.records[key]["place"], default=None)

    def rename_first(self) -> None:
        if first := self.first():
            self.renamed.add(first[0])

    def withdraw_first(self) -> None:
        if first := self.first():
            held = self.records[first]
            if held["state"] != "withdrawn":
                self.records[first] = held | {"state": "withdrawn", "ended": TODAY, "revision": held["revision"] + 1}


def digest(line: Line) -> bytes:
    return f"{line.content}{line.until}".encode().ljust(16)[:16]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(files, min_size=1, max_size=4))
def test_merge_in_slices_equals_one_row_after_another(rehearse, sent):
    with transaction.atomic():
        departments = [make_department("A", 701), make_department("B", 702)]
        clerk = make_user("clerk-a", Role.CLERK, departments[0])
        model, batches = Model(), []
        for file_no, file in enumerate(sent):
            model.take(file_no, file)
            batches.append(_merge(departments[file.department], file))
            if file.withdraws:
                model.withdraw_first()
                _withdraw_first()
            if file.renames:
                model.rename_first()
                _rename_first(clerk)
        assert _outcomes(batches, sent) == model.outcomes
        assert _records(batches, departments) == sorted(
            (tuple(sorted(code for code, owner in model.owner.items() if owner == subject)), document, decided, unit,
             *held.values())
            for (subject, document, decided, unit), held in model.records.items()
        )  # fmt: skip
        assert sorted(Subject.objects.values_list("legal_name", flat=True)) == sorted(model.names)
        assert sorted(Identifier.objects.values_list("kind", "lookup")) == sorted(model.owner)
        revisions = sum(held["revision"] - 1 for held in model.records.values())
        assert RecordVersion.objects.count() == revisions
        transaction.set_rollback(True)


def _merge(department, file: File) -> Batch:
    batch = Batch.objects.create(
        item=item_in_force("XZXK", on=TODAY), department=department, source="file", file_name="", state=workflow.MERGING
    )
    bulk.stage(batch, (_clean(row_no, line) for row_no, line in enumerate(file.lines, start=1)))
    while batch.checkpoint < len(file.lines):
        merge_slice(batch, batch.checkpoint + file.slice)
    assert batch.rows_accepted + batch.rows_unchanged + batch.rows_rejected == len(file.lines)
    return batch


def _clean(row_no: int, line: Line) -> CleanRow:
    kinds, lookups = map(list, zip(*line.codes, strict=True))
    return CleanRow(
        row_no=row_no, subject_kind="organisation", subject_name=line.name, name_key=line.name, adult_on=None,
        id_kinds=kinds, id_lookups=lookups, id_ciphers=[""] * len(kinds), document_no=line.document,
        decided_on=line.decided, title="示例", authority="示例", values=f'{{"content": "{line.content}"}}',
        secrets="{}",
        content_digest=digest(line), severity="", displayed_until=line.until, display_rule_key="", responsible="[]",
    )  # fmt: skip


def _first() -> Record | None:
    return Record.objects.order_by("batch_id", "row_no").first()


def _withdraw_first() -> None:
    first = _first()
    if first and first.state != "withdrawn":
        first.state, first.ended_on = "withdrawn", TODAY
        fields = first.explain(workflow.ChangeKind.WITHDRAWN, by=None, reason="示例")
        first.save(update_fields=["state", "ended_on", *fields])


def _rename_first(clerk: User) -> None:
    if first := _first():
        FormerName.objects.create(
            subject=first.subject, name=OTHER, name_key=OTHER, until_on=CHANGED, source="renamed", evidence="示例",
            entered_by=clerk,
        )  # fmt: skip


def _outcomes(batches: list[Batch], sent: list[File]) -> list[tuple]:
    """What is told: the code of each rejected row, and how many were new or unchanged, put back row by row."""
    told = []
    for file_no, (batch, file) in enumerate(zip(batches, sent, strict=True)):
        codes = {row.row_no: row.problems[0]["code"] for row in RejectedRow.objects.filter(batch=batch)}
        written = _written_rows(batch)
        for row_no in range(1, len(file.lines) + 1):
            told.append((file_no, row_no, codes.get(row_no) or ("accepted" if row_no in written else "unchanged")))
    return told


def _written_rows(batch: Batch) -> set[int]:
    """The rows of a batch that are or were a record's content."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_no FROM records_record WHERE batch_id = %(batch)s UNION "
            "SELECT (former ->> 'row_no')::int FROM records_recordversion "
            "WHERE (former ->> 'batch_id')::int = %(batch)s",
            {"batch": batch.pk},
        )
        return {row_no for (row_no,) in cursor.fetchall()}


def _records(batches: list[Batch], departments: list) -> list[tuple]:
    files = {batch.pk: file_no for file_no, batch in enumerate(batches)}
    units = {department.pk: unit for unit, department in enumerate(departments)}
    return sorted(
        (
            tuple(sorted(record.subject.identifiers.values_list("kind", "lookup"))),
            record.document_no, record.decided_on, units[record.department_id], bytes(record.content_digest),
            (files[record.batch_id], record.row_no), record.state, record.displayed_from, record.displayed_until,
            record.ended_on, record.revision,
        )
        for record in Record.objects.select_related("subject")
    )  # fmt: skip
