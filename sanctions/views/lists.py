"""The lists: what kinds there are, who stands on them, and the same as a file."""

import csv
import io
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from audit import services as audit
from audit.actions import Action
from deadlines.clock import today
from records.reading.export import neutralise
from records.views.exports import watermark
from records.views.lists import LONGEST, active_filters, page_of
from records.views.reading import reader_of
from sanctions import workflow
from sanctions.forms import ListingFilterForm
from sanctions.models import Listing, ListKind, Tone
from sanctions.views.lines import ListingLine, listing_lines, listings_of
from sanctions.views.proposing import may_propose

ENDING = timedelta(days=30)
CSV_HEAD = (
    "名称", "统一社会信用代码", "名单", "性质", "决定文书号", "认定部门", "决定日期", "列入日期", "期限至", "状态",
    "来源",
)  # fmt: skip
ENCODED_NAME = "%E5%90%8D%E5%8D%95"  # 名单


@require_safe
def overview(request):
    """Every kind of list in force, honours first, with how many stand in each state that the user may see."""
    counts: dict[str, dict[str, int]] = {}
    found = Listing.objects.visible_to(request.user).values("list_code", "state").annotate(total=Count("pk"))
    for row in found.order_by():
        counts.setdefault(row["list_code"], {})[row["state"]] = row["total"]
    kinds = ListKind.objects.in_force(on=today()).select_related("legal_basis").order_by("code")
    context = {
        "groups": [
            (
                tone,
                Tone(tone).label,
                [(kind, _totals(counts.get(kind.code, {}))) for kind in kinds if kind.tone == tone],
            )
            for tone in Tone.values
        ],
        "may_propose": may_propose(request.user),
        "section": "lists",
        "crumbs": [("待办", "/office/"), ("名单", "")],
    }
    return render(request, "office/lists.html", context)


def _totals(counts: dict[str, int]) -> dict[str, int]:
    pending = sum(counts.get(state, 0) for state in workflow.LISTING_PENDING)
    return {
        "pending": pending,
        "entered": counts.get(workflow.ENTERED, 0),
        "exited": counts.get(workflow.EXITED, 0),
    }


@require_safe
def listing_list(request):
    form = ListingFilterForm(request.GET)
    chosen = form.chosen()
    page = page_of(filtered(listings_of(request.user), chosen, request.user).order_by("-pk"), request)
    query = urlencode({name: form[name].data for name in chosen})
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": listing_lines(page, reader=reader_of(request), on=today()),
        "today": today(),
        "is_capped": page.paginator.count >= LONGEST,
        "longest": LONGEST,
        "export_url": f"{reverse('office:listings-export')}?{query}",
        "may_propose": may_propose(request.user),
        "section": "lists",
        "crumbs": [("待办", "/office/"), ("名单", reverse("office:lists")), ("名单条目", "")],
    }
    return render(request, "office/listings.html", context)


def filtered(listings, chosen: dict, user):
    """Apply the filters of ListingFilterForm."""
    if kind := chosen.get("kind"):
        listings = listings.filter(list_code=kind)
    if tone := chosen.get("tone"):
        listings = listings.filter(tone=tone)
    if state := chosen.get("state"):
        listings = listings.filter(state=state)
    if region := chosen.get("region"):
        listings = listings.about_subjects_in(region[:4])
    look = chosen.get("look")
    if look == ListingFilterForm.WAITING:
        listings = listings.waiting_for(user, on=today())
    if look == ListingFilterForm.ENDING:
        listings = listings.ending_by(today() + ENDING)
    return listings


@require_safe
def export(request):
    """The list as filtered, as CSV, at most LONGEST rows. Its last row says who took it and leads back to the trail."""
    chosen = ListingFilterForm(request.GET).chosen()
    with transaction.atomic():
        found = filtered(listings_of(request.user), chosen, request.user).order_by("-pk")[:LONGEST]
        lines = listing_lines(found, reader=reader_of(request), on=today(), action=Action.PERSON_EXPORTED)
        taken = audit.record(
            Action.LISTINGS_EXPORTED,
            actor=request.user,
            object_type=Listing._meta.label,
            detail={"rows": len(lines), "filters": sorted(chosen)},
        )
    response = HttpResponse(csv_of(lines, mark=watermark(taken, request.user)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f"attachment; filename=listings-{today()}.csv; filename*=UTF-8''{ENCODED_NAME}-{today()}.csv"
    )
    return response


def csv_of(lines: Iterable[ListingLine], *, mark: str) -> str:
    """Rows as CSV, with the byte order mark Excel needs to see UTF-8. What Excel would take for a formula is text."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(CSV_HEAD)
    writer.writerows([neutralise(cell) for cell in _cells(line)] for line in lines)
    writer.writerow([neutralise(mark)])
    return out.getvalue()


def _cells(line: ListingLine) -> list[str]:
    days = [str(day or "") for day in (line.decided_on, line.entered_on, line.ends_on)]
    return [
        line.name, line.code, line.list_name, line.tone, line.document_no, line.department, *days,
        line.badge["label"], line.origin or "本平台办理",
    ]  # fmt: skip
