"""What is about somebody else does not exist for whoever has signed in, and changes nothing of what they see (T-01)."""

import pytest
from django.urls import reverse

from credit_platform.routes import ROUTES, Access
from records import services
from tests.conftest import TODAY
from tests.scope.addresses import FORMS, PARAMETERS, address, calls, without_marks
from tests.scope.province import Side, penalties, send

NAMING_A_ROW = [(name, method) for name, method in calls(Access.APPLICANT) if name in PARAMETERS]
READING = [name for name, method in calls(Access.APPLICANT) if method == "GET"]
LISTING = [name for name in READING if name not in PARAMETERS]
NOBODYS_ID = "00000000-0000-4000-8000-000000000000"


def call(side: Side, name: str, method: str, where: str, form: dict | None = None):
    """What the person of this side is answered."""
    client = side.applicants_client()
    return client.post(where, form or {}) if method == "POST" else client.generic(method, where)


def seen_of(side: Side, answer) -> list[str]:
    """What of that side stands there. What a department is called is no secret: a complaint offers all of them."""
    text = (b"".join(answer).decode(errors="replace") + str(answer.headers)).replace(side.department.name, "")
    return [word for word in (*side.canaries, side.personal.subject_name) if word in text]


@pytest.mark.parametrize(("name", "method"), NAMING_A_ROW)
def test_what_is_about_somebody_else_does_not_exist(ours, theirs, facts, name, method):
    before = facts()
    answer = call(ours, name, method, address(name, theirs), FORMS[name](theirs) if name in FORMS else {})
    assert answer.status_code == 404
    assert not seen_of(theirs, answer)
    assert facts() == before


@pytest.mark.parametrize(("name", "method"), NAMING_A_ROW)
def test_somebody_elses_row_and_no_row_at_all_look_the_same(ours, theirs, name, method):
    where, their_id = address(name, theirs), str(next(iter(PARAMETERS[name](theirs).values())))
    answers = [call(ours, name, method, where.replace(their_id, each)) for each in (their_id, NOBODYS_ID)]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [without_marks(answer.content.decode()).replace(their_id, NOBODYS_ID) for answer in answers]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("name", LISTING)
def test_list_shows_nothing_of_somebody_else(ours, theirs, name):
    answer = call(ours, name, "GET", address(name, ours))
    assert answer.status_code == 200
    assert seen_of(theirs, answer) == []


def test_lists_do_show_ones_own(ours):
    """The walk above would prove nothing if the pages were empty."""
    answer = call(ours, "my:home", "GET", reverse("my:home"))
    assert ours.personal.document_no in answer.content.decode()


@pytest.mark.parametrize("name", READING)
def test_page_is_the_same_whether_others_are_recorded_or_not(ours, name):
    where = address(name, ours)
    before = without_marks(call(ours, name, "GET", where).content.decode())
    rows = penalties(ours.department, "他人", 7)[:2]
    assert services.run_batch(send(ours.department, rows, "他人").pk, today=TODAY).rows_accepted == 2
    assert without_marks(call(ours, name, "GET", where).content.decode()) == before


def test_every_page_of_subjects_is_for_them_alone():
    own = [name for name in ROUTES if name.startswith("my:")]
    assert {ROUTES[name].access for name in own} == {Access.APPLICANT, Access.PUBLIC}
