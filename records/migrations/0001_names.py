from pathlib import Path

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0001_names.sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"), "DROP FUNCTION name_bigrams(text); DROP FUNCTION mask_name(text);"
        ),
    ]
