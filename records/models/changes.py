"""What a department asks to change in a record of its own, and what a law orders to be erased."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalogue.models import Change
from records import workflow
from records.models.records import Record
from records.querysets import ChangeRequestQuerySet, ErasureQuerySet


class WithdrawalReason(models.TextChoices):
    """撤回原因, as a clerk chooses it."""

    REVOKED = "revoked", "决定已被撤销或变更"
    COURT = "court", "法院判决或裁定"
    WRONG_SUBJECT = "wrong_subject", "主体有误"
    DUPLICATE = "duplicate", "重复报送"
    NOT_DUE = "not_due", "依法不应报送或公示"
    OTHER = "other", "其他报送错误"


class ChangeRequest(models.Model):
    """更正或撤回申请 (国发〔2016〕33号（二十二）).

    Applied at once, or by a second person where the catalogue says so.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.ForeignKey(Record, models.PROTECT, related_name="changes", verbose_name="记录")
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="+", verbose_name="部门")
    kind = models.CharField("变更", max_length=10, choices=Change.choices)
    base_revision = models.PositiveIntegerField("所依据的版本")
    values = models.JSONField("更正后的内容", default=dict, blank=True)
    secrets = models.JSONField(default=dict, blank=True, editable=False)
    reason_code = models.CharField("撤回原因", max_length=20, choices=WithdrawalReason.choices, blank=True)
    reason = models.CharField("说明", max_length=500)
    evidence_no = models.CharField("依据文号", max_length=128, blank=True)
    key = models.CharField(max_length=64, editable=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    state = models.CharField(
        "状态", max_length=10, choices=workflow.ChangeState.choices, default=workflow.CHANGE_PENDING
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审批人"
    )
    decided_at = models.DateTimeField("办结时间", null=True)
    decision_reason = models.CharField("审批意见", max_length=500, blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "更正与撤回"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["department", "-id"], name="change_of_department")]
        constraints = [
            models.UniqueConstraint(fields=["record"], condition=Q(state="pending"), name="one_open_change_a_record"),
            models.UniqueConstraint(fields=["requested_by", "key"], name="one_change_a_sending"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in workflow.ChangeState]), name="change_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="nobody_approves_their_own_change",
            ),
            models.CheckConstraint(
                condition=Q(state="pending") | Q(decided_at__isnull=False), name="settled_change_has_a_moment"
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | Q(decided_by__isnull=False), name="refusal_of_a_change_has_a_person"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}申请 {self.pk}"


class Erasure(models.Model):
    """依法删除: a law or a judgment orders that a record's content cease to exist (个人信息保护法第四十七条)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.ForeignKey(Record, models.PROTECT, related_name="erasures", verbose_name="记录")
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="+", verbose_name="部门")
    authority = models.CharField("作出决定的机关", max_length=200)
    document_no = models.CharField("决定文号", max_length=128)
    legal_basis = models.CharField("法律依据", max_length=300)
    reason = models.CharField("说明", max_length=500)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    state = models.CharField(
        "状态", max_length=12, choices=workflow.ErasureState.choices, default=workflow.ErasureState.REQUESTED
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    decided_at = models.DateTimeField("审核时间", null=True)
    decision_reason = models.CharField("审核意见", max_length=500, blank=True)
    # What proves afterwards which content it was, without telling it.
    content_digest = models.CharField("删除前内容摘要", max_length=64, blank=True)
    versions = models.PositiveIntegerField("一并删除的旧版本", default=0)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "依法删除"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(state="requested"), name="one_open_erasure_a_record"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in workflow.ErasureState]), name="erasure_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="requested") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="erasure_takes_two_people",
            ),
        ]

    def __str__(self):
        return f"依法删除 {self.pk}"
