"""Verbs on 推介活动 (33号（八）): draw an event up, publish it with the list of that day, take it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from records.errors import Refused
from records.services.batches import require_right
from sanctions import bulk, workflow
from sanctions.models import ListKind, PromotionEvent
from sanctions.services.finance import require_publisher


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is planned: kind and name, when and where, and from which red lists and region to recommend."""

    kind: str
    name: str
    place: str
    begins_on: date
    ends_on: date
    about: str
    list_codes: Sequence[str]
    region_prefix: str = ""


@transaction.atomic
def draw_up_event(occasion: Occasion, *, department: Department, actor: User, today: date) -> PromotionEvent:
    """Plan an event; another person publishes it.

    Raises RightMissing, Refused: text_missing, event_dates_wrong, list_not_of_honour.
    """
    require_right(actor, "report", department)
    known = set(ListKind.objects.in_force(on=today).honours().values_list("code", flat=True))
    faults = (
        (not all(text.strip() for text in (occasion.name, occasion.place, occasion.about)), "text_missing",
         "请填写名称、地点和说明。"),
        (not occasion.begins_on <= occasion.ends_on or occasion.ends_on < today, "event_dates_wrong",
         "结束日期不早于开始日期，也不早于今天。"),
        (not occasion.list_codes or bool(set(occasion.list_codes) - known), "list_not_of_honour",
         "请选择向社会公布、列有企业和其他组织的守信激励名单，只从其中推介。"),
    )  # fmt: skip
    for is_wrong, code, sentence in faults:
        if is_wrong:
            raise Refused(sentence, code=code)
    event = PromotionEvent.objects.create(
        department=department, kind=occasion.kind, name=occasion.name.strip(), place=occasion.place.strip(),
        begins_on=occasion.begins_on, ends_on=occasion.ends_on, about=occasion.about.strip(), author=actor,
        list_codes=sorted(set(occasion.list_codes)), region_prefix=occasion.region_prefix,
    )  # fmt: skip
    audit.record(Action.EVENT_DRAWN_UP, event, actor=actor, business_on=today)
    return event


@transaction.atomic
def publish_event(event: PromotionEvent, *, actor: User, opinion: str, today: date) -> PromotionEvent:
    """Freeze whom the rules recommend today, each with the reason, and show it to everybody.

    Raises RightMissing (also for the author), Refused: reason_required, event_is_over, nobody_to_recommend;
    TransitionRefused.
    """
    event = _locked(event)
    require_publisher(event, actor, opinion)
    state = workflow.next_state(event.state, "publish")
    if event.ends_on < today:
        raise Refused("活动已经结束，不再公布。", code="event_is_over")
    total = bulk.recommend(event.pk, today=today)
    if not total:
        raise Refused("所选名单和区划里今天没有可以推介的主体。", code="nobody_to_recommend")
    event.state, event.approver, event.opinion, event.published_on = state, actor, opinion, today
    event.save(update_fields=["state", "approver", "opinion", "published_on"])
    detail = {"recommended": total}
    audit.record(Action.EVENT_PUBLISHED, event, actor=actor, reason=opinion, business_on=today, detail=detail)
    return event


@transaction.atomic
def close_event(event: PromotionEvent, *, actor: User, reason: str, today: date) -> PromotionEvent:
    """Take an event and its list off the portal. Raises RightMissing, Refused (reason_required), TransitionRefused."""
    event = _locked(event)
    require_right(actor, "correct", event.department)
    state = workflow.next_state(event.state, "close")
    if not reason.strip():
        raise Refused("请写明撤下的原因。", code="reason_required")
    event.state, event.closed_on, event.close_reason = state, today, reason
    event.save(update_fields=["state", "closed_on", "close_reason"])
    audit.record(Action.EVENT_CLOSED, event, actor=actor, reason=reason, business_on=today)
    return event


def _locked(event: PromotionEvent) -> PromotionEvent:
    return PromotionEvent.objects.select_for_update(of=("self",)).select_related("department").get(pk=event.pk)
