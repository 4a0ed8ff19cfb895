"""Raw PostgreSQL: the tasks of joint action and the records of lists, for many listings at once."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db import connection

FOLDER = Path(__file__).parent / "sql"
# One statement after another, blank lines between them.
OPEN, LIFT = (
    (FOLDER / name).read_text(encoding="utf-8").strip().split("\n\n")
    for name in ("open_actions.sql", "lift_actions.sql")
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


def lift_actions(listing: int, *, today: date, due_on: date) -> tuple[list[tuple[int, str]], int]:
    """Actions that are closed (id, label) and how many releases are ordered."""
    names = {"listing": listing, "today": today, "due_on": due_on}
    with connection.cursor() as cursor:
        cursor.execute(LIFT[0], names)
        released = cursor.rowcount
        cursor.execute(LIFT[1], names)
        return cursor.execute(LIFT[2], names).fetchall(), released
