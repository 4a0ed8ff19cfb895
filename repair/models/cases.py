"""The one table of cases, and the steps each has taken."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from records.models import Record, Subject
from repair import workflow
from repair.models.applicants import Applicant
from repair.querysets import CaseQuerySet
from sanctions.models import Listing, MeasureTask


class Way(models.TextChoices):
    """How a repair is asked for: the kinds of the regulations, and the ways of 98号四（三） and 33号（二十一）."""

    END_PUBLICATION = "end_publication", "终止公示"
    LEAVE_LIST = "leave_list", "移出名单"
    OTHER = "other", "修复其他失信信息"
    PERFORMED = "performed", "事后主动履约"
    EXTENSION = "extension", "申请延期"
    STATEMENT = "statement", "自主解释"
    ON_TIME = "on_time", "按时履约"
    VOLUNTEER = "volunteer", "志愿服务"
    DONATION = "donation", "慈善捐助"


class Channel(models.TextChoices):
    PORTAL = "portal", "门户网上申请"
    COUNTER = "counter", "窗口书面申请"
    DEPARTMENT = "department", "部门告知"


class Remedy(models.TextChoices):
    """What is done about an error that was confirmed."""

    CORRECT = "correct", "更正"
    WITHDRAW = "withdraw", "撤回"
    LEAVE = "leave", "移出名单"
    NONE = "none", "不需要改动信息"


class Case(models.Model):
    """办件: what a subject or a department asks about a record, listing, task or department, until it is decided."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("受理号", max_length=24, unique=True)
    check_code_digest = models.CharField(max_length=64, editable=False)
    kind = models.CharField("类别", max_length=10, choices=workflow.CaseKind.choices)
    way = models.CharField("修复方式", max_length=16, choices=Way.choices, blank=True, default="")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="cases", verbose_name="记录")
    listing = models.ForeignKey(Listing, models.PROTECT, null=True, related_name="cases", verbose_name="名单条目")
    task = models.ForeignKey(MeasureTask, models.PROTECT, null=True, related_name="cases", verbose_name="奖惩任务")
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="cases", verbose_name="主体")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="cases", db_index=False, verbose_name="认定部门"
    )
    # [{"code", "label", "old", "claimed"}]: what is said to be wrong, field by field.
    contested = models.JSONField("有异议的内容", default=list, blank=True)
    claim = models.TextField("请求和理由")
    commitment_accepted_at = models.DateTimeField("作出信用承诺", null=True)
    commitment = models.TextField("信用承诺书", blank=True, default="")
    applicant = models.ForeignKey(Applicant, models.PROTECT, null=True, related_name="cases", verbose_name="申请人")
    on_paper = models.BooleanField("书面申请", default=False)
    agent_name = models.CharField("代理人", max_length=100, blank=True, default="")
    agent_authority = models.CharField("授权委托书编号", max_length=128, blank=True, default="")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="登记人"
    )
    channel = models.CharField("渠道", max_length=10, choices=Channel.choices)
    suspends = models.BooleanField("核查期间暂不执行", default=False)
    review_body = models.CharField("复议机关或者法院", max_length=200, blank=True, default="")
    review_no = models.CharField("复议或者诉讼案号", max_length=128, blank=True, default="")

    state = models.CharField("状态", max_length=10, choices=workflow.CaseState.choices, default=workflow.SUBMITTED)
    version = models.PositiveIntegerField("版本", default=1)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="held_cases", db_index=False,
        verbose_name="承办人",
    )  # fmt: skip
    held_since = models.DateTimeField("承办自", null=True)
    submitted_on = models.DateField("提交日期")
    asked_on = models.DateField("告知补正日期", null=True)
    asked_for = models.TextField("需要补正的材料", blank=True, default="")
    accepted_on = models.DateField("受理日期", null=True)
    forwarded_on = models.DateField("转部门日期", null=True)
    opinion = models.CharField("部门意见", max_length=10, blank=True, default="")
    answer = models.TextField("部门答复", blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="答复人"
    )
    answered_on = models.DateField("答复日期", null=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="拟办人"
    )
    outcome = models.CharField("结果", max_length=8, blank=True, default="")
    remedy = models.CharField("处理方式", max_length=8, choices=Remedy.choices, blank=True, default="")
    # Field code → text; a sealed number is never among them.
    corrected_values = models.JSONField("更正后的内容", default=dict, blank=True)
    reasons = models.TextField("理由", blank=True, default="")
    article = models.CharField("依据", max_length=300, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="决定人"
    )
    decided_on = models.DateField("决定日期", null=True)
    closed_on = models.DateField("办结日期", null=True)
    letter = models.TextField("决定书", blank=True, default="")
    letter_edition = models.CharField("文书版本", max_length=40, blank=True, default="")
    rule_key = models.CharField("适用的修复规则", max_length=60, blank=True, default="")
    revoked_on = models.DateField("撤销日期", null=True)
    revoked_reason = models.TextField("撤销理由", blank=True, default="")
    due_on = models.DateField("期限", null=True)
    escalated_on = models.DateField("逾期上报日期", null=True)
    key = models.UUIDField("表单键", unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办件"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["due_on", "id"], name="case_open", condition=Q(state__in=workflow.CASE_OPEN)),
            models.Index(fields=["holder", "due_on"], name="case_held", condition=Q(state__in=workflow.CASE_OPEN)),
            models.Index(fields=["department", "due_on"], name="case_forwarded", condition=Q(state="forwarded")),
            models.Index(fields=["department", "-id"], name="case_of_department"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "record"], condition=Q(state__in=workflow.CASE_OPEN), name="one_open_case_a_record"
            ),
            models.UniqueConstraint(
                fields=["kind", "listing"], condition=Q(state__in=workflow.CASE_OPEN), name="one_open_case_a_listing"
            ),
            models.CheckConstraint(condition=Q(state__in=workflow.CaseState.values), name="case_state_is_known"),
            models.CheckConstraint(condition=Q(kind__in=workflow.CaseKind.values), name="case_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind="complaint")
                | Q(record__isnull=False)
                | Q(listing__isnull=False)
                | Q(task__isnull=False),
                name="case_is_about_something",
            ),
            models.CheckConstraint(condition=Q(kind="complaint") | Q(subject__isnull=False), name="case_has_a_subject"),
            models.CheckConstraint(
                condition=~Q(kind="repair") | ~Q(way="") & Q(commitment_accepted_at__isnull=False),
                name="repair_has_a_way_and_a_commitment",
            ),
            models.CheckConstraint(
                condition=Q(applicant__isnull=False) | Q(opened_by__isnull=False), name="case_has_somebody_behind_it"
            ),
            models.CheckConstraint(
                condition=Q(holder__isnull=True, held_since__isnull=True)
                | Q(holder__isnull=False, held_since__isnull=False),
                name="holder_holds_since",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(*workflow.CASE_HANDLED, *workflow.CASE_DECIDED)) | Q(accepted_on__isnull=False),
                name="handled_case_was_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | Q(asked_on__isnull=False) & ~Q(asked_for=""),
                name="returned_case_says_what_is_missing",
            ),
            models.CheckConstraint(
                condition=~Q(state="forwarded") | Q(forwarded_on__isnull=False), name="forwarded_case_says_when"
            ),
            models.CheckConstraint(
                condition=~Q(state="answered")
                | Q(answered_by__isnull=False, answered_on__isnull=False) & ~Q(answer=""),
                name="answered_case_has_an_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed") | Q(proposed_by__isnull=False) & ~Q(outcome="") & ~Q(reasons=""),
                name="proposed_case_has_a_proposal",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=workflow.CASE_DECIDED)
                | Q(decided_by__isnull=False, decided_on__isnull=False) & ~Q(reasons="") & ~Q(letter=""),
                name="decided_case_has_reasons_and_a_letter",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="nobody_decides_what_they_proposed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=workflow.CASE_DECIDED)
                | ~Q(kind__in=workflow.FOUR_EYES)
                | Q(proposed_by__isnull=False),
                name="four_eyes_saw_it",
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked") | Q(kind="repair", revoked_on__isnull=False) & ~Q(revoked_reason=""),
                name="only_a_repair_is_revoked",
            ),
            models.CheckConstraint(
                condition=Q(state__in=workflow.CASE_OPEN) | Q(closed_on__isnull=False), name="closed_case_says_when"
            ),
            models.CheckConstraint(
                condition=Q(state__in=workflow.CASE_OPEN) | Q(due_on__isnull=True), name="closed_case_is_due_no_more"
            ),
        ]

    def __str__(self):
        return self.number

    def audit_label(self):
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in workflow.CASE_OPEN


class Step(models.Model):
    """经过: what somebody did to a case, from which state to which. Insert-only; together they are its timeline."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", verbose_name="办件")
    action = models.CharField("动作", max_length=20)
    from_state = models.CharField("原状态", max_length=10, blank=True)
    to_state = models.CharField("新状态", max_length=10)
    at = models.DateTimeField("时间", auto_now_add=True)
    on = models.DateField("业务日期")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="经办人"
    )
    by_applicant = models.ForeignKey(
        Applicant, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="申请人"
    )
    text = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "办件经过"
        ordering = ["pk"]

    @property
    def actor(self) -> str:
        """Who did it, as others may read it."""
        if self.by:
            return str(self.by)
        return "申请人" if self.by_applicant_id else workflow.SYSTEM
