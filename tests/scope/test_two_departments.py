"""What belongs to another department does not exist: 404 on every route, and no byte of it in any list (T-01, T-04)."""

import pytest
from django.urls import reverse

from credit_platform.routes import ROUTES, Access
from records import services
from records.models import Record, RejectedRow
from tests.conftest import TODAY
from tests.scope.addresses import COMMON, FORMS, PARAMETERS, address, calls, without_marks
from tests.scope.province import Side, penalties, send

OF_A_DEPARTMENT = (Access.SCOPED, Access.TOKEN, Access.SIGNED_IN)
NAMING_A_ROW = [(n, m) for n, m in calls(Access.SCOPED, Access.TOKEN) if n in PARAMETERS and n not in COMMON]
LISTING = [name for name, method in calls(*OF_A_DEPARTMENT) if method == "GET" and name not in PARAMETERS]
# Figures of the whole province: a department is not told that they exist.
OF_THE_PROVINCE = {"office:coverage", "office:coverage-export", "office:evaluation-method-new"}
LISTING = [name for name in LISTING if name not in OF_THE_PROVINCE]
NOBODYS_ID = "00000000-0000-4000-8000-000000000000"
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
    "office:quality-rows": (
        lambda side: {"department": side.department.code},
        lambda side: {"measure": "reported", "department": side.department.code},
        lambda side: {"measure": "missing", "month": "2026-10"},
        lambda side: {"measure": "national_refused", "region": "530000"},
    ),
    "office:quality-rows-export": (lambda side: {"measure": "reported", "department": side.department.code},),
    "office:listings": (lambda side: {"kind": "SIDES"}, lambda side: {"look": "waiting"}),
    "office:tasks": (
        lambda side: {"department": side.department.code},
        lambda side: {"side": "led"},
        lambda side: {"show": "to-receive", "list": "SCOPE"},
    ),
    "office:tasks-export": (lambda side: {"department": side.department.code},),
    "office:memoranda": (lambda side: {"q": side.word}, lambda side: {"state": "draft"}),
    "office:batches": (lambda side: {"state": "returned"}, lambda side: {"state": "unfinished"}),
}


def credentials_of(side: Side, name: str) -> dict[str, str]:
    return side.bearer if ROUTES[name].access == Access.TOKEN else {}


def seen_of(side: Side, answer) -> list[str]:
    """Which of this side's canaries an answer holds, in its body, its headers or its address."""
    text = (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace") + str(answer.headers)
    return [word for word in side.canaries if word in text]


@pytest.mark.parametrize(("name", "method"), NAMING_A_ROW)
@pytest.mark.parametrize("who", ["clerk", "lead"])
def test_row_of_another_department_does_not_exist(ours, theirs, facts, who, name, method):
    client, where = ours.client(getattr(ours, who)), address(name, theirs)
    form, before = FORMS[name](theirs) if name in FORMS else {}, facts()
    answer = getattr(client, method.lower())(where, form, **credentials_of(ours, name))
    assert answer.status_code == 404
    assert not seen_of(theirs, answer)
    assert facts() == before


@pytest.mark.parametrize(("name", "method"), NAMING_A_ROW)
def test_other_department_row_and_no_row_at_all_look_the_same(ours, theirs, name, method):
    """Otherwise the 404 itself would tell that there is something."""
    client, where = ours.client(), address(name, theirs)
    their_id = str(next(iter(PARAMETERS[name](theirs).values())))
    bodies = []
    for each in (their_id, NOBODYS_ID):
        answer = client.generic(method, where.replace(their_id, each), **credentials_of(ours, name))
        assert answer.status_code == 404
        bodies.append(without_marks(answer.content.decode()).replace(their_id, NOBODYS_ID))
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("name", [*LISTING, *sorted(COMMON & dict(calls(*OF_A_DEPARTMENT)).keys())])
def test_list_shows_nothing_of_another_department(ours, theirs, name):
    client = ours.client()
    for probe in (lambda side: {}, *PROBES.get(name, ())):
        answer = client.get(address(name, ours), probe(theirs), **credentials_of(ours, name))
        assert answer.status_code == 200
        asked = [str(value) for value in probe(theirs).values()]
        assert [word for word in seen_of(theirs, answer) if not any(word in text for text in asked)] == []


def test_lists_do_show_our_own_rows(ours, theirs):
    """The walk above would prove nothing if the pages were empty."""
    client = ours.client()
    for name in (
        "office:home",
        "office:batches",
        "office:records",
        "office:records-export",
        "office:refusals",
        "office:quality",
        "office:duties",
        "office:listings",
        "office:listings-export",
        "office:listing-files",
        "office:tasks",
        "office:tasks-to-verify",
        "office:bans",
        "office:memoranda",
    ):
        assert seen_of(ours, client.get(reverse(name))), name


def test_row_in_the_name_of_another_department_is_sent_back(ours, theirs):
    rows = penalties(theirs.department, theirs.word, 2)[:1]
    assert codes_of(ours, rows) == ["source_department_mismatch"]


def test_same_decision_reported_by_another_department_leaves_ours_alone(ours, theirs):
    """The key of a record holds the department, so nobody can overwrite another's row by naming it."""
    rows = penalties(theirs.department, theirs.word, 2)[:1]
    rows[0] |= {"数据来源单位统一社会信用代码": ours.department.uscc, "违法事实": "另一个部门的说法。"}
    assert codes_of(ours, rows) == []
    theirs.record.refresh_from_db()
    assert theirs.record.revision == 1
    assert Record.objects.filter(document_no=theirs.record.document_no).count() == 2


def test_refused_row_does_not_tell_a_person_s_name_that_another_department_reported(ours, theirs):
    """Whoever knows a number could otherwise ask whose it is (T-03)."""
    person = penalties(theirs.department, theirs.word, 2)[1]
    rows = [person | {"行政相对人名称": "示例别名", "数据来源单位统一社会信用代码": ours.department.uscc}]
    assert codes_of(ours, rows) == ["person_name_conflict"]
    assert theirs.word not in str(RejectedRow.objects.latest("pk").problems)


def codes_of(side: Side, rows: list[dict[str, str]]) -> list[str]:
    """Report these rows for a department; return the codes of what was sent back."""
    batch = services.run_batch(send(side.department, rows, "核对").pk, today=TODAY)
    assert batch.state == "committed"
    return [problem["code"] for row in RejectedRow.objects.filter(batch=batch) for problem in row.problems]


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


@pytest.mark.parametrize("name", sorted(OF_THE_PROVINCE))
def test_figures_of_the_province_do_not_exist_for_a_department(ours, name):
    assert ours.client().get(address(name, ours)).status_code == 404
