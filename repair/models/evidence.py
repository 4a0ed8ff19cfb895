"""What is handed in with a case, or fetched for it, kept encrypted outside the database."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from repair.models.applicants import Applicant, Draft
from repair.models.cases import Case


class Scan(models.TextChoices):
    """What the virus scan said."""

    PENDING = "pending", "待查毒"
    CLEAN = "clean", "未发现病毒"
    INFECTED = "infected", "发现病毒，已隔离"
    UNAVAILABLE = "unavailable", "没有可用的查毒服务"


class Evidence(models.Model):
    """证明材料: a file of a case or of a draft, or a fact fetched from where it is held already (no file then)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="evidence", verbose_name="办件")
    draft = models.ForeignKey(Draft, models.SET_NULL, null=True, related_name="evidence", verbose_name="草稿")
    kind = models.CharField("材料类别", max_length=40)
    name = models.CharField("文件名", max_length=255)
    media_type = models.CharField("文件类型", max_length=100, blank=True)
    size = models.PositiveIntegerField("大小（字节）", default=0)
    digest = models.CharField("摘要（SM3）", max_length=64, blank=True)
    stored_as = models.CharField(max_length=64, blank=True, editable=False)
    is_fetched = models.BooleanField("平台代为调取", default=False)
    fetched_from = models.CharField("调取来源", max_length=200, blank=True)
    scan = models.CharField("查毒", max_length=12, choices=Scan.choices, default=Scan.PENDING)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    added_by_applicant = models.ForeignKey(
        Applicant, models.PROTECT, null=True, related_name="+", verbose_name="提交人"
    )
    added_at = models.DateTimeField("提交时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "证明材料"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_fetched=True) & ~Q(fetched_from="") | Q(is_fetched=False) & ~Q(stored_as=""),
                name="evidence_is_a_file_or_fetched",
            )
        ]

    def __str__(self):
        return self.name

    def audit_label(self):
        """What a file is called may name a person, so the trail does not copy it."""
        return f"证明材料 {self.pk}"
