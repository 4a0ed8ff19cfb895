"""The catalogue as staff read it: what may be reported, with which fields, on which law, shown for how long."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogue.models import DisplayRule, InformationItem
from catalogue.order import in_national_order
from deadlines.clock import today


@require_safe
def item_list(request):
    items = in_national_order(InformationItem.objects.select_related("legal_basis"))
    rows = [(item, is_in_force(item, today())) for item in items]
    return render(
        request,
        "office/catalogue.html",
        {"rows": rows, "section": "catalogue", "crumbs": [("待办", "/office/"), ("目录", "")]},
    )


def is_in_force(item: InformationItem, on) -> bool:
    return item.in_force_from <= on and (item.in_force_until is None or on <= item.in_force_until)


@require_safe
def item(request, code):
    """The edition in force, or else the latest; by code or by Chinese name."""
    editions = InformationItem.objects.named(code).select_related("legal_basis")
    shown = editions.in_force(on=today()).first() or editions.order_by("-in_force_from").first()
    if shown is None:
        raise Http404
    context = {
        "item": shown,
        "in_force": is_in_force(shown, today()),
        "fields": shown.fields.order_by("seq"),
        "rules": DisplayRule.objects.of(shown.code).order_by("-in_force_from", "severity"),
        "bases": [shown.legal_basis, *shown.further_bases.order_by("code")],
        "section": "catalogue",
        "crumbs": [("待办", "/office/"), ("目录", "/office/catalogue/"), (shown.name, "")],
    }
    return render(request, "office/catalogue_item.html", context)
