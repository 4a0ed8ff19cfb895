"""The check over HTTP with a department's token: verdict, receipt, cases; what goes wrong has a stable code."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.services import issue_token
from audit.models import AuditEvent
from sanctions.models import Check, Matter, MatterCases
from sanctions.receipts import digest_of
from sanctions.services.listings import Named
from tests.conftest import TODAY
from tests.factories import make_id_number, make_user
from tests.sanctions.conftest import FIRM, LATER, make_line

URL = "/api/v1/checks/"
PERSON = Named("person", "示例李四", make_id_number(41))


def token_for(line: str, number: int) -> Client:
    user = make_user(f"api-{line}", Role.CLERK, make_line(line, number))
    _, plain = issue_token(department=user.department, user=user, name="测试", on=TODAY)
    return Client(headers={"Authorization": f"Token {plain}"})


@pytest.fixture
def api(market):
    return token_for("CZT", 771)


@pytest.fixture
def theirs(market):
    return token_for("FGW", 772)


def body(**changes) -> dict:
    subject = {"kind": FIRM.kind, "name": FIRM.name, "number": FIRM.number}
    return {"subject": subject, "matter": "CZZJ", "matter_no": "云示项〔2026〕9号"} | changes


def post(api, sent, **headers):
    return api.post(URL, sent, content_type="application/json", headers=headers)


def test_a_counter_asks_and_reads_its_receipt_again(black, memorandum, enter, api, theirs):
    enter(black)
    answer = post(api, body())
    assert answer.status_code == 201
    told = answer.json()
    assert (told["verdict"], told["measures"][0]["force"]) == ("sanctioned", "mandatory")
    digest = told.pop("digest")
    assert digest == digest_of(told)
    again = api.get(answer.headers["Location"])
    assert again.json() == told | {"digest": digest}
    assert theirs.get(answer.headers["Location"]).status_code == 404
    check = Check.objects.get()
    assert (check.channel, check.matter_no) == ("api", "云示项〔2026〕9号")


def test_the_matter_may_be_named_in_chinese(api):
    assert post(api, body(matter="政府采购")).json()["matter"] == {"code": "ZFCG", "name": "政府采购"}


def test_the_same_key_is_checked_once(api, theirs):
    first, again = (post(api, body(), **{"Idempotency-Key": "k-1"}).json() for _ in range(2))
    assert first == again and Check.objects.count() == 1
    other = post(api, body(matter="PXPY"), **{"Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert post(theirs, body(), **{"Idempotency-Key": "k-1"}).json()["receipt_no"] != first["receipt_no"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"matter": "NONE"}, "matter_unknown"),
        ({"subject": {"kind": "organisation", "name": "示例", "number": "1"}}, "uscc_invalid"),
        ({"subject": {"kind": "organisation", "name": "示例"}}, "invalid"),
        ({"subject": {"kind": "person", "name": "示例某", "number": make_id_number(1)}}, "consent_missing"),
        ({"subject": {"kind": "person", "name": "示例某", "number": "1"}, "consent_no": "1"}, "id_number_invalid"),
    ],
)
def test_what_cannot_be_asked_has_a_code_and_is_not_counted(api, changes, code):
    answer = post(api, body(**changes))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Check.objects.exists()


def test_a_person_s_receipt_leaves_a_line_each_time_it_is_read(black, memorandum, enter, api):
    enter(black, PERSON)
    sent = body(subject={"kind": "person", "name": PERSON.name, "number": PERSON.number}, consent_no="授1号")
    answer = post(api, sent, **{"Idempotency-Key": "k-2"})
    assert answer.json()["verdict"] == "sanctioned" and PERSON.number not in answer.content.decode()
    api.get(answer.headers["Location"])
    post(api, sent, **{"Idempotency-Key": "k-2"})
    assert AuditEvent.objects.readings().count() == 3
    unlisted = body(subject={"kind": "person", "name": "示例王五", "number": PERSON.number}, consent_no="授1号")
    assert post(api, unlisted).json()["notes"][0]["code"] == "person_name_differs"
    assert AuditEvent.objects.readings().count() == 3


def test_a_check_over_http_takes_few_statements(black, memorandum, enter, api):
    enter(black)
    post(api, body())  # the measures of an approved memorandum are read once a day
    with CaptureQueriesContext(connection) as taken:
        post(api, body())
    assert len([q for q in taken if "SAVEPOINT" not in q["sql"]]) == 6, [q["sql"][:90] for q in taken]


def test_cases_are_registered_over_http(api, rehearse):
    rehearse(LATER)
    sent = {"month": "2026-11", "count": 120, "source": "示例审批系统"}
    assert api.post("/api/v1/matters/XZXK/cases/", sent, content_type="application/json").json() == sent
    cases = MatterCases.objects.get()
    assert (cases.matter, cases.count, cases.channel) == (Matter.objects.get(code="XZXK"), 120, "api")
    assert api.get("/api/v1/matters/XZXK/cases/").json() == [sent]
    late = api.post("/api/v1/matters/XZXK/cases/", sent | {"month": "2027-01"}, content_type="application/json")
    assert late.json()["code"] == "month_invalid"
    odd = api.post("/api/v1/matters/XZXK/cases/", sent | {"month": "2026-13"}, content_type="application/json")
    assert odd.json()["code"] == "invalid"
