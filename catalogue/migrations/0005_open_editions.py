from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql" / "0005_open_editions.sql"


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0004_editions")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            """
            DROP FUNCTION display_term(text, integer, integer, date, date, date);
            DROP VIEW public_edition;
            DROP TRIGGER catalogue_edition_kept ON catalogue_edition;
            DROP FUNCTION catalogue_keep_approved();
            """,
        )
    ]
