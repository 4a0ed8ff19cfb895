"""The register of memoranda: the list, one edition with its measures, a comparison, and the second person's word."""

from itertools import groupby

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from audit.actions import Action
from deadlines.clock import today
from records.errors import Refused, RightMissing
from records.views.lists import active_filters, page_of
from records.views.quality import workbook
from sanctions import services, workflow
from sanctions.comparing import compare, kinds_of
from sanctions.foreseeing import foresee
from sanctions.forms_memoranda import DecisionForm, MemorandumFilterForm, RepealForm
from sanctions.models import ListKind, Measure, MeasureKind, Memorandum
from sanctions.services.memoranda import APPROVERS, DRAFTERS
from sanctions.views.parts import HOME, force_badge, memorandum_badge

REGISTER = ("备忘录", "/office/memoranda/")
TITLES = [
    "序号", "种类", "措施", "效力", "实施主体性质", "实施单位", "实施条线", "法律依据", "对象", "适用于责任人员",
    "落实到人的依据", "国家清单项目", "激励方式", "适用条件", "核实情况",
]  # fmt: skip


def memoranda_of(user):
    return Memorandum.objects.visible_to(user).select_related("author__department", "approver")


def memorandum_of(request, public_id) -> Memorandum:
    return get_object_or_404(memoranda_of(request.user), public_id=public_id)


@require_safe
def memorandum_list(request):
    form = MemorandumFilterForm(request.GET)
    chosen = form.chosen()
    found = memoranda_of(request.user).filter(**{name: chosen[name] for name in ("kind", "state") if name in chosen})
    if text := chosen.get("q", "").strip():
        found = found.filter(Q(name__icontains=text) | Q(document_no__icontains=text) | Q(lead__icontains=text))
    page = page_of(found.annotate(number_of_measures=Count("measures")).order_by("code", "-edition"), request)
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": [(memorandum, memorandum_badge(memorandum, today())) for memorandum in page],
        "may_draft": request.user.role in DRAFTERS,
        "section": "memoranda",
        "crumbs": [HOME, ("联合奖惩", "/office/tasks/"), ("备忘录", "")],
    }
    return render(request, "office/memoranda.html", context)


@require_safe
def memorandum(request, public_id):
    found = memorandum_of(request, public_id)
    editions = list(memoranda_of(request.user).filter(code=found.code).order_by("-edition"))
    other = _compared_with(request, found, editions)
    is_drafter = request.user.role in DRAFTERS
    is_approver = request.user.role in APPROVERS
    in_work = found.state in workflow.MEMORANDUM_EDITABLE
    context = {
        "memorandum": found,
        "badge": memorandum_badge(found, today()),
        "groups": _by_kind(found),
        "measures": found.measures.count(),
        "lists": _lists(found),
        "signatories": found.signatories.all(),
        "editions": [(edition, memorandum_badge(edition, today())) for edition in editions],
        "other": other,
        "others": [edition for edition in editions if edition.pk != found.pk],
        "differences": compare(other, found) if other else [],
        "is_editable": in_work and is_drafter,
        "may_draft": is_drafter and not any(each.state in workflow.MEMORANDUM_DRAFTS for each in editions),
        "may_decide": found.state == workflow.SUBMITTED and is_approver and found.author_id != request.user.pk,
        "may_repeal": found.state in (workflow.APPROVED, workflow.REGISTERED) and is_approver,
        "tasks_url": f"{reverse('office:tasks')}?{urlencode({'memorandum': found.code})}",
        "section": "memoranda",
        "crumbs": [HOME, REGISTER, (f"{found.code} 第 {found.edition} 版", "")],
    }
    return render(request, "office/memorandum.html", context)


def _compared_with(request, found: Memorandum, editions: list[Memorandum]) -> Memorandum | None:
    """The edition asked for, or the last before this that was not given up."""
    asked = request.GET.get("with", "")
    for edition in editions:
        if asked.isdecimal() and edition.edition == int(asked) and edition.pk != found.pk:
            return edition
    former = (edition for edition in editions if edition.state != workflow.ABANDONED)
    return next((edition for edition in former if edition.edition < found.edition), None)


def _by_kind(found: Memorandum) -> list[tuple[str, list[dict]]]:
    """The measures under their kinds, in the order of 33号, each with its badge."""
    order = {kind: place for place, kind in enumerate(MeasureKind.values)}
    rows = found.measures.select_related("legal_basis", "responsible_basis")
    ordered = sorted(rows, key=lambda measure: (order[measure.kind], measure.number))
    return [
        (MeasureKind(kind).label, [_shown(measure) for measure in group])
        for kind, group in groupby(ordered, key=lambda measure: measure.kind)
    ]


def _shown(measure: Measure) -> dict:
    return {"measure": measure, "force": force_badge(measure), "kinds": kinds_of(measure)}


def _lists(found: Memorandum) -> list[str]:
    """Names of the lists; one that is not kept here yet is named by its code."""
    names = dict(ListKind.objects.filter(code__in=found.list_codes).values_list("code", "name"))
    return [names.get(code, code) for code in found.list_codes]


@require_safe
def measures_workbook(request, public_id):
    found = memorandum_of(request, public_id)
    rows = [[*_cells(measure)] for measure in found.measures.select_related("legal_basis", "responsible_basis")]
    name = f"{found.code}-第{found.edition}版-措施清单.xlsx"
    return workbook(request, name, TITLES, rows, about=Memorandum, action=Action.TASKS_EXPORTED)


def _cells(measure: Measure) -> list:
    return [
        measure.number, measure.get_kind_display(), measure.text, measure.get_force_display(),
        measure.get_addressee_display(), measure.implementer, measure.line,
        measure.basis_text or str(measure.legal_basis or ""), "、".join(kinds_of(measure)),
        "是" if measure.on_responsible else "否", str(measure.responsible_basis or ""), measure.get_national_display(),
        measure.get_incentive_display(), measure.condition, measure.get_evidence_display(),
    ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request, public_id):
    """What the approval would open, and the word of the second person."""
    found = memorandum_of(request, public_id)
    if request.user.role not in APPROVERS or found.author_id == request.user.pk:
        raise RightMissing("由平台审核员复核，拟订人不能批准。")
    if found.state != workflow.SUBMITTED:
        raise Http404
    form = DecisionForm(request.POST or None, initial={"in_force_from": today()})
    if request.method == "POST" and form.is_valid():
        try:
            return _decided(request, found, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    listings, rows = foresee(found, on=today())
    context = {
        "memorandum": found,
        "form": form,
        "listings": listings,
        "rows": rows,
        "tasks": sum(row.tasks for row in rows),
        "nobody": [row.measure for row in rows if row.measure.line and not row.departments],
        "lists": _lists(found),
        "former": Memorandum.objects.acting(on=today()).filter(code=found.code).first(),
        "section": "memoranda",
        "crumbs": [HOME, REGISTER, (found.code, reverse("office:memorandum", args=[found.public_id])), ("复核", "")],
    }
    return render(request, "office/memorandum_decide.html", context, status=400 if form.errors else 200)


def _decided(request, found: Memorandum, data: dict):
    if data["decision"] == "return":
        services.return_memorandum(found, actor=request.user, opinion=data["opinion"])
        messages.success(request, "已退回拟订人修改。")
    else:
        _, tasks = services.approve_memorandum(
            found, actor=request.user, in_force_from=data["in_force_from"], opinion=data["opinion"], today=today()
        )
        words = f"，已对现有名单条目下达 {tasks:,} 件任务" if tasks else ""
        messages.success(request, f"已批准，自 {data['in_force_from']} 起生效{words}。")
    return redirect("office:memorandum", found.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def repeal(request, public_id):
    found = memorandum_of(request, public_id)
    if request.user.role not in APPROVERS:
        raise RightMissing("由平台审核员终止。")
    if found.state not in (workflow.APPROVED, workflow.REGISTERED):
        raise Http404
    form = RepealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _, released = services.repeal_memorandum(
            found, actor=request.user, reason=form.cleaned_data["reason"], today=today()
        )
        messages.success(request, f"已终止，措施随即解除，下达解除任务 {released:,} 件。")
        return redirect("office:memorandum", found.public_id)
    context = {
        "memorandum": found,
        "form": form,
        "open_actions": found.actions.filter(closed_on__isnull=True).count(),
        "section": "memoranda",
        "crumbs": [HOME, REGISTER, (found.code, reverse("office:memorandum", args=[found.public_id])), ("终止", "")],
    }
    return render(request, "office/memorandum_repeal.html", context)
