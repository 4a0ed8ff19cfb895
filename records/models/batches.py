"""How facts come in: batches, the rows waiting in them, and the rows sent back."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now

from catalogue.models import InformationItem
from records import workflow
from records.querysets import BatchQuerySet


class Batch(models.Model):
    """报送批次: what a department sent, and what became of each row. A single form is a batch of one."""

    class Source(models.TextChoices):
        FORM = "form", "网页填报"
        FILE = "file", "文件上传"
        API = "api", "接口报送"
        COMMAND = "command", "命令行导入"
        INBOX = "inbox", "收件箱"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(InformationItem, models.PROTECT, related_name="+", verbose_name="目录项")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="batches", verbose_name="报送部门"
    )
    system = models.ForeignKey(
        "accounts.SourceSystem", models.PROTECT, null=True, related_name="batches", verbose_name="来源系统"
    )
    source = models.CharField("方式", max_length=10, choices=Source.choices)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    file_name = models.CharField("文件名", max_length=255, blank=True)
    file_digest = models.CharField("文件摘要（SM3）", max_length=64)
    file_size = models.PositiveBigIntegerField("大小（字节）", default=0)
    is_json_lines = models.BooleanField(default=False, editable=False)
    folder = models.UUIDField("压缩包", null=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=workflow.BatchState.choices, default=workflow.RECEIVED)
    commit = models.CharField("入库方式", max_length=10, choices=workflow.Commit.choices, default=workflow.Commit.AUTO)
    policy = models.CharField(
        "不合格行", max_length=20, choices=workflow.Policy.choices, default=workflow.Policy.GOOD_ROWS
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    decided_at = models.DateTimeField("确认时间", null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="撤回人"
    )
    undone_at = models.DateTimeField("撤回时间", null=True)
    undo_reason = models.TextField("撤回原因", blank=True)
    code = models.CharField("退回代码", max_length=40, blank=True)
    reason = models.TextField("退回原因", blank=True)
    notes = models.JSONField("读取说明", default=list, blank=True)
    rows_total = models.PositiveIntegerField("总行数", null=True)
    rows_read = models.PositiveIntegerField("已读行数", default=0)
    rows_accepted = models.PositiveIntegerField("接收", default=0)
    rows_unchanged = models.PositiveIntegerField("无变化", default=0)
    rows_rejected = models.PositiveIntegerField("退回", default=0)
    rows_compared = models.PositiveIntegerField("已比对", default=0)
    rows_undone = models.PositiveIntegerField("已撤回", default=0)
    staged_until = models.PositiveIntegerField(default=0)
    checkpoint = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    # The present step's own clock: when it began, at which row, when it last moved. Speeds are told from these alone.
    moving_since = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    moved_from = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField("报送时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送批次"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["department", "-id"], name="batch_of_department"),
            models.Index(fields=["system", "-id"], name="batch_of_system", condition=Q(system__isnull=False)),
            models.Index(fields=["leased_until"], name="batch_waiting", condition=Q(state__in=workflow.BATCH_MOVING)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in workflow.BatchState]), name="batch_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[workflow.COMMITTED, workflow.UNDOING, workflow.UNDONE])
                | Q(rows_total=F("rows_accepted") + F("rows_unchanged") + F("rows_rejected")),
                name="every_row_of_a_committed_batch_is_accounted_for",
            ),
            models.CheckConstraint(condition=~Q(state=workflow.REFUSED) | ~Q(code=""), name="refusal_says_why"),
        ]

    def __str__(self):
        return f"{self.item} {self.created_at:%Y-%m-%d} {self.file_name}".strip()


class StagedRow(models.Model):
    """A checked row on its way into the records.

    The table is unlogged: after a crash it is read again from the file.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, db_constraint=False, related_name="+")
    row_no = models.PositiveIntegerField()
    subject_kind = models.CharField(max_length=20)
    subject_name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=400)
    adult_on = models.DateField(null=True)
    id_kinds = ArrayField(models.TextField())
    id_lookups = ArrayField(models.TextField())
    id_ciphers = ArrayField(models.TextField())
    document_no = models.CharField(max_length=128)
    decided_on = models.DateField()
    title = models.TextField()
    authority = models.TextField()
    values = models.JSONField()
    secrets = models.JSONField()
    content_digest = models.BinaryField()
    severity = models.CharField(max_length=10, blank=True)
    displayed_until = models.DateField(null=True)
    display_rule_key = models.CharField(max_length=60)
    responsible = models.JSONField(default=list, db_default=Value([], models.JSONField()))

    pk = models.CompositePrimaryKey("batch_id", "row_no")


class BatchKey(models.Model):
    """Which records a running batch has already named: the second naming is told, not obeyed. Emptied at the end.

    Written once a row of every import, so it has no index and no check but its key.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    key = models.UUIDField()
    row_no = models.PositiveIntegerField()
    content_digest = models.BinaryField()

    pk = models.CompositePrimaryKey("batch_id", "key")


class RejectedRow(models.Model):
    """退回行: the line of the file and what is wrong with it, never a secret value in the clear.

    What only a preview found against the records held is found again, or not, when the batch is committed.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rejected_rows")
    row_no = models.PositiveIntegerField("行号")
    problems = models.JSONField("问题")
    is_foreseen = models.BooleanField(default=False, db_default=False)

    pk = models.CompositePrimaryKey("batch_id", "row_no")

    class Meta:
        verbose_name = verbose_name_plural = "退回行"
        ordering = ["batch_id", "row_no"]


class IdempotencyKey(models.Model):
    """One request, one batch, however often it is sent (T-37)."""

    department = models.ForeignKey("accounts.Department", models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "key"], name="key_once_a_department")]
