"""Who checks and who does not: cases registered beside checks made, per department, matter and month (33号（十八）)."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q
from django.utils import timezone

from sanctions.models import Check, Matter, MatterCases


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One department and matter in a month. `cases` is None where nobody has said how many there were."""

    department: str
    matter: str
    must_check: bool
    cases: int | None
    checked: int
    checks: int
    persons: int

    @property
    def share(self) -> str:
        """Cases checked of cases handled, in per cent; more than were handled is said as it is."""
        return "—" if not self.cases else f"{100 * self.checked / self.cases:.0f}%"

    @property
    def missing(self) -> int:
        return max((self.cases or 0) - self.checked, 0)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def usage(user, month: date) -> list[UsageLine]:
    """Every pair of department and matter with checks or cases in the month, the most missing first.

    A case counts once, by its number, however often it was checked.
    """
    start, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in (month, next_month(month)))
    checks = Check.objects.visible_to(user).filter(as_of__gte=start, as_of__lt=end)
    counted = checks.values("department", "matter").annotate(
        checks=Count("pk"),
        checked=Count("matter_no", distinct=True, filter=~Q(matter_no="")),
        persons=Count("pk", filter=Q(subject_kind="person")),
    )
    made = {(row["department"], row["matter"]): row for row in counted.order_by()}
    cases = {
        (each.department_id, each.matter_id): each.count
        for each in MatterCases.objects.visible_to(user).filter(month=month)
    }
    return _lines(made, cases)


def _lines(made: dict, cases: dict) -> list[UsageLine]:
    pairs = made.keys() | cases.keys()
    matters = Matter.objects.in_bulk({matter for _, matter in pairs})
    departments = dict(
        Check._meta.get_field("department")
        .related_model.objects.filter(pk__in={d for d, _ in pairs})
        .values_list("pk", "name")
    )
    nothing = {"checks": 0, "checked": 0, "persons": 0}
    lines = []
    for department, matter in pairs:
        row, about = made.get((department, matter), nothing), matters[matter]
        numbers = {name: row[name] for name in nothing}
        lines.append(
            UsageLine(departments[department], about.name, about.must_check, cases.get((department, matter)), **numbers)
        )
    return sorted(lines, key=lambda line: (-line.missing, line.cases is not None, line.department, line.matter))
