"""Clocks: when somebody must have acted, with every stop and the one extension, each with its reason."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from repair.models.cases import Case
from repair.querysets import ClockQuerySet


class Clock(models.Model):
    """期限: one time limit running for one case. The original day stays; `due_on` moves by stops and the extension."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks", verbose_name="办件")
    key = models.CharField("期限代码", max_length=60)
    unit = models.CharField("单位", max_length=12)
    started_on = models.DateField("起算日期")
    original_due_on = models.DateField("原定期限")
    due_on = models.DateField("期限")
    explanation = models.TextField("计算说明")
    is_verified = models.BooleanField("天数已核对原文", default=False)
    calendar_version = models.CharField("工作日历版本", max_length=64)
    ended_on = models.DateField("结束日期", null=True)
    missed_on = models.DateField("逾期已记", null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办件期限"
        ordering = ["pk"]
        indexes = [models.Index(fields=["due_on"], name="clock_running", condition=Q(ended_on__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key"], condition=Q(ended_on__isnull=True), name="one_running_clock_a_limit"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("original_due_on")), name="clock_never_runs_backwards"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="clock_ends_after_it_starts",
            ),
        ]


class ClockStop(models.Model):
    """中止: the days a clock stood still, and why."""

    class Reason(models.TextChoices):
        MATERIAL = "material", "等待补正材料"
        VERIFICATION = "verification", "等待部门核查"

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="stops", verbose_name="期限")
    reason = models.CharField("原因", max_length=12, choices=Reason.choices)
    from_on = models.DateField("自")
    until_on = models.DateField("至", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "期限中止"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(until_on__isnull=True), name="a_clock_stands_still_once"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="stop_ends_after_it_begins"
            ),
        ]


class ClockExtension(models.Model):
    """延长: once a clock, with its reason and who said so."""

    clock = models.OneToOneField(Clock, models.PROTECT, related_name="extension", verbose_name="期限")
    reason = models.TextField("理由")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="决定人")
    on = models.DateField("决定日期")
    from_due_on = models.DateField("延长前期限")
    to_due_on = models.DateField("延长后期限")

    class Meta:
        verbose_name = verbose_name_plural = "期限延长"
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="extension_says_why"),
            models.CheckConstraint(condition=Q(to_due_on__gt=F("from_due_on")), name="extension_lengthens"),
        ]
