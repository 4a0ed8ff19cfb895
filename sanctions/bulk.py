"""Raw PostgreSQL: the tasks of joint action, the records of lists, the questions of a check; for many at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from records.models import Subject
from sanctions.models import Check, Matter
from sanctions.policy import three_years_before

FOLDER = Path(__file__).parent / "sql"
# One statement after another, blank lines between them.
OPEN, LIFT, (UNOPENED,) = (
    (FOLDER / name).read_text(encoding="utf-8").strip().split("\n\n")
    for name in ("open_actions.sql", "lift_actions.sql", "unopened.sql")
)

ADOPT = (FOLDER / "adopt_records.sql").read_text(encoding="utf-8")


def adopt_records(*, today: date, size: int) -> list[tuple[int, str]]:
    """Listings made of at most `size` reported records (id, label)."""
    with connection.cursor() as cursor:
        return cursor.execute(ADOPT, {"today": today, "size": size}).fetchall()


def open_actions(listings: Sequence[int], *, today: date, due_on: date) -> tuple[list[tuple[int, str]], int]:
    """Actions that are new (id, label) and how many tasks are."""
    names = {"listings": list(listings), "today": today, "due_on": due_on}
    with connection.cursor() as cursor:
        opened = cursor.execute(OPEN[0], names).fetchall()
        cursor.execute(OPEN[1], names)
        return opened, cursor.rowcount


def unopened() -> list[int]:
    """Listings in force today whose measures have not all been ordered."""
    with connection.cursor() as cursor:
        return [listing for (listing,) in cursor.execute(UNOPENED).fetchall()]


def lift_tasks(tasks: Sequence[int], *, today: date, due_on: date) -> int:
    """Lift these tasks, locked by the caller; how many releases are ordered."""
    names = {"tasks": list(tasks), "today": today, "due_on": due_on}
    with connection.cursor() as cursor:
        cursor.execute(LIFT[0], names)
        released = cursor.rowcount
        cursor.execute(LIFT[1], names)
        return released


NEXT_COMMITMENT = "SELECT nextval('sanctions_commitment_serial')"
CLASSIFY = (FOLDER / "classify.sql").read_text(encoding="utf-8")


def next_commitment() -> int:
    """The serial number of the next commitment, 1 to 999999; unique within a region and a day."""
    with connection.cursor() as cursor:
        return cursor.execute(NEXT_COMMITMENT).fetchone()[0]


def classify(run: int, *, today: date) -> int:
    """Class every organisation of a run's field and region, in one statement; how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(CLASSIFY, {"run": run, "today": today})
        return cursor.rowcount


# What a check asks and keeps. At two hundred a second the making of such a statement costs more than its answer, so the
# text stands here, and the plans of the long ones are kept by functions (sql/0050_checking.sql, 0053_held.sql).
OF_SUBJECT = ("id", "kind", "legal_name", "name_key", "uscc", "adult_on", "verification")
HELD = "SELECT * FROM sanctions_held(%s, %s)"
OF_MATTER = [field.attname for field in Matter._meta.concrete_fields]
NAMED = f"""
    SELECT {", ".join(field.column for field in Matter._meta.concrete_fields)} FROM sanctions_matter
    WHERE code = %s OR name = %s ORDER BY code = %s DESC LIMIT 1
"""
LISTED = "SELECT * FROM sanctions_listed(%s)"
KEPT = [field for field in Check._meta.concrete_fields if not field.primary_key]
KEEP = f"""
    INSERT INTO sanctions_check ({", ".join(field.column for field in KEPT)})
    VALUES ({", ".join(["%s"] * len(KEPT))}) RETURNING id
"""
ACTING = """
    SELECT id FROM sanctions_memorandum
    WHERE state = 'approved' AND list_codes && %s::varchar[]
        AND in_force_from <= %s AND coalesce(in_force_until, 'infinity') >= %s
    ORDER BY code
"""


class Listed(NamedTuple):
    """A listing in force as a check tells of it; the columns of sanctions_listed()."""

    listing_id: int
    subject_id: int
    as_responsible: bool
    list_code: str
    list_name: str
    tone: str
    authority: str
    document_no: str
    decided_on: date
    entered_on: date
    ends_on: date | None
    is_suspended: bool
    is_under_review: bool


def matter_named(text: str) -> Matter | None:
    """The matter of this code, else of this name."""
    with connection.cursor() as cursor:
        row = cursor.execute(NAMED, [text, text, text]).fetchone()
    return Matter.from_db(connection.alias, OF_MATTER, row) if row else None


def held(keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Subject]:
    """The subjects of these identifiers (kind, lookup), of a merged one the survivor; columns as in OF_SUBJECT."""
    if not keys:
        return {}
    kinds, lookups = map(list, zip(*keys, strict=True))
    with connection.cursor() as cursor:
        rows = cursor.execute(HELD, [kinds, lookups]).fetchall()
    return {(kind, lookup): Subject.from_db(connection.alias, OF_SUBJECT, row) for kind, lookup, *row in rows}


def listed(subjects: Sequence[int]) -> dict[int, list[Listed]]:
    """What is in force for these subjects today, by subject."""
    found: dict[int, list[Listed]] = defaultdict(list)
    if not subjects:
        return found
    with connection.cursor() as cursor:
        for row in cursor.execute(LISTED, [list(subjects)]).fetchall():
            found[row[1]].append(Listed(*row))
    return found


def keep_check(check: Check) -> Check:
    """Insert one receipt."""
    values = [field.get_db_prep_save(getattr(check, field.attname), connection) for field in KEPT]
    with connection.cursor() as cursor:
        [check.pk] = cursor.execute(KEEP, values).fetchone()
    return check


def acting(list_codes: Collection[str], *, on: date) -> list[int]:
    """Memoranda that act on that day for any of these lists."""
    with connection.cursor() as cursor:
        return [pk for (pk,) in cursor.execute(ACTING, [list(list_codes), on, on]).fetchall()]


RECOMMEND = (FOLDER / "recommend.sql").read_text(encoding="utf-8")


def recommend(event: int, *, today: date) -> int:
    """Freeze whom an event recommends that day, in one statement; how many they are."""
    with connection.cursor() as cursor:
        cursor.execute(RECOMMEND, {"event": event, "today": today, "since": three_years_before(today)})
        return cursor.rowcount
