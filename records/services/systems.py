"""Source systems of a department (行业系统): registered, ended; each batch says from which of them it came."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken, Department, SourceSystem, User
from accounts.services import revoke_token
from audit import services as audit
from audit.actions import Action
from records.errors import Refused
from records.models import Batch
from records.services.batches import require_right


@transaction.atomic
def enter_system(department: Department, *, actor: User, **values: object) -> SourceSystem:
    """Register a system of the department. Raises RightMissing, Refused (`system_code_taken`, `inbox_taken`)."""
    require_right(actor, "correct", department)
    own = Department.objects.select_for_update().get(pk=department.pk).systems
    if own.filter(code=values["code"]).exists():
        raise Refused("本部门已有这个编码的系统。请另取编码。", code="system_code_taken")
    if values["way"] == SourceSystem.Way.INBOX and own.in_use().filter(way=SourceSystem.Way.INBOX).exists():
        raise Refused("本部门的收件箱已属于另一个系统。请先停用它。", code="inbox_taken")
    system = SourceSystem.objects.create(department=department, **values)
    audit.record(Action.SYSTEM_ENTERED, system, actor=actor, detail={"code": system.code, "way": system.way})
    return system


@transaction.atomic
def change_system(system: SourceSystem, *, name: str, contact: str, actor: User) -> SourceSystem:
    """Give it another name or contact; code and way stay. Raises RightMissing."""
    system = SourceSystem.objects.select_for_update(of=("self",)).select_related("department").get(pk=system.pk)
    require_right(actor, "correct", system.department)
    system.name, system.contact = name, contact
    system.save(update_fields=["name", "contact"])
    audit.record(Action.SYSTEM_CHANGED, system, actor=actor)
    return system


@transaction.atomic
def end_system(system: SourceSystem, *, actor: User, reason: str, today: date) -> SourceSystem:
    """Take it out of use, and its tokens with it; what came from it keeps its name. Raises RightMissing, Refused."""
    system = SourceSystem.objects.select_for_update(of=("self",)).select_related("department").get(pk=system.pk)
    require_right(actor, "correct", system.department)
    if system.in_use_until is not None:
        raise Refused("这个系统已经停用。", code="system_ended")
    system.in_use_until = max(today, system.in_use_from)
    system.save(update_fields=["in_use_until"])
    for token in ApiToken.objects.filter(system=system, revoked_at__isnull=True):
        revoke_token(token, actor=actor, reason=reason)
    audit.record(Action.SYSTEM_ENDED, system, actor=actor, reason=reason, business_on=today)
    return system


def receive_from(system: SourceSystem | None, receive: Callable, **sent):
    """What `receive` makes of a delivery, one batch or several, each marked as coming from this system.

    Both in one transaction: no batch of a system is ever seen without it. A delivery repeated keeps its first mark.
    """
    if system is None:
        return receive(**sent)
    with transaction.atomic():
        received = receive(**sent)
        batches = received if isinstance(received, list) else [received]
        if any(batch.department_id != system.department_id for batch in batches):
            raise ValueError("a system delivers for its own department")
        Batch.objects.filter(pk__in=[batch.pk for batch in batches], system=None).update(system=system)
    return received


def days_silent(last: timezone.datetime | None, *, now: timezone.datetime) -> int | None:
    """Whole days since the last delivery; None where there was none."""
    return None if last is None else (timezone.localdate(now) - timezone.localdate(last)).days
