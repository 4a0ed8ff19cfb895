"""The append-only trail and the seals and heads over it: PostgreSQL refuses every change (migrations 0001, 0002)."""

import datetime
import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from audit.actions import READINGS, Action
from audit.querysets import AuditEventQuerySet, InspectionQuerySet, InstitutionQuerySet, ReadingRuleQuerySet


class Basis(models.TextChoices):
    """On what ground staff read a person's data: a duty by law (PIPL article 34).

    That readings are registered at all is 国办发〔2016〕98号四（一）.
    """

    DEPARTMENT = "department", "履行职责：报送部门办理、核对本部门报送的信息"
    GRANTED = "granted", "经审核准许的特殊查询"
    MATTER = "matter", "履行职责：办理业务事项以前的信用核验"
    CONSENT = "consent", "本人书面授权"
    COUNTER = "counter", "履行职责：窗口受理当事人的修复、异议和投诉，向提供单位告知更正"
    PROVINCE = "province", "履行职责：省级公共信用信息工作机构审核、督导"
    REGION = "region", "履行职责：州市、县（市、区）公共信用信息工作机构督导"


class AuditEvent(models.Model):
    """One thing that happened: who, when, what, to which object, why. Copied as text, so it outlives its objects."""

    class Result(models.TextChoices):
        DONE = "done", "已完成"
        REFUSED = "refused", "被拒绝"

    class Source(models.TextChoices):
        WEB = "web", "网页"
        API = "api", "接口"
        TASK = "task", "后台任务"
        COMMAND = "command", "命令行"

    at = models.DateTimeField("时间", db_default=Func(function="clock_timestamp", output_field=models.DateTimeField()))
    action = models.CharField("操作", max_length=80)
    actor_id = models.CharField("操作人编号", max_length=40, null=True, help_text="空表示由系统执行。")  # noqa: DJ001
    actor_name = models.TextField("操作人")
    department_code = models.CharField("部门代码", max_length=40, null=True)  # noqa: DJ001 - NULL: no department
    object_type = models.CharField("对象类型", max_length=80)
    object_id = models.TextField("对象编号")
    object_label = models.TextField("对象")
    result = models.CharField("结果", max_length=8, choices=Result)
    reason = models.TextField("理由")
    business_on = models.DateField(
        "业务日期",
        db_default=Func(function="platform_today", output_field=models.DateField()),
        help_text="事实所属之日，例如公示期满之日，可早于记录时间。",
    )
    request_id = models.CharField("请求编号", max_length=64)
    source = models.CharField("来源", max_length=8, choices=Source)
    detail = models.JSONField("详情", default=dict)
    once = models.BooleanField("仅记一次", default=False)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(action__regex=r"^[a-z]+\.[a-z]+\.[a-z]+(_[a-z]+)*$"), name="audit_event_action_grammar"
            ),
            models.CheckConstraint(condition=Q(result__in=["done", "refused"]), name="audit_event_result_known"),
            models.CheckConstraint(
                condition=Q(source__in=["web", "api", "task", "command"]), name="audit_event_source_known"
            ),
            models.UniqueConstraint(
                fields=["action", "object_type", "object_id", "business_on"],
                condition=Q(once=True),
                name="audit_event_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_event_object"),
            models.Index(fields=["actor_id", "id"], name="audit_event_actor", condition=Q(actor_id__isnull=False)),
            BrinIndex(fields=["at"], name="audit_event_at"),
            models.Index(
                fields=["at", "actor_id"],
                name="audit_event_reading",
                condition=Q(action__in=[str(action) for action in READINGS]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_label} {self.object_label}".strip()

    @property
    def action_label(self) -> str:
        """The action in words; one retired since keeps its bare name. (As field choices each would be a migration.)"""
        return Action(self.action).label if self.action in Action else self.action

    @property
    def basis_label(self) -> str:
        """On what ground a person's data was read, in words; empty for what is no reading."""
        basis = self.detail.get("basis", "")
        return Basis(basis).label if basis in Basis else basis


class Seal(models.Model):
    """A batch of events under one Merkle root, chained to the batch before it (SM3 throughout, see audit.canonical)."""

    number = models.BigIntegerField("封存号", primary_key=True)
    first_id = models.BigIntegerField("首条编号")
    last_id = models.BigIntegerField("末条编号")
    size = models.PositiveIntegerField("条数")
    root = models.CharField("默克尔根", max_length=64)
    previous_hash = models.CharField("前一封存值", max_length=64, unique=True)
    hash = models.CharField("封存值", max_length=64, unique=True)
    sealed_at = models.DateTimeField("封存时间")
    # Only says where the next search begins, so not part of the hash. horizon: a transaction id taken after the batch
    # was read; once all older ones have ended, no event up to last_id can still appear. settled_id: every event up to
    # here that will ever exist is sealed.
    horizon = models.BigIntegerField("事务边界")
    settled_id = models.BigIntegerField("已无遗漏的末条编号")

    class Meta:
        verbose_name = "审计封存"
        verbose_name_plural = "审计封存"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"第 {self.number} 号封存"


class SealEntry(models.Model):
    """Membership of one event in one seal. Rows, not ranges of ids: a lower id may commit after a higher one."""

    event_id = models.BigIntegerField("审计记录编号", primary_key=True)
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="entries", db_constraint=False, db_index=False)
    position = models.PositiveIntegerField("位置")
    leaf = models.BinaryField("叶值")

    class Meta:
        verbose_name = "封存明细"
        verbose_name_plural = "封存明细"
        ordering: ClassVar = ["seal_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seal", "position"], name="audit_seal_entry_position"),
        ]

    def __str__(self) -> str:
        return f"{self.seal_id}/{self.position}"


class TreeHead(models.Model):
    """The Merkle root (RFC 6962, SM3) of all lines sealed in [since, until), chained to the head before, signed (SM2).

    By the moment of sealing, which only moves on: a line committed after midnight stands under the next day, and no
    line can come in under a head already published.
    """

    number = models.BigIntegerField("序号", primary_key=True)
    since = models.DateTimeField("自")
    until = models.DateTimeField("至", unique=True)
    first_seal = models.BigIntegerField("首个封存号")
    last_seal = models.BigIntegerField("末个封存号")
    size = models.BigIntegerField("条数")
    total = models.BigIntegerField("累计条数")
    root = models.CharField("树根", max_length=64)
    previous_hash = models.CharField("前一日的散列", max_length=64, unique=True)
    hash = models.CharField("散列", max_length=64, unique=True)
    origin = models.CharField("来源", max_length=32)
    signature = models.CharField("签名", max_length=128)
    public_key = models.CharField("公钥", max_length=130)

    class Meta:
        verbose_name = "每日树根"
        verbose_name_plural = "每日树根"
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"第 {self.number} 号树根"

    @property
    def day(self) -> datetime.date:
        """The day it closes, in the time of the platform."""
        return timezone.localtime(self.until - datetime.timedelta(microseconds=1)).date()


class ReadingRule(models.Model):
    """What counts as unusual among readings, and what is refused: dated rows, because it is for people to decide."""

    class Kind(models.TextChoices):
        OWN_PAST = "own_past", "一日查阅人数明显多于本人过去"
        PEERS = "peers", "一日查阅人数明显多于同日其他人"
        NIGHT = "night", "夜间查阅"
        REVEALED = "revealed", "一日显示完整号码过多"
        EXPORTED = "exported", "一日导出人数过多"
        REVEAL_LIMIT = "reveal_limit", "一小时内显示完整号码的上限"
        SAMPLE = "sample", "每月抽查条数（寻常、异常各若干）"

    class Evidence(models.TextChoices):
        VERIFIED = "verified", "已核对原文"
        TO_BE_VERIFIED = "to_be_verified", "待核对"

    kind = models.CharField("规则", max_length=20, choices=Kind)
    least = models.PositiveIntegerField("起点", help_text="不超过此数不告警；上限类规则即上限。")
    factor = models.PositiveSmallIntegerField("倍数", null=True, blank=True, help_text="相对中位数的倍数。")
    days = models.PositiveSmallIntegerField("回看天数", default=30)
    in_force_from = models.DateField("生效日期")
    in_force_until = models.DateField("失效日期", null=True, blank=True)
    source = models.CharField("来源", max_length=300)
    evidence = models.CharField("核对情况", max_length=20, choices=Evidence)

    objects = ReadingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "查阅规则"
        verbose_name_plural = "查阅规则"
        ordering: ClassVar = ["kind", "-in_force_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "in_force_from"], name="reading_rule_one_a_day"),
            models.CheckConstraint(
                condition=Q(in_force_until=None) | Q(in_force_until__gte=F("in_force_from")),
                name="reading_rule_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Incident(models.Model):
    """信息安全事件 (国办发〔2016〕98号四（四）; what a notice must say: PIPL article 57). Never deleted.

    Also 侵权责任追究 (国发〔2014〕21号五（二）（四）): who infringed, by which rule it answers, with what result.
    """

    class Kind(models.TextChoices):
        LEAK = "leak", "泄露"
        TAMPERING = "tampering", "篡改"
        LOSS = "loss", "毁损、丢失"
        SALE = "sale", "非法出售"
        UNLAWFUL_USE = "unlawful_use", "违规查询、使用"
        UNLAWFUL_PROVISION = "unlawful_provision", "违规提供"
        INFRINGEMENT = "infringement", "侵害信用主体合法权益"

    class State(models.TextChoices):
        OPEN = "open", "处置中"
        CLOSED = "closed", "已办结"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=20, choices=Kind)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    found_on = models.DateField("发现日期")
    happened_on = models.DateField("发生日期", null=True, blank=True)
    summary = models.TextField("经过", help_text="不写个人姓名和证件号码。")
    information = models.CharField("涉及的信息种类", max_length=300, blank=True)
    affected = models.PositiveIntegerField("涉及人数", null=True, blank=True)
    cause = models.TextField("原因", blank=True)
    harm = models.TextField("可能造成的危害", blank=True)
    measures = models.TextField("已采取的补救措施", blank=True)
    persons_told_on = models.DateField("通知个人日期", null=True, blank=True)
    authority_told_on = models.DateField("报告主管部门日期", null=True, blank=True)
    notice = models.TextField("通知、报告的内容，或者不通知的理由", blank=True)
    unit = models.CharField("责任单位", max_length=200, blank=True, help_text="侵害合法权益的，写明哪个单位。")
    basis = models.CharField("追究责任的依据", max_length=300, blank=True, help_text="文件名称和条、款、项。")
    result = models.TextField("处理结果和后续情况", blank=True)
    opened_by = models.CharField("登记人", max_length=150)
    opened_at = models.DateTimeField("登记时间", auto_now_add=True)
    closed_at = models.DateTimeField("办结时间", null=True, editable=False)

    class Meta:
        verbose_name = "信息安全事件"
        verbose_name_plural = "信息安全事件"
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(state="closed", closed_at__isnull=False),
                name="incident_closed_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (~Q(measures="") & ~Q(notice="")), name="incident_closed_is_complete"
            ),
            models.CheckConstraint(
                condition=~Q(kind="infringement") | ~Q(unit=""), name="infringement_names_who_answers"
            ),
            models.CheckConstraint(
                condition=~Q(kind="infringement", state="closed") | (~Q(basis="") & ~Q(result="")),
                name="infringement_closed_has_basis_and_result",
            ),
        ]

    def __str__(self) -> str:
        return f"事件 {self.pk}（{self.get_kind_display()}）"


class Alarm(models.Model):
    """Somebody read more than is usual on one day. Nothing was refused for it; an auditor says what it was."""

    class State(models.TextChoices):
        OPEN = "open", "待说明"
        EXPLAINED = "explained", "已说明"
        INCIDENT = "incident", "转为事件"

    kind = models.CharField("规则", max_length=20, choices=ReadingRule.Kind)
    day = models.DateField("日期")
    actor_id = models.CharField("查阅人编号", max_length=40)
    actor_name = models.CharField("查阅人", max_length=150)
    department_code = models.CharField("部门代码", max_length=40, blank=True)
    measured = models.PositiveIntegerField("实际")
    threshold = models.PositiveIntegerField("界限")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    note = models.TextField("说明", blank=True)
    decided_by = models.CharField("判定人", max_length=150, blank=True)
    decided_at = models.DateTimeField("判定时间", null=True)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="alarms", verbose_name="事件")
    raised_at = models.DateTimeField("告警时间", auto_now_add=True)

    class Meta:
        verbose_name = "查阅告警"
        verbose_name_plural = "查阅告警"
        ordering: ClassVar = ["-day", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "actor_id", "day"], name="alarm_once_a_day"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | Q(~Q(state="open"), ~Q(note=""), decided_at__isnull=False),
                name="alarm_decided_has_its_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.actor_name} {self.get_kind_display()}"


class Sample(models.Model):
    """The monthly draw of readings to be looked at. Its seed is a published tree head made after the month ended, so
    nobody could know it while reading, and anybody can draw the same lines again.
    """

    month = models.DateField("月份", primary_key=True, help_text="该月第一日。")
    head = models.ForeignKey(TreeHead, models.PROTECT, related_name="+", verbose_name="种子树根", db_constraint=False)
    seed = models.CharField("种子", max_length=64)
    readings = models.PositiveIntegerField("该月查阅条数")
    drawn_at = models.DateTimeField("抽取时间", auto_now_add=True)

    class Meta:
        verbose_name = "每月抽查"
        verbose_name_plural = "每月抽查"
        ordering: ClassVar = ["-month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} 抽查"


class SampledReading(models.Model):
    """One drawn line and the auditor's word on it."""

    class Verdict(models.TextChoices):
        JUSTIFIED = "justified", "正当"
        UNJUSTIFIED = "unjustified", "不正当"

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="drawn", verbose_name="抽查")
    event_id = models.BigIntegerField("审计记录编号")
    is_unusual = models.BooleanField("异常层")
    verdict = models.CharField("判定", max_length=12, choices=Verdict, blank=True)
    note = models.TextField("理由", blank=True)
    judged_by = models.CharField("判定人", max_length=150, blank=True)
    judged_at = models.DateTimeField("判定时间", null=True)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="samples", verbose_name="事件")

    class Meta:
        verbose_name = "抽查的查阅"
        verbose_name_plural = "抽查的查阅"
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "event_id"], name="sampled_reading_once"),
            models.CheckConstraint(
                condition=Q(verdict="", judged_at=None) | Q(~Q(verdict=""), ~Q(note=""), judged_at__isnull=False),
                name="sampled_reading_judged_has_its_note",
            ),
        ]

    def __str__(self) -> str:
        return f"审计记录 {self.event_id}"


class Assessment(models.Model):
    """个人信息保护影响评估 (PIPL articles 55 and 56): kept for at least three years, never deleted."""

    title = models.CharField("处理活动", max_length=200)
    made_on = models.DateField("评估日期")
    lawful = models.TextField("处理目的、方式是否合法、正当、必要")
    impact = models.TextField("对个人权益的影响及安全风险")
    protection = models.TextField("保护措施是否合法、有效并与风险相适应")
    conclusion = models.TextField("结论")
    filed_by = models.CharField("登记人", max_length=150, editable=False)
    filed_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "影响评估"
        verbose_name_plural = "影响评估"
        ordering: ClassVar = ["-made_on"]

    def __str__(self) -> str:
        return f"{self.made_on} {self.title}"


class MonitoredInstitution(models.Model):
    """重点监控的个人信息采集、使用单位 (国办发〔2016〕98号四（二）; 云政办发〔2017〕112号三（二）).

    Entered once; nothing but its end is added to it. One that is monitored again is entered again.
    """

    class Field(models.TextChoices):
        FINANCE = "finance", "金融"
        CREDIT = "credit", "征信"
        INTERNET = "internet", "互联网"
        BIG_DATA = "big_data", "大数据"
        APP = "app", "移动应用"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("单位名称", max_length=200)
    uscc = models.CharField("统一社会信用代码", max_length=18)
    field = models.CharField("领域", max_length=10, choices=Field)
    reason = models.TextField("列入原因", help_text="采集、使用哪些个人信息，为什么重点监控。不写个人姓名和证件号码。")
    authority = models.CharField("监管部门", max_length=200)
    since = models.DateField("列入日期")
    until = models.DateField("移出日期", null=True, editable=False)
    end_reason = models.TextField("移出原因", blank=True, editable=False)
    entered_by = models.CharField("登记人", max_length=150, editable=False)
    entered_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = "重点监控单位"
        verbose_name_plural = "重点监控单位"
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["uscc"], condition=Q(until=None), name="institution_monitored_once"),
            models.CheckConstraint(
                condition=Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"), name="institution_code_has_its_shape"
            ),
            models.CheckConstraint(
                condition=Q(until=None, end_reason="")
                | (Q(until__isnull=False, until__gte=F("since")) & ~Q(end_reason="")),
                name="institution_ends_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Inspection(models.Model):
    """One look at a monitored institution and what it found. Insert-only."""

    class Result(models.TextChoices):
        PASSED = "passed", "合格"
        RECTIFY = "rectify", "限期整改"
        TRANSFERRED = "transferred", "移送"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey(
        MonitoredInstitution, models.PROTECT, related_name="inspections", verbose_name="单位"
    )
    made_on = models.DateField("检查日期")
    made_by = models.CharField("检查单位和人员", max_length=200)
    findings = models.TextField("检查情况", help_text="不写被采集的个人的姓名和证件号码。")
    result = models.CharField("检查结果", max_length=12, choices=Result)
    due_on = models.DateField("整改期限", null=True, blank=True, help_text="限期整改的填写。")
    transferred_to = models.CharField("移送机关", max_length=200, blank=True, help_text="移送的填写。")
    entered_by = models.CharField("登记人", max_length=150, editable=False)
    entered_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "重点监控检查"
        verbose_name_plural = "重点监控检查"
        ordering: ClassVar = ["-made_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(result="rectify", due_on__isnull=False, due_on__gte=F("made_on"))
                | (~Q(result="rectify") & Q(due_on=None)),
                name="inspection_to_rectify_has_its_term",
            ),
            models.CheckConstraint(
                condition=(Q(result="transferred") & ~Q(transferred_to=""))
                | (~Q(result="transferred") & Q(transferred_to="")),
                name="inspection_transferred_says_where",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_on} {self.get_result_display()}"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be rectified; asks the rows read with it, as `unfinished` asks the table."""
        return self.result == self.Result.RECTIFY and all(
            each.outcome == FollowUp.Outcome.EXTENDED for each in self.follow_ups.all()
        )


class FollowUp(models.Model):
    """What became of an order to rectify. Insert-only; the last one says how it stands."""

    class Outcome(models.TextChoices):
        DONE = "done", "整改到位"
        EXTENDED = "extended", "延长期限"
        TRANSFERRED = "transferred", "逾期未改，移送"

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="follow_ups", verbose_name="检查")
    made_on = models.DateField("复查日期")
    outcome = models.CharField("复查结果", max_length=12, choices=Outcome)
    due_on = models.DateField("新的整改期限", null=True, blank=True, help_text="延长期限的填写。")
    note = models.TextField("复查情况")
    entered_by = models.CharField("登记人", max_length=150, editable=False)
    entered_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "整改复查"
        verbose_name_plural = "整改复查"
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["inspection"], condition=~Q(outcome="extended"), name="rectification_ends_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="extended", due_on__isnull=False, due_on__gt=F("made_on"))
                | (~Q(outcome="extended") & Q(due_on=None)),
                name="extension_has_its_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_on} {self.get_outcome_display()}"
