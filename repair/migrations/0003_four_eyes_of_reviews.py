from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_supervised"),
        ("records", "0019_restoring"),
        ("repair", "0002_guards"),
        ("sanctions", "0041_d_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="case",
            name="four_eyes_saw_it",
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("granted", "refused", "revoked")), _negated=True),
                    models.Q(("kind__in", ("repair", "objection", "correction", "review")), _negated=True),
                    ("proposed_by__isnull", False),
                    _connector="OR",
                ),
                name="four_eyes_saw_it",
            ),
        ),
    ]
