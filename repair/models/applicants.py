"""Who applies: a subject signed in by its real name, who may act for it, and what it has begun to write."""

import uuid

from django.db import models
from django.db.models import Q

from catalogue.models import SubjectKind
from records.models import IdentifierKind, Record, Subject


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
    """授权委托: this applicant may act for that subject until a day, by a power of attorney."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey(Applicant, models.PROTECT, related_name="representations", verbose_name="代理人")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="representations", verbose_name="被代理人")
    authority_no = models.CharField("授权委托书编号", max_length=128)
    valid_from = models.DateField("自")
    valid_until = models.DateField("至")
    revoked_on = models.DateField("撤销日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权委托"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=models.F("valid_from")), name="representation_ends_after_it_begins"
            )
        ]


class Draft(models.Model):
    """草稿: what an applicant has begun to write about a record; kept as it is typed, decided by nobody."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    applicant = models.ForeignKey(Applicant, models.CASCADE, related_name="drafts", verbose_name="申请人")
    kind = models.CharField("类别", max_length=10)
    record = models.ForeignKey(Record, models.CASCADE, null=True, related_name="+", verbose_name="记录")
    content = models.JSONField("内容", default=dict, blank=True)
    updated_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "草稿"
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "kind", "record"], nulls_distinct=False, name="one_draft_a_record"
            )
        ]
