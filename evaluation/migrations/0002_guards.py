from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0002_guards.sql"
UNDO = """
DROP VIEW public_evaluation;
DROP TRIGGER evaluation_place_locked ON evaluation_placeevaluation;
DROP FUNCTION evaluation_refuse_place();
DROP TRIGGER evaluation_edition_locked ON evaluation_evaluationedition;
DROP TRIGGER evaluation_method_locked ON evaluation_evaluationmethod;
DROP FUNCTION evaluation_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
