"""Changing a record of one's own department: correct, withdraw; and the second person's side of it."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.db import transaction
from django.db.models import Case, F, When
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.actions import Action
from catalogue.models import Change, FieldType, SubjectKind
from deadlines.clock import today
from deadlines.models import TimeLimit, TimeLimitMissing
from deadlines.policy import Calendar, due_on, working_days_between
from deadlines.services import load_calendar
from records import workflow
from records.errors import Refused, RightMissing, RowRefused
from records.forms import RecordForm
from records.forms_changes import OpinionForm, WhyForm, WithdrawForm, as_typed
from records.models import ChangeRequest, Record
from records.services import changes
from records.services.batches import require_right
from records.services.readings import note_readings
from records.views.history import differences, fields_of, states_of
from records.views.lists import LISTED, mask_name, page_of, record_badge, record_lines
from records.views.reading import reader_of
from records.views.records import note_opened, records_of

SEALED_HELP = "已加密保存。不填表示不变。"
BADGES = {
    workflow.CHANGE_PENDING: ("soon", "clock"),
    workflow.CHANGE_APPLIED: ("in-time", "check"),
    workflow.CHANGE_REFUSED: ("stop", "refused"),
    workflow.CHANGE_CANCELLED: ("", "ended"),
    workflow.CHANGE_STALE: ("", "ended"),
}


DECISION = "change.decision"


@dataclass(frozen=True, slots=True)
class Due:
    """By when a request should be decided. Requests are made at real moments, even when another day is rehearsed."""

    on: date
    today: date
    days_left: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A request in the list; no person's name stands there."""

    change: ChangeRequest
    name: str
    badge: dict
    due: Due | None


def due_of(change: ChangeRequest, calendar: Calendar, limits: dict[date, TimeLimit | None]) -> Due | None:
    """None once it is settled, or while the table of time limits names none. `limits` keeps what was asked before."""
    if change.state != workflow.CHANGE_PENDING:
        return None
    asked_on, now = timezone.localdate(change.requested_at), timezone.localdate()
    if asked_on not in limits:
        limits[asked_on] = _limit(asked_on)
    if (limit := limits[asked_on]) is None:
        return None
    last = due_on(asked_on, limit.as_term(), calendar).due_on
    return Due(last, now, working_days_between(now, last, calendar))


def _limit(on: date) -> TimeLimit | None:
    try:
        return TimeLimit.objects.in_force(DECISION, on=on)
    except TimeLimitMissing:
        return None


def changes_of(user):
    return ChangeRequest.objects.visible_to(user).select_related(
        "record__item", "record__subject", "record__department", "department", "requested_by", "decided_by"
    )


def badge_of(change: ChangeRequest) -> dict:
    kind, icon = BADGES[change.state]
    return {"kind": kind, "icon": icon, "label": change.get_state_display()}


def _crumbs(record: Record, last: str) -> list[tuple[str, str]]:
    where = reverse("office:record", args=[record.public_id])
    return [("待办", "/office/"), ("记录", "/office/records/"), (record.document_no, where), (last, "")]


def _own_record(request, public_id) -> Record:
    record = get_object_or_404(records_of(request.user), public_id=public_id)
    require_right(request.user, "report", record.department)
    return record


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("form", "values", "data")
@transaction.atomic
def correct(request, public_id):
    """The record as it is, to be put right. What others changed meanwhile is shown, not overwritten (T-36)."""
    record = _own_record(request, public_id)
    if record.state not in workflow.RECORD_OPEN:
        raise workflow.TransitionRefused(record.state, "correct")
    note_opened(request, record)
    fields = list(record.item.fields.order_by("seq"))
    data = request.POST if request.method == "POST" else None
    form = RecordForm(fields, data, initial=as_typed(record, fields))
    for field in fields:
        if field.type == FieldType.ID_NUMBER and field.code in record.secrets:
            form.fields[field.code].help_text, form.fields[field.code].required = SEALED_HELP, False
    why = WhyForm(data, initial={"key": uuid.uuid4().hex})
    base = request.POST.get("base_revision", "")
    context = {"base_revision": base if base.isdecimal() else record.revision, "stale": []}
    if data and form.is_valid() & why.is_valid() and base.isdecimal():
        try:
            change = changes.request_correction(
                record,
                values=form.values(),
                base_revision=int(base),
                why=changes.Why(why.cleaned_data["reason"], why.cleaned_data["evidence_no"]),
                key=why.cleaned_data["key"],
                actor=request.user,
                today=today(),
            )
        except RowRefused as refusal:
            form.take(refusal.problems)
        except changes.StaleForm:
            context = {"base_revision": record.revision, "stale": _since(record, int(base))}
        except Refused as refusal:
            why.add_error(None, refusal.message)
        else:
            return _answer(request, change)
    context |= {"record": record, "form": form, "why": why, "may_be_immediate": not _waits(record, Change.CORRECT)}
    context |= {"section": "records", "crumbs": _crumbs(record, "更正")}
    return render(request, "office/correct.html", context, status=409 if context["stale"] else 200)


def _waits(record: Record, kind: Change) -> bool:
    return kind in record.item.needs_approval


def _since(record: Record, revision: int) -> list:
    """What changed between the revision somebody opened and the present one."""
    states = states_of(record)
    opened = next((state for state in states if state["revision"] == revision), states[-1])
    return differences(opened, states[0], fields_of(record))


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def withdraw(request, public_id):
    """The page that asks for the reason and says what follows is the confirmation."""
    record = _own_record(request, public_id)
    form = WithdrawForm(request.POST or None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        change = changes.request_withdrawal(
            record,
            reason_code=data["reason_code"],
            why=changes.Why(data["reason"], data["evidence_no"]),
            key=data["key"],
            actor=request.user,
            today=today(),
        )
        return _answer(request, change)
    context = {
        "form": form,
        "record": record,
        "line": record_lines([record], reader=reader_of(request), on=today())[0],
        "badge": record_badge(record, today()),
        "is_over": record.state not in workflow.RECORD_OPEN,
        "waits": _waits(record, Change.WITHDRAW),
        "section": "records",
        "crumbs": _crumbs(record, "撤回"),
    }
    return render(request, "office/withdraw.html", context)


def _answer(request, change: ChangeRequest):
    if change.state == workflow.CHANGE_PENDING:
        messages.success(request, "已提交，等待本部门负责人审批。")
        return redirect("office:change", change.public_id)
    done = {Change.CORRECT: "已更正，门户已显示更正后的内容；国家平台将同步更新。"}
    done[Change.WITHDRAW] = "记录已撤回，门户已停止显示；国家平台将同步撤下。"
    messages.success(request, done[change.kind])
    return redirect("office:record", change.record.public_id)


@require_safe
@transaction.atomic
def change_list(request):
    found = changes_of(request.user)
    waiting = found.waiting()
    only_waiting = "waiting" in request.GET
    refused = request.GET.get("state") == workflow.CHANGE_REFUSED
    # The longest waiting first, and with them those overdue; then what is settled, the newest first.
    first = Case(When(state=workflow.CHANGE_PENDING, then=F("pk")), default=None).asc(nulls_last=True)
    chosen = waiting if only_waiting else found.filter(state=workflow.CHANGE_REFUSED) if refused else found
    page = page_of(chosen.order_by(first, "-pk"), request)
    note_readings(
        Action.PERSON_LISTED, [each.record.subject for each in page], reader=reader_of(request), fields=LISTED
    )
    calendar, limits = load_calendar(), {}
    context = {
        "page": page,
        "rows": [
            ChangeLine(each, _label(each.record), badge_of(each), due_of(each, calendar, limits)) for each in page
        ],
        "waiting": waiting.count(),
        "only_waiting": only_waiting,
        "only_refused": refused,
        "may_approve": only_waiting and _may_approve(request.user),
        "section": "changes",
        "crumbs": [("待办", "/office/"), ("更正与撤回", "")],
    }
    return render(request, "office/changes.html", context)


def _label(record: Record) -> str:
    """Lists show no person's name."""
    name = record.subject_name
    return mask_name(name) if record.subject.kind == SubjectKind.PERSON else name


def _may_approve(user) -> bool:
    return user.department is not None and user.has_perm("accounts.correct_department", user.department)


@require_safe
@transaction.atomic
def change(request, public_id):
    shown = get_object_or_404(changes_of(request.user), public_id=public_id)
    return _page(request, shown, OpinionForm())


def _page(request, shown: ChangeRequest, form: OpinionForm):
    record = shown.record
    note_opened(request, record)
    is_waiting = shown.state == workflow.CHANGE_PENDING
    is_own_department = shown.department_id == request.user.department_id
    context = {
        "change": shown,
        "record": record,
        "label": _label(record),
        "badge": badge_of(shown),
        "due": due_of(shown, load_calendar(), {}),
        "record_badge": record_badge(record, today()),
        "differences": _proposed(shown) if shown.kind == Change.CORRECT and is_waiting else [],
        "is_waiting": is_waiting,
        "is_stale": is_waiting and shown.kind == Change.CORRECT and record.revision != shown.base_revision,
        "is_suspended": record.state == workflow.SUSPENDED,
        "may_decide": is_waiting
        and is_own_department
        and _may_approve(request.user)
        and shown.requested_by_id != request.user.pk,
        "may_cancel": is_waiting
        and is_own_department
        and request.user.has_perm("accounts.report_department", shown.department),
        "form": form,
        "section": "changes",
        "crumbs": [("待办", "/office/"), ("更正与撤回", "/office/changes/"), (f"申请 {shown.pk}", "")],
    }
    return render(request, "office/change.html", context)


def _proposed(shown: ChangeRequest) -> list:
    """What the correction would change in the record as it is now."""
    record = shown.record
    before = {"values": record.values, "secrets": record.secrets}
    return differences(before, {"values": shown.values, "secrets": shown.secrets}, fields_of(record))


@require_POST
@transaction.atomic
def decide(request, public_id):
    shown = get_object_or_404(changes_of(request.user), public_id=public_id)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form)
    verb = changes.approve_change if form.cleaned_data["decision"] == "approve" else changes.refuse_change
    settled = verb(shown, actor=request.user, reason=form.cleaned_data["reason"], today=today())
    if settled.state == workflow.CHANGE_STALE:
        messages.warning(request, "记录在审批前已经变化，这份申请失效。请申请人核对后重新申请。")
    else:
        messages.success(request, "审批意见已保存。")
    return redirect("office:change", shown.public_id)


@require_POST
def approve_many(request):
    """Agree to several at once, each decided and written down by itself; what cannot be done is told one by one."""
    chosen = request.POST.getlist("change")
    found = list(changes_of(request.user).filter(public_id__in=[c for c in chosen if _is_id(c)]).order_by("pk"))
    if not chosen or len(found) != len(set(chosen)):
        raise Http404
    done = 0
    for each in found:
        try:
            settled = changes.approve_change(each, actor=request.user, reason="批量同意", today=today())
            done += settled.state == workflow.CHANGE_APPLIED
        except (RightMissing, RowRefused, workflow.TransitionRefused) as refusal:
            sentence = getattr(refusal, "message", "状态已经改变")
            messages.warning(request, f"申请 {each.pk} 没有办理：{sentence}")
    if done:
        messages.success(request, f"已同意 {done} 件。")
    return redirect(f"{reverse('office:changes')}?waiting=1")


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


@require_POST
def cancel(request, public_id):
    shown = get_object_or_404(changes_of(request.user), public_id=public_id)
    changes.cancel_change(shown, actor=request.user, today=today())
    messages.success(request, "申请已撤销。")
    return redirect("office:change", shown.public_id)
