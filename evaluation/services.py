"""Verbs of the evaluation of places: draw a method up, adopt it, draft an edition, issue it. Always two people."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Department, Region, Role, User
from audit import services as audit
from audit.actions import Action
from evaluation import measuring, policy
from evaluation.models import EvaluationEdition, EvaluationMethod, PlaceEvaluation
from evaluation.policy import Tally
from records.errors import Refused, RightMissing
from records.quality import workflow as issuing
from records.quality.policy import shift
from sanctions import workflow

PROVINCE = "530000"
LONGEST_MONTHS = 12
FAULTS = {
    "indicator_missing": "至少选择一项指标。",
    "indicator_unknown": "指标只能从规定的种类中选择。",
    "indicator_twice": "同一项指标只写一次。",
    "weight_invalid": "权重和每条扣分为 1 至 100 的整数。",
    "weights_not_hundred": "各项权重之和应为 100。",
}


def require_province(actor: User) -> None:
    """Who evaluates places belongs to none of them."""
    if not actor.sees_whole_province:
        raise RightMissing("地方综合信用评价由全省的审核员和监督员办理。")


@transaction.atomic
def draw_up_method(name: str, text: str, indicators: Sequence[Mapping], *, actor: User) -> EvaluationMethod:
    """Draft the next edition of the method. Raises RightMissing, Refused: text_missing, draft_exists, FAULTS."""
    require_province(actor)
    if not name.strip() or not text.strip():
        raise Refused("请填写名称和说明。", code="text_missing")
    if fault := policy.fault_of(indicators):
        raise Refused(FAULTS[fault], code=fault)
    Region.objects.select_for_update().get(code=PROVINCE)
    if EvaluationMethod.objects.filter(state=workflow.DRAWN_UP).exists():
        raise Refused("已有一版正在拟订，请先批准。", code="draft_exists")
    method = EvaluationMethod.objects.create(
        edition=EvaluationMethod.objects.count() + 1, name=name.strip(), text=text.strip(),
        indicators=list(indicators), author=actor,
    )  # fmt: skip
    audit.record(Action.YARDSTICK_DRAWN_UP, method, actor=actor)
    return method


@transaction.atomic
def adopt_method(method: EvaluationMethod, *, actor: User, opinion: str, on: date, today: date) -> EvaluationMethod:
    """Put a draft in force; the edition before it ends the day before.

    Raises RightMissing (also for the author), Refused: reason_required, begins_in_past, begins_too_early;
    TransitionRefused.
    """
    require_province(actor)
    method = EvaluationMethod.objects.select_for_update().get(pk=method.pk)
    state = workflow.next_state(method.state, "adopt")
    if actor.pk == method.author_id:
        raise RightMissing("拟订人不能批准自己拟订的办法。")
    if not opinion.strip():
        raise Refused("请写明批准意见。", code="reason_required")
    if on < today:
        raise Refused("施行日期不早于今天。", code="begins_in_past")
    for former in EvaluationMethod.objects.adopted().select_for_update():
        if former.in_force_from >= on:
            raise Refused(f"前一版自 {former.in_force_from} 起施行，新的一版应当更晚。", code="begins_too_early")
        former.state, former.in_force_until = workflow.next_state(former.state, "replace"), on - timedelta(days=1)
        former.save(update_fields=["state", "in_force_until"])
    method.state, method.approver, method.opinion, method.in_force_from = state, actor, opinion, on
    method.save(update_fields=["state", "approver", "opinion", "in_force_from"])
    audit.record(Action.YARDSTICK_ADOPTED, method, actor=actor, reason=opinion, business_on=on)
    return method


@transaction.atomic
def draft_edition(since: date, until: date, *, actor: User, today: date) -> EvaluationEdition:
    """Evaluate every prefecture and county for whole months by the method in force. Drafted again, it is counted anew.

    Raises RightMissing, Refused: no_method, period_invalid, month_not_closed, edition_issued.
    """
    require_province(actor)
    method = EvaluationMethod.objects.acting(on=today).select_for_update().first()
    if method is None:
        raise Refused("没有施行中的评价办法，请先拟订、批准。", code="no_method")
    months = [month for n in range(LONGEST_MONTHS) if (month := shift(since, n)) <= until]
    if since.day != 1 or until.day != 1 or until < since or months[-1] != until:
        raise Refused(f"评价期为 1 至 {LONGEST_MONTHS} 个完整的月份。", code="period_invalid")
    if [run.month for run in measuring.closed_runs(since, until)] != months:
        raise Refused("评价期内有月份的质量统计还没有定版，定版以后才能评价。", code="month_not_closed")
    made = {"definition": policy.DEFINITION, "computed_at": timezone.now(), "drafted_by": actor}
    edition, is_new = EvaluationEdition.objects.get_or_create(method=method, since=since, until=until, defaults=made)
    if not is_new:
        if edition.state != issuing.DRAFT:
            raise Refused("这一期已经印发，不再改变。", code="edition_issued")
        edition.places.all().delete()
        for name, value in made.items():
            setattr(edition, name, value)
        edition.save(update_fields=list(made))
    PlaceEvaluation.objects.bulk_create(_evaluated(edition, today))
    audit.record(Action.EVALUATION_DRAFTED, edition, actor=actor, business_on=today)
    return edition


def _evaluated(edition: EvaluationEdition, today: date) -> list[PlaceEvaluation]:
    """A row a place. A prefecture is what its own departments and those of its counties have done."""
    tallies = measuring.count(edition.since, edition.until, today=today)
    departments = list(Department.objects.select_related("region").order_by("code"))
    places = []
    for region in Region.objects.exclude(code=PROVINCE).select_related("parent").order_by("code"):
        own = [each for each in departments if region.pk in (each.region_id, each.region.parent_id)]
        lines = [_line(indicator, tallies.get(indicator["kind"], {}), own) for indicator in edition.method.indicators]
        made = [
            (line["kind"], line["weight"], policy.points(line, Tally(line["part"], line["whole"]))) for line in lines
        ]
        places.append(
            PlaceEvaluation(
                edition=edition, region=region, is_county=region.parent_id != PROVINCE, score=policy.score(made),
                lines=lines,
            )
        )  # fmt: skip
    return places


def _line(indicator: Mapping, counted: Mapping[int, Tally], departments: Sequence[Department]) -> dict:
    rows = [(each, counted[each.pk]) for each in departments if each.pk in counted]
    tally = sum((tally for _, tally in rows), Tally())
    made = policy.points(indicator, tally)
    return dict(indicator) | {
        "part": tally.part,
        "whole": tally.whole,
        "points": None if made is None else str(made),
        "departments": [
            {"code": each.code, "name": each.name, "part": tally.part, "whole": tally.whole} for each, tally in rows
        ],
    }


@transaction.atomic
def issue_edition(edition: EvaluationEdition, *, actor: User, publish: bool, today: date) -> EvaluationEdition:
    """Issue a draft: officials read it from now on, everybody where `publish` says so; it changes no more.

    Raises RightMissing, Refused (second_person_required), TransitionRefused.
    """
    if actor.role != Role.SUPERVISOR or not actor.sees_whole_province:
        raise RightMissing("只有全省的监督员可以印发评价结果。")
    edition = EvaluationEdition.objects.select_for_update().get(pk=edition.pk)
    state = issuing.next_state(edition.state, "issue")
    if edition.drafted_by_id == actor.pk:
        raise Refused("由您起草，请由另一位监督员印发。", code="second_person_required")
    edition.state, edition.issued_by, edition.issued_on, edition.is_public = state, actor, today, publish
    edition.save(update_fields=["state", "issued_by", "issued_on", "is_public"])
    audit.record(Action.EVALUATION_ISSUED, edition, actor=actor, business_on=today, detail={"public": publish})
    return edition
