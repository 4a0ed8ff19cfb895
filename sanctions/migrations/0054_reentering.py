from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0053_held"), ("records", "0020_restored_on")]

    operations = [
        migrations.AddField(
            "listing", "reentered_on", models.DateField(null=True, verbose_name="撤销修复、重新列入日期")
        ),
        migrations.RemoveConstraint("jointaction", "one_action_a_listing"),
        migrations.AddConstraint(
            "jointaction",
            models.UniqueConstraint(
                fields=["listing", "memorandum"],
                condition=models.Q(("closed_on__isnull", True)),
                name="one_open_action_a_listing",
            ),
        ),
    ]
