"""来源系统: the systems a department's reports come from, and what each of them has delivered."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Count, Max, QuerySet, Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import SourceSystem
from deadlines.clock import today
from records import services
from records.errors import Refused
from records.forms_systems import ChangedSystemForm, EndSystemForm, SystemForm
from records.services.batches import require_right
from records.services.systems import days_silent
from records.views.batches import batches_of, own_department
from records.views.lists import batch_badge, page_of

CRUMBS = [("待办", "/office/"), ("报送", "/office/batches/")]
FORM = ("GET", "HEAD", "POST")


@dataclass(frozen=True, slots=True)
class Line:
    """A system, what came from it, and since when nothing has."""

    system: SourceSystem
    now: datetime

    @property
    def last(self) -> datetime | None:
        return self.system.last_at

    @property
    def silent(self) -> int | None:
        return days_silent(self.last, now=self.now)


def systems_of(user) -> QuerySet[SourceSystem]:
    """The systems this user may see, with the figures of their exchange log."""
    return (
        SourceSystem.objects.visible_to(user)
        .select_related("department")
        .annotate(
            times=Count("batches"),
            accepted=Sum("batches__rows_accepted", default=0),
            returned=Sum("batches__rows_rejected", default=0),
            last_at=Max("batches__created_at"),
        )
        .order_by("in_use_until", "department__code", "code")
    )


@require_safe
def system_list(request):
    now = timezone.now()
    page = page_of(systems_of(request.user), request)
    context = {
        "page": page,
        "rows": [Line(system, now) for system in page],
        "may_change": _may_change(request.user),
        "section": "systems",
        "crumbs": [*CRUMBS, ("来源系统", "")],
    }
    return render(request, "office/systems.html", context)


@require_safe
def system(request, public_id):
    """One system and its exchange log."""
    shown = get_object_or_404(systems_of(request.user), public_id=public_id)
    page = page_of(batches_of(request.user).filter(system=shown).order_by("-pk"), request)
    context = {
        "system": shown,
        "line": Line(shown, timezone.now()),
        "tokens": shown.tokens.filter(revoked_at__isnull=True, expires_on__gte=today()).count(),
        "page": page,
        "rows": [(batch, batch_badge(batch)) for batch in page],
        "may_change": _may_change(request.user) and shown.department_id == request.user.department_id,
        "section": "systems",
        "crumbs": _crumbs(),
    }
    context["crumbs"][-1] = (shown.name, "")
    return render(request, "office/system.html", context)


@require_http_methods(FORM)
def new_system(request):
    department = own_department(request.user)
    require_right(request.user, "correct", department)
    form = SystemForm(request.POST or None, initial={"in_use_from": today()})
    if request.method == "POST" and form.is_valid():
        try:
            entered = services.enter_system(department, actor=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("code" if refusal.code == "system_code_taken" else "way", refusal.message)
        else:
            messages.success(request, "来源系统已登记。")
            return redirect("office:system", entered.public_id)
    lead = "登记本部门的行业信用信息系统；以后每一批报送都写明来自哪个系统（国发〔2014〕21号四（一））。"
    return _form(request, form, title="登记来源系统", lead=lead, button="登记", back=reverse("office:systems"))


@require_http_methods(FORM)
def change(request, public_id):
    shown = _own(request, public_id)
    form = ChangedSystemForm(request.POST or None, instance=SourceSystem.objects.get(pk=shown.pk))
    back = reverse("office:system", args=[public_id])
    if request.method == "POST" and form.is_valid():
        services.change_system(shown, actor=request.user, **form.cleaned_data)
        messages.success(request, "已保存。")
        return redirect(back)
    return _form(request, form, title="修改来源系统", lead=shown.name, button="保存", back=back)


@require_http_methods(FORM)
def end(request, public_id):
    shown = _own(request, public_id)
    form = EndSystemForm(request.POST or None)
    back = reverse("office:system", args=[public_id])
    if request.method == "POST" and form.is_valid():
        services.end_system(shown, actor=request.user, reason=form.cleaned_data["reason"], today=today())
        messages.success(request, "系统已停用，它的接口令牌同时吊销。")
        return redirect(back)
    lead = "停用以后，属于这个系统的接口令牌立即吊销；已经报送的批次仍然写明来自它。"
    return _form(request, form, title=f"停用“{shown.name}”", lead=lead, button="停用", back=back)


def _own(request, public_id) -> SourceSystem:
    shown = get_object_or_404(SourceSystem.objects.visible_to(request.user), public_id=public_id)
    require_right(request.user, "correct", shown.department)
    return shown


def _may_change(user) -> bool:
    return user.department is not None and user.has_perm("accounts.correct_department", user.department)


def _crumbs() -> list[tuple[str, str]]:
    return [*CRUMBS, ("来源系统", reverse("office:systems")), ("", "")]


def _form(request, form, *, title: str, lead: str, button: str, back: str):
    crumbs = [*_crumbs()[:-1], (title, "")]
    context = {"form": form, "title": title, "lead": lead, "button": button, "back": back, "crumbs": crumbs}
    return render(request, "office/form.html", context | {"section": "systems"})
