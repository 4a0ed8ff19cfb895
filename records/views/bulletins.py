"""质量通报: the list, one bulletin as it will be printed, drafting and issuing."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import DEPARTMENT_ROLES, Role
from records.errors import RightMissing
from records.models import Bulletin, FigureRun
from records.quality import policy, services
from records.quality.policy import Counts
from records.quality.workflow import TRANSITIONS, BulletinState
from records.views.lists import page_of
from records.views.quality import parse_month

BADGES = {BulletinState.DRAFT: ("", "document"), BulletinState.ISSUED: ("in-time", "check")}
# What a table on paper has room for.
COLUMNS = (
    ("reported", "新增"),
    ("timely_share", "及时率"),
    ("late", "迟报"),
    ("compliant_share", "合规率"),
    ("rejected", "退回"),
    ("national_refused", "国家退回"),
    ("wrong_codes", "错码"),
    ("missing", "缺报"),
)


def badge_of(bulletin: Bulletin) -> dict:
    kind, icon = BADGES[bulletin.state]
    return {"kind": kind, "icon": icon, "label": bulletin.get_state_display()}


@require_http_methods(["GET", "HEAD", "POST"])
def bulletin_list(request):
    """What was issued, for departments; for the province drafts too, and POST drafts the one of a closed month."""
    user = request.user
    if not user.oversees and user.role not in DEPARTMENT_ROLES:
        raise Http404
    if request.method == "POST":
        if not user.sees_whole_province:
            raise RightMissing("只有审核员和监督员可以起草质量通报。")
        month = parse_month(request.POST.get("month", ""))
        run = get_object_or_404(FigureRun.objects.closed().valid(), month=month)
        bulletin = services.draft_bulletin(run, actor=user)
        return redirect("office:bulletin", bulletin.public_id)
    page = page_of(Bulletin.objects.visible_to(user).select_related("run", "drafted_by", "issued_by"), request)
    context = {
        "page": page,
        "rows": [(bulletin, badge_of(bulletin)) for bulletin in page],
        "waiting": _waiting() if user.sees_whole_province else [],
        "section": "quality",
        "crumbs": [("待办", "/office/"), ("质量", "/office/quality/"), ("质量通报", "")],
    }
    return render(request, "office/bulletins.html", context)


def _waiting() -> list[tuple[str, str]]:
    """Closed months without a bulletin of their newest computation."""
    runs = [run for run in FigureRun.objects.valid().order_by("-month") if not run.is_provisional]
    drafted = set(Bulletin.objects.values_list("run_id", flat=True))
    return [(f"{run.month:%Y-%m}", policy.month_name(run.month)) for run in runs if run.pk not in drafted]


@require_http_methods(["GET", "HEAD", "POST"])
def bulletin(request, public_id):
    """One bulletin, set to be printed; POST issues it."""
    found = Bulletin.objects.visible_to(request.user).select_related("run", "drafted_by", "issued_by")
    shown = get_object_or_404(found, public_id=public_id)
    if request.method == "POST":
        services.issue_bulletin(shown, actor=request.user, now=timezone.now())
        messages.success(request, "已印发，各部门现在可以看到。")
        return redirect("office:bulletin", public_id)
    content = shown.content
    context = {
        "bulletin": shown,
        "badge": badge_of(shown),
        "content": content,
        "computed_at": datetime.fromisoformat(content["computed_at"]),
        "columns": COLUMNS,
        "rows": [(row, _cells(Counts(**row["counts"]))) for row in content["ranking"]],
        "total": _cells(Counts(**content["total"])),
        "may_issue": (shown.state, "issue") in TRANSITIONS
        and request.user.role == Role.SUPERVISOR
        and request.user.sees_whole_province,
        "is_own_draft": shown.drafted_by_id == request.user.pk,
        "section": "quality",
        "crumbs": [
            ("待办", "/office/"),
            ("质量", "/office/quality/"),
            ("质量通报", "/office/quality/bulletins/"),
            (policy.month_name(shown.run.month), ""),
        ],
    }
    return render(request, "office/bulletin.html", context)


def _cells(counts: Counts) -> list[str]:
    values = [(code, getattr(counts, code)) for code, _ in COLUMNS]
    return [policy.percent(value) if code.endswith("_share") else f"{value:,}" for code, value in values]
