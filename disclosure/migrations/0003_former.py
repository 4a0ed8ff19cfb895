"""The views of former names and addresses as unmanaged models: records/sql/0006_subjects.sql defines them."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disclosure", "0002_editions"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicFormerAddress",
            fields=[
                ("subject_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField()),
                ("uscc", models.CharField(max_length=18)),
            ],
            options={
                "verbose_name": "主体页的旧地址",
                "verbose_name_plural": "主体页的旧地址",
                "db_table": "public_former_address",
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PublicFormerName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=200, verbose_name="曾用名")),
                ("name_key", models.CharField(max_length=400)),
                (
                    "bigrams",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), size=None),
                ),
                ("until_on", models.DateField(verbose_name="使用至")),
                ("source", models.CharField(max_length=10, verbose_name="来源")),
            ],
            options={
                "verbose_name": "公示的曾用名",
                "verbose_name_plural": "公示的曾用名",
                "db_table": "public_former_name",
                "managed": False,
                "default_permissions": (),
            },
        ),
    ]
