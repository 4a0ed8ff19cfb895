from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql" / "0014_erasing.sql"
UNDO = """
DROP FUNCTION records_erase(bigint);
DROP TRIGGER records_recordversion_append_only ON records_recordversion;
CREATE TRIGGER records_recordversion_append_only BEFORE UPDATE OR DELETE ON records_recordversion
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change();
ALTER TABLE records_recordversion ENABLE ALWAYS TRIGGER records_recordversion_append_only;
DROP FUNCTION records_refuse_change_of_version();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0013_explain_revisions")]
    operations = [
        migrations.AddConstraint(
            model_name="record",
            constraint=models.CheckConstraint(
                condition=models.Q(("explained_revision", models.F("revision"))), name="every_revision_says_who_and_why"
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
    ]
