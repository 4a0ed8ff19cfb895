from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0010_repair_rules"), ("repair", "0010_public_clarification")]

    operations = [
        migrations.CreateModel(
            name="PublicClarification",
            fields=[
                ("public_id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=24, verbose_name="受理号")),
                ("subject_kind", models.CharField(max_length=20, verbose_name="主体类别")),
                ("subject_id", models.BigIntegerField()),
                ("subject_code", models.CharField(max_length=36, verbose_name="主体代码")),
                ("subject_name", models.CharField(max_length=200, verbose_name="主体名称")),
                ("document_no", models.CharField(max_length=128, verbose_name="文书号")),
                ("item_name", models.CharField(max_length=50, verbose_name="事项")),
                ("department_name", models.CharField(max_length=100, verbose_name="认定部门")),
                ("remedy", models.CharField(max_length=8, verbose_name="处理方式")),
                ("decided_on", models.DateField(verbose_name="办结日期")),
                ("text", models.TextField(verbose_name="澄清内容")),
                ("shown_from", models.DateField(verbose_name="公开自")),
                ("shown_until", models.DateField(verbose_name="公开至")),
            ],
            options={
                "verbose_name": "公开的澄清",
                "verbose_name_plural": "公开的澄清",
                "db_table": "public_clarification",
                "managed": False,
                "default_permissions": (),
            },
        ),
    ]
