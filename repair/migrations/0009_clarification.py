import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("repair", "0008_public_rule"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Clarification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("consent", models.CharField(max_length=200, verbose_name="当事人同意公开的凭据")),
                ("consented_on", models.DateField(verbose_name="同意日期")),
                ("text", models.TextField(verbose_name="澄清内容")),
                ("edition", models.CharField(max_length=40, verbose_name="文书版本")),
                ("shown_from", models.DateField(verbose_name="公开自")),
                ("shown_until", models.DateField(verbose_name="公开至")),
                ("withdrawn_on", models.DateField(null=True, verbose_name="撤下日期")),
                ("withdrawn_reason", models.CharField(blank=True, max_length=300, verbose_name="撤下理由")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clarification",
                        to="repair.case",
                        verbose_name="办件",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="公开人",
                    ),
                ),
            ],
            options={
                "verbose_name": "公开澄清",
                "verbose_name_plural": "公开澄清",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("consent", ""), _negated=True), name="clarification_has_a_consent"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shown_until__gte", models.F("shown_from"))),
                        name="clarification_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_on__isnull", True),
                            models.Q(("withdrawn_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="clarification_withdrawn_says_why",
                    ),
                ],
            },
        ),
    ]
