from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0006_receipts"), ("repair", "0006_public_statement")]

    operations = [
        migrations.CreateModel(
            name="PublicOwnStatement",
            fields=[
                ("public_id", models.UUIDField(primary_key=True, serialize=False)),
                ("record_public_id", models.UUIDField()),
                ("text", models.CharField(max_length=500, verbose_name="内容")),
                ("shown_from", models.DateField(verbose_name="展示自")),
            ],
            options={
                "verbose_name": "公示的自主解释",
                "verbose_name_plural": "公示的自主解释",
                "db_table": "public_own_statement",
                "managed": False,
                "default_permissions": (),
            },
        ),
    ]
