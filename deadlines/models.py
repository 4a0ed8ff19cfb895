"""The holiday table and the terms of the law: dated rows with a source, edited by staff, never by a programmer."""

import datetime
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Func, Q

from deadlines import policy


class Workday(models.Model):
    """A day that differs from the plain week: a holiday, or a Saturday/Sunday worked in exchange (调休)."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "放假"
        WORKING = "working", "调休上班"

    class Status(models.TextChoices):
        OFFICIAL = "official", "已由国务院办公厅通知确定"
        PROVISIONAL = "provisional", "暂定，待国务院办公厅通知"

    date = models.DateField("日期", primary_key=True)
    kind = models.CharField("类型", max_length=10, choices=Kind)
    name = models.CharField("节日名称", max_length=40)
    source = models.CharField("依据", max_length=200)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.OFFICIAL)

    class Meta:
        verbose_name = "工作日例外"
        verbose_name_plural = "工作日例外（放假与调休）"
        ordering: ClassVar = ["date"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=["holiday", "working"]), name="workday_kind_known"),
            models.CheckConstraint(condition=Q(status__in=["official", "provisional"]), name="workday_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}（{self.get_kind_display()}）"


class TimeLimitMissing(LookupError):
    """No time limit of that key was in force on that day."""

    code = "time_limit_missing"

    def __init__(self, key: str, on: datetime.date) -> None:
        super().__init__(f"{on} 没有生效的期限“{key}”，请先在“法定期限”中登记。")


class TimeLimitQuerySet(models.QuerySet["TimeLimit"]):
    def in_force(self, key: str, *, on: datetime.date) -> "TimeLimit":
        """The one version of a time limit that applies to a fact of that day; raises TimeLimitMissing."""
        limit = self.filter(
            Q(in_force_until__isnull=True) | Q(in_force_until__gte=on), key=key, in_force_from__lte=on
        ).first()
        if limit is None:
            raise TimeLimitMissing(key, on)
        return limit


class TimeLimit(models.Model):
    """A term of the law in one of its versions; a change of law ends the row and adds another."""

    class Unit(models.TextChoices):
        WORKING_DAY = "working_day", "工作日"
        CALENDAR_DAY = "calendar_day", "日（自然日）"
        MONTH = "month", "个月"
        YEAR = "year", "年"

    class Evidence(models.TextChoices):
        VERIFIED = "verified", "已核对原文"
        TO_BE_VERIFIED = "to_be_verified", "待核对"

    key = models.CharField("期限代码", max_length=60)
    name = models.CharField("名称", max_length=80)
    amount = models.PositiveSmallIntegerField("数量")
    unit = models.CharField("单位", max_length=12, choices=Unit)
    in_force_from = models.DateField("施行之日")
    in_force_until = models.DateField("失效前最后一日", null=True, blank=True, help_text="留空表示现行有效。")
    source = models.CharField("依据", max_length=300)
    evidence = models.CharField("核对情况", max_length=14, choices=Evidence, default=Evidence.TO_BE_VERIFIED)

    objects = TimeLimitQuerySet.as_manager()

    class Meta:
        verbose_name = "法定期限"
        verbose_name_plural = "法定期限"
        ordering: ClassVar = ["key", "in_force_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="time_limit_amount_positive",
                violation_error_message="数量必须大于零。",
            ),
            models.CheckConstraint(
                condition=Q(unit__in=["working_day", "calendar_day", "month", "year"]), name="time_limit_unit_known"
            ),
            models.CheckConstraint(
                condition=Q(evidence__in=["verified", "to_be_verified"]), name="time_limit_evidence_known"
            ),
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True) | Q(in_force_until__gte=models.F("in_force_from")),
                name="time_limit_period_ordered",
                violation_error_message="失效前最后一日不能早于施行之日。",
            ),
            ExclusionConstraint(
                name="time_limit_one_version_a_day",
                violation_error_message="同一期限在同一天只能有一个版本，请先为旧版本填写“失效前最后一日”。",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    (
                        Func(
                            "in_force_from",
                            "in_force_until",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}：{self.as_term()}"

    def is_in_force(self, on: datetime.date) -> bool:
        """Whether this version applies to a fact of that day."""
        return self.in_force_from <= on and (self.in_force_until is None or on <= self.in_force_until)

    def as_term(self) -> policy.Term:
        """The amount and unit as the pure policy understands them."""
        return policy.Term(self.amount, policy.Unit(self.unit))
