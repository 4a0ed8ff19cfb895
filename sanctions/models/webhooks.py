"""Who wants to hear when a verdict changes, and what has been told to whom."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from records.models import Subject
from sanctions import workflow
from sanctions.models.checks import Matter
from sanctions.querysets import CheckQuerySet, WebhookDeliveryQuerySet


class Subscription(models.Model):
    """订阅: a department is told when the verdict on a subject for a matter is no longer the one last told.

    `reference` is the department's own name for the subject: of a person nothing else ever leaves.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="subscriptions", verbose_name="部门"
    )
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="subscriptions", verbose_name="主体")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+", verbose_name="事项")
    reference = models.CharField("本部门业务编号", max_length=100)
    consent_no = models.CharField("授权书编号", max_length=100, blank=True)
    url = models.CharField("接收地址", max_length=500)
    secret = models.TextField(editable=False)
    told_digest = models.CharField(max_length=64, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name="订阅人"
    )
    created_at = models.DateTimeField("订阅时间", db_default=Now())
    ended_at = models.DateTimeField("终止时间", null=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "变更订阅"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["id"], name="subscription_open", condition=Q(ended_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "subject", "matter", "url"],
                name="one_open_subscription",
                condition=Q(ended_at__isnull=True),
            )
        ]

    def __str__(self):
        return f"{self.matter_id}/{self.reference}"


class WebhookDelivery(models.Model):
    """变更通知: one event for one subscription, sent until it is taken or given up; nothing in it is personal data."""

    event_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="deliveries", verbose_name="订阅")
    payload = models.JSONField("内容")
    state = models.CharField("状态", max_length=9, choices=workflow.DeliveryState.choices, default=workflow.QUEUED)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    created_at = models.DateTimeField("产生时间", db_default=Now())
    queued_at = models.DateTimeField("排队时间", db_default=Now())
    next_attempt_at = models.DateTimeField("下次发送", null=True, db_default=Now())
    delivered_at = models.DateTimeField("送达时间", null=True)
    last_error = models.CharField("最近一次失败", max_length=200, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "变更通知"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="webhook_due", condition=Q(state=workflow.QUEUED)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=workflow.DeliveryState.values), name="webhook_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=workflow.DELIVERED) | Q(delivered_at__isnull=False), name="delivered_has_a_moment"
            ),
        ]

    def __str__(self):
        return str(self.event_id)
