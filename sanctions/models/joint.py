"""Joint action: what an entry to a list sets going, one task a measure and department (33号（十五）: 触发反馈)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from records.models import Subject
from sanctions import workflow
from sanctions.models.listings import Listing
from sanctions.models.memoranda import Force, Measure, Memorandum
from sanctions.querysets import MeasureTaskQuerySet


class JointAction(models.Model):
    """联合奖惩案件: one listing under one memorandum. Open as long as the listing is; another after a re-entry."""

    public_id = models.UUIDField(
        default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"), unique=True, editable=False
    )
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="actions", verbose_name="名单条目")
    memorandum = models.ForeignKey(Memorandum, models.PROTECT, related_name="actions", verbose_name="备忘录")
    opened_on = models.DateField("发起日期")
    closed_on = models.DateField("终结日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "联合奖惩案件"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "memorandum"], condition=Q(closed_on__isnull=True), name="one_open_action_a_listing"
            )
        ]

    def __str__(self):
        return f"{self.listing} {self.memorandum.code}"


class Purpose(models.TextChoices):
    EXECUTE = "execute", "实施"
    RELEASE = "release", "解除"


class Industry(models.TextChoices):
    """Sections of GB/T 4754-2017, in which a ban closes an industry."""

    FARMING = "A", "农、林、牧、渔业"
    MINING = "B", "采矿业"
    MANUFACTURING = "C", "制造业"
    UTILITIES = "D", "电力、热力、燃气及水生产和供应业"
    CONSTRUCTION = "E", "建筑业"
    TRADE = "F", "批发和零售业"
    TRANSPORT = "G", "交通运输、仓储和邮政业"
    HOSPITALITY = "H", "住宿和餐饮业"
    INFORMATION = "I", "信息传输、软件和信息技术服务业"
    FINANCE = "J", "金融业"
    PROPERTY = "K", "房地产业"
    LEASING = "L", "租赁和商务服务业"
    RESEARCH = "M", "科学研究和技术服务业"
    ENVIRONMENT = "N", "水利、环境和公共设施管理业"
    SERVICES = "O", "居民服务、修理和其他服务业"
    EDUCATION = "P", "教育"
    HEALTH = "Q", "卫生和社会工作"
    CULTURE = "R", "文化、体育和娱乐业"
    ADMINISTRATION = "S", "公共管理、社会保障和社会组织"
    INTERNATIONAL = "T", "国际组织"


class MeasureTask(models.Model):
    """奖惩任务: one measure for one department about one subject; or its release, tracked just as strictly.

    Whether it rests (暂不执行) is asked of `listing_in_force`, not kept here.
    """

    public_id = models.UUIDField(
        default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid"), unique=True, editable=False
    )
    action = models.ForeignKey(JointAction, models.PROTECT, related_name="tasks", verbose_name="案件")
    measure = models.ForeignKey(Measure, models.PROTECT, db_index=False, related_name="tasks", verbose_name="措施")
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, db_index=False, related_name="measure_tasks", verbose_name="实施部门"
    )
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="measure_tasks", verbose_name="主体")
    as_responsible = models.BooleanField("对责任人员", default=False, db_default=False)
    purpose = models.CharField(
        "目的", max_length=7, choices=Purpose.choices, default=Purpose.EXECUTE, db_default=Purpose.EXECUTE.value
    )
    state = models.CharField(
        "状态", max_length=12, choices=workflow.TaskState.choices, default=workflow.ISSUED, db_default=workflow.ISSUED
    )
    issued_on = models.DateField("下达日期")
    due_on = models.DateField("办理期限", null=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="签收人"
    )
    received_at = models.DateTimeField("签收时间", null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="反馈人"
    )
    answered_at = models.DateTimeField("反馈时间", null=True)
    # What was answered, for the figures: the state moves on when the lead verifies or the measure is lifted.
    answer = models.CharField(
        "反馈", max_length=12, choices=workflow.TaskState.choices, blank=True, default="", db_default=""
    )
    executed_on = models.DateField("执行日期", null=True)
    outcome = models.TextField("执行情况或者理由", blank=True, db_default="")
    evidence_no = models.CharField("佐证文号", max_length=128, blank=True, db_default="")
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="核验人"
    )
    verified_at = models.DateTimeField("核验时间", null=True)
    opinion = models.TextField("核验意见", blank=True, db_default="")
    was_executed = models.BooleanField("曾经执行", default=False, db_default=False, editable=False)
    lifted_on = models.DateField("解除日期", null=True)
    ban_scope = models.CharField("禁入的行业（GB/T 4754 门类）", max_length=20, blank=True, db_default="")
    ban_until = models.DateField("禁入期限至", null=True)
    ban_basis = models.CharField("超过名单期限的依据", max_length=300, blank=True, db_default="")
    updated_at = models.DateTimeField("更新时间", db_default=Now())

    objects = MeasureTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "奖惩任务"
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["department", "due_on"], name="task_open", condition=Q(state__in=workflow.TASK_OPEN)),
            models.Index(fields=["department", "-id"], name="task_of_department"),
            models.Index(fields=["ban_until"], name="task_ban", condition=Q(ban_until__isnull=False)),
            models.Index(fields=["action"], name="task_to_verify", condition=Q(state__in=workflow.TASK_ANSWERED)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "measure", "department", "subject", "purpose"], name="one_task_a_measure"
            ),
            models.CheckConstraint(condition=Q(state__in=workflow.TaskState.values), name="task_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=workflow.TASK_ANSWERED) | Q(answered_at__isnull=False) & ~Q(outcome=""),
                name="answer_says_what_was_done",
            ),
            models.CheckConstraint(
                condition=~Q(state=workflow.EXECUTED) | Q(executed_on__gte=F("issued_on")),
                name="task_is_not_executed_before_it_is_issued",
            ),
            models.CheckConstraint(
                condition=Q(ban_until__isnull=True, ban_scope="")
                | Q(ban_scope__regex="^[A-T]+$", executed_on__isnull=False, ban_until__gte=F("executed_on")),
                name="ban_says_where_and_how_long",
            ),
        ]

    def __str__(self):
        return f"{self.measure_id}/{self.department_id}"

    @property
    def ban_industries(self) -> list[str]:
        """Names of the industries closed, in the order of the standard."""
        return [Industry(letter).label for letter in self.ban_scope]

    @property
    def is_for_reference(self) -> bool:
        """Whether its receipt is all that is asked for."""
        return self.measure.force == Force.REFERENCE
