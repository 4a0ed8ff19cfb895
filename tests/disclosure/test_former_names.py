"""A visitor who knows only an old name or an old address still arrives, and is told the present one."""

import pytest
from django.urls import reverse

from accounts.models import Role
from records import services
from records.models import Subject, SuspectedDuplicate
from tests import factories
from tests.conftest import TODAY

NEW_NAME = "昆明改名示例茶业有限公司"


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse, data_dir):
    """Every test is about TODAY and keeps its files to itself."""


@pytest.fixture
def firm():
    department = factories.make_department("甲", 711)
    clerk = factories.make_user("clerk-a", Role.CLERK, department)
    return factories.register(factories.penalty(department), clerk).subject


@pytest.fixture
def renamed(firm) -> Subject:
    department = firm.records.get().department
    return services.rename_subject(
        firm,
        name=NEW_NAME,
        renamed_on=TODAY,
        department=department,
        actor=factories.make_user("lead-a", Role.LEAD, department),
        reason="变更登记（示例）",
        today=TODAY,
    )


@pytest.mark.parametrize("text", ["商贸", "示例第1商贸"])
def test_a_former_name_finds_the_organisation_and_says_so(client, renamed, text):
    page = client.get(reverse("portal:search"), {"q": text}).content.decode().replace("<wbr>", "")
    assert NEW_NAME in page and "曾用名：" in page
    answer = client.get(reverse("public-api:subjects"), {"q": text}).json()
    assert [row["name"] for row in answer["results"]] == [NEW_NAME]


def test_the_page_names_the_former_name_with_its_last_day(client, renamed):
    page = client.get(reverse("portal:subject", args=[renamed.uscc])).content.decode().replace("<wbr>", "")
    assert "曾用名" in page and "昆明示例第1商贸有限公司" in page and "使用至" in page


def test_the_address_of_a_merged_subject_leads_to_the_survivor_and_back_again(client, firm):
    department = firm.records.get().department
    clerk = factories.make_user("clerk-b", Role.CLERK, department)
    values = factories.penalty(department, 2)
    del values["CF_XDR_SHXYM"]
    other = factories.register(values | {"CF_XDR_GSZC": "530102999000001"}, clerk).subject
    services.find_duplicates()
    first, second = (factories.make_user(f"reviewer-{n}", Role.REVIEWER) for n in (1, 2))
    pair = SuspectedDuplicate.objects.get()
    suggested = services.suggest_merge(pair, survivor=firm, actor=first, reason="示例")
    merge = services.merge_subjects(suggested, actor=second, reason="示例")
    old = reverse("portal:subject", args=[other.public_id])
    assert client.get(old).url == reverse("portal:subject", args=[firm.uscc])
    services.unmerge_subjects(merge, actor=first, reason="示例")
    assert client.get(old).status_code == 200


def test_a_deregistered_organisation_is_marked_and_keeps_its_records(client, firm):
    department = firm.records.get().department
    lead = factories.make_user("lead-b", Role.LEAD, department)
    services.enter_standing(
        firm,
        standing="deregistered",
        since=TODAY,
        decision="（示例）登记内销字〔2026〕第1号",
        department=department,
        actor=lead,
        today=TODAY,
    )
    page = client.get(reverse("portal:subject", args=[firm.uscc])).content.decode()
    assert "已注销" in page and "云示罚〔2026〕1号" in page
    assert "已注销" in client.get(reverse("portal:search"), {"q": "示例第1"}).content.decode()
