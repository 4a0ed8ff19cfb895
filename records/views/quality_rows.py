"""From every figure to its rows: what came in late, what was sent back and why, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import Department
from catalogue.models import InformationItem, SubjectKind
from deadlines.clock import BEIJING, today
from records import workflow
from records.forms import FilterForm, item_choices
from records.models import Batch, NationalRefusal, Record, RejectedRow
from records.quality import bulk, policy
from records.quality.figures import in_region
from records.quality.moments import duties_due_on, span_of, spans_of
from records.quality.services import dues_in
from records.views.lists import LONGEST, PER_PAGE, active_filters
from records.views.quality import month_choices, parse_month, region_choices, workbook

RECENT_DAYS = 30
MEASURES = [(measure.code, measure.name) for measure in policy.MEASURES if measure.rows]
CODES = {"duplicates": policy.DUPLICATES, "wrong_codes": policy.WRONG_CODES}
WHAT_NOW = {
    "late": "记录已经入库，迟报的事实不能消除。决定日期填错的，先撤回这条记录，再报送正确的。",
    "rejected": "下载所在批次“退回的行”，在 Excel 中改正后重新报送。重新报送之后，这里的行仍留作记录。",
    "files_refused": "按退回原因改好文件，重新上传。",
    "duplicates": "核对同一决定的两行，只留正确的一行，重新报送。",
    "wrong_codes": "对照营业执照或法人证书核对代码；已更名的主体，先由部门负责人办理更名。",
    "national_refused": "内容有误的，重新报送正确的内容，平台自动再次推送。下表保留退回的经过，包括已经更正的。",
    "missing": "补报本期的决定；确无决定的，作零报告。下表只列至今没有补报的。",
    "contradicted": "零报告之后又有当期决定入库。请核实当时漏报的原因。",
    "reported": "本月首次入库的记录。",
}


class OwnRowFilterForm(FilterForm):
    measure = forms.ChoiceField(label="名单", required=False, choices=MEASURES)
    month = forms.ChoiceField(label="月份", required=False, choices=lambda: [("", "最近 30 天"), *month_choices()[1:]])
    item = forms.ChoiceField(label="信息事项", required=False, choices=item_choices)
    department = forms.CharField(required=False, label="部门", max_length=20, widget=forms.HiddenInput)


class RowFilterForm(OwnRowFilterForm):
    region = forms.ChoiceField(label="地区", required=False, choices=region_choices)


def form_of(request) -> OwnRowFilterForm:
    return (RowFilterForm if request.user.sees_whole_province else OwnRowFilterForm)(request.GET)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of any of the lists: what it is, where to mend it, and why it is here."""

    title: str
    url: str
    item: str
    department: str
    at: datetime | date | None
    note: str
    mend_url: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is about. `departments` is None for the whole province."""

    measure: str
    month: date | None
    span: bulk.Span
    item: str
    departments: list[int] | None


def asked_of(user, chosen: dict) -> Asked:
    month = parse_month(chosen.get("month", ""))
    if month:
        span = span_of(month, policy.last_day(month))
    else:
        day = timezone.now().astimezone(BEIJING).date()
        span = span_of(day - timedelta(days=RECENT_DAYS), day)
    departments = Department.objects.visible_to(user)
    if code := chosen.get("department"):
        departments = departments.filter(code=code)
    if region := chosen.get("region"):
        departments = departments.filter(in_region(region, "region"))
    is_all = user.sees_whole_province and not (code or region)
    ids = None if is_all else list(departments.values_list("pk", flat=True))
    return Asked(chosen.get("measure", "rejected"), month, span, chosen.get("item", ""), ids)


@require_safe
def row_list(request):
    form = form_of(request)
    chosen = form.chosen()
    asked = asked_of(request.user, chosen)
    page = Paginator(found(asked), PER_PAGE).get_page(request.GET.get("page"))
    measure = policy.MEASURE[asked.measure]
    context = {
        "form": form,
        "active": active_filters(form, request.path),
        "measure": measure,
        "advice": WHAT_NOW[asked.measure],
        "span": policy.month_name(asked.month) if asked.month else f"最近 {RECENT_DAYS} 天",
        "page": page,
        "rows": lines(asked, page),
        "export_url": f"{reverse('office:quality-rows-export')}?{urlencode(chosen)}",
        "section": "quality",
        "crumbs": [("待办", "/office/"), ("质量", "/office/quality/"), (measure.name, "")],
    }
    return render(request, "office/quality_rows.html", context)


@require_safe
def export(request):
    chosen = form_of(request).chosen()
    asked = asked_of(request.user, chosen)
    page = Paginator(found(asked), LONGEST).page(1)
    titles = ["内容", "信息事项", "部门", "时间", "说明"]
    rows = [[row.title, row.item, row.department, _when(row.at), row.note] for row in lines(asked, page)]
    return workbook(request, f"{policy.MEASURE[asked.measure].name}.xlsx", titles, rows)


def _when(at: datetime | date | None) -> str:
    if isinstance(at, datetime):
        return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    return str(at or "")


def found(asked: Asked) -> QuerySet | Sequence:
    """The rows of a list, to be counted and sliced."""
    match asked.measure:
        case "late":
            return bulk.LateRows(asked.span, dues_in(asked.span), departments=asked.departments, item=asked.item)
        case "reported":
            records = Record.objects.filter(created_at__gte=asked.span.since, created_at__lt=asked.span.until)
            return _narrowed(records, asked).order_by("-pk")
        case "national_refused":
            refusals = NationalRefusal.objects.filter(refused_at__gte=asked.span.since, refused_at__lt=asked.span.until)
            return _narrowed(refusals, asked, "record__").order_by("record_id", "-pk").distinct("record_id")
        case "files_refused":
            return _ended(asked).filter(state=workflow.REFUSED).order_by("-pk")
        case "missing" | "contradicted":
            return _duties(asked)
    rows = RejectedRow.objects.filter(batch__in=_ended(asked).filter(state=workflow.COMMITTED))
    if codes := CODES.get(asked.measure):
        wanted = Q()
        for code in codes:
            wanted |= Q(problems__contains=[{"code": code}])
        rows = rows.filter(wanted)
    return rows.order_by("-batch_id", "row_no")


def _narrowed(rows: QuerySet, asked: Asked, path: str = "", item: str = "item_code") -> QuerySet:
    if asked.departments is not None:
        rows = rows.filter(**{f"{path}department__in": asked.departments})
    return rows.filter(**{f"{path}{item}": asked.item}) if asked.item else rows


def _ended(asked: Asked) -> QuerySet[Batch]:
    batches = Batch.objects.filter(finished_at__gte=asked.span.since, finished_at__lt=asked.span.until)
    return _narrowed(batches, asked, item="item__code")


def _duties(asked: Asked) -> list[tuple[date, bulk.DutyState]]:
    """Of the month asked for; without one, of the last three whose reports have fallen due."""
    current = policy.month_of(today())
    months = [asked.month] if asked.month else [policy.shift(current, -back) for back in (1, 2, 3)]
    overdue = {month for month, due_on in duties_due_on(set(months)).items() if due_on < today()}
    is_missing = asked.measure == "missing"
    return [
        (month, duty)
        for month in months
        if month in overdue or not is_missing
        for duty in bulk.duties(month, spans_of(month), asked.departments)
        if (not duty.is_met if is_missing else duty.is_contradicted) and asked.item in ("", duty.item_code)
    ]


def lines(asked: Asked, page: Page) -> list[Row]:
    match asked.measure:
        case "late":
            return _late_lines(list(page))
        case "reported":
            shown = page.object_list.select_related("item", "subject", "department")
            return [_record_row(record, _whom(record), record.created_at) for record in shown]
        case "national_refused":
            shown = page.object_list.select_related("record__item", "record__subject", "record__department")
            return [
                _record_row(refusal.record, f"{refusal.reason}（{refusal.code}）", refusal.refused_at)
                for refusal in shown
            ]
        case "files_refused":
            return [_file_row(batch) for batch in page.object_list.select_related("item", "department")]
        case "missing" | "contradicted":
            return _duty_lines(list(page))
    return [_rejected_row(row) for row in page.object_list.select_related("batch__item", "batch__department")]


def _late_lines(late: list[tuple[int, date]]) -> list[Row]:
    records = Record.objects.select_related("item", "subject", "department").in_bulk([pk for pk, _ in late])
    rows = []
    for pk, due_on in late:
        record = records[pk]
        days = (record.created_at.astimezone(BEIJING).date() - due_on).days
        note = f"{record.decided_on} 决定，最迟应于 {due_on} 报送，迟 {days:,} 天"
        rows.append(_record_row(record, note, record.created_at))
    return rows


def _whom(record: Record) -> str:
    """Nothing of a person: this list leaves no line for each."""
    is_person = record.subject.kind == SubjectKind.PERSON
    return record.subject.get_kind_display() if is_person else record.subject_name


def _record_row(record: Record, note: str, at: datetime) -> Row:
    url = reverse("office:record", args=[record.public_id])
    return Row(record.document_no, url, record.item.name, record.department.name, at, note)


def _file_row(batch: Batch) -> Row:
    url = reverse("office:batch", args=[batch.public_id])
    name = batch.file_name or batch.get_source_display()
    return Row(name, url, batch.item.name, batch.department.name, batch.finished_at, batch.reason)


def _rejected_row(row: RejectedRow) -> Row:
    batch = row.batch
    name = batch.file_name or batch.get_source_display()
    url = f"{reverse('office:batch', args=[batch.public_id])}?{urlencode({'code': row.problems[0]['code']})}"
    note = "".join(dict.fromkeys(f"{problem['reason']}{problem['advice']}" for problem in row.problems))
    return Row(
        f"{name} 第 {row.row_no:,} 行",
        url,
        batch.item.name,
        batch.department.name,
        batch.finished_at,
        note,
        reverse("office:batch-returned", args=[batch.public_id]),
        "下载退回的行",
    )


def _duty_lines(shown: list[tuple[date, bulk.DutyState]]) -> list[Row]:
    names = dict(Department.objects.filter(pk__in={d.department_id for _, d in shown}).values_list("pk", "name"))
    items = dict(InformationItem.objects.order_by("pk").values_list("code", "name"))
    dues = duties_due_on({month for month, _ in shown})
    rows = []
    for month, duty in shown:
        url = reverse("office:zero-report", args=[duty.public_id, f"{month:%Y-%m}"])
        period, due_on = policy.period_name(duty.cycle, month), dues.get(month)
        note = f"最迟应于 {due_on} 报送或作零报告"
        if duty.is_contradicted:
            note = f"{duty.stated_at.astimezone(BEIJING):%Y-%m-%d} 作了零报告，平台已有当期决定"
        item = items.get(duty.item_code, duty.item_code)
        rows.append(Row(period, url, item, names[duty.department_id], due_on, note))
    return rows
