"""A batch's way: received → read and checked into staging → (previewed, confirmed) → merged slice by slice → committed.

Killed anywhere, it goes on. How it comes in stands in `receiving`, what people decide about it on its way in
`previews` and `undoing`.

The batch row holds a lease while a worker is at it. Every transaction that moves the batch checks the lease first, so a
worker that was thought dead can do no harm when it wakes. Reading starts over after a crash (the file is the truth);
merging goes on after the last slice.
"""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import islice

from django.db import transaction
from django.utils import timezone

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import DisplayRule, InformationItem
from deadlines import policy as terms
from deadlines.models import TimeLimit
from deadlines.services import load_calendar
from records import bulk, previewing, storage, undoing, workflow
from records.checking import CleanRow, RowChecker
from records.errors import ItemNotInForce, NotASource, Refused, RightMissing
from records.models import Batch, Preview, RejectedRow, StagedRow
from records.problems import Problem, problem
from records.reading import LINE_FORMATS, FileRefused, Limits, find_header, open_table, prove_table
from records.remarks import Authorities
from records.services.ahead import MergingAhead

SLICE = 5000
LEASE = timedelta(seconds=30)
# A workbook of 200,000 rows can take this long before its first row is there.
OPENING = timedelta(seconds=Limits().seconds) + LEASE
ATTEMPTS = 5


# Until when a preview waits for its clerk.
PREVIEW_LIMIT = "batch.preview"


class LeaseLost(Exception):
    """Another worker has taken the batch over; this one stops without a trace."""


class MovedOn(Exception):
    """A batch of which all rows go in or none met a record that is no longer what was previewed."""


def require_right(actor: User, right: str, department: Department) -> None:
    """Raise RightMissing unless the actor holds `right` (report, correct, respond) on the department.

    A superuser administers and holds none of them (GB/T 22239 8.1.5: who administers does not do business).
    """
    if actor.is_superuser or not actor.has_perm(f"accounts.{right}_department", department):
        raise RightMissing("您没有代表该部门办理此事的权限，请联系系统管理员授予。")


def require_source(item: InformationItem, department: Department) -> None:
    """Raise NotASource unless the catalogue lets this department report the item."""
    if item.sources and department.line not in item.sources:
        raise NotASource(f"信息目录没有把{department}列为“{item.name}”的来源，不能报送。请核对事项。")


def last_day(key: str, start: date) -> date:
    """The last day of a time limit of ours that runs from `start`. Raises TimeLimitMissing."""
    term = TimeLimit.objects.in_force(key, on=start).as_term()
    if term.unit is terms.Unit.WORKING_DAY:
        return terms.due_on(start, term, load_calendar()).due_on
    return terms.last_day(start, term)


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
    return RowChecker(item, list(item.fields.all()), rules, sources=known, today=today, authorities=_authorities())


def _authorities() -> Authorities:
    tree = list(Department.objects.values_list("name", "former_names", "uscc"))
    names = {name for own, former, _ in tree for name in (own, *former)}
    return Authorities(names, {code for *_, code in tree if code})


@transaction.atomic
def refuse(batch: Batch, code: str, reason: str, notes: list[str] | None = None) -> Batch:
    """Give the file back with one sentence; nothing of it stays but the refusal."""
    if batch.pk:
        forget_rows(batch)
        RejectedRow.objects.filter(batch=batch).delete()
        batch.state = workflow.next_state(batch.state, "refuse")
    else:
        batch.state, batch.file_digest = workflow.REFUSED, ""
    batch.code, batch.reason, batch.notes = code, reason, notes or []
    batch.rows_read = batch.rows_rejected = batch.staged_until = 0
    _close(batch)
    audit.record(Action.BATCH_REFUSED, batch, actor=batch.sent_by, result="refused", reason=code)
    transaction.on_commit(lambda: storage.discard(batch.public_id.hex))
    return batch


def forget_rows(batch: Batch) -> None:
    """Forget every row on its way; counts and digests of its preview stay, examples do not."""
    bulk.clear_staging(batch)
    previewing.forget(batch)
    Preview.objects.filter(batch=batch).update(doubtful=[], changes=[], sample=[])


def _close(batch: Batch) -> None:
    batch.lease = batch.leased_until = None
    batch.finished_at = timezone.now()
    batch.save()


def end_unmerged(batch: Batch, action: str) -> None:
    """End a batch of which nothing has gone in: no row, no preview and no file stays. Raises TransitionRefused."""
    batch.state = workflow.next_state(batch.state, action)
    forget_rows(batch)
    RejectedRow.objects.filter(batch=batch).delete()
    Preview.objects.filter(batch=batch).delete()
    batch.rows_rejected = 0
    _close(batch)
    transaction.on_commit(partial(storage.discard, batch.public_id.hex))


@transaction.atomic
def cancel_batch(batch: Batch, *, actor: User) -> Batch:
    """Stop a batch that is not being merged yet. Raises TransitionRefused when it is too late.

    Merging is not stopped half-way: the slices already in would be public without the others. A committed batch is
    undone as a whole instead (`undo_batch`).
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    require_right(actor, "report", batch.department)
    end_unmerged(batch, "cancel")
    audit.record(Action.BATCH_CANCELLED, batch, actor=actor)
    return batch


def run_batch(batch_id: int, *, today: date) -> Batch | None:
    """Carry a batch as far as it goes without a person. None when there is nothing to do or another worker holds it."""
    batch = _claim(batch_id)
    if batch is None:
        return None
    try:
        return _carry(batch, today)
    except FileRefused as refusal:
        with transaction.atomic():
            held = _held(batch)
            if held.state == workflow.MERGING:  # it was proven readable: not the file has failed, but its reading
                raise
            return refuse(held, refusal.code, refusal.reason)
    except (ItemNotInForce, NotASource) as refusal:
        return _give_back(batch, refusal, today)
    except LeaseLost:
        return None


def _carry(batch: Batch, today: date) -> Batch:
    if batch.state == workflow.UNDOING:
        return _undo(batch)
    _follow_edition(batch, today)
    if (batch.rows_total is None or _staging_was_lost(batch)) and not _read(batch, today):
        return Batch.objects.get(pk=batch.pk)
    if _waits_for_preview(batch):
        _foresee(batch)
        decided = _show(batch, today)
        if decided.state != workflow.MERGING:
            return decided
    try:
        _merge(batch)
    except MovedOn:
        _review(batch)
        return _carry(batch, today)
    return _commit(batch)


def _waits_for_preview(batch: Batch) -> bool:
    """Whether all rows have to be compared with the records held before the first goes in."""
    if batch.decided_at:
        return False
    return batch.commit == workflow.Commit.PREVIEW or batch.policy == workflow.Policy.ALL_OR_NOTHING


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
        if batch.attempts > ATTEMPTS and batch.state in (workflow.RECEIVED, workflow.READING):
            refuse(batch, "reading_keeps_failing", "平台多次读取该文件均中断。请另存为 CSV 后重新报送。")
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


def _follow_edition(batch: Batch, today: date) -> None:
    """Put the batch under the edition in force: its file is read again, and a preview of it no longer binds.

    What is in already was lawful on its day and stays. Raises ItemNotInForce, NotASource.
    """
    item = InformationItem.objects.filter(code=batch.item.code).in_force(on=today).first()
    if item is None:
        raise ItemNotInForce(f"目录项“{batch.item.name}”已经停止使用，尚未入库的内容没有入库。", code="item_ended")
    if item.pk == batch.item_id:
        return
    require_source(item, batch.department)
    batch.item = item
    with transaction.atomic():
        held = _held(batch)
        held.rows_total = None
        if held.checkpoint == 0:
            held.decided_at = held.decided_by = None
            Preview.objects.filter(batch=held).update(outcome_digest=OUTDATED)
        else:
            held.rows_rejected -= RejectedRow.objects.filter(batch=held, row_no__gt=held.checkpoint).delete()[0]
        held.save()
    batch.rows_total, batch.decided_at = None, held.decided_at


def _give_back(batch: Batch, refusal: Refused, today: date) -> Batch:
    """The item has ended, or is no longer this department's: what is not in yet goes back, all of it or the rest."""
    if batch.checkpoint and (batch.rows_total is None or _staging_was_lost(batch)):
        _read(batch, today, is_merged=False)
    with transaction.atomic():
        held = _held(batch)
        if held.checkpoint:
            rest = StagedRow.objects.filter(batch=held, row_no__gt=held.checkpoint).values_list("row_no", flat=True)
            held.rows_rejected += bulk.reject(held, [(row_no, [problem(refusal.code)]) for row_no in rest])
            held.checkpoint = held.staged_until
            return finish(held)
        if held.state == workflow.MERGING:
            held.state = workflow.next_state(held.state, "review")
        return refuse(held, refusal.code, refusal.message)


def _staging_was_lost(batch: Batch) -> bool:
    """The staging table is unlogged: PostgreSQL empties it after a crash of its own."""
    return batch.checkpoint < batch.staged_until and not bulk.has_staged_rows(batch)


def _read(batch: Batch, today: date, *, is_merged: bool = True) -> bool:
    """Check the whole file into staging; False when there is nothing in it. Its first rows may be merged meanwhile."""
    checker = checker_for(batch.item, batch.department, today=today)
    with transaction.atomic():
        held = _held(batch)
        held.state = workflow.next_state(held.state, "read")
        bulk.clear_staged_rows(held)  # what merged rows have named stays known: a later row may contradict them
        if held.checkpoint == 0:
            RejectedRow.objects.filter(batch=held).delete()
            held.rows_rejected = 0
        held.rows_read, held.rows_total = 0, None
        held.leased_until = timezone.now() + OPENING
        _start_clock(held, 0)
        held.save()
    columns = checker.columns()
    with storage.opened(batch.public_id.hex) as path, _table(batch, path, columns) as table:
        header = find_header(table.preamble, columns)
        checker.bind(header.indexes)
        checker.reads_serials = table.counts_days_from_1900
        rows = table.rows(header)
        with _merging_ahead(batch, path, table.format if is_merged else "") as ahead:
            while part := list(islice(rows, SLICE)):
                _stage(batch, checker, part, is_alone=not ahead.is_merging)
                ahead.go_on(len(part))
    with transaction.atomic():
        held = _held(batch)
        if held.rows_read == 0:
            refuse(held, "no_rows", "文件里只有表头，没有数据行。请填写后重新报送。")
            return False
        if not _waits_for_preview(held):
            held.state = workflow.next_state(held.state, "merge")  # it may be merging already
        told = [note.text for note in (*table.notes, *header.notes)]
        held.notes, held.rows_total = [*told, *checker.remarks.sentences()], held.rows_read
        held.save()
        batch.rows_total = held.rows_total
    return True


def _table(batch: Batch, path: str, columns: list):
    return open_table(path, columns=columns, kind_hint="jsonl" if batch.is_json_lines else None)


def _merging_ahead(batch: Batch, path, file_format: str) -> MergingAhead:
    """What merges the first rows while the last are still being read, where nobody has to see a preview first."""
    is_lines = file_format in LINE_FORMATS and not _waits_for_preview(batch)
    prove = partial(prove_table, path, kind_hint=file_format) if is_lines else None
    return MergingAhead(prove, begin=partial(_begin_merging, batch), step=partial(_merge_next, batch, is_whole=False))


@transaction.atomic
def _begin_merging(batch: Batch) -> None:
    held = _held(batch)
    held.state = workflow.next_state(held.state, "merge")
    _start_clock(held, held.rows_accepted + held.rows_unchanged + held.rows_rejected)
    held.save()


def _start_clock(batch: Batch, done: int) -> None:
    """A step begins, or goes on after a rest, at row `done`: speeds are told from here on."""
    batch.moving_since = batch.moved_at = timezone.now()
    batch.moved_from = done


def _stage(batch: Batch, checker: RowChecker, rows: list, *, is_alone: bool) -> None:
    """Check one slice of the file and keep what came of it, in one transaction; PostgreSQL takes rows in meanwhile.

    While former slices are being merged (not `is_alone`) the batch's row is locked at the end only: neither waits.
    """
    rejected: list[tuple[int, list[Problem]]] = []
    with transaction.atomic():
        bulk.commit_later()
        held = _held(batch) if is_alone else batch
        last = bulk.stage(held, _clean(checker, rows, rejected))
        if not is_alone:
            held = _held(batch)
        if not batch.is_json_lines:
            rejected = [(row_no, _lettered(problems, checker.letters)) for row_no, problems in rejected]
        held.rows_read += len(rows)
        held.rows_rejected += bulk.reject(held, [row for row in rejected if row[0] > held.checkpoint])
        held.staged_until = last or held.staged_until
        held.moved_at = timezone.now()
        held.save()


def _clean(checker: RowChecker, rows: list, rejected: list[tuple[int, list[Problem]]]) -> Iterator[CleanRow]:
    """The rows that can stand; what is wrong with the others goes to `rejected`."""
    for row in rows:
        checked = [problem(row.problem)] if row.problem else checker.check(row.row_no, row.cells)
        if isinstance(checked, CleanRow):
            yield checked
        else:
            rejected.append((row.row_no, checked))


def _lettered(problems: list[Problem], letters: dict[str, str]) -> list[Problem]:
    """The problems with the letter Excel shows above each column."""
    return [replace(found, column=letters.get(found.field, "")) for found in problems]


def _foresee(batch: Batch) -> None:
    """Compare every staged row with what is held, slice by slice; killed, it starts over."""
    with transaction.atomic():
        held = _held(batch)
        previewing.begin(held)
        held.rows_compared = 0
        _start_clock(held, 0)
        held.save()
    low: int | None = 0
    while low is not None:
        with transaction.atomic():
            bulk.commit_later()
            held = _held(batch)
            low = previewing.foresee(held, after=low, size=SLICE)
            held.moved_at = timezone.now()
            held.save()


@transaction.atomic
def _show(batch: Batch, today: date) -> Batch:
    """Keep the preview. Who has left the decision to the platform has it decided at once: all rows, or none."""
    held = _held(batch)
    preview = previewing.summarise(held, decide_until=last_day(PREVIEW_LIMIT, today))
    former = Preview.objects.filter(batch=held).first()
    preview.is_renewed = former is not None and former.outcome_digest != preview.outcome_digest
    if former:
        former.delete()
    preview.save(force_insert=True)
    held.rows_rejected, held.attempts = preview.rows_returned, 0
    if held.commit == workflow.Commit.PREVIEW:
        held.state = workflow.next_state(held.state, "preview")
        held.lease = held.leased_until = None
        held.save()
        audit.record(Action.BATCH_PREVIEWED, held, actor=held.sent_by, detail=counts_of(preview))
        return held
    if preview.rows_returned:
        return send_back(held, actor=held.sent_by)
    confirm(held, preview, by=None)
    held.state = workflow.next_state(held.state, "merge")
    held.save()
    batch.decided_at = held.decided_at
    return held


def counts_of(preview: Preview) -> dict:
    names = ("rows_total", "rows_new", "rows_changed", "rows_unchanged", "rows_unreadable", "rows_conflicting")
    return {name: getattr(preview, name) for name in names} | {"digest": preview.outcome_digest}


def confirm(batch: Batch, preview: Preview, *, by: User | None) -> None:
    """From here on the preview binds. What it foresaw as returned is found again by the merge, or not; not saved."""
    batch.decided_at, batch.decided_by = timezone.now(), by
    RejectedRow.objects.filter(batch=batch, is_foreseen=True)._raw_delete(RejectedRow.objects.db)
    batch.rows_rejected = preview.rows_unreadable


def send_back(batch: Batch, *, actor: User | None) -> Batch:
    """Give the whole file back because of its bad rows; they and the file stay, to be corrected."""
    batch.state = workflow.next_state(batch.state, "refuse")
    batch.code, batch.reason = "rows_rejected", WHOLE_FILE.format(rows=batch.rows_rejected)
    RejectedRow.objects.filter(batch=batch).update(is_foreseen=False)
    forget_rows(batch)
    _close(batch)
    audit.record(Action.BATCH_REFUSED, batch, actor=actor, result="refused", reason=batch.code)
    return batch


# In the place of the digest of a preview that was made under another edition: nobody can confirm it any more.
OUTDATED = "outdated"
WHOLE_FILE = "有 {rows} 行不合格，按“有一行不合格就整批退回”的选择，所有的行都没有入库。请改正后重新报送整个文件。"


@transaction.atomic
def _review(batch: Batch) -> None:
    """Nothing went in; look at the whole file again."""
    held = _held(batch)
    held.state = workflow.next_state(held.state, "review")
    held.decided_at = held.decided_by = None
    held.save()
    batch.decided_at, batch.state = None, held.state


def _merge(batch: Batch) -> None:
    """Merge what is staged. All rows or none means one transaction, and the batch goes back if one row does."""
    _begin_merging(batch)
    if batch.policy == workflow.Policy.ALL_OR_NOTHING and batch.decided_at:
        with transaction.atomic():
            while held := _merge_next(batch):
                if held.rows_rejected:
                    raise MovedOn
    else:
        while _merge_next(batch):
            pass


@transaction.atomic
def _merge_next(batch: Batch, *, is_whole: bool = True) -> Batch | None:
    """Merge the next slice; None when there is none, or while the file is read (not `is_whole`) none is full yet."""
    bulk.commit_later()
    held = _held(batch)
    until = held.checkpoint + SLICE
    if held.checkpoint >= held.staged_until or (not is_whole and until > held.staged_until):
        return None
    merge_slice(held, min(until, held.staged_until))
    return held


def merge_slice(batch: Batch, until: int) -> None:
    """Merge one slice and move the checkpoint on, inside the caller's transaction."""
    counts = bulk.merge(batch, until=until)
    batch.checkpoint = until
    batch.attempts = 0
    batch.moved_at = timezone.now()
    batch.rows_accepted += counts["accepted"]
    batch.rows_unchanged += counts["unchanged"]
    batch.rows_rejected += counts["rejected"]
    batch.save()


@transaction.atomic
def _commit(batch: Batch) -> Batch:
    return finish(_held(batch))


def finish(batch: Batch) -> Batch:
    """Close a merged batch: the staging is emptied, the counts stand, the trail has its line."""
    if batch.decided_at:
        forget_rows(batch)
    else:
        bulk.clear_staging(batch)
    batch.state = workflow.next_state(batch.state, "finish")
    _close(batch)
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


def _undo(batch: Batch) -> Batch:
    """Take back what a committed batch brought, slice by slice after the last one; what has changed since is left."""
    while True:
        with transaction.atomic():
            held = _held(batch)
            until = undoing.next_slice(held, SLICE)
            if until is None:
                return _finish_undo(held)
            held.rows_undone += undoing.undo(held, until=until)
            held.checkpoint, held.attempts, held.moved_at = until, 0, timezone.now()
            held.save()


def _finish_undo(batch: Batch) -> Batch:
    batch.state = workflow.next_state(batch.state, "finish")
    batch.lease = batch.leased_until = None
    batch.save()
    audit.record(
        Action.BATCH_UNDONE,
        batch,
        actor=batch.undone_by,
        detail={"undone": batch.rows_undone, "left": batch.rows_accepted - batch.rows_undone},
    )
    return batch
