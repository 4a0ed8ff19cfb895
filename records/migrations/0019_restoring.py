from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0018_ending"),
    ]

    operations = [
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
                    ("restored", "撤销修复，恢复公示"),
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
    ]
