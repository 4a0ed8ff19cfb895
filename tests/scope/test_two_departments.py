"""What belongs to another department does not exist: 404 on every route, and no byte of it in any list (T-01, T-04)."""

import pytest
from django.urls import reverse

from credit_platform.routes import ROUTES, Access
from records.models import Batch, Record
from tests.scope.addresses import COMMON, FORMS, PARAMETERS, address, calls
from tests.scope.province import Side

OF_A_DEPARTMENT = (Access.SCOPED, Access.TOKEN, Access.SIGNED_IN)
NAMING_A_ROW = [(n, m) for n, m in calls(Access.SCOPED, Access.TOKEN) if n in PARAMETERS and n not in COMMON]
LISTING = [name for name, method in calls(*OF_A_DEPARTMENT) if method == "GET" and (n := name) not in PARAMETERS]
# Ways to narrow a list down to what belongs to the other side.
PROBES = {
    "office:records": (
        lambda side: {"q": side.word},
        lambda side: {"q": side.organisation.legal_name},
        lambda side: {"q": side.organisation.uscc},
        lambda side: {"q": side.record.document_no},
        lambda side: {"batch": side.batch.public_id},
        lambda side: {"late": "1"},
    ),
    "office:records-export": (lambda side: {"q": side.word}, lambda side: {"batch": side.batch.public_id}),
    "office:batches": (lambda side: {"state": "returned"}, lambda side: {"state": "unfinished"}),
}


def call(ours: Side, user, name: str, method: str, where: str, data=None):
    """As a signed-in user, or with the department's token where the route wants one."""
    credentials = ours.bearer if ROUTES[name].access == Access.TOKEN else {}
    return ours.client(user).generic(method, where, **credentials) if data is None else ours.client(user).post(
        where, data, **credentials
    )


def seen_of(side: Side, answer) -> list[str]:
    """Which of this side's canaries an answer holds, in its body, its headers or its address."""
    text = (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace") + str(answer.headers)
    return [word for word in side.canaries if word in text]


@pytest.mark.parametrize(("name", "method"), NAMING_A_ROW)
@pytest.mark.parametrize("who", ["clerk", "lead"])
def test_row_of_another_department_does_not_exist(ours, theirs, facts, who, name, method):
    user, where = getattr(ours, who), address(name, theirs)
    client, form = ours.client(user), FORMS[name](theirs) if name in FORMS else {}
    credentials, before = ours.bearer if ROUTES[name].access == Access.TOKEN else {}, facts()
    if method == "POST":
        answer = client.post(where, form, **credentials)
    else:
        answer = client.get(where, **credentials)
    assert answer.status_code == 404
    assert not seen_of(theirs, answer)
    assert facts() == before


@pytest.mark.parametrize(("name", "method"), NAMING_A_ROW)
def test_other_department_row_and_no_row_at_all_look_the_same(ours, theirs, name, method):
    """Otherwise the 404 itself would tell that there is something."""
    client = ours.client()
    credentials = ours.bearer if ROUTES[name].access == Access.TOKEN else {}
    theirs_id = str(next(iter(PARAMETERS[name](theirs).values())))
    nobodys_id = "00000000-0000-4000-8000-000000000000"
    where = address(name, theirs)
    answers = [client.generic(method, each, **credentials) for each in (where, where.replace(theirs_id, nobodys_id))]
    bodies = [answer.content.decode().replace(theirs_id, nobodys_id) for answer in answers]
    assert bodies[0] == bodies[1]
    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("name", [*LISTING, *sorted(COMMON & set(dict(calls(*OF_A_DEPARTMENT))))])
def test_list_shows_nothing_of_another_department(ours, theirs, name):
    where, client = address(name, ours), ours.client()
    for probe in (lambda side: {}, *PROBES.get(name, ())):
        assert not seen_of(theirs, client.get(where, probe(theirs)))


def test_lists_do_show_our_own_rows(ours, theirs):
    """The walk above would prove nothing if the pages were empty."""
    client = ours.client()
    for name in ("office:home", "office:batches", "office:records", "office:records-export", "office:refusals"):
        assert seen_of(ours, client.get(reverse(name))), name


def test_own_subject_with_the_identifier_of_another_is_refused(ours, theirs, facts):
    client, before = ours.client(), facts()
    form = FORMS["office:subject-reveal"](theirs)
    answer = client.post(address("office:subject-reveal", ours), form)
    assert answer.status_code == 404
    assert facts() == before


def test_report_in_the_name_of_another_department_is_sent_back(ours, theirs):
    """The source code in a row decides nothing: whose token it is decides, and the row must agree."""
    rows = [{"行政相对人名称": "示例", "数据来源单位统一社会信用代码": theirs.department.uscc}]
    body = {"item": "行政处罚", "rows": rows}
    answer = ours.client().post(
        reverse("department-api:batches"), body, content_type="application/json", **ours.bearer
    )
    assert answer.status_code == 202
    assert Batch.objects.get(public_id=answer.json()["id"]).department == ours.department


def test_idempotency_key_of_another_department_is_free(ours, theirs):
    answers = []
    for side in (theirs, ours):
        body = {"item": "行政处罚", "rows": [{"行政相对人名称": side.word}]}
        headers = side.bearer | {"HTTP_IDEMPOTENCY_KEY": "same-key"}
        answers.append(
            side.client().post(reverse("department-api:batches"), body, content_type="application/json", **headers)
        )
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_same_decision_from_two_departments_stays_two_records(ours, theirs):
    """The key of a record holds the department, so nobody can overwrite another's row by naming it."""
    assert set(Record.objects.filter(department=ours.department)).isdisjoint(
        Record.objects.filter(department=theirs.department)
    )
