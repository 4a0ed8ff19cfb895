"""The list of records as a file: read, written down and marked in one transaction, then sent."""

import csv
import io
from collections.abc import Iterable

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import services as audit
from audit.actions import Action
from audit.models import AuditEvent
from deadlines.clock import today
from records.forms import RecordFilterForm
from records.models import Record
from records.reading.export import neutralise
from records.views.lists import LONGEST, RecordLine, record_lines
from records.views.reading import reader_of
from records.views.records import filtered, records_of

CSV_HEAD = (
    "名称",
    "统一社会信用代码",
    "信息事项",
    "标题",
    "文书号",
    "报送部门",
    "决定日期",
    "公示至",
    "状态",
    "国家平台",
)
ENCODED_NAME = "%E4%BF%A1%E7%94%A8%E8%AE%B0%E5%BD%95"  # 信用记录


@require_safe
def export(request):
    """The list as filtered, as CSV, at most LONGEST rows. Its last row says who took it and leads back to the trail."""
    chosen = RecordFilterForm(request.GET).chosen()
    with transaction.atomic():
        found = filtered(records_of(request.user), chosen).order_by("-pk")[:LONGEST]
        lines = record_lines(found, reader=reader_of(request), on=today(), action=Action.PERSON_EXPORTED)
        taken = audit.record(
            Action.RECORD_EXPORTED,
            actor=request.user,
            object_type=Record._meta.label,
            # Names of the filters only: a search text may be a person's name.
            detail={"rows": len(lines), "filters": sorted(chosen)},
        )
    response = HttpResponse(csv_of(lines, mark=watermark(taken, request.user)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f"attachment; filename=records-{today()}.csv; filename*=UTF-8''{ENCODED_NAME}-{today()}.csv"
    )
    return response


def watermark(taken: AuditEvent, user) -> str:
    """Who took a file out, when, under which request the trail has it: a file that leaks leads back.

    Not the number of the line: that would tell how much others do (T-02).
    """
    where = user.department or f"{user.region if user.region_prefix else '省级'}公共信用信息工作机构"
    who, when = f"{user}（{user.username}）", f"{timezone.localtime(taken.at):%Y-%m-%d %H:%M:%S}"
    return f"水印：{who}，{where}，{when} 导出，审计编号 {taken.request_id}。仅供履行职责使用，不得外传。"


def csv_of(lines: Iterable[RecordLine], *, mark: str) -> str:
    """Rows as CSV, with the byte order mark Excel needs to see UTF-8. What Excel would take for a formula is text."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(CSV_HEAD)
    writer.writerows([neutralise(cell) for cell in _cells(line)] for line in lines)
    writer.writerow([neutralise(mark)])
    return out.getvalue()


def _cells(line: RecordLine) -> list[str]:
    until = "长期" if line.is_long_term else str(line.displayed_until or "")
    return [
        line.name,
        line.code,
        line.item,
        line.title,
        line.document_no,
        line.department,
        str(line.decided_on),
        until,
        line.badge["label"],
        line.nation,
    ]
