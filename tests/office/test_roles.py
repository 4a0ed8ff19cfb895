"""What each role finds at its desk, and that a department finds nothing of another's."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from exchange.models import Handover
from tests import factories

OPEN_TO_ALL = ("office:home", "office:batches", "office:records", "office:refusals", "office:catalogue")
REPORTING = ("office:batch-new", "office:record-new")


@pytest.fixture
def person(department):
    def person(role: Role):
        return factories.make_user(role, role, department if role in (Role.CLERK, Role.LEAD) else None)

    return person


@pytest.mark.parametrize("role", Role)
def test_the_common_pages_answer_for_everybody(browse, person, role):
    client = browse(person(role))
    assert {name: client.get(reverse(name)).status_code for name in OPEN_TO_ALL} == dict.fromkeys(OPEN_TO_ALL, 200)


@pytest.mark.parametrize("role", Role)
def test_only_who_reports_for_a_department_gets_the_pages_to_report(browse, person, role):
    client = browse(person(role))
    expected = 200 if role in (Role.CLERK, Role.LEAD) else 404
    assert {client.get(reverse(name)).status_code for name in REPORTING} == {expected}
    assert ("上传文件" in client.get("/office/").content.decode()) == (expected == 200)


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.CLERK, "等待您办理"),
        (Role.LEAD, "等待您办理"),
        (Role.REVIEWER, "全省"),
        (Role.SUPERVISOR, "全省"),
        (Role.AUDITOR, "查阅审计日志"),
        (Role.ADMINISTRATOR, "设定用户的部门与角色"),
    ],
)
def test_home_says_what_the_role_has_to_do(browse, person, role, words):
    assert words in browse(person(role)).get("/office/").content.decode()


def test_reviewers_see_every_department_and_administrators_none(browse, clerk, reviewer, administrator):
    record = factories.register(factories.penalty(clerk.department), clerk)
    page = reverse("office:record", args=[record.public_id])
    assert record.document_no in browse(reviewer).get("/office/records/").content.decode()
    assert browse(reviewer).get(page).status_code == 200
    assert record.document_no not in browse(administrator).get("/office/records/").content.decode()
    assert browse(administrator).get(page).status_code == 404


@pytest.fixture
def theirs(clerk):
    """One of everything that belongs to the first department."""
    record = factories.register(factories.persons_penalty(clerk.department, name="示例回避名"), clerk)
    batch = factories.send(
        [factories.permit(clerk.department), factories.permit(clerk.department, 2, 许可内容="")], clerk
    )
    Handover.objects.create(record=record, revision=1, refused_revision=1, code="example", reason="示例退回原因")
    return {"record": record, "batch": batch, "subject": record.subject}


ROUTES = [
    ("office:batch", "batch", "get"),
    ("office:batch-progress", "batch", "get"),
    ("office:batch-returned", "batch", "get"),
    ("office:batch-cancel", "batch", "post"),
    ("office:record", "record", "get"),
    ("office:record-withdraw", "record", "get"),
    ("office:record-withdraw", "record", "post"),
    ("office:subject", "subject", "get"),
    ("office:subject-reveal", "subject", "post"),
    ("office:subject-rename", "subject", "get"),
    ("office:subject-rename", "subject", "post"),
    ("office:refusal-resend", "record", "post"),
]


@pytest.mark.parametrize(("name", "thing", "method"), ROUTES)
def test_what_belongs_to_another_department_does_not_exist(browse, other_clerk, theirs, name, thing, method):
    data = {"reason": "示例", "purpose": "示例", "name": "示例", "kind": "id_card"}
    path = reverse(name, args=[theirs[thing].public_id])
    response = getattr(browse(other_clerk), method)(path, data if method == "post" else None)
    assert response.status_code == 404
    theirs["record"].refresh_from_db()
    assert theirs["record"].state == "current"


def test_lists_searches_and_exports_show_nothing_of_another_department(browse, other_clerk, theirs):
    client = browse(other_clerk)
    canaries = (
        "示*",
        "示例回避名",
        "云示罚〔2026〕1号",
        "云示许〔2026〕1号",
        "示例退回原因",
        str(theirs["batch"].public_id),
    )
    for path in (
        "/office/",
        "/office/batches/",
        "/office/batches/?state=returned",
        "/office/records/",
        "/office/records/?q=示例回避名",
        f"/office/records/?batch={theirs['batch'].public_id}&state=current",
        "/office/records/?late=1",
        "/office/records/export.csv",
        "/office/refusals/",
    ):
        response = client.get(path)
        text = b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()
        shown = text.replace(f'value="{theirs["batch"].public_id}"', "").replace('value="示例回避名"', "")
        rows = shown.split("<tbody>")[1] if "<tbody>" in shown else ""
        assert response.status_code == 200
        assert not any(canary in rows for canary in canaries), path
        assert "云示" not in text, path


def test_a_right_taken_away_ends_with_the_next_request(browse, clerk, other_department, theirs):
    client = browse(clerk)
    page = reverse("office:record", args=[theirs["record"].public_id])
    assert client.get(page).status_code == 200
    factories.place_user(clerk, department=other_department, role=Role.CLERK)
    assert client.get(page).status_code == 404


def test_strangers_are_shown_the_door(db, theirs):
    for name in OPEN_TO_ALL + REPORTING:
        assert Client().get(reverse(name)).url.startswith("/office/sign-in/?next=")
    assert Client().get(reverse("office:record", args=[theirs["record"].public_id])).status_code == 302


def test_the_style_guide_is_shown_only_where_nobody_works_with_real_data(office, settings):
    assert office.get("/office/styleguide/").status_code == 200
    settings.DEMO = False
    assert office.get("/office/styleguide/").status_code == 404
