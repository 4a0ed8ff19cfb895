"""The check every counter makes (33号（十八）: 应查必查): matters that call for one, and what was answered."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalogue.models import Evidence, SubjectKind
from records.models import IdentifierKind, Subject
from sanctions.models.memoranda import NationalMeasure
from sanctions.querysets import CheckQuerySet


class Matter(models.Model):
    """业务事项: an approval, a tender, an award… before which the subject has to be checked."""

    code = models.CharField("编码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=100)
    line = models.CharField("办理条线", max_length=10, blank=True)
    effects = ArrayField(
        models.CharField(max_length=15, choices=NationalMeasure.choices),
        default=list,
        blank=True,
        verbose_name="适用的惩戒项目",
    )
    must_check = models.BooleanField("应查必查", default=True)
    needs_consent = models.BooleanField("查自然人须授权", default=True)
    source = models.CharField("来源", max_length=200)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "业务事项"
        ordering = ["code"]

    def __str__(self):
        return self.name


class Channel(models.TextChoices):
    PAGE = "page", "网页"
    BATCH = "batch", "批量"
    API = "api", "接口"


class Verdict(models.TextChoices):
    """What a counter needs to know first."""

    CLEAR = "clear", "没有应当采取的措施"
    SANCTIONED = "sanctioned", "有应当采取的惩戒措施"
    RESTING = "resting", "有措施，核查期间暂不执行"
    ENCOURAGED = "encouraged", "可以给予激励"
    UNKNOWN = "unknown", "平台没有该主体的信息"


class ReviewOpinion(models.Model):
    """审查意见书 (21号五（一）: 申请人信用审查): a list of names checked for a matter, a receipt each. Insert-only."""

    number = models.CharField("编号", max_length=30, unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="review_opinions", verbose_name="部门"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name="审查人"
    )
    matter = models.ForeignKey(Matter, models.PROTECT, db_index=False, related_name="+", verbose_name="事项")
    file_name = models.CharField("名单文件", max_length=255)
    consent_no = models.CharField("授权书编号", max_length=100, blank=True)
    key = models.CharField("表单键", max_length=64, editable=False)
    rows = models.PositiveIntegerField("名单行数")
    counts = models.JSONField("各结论的数目")
    refused = models.JSONField("没有审查的行", default=list, blank=True)
    answer_digest = models.CharField("摘要（SM3）", max_length=64)
    as_of = models.DateTimeField("数据时点")

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审查意见书"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["department", "key"], name="opinion_key_once_a_department")]

    def __str__(self):
        return self.number


class Check(models.Model):
    """查询回执: who asked about whom for which matter, what was answered, as of when. Insert-only."""

    receipt_no = models.CharField("回执编号", max_length=30, unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, db_index=False, related_name="checks", verbose_name="部门"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name="查询人"
    )
    matter = models.ForeignKey(Matter, models.PROTECT, db_index=False, related_name="checks", verbose_name="事项")
    matter_no = models.CharField("业务编号", max_length=100, blank=True)
    channel = models.CharField("方式", max_length=5, choices=Channel.choices)
    consent_no = models.CharField("授权书编号", max_length=100, blank=True)
    subject_kind = models.CharField("主体类别", max_length=20, choices=SubjectKind.choices)
    subject_name = models.CharField("主体名称", max_length=200, blank=True)
    identifier_kind = models.CharField("证照类型", max_length=20, choices=IdentifierKind.choices)
    lookup = models.CharField(max_length=64, editable=False)
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, db_index=False, related_name="checks", verbose_name="主体"
    )
    verdict = models.CharField("结论", max_length=10, choices=Verdict.choices)
    answer = models.JSONField("答复")
    answer_digest = models.CharField("答复摘要（SM3）", max_length=64)
    as_of = models.DateTimeField("数据时点", db_default=Now())
    key = models.CharField(max_length=255, blank=True, editable=False)
    request_digest = models.CharField(max_length=32, blank=True, editable=False)
    opinion = models.ForeignKey(
        ReviewOpinion, models.PROTECT, null=True, db_index=False, related_name="checks", verbose_name="审查意见书"
    )
    row_no = models.PositiveIntegerField("名单行号", null=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "查询回执"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["department", "-id"], name="check_of_department"),
            models.Index(fields=["matter", "as_of"], name="check_of_matter"),
            models.Index(fields=["subject", "-id"], name="check_of_subject", condition=Q(subject__isnull=False)),
            models.Index(fields=["opinion", "row_no"], name="check_of_opinion", condition=Q(opinion__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="verdict_is_known"),
            models.UniqueConstraint(
                fields=["department", "key"], name="check_key_once_a_department", condition=~Q(key="")
            ),
        ]

    def __str__(self):
        return self.receipt_no


class MatterCases(models.Model):
    """办件量: how many cases of a matter a department handled in a month, so that not checking is visible."""

    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="matter_cases", verbose_name="部门"
    )
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="cases", verbose_name="事项")
    month = models.DateField("月份")
    count = models.PositiveIntegerField("办件量")
    channel = models.CharField("方式", max_length=5, choices=Channel.choices)
    source = models.CharField("数据来源", max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name="登记人"
    )
    updated_at = models.DateTimeField("登记时间", auto_now=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办件量"
        ordering = ["-month", "matter"]
        constraints = [
            models.UniqueConstraint(fields=["department", "matter", "month"], name="cases_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="cases_of_a_whole_month"),
        ]

    def __str__(self):
        return f"{self.matter_id} {self.month:%Y-%m}"


class EligibilityCertificate(models.Model):
    """无不良信用记录证明 (33号（四）): nothing adverse decided in the three years up to a day. Insert-only."""

    receipt_no = models.CharField("证明编号", max_length=30, unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="eligibility_certificates", verbose_name="部门"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name="出具人"
    )
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, related_name="eligibility_certificates", verbose_name="主体"
    )
    subject_kind = models.CharField("主体类别", max_length=20, choices=SubjectKind.choices)
    subject_name = models.CharField("主体名称", max_length=200)
    number = models.CharField("号码", max_length=40)
    consent_no = models.CharField("授权书编号", max_length=100, blank=True)
    key = models.CharField("表单键", max_length=64, blank=True, editable=False)
    since = models.DateField("自")
    until = models.DateField("至")
    answer_digest = models.CharField("摘要（SM3）", max_length=64)
    as_of = models.DateTimeField("数据时点")

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "无不良信用记录证明"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(since__lt=models.F("until")), name="certificate_covers_a_time"),
            models.UniqueConstraint(
                fields=["department", "key"], name="certificate_key_once_a_department", condition=~Q(key="")
            ),
        ]

    def __str__(self):
        return self.receipt_no
