"""Codes that are wrong or lead to more than one: who reported them, what was said about it, how it ended."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from records import workflow
from records.models.batches import Batch
from records.models.subjects import Subject
from records.querysets import CodeCaseQuerySet


class CodeCase(models.Model):
    """重错码: one doubt about one code or name, assigned to the department that reported it."""

    class Kind(models.TextChoices):
        USCC_INVALID = "uscc_invalid", "统一社会信用代码校验不符"
        ORGANISATION_CODE_INVALID = "organisation_code_invalid", "组织机构代码校验不符"
        NAME_CONFLICT = "name_conflict", "一码多名"
        IDENTIFIER_CONFLICT = "identifier_conflict", "几个代码分属不同主体"
        SEVERAL_CODES = "several_codes", "一名多码"
        EMBEDDED_CODE_DIFFERS = "embedded_code_differs", "两种代码不对应"
        SUBJECT_ENDED = "subject_ended", "决定日期晚于注销日期"

    public_id = models.UUIDField(default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"), unique=True)
    kind = models.CharField("问题", max_length=30, choices=Kind.choices)
    about = models.CharField("代码或名称", max_length=200)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="code_cases", verbose_name="报送部门"
    )
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+", verbose_name="主体")
    state = models.CharField(
        "状态",
        max_length=12,
        choices=workflow.CodeCaseState.choices,
        default=workflow.UNEXPLAINED,
        db_default=workflow.UNEXPLAINED,
    )
    answer = models.TextField("部门说明", blank=True, db_default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="说明人"
    )
    answered_at = models.DateTimeField("说明时间", null=True)
    verdict = models.TextField("办结意见", blank=True, db_default="")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办结人"
    )
    settled_at = models.DateTimeField("办结时间", null=True)
    found_at = models.DateTimeField("发现时间", db_default=Now())

    objects = CodeCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重错码"
        ordering = ["-found_at", "-pk"]
        indexes = [models.Index(fields=["department", "-id"], name="code_case_of_department")]
        constraints = [
            models.UniqueConstraint(fields=["department", "kind", "about"], name="one_case_a_doubt"),
            models.CheckConstraint(
                condition=Q(state__in=workflow.CodeCaseState.values),
                name="code_case_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state=workflow.SETTLED) | (~Q(verdict="") & Q(settled_by__isnull=False)),
                name="settled_case_has_a_verdict",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}：{self.about}"


class CodeCaseRow(models.Model):
    """重错码的来源行: the line of a batch in which it stood."""

    case = models.ForeignKey(CodeCase, models.CASCADE, related_name="rows")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+", verbose_name="批次")
    row_no = models.PositiveIntegerField("行号")

    class Meta:
        verbose_name = verbose_name_plural = "重错码来源行"
        ordering = ["case", "-batch", "row_no"]
        constraints = [models.UniqueConstraint(fields=["case", "batch", "row_no"], name="a_row_once_a_case")]
