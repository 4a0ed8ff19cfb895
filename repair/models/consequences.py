"""What a decision leaves: a reputation to restore with everybody who was told, a statement beside a record."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from records.models import Record, Subject
from repair.models.cases import Case


class Cause(models.TextChoices):
    ERROR = "error", "信息有误"
    REPAIR = "repair", "信用修复"
    REVOCATION = "revocation", "撤销修复"


class Restoration(models.Model):
    """恢复信誉 (33号（二十二）): everybody who was told is told what is right; closed when each has confirmed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="restorations", verbose_name="办件")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="restorations", verbose_name="主体")
    cause = models.CharField("原因", max_length=10, choices=Cause.choices)
    text = models.TextField("澄清内容")
    opened_on = models.DateField("开始日期")
    due_on = models.DateField("期限")
    closed_on = models.DateField("办结日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "恢复信誉"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["case", "cause"], name="one_restoration_a_cause")]

    def __str__(self):
        return f"恢复信誉 {self.case}"

    def audit_label(self):
        return str(self.case)


class Receiver(models.TextChoices):
    DEPARTMENT = "department", "部门"
    NATIONAL = "national", "国家平台"


class RestorationReceiver(models.Model):
    """恢复信誉告知对象: one who was told of the wrong thing, and when they confirmed that they hold the right one."""

    restoration = models.ForeignKey(Restoration, models.PROTECT, related_name="receivers", verbose_name="恢复信誉")
    kind = models.CharField("对象", max_length=10, choices=Receiver.choices)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, related_name="restorations", verbose_name="部门"
    )
    why = models.CharField("曾经获得信息的方式", max_length=100)
    told_on = models.DateField("告知日期")
    confirmed_on = models.DateField("确认日期", null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    note = models.CharField("处理情况", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "恢复信誉告知对象"
        ordering = ["pk"]
        indexes = [models.Index(fields=["department"], name="receiver_waiting", condition=Q(confirmed_on__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["restoration", "kind", "department"], nulls_distinct=False, name="one_receiver_a_restoration"
            ),
            models.CheckConstraint(
                condition=Q(kind="national", department__isnull=True) | Q(kind="department", department__isnull=False),
                name="receiver_is_somebody",
            ),
        ]


class Clarification(models.Model):
    """公开澄清 (33号（二十二）: 消除影响): an error said in public because its subject asked for that. Never edited."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, models.PROTECT, related_name="clarification", verbose_name="办件")
    consent = models.CharField("当事人同意公开的凭据", max_length=200)
    consented_on = models.DateField("同意日期")
    text = models.TextField("澄清内容")
    edition = models.CharField("文书版本", max_length=40)
    shown_from = models.DateField("公开自")
    shown_until = models.DateField("公开至")
    withdrawn_on = models.DateField("撤下日期", null=True)
    withdrawn_reason = models.CharField("撤下理由", max_length=300, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="公开人")

    class Meta:
        verbose_name = verbose_name_plural = "公开澄清"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(consent=""), name="clarification_has_a_consent"),
            models.CheckConstraint(
                condition=Q(shown_until__gte=models.F("shown_from")), name="clarification_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | ~Q(withdrawn_reason=""),
                name="clarification_withdrawn_says_why",
            ),
        ]


class OwnStatement(models.Model):
    """自主解释 (98号四（三）): what the subject says about a record, shown beside it. Never edited."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, models.PROTECT, related_name="statement", verbose_name="办件")
    record = models.ForeignKey(Record, models.PROTECT, related_name="statements", verbose_name="记录")
    text = models.CharField("内容", max_length=500)
    shown_from = models.DateField("展示自")
    withdrawn_on = models.DateField("撤回日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "自主解释"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(withdrawn_on__isnull=True), name="one_statement_a_record"
            )
        ]
