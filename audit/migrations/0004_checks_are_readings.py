from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_monitored"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="auditevent",
            name="audit_event_reading",
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(
                condition=models.Q(
                    (
                        "action__in",
                        [
                            "records.record.viewed",
                            "records.subject.viewed",
                            "records.identifier.revealed",
                            "records.person.listed",
                            "records.person.exported",
                            "records.occupation.viewed",
                            "sanctions.subject.checked",
                        ],
                    )
                ),
                fields=["at", "actor_id"],
                name="audit_event_reading",
            ),
        ),
    ]
