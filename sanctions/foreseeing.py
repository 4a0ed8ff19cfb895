"""What the approval of a memorandum would set going, counted before anybody decides."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef

from accounts.models import Department
from catalogue.models import SourceLine
from sanctions.models import JointAction, ListingInForce, Measure, Memorandum


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One measure: its line in words, for how many listings it would be ordered, how many departments could act."""

    measure: Measure
    line: str
    listings: int
    departments: int

    @property
    def tasks(self) -> int:
        return self.listings if self.departments else 0


def foresee(draft: Memorandum, *, on: date) -> tuple[int, list[Foreseen]]:
    """Listings without an action under the memorandum yet, and what each measure would mean for them.

    The nearest department does one task a measure and subject, so tasks are listings, where anybody is there to act.
    """
    begun = JointAction.objects.filter(listing=OuterRef("listing"), closed_on__isnull=True, memorandum__code=draft.code)
    listed = ListingInForce.objects.filter(list_code__in=draft.list_codes).filter(~Exists(begun))
    counted = listed.order_by().values_list("as_responsible", "subject__kind").annotate(n=Count("listing"))
    counts = {(as_responsible, kind): number for as_responsible, kind, number in counted}
    codes = Department.objects.filter(is_active=True).values_list("code", flat=True)
    lines: dict[str, int] = {}
    for code in codes:
        line = code.rpartition("-")[2]
        lines[line] = lines.get(line, 0) + 1
    names = dict(SourceLine.objects.values_list("code", "name"))
    rows = [
        Foreseen(
            measure,
            names.get(measure.line, measure.line),
            sum(counts.get((measure.on_responsible, kind), 0) for kind in measure.subject_kinds),
            lines.get(measure.line, 0),
        )
        for measure in draft.measures.select_related("legal_basis")
    ]
    return sum(number for (as_responsible, _), number in counts.items() if not as_responsible), rows
