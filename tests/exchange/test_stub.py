"""The national-platform stub, always as a real process: what it keeps, what it refuses, what it survives."""

import datetime
import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exchange import signing
from exchange.client import NationalPlatform
from exchange.messages import Action, OutcomeKind, RowStatus, Subject, SubjectKind, canonical_bytes
from tests.exchange.national import COMPANY, KEY, SOURCE, StubProcess, make_batch, make_item, make_many

ZERO = dict.fromkeys(("received", "effective", "withdrawn", "stale", "refused", "duplicates", "requests"), 0)


def sign(body: bytes, *, path: str = "/v1/batches", age: int = 0, key: str = KEY) -> dict[str, str]:
    return signing.sign(
        bytes.fromhex(key),
        method="POST",
        target=path,
        source=SOURCE,
        body=body,
        timestamp=int(time.time()) - age,
        nonce=secrets.token_hex(16),
    )


def post(stub: StubProcess, message: Any, path: str = "/v1/batches") -> tuple[int, Any]:
    body = message if isinstance(message, bytes) else canonical_bytes(message)
    return stub.call("POST", path, body, sign(body, path=path))


def post_row(stub: StubProcess, **changes: Any) -> Any:
    """The verdict on one row whose wire form was changed by hand."""
    message = json.loads(make_batch().as_bytes())
    message["items"][0] |= changes
    status, answer = post(stub, message)
    assert status == 200, answer
    return answer["results"][0]


# What is kept


def test_a_new_stub_holds_nothing(stub: StubProcess) -> None:
    assert stub.get("/received/count") == ZERO
    assert stub.get("/received/") == {"count": 0, "next": None, "results": []}


def test_a_published_record_is_held_with_its_visible_fields_and_a_digest(
    stub: StubProcess, platform: NationalPlatform
) -> None:
    item = make_item()
    result = platform.send(make_batch(item)).results[item.key]
    [row] = stub.get(f"/received/?key={item.key}")["results"]
    assert row["digest"] == item.digest()
    assert row["receipt"] == result.receipt
    assert row["subject"] == {"kind": "organisation", "name": COMPANY.name, "code": COMPANY.code}
    assert (row["document_no"], row["decided_on"], row["displayed_until"]) == (
        item.document_no,
        "2026-11-03",
        "2027-11-03",
    )
    assert row["effective"] is True
    assert "values" not in row


def test_the_same_revision_twice_counts_once(stub: StubProcess, platform: NationalPlatform) -> None:
    first = platform.send(make_batch(batch="b1")).results
    again = platform.send(make_batch(batch="b2")).results
    [key] = first
    assert (first[key].status, again[key].status) == (RowStatus.ACCEPTED, RowStatus.DUPLICATE)
    assert first[key].receipt == again[key].receipt
    assert stub.get("/received/count") == ZERO | {"received": 1, "effective": 1, "duplicates": 1, "requests": 2}


def test_the_same_key_twice_in_one_batch_counts_once(stub: StubProcess) -> None:
    _, answer = post(stub, make_batch(make_item(), make_item()).as_bytes())
    assert [row["status"] for row in answer["results"]] == ["accepted", "duplicate"]
    assert stub.get("/received/count")["received"] == 1


def test_a_newer_revision_takes_the_place_of_the_older(stub: StubProcess, platform: NationalPlatform) -> None:
    platform.send(make_batch(make_item(revision=1)))
    platform.send(make_batch(make_item(revision=2)))
    assert stub.get("/received/count") == ZERO | {"received": 2, "effective": 1, "requests": 2}
    [row] = stub.get("/received/?effective=1")["results"]
    assert row["revision"] == 2


def test_a_withdrawal_ends_the_effect_and_is_never_overtaken_by_the_older_publication(
    stub: StubProcess, platform: NationalPlatform
) -> None:
    late = make_item(revision=1)
    platform.send(make_batch(make_item(revision=2, action=Action.WITHDRAW)))
    assert platform.send(make_batch(late)).results[late.key].status is RowStatus.STALE
    assert platform.send(make_batch(late)).results[late.key].status is RowStatus.STALE
    expected = {"received": 2, "withdrawn": 1, "stale": 1, "duplicates": 1, "requests": 3}
    assert stub.get("/received/count") == ZERO | expected
    assert stub.get("/received/?effective=1")["count"] == 0


def test_a_withdrawn_record_can_be_published_again(stub: StubProcess, platform: NationalPlatform) -> None:
    revisions = (make_item(), make_item(revision=2, action=Action.WITHDRAW), make_item(revision=3))
    platform.send(make_batch(*revisions))
    assert stub.get("/received/count") == ZERO | {"received": 3, "effective": 1, "requests": 1}


def test_other_content_under_a_known_revision_is_refused_and_changes_nothing(
    stub: StubProcess, platform: NationalPlatform
) -> None:
    item = make_item()
    platform.send(make_batch(item))
    result = platform.send(make_batch(replace(item, document_no="另一文号"))).results[item.key]
    assert (result.status, result.code) == (RowStatus.REFUSED, "revision_conflict")
    [row] = stub.get("/received/")["results"]
    assert (row["digest"], row["status"]) == (item.digest(), "accepted")


def test_the_same_person_encrypted_anew_is_still_the_same_row(stub: StubProcess, platform: NationalPlatform) -> None:
    first, again = (
        make_item(subject=Subject(SubjectKind.PERSON, "演示某", id_cipher=cipher)) for cipher in ("c1", "c2")
    )
    platform.send(make_batch(first))
    assert platform.send(make_batch(again)).results[again.key].status is RowStatus.DUPLICATE
    assert stub.get("/received/count")["received"] == 1


def test_a_refused_row_is_remembered_and_taken_in_once_it_is_right(
    stub: StubProcess, platform: NationalPlatform
) -> None:
    good = make_item()
    bad = replace(good, document_no="")
    assert platform.send(make_batch(bad, make_item("r2"))).results[bad.key].code == "document_no_missing"
    assert stub.get("/received/count") == ZERO | {"received": 1, "effective": 1, "refused": 1, "requests": 1}
    assert platform.ask([bad.key])[bad.key].code == "document_no_missing"
    assert platform.send(make_batch(good)).results[good.key].status is RowStatus.ACCEPTED
    assert stub.get("/received/count") == ZERO | {"received": 2, "effective": 2, "requests": 2}


def test_persons_are_kept_masked_and_without_any_number(stub: StubProcess, platform: NationalPlatform) -> None:
    person = Subject(SubjectKind.PERSON, "演示某", id_cipher="c1:9f8e7d")
    item = make_item(subject=person)
    assert platform.send(make_batch(item)).results[item.key].status is RowStatus.ACCEPTED
    [row] = stub.get("/received/")["results"]
    assert row["subject"] == {"kind": "person", "name": "演＊＊", "code": ""}
    assert "9f8e7d" not in json.dumps(row)


# What is refused, row by row

NOBODYS_NUMBER = "530102190001010000"  # the check digit holds, the serial number 000 is never given out

REFUSED_ROWS = {
    "record_invalid": {"record": "r 1"},
    "revision_invalid": {"revision": True},
    "key_mismatch": {"key": "530000:r1:2"},
    "action_invalid": {"action": "delete"},
    "item_missing": {"item": ""},
    "subject_missing": {"subject": None},
    "subject_kind_invalid": {"subject": {"kind": "ship", "name": "示例"}},
    "subject_name_missing": {"subject": {"kind": "organisation", "name": "　", "code": COMPANY.code}},
    "subject_name_too_long": {"subject": {"kind": "organisation", "name": "示" * 201, "code": COMPANY.code}},
    "subject_code_missing": {"subject": {"kind": "sole_trader", "name": "示例"}},
    "subject_code_invalid": {"subject": {"kind": "organisation", "name": "示例", "code": "91530000MA0000001Q"}},
    "id_cipher_missing": {"subject": {"kind": "person", "name": "演示某"}},
    "plain_id_number": {"subject": {"kind": "person", "name": "演示某", "id_cipher": NOBODYS_NUMBER}},
    "document_no_missing": {"document_no": None},
    "document_no_too_long": {"document_no": "云" * 129},
    "decided_on_invalid": {"decided_on": "2026-02-30"},
    "displayed_until_invalid": {"displayed_until": "20271103"},
    "displayed_until_before_decision": {"displayed_until": "2026-11-02"},
    "values_invalid": {"values": []},
    "text_invalid": {"document_no": "云\x00罚"},
}


@pytest.mark.parametrize(("code", "changes"), REFUSED_ROWS.items(), ids=REFUSED_ROWS)
def test_a_row_out_of_shape_is_refused_with_its_code(stub: StubProcess, code: str, changes: dict[str, Any]) -> None:
    verdict = post_row(stub, **changes)
    assert (verdict["status"], verdict["code"]) == ("refused", code)
    assert verdict["reason"]
    assert stub.get("/received/count")["received"] == 0


def test_a_plain_id_number_among_the_values_is_refused(stub: StubProcess) -> None:
    verdict = post_row(stub, values={"CF_FR_ZJHM": NOBODYS_NUMBER})
    assert verdict["code"] == "plain_id_number"


def test_a_lone_surrogate_is_refused_and_the_row_beside_it_is_taken_in(stub: StubProcess) -> None:
    message = json.loads(make_batch(make_item("r1"), make_item("r2")).as_bytes())
    message["items"][0]["values"] = {"CF_SY": "\ud800"}
    _, answer = post(stub, json.dumps(message).encode())
    assert [(row["status"], row["code"]) for row in answer["results"]] == [
        ("refused", "text_invalid"),
        ("accepted", ""),
    ]


# What is refused as a whole


@pytest.mark.parametrize("tampered", ["body", "signature", "source", "timestamp", "nonce", "query", "address"])
def test_a_tampered_request_is_refused(stub: StubProcess, tampered: str) -> None:
    body, path = make_batch().as_bytes(), "/v1/batches"
    headers = sign(body)
    match tampered:
        case "body":
            body = body.replace(b"2026-11-03", b"2026-11-04")
        case "query":
            path = "/v1/batches?x=1"
        case "address":
            path = "/v1/receipts"
        case _:
            name = f"X-Credit-{tampered.title()}"
            headers[name] = headers[name][:-1] + ("0" if headers[name][-1] != "0" else "1")
    status, answer = stub.call("POST", path, body, headers)
    assert (status, answer["code"]) == (401, "signature_invalid")
    assert stub.get("/received/count") == ZERO


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "signature_missing"),
        ({"key": "00" * 32}, "signature_invalid"),
        ({"age": signing.WINDOW_SECONDS + 5}, "timestamp_outside_window"),
        ({"age": -signing.WINDOW_SECONDS - 5}, "timestamp_outside_window"),
    ],
)
def test_a_request_without_a_valid_proof_is_refused(stub: StubProcess, headers: dict[str, Any], code: str) -> None:
    body = make_batch().as_bytes()
    status, answer = stub.call("POST", "/v1/batches", body, sign(body, **headers) if headers else {})
    assert (status, answer["code"]) == (401, code)
    assert stub.get("/received/count") == ZERO


def test_a_replayed_request_is_refused(stub: StubProcess) -> None:
    body = make_batch().as_bytes()
    headers = sign(body)
    assert stub.call("POST", "/v1/batches", body, headers)[0] == 200
    status, answer = stub.call("POST", "/v1/batches", body, headers)
    assert (status, answer["code"]) == (409, "replayed")
    assert stub.get("/received/count")["duplicates"] == 0


def test_a_replay_is_still_refused_after_a_restart(tmp_path: Path) -> None:
    body = make_batch().as_bytes()
    headers = sign(body)
    with StubProcess(tmp_path) as stub:
        assert stub.call("POST", "/v1/batches", body, headers)[0] == 200
        stub.stop(signal.SIGKILL)
        stub.start()
        assert stub.call("POST", "/v1/batches", body, headers)[1]["code"] == "replayed"


def test_a_copy_from_before_a_restore_is_refused(stub: StubProcess, platform: NationalPlatform) -> None:
    platform.send(make_batch(make_item("r1"), epoch=2))
    outcome = platform.send(make_batch(make_item("r2"), epoch=1))
    assert (outcome.kind, outcome.code) == (OutcomeKind.REFUSED_WHOLE, "epoch_outdated")
    assert stub.get("/received/count")["received"] == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "body_invalid"),
        (b"[]", "body_invalid"),
        (b'{"source": "530000", "epoch": NaN}', "body_invalid"),
        ('{"source": "示例"}'.encode("gbk"), "body_invalid"),
        (b"[" * 100_000, "body_invalid"),
        (b'{"source": "520000"}', "source_mismatch"),
        (b'{"source": "530000"}', "batch_invalid"),
        (b'{"source": "530000", "batch": "b1", "epoch": "1"}', "epoch_invalid"),
        (b'{"source": "530000", "batch": "b1", "epoch": 1, "items": []}', "items_missing"),
        (
            b'{"source": "530000", "batch": "b1", "epoch": 1, "items": [%s]}' % b",".join([b"1"] * 1001),
            "batch_too_large",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_body_that_is_no_batch_is_refused(stub: StubProcess, body: bytes, code: str) -> None:
    status, answer = post(stub, body)
    assert 400 <= status < 500
    assert answer["code"] == code


def test_unknown_addresses_and_methods_are_refused_in_the_same_shape(stub: StubProcess) -> None:
    assert stub.call("GET", "/nothing")[1]["code"] == "not_found"
    assert stub.call("GET", "/v1/batches")[1]["code"] == "method_not_allowed"
    assert stub.call("DELETE", "/received/")[1]["code"] == "request_invalid"


def test_an_oversized_body_is_refused_before_it_is_read(stub: StubProcess) -> None:
    with socket.create_connection(("127.0.0.1", stub.port), 5) as connection:
        connection.sendall(b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


# Asking


def test_keys_are_told_apart_into_held_refused_and_absent(stub: StubProcess, platform: NationalPlatform) -> None:
    held, refused = make_item("r1", revision=2), make_item("r2", document_no="")
    platform.send(make_batch(held, refused))
    answer = platform.ask([held.key, refused.key, f"{SOURCE}:r1:3", f"{SOURCE}:r9:1", "nonsense", "520000:r1:2"])
    assert [result.status for result in answer.values()] == ["accepted", "refused", *["absent"] * 4]
    assert answer[held.key].digest == held.digest()
    assert answer[f"{SOURCE}:r1:3"].latest_revision == 2
    assert answer[f"{SOURCE}:r9:1"].latest_revision is None


def test_receipts_can_be_asked_for_by_get_too(stub: StubProcess, platform: NationalPlatform) -> None:
    platform.send(make_batch())
    target = "/v1/receipts?keys=530000:r1:1,530000:r2:1"
    headers = signing.sign(
        bytes.fromhex(KEY),
        method="GET",
        target=target,
        source=SOURCE,
        body=b"",
        timestamp=int(time.time()),
        nonce=secrets.token_hex(16),
    )
    _, answer = stub.call("GET", target, None, headers)
    assert [row["status"] for row in answer["results"]] == ["accepted", "absent"]
    assert stub.call("GET", target)[0] == 401


def test_what_was_received_is_filtered_and_paged(stub: StubProcess, platform: NationalPlatform) -> None:
    platform.send(make_many(7))
    platform.send(make_batch(make_item("r3", revision=2, action=Action.WITHDRAW)))
    first = stub.get("/received/?size=5")
    second = stub.get(f"/received/?size=5&page={first['next']}")
    assert (first["count"], len(first["results"]), len(second["results"]), second["next"]) == (8, 5, 3, None)
    assert stub.get("/received/?record=r3")["count"] == 2
    assert stub.get("/received/?effective=1")["count"] == 6
    assert stub.get("/received/?effective=0")["count"] == 2
    assert stub.get("/received/?document_no=%E4%BA%91%E6%BC%94%E7%BD%9A%E3%80%942026%E3%80%95r4%E5%8F%B7")["count"] == 1
    assert stub.get("/received/?key=nonsense")["count"] == 0
    assert stub.call("GET", "/received/?page=0")[1]["code"] == "page_invalid"


# Switching faults


def test_a_fault_lasts_as_many_requests_as_it_was_given(stub: StubProcess) -> None:
    stub.control(fault="error", count=2)
    assert [post(stub, make_batch().as_bytes())[0] for _ in range(3)] == [500, 500, 200]
    assert stub.get("/control")["fault"] == "none"
    assert stub.get("/received/count") == ZERO | {"received": 1, "effective": 1, "requests": 3}


def test_an_order_that_makes_no_sense_changes_no_fault(stub: StubProcess) -> None:
    stub.control(fault="busy")
    for order, code in (
        ({"fault": "fire"}, "fault_unknown"),
        ({"fault": "error", "count": 0}, "count_invalid"),
        ({"fault": "timeout", "seconds": -1}, "seconds_invalid"),
        ({"fault": "error", "on": "moon"}, "on_invalid"),
    ):
        assert stub.call("POST", "/control", json.dumps(order).encode())[1]["code"] == code
    assert stub.get("/control")["fault"] == "busy"


def test_switching_the_fault_lets_held_requests_go(stub: StubProcess) -> None:
    stub.control(fault="timeout", seconds=60)
    platform = NationalPlatform(stub.url, KEY, SOURCE, timeout=30)
    outcomes: list[Any] = []
    sender = threading.Thread(target=lambda: outcomes.append(platform.send(make_batch())))
    sender.start()
    while stub.get("/received/count")["requests"] == 0:
        time.sleep(0.02)
    stub.control(fault="none")
    sender.join(5)
    assert outcomes[0].kind is OutcomeKind.UNKNOWN
    assert stub.get("/received/count")["received"] == 0


def test_the_store_is_emptied_only_where_that_was_allowed(tmp_path: Path) -> None:
    with StubProcess(tmp_path) as stub:
        status, answer = stub.call("POST", "/control", b'{"reset": true}')
        assert (status, answer["code"]) == (403, "reset_not_allowed")


# Living and dying


def test_a_crash_in_the_middle_of_a_batch_leaves_nothing_of_it(tmp_path: Path) -> None:
    with StubProcess(tmp_path) as stub:
        platform = NationalPlatform(stub.url, KEY, SOURCE, timeout=10)
        platform.send(make_many(100, batch="before"))
        stub.control(fault="crash")
        batch = make_many(100, start=100, batch="during")
        assert platform.send(batch).kind is OutcomeKind.UNKNOWN
        assert stub.process.wait(5) == -signal.SIGKILL
        stub.start()
        assert stub.get("/received/count")["received"] == 100
        assert {result.status for result in platform.ask(batch.keys).values()} == {RowStatus.ABSENT}
        assert {result.status for result in platform.send(batch).results.values()} == {RowStatus.ACCEPTED}
        assert stub.get("/received/count")["received"] == 200


def test_kill_9_at_any_moment_keeps_whole_batches_and_everything_that_was_answered(tmp_path: Path) -> None:
    size, batches = 200, [make_many(200, start=200 * number, batch=f"b{number}") for number in range(16)]
    acknowledged: set[str] = set()
    with StubProcess(tmp_path) as stub:
        platform = NationalPlatform(stub.url, KEY, SOURCE, timeout=10)
        for round_number in range(4):
            killer = threading.Timer(0.05 + 0.07 * round_number, os.kill, (stub.process.pid, signal.SIGKILL))
            killer.start()
            for batch in batches:
                outcome = platform.send(batch)
                acknowledged |= {key for key, result in outcome.results.items() if result.is_settled}
            killer.join()
            stub.process.wait(5)
            stub.start()
            received = stub.get("/received/count")["received"]
            assert received % size == 0
            assert received >= len(acknowledged)
        for batch in batches:
            platform.send(batch)
        final = stub.get("/received/count")
        assert (final["received"], final["effective"]) == (size * len(batches), size * len(batches))
        assert acknowledged <= {key for batch in batches for key in platform.ask(batch.keys)}
        stub.stop()
    with sqlite3.connect(tmp_path / "national.sqlite3") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        doubled = "SELECT count(*) FROM (SELECT 1 FROM delivery GROUP BY source, record, revision HAVING count(*) > 1)"
        assert db.execute(doubled).fetchone() == (0,)


def test_sigterm_stops_it_cleanly_even_while_requests_are_held(tmp_path: Path) -> None:
    with StubProcess(tmp_path) as stub:
        stub.control(fault="timeout", seconds=60)
        sender = threading.Thread(target=NationalPlatform(stub.url, KEY, SOURCE, 20).send, args=(make_batch(),))
        sender.start()
        while stub.get("/received/count")["requests"] == 0:
            time.sleep(0.02)
        assert stub.stop() == 0
        sender.join(5)
        assert not sender.is_alive()


def run_to_its_end(folder: Path, port: int, key: str = KEY) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "exchange.stub", "--port", str(port), "--data-dir", str(folder)]
    environment = os.environ | {"NATIONAL_KEY": key, "PYTHONUTF8": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)


def test_a_start_that_cannot_succeed_says_why_in_one_sentence(tmp_path: Path, stub: StubProcess) -> None:
    taken = run_to_its_end(tmp_path, stub.port)
    assert (taken.returncode, taken.stderr.count("\n")) == (2, 1)
    assert f"端口 {stub.port} 已被占用" in taken.stderr
    keyless = run_to_its_end(tmp_path, 0, key="")
    assert (keyless.returncode, keyless.stderr.count("\n")) == (2, 1)
    assert "NATIONAL_KEY" in keyless.stderr


def test_two_stubs_never_share_a_data_directory(tmp_path: Path) -> None:
    with StubProcess(tmp_path):
        second = run_to_its_end(tmp_path, 0)
    assert (second.returncode, second.stderr.count("\n")) == (2, 1)
    assert "正由另一个模拟端使用" in second.stderr


def test_the_page_shows_the_numbers_and_the_fault_and_escapes_what_it_received(
    stub: StubProcess, platform: NationalPlatform
) -> None:
    platform.send(make_batch(make_item(subject=replace(COMPANY, name="示例<script>公司"))))
    stub.control(fault="busy", count=3)
    with socket.create_connection(("127.0.0.1", stub.port), 5) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        page = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert "国家平台模拟端" in page
    assert "还有 3 次" in page
    assert "示例&lt;script&gt;公司" in page
    assert "<script>" not in page


# The signature, pinned so that a receiver can be written from the document alone


def test_the_canonical_string_and_signature_are_those_of_the_document() -> None:
    body = b'{"keys":["530000:r1:1"]}'
    nonce = "00112233445566778899aabbccddeeff"
    text = signing.canonical_request("POST", "/v1/receipts", "530000", "1795138200", nonce, body)
    assert text.decode().split("\n") == [
        "CREDIT-HMAC-SM3-1",
        "POST",
        "/v1/receipts",
        "530000",
        "1795138200",
        nonce,
        "9ba9960349449a81f3795c8e6f73d88b5f123a6d4569a73108ac68d10308da0e",
    ]
    headers = signing.sign(
        bytes.fromhex(KEY),
        method="POST",
        target="/v1/receipts",
        source="530000",
        body=body,
        timestamp=1795138200,
        nonce=nonce,
    )
    assert headers["X-Credit-Signature"] == "4a4053056405f00c02e3269450aba0a773a0033e73e7d5dfea40b6566fe158f4"


def test_canonical_bytes_do_not_depend_on_the_order_of_fields() -> None:
    first = canonical_bytes({"b": datetime.date(2026, 11, 3), "a": "云南"})
    assert first == '{"a":"云南","b":"2026-11-03"}'.encode()
    assert first == canonical_bytes({"a": "云南", "b": datetime.date(2026, 11, 3)})
