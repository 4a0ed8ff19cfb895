"""特殊查询: one department asks to see, for a purpose and a time, what all departments hold about one subject."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalogue.models import Scope, SubjectKind
from records import workflow
from records.models.subjects import PERSON_ID_KINDS, IdentifierKind
from records.querysets import SpecialQueryQuerySet


class SpecialQuery(models.Model):
    """特殊查询申请 (国发〔2014〕21号四（五）: 特殊查询特殊申请).

    The subject is kept as a lookup, not as a key: whether the platform knows it is told to nobody before approval.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey("accounts.Department", models.PROTECT, related_name="+", verbose_name="申请部门")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申请人")
    subject_kind = models.CharField("主体类别", max_length=20, choices=SubjectKind.choices)
    subject_name = models.CharField("主体名称", max_length=200)
    identifier_kind = models.CharField("证照类型", max_length=20, choices=IdentifierKind.choices)
    lookup = models.CharField(max_length=64, editable=False)
    cipher = models.TextField(blank=True, editable=False)
    scope = models.CharField(
        "查询范围", max_length=12, choices=[choice for choice in Scope.choices if choice[0] != Scope.PUBLIC]
    )
    purpose = models.CharField("用途", max_length=500)
    legal_basis = models.CharField("依据", max_length=300)
    case_no = models.CharField("案号或文号", max_length=128)
    days = models.PositiveSmallIntegerField("申请查询天数")
    state = models.CharField("状态", max_length=10, choices=workflow.SpecialQueryState.choices, default=workflow.ASKED)
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    lapses_on = models.DateField("逾期未办即失效")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    decided_at = models.DateTimeField("审核时间", null=True)
    decision_reason = models.CharField("审核意见", max_length=500, blank=True)
    open_from = models.DateField("可查询自", null=True)
    open_until = models.DateField("可查询至", null=True)

    objects = SpecialQueryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "特殊查询申请"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["department", "-id"], name="special_query_of_department")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in workflow.SpecialQueryState]),
                name="special_query_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="nobody_grants_their_own_query",
            ),
            models.CheckConstraint(
                condition=~Q(state=workflow.GRANTED)
                | Q(decided_by__isnull=False, open_from__isnull=False, open_until__gte=F("open_from")),
                name="granted_query_has_a_window",
            ),
            models.CheckConstraint(
                condition=(Q(identifier_kind__in=PERSON_ID_KINDS, lookup__regex="^[0-9a-f]{64}$") & ~Q(cipher=""))
                | (~Q(identifier_kind__in=PERSON_ID_KINDS) & Q(cipher="")),
                name="special_query_keeps_numbers_sealed",
            ),
        ]

    def __str__(self):
        return f"特殊查询 {self.pk}"

    def is_open(self, on) -> bool:
        """Whether the subject's records may be read under it that day."""
        return (
            self.state == workflow.GRANTED
            and self.open_from is not None
            and self.open_until is not None
            and self.open_from <= on <= self.open_until
        )

    def has_lapsed(self, on) -> bool:
        """Nobody decided in time: it ends by itself, whether or not the sweep has come by."""
        return self.state == workflow.LAPSED or (self.state == workflow.ASKED and self.lapses_on < on)
