from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0006_guesses.sql"
DROP = """
    DROP FUNCTION audit_receipt_guesses(text[], interval);
    DROP FUNCTION audit_receipt_guessed(text[], text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_infringement")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), DROP)]
