"""The reviewers' queue as questions: the usual looks, how many stand in each, how much each person has."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from accounts.models import Role, User
from repair import workflow
from repair.models import Case
from repair.querysets import WAITING, CaseQuerySet

MINE, FREE, SECOND, LATE, ELSEWHERE, OPEN = "mine", "free", "second", "late", "elsewhere", "open"
WAITING_LOOK = "waiting"
LOOKS = {
    WAITING_LOOK: "待办理",
    MINE: "我承办的",
    FREE: "无人承办",
    SECOND: "待我复核",
    LATE: "已逾期",
    ELSEWHERE: "等待他人",
    OPEN: "全部在办",
}
RECENT = timedelta(days=30)


def condition(look: str, user: User, on: date) -> Q:
    """Which open cases a look shows to this person."""
    if look == WAITING_LOOK:
        return WAITING
    if look == MINE:
        return Q(holder=user)
    if look == FREE:
        return WAITING & Q(holder__isnull=True)
    if look == SECOND:
        nobodys_or_mine = Q(holder__isnull=True) | Q(holder=user)
        return Q(state=workflow.PROPOSED) & ~Q(proposed_by=user) & nobodys_or_mine
    if look == LATE:
        return Q(due_on__lt=on)
    if look == ELSEWHERE:
        return Q(state__in=(workflow.RETURNED, workflow.FORWARDED))
    return Q()


def shown(cases: CaseQuerySet, look: str, user: User, on: date) -> CaseQuerySet:
    """The open cases of a look, by legal deadline; what has no clock running comes last."""
    return cases.open().filter(condition(look, user, on)).order_by("due_on", "pk")


def counts(cases: CaseQuerySet, user: User, on: date) -> dict[str, int]:
    """How many open cases stand in each look, in one question."""
    return cases.open().aggregate(**{look: Count("pk", filter=condition(look, user, on)) for look in LOOKS})


@dataclass(frozen=True, slots=True)
class Load:
    """What one reviewer has in hand, and has decided in the last 30 days."""

    user: User
    held: int
    late: int
    soon: int
    decided: int


def workload(cases: CaseQuerySet, *, on: date, soon_until: date) -> list[Load]:
    """Every active reviewer with what they hold: late, due until `soon_until` (included), and decided recently."""
    held = {
        row["holder"]: row
        for row in cases.open().filter(holder__isnull=False).order_by().values("holder").annotate(
            held=Count("pk"),
            late=Count("pk", filter=Q(due_on__lt=on)),
            soon=Count("pk", filter=Q(due_on__gte=on, due_on__lte=soon_until)),
        )
    }  # fmt: skip
    decided = dict(
        Case.objects.filter(decided_on__gte=on - RECENT, decided_by__isnull=False)
        .order_by()
        .values_list("decided_by")
        .annotate(Count("pk"))
    )
    return [_load(user, held.get(user.pk, {}), decided.get(user.pk, 0)) for user in reviewers()]


def _load(user: User, row: dict, decided: int) -> Load:
    return Load(user, row.get("held", 0), row.get("late", 0), row.get("soon", 0), decided)


def reviewers():
    """Who may hold cases."""
    return User.objects.filter(role=Role.REVIEWER, is_active=True, is_superuser=False).order_by("display_name", "pk")
