"""The admin site: each role finds its own matters there and nothing else; people and tokens go through the verbs."""

import re

import pytest
from django.urls import reverse

from accounts.authentication import find_token
from accounts.models import ApiToken, Department, Role, User
from accounts.services import issue_token
from audit.actions import Action
from audit.models import AuditEvent
from deadlines.clock import today
from tests import factories

MATTERS = {
    "accounts/user": {Role.ADMINISTRATOR, Role.AUDITOR},
    "accounts/apitoken": {Role.ADMINISTRATOR, Role.AUDITOR},
    "accounts/department": {Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER, Role.SUPERVISOR},
    "accounts/region": {Role.ADMINISTRATOR, Role.REVIEWER, Role.SUPERVISOR},
    "catalogue/informationitem": {Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER, Role.SUPERVISOR},
    "catalogue/legalbasis": {Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER, Role.SUPERVISOR},
    "catalogue/displayrule": {Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER, Role.SUPERVISOR},
    "records/record": {Role.REVIEWER, Role.SUPERVISOR},
    "records/batch": {Role.REVIEWER, Role.SUPERVISOR},
    "exchange/handover": {Role.REVIEWER, Role.SUPERVISOR},
    "exchange/delivery": {Role.REVIEWER, Role.SUPERVISOR},
    "audit/auditevent": {Role.AUDITOR},
}
STAFF = (Role.REVIEWER, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)


@pytest.fixture
def admin(browse, administrator):
    return browse(administrator)


@pytest.mark.parametrize("role", STAFF)
def test_each_role_finds_its_own_matters(browse, role):
    client = browse(factories.make_user(role, role))
    answers = {matter: client.get(f"/admin/{matter}/").status_code for matter in MATTERS}
    assert answers == {matter: 200 if role in roles else 403 for matter, roles in MATTERS.items()}


def test_department_staff_and_strangers_do_not_come_in(office, client):
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").url == "/office/sign-in/?next=%2Fadmin%2F"
    assert (
        client.post("/admin/login/", {"username": "administrator", "password": factories.PASSWORD}).status_code == 302
    )
    assert "_auth_user_id" not in client.session
    assert office.get("/admin/", follow=True).status_code == 403


def test_nothing_is_deleted_there(admin):
    for matter in ("accounts/user", "accounts/department", "accounts/apitoken"):
        row = {"user": User, "department": Department, "apitoken": ApiToken}[matter.split("/")[1]].objects.first()
        if row:
            assert admin.get(f"/admin/{matter}/{row.pk}/delete/").status_code == 403


def test_a_new_colleague_is_placed_with_the_rights_of_the_role(admin, department):
    form = {"username": "new-clerk", "display_name": "示例新人", "role": "clerk", "department": department.pk}
    passwords = {"password1": factories.PASSWORD, "password2": factories.PASSWORD}
    assert admin.post("/admin/accounts/user/add/", form | passwords).status_code == 302
    user = User.objects.get(username="new-clerk")
    assert user.has_perm("accounts.report_department", department) and not user.is_staff
    assert AuditEvent.objects.filter(action=Action.USER_PLACED, actor_name="administrator").count() == 1


def test_a_clerk_without_a_department_is_an_error_in_the_form(admin):
    passwords = {"password1": factories.PASSWORD, "password2": factories.PASSWORD}
    page = admin.post("/admin/accounts/user/add/", {"username": "lost", "role": "clerk", "department": ""} | passwords)
    assert "经办人必须属于一个部门" in page.content.decode()
    assert not User.objects.filter(username="lost").exists()


def test_moving_a_clerk_ends_the_rights_in_the_former_department(admin, clerk, department, other_department):
    form = {
        "username": "clerk-a",
        "display_name": "示例",
        "role": "clerk",
        "department": other_department.pk,
        "is_active": "on",
    }
    assert admin.post(f"/admin/accounts/user/{clerk.pk}/change/", form).status_code == 302
    moved = User.objects.get(pk=clerk.pk)
    assert not moved.has_perm("accounts.report_department", department)
    assert moved.has_perm("accounts.report_department", other_department)


def test_switching_an_account_off_leaves_a_line(admin, clerk, department):
    form = {"username": "clerk-a", "display_name": "示例", "role": "clerk", "department": department.pk}
    admin.post(f"/admin/accounts/user/{clerk.pk}/change/", form)
    assert not User.objects.get(pk=clerk.pk).is_active
    assert AuditEvent.objects.filter(action=Action.USER_DEACTIVATED, object_id=str(clerk.pk)).exists()


def test_setting_somebodys_password_leaves_a_line(admin, clerk):
    new = "再一个-口令-示例-2026"
    form = {"password1": new, "password2": new, "usable_password": "true"}
    assert admin.post(f"/admin/accounts/user/{clerk.pk}/password/", form).status_code == 302
    assert User.objects.get(pk=clerk.pk).check_password(new)
    assert AuditEvent.objects.filter(action=Action.USER_PASSWORD_CHANGED, object_id=str(clerk.pk)).exists()


def test_a_token_is_shown_once_and_works_until_it_is_taken_away(admin, client, clerk, department):
    form = {"department": department.pk, "user": clerk.pk, "name": "示例系统对接"}
    page = admin.post("/admin/accounts/apitoken/add/", form, follow=True).content.decode()
    plain = re.search(r"ynxy_[\w-]+", page).group()
    assert plain not in admin.get("/admin/accounts/apitoken/").content.decode()
    token = ApiToken.objects.get()
    assert find_token(plain, on=today())
    revoke = {"action": "revoke", "_selected_action": token.pk}
    admin.post("/admin/accounts/apitoken/", revoke)
    assert find_token(plain, on=today()), "a reason must be given"
    admin.post("/admin/accounts/apitoken/", revoke | {"reason": "示例：对接结束"})
    assert not find_token(plain, on=today())
    assert AuditEvent.objects.get(action=Action.TOKEN_REVOKED).reason == "示例：对接结束"


def test_a_token_names_somebody_of_its_own_department(admin, clerk, other_department):
    form = {"department": other_department.pk, "user": clerk.pk, "name": "示例"}
    assert "责任人须是该部门的在用人员" in admin.post("/admin/accounts/apitoken/add/", form).content.decode()
    assert ApiToken.objects.count() == 0


def test_an_auditor_looks_and_changes_nothing(browse, auditor, clerk, department):
    token, _ = issue_token(department=department, user=clerk, name="示例", on=today())
    client = browse(auditor)
    assert client.get(f"/admin/accounts/user/{clerk.pk}/change/").status_code == 200
    assert client.post(f"/admin/accounts/user/{clerk.pk}/change/", {"role": "lead"}).status_code == 403
    client.post("/admin/accounts/apitoken/", {"action": "revoke", "_selected_action": token.pk, "reason": "示例"})
    assert ApiToken.objects.get().revoked_at is None


def test_a_departments_code_is_checked_and_the_change_written_down(admin, department):
    path = f"/admin/accounts/department/{department.pk}/change/"
    form = {"code": department.code, "name": "云南省示例改名局", "former_names": department.name, "region": "530000"}
    assert "不符合统一社会信用代码校验规则" in admin.post(path, form | {"uscc": "1153000099007110XX"}).content.decode()
    assert admin.post(path, form | {"uscc": department.uscc.lower(), "is_active": "on"}).status_code == 302
    department.refresh_from_db()
    assert department.name == "云南省示例改名局"
    assert AuditEvent.objects.filter(action=Action.DEPARTMENT_CHANGED, object_id=str(department.pk)).exists()


def test_records_are_listed_without_persons_names_and_read_in_the_office(browse, reviewer, clerk, department):
    record = factories.register(factories.persons_penalty(department, name="示例张三"), clerk)
    client = browse(reviewer)
    page = client.get("/admin/records/record/").content.decode()
    assert ">自然人</a>" in page and "示例张三" not in page and "示*" not in page
    office_page = reverse("office:record", args=[record.public_id])
    assert client.get(f"/admin/records/record/{record.pk}/change/").url == office_page
    assert client.get(f"/admin/records/record/{record.pk}/history/").url == office_page


def test_an_item_of_the_catalogue_can_be_read_whole(admin):
    first = re.search(
        r"/admin/catalogue/informationitem/(\d+)/change/",
        admin.get("/admin/catalogue/informationitem/").content.decode(),
    )
    assert admin.get(first.group()).status_code == 200
