"""Carrying the drop folder: taken files become batches, finished batches become receipts."""

from datetime import date

from accounts.models import ApiToken, Department, SourceSystem, User
from records import inbox, workflow
from records.errors import Refused
from records.models import Batch
from records.reading import is_folder
from records.returned import write_returned
from records.services.batches import item_in_force, run_batch
from records.services.folders import receive_folder
from records.services.receiving import receive_batch
from records.services.systems import receive_from

CHUNK = 1 << 20
COUNTS = ("rows_total", "rows_accepted", "rows_unchanged", "rows_rejected")
# What may still become of a batch: its receipt is written again then.
OPEN = (workflow.RECEIVED, workflow.READING, workflow.PREVIEWED, workflow.MERGING)


def carry_inbox(*, today: date, quiet: float) -> dict[str, int]:
    """Look once: take what has arrived, take it in, carry it on, lay receipts down. Safe to be killed and repeated."""
    counts = {"taken": inbox.take(quiet=quiet), "received": 0, "receipts": 0}
    for entry in inbox.taken():
        if entry.path:
            counts["received"] += _receive(entry, today)
    for entry in inbox.taken():
        if entry.path is None:
            counts["receipts"] += _report(entry, today)
    return counts


def responsible(department: Department, *, on: date) -> User | None:
    """In whose name the department's inbox is taken in: the person answering for its newest good API token."""
    tokens = ApiToken.objects.select_related("user").filter(
        department=department, revoked_at__isnull=True, expires_on__gte=on, user__is_active=True
    )
    token = tokens.order_by("-issued_at").first()
    return token.user if token else None


def _receive(entry: inbox.Taken, today: date) -> int:
    """Make the file's batches, or refuse it with a receipt; either way its plain copy is gone afterwards."""
    try:
        batches = _batches_of(entry, today)
    except Refused as refusal:
        receipt = {"file": entry.name, "state": "refused", "code": refusal.code, "reason": refusal.message}
        inbox.write_receipt(entry, receipt, {})
        inbox.forget(entry)
        return 0
    inbox.write_ticket(entry, [str(batch.public_id) for batch in batches])
    return 1


def _batches_of(entry: inbox.Taken, today: date) -> list[Batch]:
    department = Department.objects.filter(code=entry.department, is_active=True).first()
    if department is None:
        raise Refused(f"没有编码为“{entry.department}”的在用部门。", code="department_unknown")
    actor = responsible(department, on=today)
    if actor is None:
        raise Refused("该部门没有有效的接口令牌，无法记录由谁负责。请联系系统管理员签发。", code="nobody_responsible")
    shared = {
        "department": department,
        "source": Batch.Source.INBOX,
        "actor": actor,
        "idempotency_key": f"inbox:{entry.key}",
    }
    item = item_in_force(entry.item, on=today) if entry.item else None
    system = department.systems.in_use().filter(way=SourceSystem.Way.INBOX, in_use_from__lte=today).first()
    with entry.path.open("rb") as file:
        if is_folder(file):
            return receive_from(system, receive_folder, file=file, today=today, item=item, **shared)
        if item is None:
            raise Refused("请把文件放进以信息事项编码命名的文件夹。", code="item_required")
        chunks = iter(lambda: file.read(CHUNK), b"")
        return [receive_from(system, receive_batch, item=item, file_name=entry.name, chunks=chunks, **shared)]


def _report(entry: inbox.Taken, today: date) -> int:
    """Carry the batches on and lay the receipt down; once all have ended the case is closed."""
    ticket = inbox.read_ticket(entry)
    own = Batch.objects.filter(
        public_id__in=ticket["batches"], department__code=entry.department, source=Batch.Source.INBOX
    )
    for batch in own.filter(state__in=OPEN).order_by("pk"):
        run_batch(batch.pk, today=today)
    batches = list(own.select_related("item", "department", "sent_by").order_by("pk"))
    is_over = not any(batch.state in OPEN for batch in batches)
    if not is_over and any(batch.state in workflow.BATCH_MOVING for batch in batches):
        return 0  # another worker is at it; it is asked for again at the next look
    receipt = {
        "file": ticket["file"],
        "batches": [_line(entry, number, batch) for number, batch in enumerate(batches, 1)],
    }
    if not is_over and inbox.read_receipt(entry) == receipt:
        return 0
    returned = {
        line["returned_rows"]: write_returned(batch, actor=batch.sent_by, today=today).getvalue()
        for line, batch in zip(receipt["batches"], batches, strict=True)
        if line["returned_rows"]
    }
    inbox.write_receipt(entry, receipt, returned)
    if is_over:
        inbox.forget(entry)
    return 1


def _line(entry: inbox.Taken, number: int, batch: Batch) -> dict:
    """One batch in a receipt; `returned_rows` names the file beside it."""
    has_returns = batch.rows_rejected and batch.state in (workflow.PREVIEWED, workflow.COMMITTED, workflow.REFUSED)
    return {
        "id": str(batch.public_id),
        "file": batch.file_name,
        "item": batch.item.code,
        "state": batch.state,
        "code": batch.code,
        "reason": batch.reason,
        **{name: getattr(batch, name) for name in COUNTS},
        "returned_rows": f"{entry.key}.{number}.xlsx" if has_returns else "",
    }
