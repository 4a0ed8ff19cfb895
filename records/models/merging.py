"""Subjects that may be one: the suspicion, the verdict, and the merge that can be taken back."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from records import workflow
from records.models.subjects import Subject
from records.querysets import SubjectMergeQuerySet, SuspectedDuplicateQuerySet


class Reason(models.TextChoices):
    """Why two subjects may be one."""

    SAME_NAME = "same_name", "名称相同，没有共同的代码"
    EMBEDDED_CODE = "embedded_code", "一方的组织机构代码就是另一方统一社会信用代码的第 9 至 17 位"
    SAME_NUMBER = "same_number", "同一公民身份号码的 15 位与 18 位写法"
    NEAR_NAME = "near_name", "去掉组织形式后名称相同"


class SuspectedDuplicate(models.Model):
    """疑似重复主体: a pair, lower number first. The verdict that they are two ends the suspicion for good."""

    public_id = models.UUIDField(default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"), unique=True)
    first = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name="主体一")
    second = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name="主体二")
    reasons = ArrayField(models.CharField(max_length=20, choices=Reason.choices), verbose_name="疑点")
    found_at = models.DateTimeField("发现时间", db_default=Now())
    distinct_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="认定人"
    )
    distinct_at = models.DateTimeField("认定时间", null=True)
    distinct_because = models.TextField("认定理由", blank=True, db_default="")

    objects = SuspectedDuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "疑似重复主体"
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="a_pair_is_suspected_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_is_ordered"),
            models.CheckConstraint(
                condition=Q(distinct_at__isnull=True) | ~Q(distinct_because=""), name="verdict_says_why"
            ),
        ]

    def __str__(self):
        return f"{self.first_id} / {self.second_id}"


class SubjectMerge(models.Model):
    """主体合并: suggested by one person, decided by another; `moved` holds what is needed to take it back.

    moved: identifiers, records, names, redirects (subjects merged into the absorbed one before), as ids; duplicates
    (records closed, with their former state); survivor, absorbed (columns as they were); added_name; last ids.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pair = models.ForeignKey(SuspectedDuplicate, models.PROTECT, related_name="merges", verbose_name="疑似重复")
    survivor = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name="保留的主体")
    absorbed = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name="并入的主体")
    state = models.CharField("状态", max_length=10, choices=workflow.MergeState.choices, default=workflow.SUGGESTED)
    reason = models.TextField("合并理由")
    suggested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    suggested_at = models.DateTimeField("提出时间", db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="复核人"
    )
    decided_at = models.DateTimeField("复核时间", null=True)
    decision = models.TextField("复核意见", blank=True, db_default="")
    unmerged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="撤销人"
    )
    unmerged_at = models.DateTimeField("撤销时间", null=True)
    unmerged_because = models.TextField("撤销理由", blank=True, db_default="")
    moved = models.JSONField("移动的内容", default=dict)

    objects = SubjectMergeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "主体合并"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=workflow.MergeState.values), name="merge_state_is_known"),
            models.CheckConstraint(condition=~Q(survivor=F("absorbed")), name="merge_is_of_two"),
            models.CheckConstraint(condition=~Q(decided_by=F("suggested_by")), name="a_second_person_decides_a_merge"),
            models.CheckConstraint(
                condition=Q(state=workflow.SUGGESTED) | Q(decided_by__isnull=False), name="merge_has_a_decider"
            ),
            models.UniqueConstraint(
                fields=["pair"],
                condition=Q(state__in=[workflow.SUGGESTED, workflow.MERGED]),
                name="one_merge_a_pair_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(state=workflow.MERGED), name="merged_into_one_subject_only"
            ),
        ]

    def __str__(self):
        return f"{self.absorbed_id} → {self.survivor_id}"
