"""The pages of classed supervision and of points: drafted, adopted, classed, explained, exported, published."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from catalogue.models import LegalBasis
from sanctions.models import (
    Grade,
    InputKind,
    PointsAccount,
    PointsRule,
    PointsTrial,
    SupervisionClass,
    SupervisionMethod,
)
from tests.conftest import TODAY
from tests.factories import make_id_number, penalty, persons_penalty, register

DESIGN = {"field": "IR01", "name": "示例分类办法", "text": "示例说明", "base": "90", "valid_months": "12"}
DESIGN |= {f"{kind.value}_cap": "30" for kind in InputKind} | {f"{kind.value}_months": "36" for kind in InputKind}
DESIGN |= {"penalty_general_weight": "-10", "reported_weight": "5"}
DESIGN |= {"line_A": "90", "line_B": "75", "line_C": "60"}
DESIGN |= {f"rate_{grade.value}": str(share) for grade, share in zip(Grade, (1, 3, 10, 30), strict=True)}


@pytest.fixture
def method(office, browse, lead) -> SupervisionMethod:
    assert office.post(reverse("office:supervision-new"), DESIGN).status_code == 302
    drafted = SupervisionMethod.objects.get()
    decision = {"on": "2026-11-22", "opinion": "同意"}
    where = reverse("office:supervision-adopt", args=[drafted.public_id])
    assert office.post(where, decision).status_code == 404
    assert browse(lead).post(where, decision).status_code == 302
    return SupervisionMethod.objects.get()


@pytest.fixture
def classed(office, method, department, clerk) -> list[SupervisionClass]:
    for number in (1, 2, 3):
        register(penalty(department, number, firm=1), clerk)
    register(penalty(department, 4, firm=2), clerk)
    register(persons_penalty(department, 5), clerk)
    assert office.post(reverse("office:supervision-compute", args=[method.public_id])).status_code == 302
    return list(SupervisionClass.objects.order_by("subject"))


def read(client, name: str, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_draft_that_makes_no_sense_says_why_and_keeps_what_was_typed(office):
    answer = office.post(reverse("office:supervision-new"), DESIGN | {"line_A": "60", "line_B": "80"})
    text = answer.content.decode()
    assert "A、B、C 类的分数线应从高到低" in text and "示例分类办法" in text
    assert not SupervisionMethod.objects.exists()


def test_the_page_of_a_method_tells_classes_shares_and_how_points_are_counted(office, method, classed):
    text = read(office, "office:supervision-method", method.public_id)
    for words in ("示例分类办法", "A 类", "2 个主体", "昆明示例第1商贸有限公司", "一般失信的行政处罚"):
        assert words in text
    only = office.get(reverse("office:supervision-method", args=[method.public_id]) + "?grade=C").content.decode()
    assert "昆明示例第1商贸有限公司" in only and "昆明示例第2商贸有限公司" not in only
    assert "示例分类办法" in read(office, "office:supervision")


def test_the_explanation_adds_up(office, method, classed):
    first = classed[0]
    assert (first.grade, first.score) == ("C", 65)
    text = read(office, "office:supervision-class", first.public_id)
    for words in ("逐项说明", "-30", "+5", "65.0", "正在核查的"):
        assert words in text


def test_the_file_for_drawing_lots_has_no_formula_and_says_who_took_it(office, method, classed):
    subject = classed[0].subject
    type(subject).objects.filter(pk=subject.pk).update(legal_name="=昆明示例公司")
    answer = office.get(reverse("office:supervision-export", args=[method.public_id]))
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4 and lines[0].startswith("名称,统一社会信用代码")
    assert any(line.startswith("'=昆明示例公司") for line in lines) and lines[-1].startswith("水印：")


def test_the_world_reads_the_method_and_nothing_of_anybodys_class(method, classed):
    text = read(Client(), "portal:supervision")
    assert "示例分类办法" in text and "一般失信的行政处罚" in text and "昆明示例第1商贸有限公司" not in text
    assert reverse("portal:supervision") in read(Client(), "portal:services")


def test_a_draft_is_not_published(office):
    office.post(reverse("office:supervision-new"), DESIGN)
    assert "示例分类办法" not in read(Client(), "portal:supervision")


def test_pages_cost_the_same_however_many_are_classed(office, method, department, clerk):
    where = reverse("office:supervision-method", args=[method.public_id])
    counts = []
    for numbers in (range(1, 3), range(3, 9)):
        for number in numbers:
            register(penalty(department, number, firm=number), clerk)
        office.post(reverse("office:supervision-compute", args=[method.public_id]))
        for path in (where, reverse("office:supervision")):
            with CaptureQueriesContext(connection) as queries:
                assert office.get(path).status_code == 200
            counts.append(len(queries))
    assert counts == [11, 8] * 2


def test_points_are_off_and_the_page_says_so(office):
    assert "没有开通" in read(office, "office:points")


def test_a_person_opts_in_earns_and_has_everything_deleted(office, department, clerk, settings):
    settings.POINTS_ENABLED = True
    basis = LegalBasis.objects.get(code="office-2016-98-5-2")
    PointsTrial.objects.create(name="示例试行", document_no="1号", legal_basis=basis, in_force_from=TODAY)
    rule = PointsRule.objects.create(code="T1", name="志愿服务", points=5, explanation="示例", in_force_from=TODAY)
    register(persons_penalty(department, 1, name="示例张三"), clerk)
    who = {"name": "示例张三", "number_kind": "身份证", "number": make_id_number(1), "consent_no": ""}
    assert "请填写同意书编号" in office.post(reverse("office:points"), who).content.decode()
    assert office.post(reverse("office:points"), who | {"consent_no": "同意书1号"}).status_code == 302
    account = PointsAccount.objects.get()
    where = reverse("office:points-account", args=[account.public_id])
    assert office.post(where, {"rule": rule.pk, "reason": "参加社区服务"}).status_code == 302
    for path in (where, reverse("office:points")):
        text = office.get(path).content.decode()
        assert "示例张三" not in text and make_id_number(1) not in text
    assert "参加社区服务" in office.get(where).content.decode()
    assert office.post(reverse("office:points-delete", args=[account.public_id])).status_code == 302
    assert "平台不再知道账户属于谁" in office.get(where).content.decode()


def test_rules_of_points_are_entered_dated_by_an_administrator_and_never_edited(browse, administrator):
    admin = browse(administrator)
    rule = {"code": "T2", "name": "无偿献血", "points": "-3", "explanation": "示例", "in_force_from": "2026-11-22"}
    assert admin.post("/admin/sanctions/pointsrule/add/", rule).status_code == 200 and not PointsRule.objects.exists()
    assert admin.post("/admin/sanctions/pointsrule/add/", rule | {"points": "3"}).status_code == 302
    made = PointsRule.objects.get()
    where = f"/admin/sanctions/pointsrule/{made.pk}/change/"
    assert admin.post(where, {"points": "90", "in_force_until": "2026-12-31"}).status_code == 302
    made.refresh_from_db()
    assert (made.points, str(made.in_force_until)) == (3, "2026-12-31")
    assert AuditEvent.objects.filter(action="sanctions.pointsrule.changed").count() == 2
