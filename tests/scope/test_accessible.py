"""Every page of office and subjects in a real browser: nothing axe calls serious, nothing too wide.

A new page is walked as soon as it stands in the table; one nobody of ours can open fails here.
"""

import datetime
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import sync_playwright

from accounts.models import Role, User
from audit import monitoring
from audit.models import Alarm, AuditEvent, Incident, Sample, SampledReading, TreeHead
from catalogue import services as catalogue
from catalogue.models import Edition
from credit_platform import demo
from credit_platform.routes import ROUTES
from repair import services as repair
from sanctions import services as sanctions
from tests.browser import executable
from tests.catalogue import editions
from tests.conftest import TODAY
from tests.disclosure.test_accessible import ARGUMENTS, SITE, SIZES, answer, too_wide, troubles
from tests.factories import make_department
from tests.scope import province as made
from tests.scope.addresses import address
from tests.scope.province import Side

PAGES = [name for name, rule in ROUTES.items() if name.startswith(("office:", "my:")) and "GET" in rule.methods]
# Sent as files, or as part of a page.
FILES = re.compile(r"(template|export|returned|result|json|workbook|evidence|proof|progress)$")
# Shown to nobody who has signed in, or only where the platform is being developed.
ELSEWHERE = {"office:sign-in", "office:styleguide", "my:callback"}
# Its file belongs to a package; the pages have to be read without it too.
WITHOUT_HTMX = re.compile(r"<script[^>]*django_htmx[^>]*></script>")


@pytest.fixture
def desk() -> dict[str, str]:
    """Addresses of what lies on the auditor's desk; the walk for strangers needs none of it."""
    last_month = (timezone.localdate().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    line = AuditEvent.objects.filter(actor_id__isnull=False).earliest("pk")
    now, root = timezone.now(), "0" * 64
    head = TreeHead.objects.create(
        number=1,
        since=now,
        until=now,
        first_seal=1,
        last_seal=1,
        size=1,
        total=1,
        root=root,
        previous_hash=root,
        hash=root,
    )
    sample = Sample.objects.create(month=last_month, head=head, seed=root, readings=1)
    drawn = SampledReading.objects.create(sample=sample, event_id=line.pk, is_unusual=True)
    alarm = Alarm.objects.create(
        kind="night", day=last_month, actor_id=line.actor_id, actor_name="示例", measured=30, threshold=20
    )
    incident = Incident.objects.create(kind="leak", found_on=last_month, summary="示例经过", opened_by="示例")
    author = made.make_user("登记", None, Role.AUDITOR)
    since = last_month - datetime.timedelta(days=300)
    facts = {
        "uscc": demo.make_uscc("530102", 77),
        "field": "app",
        "reason": "示例",
        "authority": "示例局",
        "since": since,
    }
    shown = monitoring.enter_institution(actor=author, name="昆明示例移动应用程序开发有限公司", **facts)
    found = {"made_by": "示例检查组", "findings": "示例", "result": "rectify", "due_on": last_month}
    ordered = monitoring.enter_inspection(shown, actor=author, made_on=since, **found)
    return {
        "office:audit-institution": f"/office/audit/institutions/{shown.public_id}/",
        "office:audit-inspection-new": f"/office/audit/institutions/{shown.public_id}/inspect/",
        "office:audit-institution-release": f"/office/audit/institutions/{shown.public_id}/release/",
        "office:audit-follow-up": f"/office/audit/inspections/{ordered.public_id}/follow-up/",
        "office:audit-alarm": f"/office/audit/alarms/{alarm.pk}/",
        "office:audit-sample": f"/office/audit/samples/{last_month}/",
        "office:audit-reading": f"/office/audit/readings/{drawn.pk}/",
        "office:audit-incident": f"/office/audit/incidents/{incident.public_id}/",
    }


@pytest.fixture
def staff(ours) -> list[User]:
    """One person in every role, the most at home in the office first."""
    make = made.make_user
    return [
        ours.lead,
        ours.clerk,
        *(
            make(f"走查{role}", None, role)
            for role in (Role.REVIEWER, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
        ),
    ]


@pytest.fixture
def neighbour(ours) -> Client:
    """A counter of another department, in whose session a record of ours has been found today."""
    elsewhere = make_department("邻", 719)
    client = ours.client(made.make_user("走查邻居", elsewhere, Role.CLERK))
    record = ours.record
    said = {"document_no": record.document_no, "number_kind": "统一社会信用代码", "number": record.subject.uscc}
    assert client.post(reverse("office:request-find"), said).status_code == 302
    return client


@pytest.fixture
def asked(ours, staff) -> dict[str, str]:
    """The address of what came in on paper and is not complete: something has been asked for."""
    said, key = repair.Claim("complaint", "示例投诉", department=ours.department), uuid.uuid4()
    case = repair.open_case(said, by=ours.clerk, key=key, today=TODAY)
    reviewer = next(user for user in staff if user.role == Role.REVIEWER)
    repair.ask_material(case, actor=reviewer, version=case.version, what="示例材料", today=TODAY)
    return {"office:request-supplement": reverse("office:request-supplement", args=[case.public_id])}


@pytest.fixture
def drafts(staff) -> tuple[Edition, Edition]:
    """A draft of the law book, and one that waits for the reviewer."""
    author = next(user for user in staff if user.role == Role.ADMINISTRATOR)
    draft, submitted = (catalogue.start_draft(name=name, reason="示例", actor=author) for name in ("示例一", "示例二"))
    return draft, catalogue.submit(editions.shorten(submitted, author, months=4), actor=author)


@pytest.fixture
def memoranda(ours: Side) -> dict[str, str]:
    """Addresses of what a second person decides: an edition in force, and the next one that waits."""
    acting = ours.joint.task.action.memorandum
    waiting = sanctions.submit_memorandum(
        sanctions.draft_edition(acting, actor=ours.lead), actor=ours.lead, today=TODAY
    )
    return {
        "office:memorandum-decide": f"/office/memoranda/{waiting.public_id}/decide/",
        "office:memorandum-repeal": f"/office/memoranda/{acting.public_id}/repeal/",
    }


def test_every_page_of_the_office_and_of_subjects_can_be_read_by_everyone(
    ours: Side, staff, desk, asked, neighbour, drafts, memoranda
):
    clients, pages, unseen = [*map(ours.client, staff), ours.applicants_client(), neighbour], {}, []
    for name in set(PAGES) - ELSEWHERE:
        if FILES.search(name):
            continue
        places = [(desk | asked | memoranda).get(name) or address(name, ours)]
        if name.startswith(("office:draft-", "office:edition-")):
            places = [places[0].replace("/editions/1/", f"/editions/{each.number}/") for each in drafts]
        found = {place: page for place in places if (page := first_to_see(clients, place))}
        unseen += [] if found else [name]
        pages |= found
    assert not unseen, f"nobody in this test can open {unseen}"
    with ThreadPoolExecutor(1) as thread:  # the browser's event loop and Django's database do not share a thread
        assert thread.submit(look_at, pages).result() == []


def first_to_see(clients: list[Client], place: str) -> str:
    """The page as the first person sees it who may; empty when nobody may."""
    for client in clients:
        reply = client.get(place)
        if reply.status_code == 200:
            assert reply["Content-Type"].startswith("text/html"), f"{place} is a file"
            return WITHOUT_HTMX.sub("", reply.content.decode())
    return ""


def look_at(pages: dict[str, str]) -> list[str]:
    """What is wrong with any page: axe once at the width of a desk, the overflow at both."""
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        page = browser.new_page(viewport=SIZES[0])
        page.route("**/*", lambda route: answer(route, pages))
        for place in pages:
            page.set_viewport_size(SIZES[0])
            page.goto(SITE + place)
            found += [f"{place} {trouble}" for trouble in troubles(page)]
            page.set_viewport_size(SIZES[1])
            found += [f"{place} {trouble}" for trouble in too_wide(page)]
        browser.close()
    return found
