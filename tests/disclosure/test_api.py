"""The public read API: the contract others build on."""

import datetime

import pytest
from django.urls import reverse

from credit_platform.demo import make_id_number
from disclosure.paging import CAP
from records.models import Subject
from records.reading.cleaning import fold_name
from tests.conftest import TODAY
from tests.disclosure.factory import make_organisation, make_person, make_record

SUBJECTS = "/api/v1/public/subjects/"
RECORDS = "/api/v1/public/records/"
NUMBER = make_id_number("530102", datetime.date(1985, 3, 12), 991)


@pytest.fixture
def firm():
    return make_organisation("昆明示例茶业有限公司")


def test_subjects_are_found_by_name(client, firm):
    assert client.get(SUBJECTS, {"q": "示例茶"}).json() == {
        "count": 1,
        "next": None,
        "results": [{"name": firm.legal_name, "uscc": firm.uscc, "url": f"http://testserver/subjects/{firm.uscc}/"}],
    }


@pytest.mark.parametrize(
    ("query", "code"), [("云", "query_too_short"), ("", "query_too_short"), (NUMBER, "query_is_identity_number")]
)
def test_a_query_that_is_not_run_is_a_problem_with_its_code(client, query, code):
    response = client.get(SUBJECTS, {"q": query})
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert response["Content-Type"] == "application/problem+json"


def test_next_leads_through_all_pages(client):
    Subject.objects.bulk_create(
        Subject(kind="organisation", legal_name=name, name_key=fold_name(name))
        for name in (f"昆明示例第{number:02d}号公司" for number in range(45))
    )
    address, seen = f"{SUBJECTS}?q=示例", []  # bare UTF-8, as curl sends it
    while address:
        answer = client.get(address).json()
        assert answer["count"] == 45
        seen += [result["name"] for result in answer["results"]]
        address = answer["next"]
    assert len(seen) == len(set(seen)) == 45


def test_a_count_stops_at_a_thousand_and_one(client):
    Subject.objects.bulk_create(
        Subject(kind="organisation", legal_name=f"示例{number}", name_key=f"示例{number}") for number in range(CAP + 9)
    )
    answer = client.get(SUBJECTS, {"q": "示例", "page": 50}).json()
    assert (answer["count"], answer["next"], len(answer["results"])) == (1001, None, 20)
    assert client.get(SUBJECTS, {"q": "示例", "page": 51}).json()["code"] == "page_too_deep"


def test_a_subject_tells_what_there_is(client, firm):
    make_record(firm, "XZXK")
    make_record(firm, "XZXK")
    make_record(firm, "XZCF")
    answer = client.get(f"{SUBJECTS}{firm.uscc}/").json()
    assert (answer["name"], answer["kind"], answer["region"]) == (firm.legal_name, "法人及非法人组织", "五华区")
    assert answer["records"] == [
        {"item": "XZCF", "name": "行政处罚", "count": 1},
        {"item": "XZXK", "name": "行政许可", "count": 2},
    ]


def test_an_unknown_subject_is_a_problem(client):
    response = client.get(f"{SUBJECTS}91530102MA00000000/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("item", ["XZCF", "行政处罚"])
def test_records_are_filtered_by_subject_and_item_in_code_or_chinese(client, firm, item):
    record = make_record(firm, "XZCF", values={"CF_NR": "罚款五千元"})
    make_record(firm, "XZXK")
    make_record(make_organisation("大理示例花卉有限公司"), "XZCF")
    answer = client.get(RECORDS, {"subject": firm.uscc, "item": item}).json()
    assert answer["count"] == 1
    found = answer["results"][0]
    assert found["document_no"] == record.document_no
    assert found["decided_on"] == "2026-10-23"
    assert found["displayed_until"] == "2027-10-23"
    assert found["subject"] == firm.uscc
    assert found["values"] == {
        "CF_WSH": record.document_no,
        "CF_WFXW": record.title,
        "CF_NR": "罚款五千元",
        "CF_JDRQ": "2026-10-23",
        "CF_CFJG": record.authority,
    }
    assert found["fields"]["CF_NR"] == "处罚内容"
    assert list(found["fields"]) == list(found["values"])
    assert found["url"] == f"http://testserver/records/{record.public_id}/"


def test_one_record_is_the_same_as_in_the_list(client, firm):
    record = make_record(firm, "CXRY")
    listed = client.get(RECORDS, {"item": "诚实守信荣誉"}).json()["results"][0]
    assert client.get(f"{RECORDS}{record.public_id}/").json() == listed


@pytest.mark.parametrize(
    ("query", "code"),
    [({}, "filter_required"), ({"item": "没有"}, "item_unknown"), ({"item": "XZXK", "page": "0"}, "page_invalid")],
)
def test_a_filter_that_makes_no_sense_is_a_problem(client, query, code):
    response = client.get(RECORDS, query)
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_a_subject_nobody_knows_has_no_records(client, firm):
    make_record(firm, "XZXK")
    assert client.get(RECORDS, {"subject": "没有"}).json() == {"count": 0, "next": None, "results": []}


def test_records_of_persons_are_found_by_document_number_only(client):
    record = make_record(make_person("示例人甲", NUMBER), "XZCF", document_no="昆示罚〔2026〕3号")
    assert client.get(RECORDS, {"item": "XZCF"}).json()["count"] == 0
    found = client.get(RECORDS, {"document_no": "昆示罚(2026)3号"}).json()["results"]
    assert [(row["public_id"], row["subject"], row["subject_name"]) for row in found] == [
        (str(record.public_id), None, "示***")
    ]


def test_an_expired_record_is_gone_from_the_api(client, firm, rehearse):
    record = make_record(firm, "XZCF", displayed_until=TODAY)
    rehearse(TODAY + datetime.timedelta(days=1))
    assert client.get(RECORDS, {"subject": firm.uscc}).json()["count"] == 0
    assert client.get(f"{RECORDS}{record.public_id}/").status_code == 404
    assert client.get(f"{SUBJECTS}{firm.uscc}/").json()["records"] == []


def test_the_schema_describes_every_public_route(client):
    schema = client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()
    for name in ("subjects", "records"):
        assert reverse(f"public-api:{name}") in schema["paths"]
    operation = schema["paths"][SUBJECTS]["get"]
    assert operation["security"] == [{}]
    assert "1001" in schema["components"]["schemas"]["SubjectPage"]["properties"]["count"]["description"]
