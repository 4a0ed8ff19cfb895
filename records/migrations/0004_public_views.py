from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0004_public.sql"


class Migration(migrations.Migration):
    dependencies = [("records", "0003_guards")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP VIEW public_listing; DROP VIEW public_record; DROP VIEW public_subject;",
        )
    ]
