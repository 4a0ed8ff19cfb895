"""The three public views as unmanaged models: no table is made, records/sql/0004_public.sql defines them."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("records", "0004_public_views")]

    operations = [
        migrations.CreateModel(
            name="PublicListing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField()),
                ("item_code", models.CharField(max_length=20)),
                ("item_name", models.CharField(max_length=50, verbose_name="名单类别")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("administrative", "行政管理"),
                            ("honour", "诚实守信"),
                            ("dishonest", "严重失信主体名单"),
                            ("abnormal", "经营异常"),
                            ("commitment", "信用承诺"),
                            ("evaluation", "信用评价"),
                            ("judicial", "司法判决"),
                            ("other", "其他信息"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("organisation", "法人及非法人组织"),
                            ("sole_trader", "个体工商户"),
                            ("person", "自然人"),
                        ],
                        max_length=20,
                        verbose_name="主体类别",
                    ),
                ),
                ("subject_code", models.CharField(max_length=36, verbose_name="主体代码")),
                ("subject_name", models.CharField(max_length=200, verbose_name="主体名称")),
                ("list_name", models.TextField(verbose_name="名单名称")),
                ("document_no", models.CharField(max_length=128, verbose_name="文书号")),
                ("listed_on", models.DateField(verbose_name="列入日期")),
                ("authority", models.TextField(verbose_name="认定机关")),
                ("displayed_until", models.DateField(verbose_name="公示至")),
                ("state", models.CharField(max_length=10, verbose_name="状态")),
            ],
            options={
                "verbose_name": "公示的名单",
                "verbose_name_plural": "公示的名单",
                "db_table": "public_listing",
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PublicRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField()),
                ("item_id", models.BigIntegerField()),
                ("item_code", models.CharField(max_length=20)),
                ("item_name", models.CharField(max_length=50, verbose_name="事项")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("administrative", "行政管理"),
                            ("honour", "诚实守信"),
                            ("dishonest", "严重失信主体名单"),
                            ("abnormal", "经营异常"),
                            ("commitment", "信用承诺"),
                            ("evaluation", "信用评价"),
                            ("judicial", "司法判决"),
                            ("other", "其他信息"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("is_adverse", models.BooleanField(verbose_name="失信信息")),
                ("subject_id", models.BigIntegerField()),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("organisation", "法人及非法人组织"),
                            ("sole_trader", "个体工商户"),
                            ("person", "自然人"),
                        ],
                        max_length=20,
                        verbose_name="主体类别",
                    ),
                ),
                ("subject_code", models.CharField(max_length=36, verbose_name="主体代码")),
                ("subject_name", models.CharField(max_length=200, verbose_name="主体名称")),
                ("document_no", models.CharField(max_length=128, verbose_name="文书号")),
                ("decided_on", models.DateField(verbose_name="决定日期")),
                ("title", models.TextField(verbose_name="标题")),
                ("authority", models.TextField(verbose_name="决定机关")),
                (
                    "severity",
                    models.CharField(
                        choices=[("", "不分类"), ("minor", "轻微"), ("general", "一般"), ("serious", "严重")],
                        max_length=10,
                        verbose_name="失信程度",
                    ),
                ),
                ("state", models.CharField(max_length=10, verbose_name="状态")),
                ("displayed_from", models.DateField(verbose_name="公示起始")),
                ("displayed_until", models.DateField(verbose_name="公示至")),
                ("display_rule_key", models.CharField(max_length=60, verbose_name="公示期限规则")),
                ("department_name", models.CharField(max_length=100, verbose_name="报送部门")),
                ("updated_at", models.DateTimeField(verbose_name="更新时间")),
                ("values", models.JSONField(verbose_name="内容")),
            ],
            options={
                "verbose_name": "公示的记录",
                "verbose_name_plural": "公示的记录",
                "db_table": "public_record",
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PublicSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField()),
                ("code", models.CharField(max_length=36, verbose_name="代码")),
                ("uscc", models.CharField(max_length=18, verbose_name="统一社会信用代码")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("organisation", "法人及非法人组织"),
                            ("sole_trader", "个体工商户"),
                            ("person", "自然人"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("legal_name", models.CharField(max_length=200, verbose_name="名称")),
                ("name_key", models.CharField(max_length=200)),
                (
                    "bigrams",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), size=None),
                ),
                ("region_code", models.CharField(max_length=6, verbose_name="区划代码")),
                ("region_name", models.CharField(max_length=50, verbose_name="区划")),
            ],
            options={
                "verbose_name": "公示的主体",
                "verbose_name_plural": "公示的主体",
                "db_table": "public_subject",
                "managed": False,
                "default_permissions": (),
            },
        ),
    ]
