from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0031_c_receipts.sql"
UNDO = """
DROP TRIGGER sanctions_opinion_append_only ON sanctions_reviewopinion;
DROP TRIGGER sanctions_certificate_append_only ON sanctions_eligibilitycertificate;
DROP VIEW public_receipt;
"""


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0030_c_checks")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
