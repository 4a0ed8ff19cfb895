"""地方综合信用评价 in the office: method, editions, the numbers of a place down to its departments, Excel (F106)."""

from decimal import Decimal

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import DEPARTMENT_ROLES, Role
from audit.actions import Action
from deadlines.clock import today
from evaluation import services
from evaluation.forms import AdoptForm, EditionForm, IssueForm, MethodForm
from evaluation.models import EvaluationEdition, EvaluationMethod, PlaceEvaluation
from evaluation.policy import BY_KIND, DEFAULTS, cells_of
from records.errors import Refused
from records.quality.policy import percent, share
from records.quality.workflow import DRAFT, ISSUED
from records.views.lists import page_of
from records.views.quality import workbook
from sanctions import workflow

SECTION = "evaluation"
HOME, QUALITY, LIST = ("待办", "/office/"), ("质量", "/office/quality/"), ("地方综合评价", "/office/evaluation/")
EDITION_BADGES = {DRAFT: ("", "document"), ISSUED: ("in-time", "check")}
METHOD_BADGES = {
    workflow.DRAWN_UP: ("soon", "clock"),
    workflow.ADOPTED: ("in-time", "check"),
    workflow.REPLACED: ("", "ended"),
}


def _badge(row, badges) -> dict:
    kind, icon = badges[row.state]
    return {"kind": kind, "icon": icon, "label": row.get_state_display()}


def _require_official(user) -> None:
    if not user.oversees and user.role not in DEPARTMENT_ROLES:
        raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
def overview(request):
    """Editions and the method; POST drafts an edition, or counts a draft anew."""
    user = request.user
    _require_official(user)
    form = EditionForm(request.POST or None)
    if request.method == "POST":
        services.require_province(user)
        if form.is_valid():
            try:
                made = services.draft_edition(**form.cleaned_data, actor=user, today=today())
            except Refused as refusal:
                form.add_error(None, refusal.message)
            else:
                return redirect("office:evaluation-edition", made.public_id)
    found = EvaluationEdition.objects.visible_to(user).select_related("method", "drafted_by", "issued_by")
    page = page_of(found, request)
    methods = EvaluationMethod.objects.visible_to(user).order_by("-edition")
    context = {
        "page": page,
        "rows": [(each, _badge(each, EDITION_BADGES)) for each in page],
        "methods": [(each, _badge(each, METHOD_BADGES)) for each in methods],
        "form": form,
        "may_draft": user.sees_whole_province,
        "has_method": EvaluationMethod.objects.acting(on=today()).exists(),
        "section": SECTION,
        "crumbs": [HOME, QUALITY, ("地方综合评价", "")],
    }
    return render(request, "office/evaluation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_method(request):
    _require_official(request.user)
    services.require_province(request.user)
    form = MethodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.draw_up_method(data["name"], data["text"], form.indicators(), actor=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已保存，由另一人批准后施行。")
            return redirect("office:evaluation-method", made.edition)
    context = {"form": form, "section": SECTION, "crumbs": [HOME, QUALITY, LIST, ("拟订办法", "")]}
    return render(request, "office/evaluation_method_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def method(request, edition):
    """One edition of the method; POST adopts a draft."""
    found = EvaluationMethod.objects.visible_to(request.user).select_related("author", "approver")
    shown = get_object_or_404(found, edition=edition)
    form = AdoptForm(request.POST or None, initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.adopt_method(shown, actor=request.user, today=today(), **form.cleaned_data)
        except Refused as refusal:
            if refusal.code == "right_missing":
                raise
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已批准。")
            return redirect("office:evaluation-method", shown.edition)
    context = {
        "method": shown,
        "badge": _badge(shown, METHOD_BADGES),
        "lines": [each | {"about": BY_KIND[each["kind"]]} for each in shown.indicators],
        "may_adopt": shown.state == workflow.DRAWN_UP
        and request.user.sees_whole_province
        and shown.author_id != request.user.pk,
        "form": form,
        "section": SECTION,
        "crumbs": [HOME, QUALITY, LIST, (f"第 {shown.edition} 版办法", "")],
    }
    return render(request, "office/evaluation_method.html", context)


def _edition(request, public_id) -> EvaluationEdition:
    found = EvaluationEdition.objects.visible_to(request.user).select_related("method", "drafted_by", "issued_by")
    return get_object_or_404(found, public_id=public_id)


def in_order(edition: EvaluationEdition, *, counties: bool) -> list[PlaceEvaluation]:
    """Best first; who could not be measured last, in the order of the codes."""
    places = edition.places.filter(is_county=counties).select_related("region__parent")
    return sorted(places, key=lambda place: (place.score is None, -(place.score or 0), place.region_id))


@require_http_methods(["GET", "HEAD", "POST"])
def edition(request, public_id):
    """One edition, set to be printed; POST issues it. `?level=county` shows the counties."""
    shown, user = _edition(request, public_id), request.user
    if request.method == "POST":
        form = IssueForm(request.POST)
        form.is_valid()
        services.issue_edition(shown, actor=user, publish=form.cleaned_data["publish"], today=today())
        messages.success(request, "已印发，内容不再改变。")
        return redirect("office:evaluation-edition", public_id)
    counties = request.GET.get("level") == "county"
    places = in_order(shown, counties=counties)
    context = {
        "edition": shown,
        "badge": _badge(shown, EDITION_BADGES),
        "counties": counties,
        "indicators": [BY_KIND[each["kind"]] for each in shown.method.indicators],
        "rows": [(place, cells_of(place.lines)) for place in places],
        "may_issue": shown.state == DRAFT and user.role == Role.SUPERVISOR and user.sees_whole_province,
        "is_own_draft": shown.drafted_by_id == user.pk,
        "form": IssueForm(),
        "section": SECTION,
        "crumbs": [HOME, QUALITY, LIST, (shown.period, "")],
    }
    return render(request, "office/evaluation_edition.html", context)


@require_safe
def place(request, public_id, region):
    """How a place comes to its score, down to its departments."""
    shown = _edition(request, public_id)
    one = get_object_or_404(shown.places.select_related("region__parent"), region=region)
    lines = [
        line
        | {
            "about": BY_KIND[line["kind"]],
            "is_share": line["kind"] != DEFAULTS,
            "percent": percent(share(line["part"], line["whole"])),
            "points": None if line["points"] is None else f"{Decimal(line['points']):.1f}",
            "departments": [
                each | {"percent": percent(share(each["part"], each["whole"]))}
                for each in line["departments"]
                if each["part"] or each["whole"]
            ],
        }
        for line in one.lines
    ]
    back = reverse("office:evaluation-edition", args=[shown.public_id])
    context = {
        "edition": shown,
        "place": one,
        "lines": lines,
        "uncounted": any(line["points"] is None for line in lines),
        "section": SECTION,
        "crumbs": [HOME, QUALITY, LIST, (shown.period, back), (one.region.name, "")],
    }
    return render(request, "office/evaluation_place.html", context)


@require_safe
def export(request, public_id):
    """Every place of an edition with its numbers, as Excel."""
    shown = _edition(request, public_id)
    titles = ["区划代码", "地区", "上级", "级别", "得分"]
    for each in shown.method.indicators:
        about = BY_KIND[each["kind"]]
        parts = [about.part, about.whole] if about.whole else [about.part]
        titles += [f"{about.name}：{part}" for part in (*parts, "得分")]
    rows = []
    for one in [*in_order(shown, counties=False), *in_order(shown, counties=True)]:
        row = [one.region_id, one.region.name, str(one.region.parent or ""), "县级" if one.is_county else "州市级"]
        row.append(float(one.score) if one.score is not None else "—")
        for line in one.lines:
            made = float(line["points"]) if line["points"] is not None else "—"
            row += [line["part"], made] if line["kind"] == DEFAULTS else [line["part"], line["whole"], made]
        rows.append(row)
    name = f"地方综合信用评价-{shown.since:%Y%m}-{shown.until:%Y%m}.xlsx"
    return workbook(request, name, titles, rows, about=EvaluationEdition, action=Action.EVALUATION_EXPORTED)
