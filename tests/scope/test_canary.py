"""A citizen's number goes in at every door and is found nowhere but where it is kept encrypted (T-13)."""

import json
import logging
import os
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from credit_platform import demo
from credit_platform.routes import ROUTES, Access
from records import crypto, services
from records.models import Batch, Identifier, Record
from tests.conftest import TODAY
from tests.repair.conftest import make_applicant
from tests.scope.addresses import address, calls
from tests.scope.province import issue_bulletin, make_side, send
from tests.scope.sinks import Finder, broker_entries, files

NUMBERS = [demo.make_id_number("530102", date(1979, month, 3), 510 + month) for month in range(1, 8)]
FORM, FILE, API, MISTYPED, IN_THE_WRONG_COLUMN, IN_THE_TEXT, SEARCHED = NUMBERS
PAGES = [name for name, method in calls(Access.SCOPED, Access.PUBLIC, Access.APPLICANT) if method == "GET"]
# The clerk's own file with the clerk's own cells, to be corrected: the one download that has them.
OWN_FILE = ("office:batch-returned", "department-api:batch-errors-file")


def test_shapes_are_recognised_wherever_they_stand():
    """The finder itself must be able to find."""
    finder = Finder(FORM)
    for around in ("", "a", "ab", "abc"):
        assert finder.is_in(crypto.base64.b64encode(f"{around}{FORM}尾".encode()))
        assert finder.is_in(f"{around}{FORM}".encode().hex())
    assert not finder.is_in(FILE)


@pytest.fixture
def entered(committed, rehearse, data_dir, caplog):
    """A department that has sent numbers in every way, right and wrong; messages lie in the broker unread."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setLevel(logging.DEBUG)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('platform.today', %s, false)", [TODAY.isoformat()])
    side = make_side("甲隐乙", 1)
    client = side.client(side.clerk)
    type_into_form(client, person(side, FORM, 1))
    batch = send(side.department, wrong_and_right(side), "含有号码")
    done = services.run_batch(batch.pk, today=TODAY)
    assert (done.state, done.rows_accepted, done.rows_rejected) == ("committed", 1, 3)
    answer = client.post(
        reverse("department-api:batches"),
        {"item": "行政处罚", "rows": [person(side, API, 9)]},
        content_type="application/json",
        **side.bearer,
    )
    assert answer.status_code == 202
    assert services.run_batch(Batch.objects.get(public_id=answer.json()["id"]).pk, today=TODAY).rows_accepted == 1
    side.batch, side.personal = done, Record.objects.get(batch=done)
    side.applicant = make_applicant(side.personal, 950)
    side.bulletin = issue_bulletin()
    return side


def person(side, number: str, place: int) -> dict[str, str]:
    *_, row = demo.penalties((side.department.name, side.department.uscc), TODAY)
    return row | {
        "行政相对人名称": f"示例某{place}",
        "自然人证件号码": number,
        "行政处罚决定书文号": f"隐罚〔2026〕{place}0号",
    }


def wrong_and_right(side) -> list[dict[str, str]]:
    """The number as it should be, with a wrong check digit, in the column of organisations, in a published text."""
    firm = {"行政相对人名称": "示例隐名有限公司", "行政相对人类别": "法人及非法人组织", "法定代表人": "示甲"}
    firm |= {"自然人证件类型": "", "自然人证件号码": "", "行政相对人代码_1": demo.make_uscc("530102", 77)}
    mistyped = MISTYPED[:-1] + ("1" if MISTYPED[-1] != "1" else "2")
    return [
        person(side, FILE, 2),
        person(side, mistyped, 3) | {"备注": ""},
        person(side, "", 4) | firm | {"行政相对人代码_1": IN_THE_WRONG_COLUMN},
        person(side, "", 5) | firm | {"违法事实": f"当事人 {IN_THE_TEXT} 经查属实。"},
    ]


def type_into_form(client: Client, row: dict[str, str]) -> None:
    """Check and submit, as the page does."""
    where, names = reverse("office:record-entry", args=["XZCF"]), _codes()
    values = {names[name]: text for name, text in row.items() if text}
    values["CF_CFLB"] = row["处罚类别"].split("、")
    assert client.post(where, values | {"step": "check"}).status_code == 200
    answer = client.post(where, values | {"step": "submit", "key": "canary-key"})
    assert answer.status_code == 302, answer.content.decode()


def _codes() -> dict[str, str]:
    fields = services.batches.item_in_force("XZCF", on=TODAY).fields.all()
    return {name: field.code for field in fields for name in (field.name, *field.aliases)}


def tables():
    """Every row of every table as text; a session as what is in it, since it is kept packed."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" AS t")
            yield f"table {table}", cursor.fetchone()[0]
    for session in Session.objects.all():
        yield "session", json.dumps(session.get_decoded())


def pages(side):
    """Every page and API answer, of the portal as a stranger, of the office as the lead, of its own as the person."""
    for name in (name for name in PAGES if name not in OWN_FILE):
        rule = ROUTES[name]
        client = (
            Client()
            if rule.access == Access.PUBLIC
            else side.client(side.clerk)
            if rule.access != Access.APPLICANT
            else side.applicants_client()
        )
        answer = client.get(address(name, side))
        yield name, b"".join(answer) + str(answer.headers).encode()
    for record in Record.objects.filter(department=side.department):
        for where in (
            reverse("portal:record", args=[record.public_id]),
            reverse("office:record", args=[record.public_id]),
        ):
            yield where, side.client(side.clerk).get(where).content
        where = f"{reverse('public-api:records')}?document_no={record.document_no}"
        yield where, Client().get(where).content
    for name in ("department-api:batch", "department-api:batch-errors"):
        yield name, Client().get(address(name, side), **side.bearer).content


def test_number_is_kept_encrypted_and_found_nowhere_else(entered, settings, caplog):
    """Rows, sessions, messages in the broker, files, pages, answers and the log."""
    finder = Finder(*NUMBERS, MISTYPED[:-1])
    kept = [crypto.open_text(each.cipher) for each in Identifier.objects.filter(kind="id_card").order_by("pk")]
    assert {FORM, FILE, API} <= set(kept), "the numbers must have been taken in, or nothing is proved"
    assert finder.among(pages(entered)) == []
    assert finder.among(tables()) == []
    assert finder.among(broker_entries(os.environ["REDIS_URL"])) == []
    assert finder.among(files(settings.DATA_DIR)) == []
    assert not finder.is_in(caplog.text)


@pytest.mark.parametrize("name", ["portal:search", "office:records", "public-api:subjects", "public-api:records"])
def test_number_searched_for_is_not_said_back(entered, name):
    """Whatever was typed into the address, neither page nor title repeats it."""
    client = entered.client(entered.clerk)
    parameter = "document_no" if name == "public-api:records" else "q"
    answer = client.get(reverse(name), {parameter: SEARCHED}, follow=True)
    assert not Finder(SEARCHED).is_in(answer.content)


def test_number_is_shown_in_full_only_for_a_purpose_and_not_kept_by_the_browser(entered):
    client, subject = entered.client(entered.clerk), entered.personal.subject
    where = reverse("office:subject-reveal", args=[subject.public_id])
    assert not Finder(FILE).is_in(client.post(where, {"kind": "id_card", "purpose": ""}).content)
    answer = client.post(where, {"kind": "id_card", "purpose": "核对身份"})
    assert Finder(FILE).is_in(answer.content)
    assert "no-store" in answer["Cache-Control"]
    assert not Finder(FILE).is_in(client.get(reverse("office:subject", args=[subject.public_id])).content)


def test_error_page_does_not_repeat_what_was_typed(entered, monkeypatch, caplog):
    """Something breaks while a form with a number is worked on: neither page nor log quotes it."""

    def break_down(*arguments, **keywords):
        raise RuntimeError("演示故障")

    monkeypatch.setattr(services, "register_record", break_down)
    client = entered.client(entered.clerk, raise_request_exception=False)
    values = {_codes()[name]: text for name, text in person(entered, SEARCHED, 8).items() if text}
    values |= {"step": "submit", "key": "another-key", "CF_CFLB": ["罚款"]}
    answer = client.post(reverse("office:record-entry", args=["XZCF"]), values)
    assert answer.status_code == 500
    assert not Finder(SEARCHED).is_in(answer.content)
    assert not Finder(SEARCHED).is_in(caplog.text)
