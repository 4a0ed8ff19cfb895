"""特殊查询: asking, deciding, and reading what was granted, for as long as it was granted."""

from collections.abc import Iterator
from itertools import groupby

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Role
from catalogue.models import FieldType, Scope, SubjectKind
from deadlines.clock import today
from deadlines.models import TimeLimit
from records import crypto, workflow
from records.errors import Refused, RightMissing
from records.forms_special import DecisionForm, SpecialQueryForm
from records.identity import mask_number
from records.models import Record, SpecialQuery
from records.services import special
from records.views.lists import mask_name, page_of, record_badge
from records.views.values import fact

CRUMBS = [("待办", "/office/"), ("特殊查询", "/office/special-queries/")]
BADGES = {
    workflow.ASKED: ("soon", "clock"),
    workflow.GRANTED: ("in-time", "check"),
    workflow.DENIED: ("stop", "refused"),
    workflow.DROPPED: ("", "ended"),
    workflow.LAPSED: ("", "ended"),
}
SEEN_UNDER = {Scope.SHARED.value: {Scope.PUBLIC, Scope.SHARED}, Scope.AUTHORISED.value: set(Scope)}


def queries_of(user):
    return SpecialQuery.objects.visible_to(user).select_related("department", "requested_by", "decided_by")


def badge_of(query: SpecialQuery, on) -> dict:
    """The state as it is that day: a lapsed or closed one says so before any sweep has come by."""
    if query.has_lapsed(on):
        kind, icon = BADGES[workflow.LAPSED]
        return {"kind": kind, "icon": icon, "label": workflow.SpecialQueryState.LAPSED.label}
    kind, icon = BADGES[query.state]
    if query.state == workflow.GRANTED and not query.is_open(on):
        return {"kind": "", "icon": "ended", "label": "查询期已满"}
    return {"kind": kind, "icon": icon, "label": query.get_state_display()}


def _may_ask(user) -> bool:
    return user.department is not None and user.has_perm("accounts.respond_department", user.department)


@require_safe
def query_list(request):
    found = queries_of(request.user)
    waiting = found.waiting(on=today())
    only_waiting = "waiting" in request.GET
    page = page_of(waiting.order_by("lapses_on", "pk") if only_waiting else found.order_by("-pk"), request)
    context = {
        "page": page,
        "rows": [(query, badge_of(query, today())) for query in page],
        "waiting": waiting.count(),
        "only_waiting": only_waiting,
        "may_ask": _may_ask(request.user),
        "section": "special",
        "crumbs": [("待办", "/office/"), ("特殊查询", "")],
    }
    return render(request, "office/special_queries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form", "data", "sought")
def new_query(request):
    if not _may_ask(request.user):
        raise RightMissing("特殊查询由部门负责人申请。")
    longest = TimeLimit.objects.in_force(special.WINDOW, on=today()).amount
    form = SpecialQueryForm(request.POST or None, longest=longest)
    if request.method == "POST" and form.is_valid():
        try:
            query = special.request_special_query(
                department=request.user.department, actor=request.user, today=today(), **form.asked()
            )
        except Refused as refusal:
            form.add_error("number", forms.ValidationError(refusal.message, code=refusal.code))
        else:
            messages.success(request, "已提交，等待平台审核员审核。")
            return redirect("office:special-query", query.public_id)
    context = {"form": form, "longest": longest, "section": "special", "crumbs": [*CRUMBS, ("申请", "")]}
    return render(request, "office/special_query_new.html", context)


@require_safe
def query(request, public_id):
    shown = get_object_or_404(queries_of(request.user), public_id=public_id)
    return _page(request, shown, DecisionForm())


def _page(request, shown: SpecialQuery, form: DecisionForm):
    on = today()
    is_waiting = shown.state == workflow.ASKED and not shown.has_lapsed(on)
    context = {
        "query": shown,
        "badge": badge_of(shown, on),
        "number": mask_number(crypto.open_text(shown.cipher)) if shown.cipher else shown.lookup,
        "is_person": shown.subject_kind == SubjectKind.PERSON,
        "name": _typed_name(shown),
        "is_waiting": is_waiting,
        "is_open": shown.is_open(on),
        "may_decide": is_waiting and request.user.role == Role.REVIEWER,
        "may_use": _may_ask(request.user) and shown.department_id == request.user.department_id,
        "form": form,
        "section": "special",
        "crumbs": [*CRUMBS, (f"申请 {shown.pk}", "")],
    }
    return render(request, "office/special_query.html", context)


def _typed_name(shown: SpecialQuery) -> str:
    """The name in the application. A person's is masked: whole names stand only in the result, where a line is left."""
    return mask_name(shown.subject_name) if shown.subject_kind == SubjectKind.PERSON else shown.subject_name


@require_POST
def decide(request, public_id):
    shown = get_object_or_404(queries_of(request.user), public_id=public_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form)
    verb = special.grant_special_query if form.cleaned_data["decision"] == "grant" else special.deny_special_query
    verb(shown, actor=request.user, reason=form.cleaned_data["reason"], today=today())
    messages.success(request, "审核意见已保存，申请部门现在可以看到。")
    return redirect("office:special-query", shown.public_id)


@require_POST
def drop(request, public_id):
    shown = get_object_or_404(queries_of(request.user), public_id=public_id)
    special.drop_special_query(shown, actor=request.user, today=today())
    messages.success(request, "已撤销。")
    return redirect("office:special-query", shown.public_id)


@require_safe
@sensitive_variables()
def read(request, public_id):
    """What all departments hold about the subject. Every call leaves a line; outside the window there is nothing."""
    shown = get_object_or_404(queries_of(request.user), public_id=public_id)
    subject, records = special.read_special_query(shown, actor=request.user, today=today())
    context = {
        "query": shown,
        "subject": subject,
        "name": subject.legal_name if subject else _typed_name(shown),
        "groups": list(_by_item(records, SEEN_UNDER[shown.scope])),
        "section": "special",
        "crumbs": [*CRUMBS, (f"申请 {shown.pk}", f"/office/special-queries/{shown.public_id}/"), ("查询结果", "")],
    }
    return render(request, "office/special_query_result.html", context)


def _by_item(records: list[Record], scopes: set[str]) -> Iterator[tuple[str, list[dict]]]:
    for name, group in groupby(sorted(records, key=lambda record: record.item.name), lambda record: record.item.name):
        yield (
            name,
            [
                {"record": record, "badge": record_badge(record, today()), "facts": _facts(record, scopes)}
                for record in group
            ],
        )


def _facts(record: Record, scopes: set[str]) -> list[dict]:
    """The fields the application covers. An identity number stays masked even then: the asker knows it already."""
    facts = []
    for field in record.item.fields.order_by("seq"):
        if field.scope not in scopes:
            continue
        if field.type == FieldType.ID_NUMBER and field.code in record.secrets:
            facts.append(fact(field, crypto.open_text(record.secrets[field.code])))
        elif field.code in record.values:
            facts.append(fact(field, record.values[field.code]))
    return facts
