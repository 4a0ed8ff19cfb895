"""数据质量 by month: the province with its ranking, one department with its items, and both as Excel.

Departments see their own figures only. How they stand among the others is told by an issued bulletin, not here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from django import forms
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import Department, Region
from audit import services as audit
from audit.actions import Action
from catalogue.models import InformationItem
from records.api import XLSX
from records.forms import FilterForm, item_choices
from records.models import FigureRun, MonthlyFigure
from records.quality import figures, policy
from records.quality.policy import Counts
from records.quality.trend import NARROW, WIDE, bar_picture, line_picture
from records.reading.export import write_table_xlsx
from records.views.lists import active_filters, page_of

MONTHS_OFFERED = 36
NO_FIGURES = "尚未统计"


def month_choices() -> list[tuple[str, str]]:
    months = FigureRun.objects.valid().order_by("-month")[:MONTHS_OFFERED]
    return [("", "最近一个月"), *((f"{run.month:%Y-%m}", policy.month_name(run.month)) for run in months)]


def region_choices() -> list[tuple[str, str]]:
    prefectures = Region.objects.filter(parent=figures.PROVINCE).values_list("code", "name")
    return [("", "全省"), (figures.PROVINCE, figures.PROVINCIAL), *prefectures]


class QualityFilterForm(FilterForm):
    GROUPS = (("", "部门"), ("region", "州市"))

    month = forms.ChoiceField(label="月份", required=False, choices=month_choices)
    region = forms.ChoiceField(label="地区", required=False, choices=region_choices)
    item = forms.ChoiceField(label="信息事项", required=False, choices=item_choices)
    by = forms.ChoiceField(label="排名单位", required=False, choices=GROUPS)
    sort = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)


class RegionFilterForm(QualityFilterForm):
    """For who looks after one region: there is no other to choose."""

    region = None


class OwnFilterForm(FilterForm):
    month = forms.ChoiceField(label="月份", required=False, choices=month_choices)
    item = forms.ChoiceField(label="信息事项", required=False, choices=item_choices)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in a table, with the list of its rows where there are any."""

    text: str
    url: str = ""

    @property
    def is_nothing(self) -> bool:
        return self.text in ("0", "—")


# Columns of a table of figures: code of the measure, heading, how it is read. Those of `rows` lead to their rows.
COLUMNS = (
    ("reported", "新增记录"),
    ("timely_share", "及时率"),
    ("late", "迟报"),
    ("sent", "报送行数"),
    ("compliant_share", "合规率"),
    ("rejected", "退回"),
    ("national_refused", "国家平台退回"),
    ("duplicates", "重复"),
    ("wrong_codes", "错码"),
    ("files_refused", "整份退回"),
    ("missing", "缺报"),
    ("contradicted", "零报告不实"),
)
SORTABLE = {code for code, _ in COLUMNS}


def parse_month(text: str) -> date | None:
    try:
        return datetime.strptime(f"{text}-01", "%Y-%m-%d").date()
    except ValueError:
        return None


def chosen_run(text: str) -> FigureRun | None:
    """The computation of the month asked for, or of the latest there is."""
    month = parse_month(text)
    runs = FigureRun.objects.order_by("-month", "-version")
    return (runs.filter(month=month) if month else runs).first()


def cells_of(counts: Counts, **narrowing: str) -> list[Cell]:
    """One row of a table of figures, in the order of COLUMNS."""
    return [_cell(code, counts, narrowing) for code, _ in COLUMNS]


def _cell(code: str, counts: Counts, narrowing: dict[str, str]) -> Cell:
    value = getattr(counts, code)
    if code.endswith("_share"):
        return Cell(policy.percent(value))
    if code == "missing" and not counts.duties:
        return Cell("—")
    leads = value and code in policy.MEASURE and policy.MEASURE[code].rows
    return Cell(f"{value:,}", rows_url(code, **narrowing) if leads else "")


def rows_url(measure: str, **narrowing: str) -> str:
    kept = {name: value for name, value in narrowing.items() if value}
    return f"{reverse('office:quality-rows')}?{urlencode({'measure': measure, **kept})}"


def trend_of(found: list[tuple[FigureRun, Counts]], **narrowing: str) -> dict:
    """Twelve months as two pictures, each for a wide and a narrow screen, and the table of the same numbers."""
    months = [f"{run.month:%Y-%m}" for run, _ in found]
    shares = [
        ("及时率", [counts.timely_share for _, counts in found]),
        ("合规率", [counts.compliant_share for _, counts in found]),
    ]
    reported = [counts.reported for _, counts in found]
    return {
        "span": f"{months[0]} 至 {months[-1]}",
        "shares": [line_picture(months, shares, width=width) for width in (WIDE, NARROW)],
        "reported": [bar_picture(months, "新增记录", reported, width=width) for width in (WIDE, NARROW)],
        "rows": [(run, cells_of(counts, month=f"{run.month:%Y-%m}", **narrowing)) for run, counts in reversed(found)],
    }


@require_safe
def overview(request):
    """The province, or a region, for those who oversee it; for a department, its own page."""
    if not request.user.oversees:
        if request.user.department is None:
            raise Http404
        return _department_page(request, request.user.department)
    form = (RegionFilterForm if request.user.region_prefix else QualityFilterForm)(request.GET)
    chosen = form.chosen()
    run = chosen_run(chosen.get("month", ""))
    if run is None:
        return render(request, "office/quality_none.html", _frame("质量"))
    visible = MonthlyFigure.objects.visible_to(request.user)
    standings, total = _standings(visible.filter(run=run), chosen)
    month, item = f"{run.month:%Y-%m}", chosen.get("item", "")
    page = page_of(_sorted(standings, chosen.get("sort", "")), request)
    narrowed = figures.narrowed(visible, region=chosen.get("region", ""), item=item)
    trend = figures.by_month(narrowed, figures.runs_until(run.month))
    narrowing = {"month": month, "region": chosen.get("region", ""), "item": item}
    context = _frame("质量") | {
        "form": form,
        "active": active_filters(form, request.path),
        "run": run,
        "month_name": policy.month_name(run.month),
        "is_by_region": chosen.get("by") == "region",
        "columns": COLUMNS,
        "heads": _heads(request.path, chosen),
        "page": page,
        "rows": [
            (standing, _url_of(standing, chosen, month), _standing_cells(standing, chosen, month)) for standing in page
        ],
        "total": cells_of(total, **narrowing),
        "figures": headline(total, run, narrowing),
        "trend": trend_of(trend, **{name: narrowing[name] for name in ("region", "item")}),
        "measures": policy.MEASURES,
        "export_url": f"{reverse('office:quality-export')}?{urlencode(_texts(chosen))}",
    }
    return render(request, "office/quality.html", context)


def _frame(*names: str) -> dict:
    places = {"质量": "/office/quality/"}
    crumbs = [("待办", "/office/"), *((name, places.get(name, "") if name != names[-1] else "") for name in names)]
    return {"section": "quality", "crumbs": crumbs}


def _texts(chosen: dict) -> dict[str, str]:
    return {name: str(value) for name, value in chosen.items()}


def _standings(rows: QuerySet[MonthlyFigure], chosen: dict) -> tuple[list[policy.Standing], Counts]:
    rows = figures.narrowed(rows, region=chosen.get("region", ""), item=chosen.get("item", ""))
    found = figures.by_region(rows) if chosen.get("by") == "region" else figures.by_department(rows)
    return policy.rank(found), policy.total(found.values())


def _sorted(standings: list[policy.Standing], sort: str) -> list[policy.Standing]:
    """By the column asked for; those without a value stand last either way. The ranks stay what they are."""
    code, is_down = sort.removeprefix("-"), sort.startswith("-")
    if code not in SORTABLE:
        return standings
    having = [s for s in standings if getattr(s.counts, code) is not None]
    lacking = [s for s in standings if getattr(s.counts, code) is None]
    return sorted(having, key=lambda s: getattr(s.counts, code), reverse=is_down) + lacking


def _heads(path: str, chosen: dict) -> list[dict]:
    """Column headings, each a link that sorts by it: largest first, then smallest first."""
    current = chosen.get("sort", "")
    heads = []
    for code, name in COLUMNS:
        direction = {code: "ascending", f"-{code}": "descending"}.get(current, "")
        query = urlencode(_texts(chosen) | {"sort": code if current == f"-{code}" else f"-{code}"})
        heads.append({"name": name, "url": f"{path}?{query}", "direction": direction})
    return heads


def _url_of(standing: policy.Standing, chosen: dict, month: str) -> str:
    query = {"month": month, "item": chosen.get("item", "")}
    if chosen.get("by") == "region":
        return f"{reverse('office:quality')}?{urlencode({'region': standing.code, **query})}"
    return f"{reverse('office:quality-department', args=[standing.code])}?{urlencode(query)}"


def _standing_cells(standing: policy.Standing, chosen: dict, month: str) -> list[Cell]:
    place = {"region": standing.code} if chosen.get("by") == "region" else {"department": standing.code}
    return cells_of(standing.counts, month=month, item=chosen.get("item", ""), **place)


def headline(counts: Counts, run: FigureRun, narrowing: dict[str, str]) -> list[dict]:
    """The figures a reader must answer for first, each with what it was made of."""
    return [
        {
            "label": "及时率",
            "value": policy.percent(counts.timely_share),
            "note": f"按时 {counts.on_time:,} / 计时 {counts.timed:,} 条",
            "url": rows_url("late", **narrowing) if counts.late else "",
        },
        {
            "label": "合规率",
            "value": policy.percent(counts.compliant_share),
            "note": f"通过 {counts.accepted + counts.unchanged:,} / 报送 {counts.sent:,} 行",
            "url": rows_url("rejected", **narrowing) if counts.rejected else "",
        },
        {
            "label": "国家平台退回",
            "value": f"{counts.national_refused:,}",
            "note": f"占接收 {counts.accepted:,} 行的 {policy.percent(counts.national_share)}",
            "url": rows_url("national_refused", **narrowing) if counts.national_refused else "",
        },
        {
            "label": "缺报",
            "value": f"{counts.missing:,}",
            "note": "截止日未到，尚不计" if run.is_provisional else f"到期责任 {counts.duties:,} 项",
            "url": rows_url("missing", **narrowing) if counts.missing else "",
        },
    ]


@require_safe
def department(request, code):
    return _department_page(request, get_object_or_404(Department.objects.visible_to(request.user), code=code))


def _department_page(request, shown: Department):
    form = OwnFilterForm(request.GET)
    chosen = form.chosen()
    run = chosen_run(chosen.get("month", ""))
    is_province = request.user.oversees
    names = ("质量", shown.name) if is_province else ("质量",)
    if run is None:
        return render(request, "office/quality_none.html", _frame(*names))
    own = figures.narrowed(
        MonthlyFigure.objects.visible_to(request.user).filter(department=shown), item=chosen.get("item", "")
    )
    found = figures.by_item(own.filter(run=run))
    items = dict(InformationItem.objects.order_by("pk").values_list("code", "name"))
    total = policy.total(found.values())
    month = f"{run.month:%Y-%m}"
    narrowing = {"department": shown.code, "item": chosen.get("item", "")}
    context = _frame(*names) | {
        "form": form,
        "active": active_filters(form, request.path),
        "department": shown,
        "run": run,
        "month_name": policy.month_name(run.month),
        "columns": COLUMNS,
        "rows": [
            (items.get(item, item), cells_of(counts, month=month, department=shown.code, item=item))
            for item, counts in found.items()
        ],
        "total": cells_of(total, month=month, **narrowing),
        "export_url": "" if is_province else f"{reverse('office:quality-export')}?{urlencode({'month': month})}",
        "figures": headline(total, run, {"month": month, **narrowing}),
        "trend": trend_of(figures.by_month(own, figures.runs_until(run.month)), **narrowing),
        "measures": policy.MEASURES,
    }
    return render(request, "office/quality_department.html", context)


@require_safe
def export(request):
    """The ranking as filtered, or a department's own items, as Excel; each row says of which computation it is."""
    if not request.user.oversees and request.user.department is None:
        raise Http404
    chosen = (RegionFilterForm if request.user.region_prefix else QualityFilterForm)(request.GET).chosen()
    run = chosen_run(chosen.get("month", ""))
    if run is None:
        raise Http404
    visible = MonthlyFigure.objects.visible_to(request.user).filter(run=run)
    if request.user.oversees:
        standings, total = _standings(visible, chosen)
        head = ["名次", "编码", "名称", "地区"]
        rows = [([s.rank or "", s.code, s.name, s.region], s.counts) for s in standings]
        rows.append((["", "", "合计", ""], total))
    else:
        head = ["事项编码"]
        rows = [([item], counts) for item, counts in figures.by_item(visible).items()]
    titles = [*head, *(name for _, name in COLUMNS), "统计"]
    cells = [
        [*first, *(_export_cell(getattr(counts, code)) for code, _ in COLUMNS), str(run)] for first, counts in rows
    ]
    return workbook(request, f"数据质量-{run.month:%Y-%m}.xlsx", titles, cells)


def _export_cell(value) -> int | float | str:
    if value is None:
        return "—"
    return value if isinstance(value, int) else round(float(value), 4)


def workbook(
    request, file_name: str, titles: list[str], rows: list[list], *, about: type[Model] = MonthlyFigure,
    action: Action = Action.FIGURES_EXPORTED,
) -> FileResponse:  # fmt: skip
    """A table to take away; the trail says who took how many rows."""
    with transaction.atomic():
        audit.record(
            action,
            actor=request.user,
            object_type=about._meta.label,
            detail={"rows": len(rows)},
        )
    file = BytesIO()
    write_table_xlsx(file, titles, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name, content_type=XLSX)
