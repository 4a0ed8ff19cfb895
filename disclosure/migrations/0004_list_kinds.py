"""The view of published lists as an unmanaged model: sanctions/sql/0011_public_lists.sql defines it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disclosure", "0003_former"),
        ("sanctions", "0011_l_public_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicListKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=100, verbose_name="名单")),
                ("tone", models.CharField(max_length=10, verbose_name="性质")),
                ("item_code", models.CharField(max_length=20)),
                ("item_name", models.CharField(max_length=50, verbose_name="目录项")),
                ("standard", models.TextField(verbose_name="认定标准")),
                ("exit_conditions", models.TextField(verbose_name="移出条件")),
                ("term_months", models.PositiveSmallIntegerField(null=True, verbose_name="最长期限（月）")),
                ("term_stated", models.BooleanField(verbose_name="期限由决定文书写明")),
                (
                    "subject_kinds",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                ("in_force_from", models.DateField(verbose_name="施行日期")),
                ("basis_title", models.CharField(max_length=200)),
                ("basis_document_no", models.CharField(max_length=100)),
                ("basis_article", models.CharField(max_length=100)),
                (
                    "authorities",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), size=None),
                ),
                (
                    "conduct",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), size=None),
                ),
                ("is_alone", models.BooleanField()),
            ],
            options={
                "verbose_name": "公布的名单种类",
                "verbose_name_plural": "公布的名单种类",
                "db_table": "public_list_kind",
                "managed": False,
                "default_permissions": (),
            },
        ),
    ]
