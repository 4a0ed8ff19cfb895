"""How sensitive the fields are that were seeded before anybody said so: by their type and scope."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0005_open_editions")]
    operations = [
        migrations.RunSQL(
            """
            UPDATE catalogue_itemfield
            SET sensitivity = CASE WHEN type = 'id_number' THEN 'high' ELSE 'sensitive' END
            WHERE type = 'id_number' OR scope = 'authorised'
            """,
            migrations.RunSQL.noop,
        )
    ]
