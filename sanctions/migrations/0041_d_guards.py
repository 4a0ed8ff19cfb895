from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0041_d_guards.sql"
UNDO = """
DROP TRIGGER sanctions_commitment_kept ON sanctions_commitment;
DROP TRIGGER points_of_persons ON sanctions_pointsaccount;
DROP FUNCTION sanctions_refuse_organisations();
DROP TRIGGER class_of_organisations_still ON sanctions_supervisionclass;
DROP TRIGGER class_of_organisations ON sanctions_supervisionclass;
DROP FUNCTION sanctions_refuse_persons();
DROP TRIGGER method_locked ON sanctions_supervisionmethod;
DROP FUNCTION sanctions_refuse_method_change();
DROP VIEW public_supervision_method;
DROP SEQUENCE sanctions_commitment_serial;
"""


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0040_d_commitments")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
