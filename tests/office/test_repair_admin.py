"""Rules of repair and the words of letters on the admin site: added by administrators, never edited."""

import pytest

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from repair.models import LetterText, RepairRule
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


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SUPERVISOR])
def test_who_looks_after_the_province_reads_them_and_adds_none(browse, role):
    client = browse(factories.make_user("looker", role))
    for name in ("lettertext", "repairrule"):
        assert client.get(f"/admin/repair/{name}/").status_code == 200
        assert client.get(f"/admin/repair/{name}/add/").status_code == 403
