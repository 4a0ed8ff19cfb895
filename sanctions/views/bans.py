"""限期行业禁入: the register of bans, read off the tasks that were carried out."""

from datetime import date

from django import forms
from django.db import transaction
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from audit.actions import Action
from deadlines.clock import today
from records.forms import ANY, FilterForm
from records.views.lists import LONGEST, active_filters, page_of
from records.views.quality import workbook
from records.views.reading import reader_of
from sanctions.models import Industry, MeasureTask
from sanctions.querysets import MeasureTaskQuerySet
from sanctions.views.parts import HOME, TaskLine, task_lines, tasks_with_all

TITLES = ["主体", "统一社会信用代码", "禁入的行业", "自", "至", "情况", "措施", "依据", "佐证文号", "实施部门", "名单"]
STANDS, OVER = "stands", "over"


class BanFilterForm(FilterForm):
    show = forms.ChoiceField(label="情况", required=False, choices=[ANY, (STANDS, "禁入中"), (OVER, "已经终止")])
    industry = forms.ChoiceField(label="行业", required=False, choices=[ANY, *Industry.choices])


def bans_of(user, chosen: dict) -> MeasureTaskQuerySet:
    """Of the user's departments: what they closed themselves, and what their own listings led to."""
    bans = MeasureTask.objects.visible_to(user).bans()
    if "industry" in chosen:
        bans = bans.filter(ban_scope__contains=chosen["industry"])
    if chosen.get("show") == STANDS:
        bans = bans.standing_bans(on=today())
    elif chosen.get("show") == OVER:
        bans = bans.exclude(pk__in=MeasureTask.objects.bans().standing_bans(on=today()).values("pk"))
    return tasks_with_all(bans).select_related("measure__legal_basis").order_by("-executed_on", "-pk")


def words_of(task: MeasureTask, on: date) -> str:
    """How a ban stands that day."""
    if task.lifted_on is not None:
        return "已解除"
    if task.ban_until < on:
        return "期限届满"
    return "暂不执行" if task.rests else "禁入中"


@require_safe
@transaction.atomic
def ban_list(request):
    form = BanFilterForm(request.GET)
    chosen = form.chosen()
    page = page_of(bans_of(request.user, chosen), request)
    texts = {name: form[name].data for name in chosen}
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "page": page,
        "rows": [
            (line, words_of(line.task, today())) for line in task_lines(page, reader=reader_of(request), on=today())
        ],
        "export_url": f"{reverse('office:bans-export')}?{urlencode(texts)}",
        "section": "tasks",
        "crumbs": [HOME, ("联合奖惩", "/office/tasks/"), ("行业禁入", "")],
    }
    return render(request, "office/bans.html", context)


@require_safe
@transaction.atomic
def export(request):
    bans = bans_of(request.user, BanFilterForm(request.GET).chosen())[:LONGEST]
    rows = [_cells(line) for line in task_lines(bans, reader=reader_of(request), on=today())]
    name = f"行业禁入登记-{today()}.xlsx"
    return workbook(request, name, TITLES, rows, about=MeasureTask, action=Action.TASKS_EXPORTED)


def _cells(line: TaskLine) -> list[str]:
    task = line.task
    return [
        line.name, task.subject.uscc or "", "、".join(task.ban_industries), str(task.executed_on), str(task.ban_until),
        words_of(task, today()), task.measure.text, task.ban_basis or str(task.measure.legal_basis or ""),
        task.evidence_no, task.department.name, line.list,
    ]  # fmt: skip
