from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
SUBJECTS = (SQL / "0006_subjects.sql").read_text(encoding="utf-8").split("\n\n")[0]
DROP = "DROP VIEW public_listing; DROP VIEW public_record; DROP VIEW public_subject;"


class Migration(migrations.Migration):
    dependencies = [("records", "0007_subjects_keys"), ("catalogue", "0006_sensitivity")]
    operations = [
        migrations.RunSQL(
            (SQL / "0008_public.sql").read_text(encoding="utf-8"),
            DROP + (SQL / "0004_public.sql").read_text(encoding="utf-8") + SUBJECTS,
        )
    ]
