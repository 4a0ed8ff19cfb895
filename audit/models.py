"""The append-only trail, and the seals over it. PostgreSQL refuses every change (see migration 0001)."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Func, Q

from audit.actions import Action


class AuditEvent(models.Model):
    """One thing that happened: who, when, what, to which object, why. Copied as text, so it outlives its objects."""

    class Result(models.TextChoices):
        DONE = "done", "已完成"
        REFUSED = "refused", "被拒绝"

    class Source(models.TextChoices):
        WEB = "web", "网页"
        API = "api", "接口"
        TASK = "task", "后台任务"
        COMMAND = "command", "命令行"

    at = models.DateTimeField("时间", db_default=Func(function="clock_timestamp", output_field=models.DateTimeField()))
    action = models.CharField("操作", max_length=80)
    actor_id = models.CharField("操作人编号", max_length=40, null=True, help_text="空表示由系统执行。")  # noqa: DJ001
    actor_name = models.TextField("操作人")
    department_code = models.CharField("部门代码", max_length=40, null=True)  # noqa: DJ001 - NULL: no department
    object_type = models.CharField("对象类型", max_length=80)
    object_id = models.TextField("对象编号")
    object_label = models.TextField("对象")
    result = models.CharField("结果", max_length=8, choices=Result)
    reason = models.TextField("理由")
    business_on = models.DateField(
        "业务日期",
        db_default=Func(function="platform_today", output_field=models.DateField()),
        help_text="事实所属之日，例如公示期满之日，可早于记录时间。",
    )
    request_id = models.CharField("请求编号", max_length=64)
    source = models.CharField("来源", max_length=8, choices=Source)
    detail = models.JSONField("详情", default=dict)
    once = models.BooleanField("仅记一次", default=False)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(action__regex=r"^[a-z]+\.[a-z]+\.[a-z]+(_[a-z]+)*$"), name="audit_event_action_grammar"
            ),
            models.CheckConstraint(condition=Q(result__in=["done", "refused"]), name="audit_event_result_known"),
            models.CheckConstraint(
                condition=Q(source__in=["web", "api", "task", "command"]), name="audit_event_source_known"
            ),
            models.UniqueConstraint(
                fields=["action", "object_type", "object_id", "business_on"],
                condition=Q(once=True),
                name="audit_event_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_event_object"),
            models.Index(fields=["actor_id", "id"], name="audit_event_actor", condition=Q(actor_id__isnull=False)),
            BrinIndex(fields=["at"], name="audit_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action_label} {self.object_label}".strip()

    @property
    def action_label(self) -> str:
        """The action in words; one retired since keeps its bare name. (As field choices each would be a migration.)"""
        return Action(self.action).label if self.action in Action else self.action


class Seal(models.Model):
    """A batch of events under one Merkle root, chained to the batch before it (SM3 throughout, see audit.canonical)."""

    number = models.BigIntegerField("封存号", primary_key=True)
    first_id = models.BigIntegerField("首条编号")
    last_id = models.BigIntegerField("末条编号")
    size = models.PositiveIntegerField("条数")
    root = models.CharField("默克尔根", max_length=64)
    previous_hash = models.CharField("前一封存值", max_length=64, unique=True)
    hash = models.CharField("封存值", max_length=64, unique=True)
    sealed_at = models.DateTimeField("封存时间")
    # Only says where the next search begins, so not part of the hash. horizon: a transaction id taken after the batch
    # was read; once all older ones have ended, no event up to last_id can still appear. settled_id: every event up to
    # here that will ever exist is sealed.
    horizon = models.BigIntegerField("事务边界")
    settled_id = models.BigIntegerField("已无遗漏的末条编号")

    class Meta:
        verbose_name = "审计封存"
        verbose_name_plural = "审计封存"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"第 {self.number} 号封存"


class SealEntry(models.Model):
    """Membership of one event in one seal. Rows, not ranges of ids: a lower id may commit after a higher one."""

    event_id = models.BigIntegerField("审计记录编号", primary_key=True)
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="entries", db_constraint=False, db_index=False)
    position = models.PositiveIntegerField("位置")
    leaf = models.BinaryField("叶值")

    class Meta:
        verbose_name = "封存明细"
        verbose_name_plural = "封存明细"
        ordering: ClassVar = ["seal_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seal", "position"], name="audit_seal_entry_position"),
        ]

    def __str__(self) -> str:
        return f"{self.seal_id}/{self.position}"
