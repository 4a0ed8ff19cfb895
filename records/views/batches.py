"""Sending files: what was sent, how far it has come, what came back and why."""

import uuid
from datetime import date, datetime, timedelta

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Func, JSONField, Q, QuerySet
from django.db.models.fields.json import KT
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.models import Department, SourceSystem
from audit.actions import Action
from catalogue.models import InformationItem
from catalogue.order import in_national_order
from deadlines.clock import today
from records import services, workflow
from records.api import XLSX, hurry
from records.errors import FolderRefused, IdempotencyConflict, RightMissing
from records.forms import BatchFilterForm, UndoForm, UploadForm
from records.models import Batch, Preview, Record, RejectedRow
from records.reading import is_folder
from records.returned import write_returned
from records.services.batches import item_in_force, require_right
from records.services.readings import note_readings
from records.services.undoing import undo_until
from records.views.kinds import kind_of
from records.views.lists import active_filters, batch_badge, page_of
from records.views.reading import reader_of

REJECTED_PER_PAGE = 100
SHOWN_CODES = 20


def batches_of(user) -> QuerySet[Batch]:
    """The batches this user may see, as lists show them: files and interfaces; a form is a record, not a batch."""
    return Batch.objects.visible_to(user).select_related("item", "department", "sent_by", "system")


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
    if folder := chosen.get("folder"):
        batches = batches.filter(folder=folder)
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
    systems = department.systems.in_use().filter(way=SourceSystem.Way.FILE)
    if request.method != "POST":
        initial = {"key": uuid.uuid4().hex, "item": request.GET.get("item", "")}
        return _upload_page(request, UploadForm(items=items, systems=systems, initial=initial), items)
    form = UploadForm(request.POST, request.FILES, items=items, systems=systems)
    if not form.is_valid():
        return _upload_page(request, form, items)
    try:
        batches = _receive(form, department, request.user)
    except IdempotencyConflict:
        # The page was sent before with another file: this is a new sending, so it gets a new key.
        form.data = form.data.copy()
        form.data["key"] = uuid.uuid4().hex
        form.add_error("file", "这一页已经用来报送过另一个文件。请重新选择文件后再报送。")
        return _upload_page(request, form, items)
    except FolderRefused as refusal:
        form.add_error("file", refusal.message)
        return _upload_page(request, form, items)
    for batch in batches:
        hurry(batch)
    if len(batches) > 1:
        return redirect(f"{reverse('office:batches')}?folder={batches[0].folder}")
    return redirect("office:batch", batches[0].public_id)


def _receive(form: UploadForm, department: Department, user) -> list[Batch]:
    """One file is one batch, a zipped folder one batch for each file in it; all of them wait for their preview."""
    upload, code = form.cleaned_data["file"], form.cleaned_data["item"]
    shared = {
        "department": department,
        "source": Batch.Source.FILE,
        "actor": user,
        "idempotency_key": form.cleaned_data["key"],
        "commit": workflow.Commit.PREVIEW,
    }
    item = item_in_force(code, on=today()) if code != UploadForm.BY_FILE else None
    system = form.cleaned_data.get("system")
    if is_folder(upload.file):
        return services.receive_from(
            system, services.receive_folder, item=item, file=upload.file, today=today(), **shared
        )
    if item is None:
        raise FolderRefused("单个文件请选择它的信息事项；“按文件识别”只用于压缩包。", code="item_required")
    shared |= {"item": item, "file_name": upload.name, "chunks": upload.chunks()}
    return [services.receive_from(system, services.receive_batch, **shared)]


def _upload_page(request, form: UploadForm, items: list[InformationItem]):
    context = {
        "form": form,
        "items": items,
        "section": "batches",
        "crumbs": [("待办", "/office/"), ("报送", "/office/batches/"), ("上传文件", "")],
    }
    return render(request, "office/batch_new.html", context)


# What the preview tells of a person whose stored record would change, as the trail names it.
PREVIEWED = ("subject_name_masked", "document_no", "public_values")


@require_safe
@transaction.atomic
def batch(request, public_id):
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    context = {
        "batch": shown,
        "badge": batch_badge(shown),
        "progress": progress_of(shown),
        "section": "batches",
        "crumbs": [("待办", "/office/"), ("报送", "/office/batches/"), (_title(shown), "")],
        "title": _title(shown),
        "may_cancel": (shown.state, "cancel") in workflow.TRANSITIONS and _may_report_for(request.user, shown),
        "may_decide": _may_report_for(request.user, shown),
        "undo_until": undo_until(shown) if may_undo(request.user, shown) else None,
        "today": timezone.localdate(),
        "rows_left": shown.rows_accepted - shown.rows_undone,
        **_preview_of(request, shown),
        **_returned_rows(request, shown),
    }
    return render(request, "office/batch.html", context)


def may_undo(user, batch: Batch) -> bool:
    return batch.state == workflow.COMMITTED and user.has_perm("accounts.correct_department", batch.department)


def _may_report_for(user, batch: Batch) -> bool:
    return user.has_perm("accounts.report_department", batch.department)


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
    return {
        "kinds": kinds[:SHOWN_CODES],
        "code": code,
        "page": page,
        "faults_of_all": _faults_of_all(shown),
    }


def _faults_of_all(shown: Batch) -> list[str]:
    """What is wrong with the same field of every row: one sentence instead of as many as there are rows."""
    if shown.rows_total is None or not 1 < shown.rows_total == shown.rows_rejected:
        return []
    one = Func("problems", function="jsonb_array_elements", output_field=JSONField())
    counts = RejectedRow.objects.filter(batch=shown).annotate(one=one)
    counts = counts.values(kind=KT("one__code"), name=KT("one__name")).annotate(rows=Count("row_no", distinct=True))
    common = counts.filter(rows=shown.rows_total).order_by("kind", "name")
    return [f"全部 {shown.rows_total:,} 行的“{found['name'] or '整行'}”：{kind_of(found['kind'])}" for found in common]


def _preview_of(request, shown: Batch) -> dict:
    """The preview a batch waits with, and the form to decide on it. Each person whose record changes leaves a line."""
    if shown.state != workflow.PREVIEWED:
        return {}
    preview = shown.preview
    changed = Record.objects.filter(public_id__in=[change["record"] for change in preview.changes])
    subjects = [record.subject for record in changed.select_related("subject")]
    note_readings(Action.PERSON_LISTED, subjects, reader=reader_of(request), fields=PREVIEWED)
    return {
        "preview": preview,
        "consequence": consequence_of(preview),
        "doubts": [doubt | {"words": DOUBTS[doubt["kind"]]} for doubt in preview.doubtful],
        "sample": [line | {"outcome": OUTCOMES.get(line["outcome"], "退回")} for line in preview.sample],
        "policies": [(value, label, value == shown.policy) for value, label in workflow.Policy.choices],
    }


DOUBTS = {
    "other_date": ("同一主体、同一文书号，日期不同", "可能是同一决定报了两次，或日期有误。不影响入库，请核对。"),
    "other_subject": ("同一文书号，主体不同", "一份决定可以涉及几个主体。不影响入库，请核对。"),
    "near_name": ("没有统一社会信用代码，名称相近", "可能是同一主体的不同写法。不影响入库，请核对。"),
}
OUTCOMES = {"new": "新增", "changed": "变更", "unchanged": "无变化"}


def consequence_of(preview: Preview) -> str:
    """What follows for the world if the clerk says yes, in one sentence."""
    if not preview.rows_accepted:
        return "没有可以入库的新内容：确认后不会改变任何记录。"
    parts = [f"新增 {preview.rows_new:,} 条、变更 {preview.rows_changed:,} 条"]
    parts.append(f"将公开 {preview.rows_shown:,} 条" if preview.rows_shown else "都不公开")
    if preview.rows_ended:
        parts.append(f"停止公开 {preview.rows_ended:,} 条")
    if preview.rows_told:
        parts.append(f"推送国家平台 {preview.rows_told:,} 条")
    return "确认后" + "，".join(parts) + "。"


def progress_of(batch: Batch) -> dict | None:
    """How far a batch has come, in words and numbers; None when it is finished."""
    match batch.state:
        case workflow.RECEIVED:
            return {"words": "已收到，正在等候处理", "detail": STAY}
        case workflow.READING if batch.rows_total is None:
            words = f"正在逐行检查：已检查 {batch.rows_read:,} 行，退回 {batch.rows_rejected:,} 行"
            return {"words": words, "detail": f"{_pace(batch, batch.rows_read)}{STAY}"}
        case workflow.READING:
            words, done = "正在与已有记录比对", batch.rows_compared
        case workflow.MERGING if batch.rows_total is None:
            done = batch.rows_accepted + batch.rows_unchanged
            words = f"边检查边入库：已检查 {batch.rows_read:,} 行，已入库 {done:,} 行，退回 {batch.rows_rejected:,} 行"
            return {"words": words, "detail": f"{STAY}{NO_WAY_BACK}"}
        case workflow.MERGING:
            words, done = "正在入库", batch.rows_accepted + batch.rows_unchanged + batch.rows_rejected
        case workflow.UNDOING:
            words, done = "正在整批撤回", batch.rows_undone
        case _:
            return None
    total = (batch.rows_accepted if batch.state == workflow.UNDOING else batch.rows_total) or 0
    detail = f"{_pace(batch, done, total)}{STAY}"
    if batch.state == workflow.MERGING:
        detail += NO_WAY_BACK
    return {"words": f"{words}：{done:,} / {total:,} 行", "done": done, "total": total, "detail": detail}


STAY = "可以离开本页，结果会一直留在“报送”中。"
NO_WAY_BACK = "入库不能中途停止；办结后，部门负责人可以在期限内整批撤回。"
# Before so many seconds have passed a speed says nothing.
TELLING = 2


def _pace(batch: Batch, done: int, total: int = 0) -> str:
    """Rows a second in the present step, and the time left if that goes on, from the batch's own moments alone."""
    if batch.moving_since is None or batch.moved_at is None:
        return ""
    seconds, rows = (batch.moved_at - batch.moving_since).total_seconds(), done - batch.moved_from
    if seconds < TELLING or rows <= 0:
        return ""
    pace = f"每秒约 {rows / seconds:,.0f} 行"
    if total <= done:
        return f"{pace}。"
    left = (total - done) * seconds / rows
    return f"{pace}，约还需 {_duration(left)}。"


def _duration(seconds: float) -> str:
    return f"{max(1, round(seconds))} 秒" if seconds < 90 else f"{round(seconds / 60)} 分钟"


@require_safe
def progress(request, public_id):
    """The moving part of a batch's page. When nothing moves any more the whole page is fetched anew."""
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    moving = progress_of(shown)
    if moving is None:
        return HttpResponseClientRefresh() if request.htmx else redirect("office:batch", public_id)
    return render(request, "office/_progress.html", {"progress": moving})


# Where the rows sent back stand, and the file they stood in.
WITH_RETURNS = (workflow.PREVIEWED, workflow.COMMITTED, workflow.REFUSED, workflow.UNDOING, workflow.UNDONE)


@require_safe
def returned(request, public_id):
    """The rows sent back, as an Excel file to correct in place."""
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    if not shown.rows_rejected or shown.state not in WITH_RETURNS:
        raise Http404
    file = write_returned(shown, actor=request.user, today=today())
    return FileResponse(file, as_attachment=True, filename=f"退回行-{public_id}.xlsx", content_type=XLSX)


@require_POST
def cancel(request, public_id):
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    services.cancel_batch(shown, actor=request.user)
    return redirect("office:batch", public_id)


@require_POST
def commit(request, public_id):
    """Say yes to the preview shown."""
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    policy = request.POST.get("policy", "")
    if policy not in workflow.Policy.values:
        raise Http404
    hurry(services.commit_batch(shown, actor=request.user, policy=policy, seen=request.POST.get("seen", "")))
    return redirect("office:batch", public_id)


@require_POST
def drop(request, public_id):
    """Say no to it."""
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    services.drop_batch(shown, actor=request.user)
    return redirect("office:batch", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request, public_id):
    """Take a committed batch back as a whole."""
    shown = get_object_or_404(batches_of(request.user), public_id=public_id)
    require_right(request.user, "correct", shown.department)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        hurry(services.undo_batch(shown, actor=request.user, reason=form.cleaned_data["reason"]))
        return redirect("office:batch", public_id)
    context = {
        "batch": shown,
        "badge": batch_badge(shown),
        "form": form,
        "title": _title(shown),
        "undo_until": undo_until(shown),
        "is_over": shown.state != workflow.COMMITTED or timezone.localdate() > undo_until(shown),
        "section": "batches",
        "crumbs": [
            ("待办", "/office/"),
            ("报送", "/office/batches/"),
            (_title(shown), request.path[:-5]),
            ("整批撤回", ""),
        ],
    }
    return render(request, "office/batch_undo.html", context)
