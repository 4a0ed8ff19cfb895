import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import catalogue.models
import sanctions.models.listings


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0007_approval"),
        ("records", "0018_ending"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListingInForce",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "listing_id",
                        "subject_id",
                        "as_responsible",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("as_responsible", models.BooleanField()),
                ("list_code", models.CharField(max_length=20)),
                (
                    "tone",
                    models.CharField(
                        choices=[
                            ("red", "守信激励对象名单（红名单）"),
                            ("black", "严重失信主体名单（黑名单）"),
                            ("watch", "重点关注名单"),
                            ("reference", "参考名单"),
                        ],
                        max_length=10,
                    ),
                ),
                ("entered_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("is_suspended", models.BooleanField()),
                ("is_under_review", models.BooleanField()),
            ],
            options={
                "db_table": "listing_in_force",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ConductClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10, unique=True, verbose_name="编码")),
                ("category", models.CharField(max_length=60, verbose_name="大类")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("document_no", models.CharField(max_length=100, verbose_name="文号")),
                ("paragraph", models.CharField(max_length=50, verbose_name="条款")),
            ],
            options={
                "verbose_name": "失信行为类别",
                "verbose_name_plural": "失信行为类别",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Matter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30, unique=True, verbose_name="编码")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("line", models.CharField(blank=True, max_length=10, verbose_name="办理条线")),
                (
                    "effects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("", "—"),
                                ("market_access", "限制市场或者行业准入"),
                                ("occupation", "职业禁入或者从业限制"),
                                ("position", "限制任职"),
                                ("consumption", "限制相关消费行为"),
                                ("leaving", "不准出境"),
                                ("schooling", "限制升学复学"),
                                ("public_funds", "限制申请财政性资金项目"),
                                ("honours", "限制参加评先评优"),
                                ("preferences", "限制享受优惠政策和便利措施"),
                                ("supervision", "纳入重点监管范围"),
                                ("authorities", "推送政府部门自主参考"),
                                ("market", "推送市场主体自主参考"),
                                ("bureau", "纳入市场化征信或者评级报告"),
                                ("lending", "从严审慎授信"),
                            ],
                            max_length=15,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="适用的惩戒项目",
                    ),
                ),
                ("must_check", models.BooleanField(default=True, verbose_name="应查必查")),
                ("needs_consent", models.BooleanField(default=True, verbose_name="查自然人须授权")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                (
                    "evidence",
                    models.CharField(
                        choices=[("verified", "已核对原文"), ("seen", "见于公开资料"), ("to_be_verified", "待核实")],
                        max_length=20,
                        verbose_name="核实情况",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="在用")),
            ],
            options={
                "verbose_name": "业务事项",
                "verbose_name_plural": "业务事项",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="ListKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, verbose_name="编码")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "tone",
                    models.CharField(
                        choices=[
                            ("red", "守信激励对象名单（红名单）"),
                            ("black", "严重失信主体名单（黑名单）"),
                            ("watch", "重点关注名单"),
                            ("reference", "参考名单"),
                        ],
                        max_length=10,
                        verbose_name="性质",
                    ),
                ),
                ("item_code", models.CharField(max_length=20, verbose_name="公示为目录项")),
                (
                    "lines",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), size=None, verbose_name="认定机关（条线）"
                    ),
                ),
                ("standard", models.TextField(verbose_name="认定标准")),
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
                        size=None,
                        verbose_name="主体类别",
                    ),
                ),
                (
                    "conduct_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="失信行为类别",
                    ),
                ),
                ("term_months", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="期限（月）")),
                ("exit_conditions", models.TextField(verbose_name="移出条件")),
                ("is_public", models.BooleanField(default=True, verbose_name="向社会公布")),
                ("in_force_from", models.DateField(verbose_name="施行日期")),
                ("in_force_until", models.DateField(blank=True, null=True, verbose_name="失效日期")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                (
                    "evidence",
                    models.CharField(
                        choices=[("verified", "已核对原文"), ("seen", "见于公开资料"), ("to_be_verified", "待核实")],
                        max_length=20,
                        verbose_name="核实情况",
                    ),
                ),
                (
                    "legal_basis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.legalbasis",
                        verbose_name="法律依据",
                    ),
                ),
                (
                    "persons_basis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.legalbasis",
                        verbose_name="列入自然人的依据",
                    ),
                ),
            ],
            options={
                "verbose_name": "名单种类",
                "verbose_name_plural": "名单种类",
                "ordering": ["code", "in_force_from"],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("code", "="), (catalogue.models.InForce(), "&&")],
                        name="one_edition_of_a_list_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("persons_basis__isnull", False),
                            models.Q(("subject_kinds__contains", ["person"]), _negated=True),
                            _connector="OR",
                        ),
                        name="list_of_persons_has_a_basis_that_covers_them",
                        violation_error_message="列入自然人的名单要有适用于自然人的法律依据。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("tone", "black"), _negated=True),
                            models.Q(("conduct_codes__len", 0), _negated=True),
                            _connector="OR",
                        ),
                        name="black_list_names_its_conduct",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tone__in", ["red", "black", "watch", "reference"])),
                        name="list_tone_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("list_code", models.CharField(editable=False, max_length=20)),
                (
                    "tone",
                    models.CharField(
                        choices=[
                            ("red", "守信激励对象名单（红名单）"),
                            ("black", "严重失信主体名单（黑名单）"),
                            ("watch", "重点关注名单"),
                            ("reference", "参考名单"),
                        ],
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("platform", "本平台办理"),
                            ("reported", "部门报送的名单记录"),
                            ("national", "国家平台推送"),
                            ("province", "其他省份推送"),
                        ],
                        default="platform",
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                ("origin_ref", models.CharField(blank=True, max_length=100, verbose_name="来源编号")),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("organisation", "法人及非法人组织"),
                            ("sole_trader", "个体工商户"),
                            ("person", "自然人"),
                        ],
                        max_length=20,
                        verbose_name="主体类别",
                    ),
                ),
                ("subject_name", models.CharField(max_length=200, verbose_name="主体名称")),
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
                ("document_no", models.CharField(max_length=128, verbose_name="决定文书号")),
                ("decided_on", models.DateField(verbose_name="决定日期")),
                ("authority", models.CharField(max_length=200, verbose_name="认定机关")),
                ("facts", models.TextField(verbose_name="列入事由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "拟列入"),
                            ("notified", "已告知，等待陈述申辩"),
                            ("stated", "已陈述申辩，待复核"),
                            ("entered", "已列入"),
                            ("exited", "已移出"),
                            ("refused", "不予列入"),
                            ("dropped", "已撤销提名"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("key", models.UUIDField(editable=False, null=True, unique=True, verbose_name="表单键")),
                ("proposed_on", models.DateField(verbose_name="提名日期")),
                ("proposed_at", models.DateTimeField(auto_now_add=True, verbose_name="提名时间")),
                ("notified_on", models.DateField(null=True, verbose_name="告知送达日期")),
                ("notified_how", models.CharField(blank=True, max_length=100, verbose_name="送达方式")),
                ("statement_until", models.DateField(null=True, verbose_name="陈述申辩（公示）截止")),
                ("statement", models.TextField(blank=True, verbose_name="陈述申辩")),
                ("stated_on", models.DateField(null=True, verbose_name="陈述申辩日期")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="决定时间")),
                ("decision_reason", models.TextField(blank=True, verbose_name="决定理由")),
                ("entered_on", models.DateField(null=True, verbose_name="列入日期")),
                ("ends_on", models.DateField(null=True, verbose_name="期限至")),
                ("under_review_since", models.DateField(null=True, verbose_name="复议或者诉讼自")),
                ("review_no", models.CharField(blank=True, max_length=128, verbose_name="复议或者诉讼案号")),
                ("suspended_at", models.DateTimeField(null=True, verbose_name="暂不执行自")),
                ("suspended_reason", models.TextField(blank=True, verbose_name="暂不执行原因")),
                ("exited_on", models.DateField(null=True, verbose_name="移出日期")),
                (
                    "exit_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("term", "期限届满"),
                            ("conditions", "符合移出条件"),
                            ("repaired", "信用修复"),
                            ("revoked", "列入决定被撤销或者变更"),
                            ("court", "法院裁判或者复议决定"),
                            ("adverse", "守信主体出现失信记录"),
                            ("record_ended", "依据的记录已经终止"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="移出方式",
                    ),
                ),
                ("exit_reason", models.TextField(blank=True, verbose_name="移出理由")),
                (
                    "conduct",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sanctions.conductclass",
                        verbose_name="失信行为类别",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listings",
                        to="accounts.department",
                        verbose_name="认定部门",
                    ),
                ),
                (
                    "exited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="移出决定人",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提名人",
                    ),
                ),
                (
                    "record",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listing",
                        to="records.record",
                        verbose_name="公示记录",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listings",
                        to="records.subject",
                        verbose_name="主体",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listings",
                        to="sanctions.listkind",
                        verbose_name="名单",
                    ),
                ),
            ],
            options={
                "verbose_name": "名单条目",
                "verbose_name_plural": "名单条目",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["department", "-id"], name="listing_of_department"),
                    models.Index(fields=["list_code", "-entered_on"], name="listing_of_list"),
                    models.Index(condition=models.Q(("state", "entered")), fields=["subject"], name="listing_entered"),
                    models.Index(fields=["lookup"], name="listing_lookup"),
                    models.Index(
                        condition=models.Q(("state", "entered")), fields=["ends_on"], name="listing_term_running"
                    ),
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state__in", ("refused", "dropped")), _negated=True),
                        expressions=[
                            ("list_code", "="),
                            ("identifier_kind", "="),
                            ("lookup", "="),
                            ("document_no", "="),
                            (
                                sanctions.models.listings.Period(
                                    models.F("proposed_on"),
                                    models.F("exited_on"),
                                    django.contrib.postgres.fields.ranges.RangeBoundary(),
                                ),
                                "&&",
                            ),
                        ],
                        name="a_fact_is_listed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["proposed", "notified", "stated", "entered", "exited", "refused", "dropped"])
                        ),
                        name="listing_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document_no", ""), _negated=True), name="listing_has_a_decision_document"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("tone", "black"), _negated=True),
                            ("conduct__isnull", False),
                            models.Q(("origin", "platform"), _negated=True),
                            _connector="OR",
                        ),
                        name="black_listing_names_its_conduct",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["entered", "exited"]), _negated=True),
                            models.Q(("entered_on__isnull", False), ("subject__isnull", False)),
                            _connector="OR",
                        ),
                        name="entered_listing_has_subject_and_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("origin", "platform"), ("state__in", ["entered", "exited", "refused"]), _negated=True
                            ),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("notified_on__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="listing_is_decided_after_notice_by_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "exited"), _negated=True),
                            models.Q(("exited_on__isnull", False), models.Q(("exit_kind", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="exit_says_when_and_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("suspended_at__isnull", True),
                            models.Q(("suspended_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="suspension_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Memorandum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=20, verbose_name="编号")),
                ("edition", models.PositiveSmallIntegerField(default=1, verbose_name="版次")),
                ("name", models.CharField(max_length=200, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("sanction", "联合惩戒"), ("incentive", "联合激励"), ("both", "联合激励和惩戒")],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("lead", models.CharField(max_length=100, verbose_name="牵头单位")),
                ("document_no", models.CharField(blank=True, max_length=100, verbose_name="文号")),
                ("month", models.CharField(blank=True, max_length=7, verbose_name="印发年月")),
                ("objects_text", models.TextField(blank=True, verbose_name="奖惩对象")),
                ("procedure", models.TextField(blank=True, verbose_name="实施程序")),
                (
                    "list_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="适用名单",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "仅登记"),
                            ("draft", "起草"),
                            ("submitted", "待复核"),
                            ("returned", "退回修改"),
                            ("approved", "已生效"),
                            ("repealed", "已终止"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("in_force_from", models.DateField(blank=True, null=True, verbose_name="生效日期")),
                ("in_force_until", models.DateField(blank=True, null=True, verbose_name="终止日期")),
                ("opinion", models.TextField(blank=True, verbose_name="复核意见")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="批准时间")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
                (
                    "evidence",
                    models.CharField(
                        choices=[("verified", "已核对原文"), ("seen", "见于公开资料"), ("to_be_verified", "待核实")],
                        max_length=20,
                        verbose_name="核实情况",
                    ),
                ),
                (
                    "approver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟订人",
                    ),
                ),
            ],
            options={
                "verbose_name": "合作备忘录",
                "verbose_name_plural": "合作备忘录",
                "ordering": ["code", "-edition"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "edition"), name="memorandum_edition_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["registered", "draft", "submitted", "returned", "approved", "repealed"])
                        ),
                        name="memorandum_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approver__isnull", True),
                            models.Q(("approver", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="memorandum_has_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            ("in_force_from__isnull", False),
                            _connector="OR",
                        ),
                        name="approved_memorandum_has_a_date",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state", "approved")),
                        expressions=[("code", "="), (catalogue.models.InForce(), "&&")],
                        name="one_edition_of_a_memorandum_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("text", models.TextField(verbose_name="措施")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("incentive", "守信激励"),
                            ("administrative", "行政性约束和惩戒"),
                            ("market", "市场性约束和惩戒"),
                            ("industry", "行业性约束和惩戒"),
                            ("social", "社会性约束和惩戒"),
                        ],
                        max_length=15,
                        verbose_name="种类",
                    ),
                ),
                (
                    "force",
                    models.CharField(
                        choices=[("mandatory", "强制性"), ("recommended", "推荐性"), ("reference", "仅供参考")],
                        max_length=12,
                        verbose_name="效力",
                    ),
                ),
                (
                    "addressee",
                    models.CharField(
                        choices=[
                            ("authority", "行政机关、司法机关"),
                            ("bank", "金融机构"),
                            ("bureau", "征信和信用服务机构"),
                            ("association", "行业协会商会"),
                            ("media", "新闻媒体"),
                            ("society", "社会公众和其他市场主体"),
                        ],
                        default="authority",
                        max_length=12,
                        verbose_name="实施主体性质",
                    ),
                ),
                ("implementer", models.CharField(max_length=100, verbose_name="实施单位")),
                ("line", models.CharField(blank=True, max_length=10, verbose_name="实施条线")),
                ("basis_text", models.CharField(blank=True, max_length=300, verbose_name="依据条款")),
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
                        size=None,
                        verbose_name="对象",
                    ),
                ),
                ("on_responsible", models.BooleanField(default=False, verbose_name="适用于责任人员")),
                (
                    "national",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "—"),
                            ("market_access", "限制市场或者行业准入"),
                            ("occupation", "职业禁入或者从业限制"),
                            ("position", "限制任职"),
                            ("consumption", "限制相关消费行为"),
                            ("leaving", "不准出境"),
                            ("schooling", "限制升学复学"),
                            ("public_funds", "限制申请财政性资金项目"),
                            ("honours", "限制参加评先评优"),
                            ("preferences", "限制享受优惠政策和便利措施"),
                            ("supervision", "纳入重点监管范围"),
                            ("authorities", "推送政府部门自主参考"),
                            ("market", "推送市场主体自主参考"),
                            ("bureau", "纳入市场化征信或者评级报告"),
                            ("lending", "从严审慎授信"),
                        ],
                        default="",
                        max_length=15,
                        verbose_name="国家清单项目",
                    ),
                ),
                (
                    "incentive",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "—"),
                            ("example", "树立诚信典型"),
                            ("green_channel", "绿色通道"),
                            ("deferred_materials", "容缺受理"),
                            ("priority", "优先提供便利"),
                            ("bonus", "信用加分"),
                            ("fewer_inspections", "优化检查频次"),
                            ("costs", "降低市场交易成本"),
                            ("promotion", "宣传推介"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="激励方式",
                    ),
                ),
                ("condition", models.CharField(blank=True, max_length=300, verbose_name="适用条件")),
                (
                    "evidence",
                    models.CharField(
                        choices=[("verified", "已核对原文"), ("seen", "见于公开资料"), ("to_be_verified", "待核实")],
                        max_length=20,
                        verbose_name="核实情况",
                    ),
                ),
                (
                    "legal_basis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.legalbasis",
                        verbose_name="法律依据",
                    ),
                ),
                (
                    "responsible_basis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.legalbasis",
                        verbose_name="落实到人的依据",
                    ),
                ),
                (
                    "memorandum",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="measures", to="sanctions.memorandum"
                    ),
                ),
            ],
            options={
                "verbose_name": "奖惩措施",
                "verbose_name_plural": "奖惩措施",
                "ordering": ["memorandum", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("memorandum", "number"), name="measure_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("force", "mandatory"), _negated=True),
                            ("legal_basis__isnull", False),
                            _connector="OR",
                        ),
                        name="mandatory_measure_has_a_basis",
                        violation_error_message="没有法律依据的措施不能是强制性的。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("addressee", "authority"), ("force", "reference"), _connector="OR"),
                        name="who_is_no_authority_is_only_informed",
                        violation_error_message="银行、信用服务机构、协会和媒体自主决定，措施只能标为仅供参考。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_responsible", False),
                            ("responsible_basis__isnull", False),
                            ("force", "reference"),
                            _connector="OR",
                        ),
                        name="measure_on_persons_has_its_own_basis",
                        violation_error_message="落实到责任人员的措施要有单独的法律依据。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "incentive"), ("incentive", ""), _connector="OR"),
                        name="only_incentives_say_what_they_offer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JointAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                ("opened_on", models.DateField(verbose_name="发起日期")),
                ("closed_on", models.DateField(null=True, verbose_name="终结日期")),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="sanctions.listing",
                        verbose_name="名单条目",
                    ),
                ),
                (
                    "memorandum",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="sanctions.memorandum",
                        verbose_name="备忘录",
                    ),
                ),
            ],
            options={
                "verbose_name": "联合奖惩案件",
                "verbose_name_plural": "联合奖惩案件",
                "ordering": ["-pk"],
                "constraints": [models.UniqueConstraint(fields=("listing", "memorandum"), name="one_action_a_listing")],
            },
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("receipt_no", models.CharField(max_length=30, unique=True, verbose_name="回执编号")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("matter_no", models.CharField(blank=True, max_length=100, verbose_name="业务编号")),
                (
                    "channel",
                    models.CharField(
                        choices=[("page", "网页"), ("batch", "批量"), ("api", "接口")],
                        max_length=5,
                        verbose_name="方式",
                    ),
                ),
                ("consent_no", models.CharField(blank=True, max_length=100, verbose_name="授权书编号")),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("organisation", "法人及非法人组织"),
                            ("sole_trader", "个体工商户"),
                            ("person", "自然人"),
                        ],
                        max_length=20,
                        verbose_name="主体类别",
                    ),
                ),
                ("subject_name", models.CharField(blank=True, max_length=200, verbose_name="主体名称")),
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
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("clear", "没有应当采取的措施"),
                            ("sanctioned", "有应当采取的惩戒措施"),
                            ("resting", "有措施，核查期间暂不执行"),
                            ("encouraged", "可以给予激励"),
                            ("unknown", "平台没有该主体的信息"),
                        ],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("answer", models.JSONField(verbose_name="答复")),
                ("answer_digest", models.CharField(max_length=64, verbose_name="答复摘要（SM3）")),
                (
                    "as_of",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="数据时点"),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="查询人",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="accounts.department",
                        verbose_name="部门",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="records.subject",
                        verbose_name="主体",
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="sanctions.matter",
                        verbose_name="事项",
                    ),
                ),
            ],
            options={
                "verbose_name": "查询回执",
                "verbose_name_plural": "查询回执",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["department", "-id"], name="check_of_department"),
                    models.Index(fields=["matter", "as_of"], name="check_of_matter"),
                    models.Index(
                        condition=models.Q(("subject__isnull", False)),
                        fields=["subject", "-id"],
                        name="check_of_subject",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict__in", ["clear", "sanctioned", "resting", "encouraged", "unknown"])
                        ),
                        name="verdict_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                ("as_responsible", models.BooleanField(db_default=False, default=False, verbose_name="对责任人员")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("execute", "实施"), ("release", "解除")],
                        db_default="execute",
                        default="execute",
                        max_length=7,
                        verbose_name="目的",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("issued", "待签收"),
                            ("received", "办理中"),
                            ("executed", "已执行，待核验"),
                            ("declined", "未执行，待核验"),
                            ("inapplicable", "不适用，待核验"),
                            ("verified", "已办结"),
                            ("lifted", "已解除"),
                        ],
                        db_default="issued",
                        default="issued",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="下达日期")),
                ("due_on", models.DateField(null=True, verbose_name="办理期限")),
                ("received_at", models.DateTimeField(null=True, verbose_name="签收时间")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="反馈时间")),
                ("executed_on", models.DateField(null=True, verbose_name="执行日期")),
                ("outcome", models.TextField(blank=True, db_default="", verbose_name="执行情况或者理由")),
                ("evidence_no", models.CharField(blank=True, db_default="", max_length=128, verbose_name="佐证文号")),
                ("verified_at", models.DateTimeField(null=True, verbose_name="核验时间")),
                ("opinion", models.TextField(blank=True, db_default="", verbose_name="核验意见")),
                (
                    "was_executed",
                    models.BooleanField(db_default=False, default=False, editable=False, verbose_name="曾经执行"),
                ),
                ("lifted_on", models.DateField(null=True, verbose_name="解除日期")),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="更新时间"),
                ),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="sanctions.jointaction",
                        verbose_name="案件",
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="反馈人",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measure_tasks",
                        to="accounts.department",
                        verbose_name="实施部门",
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="sanctions.measure",
                        verbose_name="措施",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签收人",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measure_tasks",
                        to="records.subject",
                        verbose_name="主体",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核验人",
                    ),
                ),
            ],
            options={
                "verbose_name": "奖惩任务",
                "verbose_name_plural": "奖惩任务",
                "ordering": ["due_on", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("issued", "received"))),
                        fields=["department", "due_on"],
                        name="task_open",
                    ),
                    models.Index(fields=["department", "-id"], name="task_of_department"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("action", "measure", "department", "subject", "purpose"), name="one_task_a_measure"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["issued", "received", "executed", "declined", "inapplicable", "verified", "lifted"],
                            )
                        ),
                        name="task_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("executed", "declined", "inapplicable")), _negated=True),
                            models.Q(("answered_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="answer_says_what_was_done",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "executed"), _negated=True),
                            ("executed_on__gte", models.F("issued_on")),
                            _connector="OR",
                        ),
                        name="task_is_not_executed_before_it_is_issued",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signatory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="单位")),
                ("line", models.CharField(blank=True, max_length=10, verbose_name="条线")),
                (
                    "memorandum",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatories",
                        to="sanctions.memorandum",
                    ),
                ),
            ],
            options={
                "verbose_name": "签署单位",
                "verbose_name_plural": "签署单位",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("memorandum", "name"), name="signatory_once_a_memorandum")
                ],
            },
        ),
    ]
