"""The source department's side: what it is asked to verify, by its own clock, and what it must put right."""

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from deadlines.clock import today
from records.errors import Refused, RightMissing
from records.views.lists import page_of
from records.views.reading import reader_of
from repair import services, workflow
from repair.errors import CaseMoved
from repair.forms_counter import ScansForm
from repair.forms_review import ConfirmForm, OpinionForm
from repair.models import Case, RestorationReceiver
from repair.querysets import CaseQuerySet
from repair.services.evidence import STILL_OPEN
from repair.services.finding import OPENERS
from repair.views import about
from repair.views.lines import HOME, case_lines

LOOKS = {"waiting": "待答复", "open": "在办", "closed": "已办结"}
# What the department reads on these pages is its own matter; a page with evidence frames its own addresses.
FRAMES = csp_replace({"frame-src": [SELF]})


def shown(cases: CaseQuerySet, look: str) -> CaseQuerySet:
    if look == "waiting":
        return cases.filter(state=workflow.FORWARDED).order_by("due_on", "pk")
    if look == "open":
        return cases.open().order_by("due_on", "pk")
    return cases.exclude(state__in=workflow.CASE_OPEN).order_by("-pk")


def to_confirm(user) -> QuerySet[RestorationReceiver]:
    """What this person's department was told to put right, and has not confirmed."""
    mine = RestorationReceiver.objects.filter(department=user.department_id, confirmed_on__isnull=True)
    return mine if user.department_id else mine.none()


def _may_answer(user, department) -> bool:
    return not user.is_superuser and user.has_perm("accounts.report_department", department)


@require_safe
@transaction.atomic
def inbox(request):
    look = request.GET.get("look", "")
    look = look if look in LOOKS else "waiting"
    cases = shown(Case.objects.visible_to(request.user), look)
    page = page_of(cases.select_related("subject", "department", "holder", "record", "listing"), request)
    waiting = to_confirm(request.user).select_related("restoration__case", "department").order_by("restoration__due_on")
    context = {
        "page": page,
        "rows": case_lines(page, reader=reader_of(request), on=today(), route="office:request"),
        "look": look,
        "tabs": [{"name": name, "url": f"?look={code}", "is_current": code == look} for code, name in LOOKS.items()],
        "receivers": [(row, ConfirmForm(auto_id=f"confirm-{row.pk}-%s")) for row in waiting],
        "is_province": request.user.oversees,
        "may_open": request.user.role in OPENERS,
        "section": "requests",
        "crumbs": [HOME, ("修复与异议", "")],
    }
    return render(request, "office/requests.html", context)


def _case(request, public_id) -> Case:
    return get_object_or_404(
        Case.objects.visible_to(request.user).select_related(*about.WITH), public_id=public_id
    )  # fmt: skip


@require_safe
@FRAMES
@transaction.atomic
def request_page(request, public_id):
    return _page(request, _case(request, public_id), None)


def _page(request, found: Case, form: OpinionForm | None, *, moved: str = "", status: int = 200):
    on = today()
    question = found.steps.filter(action="forward").order_by("pk").last()
    may_answer = found.state == workflow.FORWARDED and _may_answer(request.user, found.department)
    context = about.shown(request, found, on)
    context |= {
        "form": form or OpinionForm(case=found),
        "may_answer": may_answer,
        "scans_form": ScansForm() if _may_add(context, may_answer) else None,
        "question": question.text if question else "",
        "moved": moved,
        "section": "requests",
        "crumbs": [HOME, ("修复与异议", reverse("office:requests")), (found.number, "")],
    }
    return render(request, "office/request.html", context, status=status)


def _may_add(context: dict, may_answer: bool) -> bool:
    return context["case"].state in STILL_OPEN and (context["has_receipt"] or may_answer)


@require_POST
@FRAMES
@transaction.atomic
def answer(request, public_id):
    found = _case(request, public_id)
    if not _may_answer(request.user, found.department):
        raise RightMissing("由认定部门答复。")
    form = OpinionForm(request.POST, case=found)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    said = form.cleaned_data
    try:
        services.answer(found, actor=request.user, today=today(), **said)
    except CaseMoved as moved:
        fresh = _case(request, public_id)
        renewed = request.POST.copy()
        renewed["version"] = str(fresh.version)
        return _page(request, fresh, OpinionForm(renewed, case=fresh), moved=moved.message, status=409)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, _case(request, public_id), form, status=400)
    messages.success(request, f"{found.number}：已答复，审核员会继续办理。")
    return redirect("office:requests")


@require_POST
@transaction.atomic
def confirm(request, public_id):
    """恢复信誉: the department says that it holds what is right now."""
    rows = RestorationReceiver.objects.filter(department=request.user.department_id, department__isnull=False)
    receiver = get_object_or_404(rows, restoration__public_id=public_id)
    services.confirm(receiver, actor=request.user, note=request.POST.get("note", ""), today=today())
    messages.success(request, "已确认更新和纠正。")
    return redirect("office:requests")
