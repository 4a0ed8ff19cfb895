from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0007_approval"),
        ("records", "0017_systems"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="record",
            name="record_state_is_known",
        ),
        migrations.AlterField(
            model_name="record",
            name="change_kind",
            field=models.CharField(
                choices=[
                    ("reported", "报送"),
                    ("corrected", "更正"),
                    ("withdrawn", "撤回"),
                    ("suspended", "申请撤回，暂停公示"),
                    ("resumed", "恢复公示"),
                    ("disputed", "核查期间标注"),
                    ("settled", "核查结束"),
                    ("expired", "公示期满"),
                    ("ended", "终止公示"),
                    ("erased", "依法删除"),
                    ("undone", "整批撤回"),
                    ("recomputed", "目录变更，重算期限"),
                    ("merged", "主体合并"),
                    ("unmerged", "撤销主体合并"),
                    ("followed", "随来源记录变更"),
                ],
                db_default="reported",
                max_length=10,
                verbose_name="变更方式",
            ),
        ),
        migrations.AlterField(
            model_name="record",
            name="state",
            field=models.CharField(
                choices=[
                    ("current", "有效"),
                    ("disputed", "异议核查中"),
                    ("suspended", "暂停公示"),
                    ("withdrawn", "已撤回"),
                    ("expired", "公示期满"),
                    ("ended", "已终止公示"),
                    ("unreported", "已随批撤回"),
                    ("erased", "已依法删除"),
                ],
                db_default="current",
                default="current",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="record",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["current", "disputed", "suspended", "withdrawn", "expired", "ended", "unreported", "erased"],
                    )
                ),
                name="record_state_is_known",
            ),
        ),
    ]
