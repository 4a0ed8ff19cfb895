"""Sending files: what was sent, how far it has come, what came back and why."""

import uuid
from datetime import date, datetime, timedelta

from django.core.paginator import Paginator
from django.db.models import Count, Func, JSONField, Q, QuerySet
from django.db.models.fields.json import KT
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.models import Department
from catalogue.models import InformationItem
from catalogue.order import in_national_order
from deadlines.clock import today
from records import services, workflow
from records.api import XLSX, hurry
from records.errors import IdempotencyConflict, RightMissing
from records.forms import BatchFilterForm, UploadForm
from records.models import Batch, RejectedRow
from records.returned import write_returned
from records.services.batches import item_in_force, require_right
from records.views.kinds import kind_of
from records.views.lists import active_filters, batch_badge, page_of

REJECTED_PER_PAGE = 100
SHOWN_CODES = 20


def batches_of(user) -> QuerySet[Batch]:
    """The batches this user may see, as lists show them: files and interfaces; a form is a record, not a batch."""
    return Batch.objects.visible_to(user).select_related("item", "department", "sent_by")


@require_safe
def batch_list(request):
    form = BatchFilterForm(request.GET)
    page = page_of(filtered(batches_of(request.user), form.chosen()).order_by("-pk"), request)
    rows = [(batch, batch_badge(batch)) for batch in page]
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": rows,
        "section": "batches",
        "crumbs": [("待办", "/office/"), ("报送", "")],
        "may_report": may_report(request.user),
    }
    return render(request, "office/batches.html", context)


def filtered(batches: QuerySet[Batch], chosen: dict) -> QuerySet[Batch]:
    if item := chosen.get("item"):
        batches = batches.filter(item__code=item)
    if source := chosen.get("source"):
        batches = batches.filter(source=source)
    if since := chosen.get("since"):
        batches = batches.filter(created_at__gte=start_of(since))
    if until := chosen.get("until"):
        batches = batches.filter(created_at__lt=start_of(until + timedelta(days=1)))
    match chosen.get("state"):
        case None:
            return batches
        case BatchFilterForm.UNFINISHED:
            return batches.filter(state__in=workflow.BATCH_UNFINISHED)
        case BatchFilterForm.RETURNED:
            return with_returns(batches)
        case state:
            return batches.filter(state=state)


def with_returns(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Batches of which something came back: rows, or the whole file."""
    return batches.filter(Q(state=workflow.COMMITTED, rows_rejected__gt=0) | Q(state=workflow.REFUSED))


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def may_report(user) -> bool:
    return user.department is not None and user.has_perm("accounts.report_department", user.department)


def own_department(user) -> Department:
    """The department the user reports for. Raises RightMissing."""
    if user.department is None:
        raise RightMissing("您的角色不代表任何部门报送。")
    require_right(user, "report", user.department)
    return user.department


@require_http_methods(["GET", "HEAD", "POST"])
def new_batch(request):
    department = own_department(request.user)
    items = in_national_order(InformationItem.objects.in_force(on=today()).reportable_by(department.line))
    if request.method != "POST":
        initial = {"key": uuid.uuid4().hex, "item": request.GET.get("item", "")}
        return _upload_page(request, UploadForm(items=items, initial=initial), items)
    form = UploadForm(request.POST, request.FILES, items=items)
    if not form.is_valid():
        return _upload_page(request, form, items)
    upload = form.cleaned_data["file"]
    try:
        batch = services.receive_batch(
            item=item_in_force(form.cleaned_data["item"], on=today()),
            department=department,
            source=Batch.Source.FILE,
            file_name=upload.name,
            chunks=upload.chunks(),
            actor=request.user,
            idempotency_key=form.cleaned_data["key"],
        )
    except IdempotencyConflict:
        # The page was sent before with another file: this is a new sending, so it gets a new key.
        form.data = form.data.copy()
        form.data["key"] = uuid.uuid4().hex
        form.add_error("file", "这一页已经用来报送过另一个文件。请重新选择文件后再报送。")
        return _upload_page(request, form, items)
    hurry(batch)
    return redirect("office:batch", batch.public_id)


def _upload_page(request, form: UploadForm, items: list[InformationItem]):
    context = {
        "form": form,
        "items": items,
        "section": "batches",
        "crumbs": [("待办", "/office/"), ("报送", "/office/batches/"), ("上传文件", "")],
    }
    return render(request, "office/batch_new.html", context)


@require_safe
def batch(request, public_id):
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    context = {
        "batch": shown,
        "badge": batch_badge(shown),
        "progress": progress_of(shown),
        "section": "batches",
        "crumbs": [("待办", "/office/"), ("报送", "/office/batches/"), (_title(shown), "")],
        "title": _title(shown),
        "may_cancel": (shown.state, "cancel") in workflow.TRANSITIONS
        and request.user.has_perm("accounts.report_department", shown.department),
        **_returned_rows(request, shown),
    }
    return render(request, "office/batch.html", context)


def _title(batch: Batch) -> str:
    return batch.file_name or f"{batch.item}（{batch.get_source_display()}）"


def _returned_rows(request, shown: Batch) -> dict:
    """The rows sent back: how many of each kind, and a page of them."""
    if not shown.rows_rejected:
        return {}
    rows = RejectedRow.objects.filter(batch=shown)
    one = Func("problems", function="jsonb_array_elements", output_field=JSONField())
    counts = rows.annotate(one=one).values(kind=KT("one__code")).annotate(rows=Count("row_no", distinct=True))
    kinds = [
        (code, kind_of(code), number) for code, number in counts.order_by("-rows", "kind").values_list("kind", "rows")
    ]
    code = request.GET.get("code", "")
    if code:
        rows = rows.filter(problems__contains=[{"code": code}])
    page = Paginator(rows.order_by("row_no"), REJECTED_PER_PAGE).get_page(request.GET.get("page"))
    return {"kinds": kinds[:SHOWN_CODES], "code": code, "page": page}


def progress_of(batch: Batch) -> dict | None:
    """How far a batch has come, in words and numbers; None when it is finished."""
    if batch.state not in workflow.BATCH_UNFINISHED:
        return None
    if batch.state == workflow.RECEIVED:
        return {"words": "已收到，正在等候处理", "detail": STAY}
    if batch.state == workflow.READING:
        return {
            "words": f"正在逐行检查：已检查 {batch.rows_read:,} 行，退回 {batch.rows_rejected:,} 行",
            "detail": STAY,
        }
    done = batch.rows_accepted + batch.rows_unchanged + batch.rows_rejected
    words = f"正在入库：{done:,} / {batch.rows_total:,} 行"
    return {"words": words, "done": done, "total": batch.rows_total, "detail": STAY}


STAY = "可以离开本页，结果会一直留在“报送”中。"


@require_safe
def progress(request, public_id):
    """The moving part of a batch's page. When nothing moves any more the whole page is fetched anew."""
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    moving = progress_of(shown)
    if moving is None:
        return HttpResponseClientRefresh() if request.htmx else redirect("office:batch", public_id)
    return render(request, "office/_progress.html", {"progress": moving})


@require_safe
def returned(request, public_id):
    """The rows sent back, as an Excel file to correct in place."""
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    if not shown.rows_rejected or shown.state != workflow.COMMITTED:
        raise Http404
    file = write_returned(shown, actor=request.user, today=today())
    return FileResponse(file, as_attachment=True, filename=f"退回行-{public_id}.xlsx", content_type=XLSX)


@require_POST
def cancel(request, public_id):
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    services.cancel_batch(shown, actor=request.user)
    return redirect("office:batch", public_id)
