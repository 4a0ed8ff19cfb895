from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0032_c_follow_subject.sql"
UNDO = """
DROP TRIGGER listing_follows_record ON records_record;
DROP FUNCTION sanctions_follow_subject();
"""


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0031_c_receipts")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
