"""The facts themselves, and every former state of them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils import timezone

from catalogue.models import InformationItem, Severity
from records import workflow
from records.models.batches import Batch
from records.models.subjects import Subject
from records.querysets import RecordQuerySet


class Record(models.Model):
    """信用记录: one decision about one subject, as reported by one department."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Without indexes of their own: item is asked for by code, subject and department lead an index below.
    item = models.ForeignKey(
        InformationItem, models.PROTECT, related_name="records", db_index=False, verbose_name="目录项"
    )
    item_code = models.CharField(max_length=20, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="records", db_index=False, verbose_name="主体")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="records", db_index=False, verbose_name="报送部门"
    )
    subject_name = models.CharField("报送名称", max_length=200)
    document_no = models.CharField("文书号", max_length=128)
    decided_on = models.DateField("决定日期")
    title = models.TextField("标题")
    authority = models.TextField("决定机关")
    values = models.JSONField("内容")
    secrets = models.JSONField(default=dict, editable=False)
    # Whom an organisation's record names (33号（十四）), numbers as ciphertext; the database makes their records.
    responsible = models.JSONField(default=list, db_default=Value([], models.JSONField()), editable=False)
    derived_from = models.ForeignKey(
        "self", models.PROTECT, null=True, db_index=False, related_name="derived", verbose_name="来源记录"
    )
    content_digest = models.BinaryField(editable=False)
    severity = models.CharField("失信程度", max_length=10, choices=Severity.choices, blank=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=workflow.RecordState.choices,
        db_default=workflow.CURRENT,
        default=workflow.CURRENT,
    )
    displayed_from = models.DateField("公示起始", null=True)
    displayed_until = models.DateField("公示至", null=True)
    display_rule_key = models.CharField("公示期限规则", max_length=60, blank=True)
    ended_on = models.DateField("终止日期", null=True)
    end_reason = models.TextField("终止原因", blank=True, db_default="")
    restored_on = models.DateField("撤销修复、恢复公示日期", null=True)
    # Who brought this revision about, and why. Every verb that moves the revision on says so: see the check below.
    change_kind = models.CharField(
        "变更方式", max_length=10, choices=workflow.ChangeKind.choices, db_default=workflow.ChangeKind.REPORTED.value
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="变更人"
    )
    change_reason = models.TextField("变更原因", blank=True, db_default="")
    explained_revision = models.PositiveIntegerField(db_default=1, default=1, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="records", verbose_name="批次")
    row_no = models.PositiveIntegerField("行号")
    revision = models.PositiveIntegerField("版本", db_default=1, default=1)
    national_revision = models.PositiveIntegerField("国家平台版本", db_default=0, default=0)
    created_at = models.DateTimeField("接收时间", db_default=Now(), editable=False)
    updated_at = models.DateTimeField("更新时间", db_default=Now(), editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用记录"
        indexes = [
            models.Index(fields=["department", "-id"], name="record_of_department"),
            models.Index(fields=["document_no"], name="record_document_no"),
            models.Index(fields=["item_code", "-decided_on"], name="record_by_decision"),
            models.Index(
                fields=["displayed_until"], name="record_term_running", condition=Q(state__in=workflow.RECORD_OPEN)
            ),
            models.Index(fields=["derived_from"], name="record_derived", condition=Q(derived_from__isnull=False)),
            models.Index(fields=["id"], name="record_pending", condition=Q(revision__gt=F("national_revision"))),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "document_no", "decided_on", "department", "item_code"],
                name="one_record_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in workflow.RecordState]), name="record_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=workflow.RECORD_OPEN) | Q(ended_on__isnull=False), name="ended_record_has_a_date"
            ),
            models.CheckConstraint(
                condition=Q(national_revision__lte=F("revision")), name="national_platform_is_never_ahead"
            ),
            # A verb that moves the revision on without saying who and why is refused here.
            models.CheckConstraint(
                condition=Q(explained_revision=F("revision")), name="every_revision_says_who_and_why"
            ),
        ]

    def __str__(self):
        return f"{self.item_code} {self.document_no}"

    def audit_label(self):
        return str(self)

    def is_displayed(self, on) -> bool:
        """The same answer as the view public_record gives for this row's own columns (a test holds them together)."""
        return (
            self.state in workflow.RECORD_LIVE
            and self.displayed_from is not None
            and self.displayed_until is not None
            and self.displayed_from <= on <= self.displayed_until
        )

    def explain(self, kind: str, *, by, reason: str) -> list[str]:
        """Move the revision on and say who did it and why; returns the fields to save."""
        self.revision += 1
        self.explained_revision = self.revision
        self.change_kind, self.changed_by, self.change_reason = kind, by, reason
        self.updated_at = timezone.now()
        return ["revision", "explained_revision", "change_kind", "changed_by", "change_reason", "updated_at"]


class RecordVersion(models.Model):
    """A former state of a record, written by the database itself whenever the revision moves on. Insert-only."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="versions")
    revision = models.PositiveIntegerField("版本")
    former = models.JSONField("原内容")
    replaced_at = models.DateTimeField("替换时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "记录版本"
        ordering = ["record", "-revision"]
        constraints = [models.UniqueConstraint(fields=["record", "revision"], name="a_revision_is_kept_once")]
