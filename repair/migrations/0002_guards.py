from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0002_guards.sql"
UNDO = """
DROP TRIGGER repair_step_append_only ON repair_step;
DROP TRIGGER repair_case_kept ON repair_case;
DROP TRIGGER case_closed ON repair_case;
DROP FUNCTION repair_refuse_reopening();
DROP TRIGGER case_judge ON repair_case;
DROP FUNCTION repair_refuse_own_judge();
DROP SEQUENCE repair_case_serial;
"""


class Migration(migrations.Migration):
    dependencies = [("repair", "0001_initial")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
