from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0003_guards.sql"
UNDO = """
ALTER TABLE records_stagedrow SET LOGGED;
DROP TRIGGER records_record_no_truncate ON records_record;
DROP TRIGGER records_record_kept ON records_record;
DROP TRIGGER records_recordversion_no_truncate ON records_recordversion;
DROP TRIGGER records_recordversion_append_only ON records_recordversion;
DROP TRIGGER record_keep_version ON records_record;
DROP TRIGGER record_item_in_force ON records_record;
DROP FUNCTION records_refuse_change();
DROP FUNCTION records_keep_version();
DROP FUNCTION records_require_item_in_force();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0002_initial"), ("deadlines", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
