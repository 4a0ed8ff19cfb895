"""The inbox of joint action: what a department has to do, what it did, and the lead's word on it (33号（十五）)."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Role
from audit.actions import Action
from catalogue.models import SubjectKind
from deadlines.clock import today
from deadlines.services import load_calendar
from records import crypto
from records.errors import Refused, RightMissing
from records.identity import mask_number
from records.models import Subject
from records.services.readings import note_readings
from records.views.lists import LONGEST, active_filters, page_of
from records.views.quality import workbook
from records.views.reading import reader_of
from records.workflow import TransitionRefused
from sanctions import figures, services, workflow
from sanctions.forms_joint import LED, AnswerForm, BanForm, JudgeForm, OwnTaskFilterForm, TaskFilterForm
from sanctions.models import MeasureTask, Purpose
from sanctions.querysets import MeasureTaskQuerySet
from sanctions.views.parts import (
    HOME,
    due_of,
    force_badge,
    label_of,
    reckoning_of,
    rest_reason,
    task_badge,
    task_lines,
    tasks_with_all,
)

OPENED = ("subject_name", "identifier_masked", "list", "facts", "document_no", "decided_on", "measure", "state")
TITLES = [
    "主体", "统一社会信用代码", "名单", "备忘录", "措施", "目的", "效力", "实施部门", "状态", "暂不执行", "下达日期",
    "办理期限", "执行日期", "执行情况或者理由", "佐证文号",
]  # fmt: skip


def tasks_of(request, chosen: dict) -> MeasureTaskQuerySet:
    """What the filter means: the department's own tasks, or those it has set going; the province sees all."""
    user = request.user
    tasks = MeasureTask.objects.all()
    if not user.sees_whole_province:
        tasks = tasks.led_by(user) if chosen.get("side") == LED else tasks.mine(user)
    by = {
        "list": "action__listing__list_code",
        "memorandum": "action__memorandum__code",
        "department": "department__code",
    }
    tasks = tasks.filter(**{column: chosen[name] for name, column in by.items() if name in chosen})
    if "region" in chosen:
        tasks = tasks.filter(subject__region_code__startswith=chosen["region"][:4])
    return figures.shown(tasks, chosen["show"], today()) if "show" in chosen else tasks


def form_of(request) -> TaskFilterForm:
    return (TaskFilterForm if request.user.sees_whole_province else OwnTaskFilterForm)(request.GET)


@require_safe
@transaction.atomic
def task_list(request):
    form = form_of(request)
    chosen = form.chosen()
    tasks = tasks_with_all(tasks_of(request, chosen))
    page = page_of(tasks.waiting_first(), request)
    texts = {name: form[name].data for name in chosen}
    may_receive = _may(request.user, "report") and chosen.get("show") == "to-receive" and "side" not in chosen
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": task_lines(page, reader=reader_of(request), on=today()),
        "tabs": _tabs(request, chosen, texts),
        "may_receive": may_receive,
        "may_verify": _may(request.user, "respond"),
        "is_led": chosen.get("side") == LED or request.user.sees_whole_province,
        "export_url": f"{reverse('office:tasks-export')}?{urlencode(texts)}",
        "section": "tasks",
        "crumbs": [HOME, ("联合奖惩", "")],
    }
    return render(request, "office/tasks.html", context)


def _tabs(request, chosen: dict, texts: dict) -> list[dict]:
    """The usual questions, each a way to its rows."""
    rest = {name: text for name, text in texts.items() if name != "show"}
    codes = [*figures.INBOX, *(["to-verify"] if chosen.get("side") == LED else [])]
    tabs = [{"name": "全部", "url": f"?{urlencode(rest)}", "is_current": "show" not in chosen}]
    for code in codes:
        url = f"?{urlencode(rest | {'show': code})}"
        tabs.append({"name": figures.NAMES[code], "url": url, "is_current": chosen.get("show") == code})
    return tabs


def _may(user, right: str) -> bool:
    return user.department is not None and user.has_perm(f"accounts.{right}_department", user.department)


@require_safe
@transaction.atomic
def export(request):
    """The list as a table, persons' names masked as on the page."""
    tasks = tasks_with_all(tasks_of(request, form_of(request).chosen())).waiting_first()
    lines = task_lines(tasks[:LONGEST], reader=reader_of(request), on=today())
    rows = [[str(cell) if cell is not None else "" for cell in _cells(line)] for line in lines]
    return workbook(request, f"奖惩任务-{today()}.xlsx", TITLES, rows, about=MeasureTask, action=Action.TASKS_EXPORTED)


def _cells(line) -> list:
    task = line.task
    return [
        line.name, task.subject.uscc, line.list, task.action.memorandum.name, task.measure.text,
        task.get_purpose_display(), task.measure.get_force_display(), task.department.name, task.get_state_display(),
        "是" if task.rests else "", task.issued_on, task.due_on, task.executed_on, task.outcome, task.evidence_no,
    ]  # fmt: skip


@require_POST
def receive_many(request):
    found = _chosen(request, MeasureTask.objects.mine(request.user))
    done = _each(request, found, lambda task: services.receive_task(task, actor=request.user))
    if done:
        messages.success(request, f"已签收 {done} 件。")
    return redirect(f"{reverse('office:tasks')}?show=to-receive")


@require_safe
@transaction.atomic
def to_verify(request):
    """等待核验: what departments have answered because this department decided so."""
    tasks = tasks_with_all(MeasureTask.objects.led_by(request.user).to_verify())
    page = page_of(tasks.order_by("answered_at", "pk"), request)
    context = {
        "page": page,
        "rows": task_lines(page, reader=reader_of(request), on=today()),
        "may_verify": request.user.role == Role.LEAD and _may(request.user, "respond"),
        "section": "tasks",
        "crumbs": [HOME, ("联合奖惩", "/office/tasks/"), ("等待核验", "")],
    }
    return render(request, "office/tasks_to_verify.html", context)


@require_POST
def verify_many(request):
    found = _chosen(request, MeasureTask.objects.led_by(request.user))
    done = _each(request, found, lambda task: services.verify_task(task, actor=request.user))
    if done:
        messages.success(request, f"已核验 {done} 件。")
    return redirect("office:tasks-to-verify")


def _chosen(request, tasks: MeasureTaskQuerySet) -> list[MeasureTask]:
    chosen = set(request.POST.getlist("task"))
    found = list(tasks.filter(public_id__in=[text for text in chosen if _is_id(text)]).order_by("pk"))
    if not chosen or len(found) != len(chosen):
        raise Http404
    return found


def _each(request, tasks: list[MeasureTask], verb: Callable[[MeasureTask], object]) -> int:
    """Each by itself and written down by itself; what cannot be done is told and stops nothing."""
    done = 0
    for task in tasks:
        try:
            verb(task)
            done += 1
        except TransitionRefused:
            messages.warning(request, f"“{task.measure.text[:20]}”已经由别人办理，没有重复办理。")
    return done


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _task(request, public_id) -> MeasureTask:
    tasks = tasks_with_all(MeasureTask.objects.visible_to(request.user))
    people = ("received_by", "answered_by", "verified_by", "measure__legal_basis", "measure__responsible_basis")
    return get_object_or_404(
        tasks.select_related(*people, "action__listing__department", "action__listing__conduct"), public_id=public_id
    )


@require_safe
@transaction.atomic
def task(request, public_id):
    return _page(request, _task(request, public_id), None, JudgeForm())


def _answer_form(shown: MeasureTask, data=None) -> AnswerForm:
    is_release = shown.purpose == Purpose.RELEASE
    kind = BanForm if shown.measure.is_ban and not is_release else AnswerForm
    return kind(data, is_release=is_release, initial={"executed_on": today()})


def _page(request, shown: MeasureTask, answer: AnswerForm | None, judge: JudgeForm, status: int = 200):
    user, listing = request.user, shown.action.listing
    note_readings(Action.SUBJECT_VIEWED, [shown.subject], reader=reader_of(request), fields=OPENED)
    is_own = user.department_id == shown.department_id and _may(user, "report")
    may_verify = user.department_id == listing.department_id and _may(user, "respond")
    context = {
        "task": shown,
        "listing": listing,
        "measure": shown.measure,
        "memorandum": shown.action.memorandum,
        "is_person": shown.subject.kind == SubjectKind.PERSON,
        "is_release": shown.purpose == Purpose.RELEASE,
        "number": _number(shown.subject),
        "badge": task_badge(shown),
        "force": force_badge(shown.measure),
        "due": due_of(shown, today(), load_calendar()),
        "reckoning": reckoning_of(shown) if shown.due_on else None,
        "rest_reason": rest_reason(listing) if shown.rests else "",
        "may_receive": is_own and shown.state == workflow.ISSUED,
        "may_answer": is_own and shown.state == workflow.RECEIVED and not shown.is_for_reference,
        "may_verify": may_verify and shown.state in workflow.TASK_ANSWERED,
        "answer": answer or _answer_form(shown),
        "judge": judge,
        "case_url": reverse("office:case", args=[shown.subject.public_id]),
        "section": "tasks",
        "crumbs": [HOME, ("联合奖惩", "/office/tasks/"), (label_of(shown.subject), "")],
    }
    return render(request, "office/task.html", context, status=status)


def _number(subject: Subject) -> str:
    """How the department finds the subject in its own books; a person's number stays masked."""
    if subject.uscc:
        return subject.uscc
    first = subject.identifiers.order_by("pk").first()
    if first is None:
        return ""
    return mask_number(crypto.open_text(first.cipher)) if first.cipher else first.lookup


@require_POST
def receive(request, public_id):
    shown = _task(request, public_id)
    services.receive_task(shown, actor=request.user)
    messages.success(request, "已签收。" if not shown.is_for_reference else "已签收。这项措施仅供参考，不需要反馈。")
    return redirect("office:task", shown.public_id)


@require_POST
@transaction.atomic
def answer(request, public_id):
    shown = _task(request, public_id)
    if shown.department_id != request.user.department_id:
        raise RightMissing("由实施部门反馈。")
    form = _answer_form(shown, request.POST)
    if form.is_valid():
        try:
            services.answer_task(shown, actor=request.user, today=today(), **form.said())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已反馈，等待发起部门核验。")
            return redirect("office:task", shown.public_id)
    return _page(request, shown, form, JudgeForm(), status=400)


@require_POST
@transaction.atomic
def judge(request, public_id):
    shown = _task(request, public_id)
    if shown.action.listing.department_id != request.user.department_id:
        raise RightMissing("由发起部门核验。")
    form = JudgeForm(request.POST)
    if form.is_valid():
        verb = services.verify_task if form.cleaned_data["decision"] == "verify" else services.return_task
        try:
            verb(shown, actor=request.user, opinion=form.cleaned_data["opinion"])
        except Refused as refusal:
            form.add_error("opinion", refusal.message)
        else:
            messages.success(request, "核验意见已保存。")
            return redirect("office:task", shown.public_id)
    return _page(request, shown, None, form, status=400)
