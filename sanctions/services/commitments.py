"""Verbs on commitments: accept, take in what was promised for later, note fulfilment, find a breach, decide on it.

Nobody is found unfaithful because a day has passed: a person says so, the subject is heard, another person decides
(国发〔2016〕33号（二十二）). What follows is an ordinary adverse record, with its term and its remedies.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from catalogue.policy import add_months
from records import crypto
from records import services as records
from records.errors import Refused, RightMissing, RowRefused
from records.identity import InvalidIdentifier, adult_on, check_person_id, check_uscc
from records.models import Identifier, IdentifierKind, Record
from records.problems import problem
from records.services import changes
from records.services.batches import item_in_force, last_day, require_right
from sanctions import bulk, workflow
from sanctions.models import Commitment, CommitmentKind, CommitmentTemplate, DeferredMaterial
from sanctions.promising import ALL_KEPT, BREACH_ITEM, ITEM, NONE_KEPT, SOME_KEPT, breach_values, record_values
from sanctions.services.listings import Named, adverse_since

DEFERRED_MATERIALS = "commitment.deferred_materials"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is signed besides the text: for what, in which procedure, until when, and whether everybody may see it."""

    reason: str
    made_on: date
    due_on: date | None = None
    matter_no: str = ""
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """A material that is not there yet. What a law or regulation asks for is never deferred (33号（四）)."""

    name: str
    is_statutory: bool = False


@transaction.atomic
def accept_commitment(
    template: CommitmentTemplate, named: Named, promise: Promise, *, department: Department, actor: User,
    key: uuid.UUID, today: date,
) -> Commitment:  # fmt: skip
    """Take in a signed commitment, and publish it when the subject agrees. The same key gives the one already made.

    Raises RightMissing, Refused: template_not_in_force, template_not_of_department, subject_kind_cannot_promise,
    not_the_departments_own, reason_required, made_in_future, due_before_made, due_missing, subject_is_minor,
    materials_missing, not_publishable, and the code of a number.
    """
    require_right(actor, "report", department)
    if sent := Commitment.objects.filter(key=key).first():
        return sent
    if template.kind == CommitmentKind.DEFERRED:
        raise Refused("容缺受理的承诺要写明缺少的材料，请从“容缺受理”办理。", code="materials_missing")
    return _accept(template, named, promise, department, actor, key, today)


@transaction.atomic
def accept_deferral(
    template: CommitmentTemplate, named: Named, promise: Promise, materials: Sequence[Missing], *,
    department: Department, actor: User, key: uuid.UUID, today: date,
) -> Commitment:  # fmt: skip
    """容缺受理: accept an application of which materials are missing, upon the promise to bring them by a day.

    The day is that of the time limit `commitment.deferred_materials`. Raises as accept_commitment, and Refused:
    materials_missing, material_is_statutory, adverse_record_held, deferral_overdue.
    """
    require_right(actor, "report", department)
    if sent := Commitment.objects.filter(key=key).first():
        return sent
    if template.kind != CommitmentKind.DEFERRED or not materials:
        raise Refused("请写明缺少的材料，并选择容缺受理的承诺书。", code="materials_missing")
    if statutory := [material.name for material in materials if material.is_statutory]:
        raise Refused(
            f"法律、法规要求提供的材料不能容缺：{'；'.join(statutory)}（国发〔2016〕33号（四））。",
            code="material_is_statutory",
        )
    _require_eligible(named, promise, today)
    due = Promise(
        promise.reason, promise.made_on, last_day(DEFERRED_MATERIALS, promise.made_on), promise.matter_no,
        promise.is_public,
    )  # fmt: skip
    made = _accept(template, named, due, department, actor, key, today)
    DeferredMaterial.objects.bulk_create(
        DeferredMaterial(commitment=made, number=number, name=material.name)
        for number, material in enumerate(materials, start=1)
    )
    return made


def _require_eligible(named: Named, promise: Promise, today: date) -> None:
    """33号（四）: who has been without an adverse record for three years, and owes no material promised before."""
    id_kind, lookup, _ = identify(named, promise.made_on)
    owner = Identifier.objects.filter(kind=id_kind, lookup=lookup).first()
    if owner and adverse_since(owner.subject_id, today=today).exists():
        raise Refused("该主体近 3 年内有失信记录，不适用容缺受理，请补齐材料后受理。", code="adverse_record_held")
    earlier = Commitment.objects.filter(identifier_kind=id_kind, lookup=lookup, kind=CommitmentKind.DEFERRED)
    if earlier.overdue(on=today).exists():
        raise Refused("该主体此前容缺的材料逾期没有补交，补交以前不适用容缺受理。", code="deferral_overdue")


def _accept(
    template: CommitmentTemplate, named: Named, promise: Promise, department: Department, actor: User, key: uuid.UUID,
    today: date,
) -> Commitment:  # fmt: skip
    _require_lawful(template, named, promise, department, today)
    id_kind, lookup, cipher = identify(named, promise.made_on)
    owner = Identifier.objects.filter(kind=id_kind, lookup=lookup).first()
    months = template.term_months
    made = Commitment.objects.create(
        number=f"{department.region_id}{promise.made_on:%Y%m%d}{bulk.next_commitment():06d}",
        template=template, kind=template.kind, department=department,
        subject_id=owner.subject_id if owner else None,
        subject_kind=named.kind, subject_name=named.name.strip(), identifier_kind=id_kind, lookup=lookup, cipher=cipher,
        reason=promise.reason.strip(), matter_no=promise.matter_no.strip(), text=template.text,
        consequences=template.consequences, made_on=promise.made_on, due_on=promise.due_on,
        valid_until=add_months(promise.made_on, months) if months else promise.due_on,
        is_public=promise.is_public, key=key, accepted_by=actor,
    )  # fmt: skip
    if made.is_public:
        made.record = _publish(made, actor, today)
        made.subject_id = made.record.subject_id
        made.save(update_fields=["record", "subject"])
    audit.record(Action.COMMITMENT_ACCEPTED, made, actor=actor, business_on=made.made_on, detail={"kind": made.kind})
    return made


def _require_lawful(
    template: CommitmentTemplate, named: Named, promise: Promise, department: Department, today: date
) -> None:
    on, due = promise.made_on, promise.due_on
    is_governments = template.kind == CommitmentKind.GOVERNMENT
    faults = (
        (not CommitmentTemplate.objects.in_force(on=on).filter(pk=template.pk).exists(),
         "template_not_in_force", f"“{template}”在承诺之日不是现行范本，请改用现行的一版。"),
        (bool(template.lines) and department.line not in template.lines,
         "template_not_of_department", f"“{template}”不由{department}受理。"),
        (named.kind not in template.subject_kinds,
         "subject_kind_cannot_promise", f"“{template}”不适用于{SubjectKind(named.kind).label}。"),
        (is_governments and named.number != department.uscc,
         "not_the_departments_own", "政务承诺由部门登记自己作出的承诺，请填写本部门的名称和代码。"),
        (not promise.reason.strip(), "reason_required", "请写明承诺的事由。"),
        (on > today, "made_in_future", "承诺日期晚于今天。"),
        (due is not None and due < on, "due_before_made", "履行期限早于承诺日期。"),
        (is_governments and due is None, "due_missing", "政务承诺要写明兑现的期限。"),
    )  # fmt: skip
    for is_wrong, code, sentence in faults:
        if is_wrong:
            raise Refused(sentence, code=code)


def identify(named: Named, on: date) -> tuple[str, str, str]:
    """Kind, lookup and ciphertext of a typed number. Raises Refused: the code of what is wrong, or subject_is_minor."""
    is_person = named.kind == SubjectKind.PERSON
    try:
        if not is_person:
            return IdentifierKind.USCC.value, check_uscc(named.number), ""
        person = check_person_id(named.number_kind, named.number)
    except InvalidIdentifier as error:
        name = "证件号码" if is_person else "统一社会信用代码"
        wrong = problem(error.code, name=name, value=named.number, secret=is_person, **error.details)
        raise Refused(wrong.reason + wrong.advice.replace("后重新报送", ""), code=error.code) from error
    if person.born_on and on < adult_on(person.born_on):
        raise Refused("本人未满 18 周岁，不办理。", code="subject_is_minor")
    return person.kind, crypto.blind_index(person.kind, person.number), crypto.seal_text(person.number)


def _publish(made: Commitment, actor: User, today: date) -> Record:
    try:
        return records.register_record(
            item=item_in_force(ITEM, on=today), department=made.department, values=record_values(made), actor=actor,
            today=today, idempotency_key=f"commitment:{made.public_id}",
        )  # fmt: skip
    except RowRefused as refusal:
        found = refusal.problems[0]
        raise Refused(f"这份承诺不能公示：{found.reason}{found.advice}", code="not_publishable") from refusal


@transaction.atomic
def receive_material(material: DeferredMaterial, *, actor: User, today: date) -> DeferredMaterial:
    """Take in a material promised for later; with the last one the commitment is fulfilled.

    Raises Refused (material_received), TransitionRefused when the commitment is over.
    """
    commitment = _locked(material.commitment)
    require_right(actor, "report", commitment.department)
    workflow.next_state(commitment.state, "fulfil")
    material = DeferredMaterial.objects.select_for_update().get(pk=material.pk)
    if material.received_on:
        raise Refused("这份材料已经收到。", code="material_received")
    material.received_on, material.received_by = today, actor
    material.save(update_fields=["received_on", "received_by"])
    audit.record(Action.MATERIAL_RECEIVED, commitment, actor=actor, business_on=today,
                 detail={"number": material.number})  # fmt: skip
    if not commitment.materials.filter(received_on__isnull=True).exists():
        _fulfil(commitment, actor, "容缺的材料已经全部补交。", today, today)
    return material


@transaction.atomic
def note_fulfilled(commitment: Commitment, *, actor: User, result: str, on: date, today: date) -> Commitment:
    """Note that everything promised was done; the published record says so too.

    Raises Refused: result_missing, fulfilled_in_future, materials_missing; TransitionRefused.
    """
    commitment = _locked(commitment)
    require_right(actor, "report", commitment.department)
    workflow.next_state(commitment.state, "fulfil")
    if not result.strip():
        raise Refused("请写明履行的情况。", code="result_missing")
    if not commitment.made_on <= on <= today:
        raise Refused("履行日期不早于承诺日期、不晚于今天。", code="fulfilled_in_future")
    if commitment.materials.filter(received_on__isnull=True).exists():
        raise Refused("还有材料没有补交，请逐份登记收到。", code="materials_missing")
    return _fulfil(commitment, actor, result, on, today)


def _fulfil(commitment: Commitment, actor: User, result: str, on: date, today: date) -> Commitment:
    commitment.state = workflow.next_state(commitment.state, "fulfil")
    commitment.fulfilled_on, commitment.result = on, result
    commitment.save()
    _tell(commitment, {"fulfillmentStatus": ALL_KEPT}, "承诺已经履行", actor, today)
    audit.record(Action.COMMITMENT_FULFILLED, commitment, actor=actor, business_on=on)
    return commitment


def _tell(commitment: Commitment, outcome: dict[str, str], reason: str, actor: User, today: date) -> None:
    """Let the published record say what has become of the commitment, as a correction of it."""
    record = commitment.record
    if record is None:
        return
    record.refresh_from_db()
    if record.state not in ("current", "disputed"):
        return
    unit = commitment.department
    found = {"fulfillmentStatusDate": today.isoformat(), "confirmUnit": unit.name, "confirmUnitCode": unit.uscc or ""}
    changes.request_correction(
        record,
        values=record.values | found | outcome,
        base_revision=record.revision,
        why=changes.Why(reason, commitment.document_no),
        key=f"commitment:{commitment.public_id}:{commitment.state}",
        actor=actor,
        today=today,
    )


@transaction.atomic
def find_breach(
    commitment: Commitment, *, actor: User, unperformed: str, is_partial: bool, answer: str, today: date
) -> Commitment:
    """Propose to find that a commitment was not kept, after hearing the subject; somebody else decides.

    `answer` is what the subject said when told, or how they were asked in vain. Raises Refused: unperformed_missing,
    answer_missing, not_due_yet; TransitionRefused.
    """
    commitment = _locked(commitment)
    require_right(actor, "report", commitment.department)
    commitment.state = workflow.next_state(commitment.state, "find")
    if not unperformed.strip():
        raise Refused("请写明没有履行的内容。", code="unperformed_missing")
    if not answer.strip():
        raise Refused("请先告知承诺人，写明其说明，或者告知的方式和没有说明的情况。", code="answer_missing")
    if commitment.due_on and commitment.due_on >= today:
        raise Refused(f"履行期限至 {commitment.due_on}，期满以前不能认定违诺。", code="not_due_yet")
    commitment.unperformed, commitment.is_partial, commitment.answer = unperformed, is_partial, answer
    commitment.found_by, commitment.found_on = actor, today
    commitment.save()
    audit.record(Action.COMMITMENT_DOUBTED, commitment, actor=actor, business_on=today)
    return commitment


@transaction.atomic
def confirm_breach(commitment: Commitment, *, actor: User, document_no: str, reason: str, today: date) -> Commitment:
    """Find that the commitment was not kept: an organisation's adverse record and the published commitment say so.

    A natural person gets no adverse record: 21号五（一）, 33号（三）（四） and 98号二（五） have commitments signed
    without authorising a record of a person's breach, and 98号四（二） forbids to collect what no law authorises.
    The broken promise that 98号二（四） does name, about a student's loan, is the school's to report (item XSCX).

    Raises RightMissing (also for who proposed), Refused: reason_required, document_missing, not_publishable;
    TransitionRefused.
    """
    commitment = _to_decide(commitment, actor, "confirm", reason)
    if not document_no.strip():
        raise Refused("请写明认定文书的文号。", code="document_missing")
    commitment.state = workflow.next_state(commitment.state, "confirm")
    commitment.document_no = document_no.strip()
    commitment.decided_by, commitment.decided_on, commitment.decision_reason = actor, today, reason
    if not commitment.is_person:
        commitment.breach_record = _register_breach(commitment, actor, today)
    commitment.save()
    outcome = {
        "fulfillmentStatus": SOME_KEPT if commitment.is_partial else NONE_KEPT,
        "unperformed": commitment.unperformed,
        "liabilityApplied": commitment.consequences,
    }
    _tell(commitment, outcome, "认定违诺", actor, today)
    audit.record(Action.COMMITMENT_BREACHED, commitment, actor=actor, reason=reason, business_on=today)
    return commitment


def _register_breach(commitment: Commitment, actor: User, today: date) -> Record:
    try:
        return records.register_record(
            item=item_in_force(BREACH_ITEM, on=today), department=commitment.department,
            values=breach_values(commitment, today), actor=actor, today=today,
            idempotency_key=f"breach:{commitment.public_id}",
        )  # fmt: skip
    except RowRefused as refusal:
        found = refusal.problems[0]
        raise Refused(f"违诺不能记入：{found.reason}{found.advice}", code="not_publishable") from refusal


@transaction.atomic
def reject_breach(commitment: Commitment, *, actor: User, reason: str, today: date) -> Commitment:
    """Find that there is no breach; the commitment goes on. Raises as confirm_breach."""
    commitment = _to_decide(commitment, actor, "reject", reason)
    commitment.state = workflow.next_state(commitment.state, "reject")
    commitment.decision_reason = reason
    commitment.save()
    audit.record(Action.COMMITMENT_REJECTED, commitment, actor=actor, reason=reason, business_on=today)
    return commitment


def _to_decide(commitment: Commitment, actor: User, action: str, reason: str) -> Commitment:
    commitment = _locked(commitment)
    require_right(actor, "correct", commitment.department)
    workflow.next_state(commitment.state, action)
    if actor.pk == commitment.found_by_id:
        raise RightMissing("提出认定的人不能决定。")
    if not reason.strip():
        raise Refused("请写明认定的意见。", code="reason_required")
    return commitment


@transaction.atomic
def retract_commitment(commitment: Commitment, *, actor: User, reason: str, today: date) -> Commitment:
    """Note that the subject takes the commitment back before it is due; it is shown no more.

    Deferred materials are still owed then: an application accepted upon a promise is not left hanging. Raises Refused:
    reason_required, materials_missing; TransitionRefused.
    """
    commitment = _locked(commitment)
    require_right(actor, "report", commitment.department)
    commitment.state = workflow.next_state(commitment.state, "retract")
    if not reason.strip():
        raise Refused("请写明撤回的理由。", code="reason_required")
    if commitment.materials.filter(received_on__isnull=True).exists():
        raise Refused("还有材料没有补交，请先办结所受理的业务。", code="materials_missing")
    commitment.result = reason
    commitment.save()
    if commitment.record and commitment.record.state in ("current", "disputed"):
        records.end_record(commitment.record, actor=actor, reason=reason, today=today)
    audit.record(Action.COMMITMENT_RETRACTED, commitment, actor=actor, reason=reason, business_on=today)
    return commitment


def note_due_commitments(*, today: date) -> int:
    """One line a commitment not kept in time, dated the day it fell due; and the end of those that have run out."""
    overdue = Commitment.objects.overdue(on=today).order_by("pk")
    with transaction.atomic():
        noted = audit.record_many(
            Action.COMMITMENT_MISSED,
            [
                audit.Target(Commitment._meta.label, str(pk), number, business_on=due_on)
                for pk, number, due_on in overdue.values_list("pk", "number", "due_on")
            ],
            once=True,
        )
        ended = Commitment.objects.run_out(on=today).select_for_update(skip_locked=True)
        targets = [
            audit.Target(Commitment._meta.label, str(each.pk), each.number, business_on=each.valid_until)
            for each in ended
        ]
        state = workflow.next_state(workflow.MADE, "run_out")
        Commitment.objects.filter(pk__in=[target.object_id for target in targets]).update(state=state)
        audit.record_many(Action.COMMITMENT_LAPSED, targets, once=True)
    return noted + len(targets)


def _locked(commitment: Commitment) -> Commitment:
    return (
        Commitment.objects.select_for_update(of=("self",))
        .select_related("department", "record", "template")
        .get(pk=commitment.pk)
    )
