"""Verbs on coverage: take in a population library, count who is known (国发〔2014〕21号二（三）: 人口信息资源库)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db import connection, transaction

from accounts.models import Region
from audit import services as audit
from audit.actions import Action
from records import crypto
from records.bulk_subjects import lock_merging
from records.identity import InvalidIdentifier, adult_on, check_person_id, name_key
from records.reading.header import Column, find_header
from records.reading.rows import Number, RawRow
from records.reading.table import open_table

COLUMNS = (
    Column("name", ("姓名", "名称"), True),
    Column("kind", ("证件类型",)),
    Column("number", ("证件号码", "公民身份号码", "身份证号码"), True),
)
NAME_LENGTH = 100
FOLDER = Path(__file__).parents[1] / "sql"
IMPORT, COUNT = (
    "\n".join(line for line in (FOLDER / name).read_text(encoding="utf-8").split("\n") if not line.startswith("--"))
    .strip()
    .split("\n\n")
    for name in ("population.sql", "coverage.sql")
)
TEMPORARY = (
    "CREATE TEMP TABLE population (kind text, lookup text, cipher text, legal_name text, name_key text, adult_on date) "
    "ON COMMIT DROP"
)
Person = tuple[str, str, str, str, str, date | None]


@transaction.atomic
def import_population(path: Path, *, region: Region, today: date) -> dict[str, int]:
    """Make a subject of every adult in a library of this region: name and number, no record. Safe to repeat.

    Returns how many rows were read, new, known, known under another name, minors, and unfit by code. Minors are left
    out: nothing is ever held against them (98号二（四）). The region is the library's, not the one in the number, which
    is where somebody was first registered. Raises FileRefused when the file cannot be read.
    """
    counts: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(TEMPORARY)
        with cursor.copy("COPY population FROM STDIN") as copy:
            for person in _persons(path, counts, today):
                copy.write_row(person)
        lock_merging()
        create, analyse, insert, place = IMPORT
        cursor.execute(create)
        cursor.execute(analyse)
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE s.name_key <> p.name_key) FROM population AS p "
            "JOIN records_identifier AS i USING (kind, lookup) JOIN records_subject AS s ON s.id = i.subject_id"
        )
        counts["known"], counts["known_by_another_name"] = cursor.fetchone()
        cursor.execute(insert, {"region": region.code})
        counts["new"] = cursor.rowcount
        cursor.execute(place, {"region": region.code})
        cursor.execute("DROP TABLE population")
    counted = {name: counts[name] for name in sorted({*counts, "read", "new", "known"})}
    audit.record(Action.POPULATION_IMPORTED, region, business_on=today, detail=counted)
    return counted


def _persons(path: Path, counts: Counter[str], today: date) -> Iterator[Person]:
    seen: set[str] = set()
    with open_table(path, columns=COLUMNS) as table:
        header = find_header(table.preamble, COLUMNS)
        at = header.indexes
        for row in table.rows(header):
            counts["read"] += 1
            problem, person = _read(row, at, today)
            if problem or person is None:
                counts[problem] += 1
            elif person[1] in seen:
                counts["repeated"] += 1
            else:
                seen.add(person[1])
                yield person


def _read(row: RawRow, at: dict[str, int], today: date) -> tuple[str, Person | None]:
    """The person in a row, or the code of why there is none. Codes are counted; no cell is ever repeated."""
    if row.problem:
        return row.problem, None
    name, number = row.cells[at["name"]].strip(), row.cells[at["number"]]
    if not 0 < len(name) <= NAME_LENGTH:
        return "name_invalid", None
    if isinstance(number, Number):
        return "number_damaged", None  # Excel keeps fifteen digits of it (T-53)
    try:
        person = check_person_id((row.cells[at["kind"]].strip() if "kind" in at else "") or "身份证", number)
    except InvalidIdentifier as invalid:
        return invalid.code, None
    adult = adult_on(person.born_on) if person.born_on else None
    if adult and adult > today:
        return "minor", None
    lookup = crypto.blind_index(person.kind, person.number)
    return "", (person.kind, lookup, crypto.seal_text(person.number), name, name_key(name), adult)


@transaction.atomic
def count_coverage() -> None:
    """Count who is known, place by place. The former figures give way: they are a reading of the facts, not one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('records.coverage'))")
        for statement in COUNT:
            cursor.execute(statement)
