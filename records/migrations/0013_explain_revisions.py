from django.db import migrations

EXPLAIN = "UPDATE records_record SET explained_revision = revision WHERE explained_revision <> revision"


class Migration(migrations.Migration):
    """Rows from before: who brought their revisions about stands in the trail only."""

    dependencies = [("records", "0012_changes")]
    operations = [migrations.RunSQL(EXPLAIN, migrations.RunSQL.noop)]
