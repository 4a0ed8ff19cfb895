"""What an edition would do to the records: counts by department and item, the records themselves, and the approval."""

from collections import defaultdict
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Department
from catalogue import services as catalogue
from catalogue import workflow
from catalogue.forms import ApprovalForm
from catalogue.models import Edition
from catalogue.services import APPROVERS, DRAFTERS
from catalogue.views.editions import badge_of, crumbs_of, edition_of
from deadlines.clock import today
from records import services, whatif
from records.models import Record
from records.views.lists import PER_PAGE, record_lines
from records.views.reading import reader_of
from records.whatif import Effect

ASKERS = (*DRAFTERS, *APPROVERS)


def _asked(request, number: int) -> Edition:
    """An edition that follows another, for those who draft or approve. Raises NotTheirs."""
    catalogue.require_role(request.user, ASKERS)
    edition = edition_of(request, number)
    if edition.base is None:
        raise Http404
    return edition


def _day(request, edition: Edition) -> date:
    """The day asked about, else the day the edition comes into force, else today."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return edition.in_force_on or today()


@require_safe
def what_if(request, number):
    edition = _asked(request, number)
    return _page(request, edition, _day(request, edition), ApprovalForm(initial={"in_force_on": today()}))


def _page(request, edition: Edition, on: date, form: ApprovalForm):
    decided = edition.impact if edition.state == workflow.APPROVED else None
    rows = [whatif.Count(*row) for row in decided["rows"]] if decided else whatif.counts(edition, on=on)
    totals = {kind: sum(row.records for row in rows if row.kind == kind) for kind in Effect}
    context = {
        "edition": edition,
        "badge": badge_of(edition, today()),
        "on": on,
        "is_kept": decided is not None,
        "totals": [_figure(edition, kind, totals[kind], on, decided) for kind in Effect if totals[kind]],
        "table": _table(edition, rows, on, decided),
        "kinds": [kind.label for kind in Effect if totals[kind]],
        "form": form,
        "may_decide": edition.state == workflow.SUBMITTED and request.user.role in APPROVERS,
        "may_open": request.user.sees_whole_province,
        "section": "catalogue",
        "crumbs": crumbs_of((str(edition), reverse("office:edition", args=[edition.number])), ("影响预览", "")),
    }
    return render(request, "office/catalogue_whatif.html", context)


def _figure(edition: Edition, kind: Effect, records: int, on: date, decided) -> dict:
    notes = {
        **dict.fromkeys(whatif.RECOMPUTED, "批准时决定“从短重算”的，才会发生。"),
        **dict.fromkeys(whatif.ALWAYS, "自施行之日起对已有记录一并生效。"),
    }
    return {
        "value": f"{records:,}",
        "label": kind.label,
        "note": notes.get(kind, "不溯及已有记录，只供参考。"),
        "url": "" if decided else _list_url(edition, on, kind=kind.value),
    }


def _list_url(edition: Edition, on: date, **filters) -> str:
    query = urlencode({"on": on.isoformat()} | filters)
    return f"{reverse('office:edition-affected', args=[edition.number])}?{query}"


def _table(edition: Edition, rows: list[whatif.Count], on: date, decided) -> list[dict]:
    """A row a department and item, a cell a kind."""
    names = dict(Department.objects.filter(pk__in={row.department_id for row in rows}).values_list("pk", "name"))
    items = {item["code"]: item["name"] for law in (edition.law, edition.base.law) for item in law["items"]}
    kinds = [kind for kind in Effect if any(row.kind == kind for row in rows)]
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row.department_id, row.item_code][row.kind] = row.records
    return [
        {
            "department": names.get(department, ""),
            "item": items.get(code, code),
            "url": "" if decided else _list_url(edition, on, department=department),
            "cells": [cells.get(kind, 0) for kind in kinds],
        }
        for (department, code), cells in sorted(found.items(), key=lambda each: (names.get(each[0][0], ""), each[0][1]))
    ]


@require_safe
def affected(request, number):
    """The records behind a number, of the departments this person sees."""
    edition = _asked(request, number)
    on, kind, department = _day(request, edition), request.GET.get("kind", ""), request.GET.get("department", "")
    start = int(request.GET["from"]) if request.GET.get("from", "").isdecimal() else 0
    user = request.user
    departments = (
        None if user.sees_whole_province else list(Department.objects.visible_to(user).values_list("pk", flat=True))
    )
    rows = whatif.affected(
        edition,
        on=on,
        departments=departments,
        kind=kind if kind in Effect.values else None,
        department=int(department) if department.isdecimal() else None,
        limit=PER_PAGE + 1,
        offset=start,
    )
    records = Record.objects.visible_to(user).select_related("item", "subject", "department")
    records = records.in_bulk([row.record_id for row in rows[:PER_PAGE]])
    found = [row for row in rows[:PER_PAGE] if row.record_id in records]
    shown = record_lines([records[row.record_id] for row in found], reader=reader_of(request), on=today())
    lines = [(line, Effect(row.kind).label, row.then_until) for line, row in zip(shown, found, strict=True)]
    filters = {"kind": kind, "department": department}
    back = reverse("office:edition-whatif", args=[number])
    context = {
        "edition": edition,
        "on": on,
        "rows": lines,
        "kind": Effect(kind).label if kind in Effect.values else "",
        "may_open": user.sees_whole_province,
        "position": f"第 {start + 1:,} 至 {start + len(lines):,} 条" if lines else "",
        "next_url": _list_url(edition, on, **filters | {"from": start + PER_PAGE}) if len(rows) > PER_PAGE else "",
        "previous_url": _list_url(edition, on, **filters | {"from": max(start - PER_PAGE, 0)}) if start else "",
        "section": "catalogue",
        "crumbs": crumbs_of(
            (str(edition), reverse("office:edition", args=[number])), ("影响预览", f"{back}?on={on}"), ("记录", "")
        ),
    }
    return render(request, "office/catalogue_affected.html", context)


@require_POST
def approve(request, number):
    """Approve knowing what follows: the counts shown are counted again and kept with the edition."""
    catalogue.require_role(request.user, APPROVERS)
    edition = _asked(request, number)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _page(request, edition, today(), form)
    given = form.cleaned_data
    services.approve_edition(
        edition,
        in_force_on=given["in_force_on"],
        recomputes=given["running"] == ApprovalForm.RECOMPUTE,
        opinion=given["opinion"],
        actor=request.user,
        today=today(),
    )
    messages.success(request, f"{edition}已批准，自 {given['in_force_on']} 起施行。")
    return redirect("office:edition", number)
