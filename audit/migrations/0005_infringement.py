from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_checks_are_readings")]

    operations = [
        migrations.AddField(
            "incident",
            "unit",
            models.CharField(
                blank=True,
                default="",
                help_text="侵害合法权益的，写明哪个单位。",
                max_length=200,
                verbose_name="责任单位",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "incident",
            "basis",
            models.CharField(
                blank=True,
                default="",
                help_text="文件名称和条、款、项。",
                max_length=300,
                verbose_name="追究责任的依据",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "incident",
            "result",
            models.TextField(blank=True, default="", verbose_name="处理结果和后续情况"),
            preserve_default=False,
        ),
        migrations.AlterField(
            "incident",
            "kind",
            models.CharField(
                choices=[
                    ("leak", "泄露"),
                    ("tampering", "篡改"),
                    ("loss", "毁损、丢失"),
                    ("sale", "非法出售"),
                    ("unlawful_use", "违规查询、使用"),
                    ("unlawful_provision", "违规提供"),
                    ("infringement", "侵害信用主体合法权益"),
                ],
                max_length=20,
                verbose_name="种类",
            ),
        ),
        migrations.AddConstraint(
            "incident",
            models.CheckConstraint(
                condition=models.Q(("kind", "infringement"), _negated=True) | models.Q(("unit", ""), _negated=True),
                name="infringement_names_who_answers",
            ),
        ),
        migrations.AddConstraint(
            "incident",
            models.CheckConstraint(
                condition=models.Q(("kind", "infringement"), ("state", "closed"), _negated=True)
                | models.Q(models.Q(("basis", ""), _negated=True), models.Q(("result", ""), _negated=True)),
                name="infringement_closed_has_basis_and_result",
            ),
        ),
    ]
