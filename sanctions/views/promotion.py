"""会展、银企对接推介 in the office: plan an event, publish it with the list of the day, take it off (F052)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deadlines.clock import today
from records.errors import Refused
from records.views.batches import may_report, own_department
from records.views.lists import page_of
from sanctions import services
from sanctions.forms_incentives import CloseForm, EventForm, OpinionForm
from sanctions.models import ListKind, PromotionEvent
from sanctions.views.finance import may_close, may_publish, publication_badge

SECTION = "promotions"
HOME, LIST = ("待办", "/office/"), ("推介活动", "/office/promotions/")
BESIDE = {"event_dates_wrong": "ends_on", "list_not_of_honour": "list_codes"}


def events_of(user):
    return PromotionEvent.objects.visible_to(user).select_related("department", "author", "approver")


@require_safe
def event_list(request):
    page = page_of(events_of(request.user).order_by("-begins_on", "-pk"), request)
    context = {
        "page": page,
        "rows": [(each, publication_badge(each)) for each in page],
        "may_report": may_report(request.user),
        "section": SECTION,
        "crumbs": [HOME, ("推介活动", "")],
    }
    return render(request, "office/promotions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_event(request):
    department = own_department(request.user)
    form = EventForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.draw_up_event(form.occasion(), department=department, actor=request.user, today=today())
        except Refused as refusal:
            form.add_error(BESIDE.get(refusal.code), refusal.message)
        else:
            messages.success(request, "已保存，由部门负责人核准后公布，名单以核准之日为准。")
            return redirect("office:promotion", made.public_id)
    context = {
        "form": form,
        "title": "拟订推介活动",
        "lead": "名单不由人挑选：平台按所选的守信激励名单和登记地，在核准之日算出并写明每一家的理由。",
        "button": "保存，交负责人核准",
        "back": reverse("office:promotions"),
        "section": SECTION,
        "crumbs": [HOME, LIST, ("拟订", "")],
    }
    return render(request, "office/form.html", context)


def _event(request, public_id) -> PromotionEvent:
    return get_object_or_404(events_of(request.user), public_id=public_id)


@require_safe
def event(request, public_id):
    return _page(request, _event(request, public_id))


def _page(request, shown: PromotionEvent, publish_form=None, close_form=None):
    recommended = shown.recommendations.select_related("subject", "listing").order_by("pk")
    page = page_of(recommended, request)
    names = ListKind.objects.filter(code__in=shown.list_codes).order_by("code", "in_force_from")
    context = {
        "event": shown,
        "badge": publication_badge(shown),
        "lists": list({kind.code: kind.name for kind in names}.values()),
        "page": page,
        "may_publish": may_publish(request.user, shown),
        "may_close": may_close(request.user, shown),
        "publish_form": publish_form or OpinionForm(),
        "close_form": close_form or CloseForm(),
        "section": SECTION,
        "crumbs": [HOME, LIST, (shown.name, "")],
    }
    return render(request, "office/promotion.html", context)


@require_POST
def publish(request, public_id):
    shown, form = _event(request, public_id), OpinionForm(request.POST)
    if form.is_valid():
        try:
            services.publish_event(shown, actor=request.user, opinion=form.cleaned_data["opinion"], today=today())
        except Refused as refusal:
            if refusal.code not in ("nobody_to_recommend", "event_is_over"):
                raise
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已公布，名单以今天为准，门户上现在可以看到。")
            return redirect("office:promotion", shown.public_id)
    return _page(request, shown, publish_form=form)


@require_POST
def close(request, public_id):
    shown, form = _event(request, public_id), CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, close_form=form)
    services.close_event(shown, actor=request.user, reason=form.cleaned_data["reason"], today=today())
    messages.success(request, "已撤下，门户不再显示。")
    return redirect("office:promotion", shown.public_id)
