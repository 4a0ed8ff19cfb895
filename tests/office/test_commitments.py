"""The pages of commitments and deferred materials: taken in at the counter, followed, broken only by two people."""

import datetime
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit_platform.demo import make_uscc
from records.models import Record
from sanctions.models import Commitment
from tests.factories import make_id_number, penalty, register

LATER = "2026-12-25"


@pytest.fixture
def submit(office):
    """Send the form of a text about an organisation, numbered so that several can be made."""

    def submit(code: str = "CN-ZHXY", firm: int = 1, **changes):
        data = {
            "key": uuid.uuid4().hex,
            "kind": "organisation",
            "name": f"昆明示例第{firm}商贸有限公司",
            "number": make_uscc("530102", firm),
            "reason": "主动公开承诺",
            "made_on": "2026-11-22",
            "due_on": "2026-12-01",
            "is_public": "on",
        }
        return office.post(reverse("office:commitment-entry", args=[code]), data | changes)

    return submit


def page(client, name: str, *args) -> str:
    answer = client.get(reverse(f"office:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_commitment_from_the_choice_of_its_text_to_its_fulfilment(office, submit):
    assert "综合信用承诺书" in page(office, "commitment-new")
    assert "依法依规从事生产经营活动" in page(office, "commitment-entry", "CN-ZHXY")
    assert submit().status_code == 302
    made = Commitment.objects.get()
    assert made.number in page(office, "commitments") and "同意向社会公开" in page(
        office, "commitment-paper", made.public_id
    )
    where = reverse("office:commitment-fulfil", args=[made.public_id])
    assert "请写明履行的情况" in office.post(where, {"on": "2026-11-22"}).content.decode()
    assert office.post(where, {"on": "2026-11-22", "result": "已经履行"}).status_code == 302
    assert "已履行" in page(office, "commitment", made.public_id)
    assert "主动公开型承诺" in page(office, "commitment-results")


def test_what_is_refused_is_said_in_the_form_and_nothing_is_kept(submit):
    for changes, sentence in (
        ({"number": "91530102MA0000000X"}, "统一社会信用代码"),
        ({"made_on": "2026-11-30"}, "承诺日期晚于今天"),
        ({"name": ""}, "请填写名称或姓名"),
    ):
        answer = submit(**changes)
        assert answer.status_code == 200 and sentence in answer.content.decode()
    assert not Commitment.objects.exists() and not Record.objects.exists()


def test_the_same_form_sent_twice_is_one_commitment(submit):
    key = uuid.uuid4().hex
    assert [submit(key=key).status_code for _ in range(2)] == [302, 302]
    assert Commitment.objects.count() == 1


def test_missing_materials_are_promised_brought_one_by_one_and_statutory_ones_refused(office, submit):
    refused = submit("CN-RQSL", material_1="营业执照", statutory_1="on")
    assert "法律、法规要求提供的材料不能容缺：营业执照" in refused.content.decode()
    assert submit("CN-RQSL", material_1="平面图", material_2="证明").status_code == 302
    made = Commitment.objects.get()
    for number in (1, 2):
        assert office.post(reverse("office:commitment-material", args=[made.public_id, number])).status_code == 302
    assert "已履行" in page(office, "commitment", made.public_id)


def test_who_has_an_adverse_record_brings_everything_first(submit, department, clerk):
    register(penalty(department, 1, firm=1), clerk)
    assert "近 3 年内有失信记录" in submit("CN-RQSL", material_1="平面图").content.decode()


def test_a_breach_is_proposed_by_one_and_decided_by_another(office, submit, browse, lead, rehearse):
    submit()
    made = Commitment.objects.get()
    assert "提出认定违诺" not in page(office, "commitment", made.public_id)
    rehearse(datetime.date.fromisoformat(LATER))
    assert "逾期" in page(office, "commitments") and "提出认定违诺" in page(office, "commitment", made.public_id)
    said = {"unperformed": "没有履行", "answer": "电话告知，没有说明"}
    assert office.post(reverse("office:commitment-find", args=[made.public_id]), said).status_code == 302
    decision = {"decision": "confirm", "document_no": "云示违〔2026〕1号", "reason": "事实清楚"}
    where = reverse("office:commitment-decide", args=[made.public_id])
    assert office.post(where, decision).status_code == 404
    manager = browse(lead)
    assert "请写明认定文书的文号" in manager.post(where, decision | {"document_no": ""}).content.decode()
    assert manager.post(where, decision).status_code == 302
    made.refresh_from_db()
    assert made.state == "breached" and made.breach_record.item_code == "CNWY"
    assert "违背信用承诺信息" in page(manager, "commitment", made.public_id)


def test_a_persons_name_and_number_are_masked_on_every_page(office, submit):
    number = make_id_number(51)
    about = {"kind": "person", "name": "示例赵六", "number_kind": "身份证", "number": number, "is_public": ""}
    assert submit("CN-ZMSX", **about).status_code == 302
    made = Commitment.objects.get()
    for name, args in (("commitments", ()), ("commitment", (made.public_id,)), ("commitment-paper", (made.public_id,))):
        text = page(office, name, *args)
        assert "示例赵六" not in text and number not in text


def test_a_departments_promise_stands_in_the_results(office, submit, department):
    itself = {"name": department.name, "number": department.uscc, "reason": "一个工作日办结"}
    assert submit("CN-ZWCN", **itself).status_code == 302
    text = page(office, "commitment-results")
    assert "政务承诺的兑现" in text and "一个工作日办结" in text


@pytest.mark.parametrize(("path", "questions"), [("/office/commitments/", 8), ("/office/commitments/results/", 5)])
def test_a_list_costs_the_same_however_long_it_is(office, submit, path, questions):
    counts = []
    for numbers in (range(1, 3), range(3, 9)):
        for number in numbers:
            submit(firm=number)
        with CaptureQueriesContext(connection) as queries:
            assert office.get(path).status_code == 200
        counts.append(len(queries))
    assert counts == [questions] * 2


def test_home_reminds_of_what_is_due_and_the_lead_of_what_waits_for_a_decision(office, submit, browse, lead, rehearse):
    submit(due_on="2026-12-15")
    assert "件信用承诺到期" not in office.get("/office/").content.decode()
    rehearse(datetime.date(2026, 12, 10))
    assert "件信用承诺到期" in office.get("/office/").content.decode()
    rehearse(datetime.date.fromisoformat(LATER))
    made = Commitment.objects.get()
    assert made.number in office.get("/office/commitments/?state=due").content.decode()
    said = {"unperformed": "没有履行", "answer": "电话告知，没有说明"}
    office.post(reverse("office:commitment-find", args=[made.public_id]), said)
    assert "件违诺等待认定" in browse(lead).get("/office/").content.decode()
