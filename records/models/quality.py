"""Figures of data quality as they were computed, duties to report, and the bulletins made of them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from records.models.records import Record
from records.quality.policy import COUNTED, Counts, Cycle
from records.quality.querysets import BulletinQuerySet, FigureRunQuerySet
from records.quality.workflow import DRAFT, ISSUED, BulletinState
from records.querysets import ScopedQuerySet

CYCLES = {Cycle.MONTH.value: "每月", Cycle.QUARTER.value: "每季度", Cycle.YEAR.value: "每年"}


class FigureRun(models.Model):
    """质量统计: one computation of one month. Version 0 is provisional and computed anew; the others never change."""

    month = models.DateField("月份")
    version = models.PositiveSmallIntegerField("版本")
    computed_at = models.DateTimeField("统计时刻")
    definition = models.PositiveSmallIntegerField("口径版本")
    calendar_version = models.CharField("工作日历版本", max_length=64)
    reason = models.CharField("重算原因", max_length=200, blank=True)

    objects = FigureRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "质量统计"
        ordering = ["-month", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["month", "version"], name="one_run_a_version"),
            models.CheckConstraint(condition=Q(month__day=1), name="figures_are_of_a_month"),
            models.CheckConstraint(condition=Q(version__lt=2) | ~Q(reason=""), name="recomputation_says_why"),
        ]

    def __str__(self):
        return f"{self.month:%Y-%m} 第 {self.version} 版" if self.version else f"{self.month:%Y-%m} 暂计"

    @property
    def is_provisional(self) -> bool:
        return self.version == 0


class MonthlyFigure(models.Model):
    """月度质量数: what was counted for one department and one item (records.quality.policy.Counts)."""

    run = models.ForeignKey(FigureRun, models.PROTECT, related_name="figures")
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="+", db_index=False)
    item_code = models.CharField(max_length=20)
    reported = models.PositiveIntegerField(default=0)
    timed = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    files_refused = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    wrong_codes = models.PositiveIntegerField(default=0)
    national_refused = models.PositiveIntegerField(default=0)
    duties = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    contradicted = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月度质量数"
        constraints = [
            models.UniqueConstraint(fields=["department", "run", "item_code"], name="one_figure_a_run"),
            models.CheckConstraint(condition=Q(late__lte=F("timed"), timed__lte=F("reported")), name="late_is_a_part"),
        ]

    def __str__(self):
        return f"{self.run_id} {self.item_code}"

    @property
    def counts(self) -> Counts:
        return Counts(**{name: getattr(self, name) for name in COUNTED})


class NationalRefusal(models.Model):
    """国家平台退回: that the national platform once gave a record back. Insert-only, whatever was mended since."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="national_refusals")
    revision = models.PositiveIntegerField("版本")
    code = models.CharField("退回代码", max_length=64)
    reason = models.CharField("退回原因", max_length=300)
    refused_at = models.DateTimeField("退回时间", db_default=Now(), db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "国家平台退回"

    def __str__(self):
        return f"{self.record_id} {self.code}"


class ReportingDuty(models.Model):
    """报送责任: that a department must report an item every so often, or say that there was nothing."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="+", verbose_name="部门")
    item_code = models.CharField("目录项编码", max_length=20)
    cycle = models.CharField("周期", max_length=10, choices=list(CYCLES.items()), default=Cycle.MONTH.value)
    in_force_from = models.DateField("自")
    in_force_until = models.DateField("至", null=True, blank=True, help_text="留空表示现行有效。")
    source = models.CharField("依据", max_length=200)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送责任"
        ordering = ["department", "item_code", "in_force_from"]
        constraints = [
            models.UniqueConstraint(fields=["department", "item_code", "in_force_from"], name="one_duty_a_start"),
            models.CheckConstraint(condition=Q(cycle__in=list(CYCLES)), name="cycle_is_known"),
            models.CheckConstraint(condition=~Q(source=""), name="duty_has_a_source"),
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gte=F("in_force_from")),
                name="duty_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.department} {self.item_code} {self.get_cycle_display()}"


class ZeroReport(models.Model):
    """零报告: a department's statement that nothing of an item was decided in a period. Insert-only."""

    duty = models.ForeignKey(ReportingDuty, models.PROTECT, related_name="zero_reports", verbose_name="报送责任")
    month = models.DateField("期末月份")
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    stated_at = models.DateTimeField("报告时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "零报告"
        constraints = [
            models.UniqueConstraint(fields=["duty", "month"], name="nothing_is_said_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="zero_report_is_of_a_month"),
        ]

    def __str__(self):
        return f"{self.duty} {self.month:%Y-%m}"


class Bulletin(models.Model):
    """质量通报: what was said about a month, kept as it was said. Once issued it does not change."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.OneToOneField(FigureRun, models.PROTECT, related_name="bulletin", verbose_name="统计")
    state = models.CharField("状态", max_length=10, choices=BulletinState.choices, default=DRAFT)
    content = models.JSONField("内容")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟稿")
    drafted_at = models.DateTimeField("拟稿时间", auto_now_add=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="印发"
    )
    issued_at = models.DateTimeField("印发时间", null=True)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "质量通报"
        ordering = ["-run__month", "-run__version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in BulletinState]), name="bulletin_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DRAFT, issued_by=None, issued_at=None)
                | Q(state=ISSUED, issued_by__isnull=False, issued_at__isnull=False),
                name="issued_bulletin_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(issued_by=None) | ~Q(issued_by=F("drafted_by")), name="bulletin_takes_two_people"
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        version = f"（第 {self.run.version} 版）" if self.run.version > 1 else ""
        return f"公共信用信息数据质量通报（{self.run.month.year} 年第 {self.run.month.month} 期）{version}"
