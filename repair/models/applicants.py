"""Who applies: a subject signed in by its real name, who may act for it, and what it has begun to write."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalogue.models import Evidence as Mark
from catalogue.models import SubjectKind
from records.models import IdentifierKind, Record, Subject
from repair.querysets import RepresentationQuerySet
from sanctions.models import Listing


class Act(models.TextChoices):
    """What somebody who has signed in may do; how well they must be known for it is a row of RealNameLevel."""

    SEE_ORGANISATION = "see_organisation", "查看本单位的信息"
    ACT_ORGANISATION = "act_organisation", "为本单位提出申请"
    SEE_PERSON = "see_person", "查看自然人的信息"
    ACT_PERSON = "act_person", "为自然人提出申请"
    EMPOWER = "empower", "委托他人办理、撤销委托"


class RealNameLevel(models.Model):
    """实名等级: how well the identity provider knows who has signed in, and what that is enough for (98号三（一）)."""

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=100)
    rank = models.PositiveSmallIntegerField("顺序", unique=True)
    acr = ArrayField(models.CharField(max_length=100), verbose_name="提供方的等级值（acr）")
    allows = ArrayField(
        models.CharField(max_length=20, choices=Act.choices), default=list, blank=True, verbose_name="可以办理"
    )
    source = models.CharField("来源", max_length=300)
    evidence = models.CharField("核实情况", max_length=20, choices=Mark.choices, default=Mark.TO_BE_VERIFIED)

    class Meta:
        verbose_name = verbose_name_plural = "实名等级"
        ordering = ["rank"]

    def __str__(self):
        return self.name

    @property
    def allowed(self) -> list[str]:
        """What it is enough for, in words."""
        return [Act(act).label for act in self.allows]


class Applicant(models.Model):
    """申请人: the real-name account of a subject, as the identity provider names it. The number is kept sealed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issuer = models.CharField("身份提供方", max_length=200)
    external_id = models.CharField("提供方编号", max_length=200)
    kind = models.CharField("类别", max_length=20, choices=SubjectKind.choices)
    name = models.CharField("姓名或者名称", max_length=200)
    identifier_kind = models.CharField("证照类型", max_length=20, choices=IdentifierKind.choices)
    lookup = models.CharField(max_length=64, editable=False)
    cipher = models.TextField(blank=True, editable=False)
    phone_cipher = models.TextField(blank=True, editable=False)
    email_cipher = models.TextField(blank=True, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="applicants", verbose_name="主体")
    level = models.ForeignKey(
        RealNameLevel, models.PROTECT, null=True, related_name="+", verbose_name="实名等级（最近登录）"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField("最近登录", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "申请人"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["lookup"], name="applicant_lookup")]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "external_id"], name="an_applicant_once"),
            models.CheckConstraint(condition=~Q(kind="person") | ~Q(cipher=""), name="a_persons_number_is_sealed"),
        ]

    def __str__(self):
        return f"申请人 {self.pk}"


class Representation(models.Model):
    """授权委托: who is named here may act for that subject until a day, by a power of attorney.

    `applicant` is empty until the agent has signed in: a power names a person by name and number, and nobody learns
    from it who has an account.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey(
        Applicant, models.PROTECT, null=True, related_name="representations", verbose_name="代理人"
    )
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="representations", verbose_name="被代理人")
    agent_kind = models.CharField("代理人类别", max_length=20, choices=SubjectKind.choices, blank=True, default="")
    agent_name = models.CharField("代理人姓名或者名称", max_length=200, blank=True, default="")
    agent_identifier_kind = models.CharField(
        "代理人证照类型", max_length=20, choices=IdentifierKind.choices, blank=True, default=""
    )
    agent_lookup = models.CharField(max_length=64, editable=False, blank=True, default="")
    granted_by = models.ForeignKey(
        Applicant, models.PROTECT, null=True, related_name="powers_granted", verbose_name="委托人"
    )
    authority_no = models.CharField("授权委托书编号", max_length=128)
    valid_from = models.DateField("自")
    valid_until = models.DateField("至")
    revoked_on = models.DateField("撤销日期", null=True)
    created_at = models.DateTimeField("登记时间", db_default=Now(), editable=False)

    objects = RepresentationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "授权委托"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["agent_lookup"], name="power_of_agent", condition=Q(applicant__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=models.F("valid_from")), name="representation_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(applicant__isnull=False) | ~Q(agent_lookup="") & ~Q(agent_name=""),
                name="a_power_names_its_agent",
            ),
        ]

    def __str__(self):
        return self.authority_no


class Draft(models.Model):
    """草稿: what an applicant has begun to write about a record or listing; kept as it is typed, decided by nobody.

    `version` is that of the last saving, so that two open pages do not overwrite one another; `content` is what stands
    in the fields, checked only when it is handed in. The public id becomes the key of the case.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey(Applicant, models.CASCADE, related_name="drafts", verbose_name="申请人")
    kind = models.CharField("类别", max_length=10)
    record = models.ForeignKey(Record, models.CASCADE, null=True, related_name="+", verbose_name="记录")
    listing = models.ForeignKey(Listing, models.CASCADE, null=True, related_name="+", verbose_name="名单条目")
    content = models.JSONField("内容", default=dict, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    updated_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "草稿"
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "kind", "record", "listing"], nulls_distinct=False, name="one_draft_a_record"
            )
        ]
