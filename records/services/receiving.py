"""A batch comes in: the right to report, the file kept encrypted under its digest, the key that makes it one batch.

How it goes on from there stands in `batches`.
"""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import InformationItem
from records import storage
from records.errors import IdempotencyConflict
from records.models import Batch, IdempotencyKey, ReportingSetting
from records.services.batches import refuse, require_right, require_source


def receive_batch(
    *,
    item: InformationItem,
    department: Department,
    source: str,
    file_name: str,
    chunks: Iterable[bytes],
    actor: User,
    idempotency_key: str = "",
    commit: str = "",
    policy: str = "",
    is_json_lines: bool = False,
    folder: uuid.UUID | None = None,
) -> Batch:
    """Take a file in. The same key with the same content gives the same batch; with other content IdempotencyConflict.

    Where `commit` and `policy` are left open the department's own setting holds. A file over the limit becomes a
    refused batch, of which nothing but the refusal is kept.
    """
    require_right(actor, "report", department)
    require_source(item, department)
    public_id = uuid.uuid4()
    batch = Batch(
        public_id=public_id,
        item=item,
        department=department,
        source=source,
        file_name=file_name[-255:],
        sent_by=actor,
        is_json_lines=is_json_lines,
        folder=folder,
    )
    _agree(batch, commit, policy)
    try:
        batch.file_digest, batch.file_size = storage.save(public_id.hex, chunks, limit=settings.UPLOAD_LIMIT_BYTES)
    except storage.FileTooLarge as error:
        limit = settings.UPLOAD_LIMIT_BYTES // 1024 // 1024
        return refuse(batch, error.code, f"文件超过 {limit} MB。请分成几个文件报送，或改用 CSV 格式。")
    try:
        kept = _keep(batch, idempotency_key)
    except BaseException:
        storage.discard(public_id.hex)
        raise
    if kept.public_id != public_id:
        storage.discard(public_id.hex)
    return kept


def reporting_setting(department: Department) -> ReportingSetting:
    """What the department has agreed on, or the platform's defaults; not necessarily stored."""
    return ReportingSetting.objects.filter(department=department).first() or ReportingSetting(department=department)


def _agree(batch: Batch, commit: str, policy: str) -> None:
    """Who confirms the batch and what becomes of its good rows: as asked for, or as the department has agreed."""
    if batch.source == Batch.Source.FORM:
        return
    setting = reporting_setting(batch.department)
    batch.policy = policy or setting.policy
    if commit:
        batch.commit = commit
    elif batch.source in (Batch.Source.API, Batch.Source.INBOX):
        batch.commit = setting.commit


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
