"""Statistics of joint action: by department and memorandum, each number a way to its rows."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from audit.actions import Action
from deadlines.clock import today
from records.views.lists import active_filters
from records.views.quality import workbook
from sanctions import figures
from sanctions.figures import COLUMNS, NAMES, Line
from sanctions.forms_joint import OwnTaskFilterForm, TaskFilterForm
from sanctions.models import MeasureTask
from sanctions.views.parts import HOME
from sanctions.views.tasks import tasks_of

WITHOUT = ("show", "department")
HEADS = [NAMES[code] for code in COLUMNS]


def _form(request) -> TaskFilterForm:
    form = (TaskFilterForm if request.user.sees_whole_province else OwnTaskFilterForm)(request.GET)
    for name in WITHOUT:
        form.fields.pop(name)
        form.cleaned_data.pop(name, None)
    return form


@require_safe
def statistics(request):
    form = _form(request)
    chosen = form.chosen()
    lines = figures.statistics(tasks_of(request, chosen), today())
    texts = {name: form[name].data for name in chosen}
    counts = figures.total(lines)
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "heads": HEADS,
        "rows": [(line, _cells(line, texts)) for line in lines],
        "total": [counts[code] for code in COLUMNS],
        "total_rate": figures.rate(counts),
        "export_url": f"{reverse('office:task-statistics-export')}?{urlencode(texts)}",
        "section": "tasks",
        "crumbs": [HOME, ("联合奖惩", "/office/tasks/"), ("统计", "")],
    }
    return render(request, "office/task_statistics.html", context)


def _cells(line: Line, texts: dict) -> list[tuple[int, str]]:
    """Each number with the address of its rows."""
    keys = texts | {"department": line.department_code, "memorandum": line.memorandum_code}
    tasks = reverse("office:tasks")
    return [(line.counts[code], f"{tasks}?{urlencode(keys | {'show': code})}") for code in COLUMNS]


@require_safe
def export(request):
    lines = figures.statistics(tasks_of(request, _form(request).chosen()), today())
    rows = [[line.department, line.memorandum, *(line.counts[code] for code in COLUMNS), line.rate] for line in lines]
    titles = ["部门", "备忘录", *HEADS, "按期反馈率"]
    name = f"联合奖惩统计-{today()}.xlsx"
    return workbook(request, name, titles, rows, about=MeasureTask, action=Action.TASKS_EXPORTED)
