"""Verbs on classed supervision: draw a method up, adopt it by a second person, class everybody by it (33号（六）)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import KeyField
from catalogue.policy import add_months
from records.errors import Refused, RightMissing
from records.services.batches import require_right
from sanctions import bulk, workflow
from sanctions.grading import require_sound
from sanctions.models import SupervisionMethod, SupervisionRun


@dataclass(frozen=True, slots=True)
class Design:
    """What a method says. `inputs`, `thresholds`, `rates` as SupervisionMethod holds them."""

    name: str
    text: str
    inputs: Sequence[Mapping]
    thresholds: Mapping[str, int]
    rates: Mapping[str, int]
    base: int = 100
    valid_months: int = 12


@transaction.atomic
def draw_up_method(field: KeyField, design: Design, *, department: Department, actor: User) -> SupervisionMethod:
    """Draft the next edition of a department's method for a field.

    Raises RightMissing, Refused: text_missing, draft_exists, and what grading.require_sound raises.
    """
    require_right(actor, "report", department)
    if not design.name.strip() or not design.text.strip():
        raise Refused("请填写名称和说明，说明会向社会公布。", code="text_missing")
    require_sound(design.base, design.inputs, design.thresholds, design.rates)
    Department.objects.select_for_update().get(pk=department.pk)
    earlier = SupervisionMethod.objects.filter(field=field, department=department)
    if earlier.filter(state=workflow.DRAWN_UP).exists():
        raise Refused("本领域已有一版正在拟订，请先批准。", code="draft_exists")
    method = SupervisionMethod.objects.create(
        field=field, department=department, edition=earlier.count() + 1, name=design.name.strip(),
        text=design.text.strip(), base=design.base, inputs=list(design.inputs), thresholds=dict(design.thresholds),
        rates=dict(design.rates), valid_months=design.valid_months, author=actor,
    )  # fmt: skip
    audit.record(Action.METHOD_DRAWN_UP, method, actor=actor)
    return method


@transaction.atomic
def adopt_method(method: SupervisionMethod, *, actor: User, opinion: str, on: date, today: date) -> SupervisionMethod:
    """Approve a draft from a day on; the edition before it ends the day before. From that day it is published.

    Raises RightMissing (also for the author), Refused: reason_required, begins_in_past, begins_too_early;
    TransitionRefused.
    """
    method = _locked(method)
    require_right(actor, "correct", method.department)
    workflow.next_state(method.state, "adopt")
    if actor.pk == method.author_id:
        raise RightMissing("拟订人不能批准自己拟订的办法。")
    if not opinion.strip():
        raise Refused("请写明批准意见。", code="reason_required")
    if on < today:
        raise Refused("施行日期不早于今天。", code="begins_in_past")
    for former in SupervisionMethod.objects.select_for_update().filter(
        field=method.field, department=method.department, state=workflow.ADOPTED
    ):
        _replace(former, actor, on)
    method.state = workflow.next_state(method.state, "adopt")
    method.approver, method.opinion, method.in_force_from = actor, opinion, on
    method.save()
    audit.record(Action.METHOD_ADOPTED, method, actor=actor, reason=opinion, business_on=on)
    return method


def _replace(former: SupervisionMethod, actor: User, on: date) -> None:
    if former.in_force_from >= on:
        raise Refused(f"前一版自 {former.in_force_from} 起施行，新的一版应当更晚。", code="begins_too_early")
    former.state = workflow.next_state(former.state, "replace")
    former.in_force_until = on - timedelta(days=1)
    former.save(update_fields=["state", "in_force_until"])
    audit.record(Action.METHOD_REPLACED, former, actor=actor, business_on=former.in_force_until)


@transaction.atomic
def compute_classes(method: SupervisionMethod, *, actor: User, today: date) -> SupervisionRun:
    """Class every organisation of the region that has a record of the field or of the line, by the method in force.

    Raises RightMissing, Refused (method_not_in_force).
    """
    method = _locked(method)
    require_right(actor, "report", method.department)
    if not SupervisionMethod.objects.acting(on=today).filter(pk=method.pk).exists():
        raise Refused("办法不在施行期内，不能据以分类。", code="method_not_in_force")
    run = SupervisionRun.objects.create(
        method=method, computed_on=today, computed_by=actor, valid_until=add_months(today, method.valid_months)
    )
    run.organisations = bulk.classify(run.pk, today=today)
    run.save(update_fields=["organisations"])
    audit.record(
        Action.CLASSES_COMPUTED, method, actor=actor, business_on=today, detail={"organisations": run.organisations}
    )
    return run


def _locked(method: SupervisionMethod) -> SupervisionMethod:
    return (
        SupervisionMethod.objects.select_for_update(of=("self",))
        .select_related("department", "field")
        .get(pk=method.pk)
    )
