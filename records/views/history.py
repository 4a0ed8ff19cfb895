"""What happened to a record: its former contents side by side, and the lines about it in the trail."""

from dataclasses import dataclass
from datetime import datetime

from audit import context
from audit.models import AuditEvent
from catalogue.models import Severity
from records import workflow
from records.models import Record

# Columns whose changes mean something to the reader, in words.
COLUMNS = {
    "state": "状态",
    "subject_name": "报送名称",
    "severity": "失信程度",
    "displayed_until": "公示至",
    "ended_on": "终止日期",
    "end_reason": "终止原因",
}
LATEST = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One revision giving way to the next: which fields, from what, to what."""

    revision: int
    at: datetime
    fields: list[tuple[str, str, str]]


def changes_of(record: Record) -> list[Change]:
    """Latest first. `former` is the whole row as it was, kept by the database itself."""
    names = {field.code: field.name for field in record.item.fields.all()}
    changes, later = [], _now(record)
    for version in record.versions.order_by("-revision")[:LATEST]:
        changes.append(Change(version.revision + 1, version.replaced_at, _differences(version.former, later, names)))
        later = version.former
    return changes


def _now(record: Record) -> dict:
    return {name: getattr(record, name) for name in COLUMNS} | {"values": record.values}


def _differences(before: dict, after: dict, names: dict[str, str]) -> list[tuple[str, str, str]]:
    found = [
        (word, _text(name, before.get(name)), _text(name, after.get(name)))
        for name, word in COLUMNS.items()
        if _text(name, before.get(name)) != _text(name, after.get(name))
    ]
    old, new = before.get("values", {}), after.get("values", {})
    codes = [code for code in {**old, **new} if old.get(code) != new.get(code)]
    return found + [(names.get(code, code), old.get(code, ""), new.get(code, "")) for code in codes]


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


def readings_of(record: Record) -> list[dict]:
    """Who read this person's record before now, latest first."""
    lines = AuditEvent.objects.readings().about(record.subject).filter(detail__record=str(record.public_id))
    lines = lines.exclude(request_id=context.current().request_id)
    return [reading_event(line) for line in lines.order_by("-id")[:LATEST]]


def reading_event(line: AuditEvent) -> dict:
    """A reading for components/timeline.html: who, in what way, on what ground and what for."""
    note = "；".join(text for text in (line.basis_label, line.reason) if text)
    return {"at": line.at, "title": line.action_label, "actor": line.actor_name, "note": note}


def _lines_about(record: Record):
    return AuditEvent.objects.about(record)
