from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0011_public_lists.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("sanctions", "0010_l_lists"),
        ("catalogue", "0007_approval"),
    ]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP VIEW public_list_kind")]
