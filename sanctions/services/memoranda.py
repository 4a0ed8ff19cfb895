"""Verbs on memoranda: draft, change, submit, return, abandon, approve by a second person, repeal.

33号（十八）（二十）. Approved, an edition never changes: whoever wants something else drafts the next one.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Role, User
from audit import services as audit
from audit.actions import Action
from records.errors import Refused, RightMissing
from sanctions import workflow
from sanctions.models import (
    Addressee,
    Force,
    ListKind,
    Measure,
    MeasureKind,
    Memorandum,
    Signatory,
)
from sanctions.services import joint

DRAFTERS, APPROVERS = (Role.LEAD, Role.ADMINISTRATOR), (Role.REVIEWER,)
DAY = timedelta(days=1)
# What a draft says of itself, beside its measures and signatories.
TEXTS = ("name", "kind", "lead", "document_no", "month", "objects_text", "procedure", "list_codes")
MEASURE = (
    "text", "kind", "force", "addressee", "implementer", "line", "legal_basis", "basis_text", "subject_kinds",
    "on_responsible", "responsible_basis", "national", "incentive", "condition", "evidence",
)  # fmt: skip


@transaction.atomic
def draft_memorandum(values: Mapping[str, object], *, code: str, actor: User) -> Memorandum:
    """Begin a memorandum that is not in the register yet. Raises RightMissing; Refused: code_taken."""
    _require_role(actor, DRAFTERS)
    if Memorandum.objects.filter(code=code).exists():
        raise Refused("这个编号已经在登记册上。修改已有的备忘录，请从它起草新的一版。", code="code_taken")
    return _begin(Memorandum(code=code, author=actor, **_known(values)), actor)


@transaction.atomic
def draft_edition(former: Memorandum, *, actor: User) -> Memorandum:
    """Begin the next edition with all that the former says. Raises RightMissing; Refused: edition_in_work."""
    _require_role(actor, DRAFTERS)
    editions = Memorandum.objects.filter(code=former.code)
    list(editions.select_for_update().values_list("pk", flat=True))
    if editions.filter(state__in=workflow.MEMORANDUM_DRAFTS).exists():
        raise Refused("这份备忘录的下一版正在拟订，请等它批准，或者由拟订人修改。", code="edition_in_work")
    values = {name: getattr(former, name) for name in (*TEXTS, "source", "evidence")}
    number = editions.aggregate(last=Max("edition"))["last"] + 1
    draft = _begin(Memorandum(code=former.code, edition=number, author=actor, **values), actor)
    Signatory.objects.bulk_create(
        Signatory(memorandum=draft, name=each.name, line=each.line) for each in former.signatories.all()
    )
    Measure.objects.bulk_create(
        Measure(memorandum=draft, number=each.number, **{name: getattr(each, name) for name in MEASURE})
        for each in former.measures.all()
    )
    return draft


def _begin(draft: Memorandum, actor: User) -> Memorandum:
    draft.save(force_insert=True)
    audit.record(Action.MEMORANDUM_DRAFTED, draft, actor=actor, detail={"code": draft.code, "edition": draft.edition})
    return draft


@transaction.atomic
def change_memorandum(
    draft: Memorandum, values: Mapping[str, object], *, signatories: Sequence[tuple[str, str]] | None = None,
    actor: User,
) -> Memorandum:  # fmt: skip
    """Change what a draft says of itself; `signatories` (name, line), when given, replace those there are."""
    draft = _in_work(draft, actor)
    for name, value in _known(values).items():
        setattr(draft, name, value)
    draft.save()
    if signatories is not None:
        draft.signatories.all().delete()
        Signatory.objects.bulk_create(Signatory(memorandum=draft, name=name, line=line) for name, line in signatories)
    audit.record(Action.MEMORANDUM_CHANGED, draft, actor=actor, detail={"changed": sorted(values)})
    return draft


@transaction.atomic
def put_measure(draft: Memorandum, values: Mapping[str, object], *, number: int | None = None, actor: User) -> Measure:
    """Add a measure, or put the one of that number right.

    Raises Refused: measure_unknown, mandatory_without_basis, addressee_is_only_informed, responsible_without_basis,
    measure_is_no_incentive.
    """
    draft = _in_work(draft, actor)
    if number is None:
        last = draft.measures.aggregate(last=Max("number"))["last"] or 0
        measure = Measure(memorandum=draft, number=last + 1)
    else:
        measure = _measure(draft, number)
    for name in MEASURE:
        if name in values:
            setattr(measure, name, values[name])
    _require_lawful(measure)
    measure.save()
    audit.record(Action.MEMORANDUM_CHANGED, draft, actor=actor, detail={"measure": measure.number})
    return measure


@transaction.atomic
def remove_measure(draft: Memorandum, *, number: int, actor: User) -> None:
    """Take a measure out of a draft. Raises Refused (measure_unknown)."""
    draft = _in_work(draft, actor)
    _measure(draft, number).delete()
    audit.record(Action.MEMORANDUM_CHANGED, draft, actor=actor, detail={"removed": number})


def _measure(draft: Memorandum, number: int) -> Measure:
    measure = draft.measures.filter(number=number).first()
    if measure is None:
        raise Refused("这份草案没有这个序号的措施。", code="measure_unknown")
    return measure


def _require_lawful(measure: Measure) -> None:
    """What the database holds too, said in a sentence."""
    faults = (
        (measure.force == Force.MANDATORY and measure.legal_basis is None,
         "mandatory_without_basis", "没有法律依据的措施不能是强制性的（国发〔2016〕33号（二十））。"),
        (measure.addressee != Addressee.AUTHORITY and measure.force != Force.REFERENCE,
         "addressee_is_only_informed", "银行、信用服务机构、协会和媒体自主决定，措施只能标为仅供参考。"),
        (measure.on_responsible and measure.responsible_basis is None and measure.force != Force.REFERENCE,
         "responsible_without_basis", "落实到责任人员的措施要有单独的法律依据（国发〔2016〕33号（十四））。"),
        (bool(measure.incentive) and measure.kind != MeasureKind.INCENTIVE,
         "measure_is_no_incentive", "只有守信激励措施填写激励方式。"),
    )  # fmt: skip
    for is_wrong, code, sentence in faults:
        if is_wrong:
            raise Refused(sentence, code=code)


@transaction.atomic
def submit_memorandum(draft: Memorandum, *, actor: User, today: date) -> Memorandum:
    """Hand a draft to the second person. Raises Refused: no_measures, no_lists, list_unknown."""
    draft = _locked(draft)
    _require_drafter(draft, actor)
    draft.state = workflow.next_state(draft.state, "submit")
    if not draft.measures.exists():
        raise Refused("还没有措施，不能提交。", code="no_measures")
    if not draft.list_codes:
        raise Refused("请选择适用的名单：列入其中的主体才会发起联合奖惩。", code="no_lists")
    known = set(ListKind.objects.in_force(on=today).values_list("code", flat=True))
    if unknown := sorted(set(draft.list_codes) - known):
        raise Refused(f"名单 {'、'.join(unknown)} 不在有效期内，请改选。", code="list_unknown")
    return _moved(draft, Action.MEMORANDUM_SUBMITTED, actor)


@transaction.atomic
def return_memorandum(draft: Memorandum, *, actor: User, opinion: str) -> Memorandum:
    """Give a draft back to its author. Raises Refused (reason_required)."""
    draft = _locked(draft)
    _require_role(actor, APPROVERS)
    draft.state = workflow.next_state(draft.state, "return")
    draft.opinion = _reason(opinion, "请写明退回的意见。")
    return _moved(draft, Action.MEMORANDUM_RETURNED, actor, opinion)


@transaction.atomic
def approve_memorandum(
    draft: Memorandum, *, actor: User, in_force_from: date, opinion: str, today: date
) -> tuple[Memorandum, int]:
    """Put an edition in force from a day, end the former the day before, and open action for those listed already.

    Returns the edition and how many tasks that opened. Raises RightMissing (who drafts does not approve); Refused:
    reason_required, in_force_in_past, edition_overlaps.
    """
    draft = _locked(draft)
    _require_role(actor, APPROVERS)
    draft.state = workflow.next_state(draft.state, "approve")
    if actor.pk == draft.author_id:
        raise RightMissing("拟订人不能批准自己拟订的备忘录。")
    if in_force_from < today:
        raise Refused("生效日期不能早于今天：措施不溯及既往。", code="in_force_in_past")
    draft.opinion = _reason(opinion, "请写明批准的意见。")
    _end_former(draft, in_force_from)
    draft.in_force_from, draft.approver, draft.approved_at = in_force_from, actor, timezone.now()
    _moved(draft, Action.MEMORANDUM_APPROVED, actor, opinion, business_on=in_force_from)
    return draft, joint.catch_up(draft, today=today) if in_force_from == today else 0


def _end_former(draft: Memorandum, in_force_from: date) -> None:
    former = Memorandum.objects.filter(code=draft.code, state=workflow.APPROVED).select_for_update()
    if former.filter(in_force_from__gte=in_force_from).exists():
        raise Refused("前一版的生效日期不早于这一天，请把生效日期推后。", code="edition_overlaps")
    for each in former.in_force(on=in_force_from):
        each.in_force_until = in_force_from - DAY
        each.save(update_fields=["in_force_until"])


@transaction.atomic
def repeal_memorandum(memorandum: Memorandum, *, actor: User, reason: str, today: date) -> tuple[Memorandum, int]:
    """End a memorandum and lift what was done under it: measures without a ground are released, not left standing.

    Returns it and how many releases were ordered. Raises RightMissing; Refused (reason_required).
    """
    memorandum = _locked(memorandum)
    _require_role(actor, APPROVERS)
    memorandum.state = workflow.next_state(memorandum.state, "repeal")
    _reason(reason, "请写明终止的理由。")
    if memorandum.in_force_from is not None and (memorandum.in_force_until or date.max) > today:
        memorandum.in_force_until = max(today, memorandum.in_force_from)
    _moved(memorandum, Action.MEMORANDUM_REPEALED, actor, reason, business_on=today)
    return memorandum, joint.lift_memorandum(memorandum, today=today)


@transaction.atomic
def abandon_memorandum(draft: Memorandum, *, actor: User) -> Memorandum:
    """Give up a draft. It stays to be read, its number is not given again, and the next edition can be drafted.

    Raises RightMissing, TransitionRefused.
    """
    draft = _locked(draft)
    _require_drafter(draft, actor)
    draft.state = workflow.next_state(draft.state, "abandon")
    return _moved(draft, Action.MEMORANDUM_ABANDONED, actor)


def _reason(text: str, sentence: str) -> str:
    if not text.strip():
        raise Refused(sentence, code="reason_required")
    return text.strip()


def _moved(
    memorandum: Memorandum, action: Action, actor: User, reason: str = "", business_on: date | None = None
) -> Memorandum:
    memorandum.save()
    audit.record(action, memorandum, actor=actor, reason=reason, business_on=business_on)
    return memorandum


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name in (*TEXTS, "source", "evidence")}


def _in_work(draft: Memorandum, actor: User) -> Memorandum:
    draft = _locked(draft)
    _require_drafter(draft, actor)
    workflow.next_state(draft.state, "change")
    return draft


def _locked(memorandum: Memorandum) -> Memorandum:
    return Memorandum.objects.select_for_update().get(pk=memorandum.pk)


def _require_drafter(draft: Memorandum, actor: User) -> None:
    _require_role(actor, DRAFTERS)
    if not Memorandum.objects.visible_to(actor).filter(pk=draft.pk).exists():
        raise RightMissing("只有拟订部门可以修改草案。")


def _require_role(actor: User, roles: Sequence[Role]) -> None:
    if actor.role not in roles:
        raise RightMissing("这一步由备忘录的拟订人或者平台审核员办理。")
