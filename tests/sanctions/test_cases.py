"""One subject's case: everything on one timeline, each department seeing its own part (33号（十八）)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.models import AuditEvent
from sanctions import cases, services
from sanctions.models import MeasureTask
from sanctions.services.listings import Named
from tests.factories import make_id_number, make_user
from tests.sanctions.conftest import LATER

PERSON = Named("person", "示例李四", make_id_number(41))


@pytest.fixture
def finance(departments):
    return make_user("finance", Role.CLERK, departments["CZT"])


def browse(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(listing) -> str:
    return reverse("office:case", args=[listing.subject.public_id])


@pytest.fixture
def case(black, memorandum, enter, finance, lead):
    """Listed, carried out by one department, then off the list."""
    listing = enter(black)
    task = MeasureTask.objects.get(action__listing=listing, measure__number=1)
    services.receive_task(task, actor=finance)
    services.answer_task(task, actor=finance, action="execute", outcome="已取消资格", executed_on=LATER, today=LATER)
    services.exit_listing(listing, actor=lead, kind="conditions", reason="已经改正", today=LATER)
    return listing


def test_one_timeline_tells_everything_to_who_listed(case, lead):
    page = browse(lead).get(address(case)).content.decode()
    for words in ("提名列入", "告知拟列入", "移出", "符合移出条件：已经改正", "已取消资格", "下达任务：解除："):
        assert words in page, words
    titles = [entry.title for entry in cases.timeline(case.subject, lead)]
    assert titles[-1] == "提名列入“示例严重名单”"


def test_the_page_of_a_listing_leads_to_it_and_back(case, lead):
    listing = reverse("office:listing", args=[case.public_id])
    for page, other in ((listing, address(case)), (address(case), listing)):
        assert f'href="{other}"' in browse(lead).get(page).content.decode()


def test_a_department_sees_the_entries_of_its_own_tasks_only(case, finance, departments):
    page = browse(finance).get(address(case)).content.decode()
    assert "已取消资格" in page and "提名列入" not in page and "从严审核示例许可" not in page
    stranger = make_user("stranger", Role.CLERK, departments["SJJ"].__class__.objects.exclude(
        pk__in=[each.pk for each in departments.values()]).first())  # fmt: skip
    assert browse(stranger).get(address(case)).status_code == 404


def test_looking_at_a_persons_case_leaves_a_line(black, memorandum, enter, lead):
    listing = enter(black, PERSON)
    page = browse(lead).get(address(listing)).content.decode()
    assert "示例李四" in page
    lines = AuditEvent.objects.filter(action="records.subject.viewed", object_id=str(listing.subject_id))
    assert [line.actor_name for line in lines] == ["lead-s"]


def test_other_sources_are_asked_too(case, lead):
    objection = cases.Entry(LATER, "提出异议")
    entries = cases.timeline(case.subject, lead, [*cases.SOURCES, lambda subject, user: [objection]])
    assert objection in entries and len(entries) == len(cases.timeline(case.subject, lead)) + 1
