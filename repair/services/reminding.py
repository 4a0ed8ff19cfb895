"""That a record can be repaired is told to whom it is about, once, on the day it can (21号五（四）: 社会鼓励与关爱)."""

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from records.models import Record
from records.workflow import RECORD_LIVE
from repair import policy, workflow
from repair.models import Applicant, Case, Notice
from repair.services import notices
from repair.services.rules import all_rules, facts_of


def remind_repairable(*, today: date) -> int:
    """Tell everybody with an account which of their own records can be repaired by now; how many records were told of.

    Nobody is told twice of the same record, nor of one whose repair they have asked for or that is being looked into.
    """
    rules = all_rules()
    told = 0
    for applicant in Applicant.objects.filter(subject__isnull=False).select_related("subject").order_by("pk"):
        with transaction.atomic():
            for record in _untold(applicant):
                if policy.can_repair(facts_of(record, on=today), rules, today).is_possible:
                    notices.remind(applicant, record, today=today)
                    told += 1
    return told


def _untold(applicant: Applicant) -> Iterator[Record]:
    """Adverse records of the account's own subject, a merge followed, that nobody has spoken of yet."""
    subject = applicant.subject.merged_into_id or applicant.subject_id
    cases = Case.objects.filter(record=OuterRef("pk"))
    spoken_of = cases.filter(kind=workflow.CaseKind.REPAIR) | cases.filter(state__in=workflow.CASE_OPEN)
    told = Notice.objects.filter(record=OuterRef("pk"), applicant=applicant)
    records = Record.objects.filter(~Exists(spoken_of), ~Exists(told), subject=subject, state__in=RECORD_LIVE)
    return records.filter(item__is_adverse=True).select_related("item", "subject").order_by("pk").iterator()
