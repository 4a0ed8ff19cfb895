"""信用分类监管: how organisations of a field are classed A–D for inspections (33号（六）), each class explained."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from catalogue.models import InForce, KeyField
from records.models import Subject
from sanctions import workflow
from sanctions.querysets import SupervisionClassQuerySet, SupervisionMethodQuerySet


class InputKind(models.TextChoices):
    """What a method may count: records that stand, and listings in force. Nothing else can be an input.

    A record being verified does not count (33号（二十二）), nor one withdrawn, repaired or past its term.
    """

    PENALTY_SERIOUS = "penalty_serious", "严重失信的行政处罚"
    PENALTY_GENERAL = "penalty_general", "一般失信的行政处罚"
    PENALTY_MINOR = "penalty_minor", "轻微失信的行政处罚"
    FIELD_ADVERSE = "field_adverse", "本领域失信信息"
    ABNORMAL = "abnormal", "经营异常名录"
    BLACK_LISTED = "black_listed", "在列的严重失信主体名单"
    WATCH_LISTED = "watch_listed", "在列的重点关注名单"
    BREACH = "breach", "违背信用承诺"
    HONOUR = "honour", "诚实守信荣誉和优良信用"
    RED_LISTED = "red_listed", "在列的守信激励名单"
    COMMITMENT = "commitment", "已全部履行的信用承诺"
    REPORTED = "reported", "按期报告（没有列入经营异常名录）"


class Grade(models.TextChoices):
    A = "A", "A 类"
    B = "B", "B 类"
    C = "C", "C 类"
    D = "D", "D 类"


class SupervisionMethod(models.Model):
    """分类办法, one edition: what is counted, with which weight, where a class begins, how often it is inspected.

    `inputs`: [{kind, weight, cap, months}]: points a count is worth, at most `cap` in all, looking back `months`.
    `thresholds`: least score of A, B and C. `rates`: suggested share inspected in a year, percent, of each class.
    Adopted, it never changes (trigger): a new edition replaces it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    field = models.ForeignKey(KeyField, models.PROTECT, related_name="+", verbose_name="领域")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="supervision_methods", verbose_name="制定部门"
    )
    edition = models.PositiveSmallIntegerField("版次")
    name = models.CharField("名称", max_length=100)
    base = models.PositiveSmallIntegerField("基础分", default=100)
    inputs = models.JSONField("指标")
    thresholds = models.JSONField("分数线")
    rates = models.JSONField("建议抽查比例（%）")
    valid_months = models.PositiveSmallIntegerField("有效期（月）", default=12)
    text = models.TextField("说明")
    state = models.CharField("状态", max_length=10, choices=workflow.MethodState.choices, default=workflow.DRAWN_UP)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟订人")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    opinion = models.TextField("批准意见", blank=True)
    in_force_from = models.DateField("施行日期", null=True)
    in_force_until = models.DateField("失效日期", null=True)

    objects = SupervisionMethodQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用分类监管办法"
        ordering = ["field__code", "department__code", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["field", "department", "edition"], name="method_edition_once"),
            models.CheckConstraint(condition=Q(state__in=workflow.MethodState.values), name="method_state_is_known"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")), name="method_has_a_second_person"
            ),
            models.CheckConstraint(
                condition=Q(state=workflow.DRAWN_UP) | Q(approver__isnull=False, in_force_from__isnull=False),
                name="adopted_method_has_a_date_and_two_people",
            ),
            ExclusionConstraint(
                name="one_method_of_a_field_in_force",
                expressions=[
                    ("field", RangeOperators.EQUAL),
                    ("department", RangeOperators.EQUAL),
                    (InForce(), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state=workflow.DRAWN_UP),
            ),
        ]

    def __str__(self):
        return self.name

    def audit_label(self):
        return f"{self.field.code} 第 {self.edition} 版"


class SupervisionRun(models.Model):
    """一次分类: every organisation of the region with a record of the field or the line, in one statement."""

    method = models.ForeignKey(SupervisionMethod, models.PROTECT, related_name="runs", verbose_name="办法")
    computed_on = models.DateField("计算日期")
    computed_at = models.DateTimeField("计算时间", db_default=Now())
    computed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="计算人"
    )
    valid_until = models.DateField("有效期至")
    organisations = models.PositiveIntegerField("分类主体数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "分类计算"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.method_id} {self.computed_on}"


class SupervisionClass(models.Model):
    """一个主体的监管类别, with every point of its score. Of organisations only: a trigger refuses persons."""

    public_id = models.UUIDField(
        default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"), unique=True, editable=False
    )
    run = models.ForeignKey(SupervisionRun, models.PROTECT, db_index=False, related_name="classes")
    department = models.ForeignKey("accounts.Department", models.PROTECT, db_index=False, related_name="+")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="supervision_classes", verbose_name="主体")
    grade = models.CharField("类别", max_length=1, choices=Grade.choices)
    score = models.DecimalField("得分", max_digits=5, decimal_places=1)
    # [{kind, count, weight, points}], one for each input of the method, whether it counted or not.
    explanation = models.JSONField("逐项说明")

    objects = SupervisionClassQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "监管类别"
        ordering = ["run", "grade", "-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "subject"], name="one_class_a_run"),
            models.CheckConstraint(condition=Q(grade__in=Grade.values), name="grade_is_known"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="score_is_of_a_hundred"),
        ]
        indexes = [models.Index(fields=["run", "grade", "-score", "id"], name="class_in_order")]

    def __str__(self):
        return f"{self.run_id} {self.grade}"
