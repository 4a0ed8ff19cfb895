"""A batch's way: received → read and checked into staging → merged slice by slice → committed.

Killed anywhere, it goes on.

The batch row holds a lease while a worker is at it. Every transaction that moves the batch checks the lease first, so a
worker that was thought dead can do no harm when it wakes. Reading starts over after a crash (the file is the truth);
merging goes on after the last slice.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import DisplayRule, InformationItem
from records import bulk, storage, workflow
from records.checking import CleanRow, RowChecker
from records.errors import IdempotencyConflict, ItemNotInForce, RightMissing
from records.models import Batch, IdempotencyKey, RejectedRow
from records.problems import Problem, problem
from records.reading import FileRefused, Limits, find_header, open_table

SLICE = 5000
LEASE = timedelta(seconds=30)
# A workbook of 200,000 rows can take this long before its first row is there.
OPENING = timedelta(seconds=Limits().seconds) + LEASE
ATTEMPTS = 5


class LeaseLost(Exception):
    """Another worker has taken the batch over; this one stops without a trace."""


def require_right(actor: User, right: str, department: Department) -> None:
    """Raise RightMissing unless the actor holds `right` (report, correct, respond) on the department.

    A superuser administers and holds none of them (GB/T 22239 8.1.5: who administers does not do business).
    """
    if actor.is_superuser or not actor.has_perm(f"accounts.{right}_department", department):
        raise RightMissing("您没有代表该部门办理此事的权限，请联系系统管理员授予。")


def item_in_force(code_or_name: str, *, on: date) -> InformationItem:
    """The edition in force of an item named by code or Chinese name. Raises ItemNotInForce."""
    item = InformationItem.objects.named(code_or_name).in_force(on=on).first()
    if item is None:
        raise ItemNotInForce(f"信息目录中没有在用的目录项“{code_or_name}”。")
    return item


def checker_for(item: InformationItem, department: Department, *, today: date) -> RowChecker:
    """A checker for this item and this department; the department may also name units below it as the source."""
    rules = [rule.as_term_rule() for rule in DisplayRule.objects.of(item.code)]
    sources = Department.objects.filter(parent=department).exclude(uscc=None).values_list("uscc", flat=True)
    known = {department.uscc, *sources} if department.uscc else set()
    return RowChecker(item, list(item.fields.all()), rules, sources=known, today=today)


def receive_batch(
    *,
    item: InformationItem,
    department: Department,
    source: str,
    file_name: str,
    chunks: Iterable[bytes],
    actor: User,
    idempotency_key: str = "",
) -> Batch:
    """Take a file in. The same key with the same content gives the same batch; with other content IdempotencyConflict.

    A file over the limit becomes a refused batch, of which nothing but the refusal is kept.
    """
    require_right(actor, "report", department)
    public_id = uuid.uuid4()
    batch = Batch(
        public_id=public_id, item=item, department=department, source=source, file_name=file_name[-255:], sent_by=actor
    )
    try:
        batch.file_digest, batch.file_size = storage.save(public_id.hex, chunks, limit=settings.UPLOAD_LIMIT_BYTES)
    except storage.FileTooLarge as error:
        limit = settings.UPLOAD_LIMIT_BYTES // 1024 // 1024
        return _refuse(batch, error.code, f"文件超过 {limit} MB。请分成几个文件报送，或改用 CSV 格式。")
    try:
        kept = _keep(batch, idempotency_key)
    except BaseException:
        storage.discard(public_id.hex)
        raise
    if kept.public_id != public_id:
        storage.discard(public_id.hex)
    return kept


@transaction.atomic
def _keep(batch: Batch, key: str) -> Batch:
    digest = f"{batch.item.code}:{batch.file_digest}"[:64]
    batch.save()
    if key:
        _, made = IdempotencyKey.objects.get_or_create(
            department=batch.department, key=key, defaults={"request_digest": digest, "batch": batch}
        )
        if not made:
            first = IdempotencyKey.objects.select_related("batch").get(department=batch.department, key=key)
            transaction.set_rollback(True)
            if first.request_digest != digest:
                raise IdempotencyConflict("该 Idempotency-Key 已用于另一份内容，请换一个新的键。")
            return first.batch
    audit.record(
        Action.BATCH_RECEIVED, batch, actor=batch.sent_by, detail={"item": batch.item.code, "digest": batch.file_digest}
    )
    return batch


@transaction.atomic
def _refuse(batch: Batch, code: str, reason: str, notes: list[str] | None = None) -> Batch:
    """Give the file back with one sentence; nothing of it stays but the refusal."""
    if batch.pk:
        bulk.clear_staging(batch)
        RejectedRow.objects.filter(batch=batch).delete()
        batch.state = workflow.next_state(batch.state, "refuse")
    else:
        batch.state, batch.file_digest = workflow.REFUSED, ""
    batch.code, batch.reason, batch.notes = code, reason, notes or []
    batch.rows_read = batch.rows_rejected = batch.staged_until = 0
    batch.lease = batch.leased_until = None
    batch.finished_at = timezone.now()
    batch.save()
    audit.record(Action.BATCH_REFUSED, batch, actor=batch.sent_by, result="refused", reason=code)
    transaction.on_commit(lambda: storage.discard(batch.public_id.hex))
    return batch


@transaction.atomic
def cancel_batch(batch: Batch, *, actor: User) -> Batch:
    """Drop a batch that is not being merged yet. Raises TransitionRefused when it is too late."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    require_right(actor, "report", batch.department)
    batch.state = workflow.next_state(batch.state, "cancel")
    bulk.clear_staging(batch)
    batch.lease = batch.leased_until = None
    batch.finished_at = timezone.now()
    batch.save()
    audit.record(Action.BATCH_CANCELLED, batch, actor=actor)
    return batch


def run_batch(batch_id: int, *, today: date) -> Batch | None:
    """Carry a batch to its end. None when it is finished already or another worker holds it."""
    batch = _claim(batch_id)
    if batch is None:
        return None
    try:
        if (batch.state != workflow.MERGING or _staging_was_lost(batch)) and not _read(batch, today):
            return Batch.objects.get(pk=batch.pk)
        _merge(batch)
        return _commit(batch)
    except FileRefused as refusal:
        with transaction.atomic():
            return _refuse(_held(batch), refusal.code, refusal.reason)
    except LeaseLost:
        return None


def _claim(batch_id: int) -> Batch | None:
    with transaction.atomic():
        batch = (
            Batch.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("item", "department", "sent_by")
            .claimable(at=timezone.now())
            .filter(pk=batch_id)
            .first()
        )
        if batch is None:
            return None
        batch.lease, batch.leased_until = uuid.uuid4(), timezone.now() + LEASE
        batch.attempts += 1
        batch.save(update_fields=["lease", "leased_until", "attempts"])
        if batch.attempts > ATTEMPTS and batch.state != workflow.MERGING:
            _refuse(batch, "reading_keeps_failing", "平台多次读取该文件均中断。请另存为 CSV 后重新报送。")
            return None
        return batch


def _held(batch: Batch) -> Batch:
    """The batch's row, locked, if the lease is still ours; renews it. Raises LeaseLost."""
    current = Batch.objects.select_for_update().filter(pk=batch.pk, lease=batch.lease).first()
    if current is None:
        raise LeaseLost
    current.item, current.department, current.sent_by = batch.item, batch.department, batch.sent_by
    current.leased_until = timezone.now() + LEASE
    return current


def _staging_was_lost(batch: Batch) -> bool:
    """The staging table is unlogged: PostgreSQL empties it after a crash of its own."""
    return batch.checkpoint < batch.staged_until and not bulk.has_staged_rows(batch)


def _read(batch: Batch, today: date) -> bool:
    """Check the whole file into staging; False when there is nothing in it."""
    checker = checker_for(batch.item, batch.department, today=today)
    with transaction.atomic():
        held = _held(batch)
        held.state = workflow.next_state(held.state, "read")
        bulk.clear_staged_rows(held)  # what merged rows have named stays known: a later row may contradict them
        if held.checkpoint == 0:
            RejectedRow.objects.filter(batch=held).delete()
            held.rows_rejected = 0
        held.rows_read = 0
        held.leased_until = timezone.now() + OPENING
        held.save()
    columns = checker.columns()
    with storage.opened(batch.public_id.hex) as path, open_table(path, columns=columns) as table:
        header = find_header(table.preamble, columns)
        checker.bind(header.indexes)
        rows = table.rows(header)
        while part := list(islice(rows, SLICE)):
            _stage(batch, checker, part)
    with transaction.atomic():
        held = _held(batch)
        if held.rows_read == 0:
            _refuse(held, "no_rows", "文件里只有表头，没有数据行。请填写后重新报送。")
            return False
        held.state = workflow.next_state(held.state, "merge")
        held.notes, held.rows_total = [note.text for note in (*table.notes, *header.notes)], held.rows_read
        held.save()
    return True


def _stage(batch: Batch, checker: RowChecker, rows: list) -> None:
    """Check one slice of the file and keep what came of it, in one transaction; PostgreSQL takes rows in meanwhile."""
    rejected: list[tuple[int, list[Problem]]] = []
    with transaction.atomic():
        bulk.commit_later()
        held = _held(batch)
        last = bulk.stage(held, _clean(checker, rows, rejected))
        held.rows_read += len(rows)
        held.rows_rejected += bulk.reject(held, rejected)
        held.staged_until = last or held.staged_until
        held.save()


def _clean(checker: RowChecker, rows: list, rejected: list[tuple[int, list[Problem]]]) -> Iterator[CleanRow]:
    """The rows that can stand; what is wrong with the others goes to `rejected`."""
    for row in rows:
        checked = [problem(row.problem)] if row.problem else checker.check(row.row_no, row.cells)
        if isinstance(checked, CleanRow):
            yield checked
        else:
            rejected.append((row.row_no, checked))


def _merge(batch: Batch) -> None:
    while True:
        with transaction.atomic():
            bulk.commit_later()
            held = _held(batch)
            until = bulk.next_slice(held, SLICE)
            if until is None:
                return
            merge_slice(held, until)


def merge_slice(batch: Batch, until: int) -> None:
    """Merge one slice and move the checkpoint on, inside the caller's transaction."""
    counts = bulk.merge(batch, until=until)
    batch.checkpoint = until
    batch.attempts = 0
    batch.rows_accepted += counts["accepted"]
    batch.rows_unchanged += counts["unchanged"]
    batch.rows_rejected += counts["rejected"]
    batch.save()


@transaction.atomic
def _commit(batch: Batch) -> Batch:
    return finish(_held(batch))


def finish(batch: Batch) -> Batch:
    """Close a merged batch: the staging is emptied, the counts stand, the trail has its line."""
    bulk.clear_staging(batch)
    batch.state = workflow.next_state(batch.state, "commit")
    batch.lease = batch.leased_until = None
    batch.finished_at = timezone.now()
    batch.save()
    audit.record(
        Action.BATCH_COMMITTED,
        batch,
        actor=batch.sent_by,
        detail={
            "rows": batch.rows_total,
            "accepted": batch.rows_accepted,
            "unchanged": batch.rows_unchanged,
            "rejected": batch.rows_rejected,
        },
    )
    return batch
