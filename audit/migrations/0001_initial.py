import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

TABLES = ["audit_auditevent", "audit_seal", "audit_sealentry"]

REFUSE_CHANGE = """
    CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'append_only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$
"""

# The sealer knows by transaction ids which events can still appear, so a writer must have its own before the first
# event id: then whoever holds a low event id holds a low transaction id too.
TRANSACTION_FIRST = """
    CREATE FUNCTION audit_transaction_first() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_current_xact_id();
        RETURN NULL;
    END $$;
    CREATE TRIGGER audit_auditevent_transaction_first BEFORE INSERT ON audit_auditevent
        FOR EACH STATEMENT EXECUTE FUNCTION audit_transaction_first();
    ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER audit_auditevent_transaction_first;
"""

# ALWAYS: also under session_replication_role = replica, which would otherwise switch triggers off.
GUARD = """
    CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
    CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
    ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only;
    ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate;
"""

UNGUARD = """
    DROP TRIGGER {table}_append_only ON {table};
    DROP TRIGGER {table}_no_truncate ON {table};
"""


class Migration(migrations.Migration):
    initial = True

    # platform_today() is made there.
    dependencies = [("deadlines", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="封存号")),
                ("first_id", models.BigIntegerField(verbose_name="首条编号")),
                ("last_id", models.BigIntegerField(verbose_name="末条编号")),
                ("size", models.PositiveIntegerField(verbose_name="条数")),
                ("root", models.CharField(max_length=64, verbose_name="默克尔根")),
                ("previous_hash", models.CharField(max_length=64, unique=True, verbose_name="前一封存值")),
                ("hash", models.CharField(max_length=64, unique=True, verbose_name="封存值")),
                ("sealed_at", models.DateTimeField(verbose_name="封存时间")),
                ("horizon", models.BigIntegerField(verbose_name="事务边界")),
                ("settled_id", models.BigIntegerField(verbose_name="已无遗漏的末条编号")),
            ],
            options={
                "verbose_name": "审计封存",
                "verbose_name_plural": "审计封存",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=models.Func(function="clock_timestamp", output_field=models.DateTimeField()),
                        verbose_name="时间",
                    ),
                ),
                ("action", models.CharField(max_length=80, verbose_name="操作")),
                (
                    "actor_id",
                    models.CharField(
                        help_text="空表示由系统执行。", max_length=40, null=True, verbose_name="操作人编号"
                    ),
                ),
                ("actor_name", models.TextField(verbose_name="操作人")),
                ("department_code", models.CharField(max_length=40, null=True, verbose_name="部门代码")),
                ("object_type", models.CharField(max_length=80, verbose_name="对象类型")),
                ("object_id", models.TextField(verbose_name="对象编号")),
                ("object_label", models.TextField(verbose_name="对象")),
                (
                    "result",
                    models.CharField(
                        choices=[("done", "已完成"), ("refused", "被拒绝")], max_length=8, verbose_name="结果"
                    ),
                ),
                ("reason", models.TextField(verbose_name="理由")),
                (
                    "business_on",
                    models.DateField(
                        db_default=models.Func(function="platform_today", output_field=models.DateField()),
                        help_text="事实所属之日，例如公示期满之日，可早于记录时间。",
                        verbose_name="业务日期",
                    ),
                ),
                ("request_id", models.CharField(max_length=64, verbose_name="请求编号")),
                (
                    "source",
                    models.CharField(
                        choices=[("web", "网页"), ("api", "接口"), ("task", "后台任务"), ("command", "命令行")],
                        max_length=8,
                        verbose_name="来源",
                    ),
                ),
                ("detail", models.JSONField(default=dict, verbose_name="详情")),
                ("once", models.BooleanField(default=False, verbose_name="仅记一次")),
            ],
            options={
                "verbose_name": "审计记录",
                "verbose_name_plural": "审计记录",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["object_type", "object_id", "id"], name="audit_event_object"),
                    models.Index(
                        condition=models.Q(("actor_id__isnull", False)),
                        fields=["actor_id", "id"],
                        name="audit_event_actor",
                    ),
                    django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="audit_event_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("action__regex", "^[a-z]+\\.[a-z]+\\.[a-z]+(_[a-z]+)*$")),
                        name="audit_event_action_grammar",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("result__in", ["done", "refused"])), name="audit_event_result_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["web", "api", "task", "command"])),
                        name="audit_event_source_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("once", True)),
                        fields=("action", "object_type", "object_id", "business_on"),
                        name="audit_event_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SealEntry",
            fields=[
                ("event_id", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="审计记录编号")),
                ("position", models.PositiveIntegerField(verbose_name="位置")),
                ("leaf", models.BinaryField(verbose_name="叶值")),
                (
                    "seal",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="audit.seal",
                    ),
                ),
            ],
            options={
                "verbose_name": "封存明细",
                "verbose_name_plural": "封存明细",
                "ordering": ["seal_id", "position"],
                "constraints": [models.UniqueConstraint(fields=("seal", "position"), name="audit_seal_entry_position")],
            },
        ),
        migrations.RunSQL(
            TRANSACTION_FIRST,
            "DROP TRIGGER audit_auditevent_transaction_first ON audit_auditevent;"
            "DROP FUNCTION audit_transaction_first();",
        ),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION audit_refuse_change()"),
        *(migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table)) for table in TABLES),
    ]
