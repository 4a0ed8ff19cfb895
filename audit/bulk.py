"""Raw PostgreSQL of the trail: many lines in one statement, what is not yet sealed, and reading all of it back."""

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection

from audit.actions import READINGS, Action
from audit.canonical import EVENT_COLUMNS, FORMAT, LEAF, NULL
from audit.models import AuditEvent, ReadingRule

ROWS_A_STATEMENT = 10_000

Shared = Mapping[str, str | bool | None]  # what all lines of one statement have in common
EventTexts = tuple[Any, ...]  # in EVENT_COLUMNS order: str, or None for NULL

INSERT = """
    INSERT INTO audit_auditevent (
        action, actor_id, actor_name, department_code, result, reason, request_id, source, once,
        object_type, object_id, object_label, business_on, detail
    )
    SELECT
        %(action)s, %(actor_id)s, %(actor_name)s, %(department_code)s, %(result)s, %(reason)s, %(request_id)s,
        %(source)s, %(once)s,
        row.object_type, row.object_id, row.object_label, coalesce(row.business_on, platform_today()), row.detail
    FROM unnest(
        %(object_type)s::text[], %(object_id)s::text[], %(object_label)s::text[], %(business_on)s::date[],
        %(detail)s::jsonb[]
    ) AS row (object_type, object_id, object_label, business_on, detail)
    ON CONFLICT (action, object_type, object_id, business_on) WHERE once DO NOTHING
"""


class Row(NamedTuple):
    """What differs between the lines of one statement."""

    object_type: str
    object_id: str
    object_label: str
    business_on: datetime.date | None
    detail: object


def insert_events(shared: Shared, rows: Sequence[Row]) -> list[AuditEvent]:
    """Insert and return the lines as stored; those left out by the once-only index are missing from the answer."""
    return list(AuditEvent.objects.raw(INSERT + " RETURNING *", _parameters(shared, rows)))


def insert_many_events(shared: Shared, rows: Iterable[Row]) -> int:
    """Insert without reading back and return how many lines are new."""
    rows, inserted = iter(rows), 0
    with connection.cursor() as cursor:
        while chunk := list(islice(rows, ROWS_A_STATEMENT)):
            cursor.execute(INSERT, _parameters(shared, chunk))
            inserted += cursor.rowcount
    return inserted


def event_stored_once(action: str, row: Row) -> AuditEvent:
    """The line that made the once-only index refuse this one."""
    [event] = AuditEvent.objects.raw(
        "SELECT * FROM audit_auditevent WHERE once AND action = %s AND object_type = %s AND object_id = %s"
        " AND business_on = coalesce(%s, platform_today())",
        [action, row.object_type, row.object_id, row.business_on],
    )
    return event


def _parameters(shared: Shared, rows: Sequence[Row]) -> dict[str, Any]:
    columns = dict(zip(Row._fields, map(list, zip(*rows, strict=True)), strict=True))
    return {**shared, **columns, "detail": [json.dumps(value, ensure_ascii=False) for value in columns["detail"]]}


# ---- readings ----


def lock_actor(actor_id: str) -> None:
    """One at a time for this actor, until the transaction ends."""
    _scalar("SELECT pg_advisory_xact_lock(hashtext('audit.actor'), hashtext(%(actor)s))", {"actor": actor_id})


def lines_of_last_hour(actor_id: str, action: str) -> int:
    """How many lines of this kind the actor left in the last hour."""
    return _scalar(
        "SELECT count(*) FROM audit_auditevent WHERE action = %(action)s AND actor_id = %(actor)s"
        " AND at > clock_timestamp() - interval '1 hour'",
        {"action": action, "actor": actor_id},
    )


class Unusual(NamedTuple):
    """Somebody who read more in a day than a rule allows without a word."""

    actor_id: str
    actor_name: str
    department_code: str
    measured: int
    threshold: int


READINGS_OF = """
    SELECT actor_id, max(actor_name) AS actor_name, max(department_code) AS department_code,
        (at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(DISTINCT object_id) AS persons
    FROM audit_auditevent
    WHERE action IN ({actions}) AND actor_id IS NOT NULL
        AND at >= (%(day)s::date - %(days)s)::timestamp AT TIME ZONE 'Asia/Shanghai'
        AND at < (%(day)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' {more}
    GROUP BY actor_id, (at AT TIME ZONE 'Asia/Shanghai')::date
"""
NIGHT = "extract(hour FROM at AT TIME ZONE 'Asia/Shanghai') NOT BETWEEN 6 AND 21"
# Days on which nothing was read do not count: else whoever comes back from leave would be unusual.
UNUSUAL = """
    WITH daily AS ({daily}),
    typical AS (
        SELECT {key} AS key, percentile_cont(0.5) WITHIN GROUP (ORDER BY persons) AS median
        FROM daily WHERE day < %(day)s GROUP BY 1
    )
    SELECT d.actor_id, d.actor_name, coalesce(d.department_code, ''), d.persons,
        greatest(%(least)s, ceil(coalesce(%(factor)s * t.median, 0)))::int
    FROM daily AS d LEFT JOIN typical AS t ON t.key = {same_key}
    WHERE d.day = %(day)s AND d.persons > greatest(%(least)s, coalesce(%(factor)s * t.median, 0))
    ORDER BY d.persons DESC, d.actor_id
"""


def unusual_readers(rule: ReadingRule, day: datetime.date) -> list[Unusual]:
    """Who read more persons on a day than the rule's threshold."""
    kinds = ReadingRule.Kind
    actions = {kinds.REVEALED: (Action.IDENTIFIER_REVEALED,), kinds.EXPORTED: (Action.PERSON_EXPORTED,)}
    daily = READINGS_OF.format(
        actions=_quoted(actions.get(kinds(rule.kind), READINGS)),
        more=f"AND {NIGHT}" if rule.kind == kinds.NIGHT else "",
    )
    key, same_key = ("1", "1") if rule.kind == kinds.PEERS else ("actor_id", "d.actor_id")
    parameters = {"day": day, "days": rule.days, "least": rule.least, "factor": rule.factor}
    with connection.cursor() as cursor:
        cursor.execute(UNUSUAL.format(daily=daily, key=key, same_key=same_key), parameters)
        return [Unusual(*row) for row in cursor.fetchall()]


# The lottery: everybody with the seed and the lines gets the same order.
DRAW = """
    WITH reading AS (
        SELECT e.id, e.action IN ({telling}) OR {night} OR EXISTS (
            SELECT FROM audit_alarm AS a
            WHERE a.actor_id = e.actor_id AND a.day = (e.at AT TIME ZONE 'Asia/Shanghai')::date
        ) AS is_unusual
        FROM audit_auditevent AS e WHERE e.action IN ({actions}) AND e.at >= %(since)s AND e.at < %(until)s
    ),
    placed AS (
        SELECT id, is_unusual, row_number() OVER (
            PARTITION BY is_unusual ORDER BY sha256(convert_to(%(seed)s || ':' || id, 'UTF8'))
        ) AS place
        FROM reading
    )
    SELECT id, is_unusual FROM placed WHERE place <= CASE WHEN is_unusual THEN %(unusual)s ELSE %(usual)s END
    ORDER BY is_unusual DESC, place
"""


def draw_readings(
    seed: str, since: datetime.datetime, until: datetime.datetime, *, usual: int, unusual: int
) -> list[tuple[int, bool]]:
    """Lines drawn from the readings of a time, the unusual stratum first: id, and whether it is one of them."""
    telling = _quoted((Action.IDENTIFIER_REVEALED, Action.PERSON_EXPORTED))
    query = DRAW.format(telling=telling, actions=_quoted(READINGS), night=NIGHT.replace(" at ", " e.at "))
    parameters = {"seed": seed, "since": since, "until": until, "usual": usual, "unusual": unusual}
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def _quoted(actions: Iterable[Action]) -> str:
    return ", ".join(f"'{action.value}'" for action in actions)


# ---- sealing ----

EVENT_TEXTS = ", ".join(text for _, _, text in EVENT_COLUMNS)


def _encoded(tag: bytes, text: str) -> str:
    """One value as canonical.encode() writes it, as an SQL expression."""
    present, absent = (f"'\\x{(tag + mark).hex()}'::bytea" for mark in (b"+", NULL))
    return f"coalesce({present} || int4send(octet_length({text})) || convert_to({text}, 'UTF8'), {absent})"


# What a leaf is the digest of, put together by PostgreSQL: a second processor does it while this one hashes.
# Like canonical.encode(), which a test holds it to.
LEAF_CONTENT = " || ".join(
    [f"'\\x{(LEAF + FORMAT).hex()}'::bytea", *(_encoded(tag, text) for _, tag, text in EVENT_COLUMNS)]
)

# An id is given out before its transaction commits, so a lower id may appear after a higher one was sealed.
UNSEALED = """
    FROM audit_auditevent e
    WHERE e.id > %(settled_id)s
        AND NOT EXISTS (SELECT FROM audit_sealentry s WHERE s.event_id = e.id AND s.event_id > %(settled_id)s)
"""

# Of the latest seals, the furthest whose horizon lies behind every transaction still open: no event up to its last_id
# can appear any more, since a writer takes its transaction id before its first event id (trigger in migration 0001).
SETTLED = """
    SELECT coalesce(max(last_id), 0) FROM (SELECT * FROM audit_seal ORDER BY number DESC LIMIT 100) AS latest
    WHERE horizon <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
"""


def try_lock_sealing() -> bool:
    """Become the only sealer until the transaction ends; False when another one is at work."""
    return _scalar("SELECT pg_try_advisory_xact_lock(hashtext('audit.seal'))")


def settled_by_now() -> int:
    """The highest event id below which no event can newly appear. Ask before reading the unsealed."""
    return _scalar(SETTLED)


def horizon_now() -> int:
    """A transaction id no older writer can have: our own, taken only now. Ask after reading the unsealed.

    Not the xmax of a snapshot, which is past the newest *ended* transaction: one still open may lie beyond it.
    """
    return _scalar("SELECT pg_current_xact_id()::text::bigint")


def database_now() -> datetime.datetime:
    """The database's clock, which also dates the events."""
    return _scalar("SELECT clock_timestamp()")


def read_unsealed(settled_id: int, limit: int) -> list[tuple[int, bytes]]:
    """Committed events without a seal, lowest id first: id and the content of the leaf."""
    query = f"SELECT e.id, {LEAF_CONTENT} {UNSEALED} ORDER BY e.id LIMIT %(limit)s"
    return list(_copied(query, ["int8", "bytea"], {"settled_id": settled_id, "limit": limit}))


def oldest_unsealed_at(settled_id: int) -> datetime.datetime | None:
    """When the oldest event still without a seal was written."""
    return _scalar(f"SELECT min(e.at) {UNSEALED}", {"settled_id": settled_id})


def store_entries(seal_number: int, event_ids: Sequence[int], leaves: Sequence[bytes]) -> None:
    """Store the membership rows of one seal in their order."""
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY audit_sealentry (event_id, seal_id, position, leaf) FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.set_types(["int8", "int8", "int4", "bytea"])
        for position, (event_id, leaf) in enumerate(zip(event_ids, leaves, strict=True)):
            copy.write_row((event_id, seal_number, position, leaf))


def event_texts(event_id: int) -> EventTexts:
    """One event as texts in EVENT_COLUMNS order."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {EVENT_TEXTS} FROM audit_auditevent e WHERE e.id = %s", [event_id])
        return tuple(cursor.fetchone())


# ---- verifying ----


class Entry(NamedTuple):
    """A membership row, with what its leaf must be the digest of (None when the event is gone)."""

    seal: int
    position: int
    event_id: int
    leaf: bytes
    content: bytes | None


def read_entries(above: int, up_to: int) -> Iterator[Entry]:
    """Membership rows of the seals numbered (above, up_to], by seal and position. Read to the end before asking on.

    Of a part only: with the whole table PostgreSQL would sort gigabytes on disk.
    """
    query = (
        f"SELECT s.seal_id, s.position, s.event_id, s.leaf, CASE WHEN e.id IS NOT NULL THEN {LEAF_CONTENT} END"
        " FROM audit_sealentry s LEFT JOIN audit_auditevent e ON e.id = s.event_id"
        " WHERE s.seal_id > %(above)s AND s.seal_id <= %(up_to)s ORDER BY s.seal_id, s.position"
    )
    types = ["int8", "int4", "int8", "bytea", "bytea"]
    return map(Entry._make, _copied(query, types, {"above": above, "up_to": up_to}))


def read_leaves(first_seal: int, last_seal: int) -> Iterator[bytes]:
    """The leaves of these seals in their order. Inside a transaction."""
    rows = _stream(
        "SELECT leaf FROM audit_sealentry WHERE seal_id BETWEEN %(first)s AND %(last)s ORDER BY seal_id, position",
        {"first": first_seal, "last": last_seal},
    )
    return (bytes(leaf) for (leaf,) in rows)


def stream_sealed_events() -> Iterator[tuple[tuple[int, int, int, bytes], EventTexts]]:
    """Every membership row and its event as texts, by seal and position. Inside a transaction (server-side cursor)."""
    rows = _stream(
        f"SELECT s.seal_id, s.position, s.event_id, s.leaf, {EVENT_TEXTS} FROM audit_sealentry s"
        " LEFT JOIN audit_auditevent e ON e.id = s.event_id ORDER BY s.seal_id, s.position"
    )
    return (((seal, position, event_id, bytes(leaf)), tuple(texts)) for seal, position, event_id, leaf, *texts in rows)


def stream_unsealed() -> Iterator[EventTexts]:
    """Every event without a seal, wherever it stands, as texts in EVENT_COLUMNS order. Inside a transaction."""
    return _stream(f"SELECT {EVENT_TEXTS} {UNSEALED} ORDER BY e.id", {"settled_id": 0})


def _copied(query: str, types: list[str], parameters: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows in binary: a third of the time that texts take."""
    statement = f"COPY ({query}) TO STDOUT (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        copy.set_types(types)
        yield from copy.rows()


def _stream(query: str, parameters: dict[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(2_000):
            yield from rows


def _scalar(query: str, parameters: dict[str, Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()[0]
