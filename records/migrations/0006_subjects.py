import uuid
from pathlib import Path

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import records.models.subjects

FOLDER = Path(__file__).parents[1] / "sql"
SQL = (FOLDER / "0006_subjects.sql").read_text(encoding="utf-8")
PARTS = (FOLDER / "0004_public.sql").read_text(encoding="utf-8").split("\n\n")
FORMER = next(part for part in PARTS if "VIEW public_subject" in part)
UNDO = f"DROP VIEW public_former_address; DROP VIEW public_former_name; DROP VIEW public_subject; {FORMER}"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("records", "0005_special_queries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="subject",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed",
                to="records.subject",
                verbose_name="已并入",
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="standing",
            field=models.CharField(
                choices=[
                    ("active", "存续"),
                    ("deregistered", "已注销"),
                    ("revoked", "已吊销"),
                    ("moved_out", "已迁出"),
                ],
                db_default="active",
                default="active",
                max_length=12,
                verbose_name="登记状态",
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="standing_since",
            field=models.DateField(blank=True, null=True, verbose_name="登记状态自"),
        ),
        migrations.AddField(
            model_name="subject",
            name="verification",
            field=models.CharField(
                choices=[
                    ("unverified", "未核验"),
                    ("verified", "核验一致"),
                    ("mismatch", "核验不一致"),
                    ("unavailable", "暂不能核验"),
                ],
                db_default="unverified",
                default="unverified",
                max_length=11,
                verbose_name="身份核验",
            ),
        ),
        migrations.AddField(
            model_name="subject",
            name="verified_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="核验时间"),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into__isnull", True), ("uscc__isnull", True), _connector="OR"),
                name="merged_subject_gave_its_code_away",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                name="subject_is_not_merged_into_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(("standing__in", ["active", "deregistered", "revoked", "moved_out"])),
                name="standing_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verification__in", ["unverified", "verified", "mismatch", "unavailable"]),
                    models.Q(("verification", "unverified"), ("verified_at__isnull", False), _connector="OR"),
                ),
                name="verification_has_a_moment",
            ),
        ),
        migrations.CreateModel(
            name="CodeCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"), default=uuid.uuid4, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("uscc_invalid", "统一社会信用代码校验不符"),
                            ("organisation_code_invalid", "组织机构代码校验不符"),
                            ("name_conflict", "一码多名"),
                            ("identifier_conflict", "几个代码分属不同主体"),
                            ("several_codes", "一名多码"),
                            ("embedded_code_differs", "两种代码不对应"),
                            ("subject_ended", "决定日期晚于注销日期"),
                        ],
                        max_length=30,
                        verbose_name="问题",
                    ),
                ),
                ("about", models.CharField(max_length=200, verbose_name="代码或名称")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unexplained", "待说明"),
                            ("explained", "已说明"),
                            ("corrected", "已更正"),
                            ("settled", "已办结"),
                        ],
                        db_default="unexplained",
                        default="unexplained",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("answer", models.TextField(blank=True, db_default="", verbose_name="部门说明")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="说明时间")),
                ("verdict", models.TextField(blank=True, db_default="", verbose_name="办结意见")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                (
                    "found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="发现时间"),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="说明人",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="code_cases",
                        to="accounts.department",
                        verbose_name="报送部门",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办结人",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.subject",
                        verbose_name="主体",
                    ),
                ),
            ],
            options={
                "verbose_name": "重错码",
                "verbose_name_plural": "重错码",
                "ordering": ["-found_at", "-pk"],
                "indexes": [models.Index(fields=["department", "-id"], name="code_case_of_department")],
                "constraints": [
                    models.UniqueConstraint(fields=("department", "kind", "about"), name="one_case_a_doubt"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["unexplained", "explained", "corrected", "settled"])),
                        name="code_case_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "settled"), _negated=True),
                            models.Q(models.Q(("verdict", ""), _negated=True), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="settled_case_has_a_verdict",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeCaseRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_no", models.PositiveIntegerField(verbose_name="行号")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="records.batch",
                        verbose_name="批次",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="records.codecase"
                    ),
                ),
            ],
            options={
                "verbose_name": "重错码来源行",
                "verbose_name_plural": "重错码来源行",
                "ordering": ["case", "-batch", "row_no"],
                "constraints": [models.UniqueConstraint(fields=("case", "batch", "row_no"), name="a_row_once_a_case")],
            },
        ),
        migrations.CreateModel(
            name="FormerName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="名称")),
                ("name_key", models.CharField(editable=False, max_length=400)),
                (
                    "bigrams",
                    models.GeneratedField(
                        db_persist=True,
                        expression=records.models.subjects.Bigrams(models.F("name_key")),
                        output_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(max_length=2), size=None
                        ),
                    ),
                ),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="使用至")),
                (
                    "source",
                    models.CharField(
                        choices=[("renamed", "变更登记"), ("merged", "合并前的名称")],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                ("evidence", models.TextField(verbose_name="依据")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="录入时间"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.department",
                        verbose_name="录入部门",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_names",
                        to="records.subject",
                        verbose_name="主体",
                    ),
                ),
            ],
            options={
                "verbose_name": "曾用名",
                "verbose_name_plural": "曾用名",
                "ordering": ["subject", "-until_on", "-pk"],
                "indexes": [
                    models.Index(fields=["name_key"], name="former_name_key"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("name_key"), name="gin_trgm_ops"),
                        name="former_name_trigram",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="former_name_bigram"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source", "merged"), ("until_on__isnull", False), _connector="OR"),
                        name="renaming_has_a_date",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("active", "存续"),
                            ("deregistered", "已注销"),
                            ("revoked", "已吊销"),
                            ("moved_out", "已迁出"),
                        ],
                        max_length=12,
                        verbose_name="登记状态",
                    ),
                ),
                ("since", models.DateField(verbose_name="自")),
                ("decision", models.CharField(max_length=200, verbose_name="决定文书")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="录入时间"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.department",
                        verbose_name="来源部门",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing_changes",
                        to="records.subject",
                        verbose_name="主体",
                    ),
                ),
            ],
            options={
                "verbose_name": "登记状态变更",
                "verbose_name_plural": "登记状态变更",
                "ordering": ["subject", "-since", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("standing__in", ["active", "deregistered", "revoked", "moved_out"])),
                        name="standing_change_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SuspectedDuplicate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"), default=uuid.uuid4, unique=True
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("same_name", "名称相同，没有共同的代码"),
                                ("embedded_code", "一方的组织机构代码就是另一方统一社会信用代码的第 9 至 17 位"),
                                ("same_number", "同一公民身份号码的 15 位与 18 位写法"),
                                ("near_name", "去掉组织形式后名称相同"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="疑点",
                    ),
                ),
                (
                    "found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="发现时间"),
                ),
                ("distinct_at", models.DateTimeField(null=True, verbose_name="认定时间")),
                ("distinct_because", models.TextField(blank=True, db_default="", verbose_name="认定理由")),
                (
                    "distinct_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="认定人",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.subject",
                        verbose_name="主体一",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.subject",
                        verbose_name="主体二",
                    ),
                ),
            ],
            options={
                "verbose_name": "疑似重复主体",
                "verbose_name_plural": "疑似重复主体",
                "ordering": ["-found_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="a_pair_is_suspected_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="pair_is_ordered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("distinct_at__isnull", True),
                            models.Q(("distinct_because", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="verdict_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubjectMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("suggested", "待复核"),
                            ("merged", "已合并"),
                            ("dismissed", "不予合并"),
                            ("unmerged", "已撤销合并"),
                        ],
                        default="suggested",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("reason", models.TextField(verbose_name="合并理由")),
                (
                    "suggested_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="提出时间"),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="复核时间")),
                ("decision", models.TextField(blank=True, db_default="", verbose_name="复核意见")),
                ("unmerged_at", models.DateTimeField(null=True, verbose_name="撤销时间")),
                ("unmerged_because", models.TextField(blank=True, db_default="", verbose_name="撤销理由")),
                ("moved", models.JSONField(default=dict, verbose_name="移动的内容")),
                (
                    "absorbed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.subject",
                        verbose_name="并入的主体",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
                (
                    "suggested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.subject",
                        verbose_name="保留的主体",
                    ),
                ),
                (
                    "unmerged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤销人",
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="records.suspectedduplicate",
                        verbose_name="疑似重复",
                    ),
                ),
            ],
            options={
                "verbose_name": "主体合并",
                "verbose_name_plural": "主体合并",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "merged", "dismissed", "unmerged"])),
                        name="merge_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("survivor", models.F("absorbed")), _negated=True), name="merge_is_of_two"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("suggested_by")), _negated=True),
                        name="a_second_person_decides_a_merge",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "suggested"), ("decided_by__isnull", False), _connector="OR"),
                        name="merge_has_a_decider",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["suggested", "merged"])),
                        fields=("pair",),
                        name="one_merge_a_pair_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "merged")),
                        fields=("absorbed",),
                        name="merged_into_one_subject_only",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
