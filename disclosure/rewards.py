"""The portal's pages of what the honest are offered: finance products (F051) and events that recommend them (F052)."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from disclosure.models import PublicFinanceProduct, PublicPromotionEvent
from disclosure.paging import PAGE_SIZE, page_number, page_of
from disclosure.role import unindexed
from disclosure.views import HOME, page

SERVICES = ("信用服务", "/services/")


@page
def finance(request):
    """Every product on offer, all of it on one page."""
    products = PublicFinanceProduct.objects.order_by("kind", "bank_name", "name")
    crumbs = [HOME, SERVICES, ("守信激励金融产品", "")]
    return render(request, "disclosure/finance.html", {"products": products, "section": "services", "crumbs": crumbs})


@page
def promotions(request):
    """The newest events."""
    events = PublicPromotionEvent.objects.order_by("-begins_on", "-pk")[:PAGE_SIZE]
    crumbs = [HOME, SERVICES, ("诚信企业推介", "")]
    return render(request, "disclosure/promotions.html", {"events": events, "section": "services", "crumbs": crumbs})


@unindexed
@page
def promotion(request, public_id):
    """An event with those of its list who deserve it today."""
    event = PublicPromotionEvent.objects.filter(public_id=public_id).first()
    if event is None:
        raise Http404
    shown = page_of(event.recommendations.order_by("name", "pk"), page_number(request.GET.get("page")))
    context = {
        "event": event,
        "page": shown,
        "section": "services",
        "crumbs": [HOME, SERVICES, ("诚信企业推介", reverse("portal:promotions")), (event.name, "")],
    }
    return render(request, "disclosure/promotion.html", context)
