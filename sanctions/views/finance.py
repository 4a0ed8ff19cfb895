"""税易贷、信易贷、信易债 in the office: register, applications at the counter, the package for the bank (F051)."""

import json
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from deadlines.clock import today
from records.errors import Refused, RightMissing
from records.views.batches import may_report, own_department
from records.views.lists import active_filters, page_of
from sanctions import packaging, services, workflow
from sanctions.forms_incentives import (
    AnswerForm,
    ApplicationFilterForm,
    ApplicationForm,
    CloseForm,
    OpinionForm,
    ProductForm,
)
from sanctions.models import FinanceApplication, FinanceProduct
from sanctions.views.checks import may_check

SECTION = "finance"
HOME, LIST = ("待办", "/office/"), ("金融产品", "/office/finance/")
PUBLICATION_BADGES = {
    workflow.COMPOSED: ("soon", "clock"),
    workflow.PUBLISHED: ("in-time", "check"),
    workflow.CLOSED: ("", "ended"),
}
BADGES = {
    workflow.FILED: ("soon", "clock"),
    workflow.TAKEN: ("in-time", "check"),
    workflow.ANSWERED: ("", "check"),
    workflow.REVOKED: ("", "ended"),
}
# Codes of refusals and the field each is told beside.
BESIDE = {
    "product_not_offered": "product", "consent_missing": "consent_no", "consent_dates_wrong": "consent_until",
    "item_cannot_be_opened": "items", "name_differs": "name", "name_missing": "name",
}  # fmt: skip


def publication_badge(published) -> dict:
    kind, icon = PUBLICATION_BADGES[published.state]
    return {"kind": kind, "icon": icon, "label": published.get_state_display()}


def badge_of(application: FinanceApplication, on) -> dict:
    """A consent that has run out is said before anybody tries."""
    if application.state in workflow.FINANCE_OPEN and application.consent_until < on:
        return {"kind": "", "icon": "ended", "label": "授权期满"}
    kind, icon = BADGES[application.state]
    return {"kind": kind, "icon": icon, "label": application.get_state_display()}


def products_of(user):
    return FinanceProduct.objects.visible_to(user).select_related("department", "bank", "author", "approver")


def applications_of(user):
    return FinanceApplication.objects.visible_to(user).select_related(
        "product__bank", "department", "accepted_by", "subject__merged_into"
    )


@require_safe
def product_list(request):
    page = page_of(products_of(request.user).order_by("-pk"), request)
    context = {
        "page": page,
        "rows": [(each, publication_badge(each)) for each in page],
        "may_report": may_report(request.user),
        "may_check": may_check(request.user),
        "section": SECTION,
        "crumbs": [HOME, ("金融产品", "")],
    }
    return render(request, "office/finance.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_product(request):
    department = own_department(request.user)
    form = ProductForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        product = services.enter_product(
            data["kind"], form.texts(), department=department, actor=request.user, bank=data["bank"],
            offered_until=data["offered_until"],
        )  # fmt: skip
        messages.success(request, "已登记，由部门负责人核准后公布。")
        return redirect("office:finance-product", product.public_id)
    context = {
        "form": form,
        "title": "登记金融产品",
        "lead": "只登记机构书面说明的内容，公布后不再改动；有变化的，停办后另行登记。",
        "button": "保存，交负责人核准",
        "back": reverse("office:finance"),
        "section": SECTION,
        "crumbs": [HOME, LIST, ("登记", "")],
    }
    return render(request, "office/form.html", context)


@require_safe
def product(request, public_id):
    return _product_page(request, _product(request, public_id))


def _product(request, public_id) -> FinanceProduct:
    return get_object_or_404(products_of(request.user).select_related("legal_basis"), public_id=public_id)


def may_publish(user, drawn_up) -> bool:
    is_lead = user.role == Role.LEAD and user.department_id == drawn_up.department_id
    return is_lead and drawn_up.state == workflow.COMPOSED and drawn_up.author_id != user.pk


def may_close(user, drawn_up) -> bool:
    is_lead = user.role == Role.LEAD and user.department_id == drawn_up.department_id
    return is_lead and drawn_up.state == workflow.PUBLISHED


def _product_page(request, shown: FinanceProduct, publish_form=None, close_form=None):
    context = {
        "product": shown,
        "badge": publication_badge(shown),
        "may_publish": may_publish(request.user, shown),
        "may_close": may_close(request.user, shown),
        "may_apply": may_check(request.user)
        and FinanceProduct.objects.offered(on=today()).filter(pk=shown.pk).exists(),
        "publish_form": publish_form or OpinionForm(),
        "close_form": close_form or CloseForm(),
        "section": SECTION,
        "crumbs": [HOME, LIST, (shown.name, "")],
    }
    return render(request, "office/finance_product.html", context)


@require_POST
def publish(request, public_id):
    shown, form = _product(request, public_id), OpinionForm(request.POST)
    if not form.is_valid():
        return _product_page(request, shown, publish_form=form)
    services.publish_product(shown, actor=request.user, opinion=form.cleaned_data["opinion"], today=today())
    messages.success(request, "已公布，门户上现在可以看到。")
    return redirect("office:finance-product", shown.public_id)


@require_POST
def close(request, public_id):
    shown, form = _product(request, public_id), CloseForm(request.POST)
    if not form.is_valid():
        return _product_page(request, shown, close_form=form)
    services.close_product(shown, actor=request.user, reason=form.cleaned_data["reason"], today=today())
    messages.success(request, "已停办，门户不再显示；已经受理的申请继续办理。")
    return redirect("office:finance-product", shown.public_id)


@require_safe
def application_list(request):
    form = ApplicationFilterForm(request.GET)
    found, chosen, on = applications_of(request.user), form.chosen(), today()
    if state := chosen.get("state"):
        found = found.filter(state=state)
    if name := chosen.get("name"):
        found = found.filter(subject__legal_name__contains=name)
    page = page_of(found.order_by("-pk"), request)
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": [(each, badge_of(each, on)) for each in page],
        "may_check": may_check(request.user),
        "section": SECTION,
        "crumbs": [HOME, LIST, ("融资申请", "")],
    }
    return render(request, "office/finance_applications.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form")
def apply(request):
    """At the counter: an organisation asks, and says in writing what the bank may be told."""
    if not may_check(request.user):
        raise RightMissing("融资申请由部门的窗口受理。")
    initial = {"key": uuid.uuid4().hex, "consent_on": today(), "product": request.GET.get("product", "")}
    form = ApplicationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = _applied(form, request.user)
        if made:
            messages.success(request, "已受理，机构可以凭授权领取数据。")
            return redirect("office:finance-application", made.public_id)
    context = {
        "form": form,
        "title": "受理融资申请",
        "lead": "核对单位的授权书以后填写。是否放款由机构决定，平台只按授权提供信用信息。",
        "button": "受理",
        "back": reverse("office:finance-applications"),
        "section": SECTION,
        "crumbs": [HOME, LIST, ("融资申请", reverse("office:finance-applications")), ("受理", "")],
    }
    return render(request, "office/form.html", context)


def _applied(form: ApplicationForm, user) -> FinanceApplication | None:
    data = form.cleaned_data
    try:
        return services.apply_for_product(
            data["product"], form.sought(), form.wanted(), department=user.department, actor=user,
            key=uuid.UUID(data["key"]), today=today(),
        )  # fmt: skip
    except RightMissing:
        raise
    except Refused as refusal:
        form.add_error(BESIDE.get(refusal.code, "number"), refusal.message)
        return None


@require_safe
def application(request, public_id):
    return _application_page(request, _application(request, public_id))


def _application(request, public_id) -> FinanceApplication:
    return get_object_or_404(applications_of(request.user), public_id=public_id)


def _application_page(request, shown: FinanceApplication, answer_form=None):
    user, on = request.user, today()
    handovers = list(shown.handovers.select_related("taken_by"))
    serves = shown.product.bank_id or shown.department_id
    is_ours = may_check(user) and user.department_id == serves
    is_made = shown.product.bank_id is None and bool(handovers)
    names = {item.code: item.name for item in packaging.openable_items(on=on)}
    context = {
        "application": shown,
        "subject": shown.subject.merged_into or shown.subject,
        "badge": badge_of(shown, on),
        "items": [names.get(code, code) for code in shown.items],
        "handovers": handovers,
        "may_take": is_ours and shown.may_be_handed_over(on) and not is_made,
        "may_answer": is_ours and shown.state == workflow.TAKEN,
        "may_revoke": may_check(user) and user.department_id == shown.department_id
        and shown.state in workflow.FINANCE_OPEN,
        "answer_form": answer_form or AnswerForm(),
        "section": SECTION,
        "crumbs": [HOME, LIST, ("融资申请", reverse("office:finance-applications")), (shown.consent_no, "")],
    }  # fmt: skip
    return render(request, "office/finance_application.html", context)


@require_POST
def package(request, public_id):
    """The signed data package of this moment. Each call leaves a line; nothing of it is kept here but its digest."""
    shown = _application(request, public_id)
    content = services.hand_over(shown, actor=request.user, today=today())
    body = json.dumps(content, ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="finance-{shown.public_id}-{today()}.json"'
    return response


@require_POST
def answer(request, public_id):
    shown, form = _application(request, public_id), AnswerForm(request.POST)
    if not form.is_valid():
        return _application_page(request, shown, form)
    data = form.cleaned_data
    services.note_bank_answer(
        shown, actor=request.user, is_granted=data["is_granted"] == "yes", answer=data["answer"], today=today()
    )
    messages.success(request, "已登记机构的答复。")
    return redirect("office:finance-application", shown.public_id)


@require_POST
def revoke(request, public_id):
    shown = _application(request, public_id)
    services.revoke_consent(shown, actor=request.user, today=today())
    messages.success(request, "授权已撤回，从现在起不再提供数据。")
    return redirect("office:finance-application", shown.public_id)
