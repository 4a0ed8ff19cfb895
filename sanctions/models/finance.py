"""守信激励的金融产品 (33号（七）): products, applications for them, and each hand-over of data to a bank."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalogue.models import LegalBasis
from records.models import Subject
from sanctions import workflow
from sanctions.querysets import FinanceApplicationQuerySet, FinanceProductQuerySet


class FinanceKind(models.TextChoices):
    """The three the document names, and what comes after them."""

    TAX = "tax", "税易贷"
    CREDIT = "credit", "信易贷"
    BOND = "bond", "信易债"
    OTHER = "other", "其他守信激励产品"


class FinanceProduct(models.Model):
    """金融产品: what a bank offers to whom on which conditions. Published by a second person, it never changes.

    `bank` is the bank's own account here; without one a counter hands the data package over as a signed file, once.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="finance_products", verbose_name="登记部门"
    )
    kind = models.CharField("种类", max_length=6, choices=FinanceKind.choices)
    name = models.CharField("名称", max_length=100)
    bank_name = models.CharField("银行或者机构", max_length=100)
    bank = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="机构的平台账户"
    )
    objects_text = models.TextField("适用对象")
    conditions = models.TextField("申请条件")
    amount = models.CharField("额度", max_length=100)
    term = models.CharField("期限", max_length=100)
    cost = models.CharField("利率和费用", max_length=200)
    contact = models.CharField("咨询方式", max_length=100)
    source = models.CharField("来源", max_length=200)
    legal_basis = models.ForeignKey(LegalBasis, models.PROTECT, related_name="+", verbose_name="依据")
    state = models.CharField(
        "状态", max_length=10, choices=workflow.PublicationState.choices, default=workflow.COMPOSED
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核准人"
    )
    opinion = models.TextField("核准意见", blank=True)
    published_on = models.DateField("公布日期", null=True)
    offered_until = models.DateField("受理至", null=True, blank=True)
    closed_on = models.DateField("停办日期", null=True)
    close_reason = models.CharField("停办原因", max_length=500, blank=True)

    objects = FinanceProductQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "守信激励金融产品"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FinanceKind.values), name="finance_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=workflow.PublicationState.values), name="finance_product_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=workflow.COMPOSED)
                | Q(approver__isnull=False, published_on__isnull=False) & ~Q(approver=F("author")),
                name="finance_product_is_published_by_another_person",
            ),
        ]

    def __str__(self):
        return self.name

    def audit_label(self):
        return self.name


class FinanceApplication(models.Model):
    """融资申请: an organisation asks at a counter for a product, and says in writing what the bank may be told.

    `items`: codes of information items of which the consent opens more than everybody may see.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField("表单键", unique=True, editable=False)
    product = models.ForeignKey(FinanceProduct, models.PROTECT, related_name="applications", verbose_name="金融产品")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="finance_applications", verbose_name="受理部门"
    )
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="受理人")
    accepted_on = models.DateField("受理日期")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="finance_applications", verbose_name="申请人")
    amount_wanted = models.CharField("申请金额", max_length=50)
    purpose = models.CharField("用途", max_length=200)
    contact = models.CharField("申请单位的联系方式", max_length=100)
    consent_no = models.CharField("授权书编号", max_length=100)
    consent_on = models.DateField("授权日期")
    consent_until = models.DateField("授权期限至")
    items = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="授权提供的事项")
    state = models.CharField("状态", max_length=10, choices=workflow.FinanceState.choices, default=workflow.FILED)
    is_granted = models.BooleanField("银行同意", null=True)
    answer = models.CharField("银行答复", max_length=500, blank=True)
    answered_on = models.DateField("答复日期", null=True)
    revoked_on = models.DateField("撤回授权日期", null=True)

    objects = FinanceApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "融资申请"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["department", "-id"], name="application_of_department")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=workflow.FinanceState.values), name="finance_state_is_known"),
            models.CheckConstraint(condition=~Q(consent_no=""), name="nothing_is_told_a_bank_without_consent"),
            models.CheckConstraint(
                condition=Q(consent_on__lte=F("accepted_on"), consent_until__gte=F("consent_on")),
                name="consent_is_given_before",
            ),
            models.CheckConstraint(
                condition=~Q(state=workflow.REVOKED) | Q(revoked_on__isnull=False), name="revocation_has_a_date"
            ),
        ]

    def __str__(self):
        return f"{self.product_id} {self.consent_no}"

    def audit_label(self):
        return self.consent_no

    def may_be_handed_over(self, on) -> bool:
        """Whether the consent still covers it that day."""
        return self.state in workflow.FINANCE_OPEN and self.consent_on <= on <= self.consent_until


class FinanceHandover(models.Model):
    """一次数据移交: which file left for the bank, with its digest. Insert-only; the file itself is not kept."""

    application = models.ForeignKey(
        FinanceApplication, models.PROTECT, related_name="handovers", verbose_name="融资申请"
    )
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="移交人")
    by_bank = models.BooleanField("由机构账户领取")
    handed_at = models.DateTimeField("移交时间")
    records = models.PositiveIntegerField("记录数")
    digest = models.CharField("摘要（SM3）", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "数据移交"
        ordering = ["-pk"]
        constraints = [
            # A file in somebody's hands is made once; a bank with an account comes back while the consent lasts.
            models.UniqueConstraint(
                fields=["application"], name="a_signed_file_is_made_once", condition=Q(by_bank=False)
            ),
        ]

    def __str__(self):
        return f"{self.application_id} {self.handed_at:%Y-%m-%d %H:%M}"
