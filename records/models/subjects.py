"""Whom the facts are about: subjects and the numbers they are known by."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from catalogue.models import SubjectKind
from records.querysets import SubjectQuerySet


class Bigrams(Func):
    """Neighbouring pairs of characters of a name: what a two-character search looks up (measured in components)."""

    function = "name_bigrams"
    output_field = ArrayField(models.CharField(max_length=2))


class Standing(models.TextChoices):
    """What the registering authority says an organisation is today."""

    ACTIVE = "active", "存续"
    DEREGISTERED = "deregistered", "已注销"
    REVOKED = "revoked", "已吊销"
    MOVED_OUT = "moved_out", "已迁出"


class Verification(models.TextChoices):
    """What the population base library said when it was last asked about a person (98号三（一）: 个人身份信息查核)."""

    UNVERIFIED = "unverified", "未核验"
    VERIFIED = "verified", "核验一致"
    MISMATCH = "mismatch", "核验不一致"
    UNAVAILABLE = "unavailable", "暂不能核验"


class Subject(models.Model):
    """信用主体: a person or an organisation. One that was found to be another points to it and holds nothing any more.

    standing is the latest StandingChange; verification is what was last heard, with its moment.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类别", max_length=20, choices=SubjectKind.choices)
    legal_name = models.CharField("名称", max_length=200)
    name_key = models.CharField(max_length=400, editable=False)
    bigrams = models.GeneratedField(
        expression=Bigrams(F("name_key")),
        output_field=ArrayField(models.CharField(max_length=2)),
        db_persist=True,
    )
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True, null=True, blank=True)
    region_code = models.CharField("区划代码", max_length=6, blank=True)
    adult_on = models.DateField("成年日期", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name="已并入", editable=False
    )
    standing = models.CharField(
        "登记状态", max_length=12, choices=Standing.choices, default=Standing.ACTIVE, db_default=Standing.ACTIVE
    )
    standing_since = models.DateField("登记状态自", null=True, blank=True)
    verification = models.CharField(
        "身份核验",
        max_length=11,
        choices=Verification.choices,
        default=Verification.UNVERIFIED,
        db_default=Verification.UNVERIFIED,
    )
    verified_at = models.DateTimeField("核验时间", null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用主体"
        indexes = [
            models.Index(fields=["name_key"], name="subject_name_key"),
            GinIndex(OpClass(F("name_key"), name="gin_trgm_ops"), name="subject_name_trigram"),
            GinIndex(fields=["bigrams"], name="subject_name_bigram"),
            # Who is still to be verified (exchange/verifying.py): a queue that is empty most of the time.
            models.Index(
                fields=["id"],
                name="subject_to_verify",
                condition=Q(kind="person", verification__in=("unverified", "unavailable"), merged_into__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="person") | Q(uscc__isnull=True), name="person_has_no_uscc"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(uscc__isnull=True), name="merged_subject_gave_its_code_away"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="subject_is_not_merged_into_itself"),
            models.CheckConstraint(condition=Q(standing__in=Standing.values), name="standing_is_known"),
            models.CheckConstraint(
                condition=Q(verification__in=Verification.values)
                & (Q(verification=Verification.UNVERIFIED) | Q(verified_at__isnull=False)),
                name="verification_has_a_moment",
            ),
        ]

    def __str__(self):
        return self.legal_name

    def audit_label(self):
        """Names of organisations are public; a person appears in the trail by number only."""
        return self.legal_name if self.kind != SubjectKind.PERSON else f"自然人 {self.pk}"

    @property
    def code(self) -> str:
        """What stands in addresses: the unified social credit code, or a neutral id where there is none."""
        return self.uscc or str(self.public_id)


class IdentifierKind(models.TextChoices):
    USCC = "uscc", "统一社会信用代码"
    REGISTRATION_NO = "registration_no", "工商注册号"
    ORGANISATION_CODE = "organisation_code", "组织机构代码"
    TAX_NO = "tax_no", "税务登记号"
    INSTITUTION_NO = "institution_no", "事业单位证书号"
    SOCIAL_NO = "social_no", "社会组织登记证号"
    ID_CARD = "id_card", "身份证"
    PASSPORT = "passport", "护照号"
    HK_MACAO_PERMIT = "hk_macao_permit", "港澳居民来往内地通行证"
    TAIWAN_PERMIT = "taiwan_permit", "台湾居民来往大陆通行证"
    FOREIGNER_PERMIT = "foreigner_permit", "外国人永久居留身份证"
    OTHER_PERSON_ID = "other_person_id", "其他证件"


PERSON_ID_KINDS = tuple(kind.value for kind in list(IdentifierKind)[6:])


class Identifier(models.Model):
    """A number by which a subject is known. Persons' numbers are kept as ciphertext and found by blind index."""

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="identifiers")
    kind = models.CharField("证照类型", max_length=20, choices=IdentifierKind.choices)
    lookup = models.CharField(max_length=64)
    cipher = models.TextField(blank=True, db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "主体代码"
        constraints = [
            models.UniqueConstraint(fields=["kind", "lookup"], name="one_subject_an_identifier"),
            models.CheckConstraint(
                condition=(Q(kind__in=PERSON_ID_KINDS, lookup__regex="^[0-9a-f]{64}$") & ~Q(cipher=""))
                | (~Q(kind__in=PERSON_ID_KINDS) & Q(cipher="")),
                name="persons_numbers_are_encrypted",
            ),
        ]

    def __str__(self):
        return self.get_kind_display()


class FormerName(models.Model):
    """曾用名: a name borne until a day, or reported under before a merge. Found by search, never the present one."""

    class Source(models.TextChoices):
        RENAMED = "renamed", "变更登记"
        MERGED = "merged", "合并前的名称"

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="former_names", verbose_name="主体")
    name = models.CharField("名称", max_length=200)
    name_key = models.CharField(max_length=400, editable=False)
    bigrams = models.GeneratedField(
        expression=Bigrams(F("name_key")),
        output_field=ArrayField(models.CharField(max_length=2)),
        db_persist=True,
    )
    until_on = models.DateField("使用至", null=True, blank=True)
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    evidence = models.TextField("依据")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, related_name="+", verbose_name="录入部门"
    )
    created_at = models.DateTimeField("录入时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "曾用名"
        ordering = ["subject", "-until_on", "-pk"]
        indexes = [
            models.Index(fields=["name_key"], name="former_name_key"),
            GinIndex(OpClass(F("name_key"), name="gin_trgm_ops"), name="former_name_trigram"),
            GinIndex(fields=["bigrams"], name="former_name_bigram"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(source="merged") | Q(until_on__isnull=False), name="renaming_has_a_date"
            ),
        ]

    def __str__(self):
        return self.name


class StandingChange(models.Model):
    """登记状态变更: what the registering authority decided about an organisation, and who entered it. Insert-only."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="standing_changes", verbose_name="主体")
    standing = models.CharField("登记状态", max_length=12, choices=Standing.choices)
    since = models.DateField("自")
    decision = models.CharField("决定文书", max_length=200)
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="+", verbose_name="来源部门")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    created_at = models.DateTimeField("录入时间", db_default=Now(), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "登记状态变更"
        ordering = ["subject", "-since", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(standing__in=Standing.values), name="standing_change_is_known"),
        ]

    def __str__(self):
        return f"{self.get_standing_display()} {self.since}"
