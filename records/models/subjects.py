"""Whom the facts are about: subjects and the numbers they are known by."""

import uuid

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


class Subject(models.Model):
    """信用主体: a person or an organisation, one row an identifier."""

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
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用主体"
        indexes = [
            models.Index(fields=["name_key"], name="subject_name_key"),
            GinIndex(OpClass(F("name_key"), name="gin_trgm_ops"), name="subject_name_trigram"),
            GinIndex(fields=["bigrams"], name="subject_name_bigram"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="person") | Q(uscc__isnull=True), name="person_has_no_uscc"),
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
