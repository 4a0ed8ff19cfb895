import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

# "Today" for SQL: the session's rehearsed date, else the date in Beijing (deadlines.clock says the same in Python).
PLATFORM_TODAY = """
    CREATE FUNCTION platform_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT coalesce(
            nullif(current_setting('platform.today', true), '')::date,
            (now() AT TIME ZONE 'Asia/Shanghai')::date
        )
    $$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        migrations.RunSQL(PLATFORM_TODAY, "DROP FUNCTION platform_today()"),
        migrations.CreateModel(
            name="TimeLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, verbose_name="期限代码")),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("amount", models.PositiveSmallIntegerField(verbose_name="数量")),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("working_day", "工作日"),
                            ("calendar_day", "日（自然日）"),
                            ("month", "个月"),
                            ("year", "年"),
                        ],
                        max_length=12,
                        verbose_name="单位",
                    ),
                ),
                ("in_force_from", models.DateField(verbose_name="施行之日")),
                (
                    "in_force_until",
                    models.DateField(
                        blank=True, help_text="留空表示现行有效。", null=True, verbose_name="失效前最后一日"
                    ),
                ),
                ("source", models.CharField(max_length=300, verbose_name="依据")),
                (
                    "evidence",
                    models.CharField(
                        choices=[("verified", "已核对原文"), ("to_be_verified", "待核对")],
                        default="to_be_verified",
                        max_length=14,
                        verbose_name="核对情况",
                    ),
                ),
            ],
            options={
                "verbose_name": "法定期限",
                "verbose_name_plural": "法定期限",
                "ordering": ["key", "in_force_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="time_limit_amount_positive",
                        violation_error_message="数量必须大于零。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit__in", ["working_day", "calendar_day", "month", "year"])),
                        name="time_limit_unit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("evidence__in", ["verified", "to_be_verified"])),
                        name="time_limit_evidence_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_until__isnull", True),
                            ("in_force_until__gte", models.F("in_force_from")),
                            _connector="OR",
                        ),
                        name="time_limit_period_ordered",
                        violation_error_message="失效前最后一日不能早于施行之日。",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("key", "="),
                            (
                                models.Func(
                                    "in_force_from",
                                    "in_force_until",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(
                                        inclusive_lower=True, inclusive_upper=True
                                    ),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="time_limit_one_version_a_day",
                        violation_error_message=("同一期限在同一天只能有一个版本，请先为旧版本填写“失效前最后一日”。"),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Workday",
            fields=[
                ("date", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                (
                    "kind",
                    models.CharField(
                        choices=[("holiday", "放假"), ("working", "调休上班")], max_length=10, verbose_name="类型"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="节日名称")),
                ("source", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "status",
                    models.CharField(
                        choices=[("official", "已由国务院办公厅通知确定"), ("provisional", "暂定，待国务院办公厅通知")],
                        default="official",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
            ],
            options={
                "verbose_name": "工作日例外",
                "verbose_name_plural": "工作日例外（放假与调休）",
                "ordering": ["date"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["holiday", "working"])), name="workday_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["official", "provisional"])), name="workday_status_known"
                    ),
                ],
            },
        ),
    ]
