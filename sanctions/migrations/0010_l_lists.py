import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("records", "0018_ending"),
        ("sanctions", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="stated_until",
            field=models.DateField(null=True, verbose_name="文书写明的期限至"),
        ),
        migrations.AddField(
            model_name="listkind",
            name="is_reported",
            field=models.BooleanField(default=False, verbose_name="只收部门报送的记录"),
        ),
        migrations.AddField(
            model_name="listkind",
            name="term_stated",
            field=models.BooleanField(default=False, verbose_name="期限由决定文书写明"),
        ),
        migrations.AlterField(
            model_name="listkind",
            name="term_months",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="最长期限（月）"),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("origin_ref", ""), _negated=True),
                fields=("origin", "origin_ref"),
                name="an_inbound_row_once",
            ),
        ),
        migrations.CreateModel(
            name="ListingFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="表单键")),
                ("file_name", models.CharField(max_length=255, verbose_name="文件名")),
                ("file_digest", models.CharField(max_length=64, verbose_name="文件摘要（SM3）")),
                ("rows_total", models.PositiveIntegerField(verbose_name="行数")),
                ("rows_accepted", models.PositiveIntegerField(verbose_name="已提名")),
                ("returned", models.JSONField(default=list, verbose_name="退回的行")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="提交时间")),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listing_files",
                        to="accounts.department",
                        verbose_name="认定部门",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="sanctions.listkind",
                        verbose_name="名单",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提名人",
                    ),
                ),
            ],
            options={
                "verbose_name": "名单批量提名",
                "verbose_name_plural": "名单批量提名",
                "ordering": ["-pk"],
            },
        ),
    ]
