import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_supervised"),
        ("records", "0019_restoring"),
        ("sanctions", "0041_d_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Applicant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("issuer", models.CharField(max_length=200, verbose_name="身份提供方")),
                ("external_id", models.CharField(max_length=200, verbose_name="提供方编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("organisation", "法人及非法人组织"),
                            ("sole_trader", "个体工商户"),
                            ("person", "自然人"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="姓名或者名称")),
                (
                    "identifier_kind",
                    models.CharField(
                        choices=[
                            ("uscc", "统一社会信用代码"),
                            ("registration_no", "工商注册号"),
                            ("organisation_code", "组织机构代码"),
                            ("tax_no", "税务登记号"),
                            ("institution_no", "事业单位证书号"),
                            ("social_no", "社会组织登记证号"),
                            ("id_card", "身份证"),
                            ("passport", "护照号"),
                            ("hk_macao_permit", "港澳居民来往内地通行证"),
                            ("taiwan_permit", "台湾居民来往大陆通行证"),
                            ("foreigner_permit", "外国人永久居留身份证"),
                            ("other_person_id", "其他证件"),
                        ],
                        max_length=20,
                        verbose_name="证照类型",
                    ),
                ),
                ("lookup", models.CharField(editable=False, max_length=64)),
                ("cipher", models.TextField(blank=True, editable=False)),
                ("phone_cipher", models.TextField(blank=True, editable=False)),
                ("email_cipher", models.TextField(blank=True, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("seen_at", models.DateTimeField(null=True, verbose_name="最近登录")),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applicants",
                        to="records.subject",
                        verbose_name="主体",
                    ),
                ),
            ],
            options={
                "verbose_name": "申请人",
                "verbose_name_plural": "申请人",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["lookup"], name="applicant_lookup")],
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "external_id"), name="an_applicant_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "person"), _negated=True),
                            models.Q(("cipher", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_persons_number_is_sealed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=24, unique=True, verbose_name="受理号")),
                ("check_code_digest", models.CharField(editable=False, max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("repair", "信用修复"),
                            ("objection", "异议"),
                            ("correction", "更正告知"),
                            ("complaint", "投诉"),
                            ("review", "复议诉讼登记"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("end_publication", "终止公示"),
                            ("leave_list", "移出名单"),
                            ("other", "修复其他失信信息"),
                            ("performed", "事后主动履约"),
                            ("extension", "申请延期"),
                            ("statement", "自主解释"),
                            ("on_time", "按时履约"),
                            ("volunteer", "志愿服务"),
                            ("donation", "慈善捐助"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="修复方式",
                    ),
                ),
                ("contested", models.JSONField(blank=True, default=list, verbose_name="有异议的内容")),
                ("claim", models.TextField(verbose_name="请求和理由")),
                ("commitment_accepted_at", models.DateTimeField(null=True, verbose_name="作出信用承诺")),
                ("on_paper", models.BooleanField(default=False, verbose_name="书面申请")),
                ("agent_name", models.CharField(blank=True, default="", max_length=100, verbose_name="代理人")),
                (
                    "agent_authority",
                    models.CharField(blank=True, default="", max_length=128, verbose_name="授权委托书编号"),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("portal", "门户网上申请"), ("counter", "窗口书面申请"), ("department", "部门告知")],
                        max_length=10,
                        verbose_name="渠道",
                    ),
                ),
                ("suspends", models.BooleanField(default=False, verbose_name="核查期间暂不执行")),
                (
                    "review_body",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="复议机关或者法院"),
                ),
                (
                    "review_no",
                    models.CharField(blank=True, default="", max_length=128, verbose_name="复议或者诉讼案号"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "待受理"),
                            ("returned", "待补正"),
                            ("accepted", "已受理"),
                            ("forwarded", "部门核查中"),
                            ("answered", "部门已答复"),
                            ("proposed", "拟决定，待复核"),
                            ("granted", "已准予"),
                            ("refused", "未准予"),
                            ("rejected", "不予受理"),
                            ("recalled", "申请人已撤回"),
                            ("lapsed", "逾期未补正"),
                            ("revoked", "已撤销修复"),
                        ],
                        default="submitted",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                ("held_since", models.DateTimeField(null=True, verbose_name="承办自")),
                ("submitted_on", models.DateField(verbose_name="提交日期")),
                ("asked_on", models.DateField(null=True, verbose_name="告知补正日期")),
                ("asked_for", models.TextField(blank=True, default="", verbose_name="需要补正的材料")),
                ("accepted_on", models.DateField(null=True, verbose_name="受理日期")),
                ("forwarded_on", models.DateField(null=True, verbose_name="转部门日期")),
                ("opinion", models.CharField(blank=True, default="", max_length=10, verbose_name="部门意见")),
                ("answer", models.TextField(blank=True, default="", verbose_name="部门答复")),
                ("answered_on", models.DateField(null=True, verbose_name="答复日期")),
                ("outcome", models.CharField(blank=True, default="", max_length=8, verbose_name="结果")),
                (
                    "remedy",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("correct", "更正"),
                            ("withdraw", "撤回"),
                            ("leave", "移出名单"),
                            ("none", "不需要改动信息"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="处理方式",
                    ),
                ),
                ("corrected_values", models.JSONField(blank=True, default=dict, verbose_name="更正后的内容")),
                ("reasons", models.TextField(blank=True, default="", verbose_name="理由")),
                ("article", models.CharField(blank=True, default="", max_length=300, verbose_name="依据")),
                ("decided_on", models.DateField(null=True, verbose_name="决定日期")),
                ("closed_on", models.DateField(null=True, verbose_name="办结日期")),
                ("letter", models.TextField(blank=True, default="", verbose_name="决定书")),
                ("letter_edition", models.CharField(blank=True, default="", max_length=40, verbose_name="文书版本")),
                ("rule_key", models.CharField(blank=True, default="", max_length=60, verbose_name="适用的修复规则")),
                ("revoked_on", models.DateField(null=True, verbose_name="撤销日期")),
                ("revoked_reason", models.TextField(blank=True, default="", verbose_name="撤销理由")),
                ("due_on", models.DateField(null=True, verbose_name="期限")),
                ("escalated_on", models.DateField(null=True, verbose_name="逾期上报日期")),
                ("key", models.UUIDField(editable=False, unique=True, verbose_name="表单键")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
                (
                    "applicant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="repair.applicant",
                        verbose_name="申请人",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="决定人",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="accounts.department",
                        verbose_name="认定部门",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_cases",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="承办人",
                    ),
                ),
                (
                    "listing",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="sanctions.listing",
                        verbose_name="名单条目",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟办人",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="records.record",
                        verbose_name="记录",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="records.subject",
                        verbose_name="主体",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="sanctions.measuretask",
                        verbose_name="奖惩任务",
                    ),
                ),
            ],
            options={
                "verbose_name": "办件",
                "verbose_name_plural": "办件",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "returned", "accepted", "forwarded", "answered", "proposed"))
                        ),
                        fields=["due_on", "id"],
                        name="case_open",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "returned", "accepted", "forwarded", "answered", "proposed"))
                        ),
                        fields=["holder", "due_on"],
                        name="case_held",
                    ),
                    models.Index(
                        condition=models.Q(("state", "forwarded")),
                        fields=["department", "due_on"],
                        name="case_forwarded",
                    ),
                    models.Index(fields=["department", "-id"], name="case_of_department"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ("submitted", "returned", "accepted", "forwarded", "answered", "proposed"))
                        ),
                        fields=("kind", "record"),
                        name="one_open_case_a_record",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ("submitted", "returned", "accepted", "forwarded", "answered", "proposed"))
                        ),
                        fields=("kind", "listing"),
                        name="one_open_case_a_listing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "submitted",
                                    "returned",
                                    "accepted",
                                    "forwarded",
                                    "answered",
                                    "proposed",
                                    "granted",
                                    "refused",
                                    "rejected",
                                    "recalled",
                                    "lapsed",
                                    "revoked",
                                ],
                            )
                        ),
                        name="case_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["repair", "objection", "correction", "complaint", "review"])),
                        name="case_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "complaint"),
                            ("record__isnull", False),
                            ("listing__isnull", False),
                            ("task__isnull", False),
                            _connector="OR",
                        ),
                        name="case_is_about_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "complaint"), ("subject__isnull", False), _connector="OR"),
                        name="case_has_a_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "repair"), _negated=True),
                            models.Q(models.Q(("way", ""), _negated=True), ("commitment_accepted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="repair_has_a_way_and_a_commitment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("applicant__isnull", False), ("opened_by__isnull", False), _connector="OR"),
                        name="case_has_somebody_behind_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("held_since__isnull", True), ("holder__isnull", True)),
                            models.Q(("held_since__isnull", False), ("holder__isnull", False)),
                            _connector="OR",
                        ),
                        name="holder_holds_since",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    ("accepted", "forwarded", "answered", "proposed", "granted", "refused", "revoked"),
                                ),
                                _negated=True,
                            ),
                            ("accepted_on__isnull", False),
                            _connector="OR",
                        ),
                        name="handled_case_was_accepted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "returned"), _negated=True),
                            models.Q(("asked_on__isnull", False), models.Q(("asked_for", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="returned_case_says_what_is_missing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "forwarded"), _negated=True),
                            ("forwarded_on__isnull", False),
                            _connector="OR",
                        ),
                        name="forwarded_case_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "answered"), _negated=True),
                            models.Q(
                                ("answered_by__isnull", False),
                                ("answered_on__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="answered_case_has_an_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "proposed"), _negated=True),
                            models.Q(
                                ("proposed_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                                models.Q(("reasons", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposed_case_has_a_proposal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("granted", "refused", "revoked")), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("decided_on__isnull", False),
                                models.Q(("reasons", ""), _negated=True),
                                models.Q(("letter", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="decided_case_has_reasons_and_a_letter",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("proposed_by__isnull", True),
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_decides_what_they_proposed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("granted", "refused", "revoked")), _negated=True),
                            models.Q(("kind__in", ("repair", "objection", "correction")), _negated=True),
                            ("proposed_by__isnull", False),
                            _connector="OR",
                        ),
                        name="four_eyes_saw_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "revoked"), _negated=True),
                            models.Q(
                                ("kind", "repair"),
                                ("revoked_on__isnull", False),
                                models.Q(("revoked_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="only_a_repair_is_revoked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("submitted", "returned", "accepted", "forwarded", "answered", "proposed")),
                            ("closed_on__isnull", False),
                            _connector="OR",
                        ),
                        name="closed_case_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("submitted", "returned", "accepted", "forwarded", "answered", "proposed")),
                            ("due_on__isnull", True),
                            _connector="OR",
                        ),
                        name="closed_case_is_due_no_more",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, verbose_name="期限代码")),
                ("unit", models.CharField(max_length=12, verbose_name="单位")),
                ("started_on", models.DateField(verbose_name="起算日期")),
                ("original_due_on", models.DateField(verbose_name="原定期限")),
                ("due_on", models.DateField(verbose_name="期限")),
                ("explanation", models.TextField(verbose_name="计算说明")),
                ("is_verified", models.BooleanField(default=False, verbose_name="天数已核对原文")),
                ("calendar_version", models.CharField(max_length=64, verbose_name="工作日历版本")),
                ("ended_on", models.DateField(null=True, verbose_name="结束日期")),
                ("missed_on", models.DateField(null=True, verbose_name="逾期已记")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clocks",
                        to="repair.case",
                        verbose_name="办件",
                    ),
                ),
            ],
            options={
                "verbose_name": "办件期限",
                "verbose_name_plural": "办件期限",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_on__isnull", True)), fields=["due_on"], name="clock_running"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("case", "key"),
                        name="one_running_clock_a_limit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("original_due_on"))),
                        name="clock_never_runs_backwards",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="clock_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LetterText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, verbose_name="文书代码")),
                ("edition", models.CharField(max_length=40, verbose_name="版本")),
                ("title", models.CharField(max_length=100, verbose_name="标题")),
                ("body", models.TextField(verbose_name="正文")),
                ("in_force_from", models.DateField(verbose_name="启用日期")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                (
                    "evidence",
                    models.CharField(
                        choices=[("verified", "已核对原文"), ("seen", "见于公开资料"), ("to_be_verified", "待核实")],
                        default="to_be_verified",
                        max_length=20,
                        verbose_name="核实情况",
                    ),
                ),
            ],
            options={
                "verbose_name": "文书文本",
                "verbose_name_plural": "文书文本",
                "ordering": ["key", "-in_force_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("key", "edition"), name="one_text_an_edition"),
                    models.UniqueConstraint(fields=("key", "in_force_from"), name="one_text_a_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RepairRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, unique=True, verbose_name="规则编号")),
                ("generation", models.CharField(max_length=100, verbose_name="规则")),
                (
                    "item_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="目录项",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[("", "不分类"), ("minor", "轻微"), ("general", "一般"), ("serious", "严重")],
                        default="",
                        max_length=10,
                        verbose_name="失信程度",
                    ),
                ),
                (
                    "subject_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("organisation", "法人及非法人组织"),
                                ("sole_trader", "个体工商户"),
                                ("person", "自然人"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="主体类别",
                    ),
                ),
                ("decided_from", models.DateField(verbose_name="适用起始（决定日期）")),
                ("decided_until", models.DateField(blank=True, null=True, verbose_name="适用截止（决定日期）")),
                ("is_repairable", models.BooleanField(default=True, verbose_name="可以修复")),
                (
                    "minimum_months",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="最短公示期（月）"),
                ),
                (
                    "maximum_months",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="最长公示期（月）"),
                ),
                (
                    "ways",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("end_publication", "终止公示"),
                                ("leave_list", "移出名单"),
                                ("other", "修复其他失信信息"),
                                ("performed", "事后主动履约"),
                                ("extension", "申请延期"),
                                ("statement", "自主解释"),
                                ("on_time", "按时履约"),
                                ("volunteer", "志愿服务"),
                                ("donation", "慈善捐助"),
                            ],
                            max_length=16,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="可以采用的方式",
                    ),
                ),
                (
                    "conditions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None, verbose_name="条件"
                    ),
                ),
                (
                    "proofs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None, verbose_name="需要的材料"
                    ),
                ),
                ("articles", models.CharField(max_length=300, verbose_name="依据")),
                ("whom", models.CharField(max_length=200, verbose_name="向谁提出、由谁决定")),
                ("why_not", models.CharField(blank=True, max_length=300, verbose_name="不能修复的理由")),
                ("source", models.CharField(max_length=300, verbose_name="来源")),
                (
                    "evidence",
                    models.CharField(
                        choices=[("verified", "已核对原文"), ("seen", "见于公开资料"), ("to_be_verified", "待核实")],
                        default="to_be_verified",
                        max_length=20,
                        verbose_name="核实情况",
                    ),
                ),
            ],
            options={
                "verbose_name": "修复规则",
                "verbose_name_plural": "修复规则",
                "ordering": ["decided_from", "key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_until__isnull", True),
                            ("decided_until__gte", models.F("decided_from")),
                            _connector="OR",
                        ),
                        name="repair_rule_period_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_repairable", True), models.Q(("ways", []), _negated=True)),
                            models.Q(("is_repairable", False), models.Q(("why_not", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="repair_rule_says_how_or_why_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("articles", ""), _negated=True), name="repair_rule_has_an_article"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(max_length=20, verbose_name="动作")),
                ("from_state", models.CharField(blank=True, max_length=10, verbose_name="原状态")),
                ("to_state", models.CharField(max_length=10, verbose_name="新状态")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                ("on", models.DateField(verbose_name="业务日期")),
                ("text", models.TextField(blank=True, verbose_name="说明")),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="经办人",
                    ),
                ),
                (
                    "by_applicant",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="repair.applicant",
                        verbose_name="申请人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="repair.case",
                        verbose_name="办件",
                    ),
                ),
            ],
            options={
                "verbose_name": "办件经过",
                "verbose_name_plural": "办件经过",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ClockExtension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="理由")),
                ("on", models.DateField(verbose_name="决定日期")),
                ("from_due_on", models.DateField(verbose_name="延长前期限")),
                ("to_due_on", models.DateField(verbose_name="延长后期限")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="决定人",
                    ),
                ),
                (
                    "clock",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extension",
                        to="repair.clock",
                        verbose_name="期限",
                    ),
                ),
            ],
            options={
                "verbose_name": "期限延长",
                "verbose_name_plural": "期限延长",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="extension_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_due_on__gt", models.F("from_due_on"))), name="extension_lengthens"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[("material", "等待补正材料"), ("verification", "等待部门核查")],
                        max_length=12,
                        verbose_name="原因",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="自")),
                ("until_on", models.DateField(null=True, verbose_name="至")),
                (
                    "clock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="repair.clock",
                        verbose_name="期限",
                    ),
                ),
            ],
            options={
                "verbose_name": "期限中止",
                "verbose_name_plural": "期限中止",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_on__isnull", True)),
                        fields=("clock",),
                        name="a_clock_stands_still_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="stop_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=10, verbose_name="类别")),
                ("content", models.JSONField(blank=True, default=dict, verbose_name="内容")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="保存时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="repair.applicant",
                        verbose_name="申请人",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="records.record",
                        verbose_name="记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "草稿",
                "verbose_name_plural": "草稿",
                "ordering": ["-updated_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("applicant", "kind", "record"), name="one_draft_a_record", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=40, verbose_name="材料类别")),
                ("name", models.CharField(max_length=255, verbose_name="文件名")),
                ("media_type", models.CharField(blank=True, max_length=100, verbose_name="文件类型")),
                ("size", models.PositiveIntegerField(default=0, verbose_name="大小（字节）")),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="摘要（SM3）")),
                ("stored_as", models.CharField(blank=True, editable=False, max_length=64)),
                ("is_fetched", models.BooleanField(default=False, verbose_name="平台代为调取")),
                ("fetched_from", models.CharField(blank=True, max_length=200, verbose_name="调取来源")),
                (
                    "scan",
                    models.CharField(
                        choices=[
                            ("pending", "待查毒"),
                            ("clean", "未发现病毒"),
                            ("infected", "发现病毒，已隔离"),
                            ("unavailable", "没有可用的查毒服务"),
                        ],
                        default="pending",
                        max_length=12,
                        verbose_name="查毒",
                    ),
                ),
                ("added_at", models.DateTimeField(auto_now_add=True, verbose_name="提交时间")),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "added_by_applicant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="repair.applicant",
                        verbose_name="提交人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="repair.case",
                        verbose_name="办件",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="evidence",
                        to="repair.draft",
                        verbose_name="草稿",
                    ),
                ),
            ],
            options={
                "verbose_name": "证明材料",
                "verbose_name_plural": "证明材料",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_fetched", True), models.Q(("fetched_from", ""), _negated=True)),
                            models.Q(("is_fetched", False), models.Q(("stored_as", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="evidence_is_a_file_or_fetched",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[("portal", "门户"), ("email", "电子邮件"), ("sms", "短信"), ("office", "办公端")],
                        max_length=6,
                        verbose_name="渠道",
                    ),
                ),
                ("to_cipher", models.TextField(blank=True, editable=False)),
                ("title", models.CharField(max_length=100, verbose_name="标题")),
                ("text", models.TextField(verbose_name="内容")),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "等待发送"), ("sent", "已发送"), ("failed", "未能发送")],
                        default="queued",
                        max_length=6,
                        verbose_name="状态",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="次数")),
                ("next_attempt_at", models.DateTimeField(null=True, verbose_name="下次发送")),
                ("last_error", models.CharField(blank=True, max_length=200, verbose_name="最近的错误")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="生成时间")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="发送时间")),
                ("read_at", models.DateTimeField(null=True, verbose_name="阅读时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="repair.applicant",
                        verbose_name="申请人",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="repair.case",
                        verbose_name="办件",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.department",
                        verbose_name="部门",
                    ),
                ),
            ],
            options={
                "verbose_name": "办件通知",
                "verbose_name_plural": "办件通知",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")), fields=["next_attempt_at"], name="notice_to_send"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sent", "failed"])), name="notice_state_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel__in", ["portal", "office"]),
                            models.Q(("to_cipher", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="notice_has_an_address",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.CharField(max_length=500, verbose_name="内容")),
                ("shown_from", models.DateField(verbose_name="展示自")),
                ("withdrawn_on", models.DateField(null=True, verbose_name="撤回日期")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement",
                        to="repair.case",
                        verbose_name="办件",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="records.record",
                        verbose_name="记录",
                    ),
                ),
            ],
            options={
                "verbose_name": "自主解释",
                "verbose_name_plural": "自主解释",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_on__isnull", True)),
                        fields=("record",),
                        name="one_statement_a_record",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Representation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("authority_no", models.CharField(max_length=128, verbose_name="授权委托书编号")),
                ("valid_from", models.DateField(verbose_name="自")),
                ("valid_until", models.DateField(verbose_name="至")),
                ("revoked_on", models.DateField(null=True, verbose_name="撤销日期")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="representations",
                        to="repair.applicant",
                        verbose_name="代理人",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="representations",
                        to="records.subject",
                        verbose_name="被代理人",
                    ),
                ),
            ],
            options={
                "verbose_name": "授权委托",
                "verbose_name_plural": "授权委托",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                        name="representation_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Restoration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "cause",
                    models.CharField(
                        choices=[("error", "信息有误"), ("repair", "信用修复"), ("revocation", "撤销修复")],
                        max_length=10,
                        verbose_name="原因",
                    ),
                ),
                ("text", models.TextField(verbose_name="澄清内容")),
                ("is_published", models.BooleanField(default=False, verbose_name="公开澄清")),
                ("opened_on", models.DateField(verbose_name="开始日期")),
                ("due_on", models.DateField(verbose_name="期限")),
                ("closed_on", models.DateField(null=True, verbose_name="办结日期")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restorations",
                        to="repair.case",
                        verbose_name="办件",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restorations",
                        to="records.subject",
                        verbose_name="主体",
                    ),
                ),
            ],
            options={
                "verbose_name": "恢复信誉",
                "verbose_name_plural": "恢复信誉",
                "ordering": ["-pk"],
                "constraints": [models.UniqueConstraint(fields=("case", "cause"), name="one_restoration_a_cause")],
            },
        ),
        migrations.CreateModel(
            name="RestorationReceiver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("department", "部门"), ("national", "国家平台")], max_length=10, verbose_name="对象"
                    ),
                ),
                ("why", models.CharField(max_length=100, verbose_name="曾经获得信息的方式")),
                ("told_on", models.DateField(verbose_name="告知日期")),
                ("confirmed_on", models.DateField(null=True, verbose_name="确认日期")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="处理情况")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restorations",
                        to="accounts.department",
                        verbose_name="部门",
                    ),
                ),
                (
                    "restoration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receivers",
                        to="repair.restoration",
                        verbose_name="恢复信誉",
                    ),
                ),
            ],
            options={
                "verbose_name": "恢复信誉告知对象",
                "verbose_name_plural": "恢复信誉告知对象",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("confirmed_on__isnull", True)),
                        fields=["department"],
                        name="receiver_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("restoration", "kind", "department"),
                        name="one_receiver_a_restoration",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("department__isnull", True), ("kind", "national")),
                            models.Q(("department__isnull", False), ("kind", "department")),
                            _connector="OR",
                        ),
                        name="receiver_is_somebody",
                    ),
                ],
            },
        ),
    ]
