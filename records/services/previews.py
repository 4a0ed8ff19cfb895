"""What people decide about a previewed batch: commit it or drop it; and what a department has agreed on beforehand."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from records import bulk, previewing, workflow
from records.errors import PreviewMoved
from records.models import Batch, ReportingSetting, StagedRow
from records.services.batches import confirm, end_unmerged, require_right, send_back


@transaction.atomic
def commit_batch(batch: Batch, *, actor: User, policy: str, seen: str) -> Batch:
    """Say yes to a preview; a worker then merges exactly what it showed.

    `seen` is the outcome digest of the preview the person looked at. Raises PreviewMoved when that is no longer the
    preview, TransitionRefused when the batch is no longer waiting. With ALL_OR_NOTHING a batch holding bad rows goes
    back as a whole. A batch whose staged rows a crash of the database has lost is read and previewed anew: it comes
    back READING.
    """
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    require_right(actor, "report", batch.department)
    state = workflow.next_state(batch.state, "commit")
    batch.policy = workflow.Policy(policy).value
    preview = batch.preview
    if _has_lost_its_rows(batch):
        return _read_again(batch)
    if seen != preview.outcome_digest or batch.file_digest != preview.file_digest:
        raise PreviewMoved("预览已经更新，与您确认的不同。请重新核对后再确认。")
    if previewing.rows_digest(batch) != preview.rows_digest:
        raise PreviewMoved("暂存的内容与预览不一致，没有入库。请放弃这次报送，重新上传文件。")
    if preview.rows_returned and batch.policy == workflow.Policy.ALL_OR_NOTHING:
        return send_back(batch, actor=actor)
    confirm(batch, preview, by=actor)
    batch.state = state
    batch.save()
    audit.record(
        Action.BATCH_CONFIRMED, batch, actor=actor, detail={"digest": preview.outcome_digest, "policy": batch.policy}
    )
    return batch


def _has_lost_its_rows(batch: Batch) -> bool:
    """The staging table is unlogged: PostgreSQL empties it after a crash of its own."""
    return batch.staged_until > 0 and not bulk.has_staged_rows(batch)


def _read_again(batch: Batch) -> Batch:
    batch.state = workflow.next_state(batch.state, "read")
    batch.rows_total = None
    batch.save()
    return batch


@transaction.atomic
def drop_batch(batch: Batch, *, actor: User) -> Batch:
    """Say no to a preview: nothing of the file is kept but the line in the trail. Raises TransitionRefused."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    require_right(actor, "report", batch.department)
    end_unmerged(batch, "drop")
    audit.record(Action.BATCH_DROPPED, batch, actor=actor)
    return batch


def drop_undecided(*, today: date) -> int:
    """Drop the previews nobody has decided on in time; return how many."""
    dropped = 0
    for pk in Batch.objects.undecided(on=today).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            batch = Batch.objects.select_for_update(skip_locked=True).filter(pk=pk, state=workflow.PREVIEWED).first()
            if batch is not None:
                end_unmerged(batch, "drop")
                audit.record(Action.BATCH_DROPPED, batch, reason="preview_not_decided_in_time", business_on=today)
                dropped += 1
    return dropped


def read_lost_previews_again() -> int:
    """After a crash of the database: previewed batches without their staged rows go back to reading."""
    staged = StagedRow.objects.filter(batch=OuterRef("pk"))
    lost = Batch.objects.filter(~Exists(staged), state=workflow.PREVIEWED, staged_until__gt=0)
    found = 0
    for pk in lost.values_list("pk", flat=True):
        with transaction.atomic():
            batch = Batch.objects.select_for_update(skip_locked=True).filter(pk=pk, state=workflow.PREVIEWED).first()
            if batch is not None and _has_lost_its_rows(batch):
                _read_again(batch)
                found += 1
    return found


@transaction.atomic
def change_reporting_setting(department: Department, *, policy: str, commit: str, actor: User) -> ReportingSetting:
    """Set what holds for the department's batches when their sender says nothing. The department's lead decides."""
    require_right(actor, "correct", department)
    setting, _ = ReportingSetting.objects.update_or_create(
        department=department,
        defaults={"policy": workflow.Policy(policy).value, "commit": workflow.Commit(commit).value},
    )
    audit.record(
        Action.REPORTING_CHANGED, setting, actor=actor, detail={"policy": setting.policy, "commit": setting.commit}
    )
    return setting
