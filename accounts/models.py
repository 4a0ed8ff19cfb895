"""Who works here: regions, departments, staff and their tokens."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.querysets import DepartmentQuerySet, SourceSystemQuerySet


class Region(models.Model):
    """行政区划 (GB/T 2260): the province, its 16 prefectures and 129 counties."""

    code = models.CharField("区划代码", max_length=6, primary_key=True)
    name = models.CharField("名称", max_length=50)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="region_code_is_six_digits")]

    def __str__(self):
        return self.name


class Department(models.Model):
    """信源部门: an authority in the tree, the unit of scope for everything a clerk sees."""

    code = models.CharField("部门编码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=100)
    former_names = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name="曾用名")
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True, null=True, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments", verbose_name="区划")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    is_active = models.BooleanField("在用", default=True)
    source = models.CharField("来源", max_length=200, blank=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "部门"
        ordering = ["code"]
        permissions = [
            ("report_department", "可代表该部门报送信息"),
            ("correct_department", "可更正、撤回该部门报送的信息"),
            ("respond_department", "可代表该部门答复"),
        ]

    def __str__(self):
        return self.name

    @property
    def line(self) -> str:
        """Which line of departments it belongs to (条线): what stands last in its code."""
        return self.code.rpartition("-")[2]


class Role(models.TextChoices):
    """One role a person: entering, approving and administering are never held together (GB/T 22239 8.1.5)."""

    CLERK = "clerk", "经办人"
    LEAD = "lead", "部门负责人"
    REVIEWER = "reviewer", "审核员"
    SUPERVISOR = "supervisor", "监督员"
    AUDITOR = "auditor", "审计员"
    ADMINISTRATOR = "administrator", "系统管理员"


DEPARTMENT_ROLES = (Role.CLERK, Role.LEAD)
PROVINCE_ROLES = (Role.REVIEWER, Role.SUPERVISOR)


class User(AbstractUser):
    """A member of staff. The role says what, the department says whose."""

    first_name = last_name = None
    display_name = models.CharField("姓名", max_length=50, blank=True)
    role = models.CharField("角色", max_length=20, choices=Role.choices, default=Role.CLERK)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="staff", verbose_name="部门"
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="督导区划",
        help_text="只用于监督员：填州市或者县（市、区）的，只看该区划内各部门；不填看全省。",
    )

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        constraints = [
            models.CheckConstraint(
                condition=~Q(role__in=[str(role) for role in DEPARTMENT_ROLES]) | Q(department__isnull=False),
                name="department_staff_have_a_department",
            ),
            models.CheckConstraint(
                condition=Q(region=None) | Q(role=str(Role.SUPERVISOR)), name="region_is_a_supervisors"
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=False) | Q(role=str(Role.ADMINISTRATOR)), name="superuser_is_administrator"
            ),
        ]

    def __str__(self):
        return self.display_name or self.username

    def get_full_name(self):
        return str(self)

    @property
    def oversees(self) -> bool:
        """Whether several departments are theirs to look at, of the whole province or of a region."""
        return self.role in PROVINCE_ROLES

    @property
    def region_prefix(self) -> str:
        """What the codes of their region begin with (GB/T 2260); empty for the province and for everybody else."""
        code = self.region_id or ""
        if self.role != Role.SUPERVISOR or not code or code.endswith("0000"):
            return ""
        return code[:4] if code.endswith("00") else code

    @property
    def sees_whole_province(self) -> bool:
        return self.oversees and not self.region_prefix


class SourceSystem(models.Model):
    """行业系统: a system of a department from which its reports come (国发〔2014〕21号四（一）: 行业信用信息系统)."""

    class Way(models.TextChoices):
        API = "api", "接口"
        INBOX = "inbox", "收件箱"
        FILE = "file", "文件上传"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="systems", verbose_name="部门")
    code = models.CharField("系统编码", max_length=40, help_text="本部门内不重复，登记后不能修改。")
    name = models.CharField("系统名称", max_length=100)
    way = models.CharField("报送方式", max_length=10, choices=Way)
    contact = models.CharField("联系岗位和电话", max_length=100)
    in_use_from = models.DateField("启用日期")
    in_use_until = models.DateField("停用日期", null=True, editable=False)

    objects = SourceSystemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "来源系统"
        ordering = ["department", "code"]
        constraints = [
            models.UniqueConstraint(fields=["department", "code"], name="one_system_a_code"),
            # A department has one inbox, so what lies in it comes from one system.
            models.UniqueConstraint(
                fields=["department"], condition=Q(way="inbox", in_use_until=None), name="one_inbox_system_a_department"
            ),
            models.CheckConstraint(
                condition=Q(in_use_until=None) | Q(in_use_until__gte=F("in_use_from")),
                name="system_ends_after_it_begins",
            ),
        ]

    def __str__(self):
        return self.name


class ApiToken(models.Model):
    """A department's key to the API: shown once, kept as a digest, dated and revocable (T-10)."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="tokens", verbose_name="部门")
    user = models.ForeignKey(User, models.PROTECT, related_name="tokens", verbose_name="责任人")
    system = models.ForeignKey(
        SourceSystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tokens",
        verbose_name="来源系统",
        help_text="填写的，用这个令牌报送的批次都记为来自这个系统。",
    )
    name = models.CharField("用途", max_length=100)
    prefix = models.CharField("前缀", max_length=8)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    issued_at = models.DateTimeField("签发时间", auto_now_add=True)
    expires_on = models.DateField("有效期至")
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        ordering = ["-issued_at"]

    def __str__(self):
        return f"{self.name}（{self.prefix}…）"
