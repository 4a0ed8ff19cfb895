"""Subscriptions of a department and what they were told; what was not taken can be sent again."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deadlines.clock import today
from records.errors import Refused, RightMissing
from records.views.lists import page_of
from sanctions import workflow
from sanctions.forms_checks import ReplayForm, SubscriptionForm
from sanctions.models import Subscription, WebhookDelivery
from sanctions.services import webhooks
from sanctions.views.checks import BESIDE, CRUMBS, SECTION, add_refusal, may_check, require_staff

BADGES = {
    workflow.QUEUED: ("info", "clock"),
    workflow.DELIVERED: ("in-time", "check"),
    workflow.DEAD: ("soon", "warning"),
}
PLACES = BESIDE | {
    "webhook_url_invalid": "url",
    "webhook_target_internal": "url",
    "reference_missing": "reference",
    "subscribed_already": "url",
}


def _badge(delivery: WebhookDelivery) -> dict:
    kind, icon = BADGES[delivery.state]
    return {"kind": kind, "icon": icon, "label": delivery.get_state_display()}


def _subscriptions(user):
    return Subscription.objects.visible_to(user).select_related("matter", "department")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form", "secret")
def subscriptions(request):
    require_staff(request.user)
    form = SubscriptionForm(request.POST or None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST":
        if not may_check(request.user):
            raise RightMissing("订阅由部门办理。")
        if form.is_valid() and (opened := _opened(request.user, form)):
            subscription, secret = opened
            context = {"subscription": subscription, "secret": secret, "section": SECTION, "crumbs": _crumbs("已订阅")}
            return render(request, "office/webhook_opened.html", context, status=201)
    dead = WebhookDelivery.objects.visible_to(request.user).filter(state=workflow.DEAD)
    context = {
        "form": form,
        "page": page_of(_subscriptions(request.user).order_by("-pk"), request),
        "dead": [(each, _badge(each)) for each in dead.select_related("subscription__matter").order_by("-pk")[:50]],
        "may_check": may_check(request.user),
        "section": SECTION,
        "crumbs": [*CRUMBS, ("变更订阅", "")],
    }
    return render(request, "office/webhooks.html", context)


def _crumbs(last: str) -> list[tuple[str, str]]:
    return [*CRUMBS, ("变更订阅", reverse("office:webhooks")), (last, "")]


def _opened(user, form: SubscriptionForm) -> tuple[Subscription, str] | None:
    data = form.cleaned_data
    try:
        return webhooks.subscribe(
            form.sought(), data["matter"], url=data["url"], reference=data["reference"], consent_no=data["consent_no"],
            department=user.department, actor=user, today=today(),
        )  # fmt: skip
    except RightMissing:
        raise
    except Refused as refusal:
        add_refusal(form, refusal, PLACES, "number")
        return None


@require_safe
def subscription(request, public_id):
    shown = get_object_or_404(_subscriptions(request.user), public_id=public_id)
    return _page(request, shown, ReplayForm(initial={"since": today()}))


def _page(request, shown: Subscription, form: ReplayForm):
    page = page_of(shown.deliveries.order_by("-pk"), request)
    context = {
        "subscription": shown,
        "page": page,
        "rows": [(each, _badge(each)) for each in page],
        "form": form,
        "may_act": may_check(request.user) and shown.department_id == request.user.department_id,
        "section": SECTION,
        "crumbs": _crumbs(shown.reference),
    }
    return render(request, "office/webhook.html", context)


@require_POST
def end(request, public_id):
    shown = get_object_or_404(_subscriptions(request.user), public_id=public_id)
    webhooks.end_subscription(shown, actor=request.user)
    messages.success(request, "订阅已经终止，不再通知。")
    return redirect("office:webhook", shown.public_id)


@require_POST
@transaction.atomic
def replay(request, public_id):
    shown = get_object_or_404(_subscriptions(request.user), public_id=public_id)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form)
    count = webhooks.replay(shown, since=form.cleaned_data["since"], actor=request.user)
    messages.success(request, f"{count} 条通知已经重新排队。")
    return redirect("office:webhook", shown.public_id)


@require_POST
def resend(request, event_id):
    found = WebhookDelivery.objects.visible_to(request.user).select_related("subscription")
    delivery = get_object_or_404(found, event_id=event_id)
    webhooks.resend(delivery, actor=request.user)
    messages.success(request, "通知已经重新排队。")
    return redirect("office:webhook", delivery.subscription.public_id)
