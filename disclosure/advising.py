"""What can be done about a record on display: the policy of `repair`, asked with what everybody may read."""

from datetime import date

from disclosure.models import PublicRecord, PublicRepairRule
from repair import policy
from repair.guidance import Advice, advise


def advise_about(record: PublicRecord, *, on: date) -> Advice:
    """Whether this record can be repaired, from when, by which article, how, or why not; and how to object."""
    rules = list(PublicRepairRule.objects.all())
    answer = policy.can_repair(_facts(record), [rule.as_rule() for rule in rules], on)
    return advise(answer, rules[0].terms_in_force() if rules else {})


def _facts(record: PublicRecord) -> policy.Facts:
    return policy.Facts(
        item_code=record.item_code, severity=record.severity or "", subject_kind=record.subject_kind,
        decided_on=record.decided_on, displayed_until=record.displayed_until, is_adverse=record.is_adverse,
        is_shown=True,
    )  # fmt: skip
