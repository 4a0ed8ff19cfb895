"""Powers of attorney of whoever has signed in: those given, to be revoked any time, and those received."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from deadlines.clock import today
from records.errors import Refused
from repair import services
from repair.forms_mine import PowerForm
from repair.models import Representation
from repair.views.parts import HOME, MINE, applicant_required


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number")
@sensitive_variables("form")
@applicant_required
def powers(request):
    form = PowerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (power := _granted(request, form)):
        messages.success(request, f"已委托{power.agent_name}办理，编号 {power.authority_no}。")
        return redirect("my:representations")
    on, applicant = today(), request.applicant
    subject = applicant.subject and (applicant.subject.merged_into or applicant.subject)
    given = Representation.objects.filter(subject=subject).order_by("-pk") if subject else []
    context = {
        "form": form,
        "subject": subject,
        "given": [_line(power, on) for power in given],
        "received": applicant.representations.in_force(on=on).select_related("subject__merged_into"),
        "section": "mine",
        "crumbs": [HOME, MINE, ("委托办理", "")],
    }
    return render(request, "my/representations.html", context, status=400 if form.errors else 200)


def _granted(request, form: PowerForm) -> Representation | None:
    """The power; None where the law says no, which then stands above the form."""
    try:
        return services.grant_power(by=request.applicant, today=today(), **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return None


def _line(power: Representation, on) -> dict:
    if power.revoked_on:
        badge = {"kind": "", "icon": "ended", "label": "已撤销"}
    elif power.valid_until < on:
        badge = {"kind": "", "icon": "ended", "label": "已到期"}
    else:
        badge = {"kind": "in-time", "icon": "check", "label": "有效"}
    return {"power": power, "badge": badge, "is_in_force": badge["kind"] == "in-time",
            "url": reverse("my:representation-revoke", args=[power.public_id])}  # fmt: skip


@require_POST
@applicant_required
@transaction.atomic
def revoke(request, public_id):
    """From this moment the agent sees and does nothing more."""
    power = get_object_or_404(Representation, public_id=public_id)
    services.revoke_power(power, by=request.applicant, today=today())
    messages.success(request, "已撤销委托，立即生效。")
    return redirect("my:representations")
