"""诚信积分 of persons, an exploration (98号五（二）, 112号四（二）): opt-in, incentive only, off by default, deletable.

Nothing else may read these tables: no check, list, task, view or figure. A test holds that.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalogue.models import LegalBasis
from records.models import Record, Subject
from sanctions.querysets import DatedQuerySet, PointsAccountQuerySet


class PointsTrial(models.Model):
    """积分试行: the document under which points are tried, dated. Without it and the setting there are none."""

    name = models.CharField("名称", max_length=100)
    document_no = models.CharField("文号", max_length=100)
    legal_basis = models.ForeignKey(LegalBasis, models.PROTECT, related_name="+", verbose_name="依据")
    in_force_from = models.DateField("施行日期")
    in_force_until = models.DateField("截止日期", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "积分试行"
        ordering = ["-in_force_from"]

    def __str__(self):
        return self.name


class PointsRule(models.Model):
    """积分规则: what earns points, and how many. Nothing can take any away."""

    code = models.CharField("编码", max_length=20, unique=True)
    name = models.CharField("事项", max_length=100)
    points = models.SmallIntegerField("分值")
    explanation = models.CharField("说明", max_length=300)
    in_force_from = models.DateField("施行日期")
    in_force_until = models.DateField("截止日期", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "积分规则"
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(points__gt=0), name="points_are_only_earned")]

    def __str__(self):
        return self.name


class PointsAccount(models.Model):
    """积分账户 of a person who has asked for it. Erased, it no longer knows whose it was."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="points_accounts", verbose_name="经办部门"
    )
    subject = models.OneToOneField(
        Subject, models.PROTECT, null=True, related_name="points_account", verbose_name="本人"
    )
    consent_no = models.CharField("同意书编号", max_length=100, blank=True)
    opted_in_on = models.DateField("加入日期")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    erased_on = models.DateField("删除日期", null=True)

    objects = PointsAccountQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "积分账户"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_on__isnull=True, subject__isnull=False) & ~Q(consent_no="")
                | Q(erased_on__isnull=False, subject__isnull=True, consent_no=""),
                name="erased_account_knows_nobody",
            )
        ]

    def __str__(self):
        return f"积分账户 {self.pk}"


class PointsEntry(models.Model):
    """积分明细: points earned once, with the reason in words. The person may have all of them deleted at any time."""

    account = models.ForeignKey(PointsAccount, models.PROTECT, related_name="entries")
    rule = models.ForeignKey(PointsRule, models.PROTECT, related_name="+", verbose_name="规则")
    record = models.ForeignKey(
        Record, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="依据的记录"
    )
    points = models.SmallIntegerField("分值")
    reason = models.CharField("事由", max_length=300)
    earned_on = models.DateField("取得日期")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    entered_at = models.DateTimeField("录入时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "积分明细"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="an_entry_only_adds"),
            models.CheckConstraint(condition=~Q(reason=""), name="points_say_what_for"),
            models.UniqueConstraint(
                fields=["account", "rule", "record"], condition=Q(record__isnull=False), name="a_record_earns_once"
            ),
        ]

    def __str__(self):
        return f"{self.account_id} +{self.points}"
