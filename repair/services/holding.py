"""Who works on a case: taken, given back, given out. Two people never decide the same one."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import Role, User
from audit.actions import Action
from records.errors import Refused
from records.workflow import TransitionRefused
from repair import workflow
from repair.errors import HeldByOther
from repair.models import Case
from repair.services.base import hold, locked, require_not_proposer, require_reviewer, save

AT_ONCE = 500


@transaction.atomic
def claim(case: Case, *, actor: User, version: int, today: date) -> Case:
    """Take a case to work on it. One's own again changes nothing. Raises HeldByOther, RightMissing, CaseMoved."""
    require_reviewer(actor)
    case = locked(case, None)
    if case.holder_id == actor.pk:
        return case
    if case.holder_id:
        raise HeldByOther(f"办件正由{case.holder}承办。")
    case = locked(case, version)
    require_not_proposer(case, actor)
    return _held(case, actor, "claim", Action.REQUEST_CLAIMED, actor, today)


@transaction.atomic
def release(case: Case, *, actor: User, version: int, today: date) -> Case:
    """Give a case back. Raises HeldByOther where somebody else has it."""
    require_reviewer(actor)
    case = locked(case, version)
    if case.holder_id is None:
        return case
    if case.holder_id != actor.pk:
        raise HeldByOther(f"办件正由{case.holder}承办，只有承办人可以放回。")
    return _held(case, None, "release", Action.REQUEST_RELEASED, actor, today)


@transaction.atomic
def assign(cases: Sequence[Case], *, to: User, actor: User, today: date) -> int:
    """Give cases to a reviewer, whoever has them now. Closed ones are left out; returns how many were given.

    Raises RightMissing, Refused (not_a_reviewer).
    """
    require_reviewer(actor)
    if not to.is_active or to.role != Role.REVIEWER:
        raise Refused("只能分派给在用的审核员。", code="not_a_reviewer")
    given = 0
    for pk in sorted(case.pk for case in cases):
        case = locked(Case(pk=pk), None)
        if case.state in workflow.CASE_OPEN and case.holder_id != to.pk and _may_take(case, to):
            _held(case, to, "assign", Action.REQUEST_ASSIGNED, actor, today)
            given += 1
    return given


@transaction.atomic
def distribute(*, actor: User, today: date) -> dict[int, int]:
    """Give out what nobody has, the most urgent first, each to whoever has least. Returns how many each got, by user.

    At most AT_ONCE cases a time, so that nobody waits for their locks. A proposal is never given to who made it.
    """
    require_reviewer(actor)
    held = Count("held_cases", filter=Q(held_cases__state__in=workflow.CASE_OPEN))
    people = list(User.objects.filter(role=Role.REVIEWER, is_active=True, is_superuser=False).annotate(load=held))
    load, given = {user.pk: user.load for user in people}, {user.pk: 0 for user in people}
    waiting = Case.objects.waiting_for_review().unheld().select_for_update(of=("self",), skip_locked=True)
    for case in waiting.select_related("department", "subject").order_by("due_on", "pk")[:AT_ONCE]:
        able = [user for user in people if _may_take(case, user)]
        if not able:
            continue
        user = min(able, key=lambda one: (load[one.pk], one.pk))
        _held(case, user, "assign", Action.REQUEST_ASSIGNED, actor, today)
        load[user.pk] += 1
        given[user.pk] += 1
    return given


def _may_take(case: Case, user: User) -> bool:
    return case.state != workflow.PROPOSED or case.proposed_by_id != user.pk


def _held(case: Case, user: User | None, action: str, line: Action, actor: User, today: date) -> Case:
    if case.state not in workflow.CASE_OPEN:
        raise TransitionRefused(case.state, action)
    hold(case, user)
    detail = {"holder": user.username if user else ""}
    return save(case, action, line, by=actor, today=today, text=str(user) if user else "", detail=detail)
