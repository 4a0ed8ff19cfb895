"""What an edition of the catalogue would do to the records: counted, listed and, once in force, carried out.

Asked before approval, so that whoever approves knows what follows. Set-based, in records/sql/whatif.sql.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection, models
from psycopg.types.json import Jsonb

from catalogue import lawbook
from catalogue.lawbook import FIELDS, Law
from catalogue.models import Edition, Scope

JUDGED = (Path(__file__).parent / "sql" / "whatif.sql").read_text(encoding="utf-8")
COUNT = """
SELECT department_id, item_code, kind, count(*) FROM judged WHERE kind IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
LIST = """
SELECT id, kind, then_until FROM judged
WHERE kind IS NOT NULL AND kind = coalesce(%(kind)s, kind) AND department_id = coalesce(%(department)s, department_id)
  AND (%(departments)s::bigint[] IS NULL OR department_id = ANY(%(departments)s))
ORDER BY id LIMIT %(limit)s OFFSET %(offset)s
"""
# Shortening is decided with the edition; what nobody may see any more is told to the nation whatever was decided.
CARRY_OUT = """
UPDATE records_record AS r
SET displayed_until = CASE WHEN j.is_recomputed AND j.kind = 'ended' THEN %(on)s::date - 1
                           WHEN j.is_recomputed THEN j.then_until ELSE r.displayed_until END,
    display_rule_key = CASE WHEN j.is_recomputed THEN coalesce(j.key, r.display_rule_key) ELSE r.display_rule_key END,
    revision = r.revision + 1, explained_revision = r.revision + 1, change_kind = 'recomputed', changed_by_id = NULL,
    change_reason = %(why)s, updated_at = now()
FROM (SELECT *, %(recomputes)s AND kind IN ('ended', 'shorter') AS is_recomputed FROM judged) AS j
WHERE j.id = r.id AND (j.is_recomputed OR j.is_closed OR j.kind = 'hidden')
RETURNING j.kind
"""


class Effect(models.TextChoices):
    """What becomes of one record if the edition applied to the records already there, too."""

    ENDED = "ended", "停止公示"
    HIDDEN = "hidden", "不再公示自然人"
    SHORTER = "shorter", "提前期满"
    LONGER = "longer", "期限延长"
    APPEARING = "appearing", "新增公示"
    CLOSED = "closed", "部分字段不再公开"


RECOMPUTED = (Effect.ENDED, Effect.SHORTER)
ALWAYS = (Effect.HIDDEN, Effect.CLOSED)


@dataclass(frozen=True, slots=True)
class Count:
    department_id: int
    item_code: str
    kind: str
    records: int


@dataclass(frozen=True, slots=True)
class Affected:
    record_id: int
    kind: str
    then_until: date | None


def counts(edition: Edition, *, on: date) -> list[Count]:
    """How many records of each department and item the edition would touch, were it in force on a day, by kind."""
    return [Count(*row) for row in _ask(COUNT, edition, on)]


def affected(
    edition: Edition,
    *,
    on: date,
    departments: Sequence[int] | None,
    kind: str | None = None,
    department: int | None = None,
    limit: int,
    offset: int = 0,
) -> list[Affected]:
    """The records themselves, of these departments only; None means of all."""
    chosen = {"kind": kind, "department": department, "departments": departments, "limit": limit, "offset": offset}
    return [Affected(*row) for row in _ask(LIST, edition, on, **chosen)]


def carry_out(edition: Edition) -> dict[str, int]:
    """Change the records the way the approved edition says, and return how many of each kind."""
    found: dict[str, int] = {}
    for (kind,) in _ask(
        CARRY_OUT, edition, edition.in_force_on, recomputes=edition.recomputes, why=f"信息目录{edition}"
    ):
        found[kind] = found.get(kind, 0) + 1
    return found


def _ask(question: str, edition: Edition, on: date, **more: object) -> list[tuple]:
    effects = effects_of(edition.base.law, edition.law, edition.number) if edition.base else None
    if not effects or not effects["items"]:
        return []
    parameters = {name: Jsonb(rows) for name, rows in effects.items()} | {"on": on} | more
    with connection.cursor() as cursor:
        cursor.execute(JUDGED + question, parameters)
        return cursor.fetchall()


def effects_of(old: Law, new: Law, number: int) -> dict[str, list[dict]]:
    """What of two law books can touch a displayed record: items, rules and fields that differ."""
    rules = [
        rule | {"key": lawbook.rule_key(number, *lawbook.rule_id(rule))} for rule in lawbook.renewed_rules(old, new)
    ]
    closed = list(_closed(old, new))
    touched = {rule["item_code"] for rule in rules} | {field["item_code"] for field in closed}
    items = []
    for was in old["items"]:
        now = lawbook.item_of(new, was["code"])
        if now is None or was["code"] in touched or was["person_display"] != now["person_display"]:
            items.append(_item(was, now))
    return {"items": items, "rules": rules, "closed": closed}


def _item(was: dict, now: dict | None) -> dict:
    row = {"code": was["code"], "is_ended": now is None, "was_display": was["person_display"]}
    return row | {
        "person_display": now["person_display"] if now else "none",
        "severity_by_value": now["severity_by_value"] if now else {},
    }


def _closed(old: Law, new: Law):
    for was in old["items"]:
        now = lawbook.item_of(new, was["code"])
        if now:
            open_now = {field["code"] for field in now[FIELDS] if field["scope"] == Scope.PUBLIC}
            for field in was[FIELDS]:
                if field["scope"] == Scope.PUBLIC and field["code"] not in open_now:
                    yield {"item_code": was["code"], "code": field["code"]}
