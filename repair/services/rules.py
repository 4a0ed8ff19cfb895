"""What can be done about a record: the rules in force on its day, asked of the policy."""

from datetime import date

from records.models import Record
from records.workflow import RECORD_LIVE
from repair import policy
from repair.models import RepairRule


def facts_of(record: Record) -> policy.Facts:
    """What of this record decides whether it can be repaired. Needs record.item and record.subject."""
    return policy.Facts(
        item_code=record.item_code, severity=record.severity, subject_kind=record.subject.kind,
        decided_on=record.decided_on, displayed_until=record.displayed_until, is_adverse=record.item.is_adverse,
        is_shown=record.state in RECORD_LIVE,
    )  # fmt: skip


def can_repair(record: Record, *, today: date, way: str = "") -> policy.Answer:
    """Whether this record can be repaired today, from when, by which article, with what, by whom, or why not."""
    return policy.can_repair(facts_of(record), [rule.as_rule() for rule in RepairRule.objects.all()], today, way)
