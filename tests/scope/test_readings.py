"""Each person shown leaves exactly one line, on every route there is; no line, no data (T-15)."""

import pytest
from django.db import connection
from django.urls import reverse

from audit.models import AuditEvent
from credit_platform.routes import ROUTES, Access
from records import services
from records.models import Erasure, Record, Subject
from tests.conftest import TODAY
from tests.scope.addresses import FORMS, PARAMETERS, address, calls
from tests.scope.province import Side, ask_to_erase, make_reviewer, penalties, send

READ = [name for name, method in calls(Access.SCOPED, Access.TOKEN, Access.SIGNED_IN) if method == "GET"]
# Which rows an address names is this test's business: persons wherever it names a record.
OF_A_PERSON = (
    "office:record",
    "office:record-withdraw",
    "office:record-correct",
    "office:record-erase",
    "office:change",
    "office:erasure",
    "office:subject",
    "office:subject-rename",
    "office:occupation-file",
    "office:listing",
    "office:listing-step",
    "office:listing-letter",
)
LISTS = ("office:records", "office:records-export", "office:refusals", "office:changes", "office:erasures")
LISTS = (*LISTS, "office:listings", "office:listings-export")
SHOWING = (*LISTS, *OF_A_PERSON, "office:subject-reveal")
TO_REVIEWERS = ("office:duplicates", "office:duplicate")


@pytest.fixture
def persons(ours) -> dict[Subject, list[str]]:
    """Three persons of the department, each with the marks that give them away in an answer."""
    for number in (31, 32):
        _, someone, *_ = penalties(ours.department, f"{ours.word}{number}", number - 20)
        services.run_batch(send(ours.department, [someone], f"第{number}份").pk, today=TODAY)
    ask_to_erase(ours.personal, ours.lead, "第二份")
    records = Record.objects.filter(department=ours.department, subject__kind="person").select_related("subject")
    marks = {r.subject: [str(r.public_id), str(r.subject.public_id), r.subject_name] for r in records}
    for record in records:
        marks[record.subject].append(record.document_no)
    assert len(marks) == 3
    return marks


def where(name: str, side: Side) -> str:
    """The address with a person behind it where a person can be."""
    if name in OF_A_PERSON:
        if name == "office:change":
            return address(name, side)
        if name == "office:erasure":
            return reverse(name, args=[Erasure.objects.get(record=side.personal).public_id])
        if "listing" in name:
            parameters = PARAMETERS[name](side) | {"public_id": side.personal_listing.public_id}
            return reverse(name, kwargs=parameters)
        named = side.personal if "record" in name else side.person
        return reverse(name, args=[named.public_id])
    return address(name, side)


def shown_in(answer, persons: dict[Subject, list[str]]) -> set[str]:
    text = (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")
    return {str(person.pk) for person, marks in persons.items() if any(mark in text for mark in marks)}


def lines_after(last: int) -> list[str]:
    return list(AuditEvent.objects.readings().filter(pk__gt=last).values_list("object_id", flat=True))


def last_line() -> int:
    return AuditEvent.objects.latest("pk").pk


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("role", ["lead", "reviewer"])
def test_every_person_shown_leaves_one_line(ours, persons, name, role):
    if role == "reviewer" and ROUTES[name].access == Access.TOKEN:
        return
    client, last = ours.client(None if role == "lead" else make_reviewer("省级")), last_line()
    if role == "reviewer":
        client.post(reverse("office:purpose"), {"kind": "quality", "matter": "第四季度质量核查"})
    answer = client.get(where(name, ours), **(ours.bearer if ROUTES[name].access == Access.TOKEN else {}))
    shown, written = shown_in(answer, persons), lines_after(last)
    assert sorted(written) == sorted(shown)
    assert not shown or name in (*SHOWING, *TO_REVIEWERS)


def test_the_walk_above_has_something_to_find(ours, persons):
    client = ours.client()
    seen = {name: len(shown_in(client.get(where(name, ours)), persons)) for name in ("office:records", *OF_A_PERSON)}
    assert seen == {"office:records": 3} | dict.fromkeys(OF_A_PERSON, 1)


def test_a_number_revealed_leaves_one_line(ours, persons):
    last = last_line()
    answer = ours.client().post(where("office:subject-reveal", ours), FORMS["office:subject-reveal"](ours))
    assert lines_after(last) == sorted(shown_in(answer, persons)) == [str(ours.person.pk)]


@pytest.mark.parametrize("name", SHOWING)
def test_without_a_line_there_is_no_data(ours, persons, name):
    client = ours.client()
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_auditevent FROM credit_office")
        cursor.execute("SET LOCAL ROLE credit_office")
    try:
        is_post = "POST" in ROUTES[name].methods and "GET" not in ROUTES[name].methods
        answer = client.post(where(name, ours), FORMS[name](ours)) if is_post else client.get(where(name, ours))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    if name == "office:refusals":  # the refused row is an organisation's
        assert answer.status_code == 200
    else:
        assert answer.status_code == 503
    # The page repeats its own address, with the id that the caller brought.
    assert not shown_in(answer, {person: marks[2:] for person, marks in persons.items()})


def test_a_reviewer_says_what_for_once_a_day_and_it_stands_in_the_line(ours, persons):
    client, page = ours.client(make_reviewer("省级")), where("office:record", ours)
    asked = client.get(page)
    assert asked.url == f"{reverse('office:purpose')}?next=%2Foffice%2Frecords%2F{ours.personal.public_id}%2F"
    assert "请写得具体一些" in client.post(asked.url, {"kind": "complaint", "matter": "查"}).content.decode()
    done = client.post(asked.url, {"kind": "complaint", "matter": "投诉 2026-118 号"})
    assert done.url == page
    assert "核查投诉、举报：投诉 2026-118 号" in client.get(page).content.decode()
    line = AuditEvent.objects.readings().latest("pk")
    assert (line.reason, line.detail["basis"]) == ("核查投诉、举报：投诉 2026-118 号", "province")


def test_the_purpose_page_leads_nowhere_else(ours):
    answer = ours.client(make_reviewer("省级")).post(
        reverse("office:purpose"), {"kind": "quality", "matter": "质量核查", "next": "https://example.com/"}
    )
    assert answer.url == "/office/records/"


def test_a_department_learns_nothing_of_what_others_read(ours, persons):
    reviewer = ours.client(make_reviewer("省级"))
    reviewer.post(reverse("office:purpose"), {"kind": "quality", "matter": "只有省级看得到的事项"})
    reviewer.get(where("office:subject", ours))
    assert "只有省级看得到的事项" in reviewer.get(where("office:subject", ours)).content.decode()
    assert "只有省级看得到的事项" not in ours.client().get(where("office:subject", ours)).content.decode()
