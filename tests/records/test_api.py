"""The departments' API over HTTP, worker included: the message is carried by hand, the work is real."""

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.services import issue_token, revoke_token
from records import services
from records.models import Batch, Record
from tests.factories import as_csv, make_department
from tests.records.conftest import make_clerk

pytestmark = pytest.mark.django_db
URL = "/api/v1/batches/"


@pytest.fixture
def token(department, clerk, today):
    return issue_token(department=department, user=clerk, name="测试", on=today)


@pytest.fixture
def api(data_dir, token, rehearse):
    return Client(headers={"Authorization": f"Token {token[1]}"})


def upload(api, rows, item="行政许可", **headers):
    file = SimpleUploadedFile("示例.csv", rows if isinstance(rows, bytes) else as_csv(rows))
    return api.post(URL, {"item": item, "file": file}, headers=headers)


def finish(answer, today) -> dict:
    batch = Batch.objects.get(public_id=answer.json()["id"])
    services.run_batch(batch.pk, today=today)
    return answer.json()


def test_a_file_is_taken_and_followed_to_its_end(api, permit, today):
    answer = upload(api, [permit(1), permit(2, 许可内容="")])
    assert answer.status_code == 202
    assert answer.json()["state"] == "received"
    finish(answer, today)
    found = api.get(answer.headers["Location"]).json()
    assert found["state"] == "committed"
    assert [found[f"rows_{n}"] for n in ("total", "accepted", "unchanged", "rejected")] == [2, 1, 0, 1]
    errors = api.get(found["errors_url"]).json()
    assert errors["count"] == 1 and errors["next"] is None
    assert errors["results"][0]["row"] == 3
    assert errors["results"][0]["problems"][0]["code"] == "required"


def test_rows_sent_back_come_as_excel_with_the_reasons_in_place(api, permit, today):
    body = finish(upload(api, [permit(1), permit(2, 许可内容=""), permit(3)]), today)
    content = b"".join(api.get(f"{URL}{body['id']}/errors.xlsx").streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    titles, row = [[cell.value for cell in cells] for cells in sheet.iter_rows()]
    told = dict(zip(titles, row, strict=True))
    assert (told["行号"], told["错误列"]) == ("3", "许可内容（J 列）")
    assert told["行政许可决定文书号"] == "云示许〔2026〕2号"
    sheet.cell(row=2, column=titles.index("许可内容") + 1, value="补填的内容")
    out = io.BytesIO()
    sheet.parent.save(out)
    again = upload(api, out.getvalue())
    finish(again, today)
    assert api.get(again.headers["Location"]).json()["rows_accepted"] == 1


@pytest.mark.parametrize("item", ["行政许可", "XZXK"])
def test_json_rows_go_the_same_way(api, permit, today, item):
    body = {"item": item, "rows": [permit(1), permit(2)]}
    answer = api.post(URL, body, content_type="application/json")
    assert answer.status_code == 202
    finish(answer, today)
    assert api.get(answer.headers["Location"]).json()["rows_accepted"] == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"不存在的字段": "1"}, "unknown_field"),
        ({"许可编号": True}, "text_expected"),
        ({"许可编号": ["1"]}, "text_expected"),
        ({"XK_NR": "同一字段的另一名称"}, "duplicate_key"),
        ({"许可内容": "\x00"}, "control_character"),
    ],
)
def test_json_that_cannot_be_a_row_is_refused_by_name(api, permit, changes, code):
    answer = api.post(URL, {"item": "行政许可", "rows": [permit(1) | changes]}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("number", ["915301000000000", "5.3E+17", "530102199003071230"])
def test_a_number_in_a_field_for_codes_is_refused_and_one_for_amounts_is_exact(api, penalty, today, number):
    """T-53: what came as a number may have lost its end before it was sent."""
    rows = [penalty(1, **{"罚款金额（万元）": "AMOUNT"}), penalty(2, 行政相对人代码_1="NUMBER")]
    body = json.dumps({"item": "XZCF", "rows": rows}, ensure_ascii=False)
    body = body.replace('"AMOUNT"', "0.10").replace('"NUMBER"', number)
    body = finish(api.post(URL, body.encode(), content_type="application/json"), today)
    errors = api.get(f"{URL}{body['id']}/errors/").json()["results"]
    assert [(row["row"], row["problems"][0]["code"]) for row in errors] == [(3, "numeric_identifier")]
    assert Record.objects.get().values["CF_NR_FK"] == "0.1"


def test_a_field_written_twice_is_refused(api):
    body = b'{"item": "XZXK", "rows": [{"XK_NR": "1", "XK_NR": "2"}]}'
    answer = api.post(URL, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "duplicate_key")


def test_a_batch_waits_for_its_preview_and_is_committed_as_seen(api, permit, today):
    body = {"item": "行政许可", "rows": [permit(1), permit(2, 许可内容="")], "commit": "preview"}
    made = finish(api.post(URL, body, content_type="application/json"), today)
    address = f"{URL}{made['id']}/"
    found = api.get(address).json()
    assert (found["state"], found["preview"]["rows_new"], found["preview"]["rows_returned"]) == ("previewed", 1, 1)
    stale = api.post(f"{address}commit/", {"preview": "0"}, content_type="application/json")
    assert (stale.status_code, stale.json()["code"]) == (409, "preview_moved")
    seen = {"preview": found["preview"]["digest"]}
    assert api.post(f"{address}commit/", seen, content_type="application/json").status_code == 202
    services.run_batch(Batch.objects.get().pk, today=today)
    found = api.get(address).json()
    assert (found["state"], found["rows_accepted"], found["preview"]) == ("committed", 1, None)
    again = api.post(f"{address}commit/", seen, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "transition_refused")


def test_a_preview_can_be_dropped(api, permit, today):
    body = {"item": "行政许可", "rows": [permit(1)], "commit": "preview"}
    made = finish(api.post(URL, body, content_type="application/json"), today)
    assert api.post(f"{URL}{made['id']}/drop/").json()["state"] == "abandoned"
    assert not Record.objects.exists()


def test_all_or_nothing_can_be_asked_for(api, permit, today):
    body = {"item": "行政许可", "rows": [permit(1), permit(2, 许可内容="")], "policy": "all_or_nothing"}
    made = finish(api.post(URL, body, content_type="application/json"), today)
    found = api.get(f"{URL}{made['id']}/").json()
    assert (found["state"], found["code"], found["rows_rejected"]) == ("refused", "rows_rejected", 1)


def test_a_lone_surrogate_is_refused_by_name(api):
    body = b'{"item": "XZXK", "rows": [{"XK_NR": "\\ud800"}]}'
    answer = api.post(URL, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "lone_surrogate")
    assert "XK_NR" in answer.json()["detail"]


def test_the_same_key_gives_the_same_batch_and_another_body_422(api, permit):
    first = upload(api, [permit(1)], **{"Idempotency-Key": "k"})
    assert upload(api, [permit(1)], **{"Idempotency-Key": "k"}).json()["id"] == first.json()["id"]
    other = upload(api, [permit(2)], **{"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_an_unknown_item_is_refused_in_a_sentence(api, permit):
    answer = upload(api, [permit(1)], item="不存在")
    assert (answer.status_code, answer.json()["code"]) == (400, "item_not_in_force")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_unreadable_file_ends_refused_with_code_and_reason(api, today):
    answer = upload(api, b"%PDF-1.7")
    finish(answer, today)
    found = api.get(answer.headers["Location"]).json()
    assert (found["state"], found["code"]) == ("refused", "pdf_file")
    assert found["reason"].endswith("。")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Token nonsense"}, {"Authorization": "Bearer x"}])
def test_without_a_good_token_nothing_is_done(data_dir, permit, header, db):
    answer = upload(Client(headers=header), b"x")
    assert answer.status_code == 401
    assert not Batch.objects.exists()


def test_a_revoked_token_ends_at_once(api, token, permit, clerk):
    assert upload(api, [permit(1)]).status_code == 202
    revoke_token(token[0], actor=clerk, reason="测试")
    assert upload(api, [permit(2)]).status_code == 401


def test_a_disabled_person_ends_their_tokens(api, permit, clerk):
    type(clerk).objects.filter(pk=clerk.pk).update(is_active=False)
    assert upload(api, [permit(1)]).status_code == 401


def test_another_departments_batch_does_not_exist(api, permit, today, data_dir):
    body = upload(api, [permit(1)]).json()
    other = make_department("B", 702)
    plain = issue_token(department=other, user=make_clerk(other, "clerk-b"), name="乙", on=today)[1]
    stranger = Client(headers={"Authorization": f"Token {plain}"})
    for path in ("", "errors/", "errors.xlsx"):
        answer = stranger.get(f"{URL}{body['id']}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
