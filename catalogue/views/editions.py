"""Editions of the law book in the office: the list, one edition with what it changes, and the steps of its way."""

import json
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue import lawbook, services, workflow
from catalogue.errors import LawUnsound
from catalogue.forms import DraftForm, ImportForm, OpinionForm
from catalogue.models import Edition
from catalogue.published import describe
from catalogue.services import APPROVERS, DRAFTERS
from catalogue.soundness import problems_of
from catalogue.workbook import XLSX, read_workbook, write_workbook
from deadlines.clock import today

HOME, CATALOGUE = ("待办", "/office/"), ("目录", "/office/catalogue/")
MOST_PROBLEMS = 20
BADGES = {
    workflow.DRAFT: ("", "document"),
    workflow.SUBMITTED: ("soon", "clock"),
    workflow.RETURNED: ("stop", "refused"),
    workflow.ABANDONED: ("", "ended"),
    workflow.Standing.WAITING: ("info", "clock"),
    workflow.Standing.IN_FORCE: ("in-time", "check"),
    workflow.Standing.SUPERSEDED: ("", "ended"),
}


def badge_of(edition: Edition, on: date) -> dict:
    """What has become of an edition, in one word; of an approved one the date says it."""
    state = workflow.EditionState(edition.state)
    if state == workflow.APPROVED:
        in_force = Edition.objects.in_force(on=on).first()
        if edition.in_force_on > on:
            state = workflow.Standing.WAITING
        elif edition == in_force:
            state = workflow.Standing.IN_FORCE
        else:
            state = workflow.Standing.SUPERSEDED
    kind, icon = BADGES[state]
    return {"kind": kind, "icon": icon, "label": state.label}


def edition_of(request, number: int) -> Edition:
    """The edition with this number, if this person may read it; anything else is 404."""
    editions = Edition.objects.readable_by(request.user).select_related("base", "author", "approver")
    return get_object_or_404(editions, number=number)


def crumbs_of(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [HOME, CATALOGUE, ("版本", reverse("office:editions") if more else ""), *more]


@require_safe
def edition_list(request):
    return _list(request, DraftForm())


def _list(request, form: DraftForm):
    editions = Edition.objects.readable_by(request.user).defer("law", "impact").select_related("author", "approver")
    context = {
        "rows": [(edition, badge_of(edition, today())) for edition in editions],
        "form": form,
        "may_draft": request.user.role in DRAFTERS,
        "section": "catalogue",
        "crumbs": crumbs_of(),
    }
    return render(request, "office/catalogue_editions.html", context)


@require_POST
def new_edition(request):
    services.require_role(request.user, DRAFTERS)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    edition = services.start_draft(**form.cleaned_data, actor=request.user)
    messages.success(request, f"{edition}已起草，内容与现行目录相同。请逐项修改，或导入改好的文件。")
    return redirect("office:edition", edition.number)


@require_safe
def edition(request, number):
    found = edition_of(request, number)
    other = _compared_with(request, found)
    is_editable = found.state in workflow.EDITABLE
    context = {
        "edition": found,
        "badge": badge_of(found, today()),
        "facts": describe(found),
        "other": other,
        "others": Edition.objects.readable_by(request.user).exclude(pk=found.pk).defer("law", "impact"),
        "changes": lawbook.compare(other.law, found.law) if other else [],
        "problems": list(problems_of(found.law))[:MOST_PROBLEMS] if is_editable else [],
        "items": _listed_items(found),
        "rules": _listed_rules(found),
        "is_editable": is_editable and request.user.role in DRAFTERS,
        "may_decide": found.state == workflow.SUBMITTED and request.user.role in APPROVERS,
        "may_ask": found.base_id is not None and request.user.role in (*DRAFTERS, *APPROVERS),
        "section": "catalogue",
        "crumbs": crumbs_of((str(found), "")),
    }
    return render(request, "office/catalogue_edition.html", context)


def _compared_with(request, found: Edition) -> Edition | None:
    """The edition asked for, or the one it was written on."""
    asked = request.GET.get("with", "")
    readable = Edition.objects.readable_by(request.user)
    return (readable.filter(number=asked).first() if asked.isdecimal() else None) or found.base


def _listed_items(found: Edition) -> list[dict]:
    titles = {basis["code"]: basis["title"] for basis in found.law["bases"]}
    return [
        item | {"basis": titles.get(item["legal_basis"], ""), "fields_count": len(item[lawbook.FIELDS])}
        for item in found.law["items"]
    ]


def _listed_rules(found: Edition) -> list[dict]:
    names = {item["code"]: item["name"] for item in found.law["items"]}
    return [
        rule
        | {
            "name": names.get(rule["item_code"], rule["item_code"]),
            "grade": lawbook.said(lawbook.RULE["severity"], rule["severity"]),
            "way": lawbook.said(lawbook.RULE["method"], rule["method"]),
            "place": rule["severity"] or "any",
        }
        for rule in found.law["rules"]
    ]


@require_safe
def edition_json(request, number):
    found = edition_of(request, number)
    content = json.dumps(found.law, ensure_ascii=False, indent=1)
    return _file(content.encode(), f"catalogue-{number}.json", "application/json")


@require_safe
def edition_workbook(request, number):
    found = edition_of(request, number)
    return _file(write_workbook(found.law, title=f"信息目录{found}"), f"catalogue-{number}.xlsx", XLSX)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    return HttpResponse(content, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_http_methods(["GET", "POST"])
def import_edition(request, number):
    services.require_role(request.user, DRAFTERS)
    found = edition_of(request, number)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.import_law(found, _document(form.cleaned_data["file"]), actor=request.user)
        except LawUnsound as error:
            for sentence in error.sentences:
                form.add_error("file", sentence)
        else:
            messages.success(request, "文件已导入。请核对与现行目录的差别，再提交复核。")
            return redirect("office:edition", number)
    context = {
        "form": form,
        "heading": "导入目录文件",
        "kicker": str(found),
        "lead": "先下载目录，在 Excel 中修改，再传回。表名、第一行和第二行不要改动。",
        "button": "导入",
        "is_upload": True,
        "back": reverse("office:edition", args=[number]),
        "section": "catalogue",
        "crumbs": crumbs_of((str(found), reverse("office:edition", args=[number])), ("导入", "")),
    }
    return render(request, "office/catalogue_form.html", context)


def _document(file) -> object:
    content = file.read()
    if content.startswith(b"PK"):
        return read_workbook(content)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise LawUnsound(["文件既不是 Excel 目录，也不是 JSON 目录。"]) from error


@require_POST
def submit_edition(request, number):
    try:
        services.submit(edition_of(request, number), actor=request.user)
    except LawUnsound as error:
        messages.error(request, f"还不能提交：{error.message}其余问题列在下面。")
    else:
        messages.success(request, "已提交。请另一位人员（审核员）复核。")
    return redirect("office:edition", number)


@require_POST
def abandon_edition(request, number):
    services.abandon(edition_of(request, number), actor=request.user)
    messages.success(request, "草案已放弃，内容仍可查看。")
    return redirect("office:edition", number)


@require_http_methods(["GET", "POST"])
def return_edition(request, number):
    services.require_role(request.user, APPROVERS)
    found = edition_of(request, number)
    form = OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.return_draft(found, opinion=form.cleaned_data["opinion"], actor=request.user)
        messages.success(request, "草案已退回拟订人。")
        return redirect("office:edition", number)
    context = {
        "form": form,
        "heading": "退回草案",
        "kicker": str(found),
        "button": "退回",
        "back": reverse("office:edition", args=[number]),
        "section": "catalogue",
        "crumbs": crumbs_of((str(found), reverse("office:edition", args=[number])), ("退回", "")),
    }
    return render(request, "office/catalogue_form.html", context)
