"""信用承诺: the texts one can sign, who has signed which, what has become of it, and materials promised for later."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from catalogue.models import Evidence, InForce, LegalBasis, SubjectKind
from records.models import IdentifierKind, Record, Subject
from sanctions import workflow
from sanctions.querysets import CommitmentQuerySet, CommitmentTemplateQuerySet


class CommitmentKind(models.TextChoices):
    """What a commitment is for. The national template knows fewer kinds: `national_type` says which."""

    APPROVAL = "approval", "审批替代型承诺"
    VOLUNTARY = "voluntary", "主动公开型承诺"
    INDUSTRY = "industry", "行业自律型承诺"
    REPAIR = "repair", "信用修复型承诺"
    PROOF = "proof", "证明事项告知承诺"
    DEFERRED = "deferred", "容缺受理承诺"
    EMPLOYMENT = "employment", "入职信用承诺"
    SPECIAL = "special", "专项承诺"
    GOVERNMENT = "government", "政务承诺"

    @property
    def national_type(self) -> str:
        return NATIONAL_TYPES.get(self.value, "其他")


NATIONAL_TYPES = {
    CommitmentKind.APPROVAL.value: "审批替代型",
    CommitmentKind.VOLUNTARY.value: "主动型",
    CommitmentKind.INDUSTRY.value: "行业自律型",
    CommitmentKind.REPAIR.value: "信用修复型",
    CommitmentKind.PROOF.value: "证明事项型",
    CommitmentKind.DEFERRED.value: "容缺受理型",
}


class CommitmentTemplate(models.Model):
    """承诺书范本, one edition: text, consequences, who accepts it, for how long (33号（三）, 21号五（一）)."""

    code = models.CharField("编码", max_length=20)
    edition = models.PositiveSmallIntegerField("版次", default=1)
    kind = models.CharField("类型", max_length=12, choices=CommitmentKind.choices)
    name = models.CharField("名称", max_length=100)
    text = models.TextField("承诺内容")
    consequences = models.TextField("违诺责任")
    subject_kinds = ArrayField(models.CharField(max_length=20, choices=SubjectKind.choices), verbose_name="承诺人类别")
    lines = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name="受理条线")
    term_months = models.PositiveSmallIntegerField("有效期（月）", null=True, blank=True)
    legal_basis = models.ForeignKey(LegalBasis, models.PROTECT, related_name="+", verbose_name="依据")
    in_force_from = models.DateField("施行日期")
    in_force_until = models.DateField("失效日期", null=True, blank=True)
    source = models.CharField("来源", max_length=200)
    evidence = models.CharField("核实情况", max_length=20, choices=Evidence.choices)

    objects = CommitmentTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "承诺书范本"
        ordering = ["code", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="template_edition_once"),
            ExclusionConstraint(
                name="one_edition_of_a_template_in_force",
                expressions=[("code", RangeOperators.EQUAL), (InForce(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(kind__in=CommitmentKind.values), name="template_kind_is_known"),
        ]

    def __str__(self):
        return self.name


class Commitment(models.Model):
    """承诺: one subject has signed one text before one department. Overdue is a question of the date, never a state.

    The words signed are copied: a later edition of the template changes nothing of them. Where the subject lets it be
    published it is a record of the item XYCN, which follows what becomes of the commitment.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("承诺编码", max_length=20, unique=True)
    template = models.ForeignKey(
        CommitmentTemplate, models.PROTECT, related_name="commitments", verbose_name="承诺书范本"
    )
    kind = models.CharField("类型", max_length=12, choices=CommitmentKind.choices, editable=False)
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="commitments", verbose_name="受理部门"
    )
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, db_index=False, related_name="commitments", verbose_name="主体"
    )
    subject_kind = models.CharField("承诺人类别", max_length=20, choices=SubjectKind.choices)
    subject_name = models.CharField("承诺人名称", max_length=200)
    identifier_kind = models.CharField("证照类型", max_length=20, choices=IdentifierKind.choices)
    lookup = models.CharField(max_length=64, editable=False)
    cipher = models.TextField(blank=True, editable=False)
    reason = models.CharField("承诺事由", max_length=512)
    matter_no = models.CharField("业务编号", max_length=100, blank=True)
    text = models.TextField("承诺内容")
    consequences = models.TextField("违诺责任")
    made_on = models.DateField("作出日期")
    due_on = models.DateField("履行期限", null=True)
    valid_until = models.DateField("有效期至", null=True)
    is_public = models.BooleanField("向社会公开", default=False)
    record = models.OneToOneField(Record, models.PROTECT, null=True, related_name="commitment", verbose_name="公示记录")
    state = models.CharField("状态", max_length=10, choices=workflow.CommitmentState.choices, default=workflow.MADE)
    key = models.UUIDField("表单键", unique=True, editable=False)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    accepted_at = models.DateTimeField("受理时间", auto_now_add=True)
    fulfilled_on = models.DateField("履行日期", null=True)
    result = models.TextField("履行情况", blank=True)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出认定的人"
    )
    found_on = models.DateField("提出认定日期", null=True)
    unperformed = models.TextField("未履行的内容", blank=True)
    is_partial = models.BooleanField("部分履行", default=False)
    answer = models.TextField("承诺人的说明", blank=True)
    document_no = models.CharField("认定文书号", max_length=128, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="认定人"
    )
    decided_on = models.DateField("认定日期", null=True)
    decision_reason = models.TextField("认定意见", blank=True)
    breach_record = models.OneToOneField(
        Record, models.PROTECT, null=True, related_name="breached_commitment", verbose_name="违诺记录"
    )

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用承诺"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["department", "-id"], name="commitment_of_department"),
            models.Index(fields=["due_on"], name="commitment_running", condition=Q(state__in=workflow.COMMITMENT_OPEN)),
            models.Index(fields=["identifier_kind", "lookup"], name="commitment_lookup"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=workflow.CommitmentState.values), name="commitment_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind=CommitmentKind.DEFERRED) | Q(due_on__isnull=False),
                name="deferred_materials_have_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("made_on")),
                name="commitment_is_due_after_it_is_made",
            ),
            # Nobody is found unfaithful by one person alone, nor without having been asked.
            models.CheckConstraint(
                condition=~Q(state=workflow.BREACHED)
                | Q(decided_by__isnull=False, found_by__isnull=False, decided_on__isnull=False)
                & ~Q(decided_by=F("found_by"))
                & ~Q(answer="")
                & ~Q(document_no=""),
                name="breach_is_found_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state=workflow.FULFILLED) | Q(fulfilled_on__isnull=False), name="fulfilment_has_a_date"
            ),
            models.CheckConstraint(
                condition=Q(breach_record__isnull=True) | Q(state=workflow.BREACHED), name="breach_record_has_a_breach"
            ),
        ]

    def __str__(self):
        return self.number

    def audit_label(self):
        return self.number

    @property
    def is_person(self) -> bool:
        return self.subject_kind == SubjectKind.PERSON

    def is_overdue(self, on) -> bool:
        return self.state in workflow.COMMITMENT_OPEN and self.due_on is not None and self.due_on < on


class DeferredMaterial(models.Model):
    """容缺材料: one material promised for later (33号（四）). What a law asks for first is never one of them."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="materials")
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("材料名称", max_length=200)
    received_on = models.DateField("补交日期", null=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="收件人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "容缺材料"
        ordering = ["commitment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "number"], name="material_number_once"),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(received_by__isnull=False), name="material_says_who_took_it"
            ),
        ]

    def __str__(self):
        return self.name
