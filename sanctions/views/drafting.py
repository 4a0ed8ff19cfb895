"""Drafts of memoranda: a new one or the next edition, its texts and its measures, and handing it in."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from deadlines.clock import today
from records.errors import Refused, RightMissing
from sanctions import services, workflow
from sanctions.forms_memoranda import MeasureForm, MemorandumForm, NewMemorandumForm
from sanctions.models import Measure, Memorandum
from sanctions.services.memoranda import DRAFTERS
from sanctions.views.memoranda import REGISTER, memorandum_of
from sanctions.views.parts import HOME


def _require_drafter(request) -> None:
    if request.user.role not in DRAFTERS:
        raise RightMissing("备忘录由部门负责人或者系统管理员拟订。")


def _draft(request, public_id) -> Memorandum:
    _require_drafter(request)
    found = memorandum_of(request, public_id)
    if found.state not in workflow.MEMORANDUM_EDITABLE:
        raise Http404
    return found


def _page(request, form, draft: Memorandum | None, heading: str, **more):
    where = [(draft.code, reverse("office:memorandum", args=[draft.public_id]))] if draft and draft.pk else []
    context = {
        "form": form,
        "heading": heading,
        "back": where[0][1] if where else reverse("office:memoranda"),
        "section": "memoranda",
        "crumbs": [HOME, REGISTER, *where, (heading, "")],
    }
    return render(
        request, "office/memorandum_form.html", context | more, status=400 if form.is_bound and form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new_memorandum(request):
    _require_drafter(request)
    form = NewMemorandumForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = services.draft_memorandum(form.values(), code=form.cleaned_data["code"], actor=request.user)
            services.change_memorandum(draft, {}, signatories=form.cleaned_data["signatories"], actor=request.user)
        except Refused as refusal:
            form.add_error("code", refusal.message)
        else:
            messages.success(request, "已起草。请逐项填写措施。")
            return redirect("office:memorandum", draft.public_id)
    return _page(request, form, None, "起草备忘录", button="起草")


@require_POST
def new_edition(request, public_id):
    draft = services.draft_edition(memorandum_of(request, public_id), actor=request.user)
    messages.success(request, "新的一版已起草，内容与前一版相同。请逐项修改后提交复核。")
    return redirect("office:memorandum", draft.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request, public_id):
    draft = _draft(request, public_id)
    form = MemorandumForm(request.POST or None, instance=draft)
    if request.method == "POST" and form.is_valid():
        services.change_memorandum(
            draft, form.values(), signatories=form.cleaned_data["signatories"], actor=request.user
        )
        messages.success(request, "已保存。")
        return redirect("office:memorandum", draft.public_id)
    return _page(request, form, draft, "修改备忘录", button="保存")


@require_http_methods(["GET", "HEAD", "POST"])
def measure(request, public_id, number: int | None = None):
    """Add a measure, or change or remove the one of that number."""
    draft = _draft(request, public_id)
    held = draft.measures.filter(number=number).first() if number else None
    if number and held is None:
        raise Http404
    if request.method == "POST" and held and "remove" in request.POST:
        services.remove_measure(draft, number=held.number, actor=request.user)
        messages.success(request, "措施已删去。")
        return redirect("office:memorandum", draft.public_id)
    form = MeasureForm(request.POST or None, instance=held or Measure(evidence="to_be_verified"))
    if request.method == "POST" and form.is_valid():
        try:
            services.put_measure(draft, form.values(), number=number, actor=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "措施已保存。")
            return redirect("office:memorandum", draft.public_id)
    heading = f"措施 {number}" if number else "新增措施"
    return _page(request, form, draft, heading, button="保存", removable=bool(held))


@require_POST
def submit(request, public_id):
    draft = _draft(request, public_id)
    services.submit_memorandum(draft, actor=request.user, today=today())
    messages.success(request, "已提交，等待平台审核员复核。")
    return redirect("office:memorandum", draft.public_id)


@require_POST
def abandon(request, public_id):
    draft = _draft(request, public_id)
    services.abandon_memorandum(draft, actor=request.user)
    messages.success(request, "草案已放弃，内容留存备查。")
    return redirect("office:memorandum", draft.public_id)
