"""Points are for who asks for them, only add, can be deleted, and nothing of the platform reads them (98号五（二）)."""

import json
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from audit.models import AuditEvent
from catalogue.models import KeyField
from records.errors import Refused
from records.models import Record
from records.services.special import Sought
from sanctions import services
from sanctions.models import (
    ListingInForce,
    Matter,
    PointsAccount,
    PointsEntry,
    PointsRule,
    PointsTrial,
    SupervisionClass,
)
from sanctions.services.listings import Named, adverse_since
from tests.conftest import TODAY
from tests.factories import make_id_number, persons_penalty, register
from tests.sanctions.conftest import basis
from tests.sanctions.test_supervision import DESIGN

ROOT = Path(__file__).resolve().parents[2]
# Where points may be spoken of: their own model, verbs, pages and what names them for people.
THEIR_OWN = re.compile(
    r"sanctions/(models/(points|__init__)|services/(points|__init__)|views/points|forms_points|admin|querysets)\.py"
    r"|sanctions/migrations/.*|sanctions/sql/0041_d_guards\.sql|audit/actions\.py|audit/migrations/.*"
    r"|credit_platform/(routes|office_urls|settings/base|demo_sanctions)\.py|credit_platform/sql/grants\.sql"
)
TABLES = ("sanctions_pointsentry", "sanctions_pointsaccount", "sanctions_pointsrule", "sanctions_pointstrial")
NAMES = re.compile(r"\bpoints_?(account|entr|rule|trial|enabled)|sanctions_points", re.IGNORECASE)


@pytest.fixture
def trial(db, settings):
    settings.POINTS_ENABLED = True
    return PointsTrial.objects.create(
        name="示例试行", document_no="示例〔2026〕1号", legal_basis=basis("office-2016-98-5-2"), in_force_from=TODAY
    )


@pytest.fixture
def rule(db):
    return PointsRule.objects.create(code="T1", name="志愿服务", points=5, explanation="每次 5 分", in_force_from=TODAY)


@pytest.fixture
def person(clerk) -> Record:
    return register(persons_penalty(clerk.department, 1, name="示例张三"), clerk)


@pytest.fixture
def named() -> Named:
    return Named("person", "示例张三", make_id_number(1))


@pytest.fixture
def opt_in(market, clerk, named):
    def opt_in(who: Named = named, consent_no: str = "示例同意书1号") -> PointsAccount:
        return services.opt_in(who, consent_no=consent_no, department=market, actor=clerk, today=TODAY)

    return opt_in


def test_they_are_off_until_both_the_setting_and_a_document_say_otherwise(settings, person, opt_in, rule, request):
    assert settings.POINTS_ENABLED is False
    with pytest.raises(Refused) as refusal:
        opt_in()
    assert refusal.value.code == "points_disabled"
    settings.POINTS_ENABLED = True
    with pytest.raises(Refused):
        opt_in()
    request.getfixturevalue("trial")
    settings.POINTS_ENABLED = False
    with pytest.raises(Refused):
        opt_in()
    assert not PointsAccount.objects.exists()


def test_nobody_is_in_without_having_asked(trial, person, opt_in):
    with pytest.raises(Refused) as refusal:
        opt_in(consent_no=" ")
    assert refusal.value.code == "consent_missing"
    with pytest.raises(Refused) as refusal:
        opt_in(Named("person", "示例李四", make_id_number(1)))
    assert refusal.value.code == "person_unknown"
    opt_in()
    with pytest.raises(Refused) as refusal:
        opt_in()
    assert refusal.value.code == "account_exists"


def test_points_only_add_and_say_what_for(trial, person, opt_in, rule, clerk):
    account = opt_in()
    with pytest.raises(Refused) as refusal:
        services.earn_points(account, rule, reason=" ", actor=clerk, today=TODAY)
    assert refusal.value.code == "reason_required"
    entry = services.earn_points(account, rule, reason="参加社区服务", actor=clerk, today=TODAY)
    assert entry.points == 5
    for change in (
        lambda: PointsRule.objects.update(points=-1),
        lambda: PointsEntry.objects.update(points=0),
        lambda: PointsEntry.objects.update(reason=""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_an_adverse_record_never_earns_nor_costs_anything(trial, person, opt_in, rule, clerk):
    with pytest.raises(Refused) as refusal:
        services.earn_points(opt_in(), rule, reason="示例", actor=clerk, today=TODAY, record=person)
    assert refusal.value.code == "record_unsuitable"


def test_the_person_has_everything_deleted_and_the_trail_keeps_a_number(trial, person, opt_in, rule, clerk, settings):
    account = opt_in()
    for reason in ("参加社区服务", "无偿献血"):
        services.earn_points(account, rule, reason=reason, actor=clerk, today=TODAY)
    settings.POINTS_ENABLED = False
    assert services.delete_points(account, actor=clerk, today=TODAY) == 2
    assert not PointsEntry.objects.exists()
    account.refresh_from_db()
    assert (account.subject, account.consent_no, account.erased_on) == (None, "", TODAY)
    line = AuditEvent.objects.get(action="sanctions.points.erased")
    assert line.detail == {"entries": 2}
    told = json.dumps(list(AuditEvent.objects.filter(action__startswith="sanctions.points").values("detail", "reason")))
    assert "社区服务" not in told and "献血" not in told


def test_organisations_have_none(trial, opt_in, clerk, market):
    with pytest.raises(Refused) as refusal:
        opt_in(Named("organisation", market.name, market.uscc))
    assert refusal.value.code == "points_are_of_persons"


def test_no_source_file_but_their_own_speaks_of_them():
    guilty = [
        name
        for app in (
            "records",
            "catalogue",
            "sanctions",
            "exchange",
            "disclosure",
            "accounts",
            "audit",
            "credit_platform",
        )
        for path in sorted((ROOT / app).rglob("*"))
        if path.suffix in (".py", ".sql", ".yaml")
        and not THEIR_OWN.fullmatch(name := str(path.relative_to(ROOT)))
        and NAMES.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


def test_no_view_function_or_table_but_their_own_depends_on_them(db):
    tables = "'" + "', '".join(TABLES) + "'"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_depend AS d JOIN pg_rewrite AS w ON w.oid = d.objid"
            " JOIN pg_class AS c ON c.oid = w.ev_class"
            " WHERE d.classid = 'pg_rewrite'::regclass"
            f" AND d.refobjid IN (SELECT oid FROM pg_class WHERE relname IN ({tables}))"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND pg_get_viewdef(oid) ~ 'sanctions_points'"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT proname FROM pg_proc WHERE prosrc ~ 'sanctions_points'")
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
            f" AND confrelid IN (SELECT oid FROM pg_class WHERE relname IN ({tables}))"
        )
        assert {name for (name,) in cursor.fetchall()} <= set(TABLES)
    pointing = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in (PointsEntry, PointsAccount, PointsRule, PointsTrial)
    }
    assert pointing <= set(TABLES)


def answers(subject, clerk, market) -> list:
    """What the platform says about a person wherever it judges: lists, eligibility, classes and the check."""
    said = [
        list(ListingInForce.objects.filter(subject=subject).values()),
        list(adverse_since(subject.pk, today=TODAY).values_list("pk", flat=True)),
        list(SupervisionClass.objects.values("subject", "grade", "score")),
    ]
    matter, _ = Matter.objects.get_or_create(
        code="T-POINTS", defaults={"name": "示例事项", "needs_consent": False, "source": "测试", "evidence": "seen"}
    )
    sought = Sought("person", "示例张三", make_id_number(1), "身份证")
    found = services.check_subject(
        sought, matter, department=market, actor=clerk, channel="page", today=TODAY, consent_no="1号"
    )
    substance = {name: text for name, text in found.answer.items() if name not in ("receipt_no", "as_of")}
    return [*said, found.verdict, substance]


def test_lists_eligibility_classes_and_the_check_answer_the_same_with_and_without_them(
    trial, person, opt_in, rule, clerk, lead, market
):
    method = services.draw_up_method(KeyField.objects.get(code="IR01"), DESIGN, department=market, actor=clerk)
    services.adopt_method(method, actor=lead, opinion="同意", on=TODAY, today=TODAY)
    services.compute_classes(method, actor=clerk, today=TODAY)
    before = answers(person.subject, clerk, market)
    account = opt_in()
    for _ in range(20):
        services.earn_points(account, rule, reason="参加社区服务", actor=clerk, today=TODAY)
    services.compute_classes(method, actor=clerk, today=TODAY)
    assert answers(person.subject, clerk, market) == before
