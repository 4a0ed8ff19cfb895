"""The client against the real stub with each fault, against a broken network, and against answers from hell."""

import json
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from exchange.client import ANSWER_LIMIT, NationalPlatform, NoAnswer, make_excerpt
from exchange.messages import Action, OutboundBatch, OutboundItem, OutcomeKind, RowStatus, Subject, SubjectKind
from exchange.stub.faults import GARBAGE
from tests.exchange.national import KEY, SENT_AT, SOURCE, StubProcess, make_batch, make_item, make_many
from tests.faults.proxy import Fault, FaultProxy

NAME = "示例云岭演示有限公司"


def connect(port: int, timeout: float = 5, **options: Any) -> NationalPlatform:
    return NationalPlatform(f"http://127.0.0.1:{port}", KEY, SOURCE, timeout=timeout, **options)


def statuses(results: Any) -> list[str]:
    return [result.status.value for result in results.values()]


# The stub's faults


def test_a_batch_is_answered_row_by_row(platform: NationalPlatform) -> None:
    good, bad = make_item("r1"), make_item("r2", document_no="")
    outcome = platform.send(make_batch(good, bad))
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert (outcome.unanswered, outcome.unsolicited, outcome.repeated, outcome.code) == ((), (), (), "")
    assert outcome.results[good.key].is_settled
    assert outcome.results[good.key].receipt
    assert (outcome.results[bad.key].status, outcome.results[bad.key].code) == ("refused", "document_no_missing")
    assert outcome.results[bad.key].reason == "缺少决定文书号"
    assert not outcome.results[bad.key].is_settled


def test_an_error_before_storing_is_to_be_sent_again(stub: StubProcess, platform: NationalPlatform) -> None:
    stub.control(fault="error", count=1)
    outcome = platform.send(make_batch())
    assert (outcome.kind, outcome.code, outcome.http_status) == (OutcomeKind.RETRY, "server_error", 500)
    assert outcome.unanswered == ()
    assert platform.send(make_batch()).kind is OutcomeKind.ACCEPTED


def test_a_busy_platform_says_when_to_come_back(stub: StubProcess, platform: NationalPlatform) -> None:
    stub.control(fault="busy", seconds=7)
    outcome = platform.send(make_batch())
    assert (outcome.kind, outcome.code, outcome.retry_after) == (OutcomeKind.RETRY, "busy", 7.0)


def test_silence_leaves_the_outcome_unknown_within_the_time_limit(stub: StubProcess) -> None:
    stub.control(fault="timeout", seconds=30)
    started = time.monotonic()
    outcome = connect(stub.port, timeout=0.5).send(make_batch())
    assert time.monotonic() - started < 1.5
    assert (outcome.kind, outcome.code, outcome.http_status) == (OutcomeKind.UNKNOWN, "timeout", None)
    assert outcome.unanswered == (make_item().key,)
    stub.control(fault="none")
    assert connect(stub.port).ask(outcome.unanswered)[make_item().key].status is RowStatus.ABSENT


def test_a_lost_answer_is_found_by_asking_and_nothing_is_doubled(stub: StubProcess, platform: NationalPlatform) -> None:
    stub.control(fault="lost_answer", count=1)
    batch = make_many(20)
    outcome = platform.send(batch)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "connection_lost")
    known = platform.ask(outcome.unanswered)
    assert set(statuses(known)) == {"accepted"}
    assert known[batch.keys[0]].digest == batch.items[0].digest()
    again = platform.send(batch)
    assert set(statuses(again.results)) == {"duplicate"}
    assert again.results[batch.keys[0]].receipt == known[batch.keys[0]].receipt
    assert stub.get("/received/count")["received"] == 20


def test_rows_answered_twice_count_once_and_are_reported(stub: StubProcess, platform: NationalPlatform) -> None:
    stub.control(fault="duplicate")
    batch = make_many(3)
    outcome = platform.send(batch)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert statuses(outcome.results) == ["accepted"] * 3
    assert outcome.repeated == batch.keys
    assert stub.get("/received/count")["received"] == 3


def test_rows_missing_from_the_answer_stay_unanswered(stub: StubProcess, platform: NationalPlatform) -> None:
    stub.control(fault="partial", count=1)
    batch = make_many(5)
    outcome = platform.send(batch)
    assert (outcome.kind, outcome.code) == (OutcomeKind.ACCEPTED, "rows_missing")
    assert tuple(outcome.results) == batch.keys[::2]
    assert outcome.unanswered == batch.keys[1::2]
    assert set(statuses(platform.ask(outcome.unanswered))) == {"absent"}


def test_no_kind_of_garbage_is_believed_and_asking_tells_the_truth(
    stub: StubProcess, platform: NationalPlatform
) -> None:
    stub.control(fault="garbage", count=len(GARBAGE))
    codes = {}
    for number, kind in enumerate(GARBAGE):
        batch = make_batch(make_item(f"r{number}"), batch=f"b{number}")
        outcome = platform.send(batch)
        codes[kind.name] = outcome.code
        assert (outcome.kind, outcome.unanswered) == (OutcomeKind.UNKNOWN, batch.keys)
        assert outcome.http_status == 200
        assert len(outcome.excerpt) <= 500
        held = statuses(platform.ask(outcome.unanswered))
        assert held == ["accepted" if kind.is_stored else "absent"]
    assert codes == {
        "html": "answer_not_json",
        "gbk": "answer_encoding",
        "huge": "answer_too_large",
        "error_body": "answer_wrong_batch",
        "wrong_types": "answer_schema",
        "wrong_batch": "answer_wrong_batch",
        "cut_short": "answer_not_json",
    }


@pytest.mark.parametrize("fault", ["error", "busy", "timeout", "lost_answer", "garbage"])
def test_a_question_without_a_trustworthy_answer_says_that_nothing_is_known(stub: StubProcess, fault: str) -> None:
    stub.control(fault=fault, on="receipts", seconds=1)
    with pytest.raises(NoAnswer) as caught:
        connect(stub.port).ask([make_item().key])
    expected = {
        "error": "server_error",
        "busy": "busy",
        "timeout": "connection_lost",
        "lost_answer": "connection_lost",
        "garbage": "answer_not_json",
    }
    assert caught.value.code == expected[fault]
    assert caught.value.retry_after == (1.0 if fault == "busy" else None)


def test_keys_missing_from_the_answer_to_a_question_are_missing_from_the_result(
    stub: StubProcess, platform: NationalPlatform
) -> None:
    stub.control(fault="partial", on="receipts")
    assert list(platform.ask(["530000:r1:1", "530000:r2:1"])) == ["530000:r1:1"]


def test_long_lists_of_keys_are_asked_in_several_questions(platform: NationalPlatform) -> None:
    platform.send(make_many(3))
    answer = platform.ask(f"{SOURCE}:r{number}:1" for number in range(2500))
    assert len(answer) == 2500
    assert statuses(answer).count("accepted") == 3
    assert platform.ask([]) == {}


def test_a_wrong_key_refuses_the_whole_batch(stub: StubProcess) -> None:
    outcome = NationalPlatform(stub.url, "00" * 32, SOURCE).send(make_batch())
    assert (outcome.kind, outcome.code) == (OutcomeKind.REFUSED_WHOLE, "signature_invalid")
    assert outcome.unanswered == ()
    assert stub.get("/received/count")["received"] == 0


def test_a_clock_that_is_far_off_refuses_the_whole_batch(stub: StubProcess) -> None:
    outcome = connect(stub.port, clock=lambda: time.time() - 3600).send(make_batch())
    assert (outcome.kind, outcome.code) == (OutcomeKind.REFUSED_WHOLE, "timestamp_outside_window")


def test_the_platform_is_alive_whatever_fault_is_on_and_dead_when_gone(stub: StubProcess) -> None:
    stub.control(fault="error", on="all")
    assert connect(stub.port).alive()
    assert not connect(free_port()).alive()


def test_an_unreachable_platform_has_certainly_received_nothing() -> None:
    outcome = connect(free_port()).send(make_batch())
    assert (outcome.kind, outcome.code, outcome.http_status) == (OutcomeKind.RETRY, "unreachable", None)


# A broken network


@pytest.fixture
def proxy(stub: StubProcess) -> Iterator[FaultProxy]:
    with FaultProxy("127.0.0.1", stub.port) as proxy:
        yield proxy


def test_a_healthy_proxy_changes_nothing(proxy: FaultProxy) -> None:
    assert connect(proxy.port).send(make_many(500)).kind is OutcomeKind.ACCEPTED


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_slow_drip_ends_with_the_time_limit_in_either_direction(proxy: FaultProxy, way: Any) -> None:
    proxy.apply(Fault(on=way, drip=20))
    started = time.monotonic()
    outcome = connect(proxy.port, timeout=1).send(make_batch())
    assert time.monotonic() - started < 2
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "timeout")


@pytest.mark.parametrize("end", ["cut", "reset", "hang"])
@pytest.mark.parametrize(("way", "after", "stored"), [("up", 300, False), ("down", 0, True), ("down", 200, True)])
def test_a_connection_that_ends_early_leaves_the_outcome_unknown(
    stub: StubProcess, proxy: FaultProxy, end: Any, way: Any, after: int, stored: bool
) -> None:
    proxy.apply(Fault(on=way, end=end, after=after))
    batch = make_batch()
    outcome = connect(proxy.port, timeout=1).send(batch)
    assert (outcome.kind, outcome.unanswered) == (OutcomeKind.UNKNOWN, batch.keys)
    assert outcome.code == ("timeout" if end == "hang" else "connection_lost")
    proxy.heal()
    assert statuses(connect(proxy.port).ask(batch.keys)) == ["accepted" if stored else "absent"]


def test_a_receiver_that_hardly_reads_ends_with_the_time_limit() -> None:
    big = make_batch(*(make_item(f"r{number}", values={"CF_SY": "云" * 5000}) for number in range(800)))

    given_up = threading.Event()

    def sip(connection: socket.socket) -> bytes:
        while not given_up.wait(0.02) and connection.recv(1024):
            pass
        return b""

    with hostile_server(lambda connection, request: None, read=sip) as port:
        started = time.monotonic()
        outcome = connect(port, timeout=1).send(big)
        assert time.monotonic() - started < 2
        given_up.set()
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "timeout")


def test_a_connection_reset_at_once_leaves_nothing_behind(stub: StubProcess, proxy: FaultProxy) -> None:
    proxy.apply(Fault(refuse=True))
    outcome = connect(proxy.port).send(make_batch())
    assert outcome.kind in (OutcomeKind.RETRY, OutcomeKind.UNKNOWN)
    assert stub.get("/received/count")["requests"] == 0


def test_bits_that_flip_on_the_way_are_never_taken_in(stub: StubProcess, proxy: FaultProxy) -> None:
    proxy.apply(Fault(on="up", corrupt=997))
    outcome = connect(proxy.port).send(make_many(50))
    assert outcome.kind is OutcomeKind.REFUSED_WHOLE
    assert stub.get("/received/count")["received"] == 0


# Answers from hell: a server of our own that says exactly what the test wants


Script = Callable[[socket.socket, bytes], None]


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def hostile_server(script: Script, read: Callable[[socket.socket], bytes] = read_request) -> Iterator[int]:
    """Run `script(connection, request)` for every connection; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    script(connection, read(connection))
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def say(status: str, body: bytes, *headers: str, content_type: str = "application/json") -> Script:
    head = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda connection, request: connection.sendall("\r\n".join(head).encode() + body)


def say_json(answer: Any) -> Script:
    return say("200 OK", json.dumps(answer).encode())


def row(key: str = "530000:r1:1", **changes: Any) -> dict[str, Any]:
    return {"key": key, "status": "accepted", "receipt": "GJ1", "code": "", "reason": ""} | changes


def answer_to(batch: OutboundBatch, *rows: Any) -> dict[str, Any]:
    return {"batch": batch.batch, "receipt": "GJP1", "results": list(rows)}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def peak_memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("head", ["Content-Length: 1073741824", "Transfer-Encoding: chunked", "Connection: close"])
def test_an_endless_answer_is_cut_off_and_costs_no_memory(head: str) -> None:
    piece = b" " * 65536
    sent = 0

    def pour(connection: socket.socket, request: bytes) -> None:
        nonlocal sent
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{head}\r\n\r\n".encode())
        framed = b"10000\r\n" + piece + b"\r\n" if "chunked" in head else piece
        for _ in range(16 * 1024):  # a gigabyte
            connection.sendall(framed)
            sent += len(piece)

    before = peak_memory_mib()
    with hostile_server(pour) as port:
        outcome = connect(port).send(make_batch())
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "answer_too_large")
    assert sent < 64 * ANSWER_LIMIT
    assert peak_memory_mib() - before < 20


@pytest.mark.parametrize("endless", [b"X-Padding: 0\r\n", b"HTTP/1.1 102 Processing\r\n\r\n", b"0"])
def test_an_answer_that_never_gets_to_the_point_ends_in_time(endless: bytes) -> None:
    def pour(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" if endless.startswith(b"X") else b"")
        while True:
            connection.sendall(endless)
            time.sleep(0.001)

    started = time.monotonic()
    with hostile_server(pour) as port:
        outcome = connect(port, timeout=1).send(make_batch())
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirects_are_never_followed(status: str) -> None:
    visits: list[bytes] = []
    with (
        hostile_server(lambda connection, request: visits.append(request)) as inner,
        hostile_server(say(status, b"", f"Location: http://127.0.0.1:{inner}/")) as port,
    ):
        outcome = connect(port).send(make_batch())
        with pytest.raises(NoAnswer) as caught:
            connect(port).ask(["530000:r1:1"])
        assert not connect(port).alive()
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "redirected")
    assert caught.value.code == "redirected"
    assert visits == []


def test_proxies_named_in_the_environment_are_not_used(stub: StubProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert connect(stub.port).send(make_batch()).kind is OutcomeKind.ACCEPTED


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("500 Error", OutcomeKind.RETRY, "server_error"),
        ("503 Unavailable", OutcomeKind.RETRY, "server_error"),
        ("502 Bad Gateway", OutcomeKind.UNKNOWN, "gateway_error"),
        ("504 Gateway Timeout", OutcomeKind.UNKNOWN, "gateway_error"),
        ("404 Not Found", OutcomeKind.REFUSED_WHOLE, "http_404"),
        ("403 Forbidden", OutcomeKind.REFUSED_WHOLE, "http_403"),
        ("204 No Content", OutcomeKind.UNKNOWN, "status_unexpected"),
        ("202 Accepted", OutcomeKind.UNKNOWN, "status_unexpected"),
        ("999 Strange", OutcomeKind.RETRY, "server_error"),
    ],
)
def test_a_status_alone_decides_what_is_known(status: str, kind: OutcomeKind, code: str) -> None:
    body = b"" if status.startswith("204") else b"<h1>nginx</h1>"
    with hostile_server(say(status, body, content_type="text/html")) as port:
        outcome = connect(port).send(make_batch())
    assert (outcome.kind, outcome.code) == (kind, code)


def test_what_a_refusal_calls_itself_does_not_make_it_a_retry() -> None:
    with hostile_server(say("400 Bad", b'{"code": "server_error", "reason": ""}')) as port:
        assert connect(port).send(make_batch()).kind is OutcomeKind.REFUSED_WHOLE


def test_a_request_that_a_gateway_repeated_may_have_been_stored() -> None:
    with hostile_server(say("409 Conflict", b'{"code": "replayed", "reason": ""}')) as port:
        outcome = connect(port).send(make_batch())
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "replayed")
    assert outcome.unanswered == make_batch().keys


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("99999999", 86400.0),
        ("-5", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 86400.0),
        ("Wed, 99 Oct 2099 07:28:00 GMT", None),
        ("", None),
    ],
)
def test_the_time_to_come_back_is_read_in_both_forms_and_bounded(header: str, seconds: float | None) -> None:
    with hostile_server(say("429 Busy", b"", f"Retry-After: {header}")) as port:
        assert connect(port).send(make_batch()).retry_after == seconds


BAD_ROWS = {
    "no object": "accepted",
    "no key": {"status": "accepted", "receipt": "GJ1"},
    "unknown status": row(status="maybe"),
    "a status only questions have": row(status="absent"),
    "status no text": row(status=["accepted"]),
    "accepted without receipt": row(receipt=""),
    "receipt no text": row(receipt=7),
    "receipt of strange characters": row(receipt="GJ 1;DROP"),
    "refused without code": row(status="refused", code=""),
    "reason no text": row(status="refused", code="x", reason={"a": 1}),
}


@pytest.mark.parametrize("bad", BAD_ROWS.values(), ids=BAD_ROWS)
def test_one_row_out_of_shape_makes_the_whole_answer_untrustworthy(bad: Any) -> None:
    batch = make_many(2)
    with hostile_server(say_json(answer_to(batch, row(batch.keys[0]), bad))) as port:
        outcome = connect(port).send(batch)
    assert (outcome.kind, outcome.code) == (OutcomeKind.UNKNOWN, "answer_schema")
    assert (dict(outcome.results), outcome.unanswered) == ({}, batch.keys)


@pytest.mark.parametrize("answer", [[], {}, None, 0, "ok", {"batch": "b1"}, {"batch": "b1", "receipt": "GJP1"}])
def test_json_that_is_no_answer_is_not_believed(answer: Any) -> None:
    with hostile_server(say_json(answer)) as port:
        outcome = connect(port).send(make_batch())
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.code in ("answer_schema", "answer_wrong_batch")


@pytest.mark.parametrize("body", [b"[" * 200_000, b"9" * 10_000, b'{"batch": "\xff"}', b"\xef\xbb\xbf{}", b""])
def test_bytes_that_break_parsers_are_only_unknown(body: bytes) -> None:
    with hostile_server(say("200 OK", body)) as port:
        assert connect(port).send(make_batch()).kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize(
    "raw", [b"", b"\x00" * 200_000, b"SSH-2.0\r\n\r\n", b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\n\r\n"]
)
def test_something_that_is_not_http_is_only_unknown(raw: bytes) -> None:
    with hostile_server(lambda connection, request: connection.sendall(raw)) as port:
        assert connect(port, timeout=2).send(make_batch()).kind is OutcomeKind.UNKNOWN


def test_a_compressed_answer_is_not_unpacked() -> None:
    with hostile_server(say("200 OK", b"\x1f\x8b\x08" + b"\x00" * 100, "Content-Encoding: gzip")) as port:
        assert connect(port).send(make_batch()).code == "answer_encoding"


def test_keys_that_were_never_sent_are_ignored_and_reported() -> None:
    batch = make_batch()
    with hostile_server(say_json(answer_to(batch, row(batch.keys[0]), row("530000:other:1")))) as port:
        outcome = connect(port).send(batch)
    assert (outcome.kind, tuple(outcome.results)) == (OutcomeKind.ACCEPTED, batch.keys)
    assert outcome.unsolicited == ("530000:other:1",)


def test_a_key_answered_in_two_ways_is_not_answered() -> None:
    batch = make_batch()
    contrary = (row(batch.keys[0]), row(batch.keys[0], status="refused", code="x"))
    with hostile_server(say_json(answer_to(batch, *contrary))) as port:
        outcome = connect(port).send(batch)
    assert (dict(outcome.results), outcome.unanswered, outcome.repeated) == ({}, batch.keys, batch.keys)


def test_the_reason_of_a_stranger_is_cleaned_and_cut() -> None:
    batch = make_batch()
    reason = "缺少\x00文书号\u202e\ud800" + "啊" * 1000
    with hostile_server(
        say_json(answer_to(batch, row(batch.keys[0], status="refused", code="x", reason=reason)))
    ) as port:
        told = connect(port).send(batch).results[batch.keys[0]].reason
    assert told.startswith("缺少 文书号 ")
    assert len(told) == 300


# What is kept for the log


@pytest.mark.parametrize(
    "body",
    [
        f"<pre>{NAME}</pre>".encode(),
        "".join(f"&#{ord(char)};" for char in NAME).encode(),
        json.dumps({"echo": NAME}).encode(),
        json.dumps({"echo": NAME}).upper().replace("\\U", "\\u").encode(),
    ],
)
def test_an_answer_that_echoes_what_was_sent_is_not_kept(body: bytes) -> None:
    with hostile_server(say("200 OK", body, content_type="text/html")) as port:
        outcome = connect(port).send(make_batch())
    assert outcome.excerpt == "（对方回显了报送内容，不予留存）"


def test_long_numbers_and_control_characters_are_blotted_out() -> None:
    body = "错误\x1b[31m：530102190001010000 与 ５３０１０２１９０００１０１０００Ｘ，代码 E1042".encode()
    assert make_excerpt(body, secret=()) == "错误 [31m：＊＊＊ 与 ＊＊＊，代码 E1042"


def test_the_excerpt_of_a_long_answer_is_short() -> None:
    assert len(make_excerpt("错".encode() * 100_000, secret=["不在其中"])) == 500


# The messages themselves


def test_the_bytes_of_a_batch_are_always_the_same() -> None:
    item = make_item(values={"b": 1, "a": "云"})
    turned = replace(item, values={"a": "云", "b": 1})
    assert make_batch(item).as_bytes() == make_batch(turned).as_bytes()
    assert item.digest() == turned.digest() != make_item(values={"a": "云", "b": 2}).digest()


def test_a_withdrawal_carries_no_content() -> None:
    wire = make_item(revision=2, action=Action.WITHDRAW).as_wire()
    assert {name for name, value in wire.items() if value} == {"key", "record", "revision", "action", "item"}


@pytest.mark.parametrize("changes", [{"record": "a b"}, {"record": ""}, {"revision": 0}, {"source": "云南"}])
def test_an_item_that_cannot_have_a_key_is_never_made(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="报送键"):
        replace(make_item(), **changes)


def test_a_batch_that_could_not_be_sent_is_never_made() -> None:
    with pytest.raises(ValueError, match="1 至 1000"):
        OutboundBatch(SOURCE, "b1", 1, SENT_AT, ())
    with pytest.raises(ValueError, match="同一来源"):
        make_batch(replace(make_item(), source="520000"))
    with pytest.raises(ValueError, match="时区"):
        OutboundBatch(SOURCE, "b1", 1, SENT_AT.replace(tzinfo=None), (make_item(),))


@pytest.mark.parametrize("url", ["", "ftp://x/", "file:///etc/passwd", "http://user:pw@x/", "http://x/?a=1", "//x"])
def test_an_address_of_the_wrong_form_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="NATIONAL_URL"):
        NationalPlatform(url, KEY, SOURCE)


def test_a_key_of_the_wrong_form_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="NATIONAL_KEY"):
        NationalPlatform("http://x", "secret", SOURCE)


def test_a_batch_of_another_source_is_not_sent(platform: NationalPlatform) -> None:
    item = OutboundItem("520000", "r1", 1, Action.WITHDRAW, "CF")
    with pytest.raises(ValueError, match="520000"):
        platform.send(OutboundBatch("520000", "b1", 1, SENT_AT, (item,)))


def test_a_person_travels_only_as_a_cipher() -> None:
    person = Subject(SubjectKind.PERSON, "演示某", id_cipher="c1:9f8e7d")
    assert person.as_wire() == {"kind": "person", "name": "演示某", "id_cipher": "c1:9f8e7d"}
