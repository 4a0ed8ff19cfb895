"""连续三年无不良信用记录: ask, and print the certificate or what stands in its way (F038)."""

import uuid

from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.clock import today
from records.errors import Refused, RightMissing
from records.services.readings import note_readings
from records.views.lists import mask_name, page_of
from records.views.reading import reader_of
from sanctions.forms_checks import EligibilityForm
from sanctions.models import EligibilityCertificate
from sanctions.receipts import SHORT
from sanctions.services.eligibility import Eligibility, certify_clean, read_certificate
from sanctions.views.checks import BESIDE, CRUMBS, SECTION, add_refusal, may_check, require_staff

PLACES = BESIDE | {
    "day_in_future": "on",
    "name_differs": "name",
    "person_name_differs": "name",
    "identity_mismatch": "name",
}


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form")
def ask(request):
    require_staff(request.user)
    form = EligibilityForm(request.POST or None, initial={"key": uuid.uuid4().hex, "on": today()})
    found = None
    if request.method == "POST":
        if not may_check(request.user):
            raise RightMissing("证明由部门出具。")
        if form.is_valid():
            found = _certified(request.user, form)
            if found and found.certificate:
                return redirect("office:certificate", found.certificate.public_id)
    page = page_of(EligibilityCertificate.objects.visible_to(request.user).order_by("-pk"), request)
    context = {
        "form": form,
        "found": found,
        "page": page,
        "rows": _rows(page, request),
        "may_check": may_check(request.user),
        "section": SECTION,
        "crumbs": [*CRUMBS, ("三年无不良记录", "")],
    }
    return render(request, "office/eligibility.html", context)


def _rows(page, request) -> list[tuple[EligibilityCertificate, str]]:
    shown = list(page)
    with transaction.atomic():
        note_readings(
            Action.PERSON_LISTED, [each.subject for each in shown if each.subject], reader=reader_of(request),
            fields=["legal_name"],
        )  # fmt: skip
    return [
        (each, mask_name(each.subject_name) if each.subject_kind == SubjectKind.PERSON else each.subject_name)
        for each in shown
    ]


def _certified(user, form: EligibilityForm) -> Eligibility | None:
    data = form.cleaned_data
    try:
        return certify_clean(
            form.sought(), on=data["on"], department=user.department, actor=user, consent_no=data["consent_no"],
            key=data["key"], today=today(),
        )  # fmt: skip
    except RightMissing:
        raise
    except Refused as refusal:
        add_refusal(form, refusal, PLACES, "number")
        return None


@require_safe
@transaction.atomic
def certificate(request, public_id):
    found = EligibilityCertificate.objects.visible_to(request.user).select_related("department", "asked_by", "subject")
    shown = get_object_or_404(found, public_id=public_id)
    read_certificate(shown, reader=reader_of(request))
    context = {
        "certificate": shown,
        "digest": shown.answer_digest[:SHORT],
        "verify_at": request.build_absolute_uri(reverse("portal:receipts")),
        "section": SECTION,
        "crumbs": [*CRUMBS, ("三年无不良记录", reverse("office:eligibility")), (shown.receipt_no, "")],
    }
    return render(request, "office/certificate.html", context)
