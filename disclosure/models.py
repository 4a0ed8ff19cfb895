"""What the world may read: the public views (records/sql/, catalogue/sql/), as models nobody can write."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from catalogue.models import Category, Severity, SubjectKind
from deadlines.policy import Term, Unit
from disclosure.querysets import (
    PublicEditionQuerySet,
    PublicFormerAddressQuerySet,
    PublicListingQuerySet,
    PublicListKindQuerySet,
    PublicRecordQuerySet,
    PublicSubjectQuerySet,
)
from records.models import Standing
from records.workflow import DISPUTED
from repair.models import Remedy
from repair.policy import Rule, rule_from
from sanctions.models import EventKind, FinanceKind, Verdict


class PublicSubject(models.Model):
    """An organisation or sole trader, never a natural person. `uscc` and `region_name` may be None."""

    public_id = models.UUIDField()
    code = models.CharField("代码", max_length=36)
    uscc = models.CharField("统一社会信用代码", max_length=18)
    kind = models.CharField("类别", max_length=20, choices=SubjectKind.choices)
    legal_name = models.CharField("名称", max_length=200)
    name_key = models.CharField(max_length=200)
    bigrams = ArrayField(models.CharField(max_length=2))
    region_code = models.CharField("区划代码", max_length=6)
    region_name = models.CharField("区划", max_length=50)
    standing = models.CharField("登记状态", max_length=12, choices=Standing.choices)
    standing_since = models.DateField("登记状态自")

    objects = PublicSubjectQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "public_subject"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公示的主体"

    def __str__(self):
        return self.legal_name

    def get_absolute_url(self):
        return reverse("portal:subject", args=[self.code])


class PublicFormerName(models.Model):
    """A name an organisation was known by; `until_on` is None for the other name of a merged one."""

    subject_id = models.BigIntegerField()
    name = models.CharField("曾用名", max_length=200)
    name_key = models.CharField(max_length=400)
    bigrams = ArrayField(models.CharField(max_length=2))
    until_on = models.DateField("使用至")
    source = models.CharField("来源", max_length=10)

    objects = PublicSubjectQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "public_former_name"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公示的曾用名"

    def __str__(self):
        return self.name


class PublicFormerAddress(models.Model):
    """What a subject's page was called before: a neutral id, or a unified code given up in a merge."""

    subject_id = models.BigIntegerField(primary_key=True)
    public_id = models.UUIDField()
    uscc = models.CharField(max_length=18)

    objects = PublicFormerAddressQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "public_former_address"
        default_permissions = ()
        verbose_name = verbose_name_plural = "主体页的旧地址"

    def __str__(self):
        return self.uscc or str(self.public_id)


class PublicRecord(models.Model):
    """A record on display today. A natural person's name is masked and `subject_code` is None.

    `restored_on`: the day a repair got by false means was taken back and the record shown again; None of most.
    """

    public_id = models.UUIDField()
    item_id = models.BigIntegerField()
    item_code = models.CharField(max_length=20)
    item_name = models.CharField("事项", max_length=50)
    category = models.CharField("类别", max_length=20, choices=Category.choices)
    is_adverse = models.BooleanField("失信信息")
    subject_id = models.BigIntegerField()
    subject_kind = models.CharField("主体类别", max_length=20, choices=SubjectKind.choices)
    subject_code = models.CharField("主体代码", max_length=36)
    subject_name = models.CharField("主体名称", max_length=200)
    document_no = models.CharField("文书号", max_length=128)
    decided_on = models.DateField("决定日期")
    title = models.TextField("标题")
    authority = models.TextField("决定机关")
    severity = models.CharField("失信程度", max_length=10, choices=Severity.choices)
    state = models.CharField("状态", max_length=10)
    displayed_from = models.DateField("公示起始")
    displayed_until = models.DateField("公示至")
    display_rule_key = models.CharField("公示期限规则", max_length=60)
    department_name = models.CharField("报送部门", max_length=100)
    updated_at = models.DateTimeField("更新时间")
    values = models.JSONField("内容")
    restored_on = models.DateField("撤销修复、恢复公示日期", null=True)

    objects = PublicRecordQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "public_record"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公示的记录"

    def __str__(self):
        return f"{self.item_name} {self.document_no}"

    def get_absolute_url(self):
        return reverse("portal:record", args=[self.public_id])

    @property
    def is_disputed(self) -> bool:
        return self.state == DISPUTED

    @property
    def is_reference(self) -> bool:
        """Not an authority's decision: for reference only (33号（十九）)."""
        return self.category == Category.REFERENCE

    @property
    def is_about_a_person(self) -> bool:
        return self.subject_kind == SubjectKind.PERSON


class PublicListing(models.Model):
    """A record that puts its subject on a list: honours, serious dishonesty, abnormal operation."""

    public_id = models.UUIDField()
    item_code = models.CharField(max_length=20)
    item_name = models.CharField("名单类别", max_length=50)
    category = models.CharField("类别", max_length=20, choices=Category.choices)
    subject_id = models.BigIntegerField()
    subject_kind = models.CharField("主体类别", max_length=20, choices=SubjectKind.choices)
    subject_code = models.CharField("主体代码", max_length=36)
    subject_name = models.CharField("主体名称", max_length=200)
    list_name = models.TextField("名单名称")
    document_no = models.CharField("文书号", max_length=128)
    listed_on = models.DateField("列入日期")
    authority = models.TextField("认定机关")
    displayed_until = models.DateField("公示至")
    state = models.CharField("状态", max_length=10)

    objects = PublicListingQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "public_listing"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公示的名单"

    def __str__(self):
        return f"{self.list_name} {self.subject_name}"


class PublicListKind(models.Model):
    """A list in force that is published: standard, basis, who keeps it, how one gets off it; no name on it.

    `is_alone`: its item publishes no other list, so every record of the item belongs to it.
    """

    code = models.CharField(max_length=20)
    name = models.CharField("名单", max_length=100)
    tone = models.CharField("性质", max_length=10)
    item_code = models.CharField(max_length=20)
    item_name = models.CharField("目录项", max_length=50)
    standard = models.TextField("认定标准")
    exit_conditions = models.TextField("移出条件")
    term_months = models.PositiveSmallIntegerField("最长期限（月）", null=True)
    term_stated = models.BooleanField("期限由决定文书写明")
    subject_kinds = ArrayField(models.CharField(max_length=20))
    in_force_from = models.DateField("施行日期")
    basis_title = models.CharField(max_length=200)
    basis_document_no = models.CharField(max_length=100)
    basis_article = models.CharField(max_length=100)
    authorities = ArrayField(models.CharField(max_length=50))
    conduct = ArrayField(models.CharField(max_length=60))
    is_alone = models.BooleanField()

    objects = PublicListKindQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "public_list_kind"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公布的名单种类"

    def __str__(self):
        return self.name

    @property
    def basis(self) -> str:
        number = f"（{self.basis_document_no}）" if self.basis_document_no else ""
        return f"《{self.basis_title}》{number}{self.basis_article}"

    @property
    def term(self) -> str:
        stated = "由决定文书写明，" if self.term_stated else ""
        return f"{stated}最长 {self.term_months} 个月" if self.term_months else "没有固定期限"


class PublicEdition(models.Model):
    """An approved edition of the catalogue, with the whole law book; drafts and their authors are not in the view."""

    number = models.PositiveIntegerField("版本号")
    name = models.CharField("名称", max_length=100)
    reason = models.TextField("修订说明")
    in_force_on = models.DateField("施行日期")
    superseded_on = models.DateField("被取代日期", null=True)
    recomputes = models.BooleanField("重算现行记录的公示期")
    law = models.JSONField("内容")

    objects = PublicEditionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "public_edition"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公布的信息目录版本"

    def __str__(self):
        return f"第 {self.number} 版"


class PublicReceipt(models.Model):
    """A receipt, certificate or opinion by its number: who issued it, when, for what. About whom is not in the view."""

    KINDS = {"check": "核验回执", "certificate": "无不良信用记录证明", "opinion": "审查意见书"}

    receipt_no = models.CharField("编号", max_length=30, primary_key=True)
    kind = models.CharField("种类", max_length=12)
    department_name = models.CharField("出具部门", max_length=100)
    matter_name = models.CharField("事项", max_length=100)
    issued_at = models.DateTimeField("出具时间")
    digest_start = models.CharField("摘要前 8 位", max_length=8)
    verdict = models.CharField("结论", max_length=10, choices=Verdict.choices)

    class Meta:
        managed = False
        db_table = "public_receipt"
        default_permissions = ()
        verbose_name = verbose_name_plural = "可核对的回执"

    def __str__(self):
        return self.receipt_no

    @property
    def kind_words(self) -> str:
        return self.KINDS[self.kind]

    def is_confirmed_by(self, digest: str) -> bool:
        """Whether the beginning of the digest, as printed on the paper, is that of what is stored."""
        return constant_time_compare(digest.strip().lower(), self.digest_start)


class PublicSupervisionMethod(models.Model):
    """A method of classed supervision in force. Whom it classes, and how, is not in the view."""

    public_id = models.UUIDField()
    name = models.CharField("名称", max_length=100)
    edition = models.PositiveSmallIntegerField("版次")
    field_name = models.CharField("领域", max_length=50)
    department_name = models.CharField("制定部门", max_length=100)
    base = models.PositiveSmallIntegerField("基础分")
    inputs = models.JSONField("指标")
    thresholds = models.JSONField("分数线")
    rates = models.JSONField("建议抽查比例（%）")
    valid_months = models.PositiveSmallIntegerField("有效期（月）")
    text = models.TextField("说明")
    in_force_from = models.DateField("施行日期")

    class Meta:
        managed = False
        db_table = "public_supervision_method"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公布的分类监管办法"

    def __str__(self):
        return self.name


class PublicClarification(models.Model):
    """That something was wrong, said because its subject asked for it (33号（二十二）). A person's name is masked."""

    public_id = models.UUIDField(primary_key=True)
    number = models.CharField("受理号", max_length=24)
    subject_kind = models.CharField("主体类别", max_length=20, choices=SubjectKind.choices)
    subject_id = models.BigIntegerField()
    subject_code = models.CharField("主体代码", max_length=36)
    subject_name = models.CharField("主体名称", max_length=200)
    document_no = models.CharField("文书号", max_length=128)
    item_name = models.CharField("事项", max_length=50)
    department_name = models.CharField("认定部门", max_length=100)
    remedy = models.CharField("处理方式", max_length=8, choices=Remedy.choices)
    decided_on = models.DateField("办结日期")
    text = models.TextField("澄清内容")
    shown_from = models.DateField("公开自")
    shown_until = models.DateField("公开至")

    class Meta:
        managed = False
        db_table = "public_clarification"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公开的澄清"

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("portal:clarification", args=[self.public_id])


class PublicOwnStatement(models.Model):
    """What a subject says about a record on display (98号四（三）: 自主解释). A natural person's name is masked."""

    public_id = models.UUIDField(primary_key=True)
    record_public_id = models.UUIDField()
    text = models.CharField("内容", max_length=500)
    shown_from = models.DateField("展示自")

    class Meta:
        managed = False
        db_table = "public_own_statement"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公示的自主解释"

    def __str__(self):
        return str(self.public_id)


class PublicRepairRule(models.Model):
    """A rule of repair, with the days each step takes today (`terms`: key → amount and unit)."""

    key = models.CharField("规则编号", max_length=60)
    generation = models.CharField("规则", max_length=100)
    item_codes = ArrayField(models.CharField(max_length=20))
    severity = models.CharField("失信程度", max_length=10)
    subject_kinds = ArrayField(models.CharField(max_length=20))
    decided_from = models.DateField("适用起始（决定日期）")
    decided_until = models.DateField("适用截止（决定日期）", null=True)
    is_repairable = models.BooleanField("可以修复")
    minimum_months = models.PositiveSmallIntegerField("最短公示期（月）", null=True)
    maximum_months = models.PositiveSmallIntegerField("最长公示期（月）", null=True)
    ways = ArrayField(models.CharField(max_length=16))
    conditions = ArrayField(models.TextField())
    proofs = ArrayField(models.TextField())
    articles = models.CharField("依据", max_length=300)
    whom = models.CharField("向谁提出、由谁决定", max_length=200)
    why_not = models.CharField("不能修复的理由", max_length=300)
    is_verified = models.BooleanField("已核实")
    terms = models.JSONField("各步期限")

    class Meta:
        managed = False
        db_table = "public_repair_rule"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公布的修复规则"

    def __str__(self):
        return self.key

    def as_rule(self) -> Rule:
        """The row as the arithmetic of repair/policy.py needs it."""
        return rule_from(self)

    def terms_in_force(self) -> dict[str, Term]:
        """The time limits of today by their keys."""
        return {key: Term(term["amount"], Unit(term["unit"])) for key, term in (self.terms or {}).items()}


class PublicFinanceProduct(models.Model):
    """What a bank offers to the honest, while applications are taken (33号（七）). Who applies is not in the view."""

    public_id = models.UUIDField()
    kind = models.CharField("种类", max_length=6, choices=FinanceKind.choices)
    name = models.CharField("名称", max_length=100)
    bank_name = models.CharField("银行或者机构", max_length=100)
    objects_text = models.TextField("适用对象")
    conditions = models.TextField("申请条件")
    amount = models.CharField("额度", max_length=100)
    term = models.CharField("期限", max_length=100)
    cost = models.CharField("利率和费用", max_length=200)
    contact = models.CharField("咨询方式", max_length=100)
    source = models.CharField("来源", max_length=200)
    published_on = models.DateField("公布日期")
    offered_until = models.DateField("受理至", null=True)
    department_name = models.CharField("登记部门", max_length=100)
    basis_document_no = models.CharField(max_length=100)
    basis_article = models.CharField(max_length=100)

    class Meta:
        managed = False
        db_table = "public_finance_product"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公布的金融产品"

    def __str__(self):
        return self.name


class PublicPromotionEvent(models.Model):
    """A fair or a meeting with banks at which honest organisations are recommended (33号（八）)."""

    public_id = models.UUIDField()
    kind = models.CharField("种类", max_length=10, choices=EventKind.choices)
    name = models.CharField("名称", max_length=100)
    place = models.CharField("地点", max_length=100)
    begins_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    about = models.TextField("说明")
    published_on = models.DateField("公布日期")
    department_name = models.CharField("主办部门", max_length=100)

    class Meta:
        managed = False
        db_table = "public_promotion_event"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公布的推介活动"

    def __str__(self):
        return self.name


class PublicRecommendation(models.Model):
    """Whom an event recommends and why; gone from the view with the red listing it rests on."""

    event = models.ForeignKey(PublicPromotionEvent, models.DO_NOTHING, related_name="recommendations")
    code = models.CharField("代码", max_length=36)
    name = models.CharField("名称", max_length=200)
    region_name = models.CharField("区划", max_length=50)
    reason = models.CharField("推介理由", max_length=300)

    class Meta:
        managed = False
        db_table = "public_recommendation"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公布的推介名单"

    def __str__(self):
        return self.name


class PublicEvaluation(models.Model):
    """How a place stands in an edition issued to be published; no department is in the view (21号六（四）)."""

    edition_id = models.UUIDField()
    since = models.DateField("自（月）")
    until = models.DateField("至（月）")
    issued_on = models.DateField("印发日期")
    method_name = models.CharField("办法", max_length=100)
    method_edition = models.PositiveSmallIntegerField("版次")
    method_text = models.TextField("说明")
    region_code = models.CharField("区划代码", max_length=6)
    region_name = models.CharField("地区", max_length=50)
    is_county = models.BooleanField("县级")
    score = models.DecimalField("得分", max_digits=4, decimal_places=1, null=True)
    lines = models.JSONField("逐项")

    class Meta:
        managed = False
        db_table = "public_evaluation"
        default_permissions = ()
        verbose_name = verbose_name_plural = "公布的地方综合信用评价"

    def __str__(self):
        return f"{self.region_name} {self.since:%Y-%m}"
