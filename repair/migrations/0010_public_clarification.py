from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0010_public_clarification.sql"


class Migration(migrations.Migration):
    dependencies = [("repair", "0009_clarification"), ("records", "0020_restored_on")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP VIEW public_clarification")]
