"""The portal's pages of rewards, and of how places stand: finance products, events, evaluations (F051, F052, F106)."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from disclosure.models import PublicEvaluation, PublicFinanceProduct, PublicPromotionEvent
from disclosure.paging import PAGE_SIZE, page_number, page_of
from disclosure.role import unindexed
from disclosure.views import HOME, SERVICES, page
from evaluation.policy import BY_KIND, cells_of, period


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


EDITIONS_SHOWN = 4


@page
def evaluation(request):
    """The newest editions that were published, their prefectures in the order of the codes: nobody is put last."""
    newest = PublicEvaluation.objects.order_by("-until", "-issued_on").values_list("edition_id", flat=True)
    editions = list(dict.fromkeys(newest))[:EDITIONS_SHOWN]
    context = {
        "editions": [_edition(edition) for edition in editions],
        "section": "services",
        "crumbs": [HOME, SERVICES, ("地方综合信用评价", "")],
    }
    return render(request, "disclosure/evaluation.html", context)


def _edition(edition_id) -> dict:
    places = list(PublicEvaluation.objects.filter(edition_id=edition_id, is_county=False).order_by("region_code"))
    first = places[0]
    return {
        "period": period(first.since, first.until),
        "issued_on": first.issued_on,
        "method_name": first.method_name,
        "method_edition": first.method_edition,
        "method_text": first.method_text,
        "heads": [(BY_KIND[line["kind"]].name, line["weight"]) for line in first.lines],
        "rows": [(place.region_name, place.score, cells_of(place.lines)) for place in places],
    }
