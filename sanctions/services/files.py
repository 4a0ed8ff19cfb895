"""Proposals by file: each row by the same rules as a form, whatever the others are (33号（十九）)."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NoReturn

from django.conf import settings
from django.db import transaction

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from records import storage
from records.errors import Refused
from records.problems import problem
from records.reading import Column, FileRefused, Header, Number, RawRow, find_header, open_table
from records.reading.cleaning import clean_text, parse_date
from records.services.batches import require_right
from sanctions.models import ConductClass, ListingFile, ListKind
from sanctions.responsible import Responsible
from sanctions.services.listings import Decision, Named, propose_listing

MOST_ROWS = 2000
COLUMNS = (
    Column("name", ("主体名称", "名称", "姓名"), True),
    Column("kind", ("主体类别",), True),
    Column("number", ("统一社会信用代码或证件号码", "统一社会信用代码", "证件号码"), True),
    Column("number_kind", ("证件类型",)),
    Column("document_no", ("决定文书号", "文书号"), True),
    Column("decided_on", ("决定日期",), True),
    Column("facts", ("列入事由", "事由"), True),
    Column("conduct", ("失信行为类别",)),
    Column("until", ("文书写明的期限至", "期限至")),
    Column("authority", ("认定机关",)),
)
PARTS = {"name": "姓名", "capacities": "身份", "number_kind": "证件类型", "number": "证件号码", "basis": "认定依据"}
PEOPLE = (1, 2, 3)  # as many as the record of a list can name
COLUMNS += tuple(Column(f"person{n}_{part}", (f"责任人员{n}{title}",)) for n in PEOPLE for part, title in PARTS.items())
TITLES = {column.code: column.names[0] for column in COLUMNS}
KINDS = {label: value for value, label in SubjectKind.choices}


@transaction.atomic
def file_listings(
    kind: ListKind,
    *,
    file_name: str,
    chunks: Iterable[bytes],
    department: Department,
    actor: User,
    key: uuid.UUID,
    today: date,
) -> ListingFile:
    """Propose every row of a file for one list; what cannot be proposed is told row by row, and stops no other.

    The same key gives the file already taken. Raises RightMissing, Refused: too_many_rows, file_too_large, and the
    code of why the file cannot be read.
    """
    require_right(actor, "report", department)
    if taken := ListingFile.objects.filter(key=key, department=department).first():
        return taken
    file = ListingFile(key=key, kind=kind, department=department, sent_by=actor, file_name=file_name[-255:])
    name = file.public_id.hex
    try:
        file.file_digest, _ = storage.save(name, chunks, limit=settings.UPLOAD_LIMIT_BYTES)
        with storage.opened(name) as path:
            _propose_all(file, path, today)
    except storage.FileTooLarge as error:
        raise Refused("文件太大，请分成几个文件。", code=error.code) from error
    except FileRefused as refusal:
        storage.discard(name)
        raise Refused(refusal.reason, code=refusal.code) from refusal
    except Refused:
        storage.discard(name)
        raise
    file.save()
    detail = {"list": kind.code, "rows": file.rows_total, "accepted": file.rows_accepted}
    audit.record(Action.LISTINGS_FILED, file, actor=actor, business_on=today, detail=detail)
    return file


def _propose_all(file: ListingFile, path: str, today: date) -> None:
    classes = list(ConductClass.objects.filter(code__in=file.kind.conduct_codes))
    conducts = {name: each for each in classes for name in (each.code, each.name)}
    file.rows_total = file.rows_accepted = 0
    for number, (row, cells) in enumerate(_rows(path), start=1):
        if number > MOST_ROWS:
            raise Refused(f"一次最多 {MOST_ROWS:,} 行。请分成几个文件。", code="too_many_rows")
        file.rows_total = number
        try:
            named, decision = _read(row, cells, conducts, file.department)
            propose_listing(
                file.kind, named, decision, department=file.department, actor=file.sent_by,
                key=uuid.uuid5(file.key, str(row.row_no)), today=today,
            )  # fmt: skip
        except Refused as refusal:
            told = {"row": row.row_no, "document_no": cells.get("document_no", "")[:128]}
            file.returned.append(told | {"code": refusal.code, "reason": refusal.message})
        else:
            file.rows_accepted += 1


def _rows(path: str) -> Iterator[tuple[RawRow, dict[str, str]]]:
    with open_table(path, columns=COLUMNS) as table:
        header: Header = find_header(table.preamble, COLUMNS)
        at = header.indexes
        for row in table.rows(header):
            yield row, {code: clean_text(row.cells[i])[0] for code, i in at.items() if i < len(row.cells)}


def _read(
    row: RawRow, cells: dict[str, str], conducts: dict[str, ConductClass], department: Department
) -> tuple[Named, Decision]:
    """A row as a proposal. Raises Refused with the code of what is wrong with it."""
    if row.problem:
        _refuse(row.problem, "")
    typed = {cells["number"], *(cells.get(f"person{n}_number", "") for n in PEOPLE)}
    if any(isinstance(cell, Number) and cell.strip() in typed for cell in row.cells):
        _refuse("numeric_identifier", "number")
    if cells["kind"] not in KINDS:
        _refuse("value_unknown", "kind", cells["kind"], allowed="、".join(KINDS))
    conduct = cells.get("conduct", "")
    if conduct and conduct not in conducts:
        names = "、".join(dict.fromkeys(each.name for each in conducts.values()))
        _refuse("value_unknown", "conduct", conduct, allowed=names)
    decided_on = _day(cells, "decided_on")
    if decided_on is None:
        _refuse("required", "decided_on")
    named = Named(KINDS[cells["kind"]], cells["name"], cells["number"], cells.get("number_kind") or "身份证")
    return named, Decision(
        document_no=cells["document_no"],
        decided_on=decided_on,
        authority=cells.get("authority") or department.name,
        facts=cells["facts"],
        conduct=conducts.get(conduct),
        until=_day(cells, "until"),
        responsible=_people(cells),
    )


def _people(cells: dict[str, str]) -> tuple[Responsible, ...]:
    """Those about whom a row says anything; who is named without a basis the verb refuses."""
    said = [{part: cells.get(f"person{n}_{part}", "") for part in PARTS} for n in PEOPLE]
    return tuple(
        Responsible(
            each["name"],
            each["number"],
            tuple(part for part in each["capacities"].split("、") if part),
            each["basis"],
            each["number_kind"] or "身份证",
        )
        for each in said
        if any(each.values())
    )


def _day(cells: dict[str, str], code: str) -> date | None:
    text = cells.get(code, "")
    day = parse_date(text) if text else None
    if isinstance(day, str):
        _refuse(day, code, text)
    return day


def _refuse(code: str, column: str, value: str = "", **details: str) -> NoReturn:
    wrong = problem(code, name=TITLES.get(column, ""), value=value, **details)
    raise Refused(wrong.reason + wrong.advice.replace("后重新报送", ""), code=code)
