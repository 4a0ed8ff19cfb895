"""What happened to a record: every revision with who, when, why and from which file, and the lines in the trail."""

import difflib
import re
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from accounts.models import Department, User
from audit import context
from audit.models import AuditEvent
from catalogue.models import ItemField, Severity
from records import crypto, workflow
from records.models import Batch, Record, Subject
from records.views.values import fact

# Columns whose changes mean something to the reader, in words.
COLUMNS = {
    "state": "状态",
    "subject_name": "报送名称",
    "document_no": "文书号",
    "decided_on": "决定日期",
    "severity": "失信程度",
    "displayed_until": "公示至",
    "ended_on": "终止日期",
    "end_reason": "终止原因",
}
LATEST = 50
OPEN = 2
# Runs of Chinese are compared character by character, numbers and words of other scripts as a whole.
PIECES = re.compile(r"[0-9A-Za-z.,%]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text that stayed, went or came."""

    text: str
    mark: str  # "", "del" or "ins"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, before and after, with what changed inside it marked."""

    name: str
    before: list[Piece]
    after: list[Piece]


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a record: how it came about, and what it changed."""

    number: int
    kind: str
    at: datetime
    by: str
    reason: str
    batch: Batch | None
    row_no: int | None
    differences: list[Difference]
    is_folded: bool = False


def states_of(record: Record) -> list[dict]:
    """Every state the record was in, newest first, as rows; the first is what it is now."""
    now = {name: getattr(record, name) for name in COLUMNS} | {
        name: getattr(record, name)
        for name in (
            "revision",
            "change_kind",
            "changed_by_id",
            "change_reason",
            "batch_id",
            "row_no",
            "values",
            "secrets",
        )
    }
    now["updated_at"] = record.updated_at
    return [now, *(version.former for version in record.versions.order_by("-revision")[:LATEST])]


def revisions_of(record: Record) -> list[Revision]:
    """Newest first, each with what it changed against the one before."""
    states = states_of(record)
    people = User.objects.in_bulk({state.get("changed_by_id") for state in states} - {None})
    batches = Batch.objects.in_bulk({state.get("batch_id") for state in states} - {None})
    fields = fields_of(record)
    found = [
        _revision(state, former, people, batches, fields)
        for state, former in zip(states, [*states[1:], None], strict=True)
    ]
    # The latest two that say something stand open; the others are a line each.
    telling = [revision.number for revision in found if revision.differences][:OPEN]
    return [replace(revision, is_folded=revision.number not in telling) for revision in found]


def comparison(record: Record, one: str, other: str) -> tuple[int, int, list[Difference]] | None:
    """The older, the newer, and what differs between two revisions of the record; None where either is not kept."""
    states = {str(state["revision"]): state for state in states_of(record)}
    if one not in states or other not in states:
        return None
    older, newer = sorted((states[one], states[other]), key=lambda state: state["revision"])
    return older["revision"], newer["revision"], differences(older, newer, fields_of(record))


def _revision(state: dict, former: dict | None, people: dict, batches: dict, fields: dict) -> Revision:
    kind = state.get("change_kind") or workflow.ChangeKind.REPORTED
    is_reported = kind == workflow.ChangeKind.REPORTED
    moment = state["updated_at"]
    return Revision(
        number=state["revision"],
        kind=workflow.ChangeKind(kind).label,
        at=moment if isinstance(moment, datetime) else parse_datetime(moment),
        by=str(people.get(state.get("changed_by_id")) or "系统"),
        reason=state.get("change_reason") or "",
        batch=batches.get(state.get("batch_id")) if is_reported else None,
        row_no=state.get("row_no") if is_reported else None,
        differences=[] if former is None else differences(former, state, fields),
    )


def fields_of(record: Record) -> dict[str, ItemField]:
    return {field.code: field for field in record.item.fields.all()}


def differences(before: dict, after: dict, fields: dict[str, ItemField]) -> list[Difference]:
    """What is not the same in two states of a record, by field, in words. Sealed numbers say only that they changed."""
    pairs = [(word, _text(name, before.get(name)), _text(name, after.get(name))) for name, word in COLUMNS.items()]
    old, new = before.get("values") or {}, after.get("values") or {}
    # What is the same is not worth the words; two numbers whose masks are the same have changed all the same.
    changed = [code for code in {**old, **new} if old.get(code, "") != new.get(code, "")]
    pairs += [(_name(code, fields), _words(code, old, fields), _words(code, new, fields)) for code in changed]
    seen, found = set(), []
    for name, was, is_now in pairs:
        if was != is_now and (was, is_now) not in seen:  # the document number stands in a column and in the values
            seen.add((was, is_now))
            found.append(Difference(name, *marked(was, is_now)))
    return found + _sealed(before.get("secrets") or {}, after.get("secrets") or {}, fields)


def _sealed(before: dict, after: dict, fields: dict[str, ItemField]) -> list[Difference]:
    """The same number is sealed anew with each report, so its text has to be opened to know; it is never shown."""
    found = []
    for code in {**before, **after}:
        was, is_now = before.get(code, ""), after.get(code, "")
        if was != is_now and not (was and is_now and crypto.open_text(was) == crypto.open_text(is_now)):
            old = [Piece("原号码（加密）", "del")] if was else []
            new = [Piece("新号码（加密）", "ins")] if is_now else []
            found.append(Difference(_name(code, fields), old, new))
    return found


def _name(code: str, fields: dict[str, ItemField]) -> str:
    return fields[code].name if code in fields else code


def _words(code: str, values: dict, fields: dict[str, ItemField]) -> str:
    """A value as the record page shows it."""
    text = values.get(code, "")
    return str(fact(fields[code], text)["value"]) if text and code in fields else text


def marked(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, what went and what came marked. Texts with little in common are marked as a whole."""
    old, new = PIECES.findall(before), PIECES.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if not before or not after or matcher.ratio() < 0.4:
        return [Piece(before, "del")] if before else [], [Piece(after, "ins")] if after else []
    was, is_now = [], []
    for step, i, j, k, m in matcher.get_opcodes():
        if i < j:
            was.append(Piece("".join(old[i:j]), "" if step == "equal" else "del"))
        if k < m:
            is_now.append(Piece("".join(new[k:m]), "" if step == "equal" else "ins"))
    return was, is_now


def _text(name: str, value) -> str:
    if not value:
        return ""
    if name == "state":
        return workflow.RecordState(value).label
    if name == "severity":
        return Severity(value).label
    return str(value)


def timeline_of(record: Record) -> list[dict]:
    """What was done with this record, its first arrival included, latest first, for components/timeline.html."""
    lines = _lines_about(record).order_by("-id")[:LATEST]
    events = [
        {"at": line.at, "title": line.action_label, "actor": line.actor_name or "系统", "note": line.reason}
        for line in lines
    ]
    arrival = {"at": record.created_at, "title": "接收入库", "actor": record.department.name}
    return sorted([*events, arrival], key=lambda event: event["at"], reverse=True)


def readings_before(user, subject: Subject) -> QuerySet[AuditEvent]:
    """Who read about this person before now; a department learns nothing of others' readings (T-02)."""
    lines = AuditEvent.objects.readings().about(subject).exclude(request_id=context.current().request_id)
    if user.sees_whole_province:
        return lines
    return lines.filter(department_code__in=Department.objects.visible_to(user).values("code"))


def readings_of(user, record: Record) -> list[dict]:
    """Who read this person's record, latest first."""
    lines = readings_before(user, record.subject).filter(detail__record=str(record.public_id))
    return [reading_event(line) for line in lines.order_by("-id")[:LATEST]]


def reading_event(line: AuditEvent) -> dict:
    """A reading for components/timeline.html: who, in what way, on what ground and what for."""
    note = "；".join(text for text in (line.basis_label, line.reason) if text)
    return {"at": line.at, "title": line.action_label, "actor": line.actor_name, "note": note}


def _lines_about(record: Record):
    return AuditEvent.objects.about(record)
