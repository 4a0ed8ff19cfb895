"""What a department sees is the same to the byte whether another department has rows or not (T-02).

Counts, page totals, order, headers, error texts: anything that changes would tell of the other's rows. The public
portal is left out, since everybody's displayed rows are meant to be seen there.
"""

from datetime import datetime
from difflib import unified_diff
from io import BytesIO

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from time_machine import travel

from credit_platform.routes import ROUTES, Access
from deadlines.clock import BEIJING
from records import services
from records.views.quality_rows import MEASURES
from tests.conftest import TODAY
from tests.scope.addresses import FORMS, PARAMETERS, address, calls, without_marks
from tests.scope.province import Side, make_side, penalties, send

# The one door made to see other departments' rows: granted by a reviewer, for a time, with a line for every look.
CROSSING = {"office:special-query-read"}
READING = [
    name
    for name, method in calls(Access.SCOPED, Access.TOKEN, Access.SIGNED_IN)
    if method == "GET" and name not in CROSSING
]
REFUSING = [name for name, method in calls(Access.SCOPED) if method == "POST" and name in FORMS]
NARROWED = {
    "office:records": ("?q=示例", "?q=癸藏", "?state=displayed", "?item=XZCF", "?page=2", "?late=1"),
    "office:records-export": ("?q=示例", "?state=displayed"),
    "office:batches": ("?state=returned", "?source=file", "?page=2"),
    "office:refusals": ("?page=2",),
    "office:listings": ("?kind=SIDES", "?look=waiting", "?state=notified&region=530100", "?page=2"),
    "office:listings-export": ("?tone=watch",),
    "office:tasks": ("?show=to-receive", "?side=led", "?list=SCOPE", "?department=SIDE-2-SFT"),
    "office:task-statistics": ("?side=led",),
    "office:memoranda": ("?state=draft", "?q=癸藏"),
    "office:bans": ("?industry=F", "?show=stands"),
    "office:quality": ("?item=XZCF", "?month=2026-11"),
    "office:quality-rows": (
        *(f"?measure={code}" for code, _ in MEASURES),
        "?measure=rejected&department=SIDE-2",
        "?measure=missing&month=2026-10",
        "?measure=late&region=530000",
    ),
    "office:quality-rows-export": ("?measure=rejected", "?measure=reported", "?measure=missing"),
}
# More rows of ours that a route can name.
MORE = {
    "office:subject": lambda side: {"public_id": side.organisation.public_id},
    "office:record": lambda side: {"public_id": side.personal.public_id},
    "office:batch": lambda side: {"public_id": side.refused.public_id},
    "office:listing": lambda side: {"public_id": side.personal_listing.public_id},
}
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=BEIJING)
# What differs between two answers about the same rows.
VOLATILE = {"Set-Cookie", "Expires", "Last-Modified", "X-Request-ID"}


def seen(ours: Side, name: str) -> list[tuple[int, dict, object]]:
    """Every answer a route gives to our lead: status, headers and body."""
    places = [address(name, ours) + query for query in ("", *NARROWED.get(name, ()))]
    places += [reverse(name, kwargs=MORE[name](ours))] if name in MORE else []
    return [look(ours, name, where) for where in places]


def look(ours: Side, name: str, where: str) -> tuple[int, dict, object]:
    # Looking leaves a line in the trail, which a page may show the next time; and pages print the minute.
    with transaction.atomic(), travel(NOW, tick=False):
        credentials = ours.bearer if ROUTES[name].access == Access.TOKEN else {}
        answer = ours.client().get(where, **credentials)
        body = b"".join(answer) if answer.streaming else answer.content
        transaction.set_rollback(True)
    headers = {key: value for key, value in answer.headers.items() if key not in VOLATILE}
    if body.startswith(b"PK"):  # a workbook holds the moment it was made
        headers.pop("Content-Length", None)
        sheets = openpyxl.load_workbook(BytesIO(body))
        return answer.status_code, headers, [[cell.value for cell in row] for sheet in sheets for row in sheet.rows]
    return answer.status_code, headers, without_marks(body.decode())


def differences(before: list, after: list) -> list[str]:
    """The lines that are not the same; empty when every byte is."""
    if before == after:
        return []
    texts = ["\n".join(str(part) for answer in answers for part in answer).splitlines() for answers in (before, after)]
    return [line for line in unified_diff(*texts, n=0, lineterm="") if not line.startswith(("---", "+++"))]


def report_about_our_subjects(ours: Side, theirs: Side) -> None:
    """The other department holds rows about the same organisation and the same person, and knows a further code."""
    first, person, *_ = penalties(ours.department, theirs.word, 1)
    both = {"数据来源单位统一社会信用代码": theirs.department.uscc}
    first |= both | {"行政相对人名称": ours.organisation.legal_name, "行政相对人代码_2": "530102999000001"}
    person |= both | {"行政相对人名称": ours.person.legal_name}
    batch = services.run_batch(send(theirs.department, [first, person], theirs.word).pk, today=TODAY)
    assert batch.rows_accepted == 2


@pytest.fixture(scope="module")
def without(province) -> dict[str, list]:
    """What every page and every refusal says as long as nobody else has rows, each asked for twice."""
    pages = {name: [seen(province, name), seen(province, name)] for name in READING}
    refusals = {name: [refused(province, name), refused(province, name)] for name in REFUSING}
    return pages | {f"{name} refuses": said for name, said in refusals.items()}


@pytest.fixture(scope="module")
def with_them(province, without, theirs) -> None:
    """The other department has come: asked for after what was seen without it."""
    report_about_our_subjects(province, theirs)


@pytest.mark.parametrize("name", READING)
def test_page_is_the_same_with_and_without_rows_of_another_department(ours, without, with_them, name):
    first, second = without[name]
    assert differences(first, second) == [], "it differs by itself, so the comparison would prove nothing"
    assert differences(first, seen(ours, name)) == []


def refused(side: Side, name: str) -> tuple[int, str]:
    with transaction.atomic(), travel(NOW, tick=False):
        answer = side.client().post(address(name, side), {})
        transaction.set_rollback(True)
    return answer.status_code, without_marks(answer.content.decode())


@pytest.mark.parametrize("name", REFUSING)
def test_refusal_of_an_incomplete_form_is_the_same(ours, without, with_them, name):
    first, second = without[f"{name} refuses"]
    assert first == second == refused(ours, name)


def test_progress_of_a_batch_does_not_depend_on_others_waiting(ours):
    """A queue position would tell how much the others send."""
    where = reverse("office:batch", kwargs=PARAMETERS["office:batch-progress"](ours))
    without = look(ours, "office:batch", where)
    theirs = make_side("他", 3)
    for number in range(3):
        send(theirs.department, penalties(theirs.department, theirs.word, 2), f"{theirs.word}{number}")
    assert look(ours, "office:batch", where) == without
