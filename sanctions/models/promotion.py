"""会展、银企对接推介 (33号（八）): events, and the honest organisations recommended at each, frozen when published."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from records.models import Subject
from sanctions import workflow
from sanctions.models.listings import Listing
from sanctions.querysets import PublicationQuerySet


class EventKind(models.TextChoices):
    FAIR = "fair", "会展"
    MATCHING = "matching", "银企对接"
    OTHER = "other", "其他推介活动"


class PromotionEvent(models.Model):
    """推介活动: where and when, and from which red lists and region the list is made. Published, it never changes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="promotion_events", verbose_name="主办部门"
    )
    kind = models.CharField("种类", max_length=10, choices=EventKind.choices)
    name = models.CharField("名称", max_length=100)
    place = models.CharField("地点", max_length=100)
    begins_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    about = models.TextField("说明")
    list_codes = ArrayField(models.CharField(max_length=20), verbose_name="推介自名单")
    region_prefix = models.CharField("区划", max_length=6, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=workflow.PublicationState.choices, default=workflow.COMPOSED
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟订人")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核准人"
    )
    opinion = models.TextField("核准意见", blank=True)
    published_on = models.DateField("公布日期", null=True)
    closed_on = models.DateField("撤下日期", null=True)
    close_reason = models.CharField("撤下原因", max_length=500, blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "推介活动"
        ordering = ["-begins_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=workflow.PublicationState.values), name="event_state_is_known"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("begins_on")), name="event_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(list_codes__len=0), name="event_recommends_from_a_list"),
            models.CheckConstraint(
                condition=Q(state=workflow.COMPOSED)
                | Q(approver__isnull=False, published_on__isnull=False) & ~Q(approver=F("author")),
                name="event_is_published_by_another_person",
            ),
        ]

    def __str__(self):
        return self.name

    def audit_label(self):
        return self.name


class Recommendation(models.Model):
    """被推介的主体, as on the day of publication, with the reason. Insert-only."""

    event = models.ForeignKey(PromotionEvent, models.PROTECT, related_name="recommendations", verbose_name="推介活动")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name="主体")
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="+", verbose_name="名单条目")
    reason = models.CharField("推介理由", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "推介的主体"
        ordering = ["event", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "subject"], name="recommended_once_an_event")]

    def __str__(self):
        return f"{self.event_id} {self.subject_id}"
