from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0002_guards.sql"
UNDO = """
DROP TRIGGER sanctions_check_append_only ON sanctions_check;
DROP TRIGGER sanctions_listing_kept ON sanctions_listing;
DROP TRIGGER listing_minors ON sanctions_listing;
DROP FUNCTION sanctions_refuse_minors();
DROP TRIGGER signatory_locked ON sanctions_signatory;
DROP TRIGGER measure_locked ON sanctions_measure;
DROP FUNCTION sanctions_refuse_part();
DROP TRIGGER memorandum_kept ON sanctions_memorandum;
DROP TRIGGER memorandum_locked ON sanctions_memorandum;
DROP FUNCTION sanctions_refuse_change();
DROP VIEW listing_in_force;
"""


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0001_initial")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
