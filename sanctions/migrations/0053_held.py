from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0053_held.sql"


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0052_public_incentives")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION sanctions_held(text[], text[])")]
