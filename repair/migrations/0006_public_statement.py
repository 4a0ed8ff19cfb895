from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0006_public_statement.sql"


class Migration(migrations.Migration):
    dependencies = [("repair", "0005_follow_subject"), ("records", "0019_restoring")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP VIEW public_own_statement"),
        # Nothing publishes a clarification yet, so nothing says that one is published.
        migrations.RemoveField("restoration", "is_published"),
    ]
