"""Entering one record: fill in, check, submit. Values travel in the body of the POST, never in an address."""

import json
import uuid

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.models import FieldType, InformationItem, ItemField
from catalogue.order import in_national_order
from deadlines.clock import today
from records import services
from records.checking import CleanRow
from records.errors import ItemNotInForce, NotASource, RowRefused
from records.forms import RecordForm
from records.models import Batch, IdempotencyKey, Record
from records.services.batches import checker_for, item_in_force, require_source
from records.services.records import FIRST_ROW
from records.views.batches import own_department
from records.views.terms import explain
from records.views.values import fact

CRUMBS = [("待办", "/office/"), ("记录", "/office/records/")]


@require_safe
def choose_item(request):
    department = own_department(request.user)
    allowed = InformationItem.objects.in_force(on=today()).reportable_by(department.line)
    items = in_national_order(allowed.select_related("legal_basis"))
    return render(
        request, "office/record_new.html", {"items": items, "section": "records", "crumbs": [*CRUMBS, ("填报一条", "")]}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form", "values", "row")
def enter(request, code):
    department = own_department(request.user)
    try:
        item = item_in_force(code, on=today())
        require_source(item, department)
    except (ItemNotInForce, NotASource) as error:
        raise Http404 from error
    fields = list(item.fields.order_by("seq"))
    if request.method != "POST":
        return _form_page(request, item, RecordForm(fields, department=department))
    form = RecordForm(fields, request.POST)
    step, key = request.POST.get("step"), request.POST.get("key", "")[:64]
    if not form.is_valid() or step not in ("check", "submit"):
        return _form_page(request, item, form)
    values = form.values()
    if step == "submit" and key:
        return _submit(request, item, form, values, key)
    checker = checker_for(item, department, today=today())
    row = checker.check_values(FIRST_ROW, values)
    if not isinstance(row, CleanRow):
        form.take(row)
        return _form_page(request, item, form)
    return _check_page(request, item, form, row, checker.remarks.sentences(row_nos=False))


def _form_page(request, item: InformationItem, form: RecordForm):
    context = {
        "item": item,
        "form": form,
        "section": "records",
        "crumbs": [*CRUMBS, ("填报一条", "/office/records/new/"), (item.name, "")],
    }
    return render(request, "office/record_entry.html", context)


def _check_page(request, item: InformationItem, form: RecordForm, row: CleanRow, remarks: list[str]):
    display = explain(
        item,
        kind=row.subject_kind,
        adult_on=row.adult_on,
        until=row.displayed_until,
        rule_key=row.display_rule_key,
        severity=row.severity,
        on=today(),
    )
    context = {
        "item": item,
        "form": form,
        "facts": _entered(form.item_fields, form.values(), row),
        "display": display,
        "remarks": remarks,
        "key": uuid.uuid4().hex,
        "section": "records",
        "crumbs": [*CRUMBS, ("填报一条", "/office/records/new/"), (item.name, ""), ("检查并提交", "")],
    }
    return render(request, "office/record_check.html", context)


def _entered(fields: list[ItemField], typed: dict[str, str], row: CleanRow) -> list[dict]:
    """Every value as the checks read it; an identity number masked."""
    read = json.loads(row.values)
    facts = []
    for field in fields:
        if field.type == FieldType.ID_NUMBER and typed[field.code]:
            facts.append(fact(field, typed[field.code]) | {"note": "提交后加密保存，不向社会公开"})
        elif field.code in read:
            facts.append(fact(field, read[field.code]))
    return facts


def _submit(request, item: InformationItem, form: RecordForm, values: dict[str, str], key: str):
    try:
        record = services.register_record(
            item=item,
            department=request.user.department,
            values=values,
            actor=request.user,
            today=today(),
            idempotency_key=key,
        )
    except RowRefused as refusal:
        form.take(refusal.problems)
        return _form_page(request, item, form)
    messages.success(request, _receipt(record, key))
    return redirect("office:record", record.public_id)


def _receipt(record: Record, key: str) -> str:
    """What became of the sending, with the number it can be asked about by."""
    batch = Batch.objects.filter(
        pk__in=IdempotencyKey.objects.filter(department=record.department, key=key).values("batch")
    ).first()
    if batch is None:
        return "已登记。"
    if batch.rows_unchanged:
        return f"与已有记录完全相同，没有变化。受理编号 {batch.public_id}。"
    return f"已登记。受理编号 {batch.public_id}。"
