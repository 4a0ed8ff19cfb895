"""诚信积分 in the office: off unless tried by a document; who has opted in, what was earned for what, and its deletion.

Accounts go by their numbers here: no page shows whose they are.
"""

from django.contrib import messages
from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from deadlines.clock import today
from records.errors import Refused
from records.views.batches import may_report, own_department
from records.views.lists import page_of
from sanctions import services
from sanctions.forms_points import EarnForm, OptInForm
from sanctions.models import PointsAccount, PointsRule, PointsTrial

HOME, LIST = ("待办", "/office/"), ("诚信积分", "/office/points/")


def accounts_of(user):
    return PointsAccount.objects.visible_to(user).select_related("department")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form", "data")
def account_list(request):
    on = today()
    is_enabled = services.are_points_enabled(on=on)
    form = OptInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = services.opt_in(
                form.named(), consent_no=form.cleaned_data["consent_no"], department=own_department(request.user),
                actor=request.user, today=on,
            )  # fmt: skip
        except Refused as refusal:
            if refusal.code == "right_missing":
                raise
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已加入，账户编号 {account.pk}。")
            return redirect("office:points-account", account.public_id)
    page = page_of(accounts_of(request.user).annotate(total=Sum("entries__points")).order_by("-pk"), request)
    context = {
        "is_enabled": is_enabled,
        "trial": PointsTrial.objects.in_force(on=on).select_related("legal_basis").first(),
        "rules": PointsRule.objects.in_force(on=on),
        "page": page,
        "may_report": may_report(request.user),
        "form": form,
        "section": "points",
        "crumbs": [HOME, ("诚信积分", "")],
    }
    return render(request, "office/points.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def account(request, public_id):
    shown, on = get_object_or_404(accounts_of(request.user), public_id=public_id), today()
    form = EarnForm(request.POST or None, on=on)
    if request.method == "POST" and form.is_valid():
        try:
            services.earn_points(shown, actor=request.user, today=on, **form.cleaned_data)
        except Refused as refusal:
            if refusal.code == "right_missing":
                raise
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已记入。")
            return redirect("office:points-account", shown.public_id)
    entries = list(shown.entries.select_related("rule"))
    is_ours = request.user.department_id == shown.department_id
    context = {
        "account": shown,
        "entries": entries,
        "total": sum(entry.points for entry in entries),
        "may_earn": is_ours and may_report(request.user) and services.are_points_enabled(on=on)
        and shown.erased_on is None,
        "may_delete": is_ours and may_report(request.user) and shown.erased_on is None,
        "form": form,
        "section": "points",
        "crumbs": [HOME, LIST, (str(shown), "")],
    }  # fmt: skip
    return render(request, "office/points_account.html", context)


@require_POST
def delete(request, public_id):
    shown = get_object_or_404(accounts_of(request.user), public_id=public_id)
    deleted = services.delete_points(shown, actor=request.user, today=today())
    messages.success(request, f"已删除 {deleted} 条积分，平台不再知道账户属于谁。")
    return redirect("office:points")
