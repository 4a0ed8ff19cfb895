from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0005_follow_subject.sql"
UNDO = """
DROP TRIGGER case_follows_record ON records_record;
DROP FUNCTION repair_follow_subject();
"""


class Migration(migrations.Migration):
    dependencies = [("repair", "0004_saved_filter")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
