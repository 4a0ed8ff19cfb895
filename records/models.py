"""The facts: subjects, their identifiers, credit records, and the batches they came in."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from catalogue.models import InformationItem, Severity, SubjectKind
from records import workflow
from records.querysets import BatchQuerySet, RecordQuerySet, SubjectQuerySet


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


class Batch(models.Model):
    """报送批次: what a department sent, and what became of each row. A single form is a batch of one."""

    class Source(models.TextChoices):
        FORM = "form", "网页填报"
        FILE = "file", "文件上传"
        API = "api", "接口报送"
        COMMAND = "command", "命令行导入"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(InformationItem, models.PROTECT, related_name="+", verbose_name="目录项")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="batches", verbose_name="报送部门"
    )
    source = models.CharField("方式", max_length=10, choices=Source.choices)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    file_name = models.CharField("文件名", max_length=255, blank=True)
    file_digest = models.CharField("文件摘要（SM3）", max_length=64)
    file_size = models.PositiveBigIntegerField("大小（字节）", default=0)
    state = models.CharField("状态", max_length=10, choices=workflow.BatchState.choices, default=workflow.RECEIVED)
    code = models.CharField("退回代码", max_length=40, blank=True)
    reason = models.TextField("退回原因", blank=True)
    notes = models.JSONField("读取说明", default=list, blank=True)
    rows_total = models.PositiveIntegerField("总行数", null=True)
    rows_read = models.PositiveIntegerField("已读行数", default=0)
    rows_accepted = models.PositiveIntegerField("接收", default=0)
    rows_unchanged = models.PositiveIntegerField("无变化", default=0)
    rows_rejected = models.PositiveIntegerField("退回", default=0)
    staged_until = models.PositiveIntegerField(default=0)
    checkpoint = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField("报送时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送批次"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["department", "-id"], name="batch_of_department"),
            models.Index(
                fields=["leased_until"], name="batch_waiting", condition=Q(state__in=workflow.BATCH_UNFINISHED)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in workflow.BatchState]), name="batch_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=workflow.COMMITTED)
                | Q(rows_total=F("rows_accepted") + F("rows_unchanged") + F("rows_rejected")),
                name="every_row_of_a_committed_batch_is_accounted_for",
            ),
            models.CheckConstraint(condition=~Q(state=workflow.REFUSED) | ~Q(code=""), name="refusal_says_why"),
        ]

    def __str__(self):
        return f"{self.item} {self.created_at:%Y-%m-%d} {self.file_name}".strip()


class StagedRow(models.Model):
    """A checked row on its way into the records.

    The table is unlogged: after a crash it is read again from the file.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, db_constraint=False, related_name="+")
    row_no = models.PositiveIntegerField()
    subject_kind = models.CharField(max_length=20)
    subject_name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=400)
    adult_on = models.DateField(null=True)
    id_kinds = ArrayField(models.TextField())
    id_lookups = ArrayField(models.TextField())
    id_ciphers = ArrayField(models.TextField())
    document_no = models.CharField(max_length=128)
    decided_on = models.DateField()
    title = models.TextField()
    authority = models.TextField()
    values = models.JSONField()
    secrets = models.JSONField()
    content_digest = models.BinaryField()
    severity = models.CharField(max_length=10, blank=True)
    displayed_until = models.DateField(null=True)
    display_rule_key = models.CharField(max_length=60)

    pk = models.CompositePrimaryKey("batch_id", "row_no")


class BatchKey(models.Model):
    """Which records a running batch has already named: the second naming is told, not obeyed. Emptied at the end."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+")
    key = models.UUIDField()
    row_no = models.PositiveIntegerField()
    content_digest = models.BinaryField()

    pk = models.CompositePrimaryKey("batch_id", "key")


class RejectedRow(models.Model):
    """退回行: the line of the file and what is wrong with it, never a secret value in the clear."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rejected_rows")
    row_no = models.PositiveIntegerField("行号")
    problems = models.JSONField("问题")

    pk = models.CompositePrimaryKey("batch_id", "row_no")

    class Meta:
        verbose_name = verbose_name_plural = "退回行"
        ordering = ["batch_id", "row_no"]


class Record(models.Model):
    """信用记录: one decision about one subject, as reported by one department."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Without indexes of their own: item is asked for by code, subject and department lead an index below.
    item = models.ForeignKey(
        InformationItem, models.PROTECT, related_name="records", db_index=False, verbose_name="目录项"
    )
    item_code = models.CharField(max_length=20, editable=False)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="records", db_index=False, verbose_name="主体")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="records", db_index=False, verbose_name="报送部门"
    )
    subject_name = models.CharField("报送名称", max_length=200)
    document_no = models.CharField("文书号", max_length=128)
    decided_on = models.DateField("决定日期")
    title = models.TextField("标题")
    authority = models.TextField("决定机关")
    values = models.JSONField("内容")
    secrets = models.JSONField(default=dict, editable=False)
    content_digest = models.BinaryField(editable=False)
    severity = models.CharField("失信程度", max_length=10, choices=Severity.choices, blank=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=workflow.RecordState.choices,
        db_default=workflow.CURRENT,
        default=workflow.CURRENT,
    )
    displayed_from = models.DateField("公示起始", null=True)
    displayed_until = models.DateField("公示至", null=True)
    display_rule_key = models.CharField("公示期限规则", max_length=60, blank=True)
    ended_on = models.DateField("终止日期", null=True)
    end_reason = models.TextField("终止原因", blank=True, db_default="")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="records", verbose_name="批次")
    row_no = models.PositiveIntegerField("行号")
    revision = models.PositiveIntegerField("版本", db_default=1, default=1)
    national_revision = models.PositiveIntegerField("国家平台版本", db_default=0, default=0)
    created_at = models.DateTimeField("接收时间", db_default=Now(), editable=False)
    updated_at = models.DateTimeField("更新时间", db_default=Now(), editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用记录"
        indexes = [
            models.Index(fields=["department", "-id"], name="record_of_department"),
            models.Index(fields=["document_no"], name="record_document_no"),
            models.Index(fields=["item_code", "-decided_on"], name="record_by_decision"),
            models.Index(
                fields=["displayed_until"], name="record_term_running", condition=Q(state__in=workflow.RECORD_LIVE)
            ),
            models.Index(fields=["id"], name="record_pending", condition=Q(revision__gt=F("national_revision"))),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "document_no", "decided_on", "department", "item_code"],
                name="one_record_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in workflow.RecordState]), name="record_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=workflow.RECORD_LIVE) | Q(ended_on__isnull=False), name="ended_record_has_a_date"
            ),
            models.CheckConstraint(
                condition=Q(national_revision__lte=F("revision")), name="national_platform_is_never_ahead"
            ),
        ]

    def __str__(self):
        return f"{self.item_code} {self.document_no}"

    def audit_label(self):
        return str(self)

    def is_displayed(self, on) -> bool:
        """The same answer as the view public_record gives for this row's own columns (a test holds them together)."""
        return (
            self.state in workflow.RECORD_LIVE
            and self.displayed_from is not None
            and self.displayed_until is not None
            and self.displayed_from <= on <= self.displayed_until
        )


class RecordVersion(models.Model):
    """A former state of a record, written by the database itself whenever the revision moves on. Insert-only."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="versions")
    revision = models.PositiveIntegerField("版本")
    former = models.JSONField("原内容")
    replaced_at = models.DateTimeField("替换时间", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "记录版本"
        ordering = ["record", "-revision"]
        constraints = [models.UniqueConstraint(fields=["record", "revision"], name="a_revision_is_kept_once")]


class IdempotencyKey(models.Model):
    """One request, one batch, however often it is sent (T-37)."""

    department = models.ForeignKey("accounts.Department", models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "key"], name="key_once_a_department")]
