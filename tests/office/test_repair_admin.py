"""Rules of repair, the words of letters and real-name levels on the admin site: added by administrators."""

import pytest

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from repair.models import LetterText, RealNameLevel, RepairRule
from tests import factories

TEXT = {
    "key": "decision.grant.repair",
    "edition": "2027-01",
    "title": "准予信用修复决定书",
    "body": "受理号 {number}。{reasons}",
    "in_force_from": "2027-01-01",
    "source": "测试",
    "evidence": "to_be_verified",
}


@pytest.fixture
def admin(browse, administrator):
    return browse(administrator)


def test_an_administrator_adds_an_edition_of_a_letter_with_a_line(admin):
    answer = admin.post("/admin/repair/lettertext/add/", TEXT)
    assert answer.status_code == 302, answer.context["errors"]
    assert LetterText.objects.filter(edition="2027-01").exists()
    assert AuditEvent.objects.filter(action=Action.LETTER_CHANGED).count() == 1


def test_a_letter_with_a_blank_nothing_fills_is_not_taken(admin):
    answer = admin.post("/admin/repair/lettertext/add/", TEXT | {"body": "{nobody}"})
    assert answer.context["adminform"].form.errors.as_data()["body"][0].code == "blank_unknown"
    assert not LetterText.objects.filter(edition="2027-01").exists()


def test_what_stands_is_not_edited_and_a_rule_can_only_be_ended(admin):
    text, rule = LetterText.objects.first(), RepairRule.objects.get(key="XZCF.order-36.general")
    admin.post(f"/admin/repair/lettertext/{text.pk}/change/", TEXT)
    admin.post(f"/admin/repair/repairrule/{rule.pk}/change/", {"decided_until": "2030-12-31", "minimum_months": "1"})
    assert LetterText.objects.get(pk=text.pk).body == text.body
    rule.refresh_from_db()
    assert (str(rule.decided_until), rule.minimum_months) == ("2030-12-31", 3)


def change(admin, level: RealNameLevel, **said):
    values = {"name": level.name, "acr": "\n".join(level.acr), "allows": level.allows, "source": level.source}
    values |= {"evidence": level.evidence, "code": "renamed"} | said
    return admin.post(f"/admin/repair/realnamelevel/{level.pk}/change/", values)


def test_a_level_takes_the_values_of_another_provider_and_keeps_its_code_with_a_line(admin):
    level = RealNameLevel.objects.get(code="checked")
    answer = change(admin, level, acr="loa2\nprovince.l2 \n", allows=["see_organisation"], evidence="verified")
    assert answer.status_code == 302, answer.context["errors"]
    level.refresh_from_db()
    assert (level.code, level.acr, level.allows) == ("checked", ["loa2", "province.l2"], ["see_organisation"])
    line = AuditEvent.objects.get(action=Action.REALNAMELEVEL_CHANGED)
    assert "province.l2" in line.detail["acr"]


def test_a_level_is_added_where_a_provider_tells_more_of_them_apart(admin):
    said = {"code": "bank", "name": "银行核验", "rank": "4", "acr": "bank", "allows": ["see_organisation"]}
    answer = admin.post("/admin/repair/realnamelevel/add/", said | {"source": "测试", "evidence": "to_be_verified"})
    assert answer.status_code == 302, answer.context["errors"]
    page = admin.get(f"/admin/repair/realnamelevel/{RealNameLevel.objects.get(code='bank').pk}/change/")
    assert page.status_code == 200 and "查看本单位的信息" in page.content.decode()


def test_a_value_belongs_to_one_level(admin):
    answer = change(admin, RealNameLevel.objects.get(code="checked"), acr="loa2 loa3")
    assert answer.context["adminform"].form.errors.as_data()["acr"][0].code == "acr_taken"
    assert RealNameLevel.objects.get(code="checked").acr == ["loa2"]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SUPERVISOR])
def test_who_looks_after_the_province_reads_them_and_adds_none(browse, role):
    client = browse(factories.make_user("looker", role))
    for name in ("lettertext", "repairrule", "realnamelevel"):
        assert client.get(f"/admin/repair/{name}/").status_code == 200
        assert client.get(f"/admin/repair/{name}/add/").status_code == 403
