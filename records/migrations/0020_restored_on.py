from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"
# As it was, for the way back: the same statement without the column.
FORMER = (SQL / "0008_public.sql").read_text(encoding="utf-8")
DROP = "DROP VIEW public_listing; DROP VIEW public_record; "
CREATE = FORMER[FORMER.index("CREATE VIEW public_record") :]


class Migration(migrations.Migration):
    dependencies = [("records", "0019_restoring")]

    operations = [
        migrations.AddField(
            "record", "restored_on", models.DateField(null=True, verbose_name="撤销修复、恢复公示日期")
        ),
        migrations.RunSQL((SQL / "0020_public_record.sql").read_text(encoding="utf-8"), DROP + CREATE),
    ]
