"""What can be done about a record: the rules in force on its day, asked of the policy."""

from datetime import date

from django.db.models import Q

from deadlines.models import TimeLimit
from deadlines.policy import Term
from records.models import Record
from records.workflow import RECORD_LIVE
from repair import policy
from repair.models import RepairRule


def facts_of(record: Record, *, on: date) -> policy.Facts:
    """What of this record decides that day whether it can be repaired. Needs record.item and record.subject."""
    is_past = record.displayed_until is not None and record.displayed_until < on  # the sweep may not have come yet
    return policy.Facts(
        item_code=record.item_code, severity=record.severity, subject_kind=record.subject.kind,
        decided_on=record.decided_on, displayed_until=record.displayed_until, is_adverse=record.item.is_adverse,
        is_shown=record.state in RECORD_LIVE and not is_past,
    )  # fmt: skip


def can_repair(record: Record, *, today: date, way: str = "") -> policy.Answer:
    """Whether this record can be repaired today, from when, by which article, with what, by whom, or why not."""
    return policy.can_repair(facts_of(record, on=today), all_rules(), today, way)


def all_rules() -> list[policy.Rule]:
    """Every row, as the arithmetic needs it; which one fits is decided by the day of the decision."""
    return [rule.as_rule() for rule in RepairRule.objects.all()]


def terms_in_force(*, on: date) -> dict[str, Term]:
    """How long each step of a case takes, by the keys of the time limits."""
    limits = TimeLimit.objects.filter(Q(in_force_until__isnull=True) | Q(in_force_until__gte=on), in_force_from__lte=on)
    return {limit.key: limit.as_term() for limit in limits}
