from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0008_public_rule.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("repair", "0007_applicants_sign_in"),
        ("deadlines", "0001_initial"),
    ]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP VIEW public_repair_rule")]
