"""What a clerk sees before a batch goes in: stored, so that what was previewed is what is committed (T-52)."""

from django.db import models
from django.db.models.functions import Now

from records import workflow
from records.models.batches import Batch


class Preview(models.Model):
    """预览: what would become of every row of a batch, computed once the whole file has been read.

    The digests tie it to the file, to the rows as checked and to the outcome of each. Examples are kept until the batch
    is decided on, counts and digests for good. Names of natural persons are masked before they get here, secrets
    never get here.
    """

    batch = models.OneToOneField(Batch, models.CASCADE, primary_key=True, related_name="preview")
    file_digest = models.CharField("文件摘要（SM3）", max_length=64)
    rows_digest = models.CharField("检查结果摘要", max_length=64)
    outcome_digest = models.CharField("预览摘要", max_length=64)
    rows_total = models.PositiveIntegerField("总行数")
    rows_new = models.PositiveIntegerField("新增")
    rows_changed = models.PositiveIntegerField("变更")
    rows_unchanged = models.PositiveIntegerField("无变化")
    rows_unreadable = models.PositiveIntegerField("检查退回")
    rows_conflicting = models.PositiveIntegerField("比对退回")
    rows_shown = models.PositiveIntegerField("将公开")
    rows_ended = models.PositiveIntegerField("将停止公开")
    doubtful = models.JSONField("疑似重复", default=list)
    changes = models.JSONField("变更最大的记录", default=list)
    sample = models.JSONField("样例", default=list)
    is_renewed = models.BooleanField("与上次预览不同", default=False)
    decide_until = models.DateField("确认期限")
    made_at = models.DateTimeField("生成时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "预览"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    rows_total=models.F("rows_new")
                    + models.F("rows_changed")
                    + models.F("rows_unchanged")
                    + models.F("rows_unreadable")
                    + models.F("rows_conflicting")
                ),
                name="every_row_of_a_preview_is_accounted_for",
            )
        ]

    @property
    def rows_accepted(self) -> int:
        return self.rows_new + self.rows_changed

    @property
    def rows_returned(self) -> int:
        return self.rows_unreadable + self.rows_conflicting

    @property
    def rows_told(self) -> int:
        """How many rows the national platform will be told: what is shown, and what is shown no more."""
        return self.rows_shown + self.rows_ended


class PreviewedRow(models.Model):
    """预览行: the outcome foreseen for a row. A row is taken in only if it is still this, content and revision."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+")
    row_no = models.PositiveIntegerField()
    outcome = models.CharField(max_length=40)
    record_id = models.BigIntegerField(null=True)
    revision = models.PositiveIntegerField(null=True)
    content_digest = models.BinaryField()

    pk = models.CompositePrimaryKey("batch_id", "row_no")


class ReportingSetting(models.Model):
    """报送设置: what a department has agreed on for its batches; without a row the platform's defaults hold."""

    department = models.OneToOneField("accounts.Department", models.CASCADE, primary_key=True, related_name="+")
    policy = models.CharField(
        "不合格行", max_length=20, choices=workflow.Policy.choices, default=workflow.Policy.GOOD_ROWS
    )
    commit = models.CharField(
        "接口和收件箱", max_length=10, choices=workflow.Commit.choices, default=workflow.Commit.AUTO
    )

    class Meta:
        verbose_name = verbose_name_plural = "报送设置"

    def __str__(self):
        return f"{self.department} 报送设置"
