"""Lists and who is on them: kinds of list (名单种类), classes of conduct, and every listing from proposal to exit."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from catalogue.models import Evidence, InForce, LegalBasis, SubjectKind
from records.models import IdentifierKind, Record, Subject
from sanctions import workflow
from sanctions.querysets import ListingFileQuerySet, ListingQuerySet, ListKindQuerySet


class Tone(models.TextChoices):
    """What kind of list it is. The words of today first, those of 国发〔2016〕33号 in brackets."""

    RED = "red", "守信激励对象名单（红名单）"
    BLACK = "black", "严重失信主体名单（黑名单）"
    WATCH = "watch", "重点关注名单"
    REFERENCE = "reference", "参考名单"


class ConductClass(models.Model):
    """失信行为类别 (33号（九）: 4 大类; 98号六（二）: 重点监管对象)."""

    code = models.CharField("编码", max_length=10, unique=True)
    category = models.CharField("大类", max_length=60)
    name = models.CharField("名称", max_length=60)
    document_no = models.CharField("文号", max_length=100)
    paragraph = models.CharField("条款", max_length=50)

    class Meta:
        verbose_name = verbose_name_plural = "失信行为类别"
        ordering = ["code"]

    def __str__(self):
        return self.name


class ListKind(models.Model):
    """名单种类, one edition: who lists whom, by which standard, on which legal basis, and how one gets off it.

    No list without a legal basis; persons only where a basis covers persons (国务院2020年11月25日常务会议: 依法依规).
    Entries are published as records of `item_code`: term, portal and national platform follow from the catalogue.
    """

    code = models.CharField("编码", max_length=20)
    name = models.CharField("名称", max_length=100)
    tone = models.CharField("性质", max_length=10, choices=Tone.choices)
    item_code = models.CharField("公示为目录项", max_length=20)
    lines = ArrayField(models.CharField(max_length=10), verbose_name="认定机关（条线）")
    standard = models.TextField("认定标准")
    legal_basis = models.ForeignKey(LegalBasis, models.PROTECT, related_name="+", verbose_name="法律依据")
    persons_basis = models.ForeignKey(
        LegalBasis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="列入自然人的依据"
    )
    subject_kinds = ArrayField(models.CharField(max_length=20, choices=SubjectKind.choices), verbose_name="主体类别")
    conduct_codes = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name="失信行为类别")
    term_months = models.PositiveSmallIntegerField("最长期限（月）", null=True, blank=True)
    term_stated = models.BooleanField("期限由决定文书写明", default=False)
    is_reported = models.BooleanField("只收部门报送的记录", default=False)
    exit_conditions = models.TextField("移出条件")
    is_public = models.BooleanField("向社会公布", default=True)
    in_force_from = models.DateField("施行日期")
    in_force_until = models.DateField("失效日期", null=True, blank=True)
    source = models.CharField("来源", max_length=200)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices)

    objects = ListKindQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单种类"
        ordering = ["code", "in_force_from"]
        constraints = [
            ExclusionConstraint(
                name="one_edition_of_a_list_in_force",
                expressions=[("code", RangeOperators.EQUAL), (InForce(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(persons_basis__isnull=False) | ~Q(subject_kinds__contains=["person"]),
                name="list_of_persons_has_a_basis_that_covers_them",
                violation_error_message="列入自然人的名单要有适用于自然人的法律依据。",
            ),
            models.CheckConstraint(
                condition=~Q(tone="black") | ~Q(conduct_codes__len=0), name="black_list_names_its_conduct"
            ),
            models.CheckConstraint(condition=Q(tone__in=Tone.values), name="list_tone_is_known"),
        ]

    def __str__(self):
        return self.name


class Origin(models.TextChoices):
    """Where a listing comes from. What others have decided comes in as what it is (F043)."""

    PLATFORM = "platform", "本平台办理"
    REPORTED = "reported", "部门报送的名单记录"
    NATIONAL = "national", "国家平台推送"
    PROVINCE = "province", "其他省份推送"


class Period(Func):
    """The days a listing stands in the way of another for the same fact: from its proposal until its exit, if any."""

    function = "daterange"
    output_field = DateRangeField()


class Listing(models.Model):
    """名单条目: one subject, one list, one decision; from the proposal to the exit (33号（十九）).

    A proposal names the subject as it was typed, by lookup: it is a subject of records only from its entry on. Whether
    a listing counts today is a question to `listing_in_force`, never to the state alone.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.ForeignKey(ListKind, models.PROTECT, related_name="listings", verbose_name="名单")
    list_code = models.CharField(max_length=20, editable=False)
    tone = models.CharField(max_length=10, choices=Tone.choices, editable=False)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="listings", verbose_name="认定部门"
    )
    origin = models.CharField("来源", max_length=10, choices=Origin.choices, default=Origin.PLATFORM)
    origin_ref = models.CharField("来源编号", max_length=100, blank=True)
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, db_index=False, related_name="listings", verbose_name="主体"
    )
    subject_kind = models.CharField("主体类别", max_length=20, choices=SubjectKind.choices)
    subject_name = models.CharField("主体名称", max_length=200)
    identifier_kind = models.CharField("证照类型", max_length=20, choices=IdentifierKind.choices)
    lookup = models.CharField(max_length=64, editable=False)
    cipher = models.TextField(blank=True, editable=False)
    document_no = models.CharField("决定文书号", max_length=128)
    decided_on = models.DateField("决定日期")
    stated_until = models.DateField("文书写明的期限至", null=True)
    authority = models.CharField("认定机关", max_length=200)
    facts = models.TextField("列入事由")
    conduct = models.ForeignKey(
        ConductClass, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="失信行为类别"
    )
    # As records hold them: numbers are ciphertext. The record of the entry names them, and measures follow from that.
    responsible = models.JSONField("责任人员", default=list, db_default=Value([], models.JSONField()), editable=False)
    record = models.OneToOneField(Record, models.PROTECT, null=True, related_name="listing", verbose_name="公示记录")
    state = models.CharField("状态", max_length=10, choices=workflow.ListingState.choices, default=workflow.PROPOSED)
    key = models.UUIDField("表单键", null=True, unique=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提名人"
    )
    proposed_on = models.DateField("提名日期")
    proposed_at = models.DateTimeField("提名时间", auto_now_add=True)
    notified_on = models.DateField("告知送达日期", null=True)
    notified_how = models.CharField("送达方式", max_length=100, blank=True)
    statement_until = models.DateField("陈述申辩（公示）截止", null=True)
    statement = models.TextField("陈述申辩", blank=True)
    stated_on = models.DateField("陈述申辩日期", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="决定人"
    )
    decided_at = models.DateTimeField("决定时间", null=True)
    decision_reason = models.TextField("决定理由", blank=True)
    entered_on = models.DateField("列入日期", null=True)
    ends_on = models.DateField("期限至", null=True)
    under_review_since = models.DateField("复议或者诉讼自", null=True)
    review_no = models.CharField("复议或者诉讼案号", max_length=128, blank=True)
    suspended_at = models.DateTimeField("暂不执行自", null=True)
    suspended_reason = models.TextField("暂不执行原因", blank=True)
    exited_on = models.DateField("移出日期", null=True)
    exit_kind = models.CharField("移出方式", max_length=12, choices=workflow.ExitKind.choices, blank=True, default="")
    exit_reason = models.TextField("移出理由", blank=True)
    exited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="移出决定人"
    )

    reentered_on = models.DateField("撤销修复、重新列入日期", null=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单条目"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["department", "-id"], name="listing_of_department"),
            models.Index(fields=["list_code", "-entered_on"], name="listing_of_list"),
            models.Index(fields=["subject"], name="listing_entered", condition=Q(state="entered")),
            models.Index(fields=["lookup"], name="listing_lookup"),
            models.Index(fields=["ends_on"], name="listing_term_running", condition=Q(state="entered")),
        ]
        constraints = [
            ExclusionConstraint(
                name="a_fact_is_listed_once",
                expressions=[
                    ("list_code", RangeOperators.EQUAL),
                    ("identifier_kind", RangeOperators.EQUAL),
                    ("lookup", RangeOperators.EQUAL),
                    ("document_no", RangeOperators.EQUAL),
                    (
                        Period(F("proposed_on"), F("exited_on"), RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(state__in=workflow.LISTING_VOID),
            ),
            models.UniqueConstraint(
                fields=["origin", "origin_ref"], name="an_inbound_row_once", condition=~Q(origin_ref="")
            ),
            models.CheckConstraint(condition=Q(state__in=workflow.ListingState.values), name="listing_state_is_known"),
            models.CheckConstraint(condition=~Q(document_no=""), name="listing_has_a_decision_document"),
            models.CheckConstraint(
                condition=~Q(tone="black") | Q(conduct__isnull=False) | ~Q(origin="platform"),
                name="black_listing_names_its_conduct",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[workflow.ENTERED, workflow.EXITED])
                | Q(subject__isnull=False, entered_on__isnull=False),
                name="entered_listing_has_subject_and_date",
            ),
            # 先告知、后决定, and never by the person who proposed: what this platform decides itself.
            models.CheckConstraint(
                condition=~Q(state__in=[workflow.ENTERED, workflow.EXITED, workflow.NOT_LISTED], origin="platform")
                | Q(notified_on__isnull=False, decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="listing_is_decided_after_notice_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=workflow.EXITED) | Q(exited_on__isnull=False) & ~Q(exit_kind=""),
                name="exit_says_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True) | ~Q(suspended_reason=""), name="suspension_says_why"
            ),
        ]

    def __str__(self):
        return f"{self.list_code} {self.document_no}"

    def audit_label(self):
        return str(self)

    @property
    def is_person(self) -> bool:
        return self.subject_kind == SubjectKind.PERSON


class ListingFile(models.Model):
    """名单批量提名: one file of proposals for one list, with what became of each row. Insert-only, no names in it.

    `returned`: [{row, document_no, code, reason}, …], the rows that were not taken.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField("表单键", unique=True, editable=False)
    kind = models.ForeignKey(ListKind, models.PROTECT, related_name="files", verbose_name="名单")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="listing_files", verbose_name="认定部门"
    )
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提名人")
    file_name = models.CharField("文件名", max_length=255)
    file_digest = models.CharField("文件摘要（SM3）", max_length=64)
    rows_total = models.PositiveIntegerField("行数")
    rows_accepted = models.PositiveIntegerField("已提名")
    returned = models.JSONField("退回的行", default=list)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)

    objects = ListingFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单批量提名"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.kind.code} {self.file_name}"

    def audit_label(self):
        return f"{self.kind.code} {self.rows_accepted}/{self.rows_total}"


class ListingInForce(models.Model):
    """What a listing means today for a subject: the view `listing_in_force`, the one definition of "listed".

    One row for the subject listed, and one for each person responsible whom its record names (33号（十四）).
    """

    pk = models.CompositePrimaryKey("listing_id", "subject_id", "as_responsible")
    listing = models.ForeignKey(Listing, models.DO_NOTHING, related_name="in_force")
    subject = models.ForeignKey(Subject, models.DO_NOTHING, related_name="listed")
    as_responsible = models.BooleanField()
    list_code = models.CharField(max_length=20)
    tone = models.CharField(max_length=10, choices=Tone.choices)
    department = models.ForeignKey("accounts.Department", models.DO_NOTHING, related_name="+")
    entered_on = models.DateField()
    ends_on = models.DateField(null=True)
    is_suspended = models.BooleanField()
    is_under_review = models.BooleanField()

    class Meta:
        managed = False
        db_table = "listing_in_force"
