"""信息目录: what the law allows to be held, which fields, and for how long it may be shown. All rows are dated."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from catalogue.querysets import DisplayRuleQuerySet, InformationItemQuerySet


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


class Severity(models.TextChoices):
    """失信程度 (国办发〔2025〕22号; 信用修复管理办法, in force 2026-04-01)."""

    NONE = "", "不分类"
    MINOR = "minor", "轻微"
    GENERAL = "general", "一般"
    SERIOUS = "serious", "严重"


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
            models.CheckConstraint(condition=~Q(subject_kinds__len=0), name="item_names_its_subjects"),
        ]

    def __str__(self):
        return self.name


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


class Scope(models.TextChoices):
    PUBLIC = "public", "社会公开"
    SHARED = "shared", "政务共享"
    AUTHORISED = "authorised", "授权查询"


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
    unit = models.CharField("单位", max_length=10, blank=True)
    help = models.CharField("填报说明", max_length=200, blank=True)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices, default=Evidence.SEEN)

    class Meta:
        verbose_name = verbose_name_plural = "字段"
        ordering = ["item", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["item", "code"], name="field_code_once_an_item"),
            models.UniqueConstraint(fields=["item", "role"], condition=~Q(role=""), name="field_role_once_an_item"),
            models.CheckConstraint(
                condition=~Q(type="id_number") | Q(scope="authorised"), name="identity_numbers_are_never_open"
            ),
        ]

    def __str__(self):
        return self.name


class TermMethod(models.TextChoices):
    MONTHS = "months", "自决定之日起若干月"
    VALID_UNTIL = "valid_until", "至有效期届满"
    IF_STATED = "if_stated", "仅在机关写明公示截止期时公示"


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
                condition=~Q(method="months") | Q(maximum_months__gt=0), name="term_in_months_has_a_maximum"
            ),
            models.CheckConstraint(
                condition=Q(minimum_months__isnull=True) | Q(minimum_months__lte=F("maximum_months")),
                name="minimum_term_within_maximum",
            ),
        ]

    def __str__(self):
        return self.key
