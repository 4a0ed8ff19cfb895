"""What the law allows, as rows by generation, and the words of letters and notices by edition."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalogue.models import Evidence as Mark
from catalogue.models import Severity, SubjectKind
from records.models import Record
from repair import workflow
from repair.models.applicants import Applicant
from repair.models.cases import Case, Way
from repair.policy import Rule, rule_from


class RepairRule(models.Model):
    """修复规则: for decisions of certain days, items and severity, whether and how the information is repaired.

    A change of law ends a row and begins another; a case keeps the key of the one it was judged by.
    """

    key = models.CharField("规则编号", max_length=60, unique=True)
    generation = models.CharField("规则", max_length=100)
    item_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="目录项")
    severity = models.CharField("失信程度", max_length=10, choices=Severity.choices, blank=True, default="")
    subject_kinds = ArrayField(
        models.CharField(max_length=20, choices=SubjectKind.choices), default=list, blank=True,
        verbose_name="主体类别",
    )  # fmt: skip
    decided_from = models.DateField("适用起始（决定日期）")
    decided_until = models.DateField("适用截止（决定日期）", null=True, blank=True)
    is_repairable = models.BooleanField("可以修复", default=True)
    minimum_months = models.PositiveSmallIntegerField("最短公示期（月）", null=True, blank=True)
    maximum_months = models.PositiveSmallIntegerField("最长公示期（月）", null=True, blank=True)
    ways = ArrayField(
        models.CharField(max_length=16, choices=Way.choices), default=list, blank=True, verbose_name="可以采用的方式"
    )
    conditions = ArrayField(models.TextField(), default=list, blank=True, verbose_name="条件")
    proofs = ArrayField(models.TextField(), default=list, blank=True, verbose_name="需要的材料")
    articles = models.CharField("依据", max_length=300)
    whom = models.CharField("向谁提出、由谁决定", max_length=200)
    why_not = models.CharField("不能修复的理由", max_length=300, blank=True)
    source = models.CharField("来源", max_length=300)
    evidence = models.CharField("核实情况", max_length=20, choices=Mark.choices, default=Mark.TO_BE_VERIFIED)

    class Meta:
        verbose_name = verbose_name_plural = "修复规则"
        ordering = ["decided_from", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_until__isnull=True) | Q(decided_until__gte=F("decided_from")),
                name="repair_rule_period_ordered",
            ),
            models.CheckConstraint(
                condition=Q(is_repairable=True) & ~Q(ways=[]) | Q(is_repairable=False) & ~Q(why_not=""),
                name="repair_rule_says_how_or_why_not",
            ),
            models.CheckConstraint(condition=~Q(articles=""), name="repair_rule_has_an_article"),
        ]

    def __str__(self):
        return self.key

    @property
    def is_verified(self) -> bool:
        return self.evidence == Mark.VERIFIED

    def as_rule(self) -> Rule:
        """The row as the arithmetic of repair/policy.py needs it."""
        return rule_from(self)


class LetterText(models.Model):
    """文书文本: the words of a letter or notice in one edition. Blanks are named: {number}, {reasons}, {remedies}…"""

    key = models.CharField("文书代码", max_length=40)
    edition = models.CharField("版本", max_length=40)
    title = models.CharField("标题", max_length=100)
    body = models.TextField("正文")
    in_force_from = models.DateField("启用日期")
    source = models.CharField("来源", max_length=200)
    evidence = models.CharField("核实情况", max_length=20, choices=Mark.choices, default=Mark.TO_BE_VERIFIED)

    class Meta:
        verbose_name = verbose_name_plural = "文书文本"
        ordering = ["key", "-in_force_from"]
        constraints = [
            models.UniqueConstraint(fields=["key", "edition"], name="one_text_an_edition"),
            models.UniqueConstraint(fields=["key", "in_force_from"], name="one_text_a_day"),
        ]

    def __str__(self):
        return f"{self.title}（{self.edition}）"


class NoticeChannel(models.TextChoices):
    PORTAL = "portal", "门户"
    EMAIL = "email", "电子邮件"
    SMS = "sms", "短信"
    OFFICE = "office", "办公端"


class Notice(models.Model):
    """通知: what an applicant or a department is told at a step of a case; or, once, that a record can be repaired.

    Sent by a task; the portal shows it at once.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="notices", verbose_name="办件")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", verbose_name="记录")
    applicant = models.ForeignKey(Applicant, models.PROTECT, null=True, related_name="notices", verbose_name="申请人")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, related_name="+", verbose_name="部门"
    )
    channel = models.CharField("渠道", max_length=6, choices=NoticeChannel.choices)
    to_cipher = models.TextField(blank=True, editable=False)
    title = models.CharField("标题", max_length=100)
    text = models.TextField("内容")
    state = models.CharField("状态", max_length=6, choices=workflow.NoticeState.choices, default=workflow.QUEUED)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    next_attempt_at = models.DateTimeField("下次发送", null=True)
    last_error = models.CharField("最近的错误", max_length=200, blank=True)
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    sent_at = models.DateTimeField("发送时间", null=True)
    read_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "办件通知"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["next_attempt_at"], name="notice_to_send", condition=Q(state="queued"))]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=workflow.NoticeState.values), name="notice_state_is_known"),
            models.CheckConstraint(
                condition=Q(channel__in=["portal", "office"]) | ~Q(to_cipher=""), name="notice_has_an_address"
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False, record__isnull=True) | Q(case__isnull=True, record__isnull=False),
                name="notice_is_about_a_case_or_a_record",
            ),
            models.UniqueConstraint(
                fields=["record", "applicant", "channel"],
                name="one_reminder_a_record",
                condition=Q(record__isnull=False),
            ),
        ]

    @property
    def about(self) -> Case | Record:
        """What it tells of."""
        return self.case or self.record
