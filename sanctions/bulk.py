"""Raw PostgreSQL: the tasks of joint action and the records of lists, for many listings at once."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db import connection

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
