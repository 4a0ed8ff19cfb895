"""The rows sent back, as an Excel file that can be corrected in place and sent again."""

import io
from datetime import date

from django.db import transaction

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from records import storage
from records.models import Batch, RejectedRow
from records.reading import find_header, open_table
from records.reading.export import write_rejected_xlsx
from records.services.batches import checker_for


def write_returned(batch: Batch, *, actor: User, today: date) -> io.BytesIO:
    """The original columns untouched, with line number, columns at fault, reasons and advice.

    Leaves a line in the trail.
    """
    problems = dict(RejectedRow.objects.filter(batch=batch).order_by("row_no").values_list("row_no", "problems"))
    checker = checker_for(batch.item, batch.department, today=today)
    out = io.BytesIO()
    columns = checker.columns()
    hint = "jsonl" if batch.is_json_lines else None
    with storage.opened(batch.public_id.hex) as path, open_table(path, columns=columns, kind_hint=hint) as table:
        header = find_header(table.preamble, columns)
        rows = [row for row in table.rows(header) if row.row_no in problems]
    write_rejected_xlsx(out, header.titles, rows, problems, codes=header.codes)
    with transaction.atomic():
        audit.record(Action.BATCH_DOWNLOADED, batch, actor=actor, detail={"rows": len(rows)})
    out.seek(0)
    return out
