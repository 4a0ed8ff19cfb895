import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeyField",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10, unique=True, verbose_name="编码")),
                (
                    "field_set",
                    models.CharField(
                        choices=[
                            ("person", "重点领域个人诚信记录"),
                            ("real_name", "个人实名登记"),
                            ("environment", "环境保护个人诚信"),
                            ("industry", "重点领域行业信用记录"),
                        ],
                        max_length=20,
                        verbose_name="所属清单",
                    ),
                ),
                ("name", models.CharField(max_length=50, verbose_name="名称")),
                ("document_no", models.CharField(max_length=100, verbose_name="文号")),
                ("paragraph", models.CharField(max_length=50, verbose_name="条款")),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="说明")),
            ],
            options={
                "verbose_name": "重点领域",
                "verbose_name_plural": "重点领域",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Occupation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10, unique=True, verbose_name="编码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("kind", models.CharField(max_length=50, verbose_name="所属清单")),
                ("document_no", models.CharField(max_length=100, verbose_name="文号")),
                ("paragraph", models.CharField(max_length=50, verbose_name="条款")),
                (
                    "usual_authority",
                    models.CharField(blank=True, max_length=100, verbose_name="通常的登记机关（待核实）"),
                ),
            ],
            options={
                "verbose_name": "重点职业人群",
                "verbose_name_plural": "重点职业人群",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="SourceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10, unique=True, verbose_name="编码")),
                ("name", models.CharField(max_length=50, verbose_name="名称")),
                (
                    "source_class",
                    models.CharField(
                        choices=[
                            ("government", "行政机关"),
                            ("judicial", "司法机关"),
                            ("education", "学校"),
                            ("association", "行业协会商会"),
                            ("volunteer", "志愿服务"),
                            ("finance", "金融与征信"),
                            ("society", "群众团体"),
                            ("platform", "本平台"),
                        ],
                        max_length=20,
                        verbose_name="来源类别",
                    ),
                ),
            ],
            options={
                "verbose_name": "信源系统",
                "verbose_name_plural": "信源系统",
                "ordering": ["code"],
            },
        ),
        migrations.AddField(
            model_name="informationitem",
            name="admits",
            field=models.JSONField(blank=True, default=dict, verbose_name="归集门槛"),
        ),
        migrations.AddField(
            model_name="informationitem",
            name="forwarded",
            field=models.BooleanField(default=False, verbose_name="推送国家平台作为参考"),
        ),
        migrations.AddField(
            model_name="informationitem",
            name="key_fields",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10), blank=True, default=list, size=None, verbose_name="重点领域"
            ),
        ),
        migrations.AddField(
            model_name="informationitem",
            name="sources",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10), blank=True, default=list, size=None, verbose_name="信源系统"
            ),
        ),
        migrations.AddField(
            model_name="informationitem",
            name="standing",
            field=models.CharField(
                choices=[("official", "公共信用信息"), ("reference", "仅供参考")],
                default="official",
                max_length=10,
                verbose_name="信息性质",
            ),
        ),
        migrations.AddField(
            model_name="informationitem",
            name="update_cycle",
            field=models.CharField(
                choices=[("event", "发生即报"), ("monthly", "每月"), ("yearly", "每年")],
                default="event",
                max_length=10,
                verbose_name="更新周期",
            ),
        ),
        migrations.AddField(
            model_name="informationitem",
            name="viewers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10), blank=True, default=list, size=None, verbose_name="查看范围"
            ),
        ),
        migrations.AddField(
            model_name="itemfield",
            name="responsible_no",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="第几名责任人员"),
        ),
        migrations.AddField(
            model_name="itemfield",
            name="responsible_part",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "—"),
                    ("name", "姓名"),
                    ("capacity", "身份"),
                    ("id_kind", "证件类型"),
                    ("id", "证件号码"),
                    ("basis", "认定依据"),
                ],
                default="",
                max_length=10,
                verbose_name="责任人员信息",
            ),
        ),
        migrations.AlterField(
            model_name="displayrule",
            name="method",
            field=models.CharField(
                choices=[
                    ("months", "自决定之日起若干月"),
                    ("valid_until", "至有效期届满"),
                    ("if_stated", "仅在机关写明公示截止期时公示"),
                    ("never", "不公示"),
                ],
                max_length=12,
                verbose_name="计算方式",
            ),
        ),
        migrations.AlterField(
            model_name="informationitem",
            name="category",
            field=models.CharField(
                choices=[
                    ("administrative", "行政管理"),
                    ("honour", "诚实守信"),
                    ("dishonest", "严重失信主体名单"),
                    ("abnormal", "经营异常"),
                    ("commitment", "信用承诺"),
                    ("evaluation", "信用评价"),
                    ("judicial", "司法判决"),
                    ("other", "其他信息"),
                    ("reference", "参考信息"),
                ],
                max_length=20,
                verbose_name="类别",
            ),
        ),
        migrations.AddConstraint(
            model_name="informationitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("standing", "official"), models.Q(("category", "reference"), _negated=True)),
                    models.Q(
                        ("category", "reference"),
                        ("is_adverse", False),
                        ("name__endswith", "（仅供参考）"),
                        ("standing", "reference"),
                    ),
                    _connector="OR",
                ),
                name="reference_information_is_marked",
            ),
        ),
        migrations.AddConstraint(
            model_name="informationitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("forwarded", False), ("standing", "reference"), _connector="OR"),
                name="only_reference_information_is_forwarded",
            ),
        ),
    ]
