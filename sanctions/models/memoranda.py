"""Memoranda of joint incentive and sanction, their signatories and measures (33号（十八）（二十））."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from catalogue.models import Evidence, InForce, LegalBasis, SubjectKind
from sanctions import workflow
from sanctions.querysets import MemorandumQuerySet


class MemorandumKind(models.TextChoices):
    SANCTION = "sanction", "联合惩戒"
    INCENTIVE = "incentive", "联合激励"
    BOTH = "both", "联合激励和惩戒"


class MeasureKind(models.TextChoices):
    """33号（三）—（八） and （十）—（十三）."""

    INCENTIVE = "incentive", "守信激励"
    ADMINISTRATIVE = "administrative", "行政性约束和惩戒"
    MARKET = "market", "市场性约束和惩戒"
    INDUSTRY = "industry", "行业性约束和惩戒"
    SOCIAL = "social", "社会性约束和惩戒"


class Force(models.TextChoices):
    """33号（二十）: 强制性、推荐性; 仅供参考 since the State Council's meeting of 2020-11-25."""

    MANDATORY = "mandatory", "强制性"
    RECOMMENDED = "recommended", "推荐性"
    REFERENCE = "reference", "仅供参考"


class Addressee(models.TextChoices):
    """Who carries a measure out. Whoever is no authority decides for itself and can only be informed."""

    AUTHORITY = "authority", "行政机关、司法机关"
    BANK = "bank", "金融机构"
    BUREAU = "bureau", "征信和信用服务机构"
    ASSOCIATION = "association", "行业协会商会"
    MEDIA = "media", "新闻媒体"
    SOCIETY = "society", "社会公众和其他市场主体"


class NationalMeasure(models.TextChoices):
    """全国失信惩戒措施基础清单 (14 items; wording from general knowledge, to be verified). Matters ask by these."""

    NONE = "", "—"
    MARKET_ACCESS = "market_access", "限制市场或者行业准入"
    OCCUPATION = "occupation", "职业禁入或者从业限制"
    POSITION = "position", "限制任职"
    CONSUMPTION = "consumption", "限制相关消费行为"
    LEAVING = "leaving", "不准出境"
    SCHOOLING = "schooling", "限制升学复学"
    PUBLIC_FUNDS = "public_funds", "限制申请财政性资金项目"
    HONOURS = "honours", "限制参加评先评优"
    PREFERENCES = "preferences", "限制享受优惠政策和便利措施"
    SUPERVISION = "supervision", "纳入重点监管范围"
    AUTHORITIES = "authorities", "推送政府部门自主参考"
    MARKET = "market", "推送市场主体自主参考"
    BUREAU = "bureau", "纳入市场化征信或者评级报告"
    LENDING = "lending", "从严审慎授信"


BANS = (NationalMeasure.MARKET_ACCESS, NationalMeasure.OCCUPATION)


class Incentive(models.TextChoices):
    """What a measure of encouragement offers (33号（三）—（八）)."""

    NONE = "", "—"
    EXAMPLE = "example", "树立诚信典型"
    GREEN_CHANNEL = "green_channel", "绿色通道"
    DEFERRED_MATERIALS = "deferred_materials", "容缺受理"
    PRIORITY = "priority", "优先提供便利"
    BONUS = "bonus", "信用加分"
    FEWER_INSPECTIONS = "fewer_inspections", "优化检查频次"
    COSTS = "costs", "降低市场交易成本"
    PROMOTION = "promotion", "宣传推介"


class Memorandum(models.Model):
    """合作备忘录, one edition: lead, signatories, objects, measures, procedure. Approved, it never changes (trigger).

    An approved one opens joint action whenever somebody is entered to one of its lists. A new edition supersedes
    the former from the day it comes into force.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField("编号", max_length=20)
    edition = models.PositiveSmallIntegerField("版次", default=1)
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类别", max_length=10, choices=MemorandumKind.choices)
    lead = models.CharField("牵头单位", max_length=100)
    document_no = models.CharField("文号", max_length=100, blank=True)
    month = models.CharField("印发年月", max_length=7, blank=True)
    objects_text = models.TextField("奖惩对象", blank=True)
    procedure = models.TextField("实施程序", blank=True)
    list_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="适用名单")
    state = models.CharField("状态", max_length=10, choices=workflow.MemorandumState.choices, default=workflow.DRAFT)
    in_force_from = models.DateField("生效日期", null=True, blank=True)
    in_force_until = models.DateField("终止日期", null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="拟订人"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    opinion = models.TextField("复核意见", blank=True)
    approved_at = models.DateTimeField("批准时间", null=True)
    source = models.CharField("来源", max_length=200)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices)

    objects = MemorandumQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "合作备忘录"
        ordering = ["code", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="memorandum_edition_once"),
            models.CheckConstraint(
                condition=Q(state__in=workflow.MemorandumState.values), name="memorandum_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")), name="memorandum_has_a_second_person"
            ),
            models.CheckConstraint(
                condition=~Q(state=workflow.APPROVED) | Q(in_force_from__isnull=False),
                name="approved_memorandum_has_a_date",
            ),
            ExclusionConstraint(
                name="one_edition_of_a_memorandum_in_force",
                expressions=[("code", RangeOperators.EQUAL), (InForce(), RangeOperators.OVERLAPS)],
                condition=Q(state=workflow.APPROVED),
            ),
        ]

    def __str__(self):
        return self.name


class Signatory(models.Model):
    """签署单位 of a memorandum; the line says which departments of each region act for it."""

    memorandum = models.ForeignKey(Memorandum, models.CASCADE, related_name="signatories")
    name = models.CharField("单位", max_length=100)
    line = models.CharField("条线", max_length=10, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "签署单位"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["memorandum", "name"], name="signatory_once_a_memorandum")]

    def __str__(self):
        return self.name


class Measure(models.Model):
    """奖惩措施 of a memorandum: what is done, by whom, on which basis, with which force (33号（二十）)."""

    memorandum = models.ForeignKey(Memorandum, models.CASCADE, related_name="measures")
    number = models.PositiveSmallIntegerField("序号")
    text = models.TextField("措施")
    kind = models.CharField("种类", max_length=15, choices=MeasureKind.choices)
    force = models.CharField("效力", max_length=12, choices=Force.choices)
    addressee = models.CharField("实施主体性质", max_length=12, choices=Addressee.choices, default=Addressee.AUTHORITY)
    implementer = models.CharField("实施单位", max_length=100)
    line = models.CharField("实施条线", max_length=10, blank=True)
    legal_basis = models.ForeignKey(
        LegalBasis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="法律依据"
    )
    basis_text = models.CharField("依据条款", max_length=300, blank=True)
    subject_kinds = ArrayField(models.CharField(max_length=20, choices=SubjectKind.choices), verbose_name="对象")
    on_responsible = models.BooleanField("适用于责任人员", default=False)
    responsible_basis = models.ForeignKey(
        LegalBasis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="落实到人的依据"
    )
    national = models.CharField("国家清单项目", max_length=15, choices=NationalMeasure.choices, blank=True, default="")
    incentive = models.CharField("激励方式", max_length=20, choices=Incentive.choices, blank=True, default="")
    condition = models.CharField("适用条件", max_length=300, blank=True)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices)

    class Meta:
        verbose_name = verbose_name_plural = "奖惩措施"
        ordering = ["memorandum", "number"]
        constraints = [
            models.UniqueConstraint(fields=["memorandum", "number"], name="measure_number_once"),
            models.CheckConstraint(
                condition=~Q(force="mandatory") | Q(legal_basis__isnull=False),
                name="mandatory_measure_has_a_basis",
                violation_error_message="没有法律依据的措施不能是强制性的。",
            ),
            # 国务院2020年11月25日常务会议: nobody may force banks, credit services, associations and media to punish.
            models.CheckConstraint(
                condition=Q(addressee="authority") | Q(force="reference"),
                name="who_is_no_authority_is_only_informed",
                violation_error_message="银行、信用服务机构、协会和媒体自主决定，措施只能标为仅供参考。",
            ),
            models.CheckConstraint(
                condition=Q(on_responsible=False) | Q(responsible_basis__isnull=False) | Q(force="reference"),
                name="measure_on_persons_has_its_own_basis",
                violation_error_message="落实到责任人员的措施要有单独的法律依据。",
            ),
            models.CheckConstraint(
                condition=Q(kind="incentive") | Q(incentive=""), name="only_incentives_say_what_they_offer"
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def is_ban(self) -> bool:
        """Whether it closes an industry or an occupation for a time (限期行业禁入)."""
        return self.national in BANS
