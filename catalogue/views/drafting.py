"""Writing in a draft: an item, a field, a display rule, a legal basis, each by one form and without a line of code."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from catalogue import lawbook, services, workflow
from catalogue.forms import BasisForm, FieldForm, ItemForm, RowForm, RuleForm
from catalogue.lawbook import FIELDS
from catalogue.models import Edition
from catalogue.services import DRAFTERS
from catalogue.views.editions import crumbs_of, edition_of

ANY = "any"  # how “不分类” stands in an address


def _draft(request, number: int) -> Edition:
    """A draft that may still be written in, for those who write. Raises NotTheirs, TransitionRefused."""
    services.require_role(request.user, DRAFTERS)
    edition = edition_of(request, number)
    workflow.next_state(edition.state, "change")
    return edition


def _found(row: dict | None) -> dict:
    if row is None:
        raise Http404
    return row


def _words(field: dict) -> dict[str, str]:
    return {f"{name}_label": lawbook.said(lawbook.FIELD[name], field[name]) for name in ("scope", "sensitivity")}


def _write(request, edition: Edition, form: RowForm, save: Callable[[dict], object], *, back: str, **context):
    """Show the form, or keep what was written and go back to where it came from."""
    if request.method == "POST" and form.is_valid():
        save(form.row())
        messages.success(request, "草案已修改。")
        return redirect(back)
    crumbs = crumbs_of((str(edition), reverse("office:edition", args=[edition.number])), (context["heading"], ""))
    shared = {
        "edition": edition,
        "form": form,
        "kicker": str(edition),
        "button": "保存到草案",
        "back": back,
        "section": "catalogue",
    }
    return render(request, "office/catalogue_form.html", shared | {"crumbs": crumbs} | context)


@require_http_methods(["GET", "POST"])
def draft_item(request, number, code=None):
    """Add an item, or change one; ending it is a button of the same page."""
    edition = _draft(request, number)
    row = _found(lawbook.item_of(edition.law, code)) if code else None
    home = reverse("office:edition", args=[number])
    if request.method == "POST" and "end" in request.POST and code:
        services.end_item(edition, code, actor=request.user)
        messages.success(request, f"“{row['name']}”自这一版施行之日起不再列入目录。")
        return redirect(home)
    form = ItemForm(request.POST or None, law=edition.law, row=row)
    if row is None:
        form.fields["code"].help_text += "字段代码将以它开头。"
    saved = reverse("office:draft-item", args=[number, code]) if code else home
    return _write(
        request,
        edition,
        form,
        lambda row: services.change_item(edition, row, actor=request.user),
        back=saved if request.method == "POST" else home,
        heading=row["name"] if row else "新增目录项",
        lead="" if row else "保存后先带上平台必需的字段，再增减字段，并为它写一条公示期限。",
        end_label="自本版起不再列入目录" if row else "",
        fields=[field | _words(field) for field in row[FIELDS]] if row else None,
        code=code,
    )


@require_http_methods(["GET", "POST"])
def draft_field(request, number, item, code=None):
    edition = _draft(request, number)
    held = _found(lawbook.item_of(edition.law, item))
    row = _found(next((field for field in held[FIELDS] if field["code"] == code), None)) if code else None
    back = reverse("office:draft-item", args=[number, item])
    if request.method == "POST" and "end" in request.POST and code:
        services.end_field(edition, item, code, actor=request.user)
        messages.success(request, f"字段“{row['name']}”已从草案中去掉。")
        return redirect(back)
    form = FieldForm(request.POST or None, law=edition.law, row=row)
    if row is None:
        form.initial["seq"] = max((field["seq"] for field in held[FIELDS]), default=0) + 1
    return _write(
        request,
        edition,
        form,
        lambda row: services.change_field(edition, item, row, actor=request.user),
        back=back,
        heading=f"{held['name']}：{row['name'] if row else '新增字段'}",
        end_label="从目录项中去掉这个字段" if row else "",
    )


@require_http_methods(["GET", "POST"])
def draft_rule(request, number, item=None, severity=None):
    edition = _draft(request, number)
    key = (item, "" if severity == ANY else severity)
    row = _found(next((r for r in edition.law["rules"] if lawbook.rule_id(r) == key), None)) if item else None
    name = (lawbook.item_of(edition.law, item) or {}).get("name", item) if item else ""
    return _write(
        request,
        edition,
        RuleForm(request.POST or None, law=edition.law, row=row),
        lambda row: services.change_rule(edition, row, actor=request.user),
        back=reverse("office:edition", args=[number]),
        heading=f"{name}的公示期限" if row else "新增公示期限",
        lead="适用于施行之日起作出的决定。正在公示的记录是否从短重算，由复核人批准时决定。",
    )


@require_http_methods(["GET", "POST"])
def draft_basis(request, number, code=None):
    edition = _draft(request, number)
    row = _found(next((basis for basis in edition.law["bases"] if basis["code"] == code), None)) if code else None
    return _write(
        request,
        edition,
        BasisForm(request.POST or None, law=edition.law, row=row),
        lambda row: services.change_basis(edition, row, actor=request.user),
        back=reverse("office:edition", args=[number]),
        heading=row["title"] if row else "新增法律依据",
    )
