from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0050_checking.sql"


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0041_d_guards")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION sanctions_listed(bigint[])")]
