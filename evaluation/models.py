"""地方政府综合信用评价 (国发〔2014〕21号六（四）): the method with its weights, and editions frozen when issued."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value

from accounts.models import Region
from catalogue.models import InForce
from evaluation.policy import period
from evaluation.querysets import EditionQuerySet, MethodQuerySet
from records.quality.workflow import DRAFT, ISSUED, BulletinState
from sanctions.workflow import DRAWN_UP, MethodState


class EvaluationMethod(models.Model):
    """评价办法, one edition. `indicators`: [{kind, weight, each}], weights make a hundred; `each` is of defaults alone.

    Adopted by a second person, it never changes (trigger): a new edition replaces it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    edition = models.PositiveSmallIntegerField("版次", unique=True)
    name = models.CharField("名称", max_length=100)
    text = models.TextField("说明")
    indicators = models.JSONField("指标")
    state = models.CharField("状态", max_length=10, choices=MethodState.choices, default=DRAWN_UP)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟订人")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    opinion = models.TextField("批准意见", blank=True)
    in_force_from = models.DateField("施行日期", null=True)
    in_force_until = models.DateField("失效日期", null=True)

    objects = MethodQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "地方综合信用评价办法"
        ordering = ["-edition"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MethodState.values), name="evaluation_method_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=DRAWN_UP)
                | Q(approver__isnull=False, in_force_from__isnull=False) & ~Q(approver=F("author")),
                name="evaluation_method_is_adopted_by_another_person",
            ),
            ExclusionConstraint(
                name="one_evaluation_method_in_force",
                expressions=[(Value(1), RangeOperators.EQUAL), (InForce(), RangeOperators.OVERLAPS)],
                condition=~Q(state=DRAWN_UP),
            ),
        ]

    def __str__(self):
        return self.name

    def audit_label(self):
        return f"第 {self.edition} 版"


class EvaluationEdition(models.Model):
    """评价结果, one period by one method. Issued by a second person it never changes; the world reads it if public."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    method = models.ForeignKey(EvaluationMethod, models.PROTECT, related_name="editions", verbose_name="办法")
    since = models.DateField("自（月）")
    until = models.DateField("至（月）")
    definition = models.PositiveSmallIntegerField("口径版本")
    computed_at = models.DateTimeField("计算时刻")
    state = models.CharField("状态", max_length=10, choices=BulletinState.choices, default=DRAFT)
    is_public = models.BooleanField("向社会公布", default=False)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="印发"
    )
    issued_on = models.DateField("印发日期", null=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "地方综合信用评价结果"
        ordering = ["-until", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["method", "since", "until"], name="one_evaluation_a_period"),
            models.CheckConstraint(condition=Q(since__day=1, until__day=1), name="evaluation_is_of_whole_months"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="evaluation_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(state__in=BulletinState.values), name="evaluation_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=DRAFT, is_public=False)
                | Q(state=ISSUED, issued_by__isnull=False, issued_on__isnull=False) & ~Q(issued_by=F("drafted_by")),
                name="evaluation_is_issued_by_another_person",
            ),
        ]

    def __str__(self):
        return self.period

    def audit_label(self):
        return self.period

    @property
    def period(self) -> str:
        return period(self.since, self.until)


class PlaceEvaluation(models.Model):
    """一个州市或者县的评价: the score and every number it is made of, each with the departments behind it.

    `lines`: [{kind, weight, part, whole, points, departments: [{code, name, part, whole}]}].
    """

    edition = models.ForeignKey(EvaluationEdition, models.PROTECT, related_name="places", verbose_name="评价结果")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="地区")
    is_county = models.BooleanField("县级")
    score = models.DecimalField("得分", max_digits=4, decimal_places=1, null=True)
    lines = models.JSONField("逐项")

    class Meta:
        verbose_name = verbose_name_plural = "地区评价"
        ordering = ["edition", "region"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "region"], name="one_evaluation_a_place"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100), name="evaluation_is_of_a_hundred"
            ),
        ]

    def __str__(self):
        return f"{self.edition_id} {self.region_id}"
