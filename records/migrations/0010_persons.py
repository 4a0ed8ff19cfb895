from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql" / "0010_persons.sql"
UNDO = """
DROP TRIGGER record_reference_entered ON records_record;
DROP FUNCTION records_offer_reference();
DROP VIEW national_reference;
DROP VIEW records_certificate;
DROP TRIGGER record_responsible_changed ON records_record;
DROP TRIGGER record_responsible_entered ON records_record;
DROP FUNCTION records_follow_source();
DROP FUNCTION records_values_of_responsible(records_record, text, text, text);
DROP TRIGGER subject_minors_changed ON records_subject;
DROP FUNCTION records_refuse_younger();
DROP TRIGGER record_minors_changed ON records_record;
DROP TRIGGER record_minors_entered ON records_record;
DROP FUNCTION records_refuse_minors();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0003_standing"),
        ("records", "0009_quality"),
    ]

    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record_id", models.UUIDField()),
                ("occupation", models.CharField(max_length=60, verbose_name="职业")),
                ("number", models.CharField(max_length=128, verbose_name="执业证号")),
                ("authority", models.TextField(verbose_name="发证机关")),
                ("workplace", models.CharField(max_length=200, verbose_name="执业机构")),
                ("issued_on", models.DateField(verbose_name="发证日期")),
                ("valid_until", models.DateField(verbose_name="有效期至")),
                ("status", models.CharField(max_length=10, verbose_name="证书状态")),
            ],
            options={
                "verbose_name": "执业资格",
                "verbose_name_plural": "执业资格",
                "db_table": "records_certificate",
                "ordering": ["occupation", "-issued_on"],
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="record",
            name="derived_from",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="derived",
                to="records.record",
                verbose_name="来源记录",
            ),
        ),
        migrations.AddField(
            model_name="record",
            name="responsible",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.AddField(
            model_name="stagedrow",
            name="responsible",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("derived_from__isnull", False)), fields=["derived_from"], name="record_derived"
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
    ]
