"""What was sent to the national platform and what it answered.

What is still to be sent is a question to the records.
"""

import uuid

from django.db import models
from django.db.models import Q

from audit.models import TreeHead
from exchange import workflow
from exchange.querysets import HandoverQuerySet
from records.models import Record, Subject


class Delivery(models.Model):
    """One signed batch. It stays open until the national platform has said something trustworthy about every row."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=workflow.DeliveryState.choices, default=workflow.SENT)
    rows = models.PositiveIntegerField("行数")
    accepted = models.PositiveIntegerField("接收", default=0)
    refused = models.PositiveIntegerField("退回", default=0)
    receipt = models.CharField("回执号", max_length=64, blank=True)
    code = models.CharField("代码", max_length=64, blank=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    excerpt = models.CharField("答复摘录", max_length=500, blank=True)
    ask_at = models.DateTimeField("可查询时间")
    created_at = models.DateTimeField("发送时间", auto_now_add=True)
    closed_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "报送批次（国家平台）"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["ask_at"], name="delivery_open", condition=Q(state__in=workflow.DELIVERY_OPEN))]

    def __str__(self):
        return str(self.public_id)


class Handover(models.Model):
    """How far one record has come with the national platform."""

    record = models.OneToOneField(
        Record, models.PROTECT, primary_key=True, related_name="handover", verbose_name="记录"
    )
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="handovers", verbose_name="在途批次")
    revision = models.PositiveIntegerField("在途版本", default=0)
    action = models.CharField("操作", max_length=10, choices=workflow.HandoverAction.choices, blank=True)
    is_published = models.BooleanField("国家平台已公示", default=False)
    receipt = models.CharField("回执号", max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    next_attempt_at = models.DateTimeField("下次尝试", null=True)
    refused_revision = models.PositiveIntegerField("被退回版本", default=0)
    code = models.CharField("退回代码", max_length=64, blank=True)
    reason = models.CharField("退回原因", max_length=300, blank=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "国家平台报送情况"
        indexes = [
            models.Index(fields=["delivery"], name="handover_in_flight", condition=Q(delivery__isnull=False)),
        ]

    def __str__(self):
        return f"{self.record_id} v{self.revision}"


class IdentityCheck(models.Model):
    """How far asking the population base library about one person has come. What it said stands at the person.

    code: why a whole request got no answer, empty when this person was answered about. No number, no name.
    """

    subject = models.OneToOneField(
        Subject, models.PROTECT, primary_key=True, related_name="identity_check", verbose_name="自然人"
    )
    answer = models.CharField("答复", max_length=11, blank=True)
    attempts = models.PositiveIntegerField("尝试次数", default=0)
    next_attempt_at = models.DateTimeField("下次尝试", null=True, db_index=True)
    code = models.CharField("代码", max_length=64, blank=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "身份核验情况"

    def __str__(self):
        return f"自然人 {self.subject_id}"


class HeadHandover(models.Model):
    """What the national platform said of one daily tree head of the trail. A head without a receipt is sent again."""

    head = models.OneToOneField(
        TreeHead,
        models.PROTECT,
        primary_key=True,
        related_name="handover",
        verbose_name="每日树根",
        db_constraint=False,
    )
    receipt = models.CharField("回执号", max_length=64, blank=True)
    attempts = models.PositiveIntegerField("尝试次数", default=0)
    next_attempt_at = models.DateTimeField("下次尝试", null=True)
    code = models.CharField("代码", max_length=64, blank=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "每日树根报送情况"

    def __str__(self):
        return f"第 {self.head_id} 号树根"
