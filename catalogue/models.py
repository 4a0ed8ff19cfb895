"""信息目录: what the law allows to be held, which fields, and for how long it may be shown. All rows are dated."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from catalogue import workflow
from catalogue.policy import TermRule
from catalogue.querysets import DisplayRuleQuerySet, EditionQuerySet, InformationItemQuerySet, ItemFieldQuerySet


class InForce(Func):
    """The dates a row is in force, both ends included; an open end is for ever."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, start="in_force_from", end="in_force_until"):
        super().__init__(F(start), F(end), RangeBoundary(inclusive_lower=True, inclusive_upper=True))


class Evidence(models.TextChoices):
    VERIFIED = "verified", "已核对原文"
    SEEN = "seen", "见于公开资料"
    TO_BE_VERIFIED = "to_be_verified", "待核实"


class SubjectKind(models.TextChoices):
    """行政相对人类别."""

    ORGANISATION = "organisation", "法人及非法人组织"
    SOLE_TRADER = "sole_trader", "个体工商户"
    PERSON = "person", "自然人"


class LegalBasis(models.Model):
    """法律依据: the law, regulation or document that allows an item or a term."""

    code = models.SlugField("编码", max_length=60, unique=True)
    title = models.CharField("名称", max_length=200)
    document_no = models.CharField("文号", max_length=100, blank=True)
    article = models.CharField("条款", max_length=100, blank=True)
    in_force_from = models.DateField("施行日期", null=True, blank=True)
    in_force_until = models.DateField("失效日期", null=True, blank=True)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices)

    class Meta:
        verbose_name = verbose_name_plural = "法律依据"
        ordering = ["code"]

    def __str__(self):
        return "".join((f"《{self.title}》", f"（{self.document_no}）" if self.document_no else "", self.article))


class Category(models.TextChoices):
    """Sections of the national public credit report, in its order."""

    ADMINISTRATIVE = "administrative", "行政管理"
    HONOUR = "honour", "诚实守信"
    DISHONEST = "dishonest", "严重失信主体名单"
    ABNORMAL = "abnormal", "经营异常"
    COMMITMENT = "commitment", "信用承诺"
    EVALUATION = "evaluation", "信用评价"
    JUDICIAL = "judicial", "司法判决"
    OTHER = "other", "其他信息"
    REFERENCE = "reference", "参考信息"


class Standing(models.TextChoices):
    """An authority's own decision, or what somebody else says and the government may refer to (33号（十九）)."""

    OFFICIAL = "official", "公共信用信息"
    REFERENCE = "reference", "仅供参考"


class UpdateCycle(models.TextChoices):
    EVENT = "event", "发生即报"
    MONTHLY = "monthly", "每月"
    YEARLY = "yearly", "每年"


REFERENCE_MARK = "（仅供参考）"


class Severity(models.TextChoices):
    """失信程度 (国办发〔2025〕22号; 信用修复管理办法, in force 2026-04-01)."""

    NONE = "", "不分类"
    MINOR = "minor", "轻微"
    GENERAL = "general", "一般"
    SERIOUS = "serious", "严重"


class FieldSet(models.TextChoices):
    """Which list of fields a document names."""

    PERSON = "person", "重点领域个人诚信记录"
    REAL_NAME = "real_name", "个人实名登记"
    ENVIRONMENT = "environment", "环境保护个人诚信"
    INDUSTRY = "industry", "重点领域行业信用记录"


class KeyField(models.Model):
    """重点领域: a field in which the founding documents want records kept."""

    code = models.CharField("编码", max_length=10, unique=True)
    field_set = models.CharField("所属清单", max_length=20, choices=FieldSet.choices)
    name = models.CharField("名称", max_length=50)
    document_no = models.CharField("文号", max_length=100)
    paragraph = models.CharField("条款", max_length=50)
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "重点领域"
        ordering = ["code"]

    def __str__(self):
        return self.name


class Occupation(models.Model):
    """重点职业人群 (112号二（二）、21号二（三）). `usual_authority` is from general knowledge, to be verified."""

    code = models.CharField("编码", max_length=10, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("所属清单", max_length=50)
    document_no = models.CharField("文号", max_length=100)
    paragraph = models.CharField("条款", max_length=50)
    usual_authority = models.CharField("通常的登记机关（待核实）", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "重点职业人群"
        ordering = ["code"]

    def __str__(self):
        return self.name


class SourceClass(models.TextChoices):
    """What kind of body says it."""

    GOVERNMENT = "government", "行政机关"
    JUDICIAL = "judicial", "司法机关"
    EDUCATION = "education", "学校"
    ASSOCIATION = "association", "行业协会商会"
    VOLUNTEER = "volunteer", "志愿服务"
    FINANCE = "finance", "金融与征信"
    SOCIETY = "society", "群众团体"
    PLATFORM = "platform", "本平台"


class SourceLine(models.Model):
    """信源系统（条线）: departments of one kind in every region; a department's code ends in its line's code."""

    code = models.CharField("编码", max_length=10, unique=True)
    name = models.CharField("名称", max_length=50)
    source_class = models.CharField("来源类别", max_length=20, choices=SourceClass.choices)

    class Meta:
        verbose_name = verbose_name_plural = "信源系统"
        ordering = ["code"]

    def __str__(self):
        return self.name


class PersonDisplay(models.TextChoices):
    NONE = "none", "不公示自然人"
    MASKED = "masked", "隐去姓名"


class Change(models.TextChoices):
    """What a department may ask to do with a record of its own."""

    CORRECT = "correct", "更正"
    WITHDRAW = "withdraw", "撤回"


class InformationItem(models.Model):
    """信息目录项, one edition. Without a legal basis it cannot exist; records can only enter while it is in force."""

    code = models.CharField("编码", max_length=20)
    name = models.CharField("名称", max_length=50)
    category = models.CharField("类别", max_length=20, choices=Category.choices)
    subject_kinds = ArrayField(models.CharField(max_length=20, choices=SubjectKind.choices), verbose_name="主体类别")
    legal_basis = models.ForeignKey(LegalBasis, models.PROTECT, related_name="items", verbose_name="法律依据")
    further_bases = models.ManyToManyField(LegalBasis, blank=True, related_name="+", verbose_name="其他依据")
    is_adverse = models.BooleanField("失信信息", default=False)
    person_display = models.CharField(
        "自然人公示方式", max_length=10, choices=PersonDisplay.choices, default=PersonDisplay.NONE
    )
    minimum_age = models.PositiveSmallIntegerField("自然人最低年龄", default=18)
    severity_by_value = models.JSONField("失信程度划分", default=dict, blank=True)
    needs_approval = ArrayField(
        models.CharField(max_length=10, choices=Change.choices),
        default=list,
        blank=True,
        verbose_name="须经第二人审批的变更",
    )
    report_within_key = models.CharField("报送时限", max_length=60, blank=True)
    standing = models.CharField("信息性质", max_length=10, choices=Standing.choices, default=Standing.OFFICIAL)
    forwarded = models.BooleanField("推送国家平台作为参考", default=False)
    # Codes of KeyField and of SourceLine. No source named: any department. No viewer named: who sees the department.
    key_fields = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name="重点领域")
    sources = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name="信源系统")
    viewers = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name="查看范围")
    update_cycle = models.CharField("更新周期", max_length=10, choices=UpdateCycle.choices, default=UpdateCycle.EVENT)
    # {field, values, why}: only rows with one of these values are collected.
    admits = models.JSONField("归集门槛", default=dict, blank=True)
    in_force_from = models.DateField("施行日期")
    in_force_until = models.DateField("失效日期", null=True, blank=True)
    source = models.CharField("来源", max_length=200)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices)

    objects = InformationItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信息目录项"
        ordering = ["pk"]
        constraints = [
            ExclusionConstraint(
                name="one_edition_of_an_item_in_force",
                expressions=[("code", RangeOperators.EQUAL), (InForce(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=~Q(subject_kinds__len=0),
                name="item_names_its_subjects",
                violation_error_message="至少选择一类主体。",
            ),
            # Never on an official list, never counted as adverse, and the label is part of the name wherever it goes.
            models.CheckConstraint(
                condition=(Q(standing="official") & ~Q(category="reference"))
                | Q(standing="reference", category="reference", is_adverse=False, name__endswith=REFERENCE_MARK),
                name="reference_information_is_marked",
            ),
            # What is official goes to the nation by being public, and in no other way.
            models.CheckConstraint(
                condition=Q(forwarded=False) | Q(standing="reference"), name="only_reference_information_is_forwarded"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_reference(self) -> bool:
        return self.standing == Standing.REFERENCE


class FieldType(models.TextChoices):
    TEXT = "text", "文本"
    DATE = "date", "日期"
    DECIMAL = "decimal", "数值"
    ENUM = "enum", "单选"
    MULTI_ENUM = "multi_enum", "多选"
    USCC = "uscc", "统一社会信用代码"
    ORGANISATION_CODE = "organisation_code", "组织机构代码"
    ID_NUMBER = "id_number", "证件号码"


class FieldRole(models.TextChoices):
    """What the platform itself does with a column, whatever its national code."""

    NONE = "", "—"
    SUBJECT_NAME = "subject_name", "主体名称"
    SUBJECT_KIND = "subject_kind", "主体类别"
    USCC = "uscc", "统一社会信用代码"
    REGISTRATION_NO = "registration_no", "工商注册号"
    ORGANISATION_CODE = "organisation_code", "组织机构代码"
    TAX_NO = "tax_no", "税务登记号"
    INSTITUTION_NO = "institution_no", "事业单位证书号"
    SOCIAL_NO = "social_no", "社会组织登记证号"
    PERSON_ID_KIND = "person_id_kind", "自然人证件类型"
    PERSON_ID = "person_id", "自然人证件号码"
    DOCUMENT_NO = "document_no", "文书号"
    DECIDED_ON = "decided_on", "决定日期"
    TITLE = "title", "标题"
    AUTHORITY = "authority", "决定机关"
    SOURCE_CODE = "source_code", "来源单位代码"
    VALID_UNTIL = "valid_until", "有效期至"
    DISPLAY_UNTIL = "display_until", "公示截止期"


class ResponsiblePart(models.TextChoices):
    """What a column says about a person responsible (33号（十四）)."""

    NONE = "", "—"
    NAME = "name", "姓名"
    CAPACITY = "capacity", "身份"
    ID_KIND = "id_kind", "证件类型"
    ID = "id", "证件号码"
    BASIS = "basis", "认定依据"


class Scope(models.TextChoices):
    PUBLIC = "public", "社会公开"
    SHARED = "shared", "政务共享"
    AUTHORISED = "authorised", "授权查询"


class Sensitivity(models.TextChoices):
    """信息分级 (国发〔2014〕21号四（五）: 分级管理): how much harm a value does in the wrong hands."""

    GENERAL = "general", "一般"
    SENSITIVE = "sensitive", "敏感"
    HIGH = "high", "高度敏感"


class Requirement(models.TextChoices):
    YES = "Y", "必填"
    NO = "N", "选填"
    CONDITIONAL = "C", "条件必填"


class ItemField(models.Model):
    """A column of an item: national code, shape, and who may see it."""

    item = models.ForeignKey(InformationItem, models.CASCADE, related_name="fields")
    seq = models.PositiveSmallIntegerField("序号")
    code = models.CharField("代码", max_length=40)
    name = models.CharField("名称", max_length=60)
    aliases = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name="别名")
    type = models.CharField("类型", max_length=20, choices=FieldType.choices, default=FieldType.TEXT)
    length = models.PositiveIntegerField("长度（字）", null=True, blank=True)
    required = models.CharField("必填", max_length=1, choices=Requirement.choices, default=Requirement.NO)
    required_when = models.JSONField("必填条件", default=dict, blank=True)
    values = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="取值")
    open_values = models.BooleanField("允许“其他-…”", default=False)
    applies_to = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="适用主体")
    role = models.CharField("平台用途", max_length=20, choices=FieldRole.choices, blank=True, default="")
    scope = models.CharField("公开范围", max_length=12, choices=Scope.choices, default=Scope.PUBLIC)
    sensitivity = models.CharField("敏感级别", max_length=10, choices=Sensitivity.choices, default=Sensitivity.GENERAL)
    responsible_no = models.PositiveSmallIntegerField("第几名责任人员", null=True, blank=True)
    responsible_part = models.CharField(
        "责任人员信息", max_length=10, choices=ResponsiblePart.choices, blank=True, default=""
    )
    unit = models.CharField("单位", max_length=10, blank=True)
    help = models.CharField("填报说明", max_length=200, blank=True)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices, default=Evidence.SEEN)

    objects = ItemFieldQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "字段"
        ordering = ["item", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["item", "code"], name="field_code_once_an_item"),
            models.UniqueConstraint(fields=["item", "role"], condition=~Q(role=""), name="field_role_once_an_item"),
            models.CheckConstraint(
                condition=~Q(type="id_number") | Q(scope="authorised"),
                name="identity_numbers_are_never_open",
                violation_error_message="证件号码只能授权查询，不能公开或共享。",
            ),
            models.CheckConstraint(
                condition=~Q(scope="public") | ~Q(sensitivity="high") | Q(type="id_number"),
                name="highly_sensitive_fields_are_never_open",
                violation_error_message="高度敏感的字段不能向社会公开。",
            ),
        ]

    def __str__(self):
        return self.name


class TermMethod(models.TextChoices):
    MONTHS = "months", "自决定之日起若干月"
    VALID_UNTIL = "valid_until", "至有效期届满"
    IF_STATED = "if_stated", "仅在机关写明公示截止期时公示"
    NEVER = "never", "不公示"


class DisplayRule(models.Model):
    """公示期限: how long records of an item may be shown, by severity, for decisions made while it was in force."""

    key = models.CharField("规则编号", max_length=60, unique=True)
    item_code = models.CharField("目录项编码", max_length=20)
    severity = models.CharField("失信程度", max_length=10, choices=Severity.choices, blank=True, default="")
    method = models.CharField("计算方式", max_length=12, choices=TermMethod.choices)
    minimum_months = models.PositiveSmallIntegerField("最短（月）", null=True, blank=True)
    maximum_months = models.PositiveSmallIntegerField("最长（月）", null=True, blank=True)
    legal_basis = models.ForeignKey(LegalBasis, models.PROTECT, related_name="display_rules", verbose_name="依据")
    in_force_from = models.DateField("适用起始（决定日期）")
    in_force_until = models.DateField("适用截止（决定日期）", null=True, blank=True)
    retroactive_from = models.DateField("自该日起对此前的决定从短适用", null=True, blank=True)
    source = models.CharField("来源", max_length=200)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices)

    objects = DisplayRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示期限规则"
        ordering = ["item_code", "in_force_from", "severity"]
        constraints = [
            ExclusionConstraint(
                name="one_display_rule_in_force",
                expressions=[
                    ("item_code", RangeOperators.EQUAL),
                    ("severity", RangeOperators.EQUAL),
                    (InForce(), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=~Q(method="months") | Q(maximum_months__gt=0),
                name="term_in_months_has_a_maximum",
                violation_error_message="按月计算的期限要有最长月数。",
            ),
            models.CheckConstraint(
                condition=Q(minimum_months__isnull=True) | Q(minimum_months__lte=F("maximum_months")),
                name="minimum_term_within_maximum",
                violation_error_message="最短期限不能长于最长期限。",
            ),
        ]

    def __str__(self):
        return self.key

    def as_term_rule(self) -> TermRule:
        """The rule as the arithmetic of catalogue/policy.py needs it."""
        return TermRule(
            self.key,
            self.severity,
            self.method,
            self.minimum_months,
            self.maximum_months,
            self.in_force_from,
            self.in_force_until,
            self.retroactive_from,
        )


class Edition(models.Model):
    """信息目录版本: the whole law book as one document, from its draft to the day it is superseded.

    A draft is text only (`law`, see catalogue/lawbook.py), so nothing in force can be touched by it. Approval turns
    what has changed into dated items, fields, rules and bases. An approved text never changes (trigger); the first
    edition, the one the platform was installed with, has no author.
    """

    number = models.PositiveIntegerField("版本号", unique=True)
    name = models.CharField("名称", max_length=100)
    reason = models.TextField("修订说明", blank=True)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="drafts", verbose_name="依据的版本")
    law = models.JSONField("内容")
    state = models.CharField(
        "状态", max_length=10, choices=workflow.EditionState.choices, default=workflow.EditionState.DRAFT
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="拟订人"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="复核人"
    )
    opinion = models.TextField("复核意见", blank=True)
    in_force_on = models.DateField("施行日期", null=True)
    recomputes = models.BooleanField("重算现行记录的公示期", default=False)
    impact = models.JSONField("批准时的影响", null=True)
    created_at = models.DateTimeField("起草时间", auto_now_add=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    approved_at = models.DateTimeField("批准时间", null=True)
    carried_out_at = models.DateTimeField("现行记录处理时间", null=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信息目录版本"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=workflow.EditionState.values), name="edition_state_is_known"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")), name="edition_has_a_second_person"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(in_force_on__isnull=False)
                & (Q(base__isnull=True) | Q(approver__isnull=False, author__isnull=False)),
                name="approved_edition_has_a_date_and_two_people",
            ),
            models.UniqueConstraint(
                fields=["in_force_on"], condition=Q(state="approved"), name="one_edition_comes_into_force_a_day"
            ),
            models.UniqueConstraint(
                fields=["base"], condition=Q(state="approved"), name="an_edition_is_succeeded_once"
            ),
        ]

    def __str__(self):
        return f"第 {self.number} 版"
