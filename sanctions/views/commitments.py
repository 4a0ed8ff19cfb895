"""信用承诺 in the office: the counter that takes them in, the list, one with its story, its paper, the results."""

import uuid

from django.contrib import messages
from django.db.models import Count, F, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from deadlines.clock import today
from records import crypto
from records.errors import Refused
from records.identity import mask_number
from records.views.batches import may_report, own_department
from records.views.lists import active_filters, mask_name, page_of
from sanctions import services, workflow
from sanctions.forms_commitments import (
    BreachDecisionForm,
    BreachForm,
    CommitmentFilterForm,
    CommitmentForm,
    FulfilForm,
    RetractForm,
)
from sanctions.models import Commitment, CommitmentKind, CommitmentTemplate

HOME, LIST = ("待办", "/office/"), ("信用承诺", "/office/commitments/")
BADGES = {
    workflow.MADE: ("info", "clock"),
    workflow.DOUBTED: ("soon", "pause"),
    workflow.FULFILLED: ("in-time", "check"),
    workflow.BREACHED: ("stop", "refused"),
    workflow.RETRACTED: ("", "ended"),
    workflow.RUN_OUT: ("", "ended"),
}


def commitments_of(user):
    return Commitment.objects.visible_to(user).select_related("department", "template")


def badge_of(commitment: Commitment) -> dict:
    kind, icon = BADGES[commitment.state]
    return {"kind": kind, "icon": icon, "label": commitment.get_state_display()}


def shown_name(commitment: Commitment) -> str:
    """A person's name is masked: who signed is known to the counter that has the paper."""
    return mask_name(commitment.subject_name) if commitment.is_person else commitment.subject_name


@require_safe
def commitment_list(request):
    form, on = CommitmentFilterForm(request.GET), today()
    mine = commitments_of(request.user)
    page = page_of(_filtered(mine, form.chosen(), on).order_by("-pk"), request)
    counts = mine.order_by().aggregate(
        soon=Count("pk", filter=Q(pk__in=mine.due_soon(on=on).values("pk"))),
        overdue=Count("pk", filter=Q(pk__in=mine.overdue(on=on).values("pk"))),
        waiting=Count("pk", filter=Q(state=workflow.DOUBTED)),
    )
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": [(each, badge_of(each), shown_name(each)) for each in page],
        "counts": counts,
        "on": on,
        "may_report": may_report(request.user),
        "section": "commitments",
        "crumbs": [HOME, ("信用承诺", "")],
    }
    return render(request, "office/commitments.html", context)


def _filtered(found, chosen: dict, on):
    if kind := chosen.get("kind"):
        found = found.filter(kind=kind)
    if number := chosen.get("number"):
        found = found.filter(number=number.strip())
    match chosen.get("state"):
        case None:
            return found
        case CommitmentFilterForm.DUE:
            return found.to_remind(on=on)
        case CommitmentFilterForm.SOON:
            return found.due_soon(on=on)
        case CommitmentFilterForm.OVERDUE:
            return found.overdue(on=on)
        case state:
            return found.filter(state=state)


@require_safe
def choose_template(request):
    department = own_department(request.user)
    templates = CommitmentTemplate.objects.in_force(on=today()).accepted_by(department).select_related("legal_basis")
    by_kind = [
        (kind.label, chosen) for kind in CommitmentKind if (chosen := [each for each in templates if each.kind == kind])
    ]
    context = {"groups": by_kind, "section": "commitments", "crumbs": [HOME, LIST, ("受理", "")]}
    return render(request, "office/commitment_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form", "data", "named")
def accept(request, code):
    """Take in a signed commitment of one text; with the text of 容缺受理, the missing materials too."""
    department = own_department(request.user)
    found = CommitmentTemplate.objects.in_force(on=today()).accepted_by(department).select_related("legal_basis")
    template = get_object_or_404(found, code=code)
    initial = {"key": uuid.uuid4().hex, "made_on": today()}
    if template.kind == CommitmentKind.GOVERNMENT:
        initial |= {"name": department.name, "number": department.uscc}
    form = CommitmentForm(request.POST or None, initial=initial, template=template)
    if request.method == "POST" and form.is_valid():
        try:
            made = _accepted(form, template, department, request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已受理，承诺编码 {made.number}。")
            return redirect("office:commitment", made.public_id)
    context = {
        "form": form,
        "template": template,
        "is_deferred": template.kind == CommitmentKind.DEFERRED,
        "section": "commitments",
        "crumbs": [HOME, LIST, (template.name, "")],
    }
    return render(request, "office/commitment_entry.html", context)


@sensitive_variables()
def _accepted(form: CommitmentForm, template: CommitmentTemplate, department, user) -> Commitment:
    try:
        key = uuid.UUID(form.cleaned_data["key"])
    except ValueError as error:
        raise Refused("表单已经失效，请重新打开。", code="form_expired") from error
    same = {"department": department, "actor": user, "key": key, "today": today()}
    if template.kind == CommitmentKind.DEFERRED:
        return services.accept_deferral(template, form.named(), form.promise(), form.materials(), **same)
    return services.accept_commitment(template, form.named(), form.promise(), **same)


def _shown(request, public_id) -> Commitment:
    found = commitments_of(request.user).select_related(
        "department", "template__legal_basis", "record", "breach_record", "accepted_by", "found_by", "decided_by"
    )
    return get_object_or_404(found, public_id=public_id)


@require_safe
def commitment(request, public_id):
    return _page(request, _shown(request, public_id))


def _page(request, shown: Commitment, **forms):
    on, user = today(), request.user
    is_ours = user.department_id == shown.department_id
    is_open = shown.state in workflow.COMMITMENT_OPEN
    context = {
        "commitment": shown,
        "badge": badge_of(shown),
        "name": shown_name(shown),
        "number": mask_number(crypto.open_text(shown.cipher)) if shown.cipher else shown.lookup,
        "materials": list(shown.materials.all()),
        "on": on,
        "is_overdue": shown.is_overdue(on),
        "may_act": is_ours and is_open and may_report(user),
        "may_find": shown.state == workflow.MADE and not (shown.due_on and shown.due_on >= on),
        "may_decide": is_ours and shown.state == workflow.DOUBTED and user.role == Role.LEAD
        and shown.found_by_id != user.pk,
        "fulfil_form": FulfilForm(initial={"on": on}),
        "find_form": BreachForm(),
        "decide_form": BreachDecisionForm(),
        "retract_form": RetractForm(),
        "opened": next(iter(forms), ""),
        "section": "commitments",
        "crumbs": [HOME, LIST, (shown.number, "")],
    }  # fmt: skip
    return render(request, "office/commitment.html", context | forms)


def _act(request, public_id, name: str, form_class, verb, done: str):
    """Bind one of the page's forms, carry its verb out, and show the page again with what is wrong."""
    shown = _shown(request, public_id)
    form = form_class(request.POST)
    if not form.is_valid():
        return _page(request, shown, **{name: form})
    try:
        verb(shown, form.cleaned_data)
    except Refused as refusal:
        if refusal.code == "right_missing":
            raise
        form.add_error(None, refusal.message)
        return _page(request, shown, **{name: form})
    messages.success(request, done)
    return redirect("office:commitment", shown.public_id)


@require_POST
def fulfil(request, public_id):
    def verb(shown, said):
        services.note_fulfilled(shown, actor=request.user, result=said["result"], on=said["on"], today=today())

    return _act(request, public_id, "fulfil_form", FulfilForm, verb, "已确认履行。")


@require_POST
def find(request, public_id):
    def verb(shown, said):
        services.find_breach(shown, actor=request.user, today=today(), **said)

    return _act(request, public_id, "find_form", BreachForm, verb, "已提出，由部门负责人审核。")


@require_POST
def decide(request, public_id):
    def verb(shown, said):
        same = {"actor": request.user, "reason": said["reason"], "today": today()}
        if said["decision"] == "confirm":
            services.confirm_breach(shown, document_no=said["document_no"], **same)
        else:
            services.reject_breach(shown, **same)

    return _act(request, public_id, "decide_form", BreachDecisionForm, verb, "已保存。")


@require_POST
def retract(request, public_id):
    def verb(shown, said):
        services.retract_commitment(shown, actor=request.user, reason=said["reason"], today=today())

    return _act(request, public_id, "retract_form", RetractForm, verb, "已撤回，不再公示。")


@require_POST
def material(request, public_id, number):
    shown = get_object_or_404(commitments_of(request.user), public_id=public_id)
    services.receive_material(get_object_or_404(shown.materials, number=number), actor=request.user, today=today())
    messages.success(request, f"已登记收到材料 {number}。")
    return redirect("office:commitment", shown.public_id)


@require_safe
def paper(request, public_id):
    """The commitment as a page to print and sign."""
    shown = _shown(request, public_id)
    context = {
        "commitment": shown,
        "name": "" if shown.is_person else shown.subject_name,
        "materials": list(shown.materials.all()),
        "section": "commitments",
        "crumbs": [HOME, LIST, (shown.number, f"/office/commitments/{shown.public_id}/"), ("承诺书", "")],
    }
    return render(request, "office/commitment_paper.html", context)


@require_safe
def results(request):
    """How many of each kind were kept; and what the departments themselves have promised (21号二（一）)."""
    on, mine = today(), commitments_of(request.user)
    overdue = Q(state__in=workflow.COMMITMENT_OPEN, due_on__lt=on)
    counted = {
        row["kind"]: row
        for row in mine.order_by()
        .values("kind")
        .annotate(
            total=Count("pk"),
            open=Count("pk", filter=Q(state__in=workflow.COMMITMENT_OPEN)),
            kept=Count("pk", filter=Q(state=workflow.FULFILLED)),
            on_time=Count("pk", filter=Q(state=workflow.FULFILLED, fulfilled_on__lte=F("due_on"))),
            overdue=Count("pk", filter=overdue),
            breached=Count("pk", filter=Q(state=workflow.BREACHED)),
        )
    }
    governments = mine.filter(kind=CommitmentKind.GOVERNMENT)
    page = page_of(governments.order_by(F("due_on").asc(nulls_last=True), "pk"), request)
    context = {
        "rows": [(kind, counted[kind.value]) for kind in CommitmentKind if kind.value in counted],
        "page": page,
        "promises": [(each, badge_of(each), each.is_overdue(on)) for each in page],
        "on": on,
        "section": "commitments",
        "crumbs": [HOME, LIST, ("履行情况", "")],
    }
    return render(request, "office/commitment_results.html", context)
