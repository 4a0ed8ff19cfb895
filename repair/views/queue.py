"""The queue of those who review: by legal deadline, filtered, given out and taken (below /admin/)."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from deadlines import policy as terms
from deadlines.clock import today
from deadlines.services import load_calendar
from records.errors import Refused
from records.views.lists import LONGEST, PER_PAGE, active_filters
from records.views.reading import reader_of
from records.views.searching import is_identity_number
from records.workflow import TransitionRefused
from repair import queue as looks
from repair import services
from repair.forms_review import NOBODY, QueueFilterForm, SaveFilterForm
from repair.models import Case, SavedFilter
from repair.querysets import CaseQuerySet
from repair.views.lines import case_lines, for_reviewers

SOON_WORKING_DAYS = 3


def filtered(cases: CaseQuerySet, chosen: dict) -> CaseQuerySet:
    """Apply the filters of QueueFilterForm, its look aside."""
    by = {"kind": "kind", "state": "state", "department": "department__code"}
    cases = cases.filter(**{column: chosen[name] for name, column in by.items() if name in chosen})
    if "region" in chosen:
        cases = cases.filter(department__region_id__startswith=chosen["region"][:4])
    if holder := chosen.get("holder"):
        cases = cases.filter(holder__isnull=True) if holder == NOBODY else cases.filter(holder=holder)
    if text := chosen.get("q"):
        cases = cases.filter(
            Q(number=text.upper())
            | Q(record__document_no=text)
            | Q(listing__document_no=text)
            | Q(subject__uscc=text.upper().replace(" ", ""))
            | Q(subject__legal_name__contains=text)
        )
    return cases


@require_safe
@for_reviewers
@transaction.atomic
def queue(request):
    saved = list(SavedFilter.objects.filter(user=request.user))
    first = next((each for each in saved if each.is_first), None)
    if first and not request.GET:
        return redirect(f"{request.path}?{first.query}")
    if is_identity_number(request.GET.get("q", "")):
        messages.warning(request, "请不要在查找框中输入公民身份号码。可按受理号、文书号或名称查找。")
        return redirect(f"{request.path}?look={looks.OPEN}")
    form, on = QueueFilterForm(request.GET), today()
    chosen = form.chosen()
    look = chosen.get("look", looks.WAITING_LOOK)
    cases = filtered(Case.objects.visible_to(request.user), chosen)
    people = ("subject", "department", "holder", "record", "listing")
    counted = looks.counts(cases, request.user, on)
    found = looks.shown(cases, look, request.user, on).select_related(*people)
    page = _page_of(found, min(counted[look], LONGEST), request)
    texts = {name: form[name].data for name in chosen if name != "look"}
    context = {
        "form": form,
        "active": [each for each in active_filters(form, request.path) if not each[0].startswith("范围：")],
        "clear_url": f"{request.path}?look={look}",
        "page": page,
        "is_capped": page.paginator.count >= LONGEST,
        "longest": LONGEST,
        "rows": case_lines(page, reader=reader_of(request), on=on, route="cases:case"),
        "tabs": _tabs(texts, look, counted),
        "saved": [(each, f"{request.path}?{each.query}", each.query == _query(texts, look)) for each in saved],
        "query": _query(texts, look),
        "back": request.GET.urlencode(),
        "reviewers": looks.reviewers(),
        "section": "queue",
        "crumbs": [("办件", "")],
    }
    return render(request, "office/queue.html", context)


def _page_of(rows: CaseQuerySet, count: int, request) -> Page:
    """The page asked for, of at most LONGEST rows; they were counted with the other looks already."""
    paginator = Paginator(rows[:LONGEST], PER_PAGE)
    paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def _query(texts: dict, look: str) -> str:
    return urlencode({"look": look} | texts)


def _tabs(texts: dict, current: str, counted: dict[str, int]) -> list[dict]:
    return [
        {
            "name": name,
            "url": f"?{_query(texts, look)}",
            "is_current": look == current,
            "count": counted[look],
            "is_late": look == looks.LATE and counted[look] > 0,
        }
        for look, name in looks.LOOKS.items()
    ]


@require_POST
@for_reviewers
def act(request):
    """Take, give back or assign the cases that were ticked. What cannot be done is told and stops nothing."""
    ticked = _ticked(request)
    match request.POST.get("do"):
        case "claim":
            verb = services.claim
            done = _each(request, ticked, lambda row, version: verb(row, **_who(request), version=version))
            told = f"已领取 {done} 件。"
        case "release":
            verb = services.release
            done = _each(request, ticked, lambda row, version: verb(row, **_who(request), version=version))
            told = f"已放回 {done} 件。"
        case "assign":
            to = get_object_or_404(looks.reviewers(), pk=_number(request.POST.get("to", "")))
            done = services.assign([case for case, _ in ticked], to=to, **_who(request))
            told = f"已分派给{to} {done} 件。" + (
                "其余的已由其承办，或者是其本人拟办的。" if done < len(ticked) else ""
            )
        case _:
            raise Http404
    if done:
        messages.success(request, told)
    return _back(request)


def _who(request) -> dict:
    return {"actor": request.user, "today": today()}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _back(request):
    return redirect(f"{reverse('cases:queue')}?{request.POST.get('back', '')}")


def _ticked(request) -> list[tuple[Case, int]]:
    """The cases that were ticked, each with the version that was seen."""
    seen = {}
    for text in request.POST.getlist("case"):
        public_id, _, version = text.partition(":")
        try:
            seen[uuid.UUID(public_id)] = _number(version)
        except ValueError as error:
            raise Http404 from error
    if not seen:
        raise Refused("请先选择办件。", code="nothing_chosen")
    cases = list(Case.objects.visible_to(request.user).filter(public_id__in=seen).order_by("pk"))
    return [(case, seen[case.public_id]) for case in cases]


def _each(request, ticked: list[tuple[Case, int]], verb: Callable[[Case, int], object]) -> int:
    done = 0
    for case, version in ticked:
        try:
            verb(case, version)
            done += 1
        except TransitionRefused:
            messages.warning(request, f"{case.number}：已经办结。")
        except Refused as refusal:
            messages.warning(request, f"{case.number}：{refusal.message}")
    return done


@require_POST
@for_reviewers
def distribute(request):
    """Give out what nobody has, the most urgent first, each to whoever has least."""
    given = {pk: count for pk, count in services.distribute(**_who(request)).items() if count}
    names = {user.pk: str(user) for user in looks.reviewers()}
    told = "，".join(f"{names[pk]} {count} 件" for pk, count in given.items())
    messages.success(
        request, f"已按工作量平均分派 {sum(given.values())} 件：{told}。" if given else "没有待分派的办件。"
    )
    return redirect("cases:workload")


@require_safe
@for_reviewers
def workload(request):
    """Who has how much, and how much waits for somebody."""
    on, cases = today(), Case.objects.visible_to(request.user)
    soon_until = terms.add_working_days(on, SOON_WORKING_DAYS, load_calendar())
    context = {
        "loads": looks.workload(cases, on=on, soon_until=soon_until),
        "counts": looks.counts(cases, request.user, on),
        "soon": SOON_WORKING_DAYS,
        "section": "queue",
        "crumbs": [("办件", reverse("cases:queue")), ("工作量", "")],
    }
    return render(request, "office/queue_workload.html", context)


@require_POST
@for_reviewers
def save_filter(request):
    form = SaveFilterForm(request.POST)
    if not form.is_valid():
        raise Refused("请给筛选起一个名称，不超过 20 个字。", code="name_required")
    kept = services.save_filter(actor=request.user, **form.cleaned_data)
    messages.success(request, f"已保存筛选“{kept.name}”。")
    return redirect(f"{reverse('cases:queue')}?{kept.query}")


@require_POST
@for_reviewers
def drop_filter(request):
    services.drop_filter(actor=request.user, name=request.POST.get("name", ""))
    messages.success(request, "已删除保存的筛选。")
    return redirect(f"{reverse('cases:queue')}?look={looks.WAITING_LOOK}")
