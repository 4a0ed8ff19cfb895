"""A supervisor of a region sees the departments of that region, by GB/T 2260, and nothing of any other (F019)."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Region, Role, User
from accounts.services import place_user
from audit.models import AuditEvent, Basis
from credit_platform.routes import ROUTES, Access
from records import services
from records.models import Batch, Record
from records.quality import services as quality
from tests.scope import province as made
from tests.scope.addresses import COMMON, PARAMETERS, address, calls
from tests.scope.test_two_departments import NAMING_A_ROW, seen_of

KUNMING, WUHUA, QUJING, QILIN = "530100", "530102", "530300", "530302"
LISTING = [name for name, method in calls(Access.SCOPED, Access.SIGNED_IN) if method == "GET"]
LISTING = [name for name in LISTING if name not in PARAMETERS or name in COMMON]
ROWS = [name for name, method in NAMING_A_ROW if method == "GET" and ROUTES[name].access == Access.SCOPED]


@pytest.fixture
def supervise():
    """A function that makes a supervisor of a region."""

    def supervise(code: str) -> User:
        user = made.make_user(f"督导{code}", None, Role.SUPERVISOR)
        return place_user(user, department=None, role=Role.SUPERVISOR, region=Region.objects.get(code=code))

    return supervise


@pytest.fixture
def apart(ours, theirs):
    """Our department in a county of one prefecture, theirs in a county of another."""
    Department.objects.filter(pk=ours.department.pk).update(region=WUHUA)
    Department.objects.filter(pk=theirs.department.pk).update(region=QILIN)
    return ours, theirs


@pytest.mark.parametrize(
    ("code", "sees_ours", "sees_theirs"),
    [
        (KUNMING, True, False),
        (WUHUA, True, False),
        ("530103", False, False),
        (QUJING, False, True),
        (QILIN, False, True),
        ("530000", True, True),
    ],
)
def test_a_region_holds_what_its_code_begins(apart, supervise, code, sees_ours, sees_theirs):
    ours, theirs = apart
    user = supervise(code)
    for model in (Batch, Record):
        departments = set(model.objects.visible_to(user).values_list("department", flat=True))
        assert (ours.department.pk in departments, theirs.department.pk in departments) == (sees_ours, sees_theirs)
    assert user.sees_whole_province == (code == "530000")


@pytest.mark.parametrize("name", LISTING)
def test_no_list_shows_a_department_of_another_region(apart, supervise, name):
    ours, theirs = apart
    client = ours.client(supervise(KUNMING))
    client.post(reverse("office:purpose"), {"kind": "quality", "matter": "示例任务"})
    answer = client.get(address(name, ours))
    assert answer.status_code in (200, 404)
    assert seen_of(theirs, answer) == []


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_another_region_does_not_exist(apart, supervise, name):
    ours, theirs = apart
    answer = ours.client(supervise(KUNMING)).get(address(name, theirs))
    assert answer.status_code == 404
    assert seen_of(theirs, answer) == []


def test_the_figures_of_the_region_are_there(apart, supervise):
    ours, theirs = apart
    quality.refresh_figures(now=timezone.now())
    services.count_coverage()
    client = ours.client(supervise(KUNMING))
    for name in ("home", "batches", "quality", "quality-rows", "duties", "systems"):
        assert ours.department.name in client.get(reverse(f"office:{name}")).content.decode(), name
    assert theirs.department.name not in client.get(reverse("office:quality"), {"region": QUJING}).content.decode()
    coverage = client.get(reverse("office:coverage")).content.decode()
    assert "昆明市" in coverage and "五华区" in coverage and "麒麟区" not in coverage
    assert client.get(reverse("office:coverage"), {"region": QUJING}).status_code == 404
    assert "五华区" in ours.client(supervise(WUHUA)).get(reverse("office:coverage")).content.decode()


def test_a_person_is_read_for_a_purpose_and_on_the_ground_of_the_region(apart, supervise):
    ours, _ = apart
    client, page = ours.client(supervise(KUNMING)), reverse("office:record", args=[ours.personal.public_id])
    assert client.get(page).url.startswith(reverse("office:purpose"))
    client.post(reverse("office:purpose"), {"kind": "quality", "matter": "示例任务", "next": page})
    assert client.get(page).status_code == 200
    line = AuditEvent.objects.readings().latest("pk")
    assert (line.detail["basis"], line.reason) == (Basis.REGION, "核查数据质量：示例任务")


def test_who_supervises_a_region_issues_nothing_and_has_no_admin_site(apart, supervise):
    ours, _ = apart
    client = ours.client(supervise(KUNMING))
    assert client.post(reverse("office:bulletins"), {"month": "2026-10"}).status_code == 404
    assert client.post(reverse("office:bulletin", args=[ours.bulletin.public_id])).status_code == 404
    assert client.get("/admin/").status_code in (302, 403)


def test_only_supervisors_have_a_region(apart, supervise):
    user = supervise(KUNMING)
    with pytest.raises(IntegrityError), transaction.atomic():
        place_user(user, department=None, role=Role.REVIEWER, region=Region.objects.get(code=KUNMING))
