"""What the stub answers: a request comes in, a reply goes out. Sockets are `server`'s business."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from exchange import signing
from exchange.messages import MAX_ITEMS, RowStatus, digest
from exchange.stub import faults, page
from exchange.stub.shape import is_id_number, read_row
from exchange.stub.store import EpochOutdated, Store, Verdict

PAGE_SIZE = 50
PAGE_SIZE_MAX = 1000
BATCH_ID_LENGTH = 64
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose body has been read. target: path and query as sent; query: first value of each parameter."""

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply. An iterable body is streamed without a length and the connection closed after it."""

    status: int
    body: bytes | Iterable[bytes]
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


HANG_UP = Reply(0, b"")
"""Close the connection without a word."""


class Refused(Exception):
    """The whole request is refused: HTTP status, stable code, Chinese sentence."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stub:
    """What the routes need: the store, the fault switch, the shared key, and whether the store may be emptied."""

    store: Store
    faults: faults.FaultSwitch
    key: bytes
    allow_reset: bool = False


def answer(stub: Stub, request: Request) -> Reply:
    """Find the route and answer. Never raises for anything a client can send."""
    routes = {method: handler for (method, path), handler in ROUTES.items() if path == request.path}
    try:
        if not routes:
            raise Refused(404, "not_found", "没有这个地址，可用地址见首页")
        if request.method not in routes:
            raise Refused(405, "method_not_allowed", f"此地址只接受 {'、'.join(sorted(routes))}")
        return routes[request.method](stub, request)
    except Refused as refused:
        return refuse(refused.status, refused.code, refused.reason)


def refuse(status: int, code: str, reason: str, headers: Mapping[str, str] | None = None) -> Reply:
    """A refusal in the one shape all errors have: {"code", "reason"}."""
    return _json({"code": code, "reason": reason}, status, headers)


def take_batch(stub: Stub, request: Request) -> Reply:
    """POST /v1/batches."""
    claim = _admit(stub, request, is_batch=True)
    fault = stub.faults.take("batches")
    if reply := _fail_before(stub, fault):
        return reply
    message = _read_batch(claim.source, request.body)
    rows = message["items"][::2] if fault.name == "partial" else message["items"]
    garbage = faults.GARBAGE[fault.turn % len(faults.GARBAGE)] if fault.name == "garbage" else None
    verdicts = [] if garbage and not garbage.is_stored else _take(stub, claim.source, message, rows, fault)
    if fault.name == "lost_answer":
        return HANG_UP
    given = {
        "batch": message["batch"],
        "receipt": f"GJP{digest([claim.source, message['batch']])[:16].upper()}",
        "results": [_result(verdict) for verdict in verdicts for _ in range(1 + (fault.name == "duplicate"))],
    }
    if garbage:
        return Reply(200, faults.garbage_body(garbage, given), garbage.content_type)
    return _json(given)


def tell_receipts(stub: Stub, request: Request) -> Reply:
    """GET /v1/receipts?keys=a,b,c and POST /v1/receipts {"keys": [...]}: what is known of each key."""
    claim = _admit(stub, request, is_batch=False)
    fault = stub.faults.take("receipts")
    if reply := _fail_before(stub, fault):
        return reply
    if fault.name == "lost_answer":
        return HANG_UP
    given = {"results": _known(stub.store, claim.source, _read_keys(request))}
    if fault.name == "garbage":
        kind = faults.GARBAGE[fault.turn % len(faults.GARBAGE)]
        return Reply(200, faults.garbage_body(kind, given), kind.content_type)
    if fault.name in ("partial", "duplicate"):
        results = given["results"]
        given["results"] = results[::2] if fault.name == "partial" else results * 2
    return _json(given)


# What the stub says of invented people: by digits 15 to 17 of their number.
ANSWER_BY_SEQUENCE = {"987": "unavailable", "988": "mismatch", "989": "absent"}
PERSONS_MAX = 100


def verify_identity(stub: Stub, request: Request) -> Reply:
    """POST /identity/verify {"batch", "persons": [{"ref", "number", "name"}]}: the population base library.

    Nothing of it is kept or printed.
    """
    _admit(stub, request, is_batch=False)
    fault = stub.faults.take("identity")
    if reply := _fail_before(stub, fault):
        return reply
    if fault.name == "lost_answer":
        return HANG_UP
    message = _read_json(request.body)
    persons = message.get("persons")
    if not isinstance(persons, list) or not persons or not all(isinstance(person, dict) for person in persons):
        raise Refused(400, "persons_missing", "没有要核验的人")
    if len(persons) > PERSONS_MAX:
        raise Refused(413, "persons_too_many", f"一次最多核验 {PERSONS_MAX} 人")
    results = [{"ref": person.get("ref"), "outcome": _outcome(person, fault)} for person in persons]
    given = {"batch": message.get("batch"), "results": results[::2] if fault.name == "partial" else results}
    if fault.name == "garbage":
        garbage = faults.GARBAGE[fault.turn % len(faults.GARBAGE)]
        return Reply(200, faults.garbage_body(garbage, given), garbage.content_type)
    return _json(given)


def _outcome(person: dict[str, Any], fault: faults.Fault) -> str:
    number = person.get("number")
    if fault.name in ANSWER_BY_SEQUENCE.values():
        return fault.name
    if not isinstance(number, str) or not is_id_number(number) or not person.get("name"):
        return "absent"
    return ANSWER_BY_SEQUENCE.get(number[14:17], "match")


HEAD_NUMBERS = ("number", "size", "total")
HEAD_TEXTS = ("hash", "root", "previous_hash", "since", "until", "signature", "public_key")


def take_head(stub: Stub, request: Request) -> Reply:
    """POST /v1/heads {"source", "head"}: keep a daily tree head. Its number is the key; what was kept never changes."""
    claim = _admit(stub, request, is_batch=False)
    message = _read_json(request.body)
    head = message.get("head")
    if message.get("source") != claim.source or not isinstance(head, dict) or head.get("origin") != claim.source:
        raise Refused(403, "source_mismatch", "报文来源与签名来源不一致")
    is_whole = all(type(head.get(name)) is int and 0 <= head[name] < 2**63 for name in HEAD_NUMBERS)
    if not is_whole or not all(isinstance(head.get(name), str) and len(head[name]) <= 200 for name in HEAD_TEXTS):
        raise Refused(400, "head_invalid", "树根缺少必要的内容")
    kept = stub.store.keep_head(claim.source, head, json.dumps(head, ensure_ascii=False, sort_keys=True))
    if kept["hash"] != head["hash"]:
        raise Refused(409, "head_conflict", "此前已收到同一序号的另一个树根，请先查明原因")
    receipt = f"GJS{digest([claim.source, kept['number'], kept['hash'], kept['received_at']])[:16].upper()}"
    return _json({"number": kept["number"], "hash": kept["hash"], "receipt": receipt})


def list_heads(stub: Stub, request: Request) -> Reply:
    """GET /received/heads: the newest daily tree heads, as they were told."""
    size = _read_number(request.query.get("size"), "size", default=PAGE_SIZE, maximum=PAGE_SIZE_MAX)
    rows = stub.store.heads(size)
    return _json({"heads": [json.loads(row["body"]) | {"received_at": row["received_at"]} for row in rows]})


def count_received(stub: Stub, request: Request) -> Reply:
    """GET /received/count."""
    return _json(stub.store.counts())


def list_received(stub: Stub, request: Request) -> Reply:
    """GET /received/, filtered by key, record, document_no, effective; paged by page and size."""
    number = _read_number(request.query.get("page"), "page", default=1, maximum=10**6)
    size = _read_number(request.query.get("size"), "size", default=PAGE_SIZE, maximum=PAGE_SIZE_MAX)
    filters: dict[str, Any] = {
        name: request.query[name] for name in ("record", "document_no") if request.query.get(name)
    }
    if request.query.get("effective"):
        filters["effective"] = _read_number(request.query["effective"], "effective", default=0, maximum=1, minimum=0)
    if request.query.get("key"):
        parts = _split_key(request.query["key"])
        if not parts:
            return _json({"count": 0, "next": None, "results": []})
        filters |= dict(zip(("source", "record", "revision"), parts, strict=True))
    count, rows = stub.store.page(filters, number=number, size=size)
    return _json({"count": count, "next": number + 1 if number * size < count else None, "results": rows})


def show_control(stub: Stub, request: Request) -> Reply:
    """GET /control."""
    return _json(stub.faults.current.describe() | {"faults": faults.FAULTS})


def control(stub: Stub, request: Request) -> Reply:
    """POST /control {"fault", "count", "seconds", "on"}, or {"reset": true} where that is allowed."""
    order = _read_json(request.body)
    if order.get("reset") is True:
        if not stub.allow_reset:
            raise Refused(403, "reset_not_allowed", "启动时未加 --allow-reset，不能清空")
        stub.store.reset()
        if "fault" not in order:
            return show_control(stub, request)
    name, on, count, seconds = (order.get(key) for key in ("fault", "on", "count", "seconds"))
    if name not in faults.FAULTS:
        raise Refused(400, "fault_unknown", f"没有这种故障，可选：{'、'.join(faults.FAULTS)}")
    if on not in (None, *faults.ROUTES):
        raise Refused(400, "on_invalid", f"on 可选：{'、'.join(faults.ROUTES)}")
    if count is not None and (type(count) is not int or count < 1):
        raise Refused(400, "count_invalid", "count 应为正整数，即故障持续的请求次数")
    if seconds is not None and (type(seconds) not in (int, float) or not 0 <= seconds <= 3600):
        raise Refused(400, "seconds_invalid", "seconds 应为 0 至 3600 之间的秒数")
    stub.faults.set(name, on=on or "batches", count=count, seconds=seconds)
    return show_control(stub, request)


def check_health(stub: Stub, request: Request) -> Reply:
    """GET /healthz. The store was read; a fault that is switched on does not show here."""
    stub.store.check()
    return _json({"status": "ok"})


def show_page(stub: Stub, request: Request) -> Reply:
    """GET /: the same in one page for people."""
    _, latest = stub.store.page({}, number=1, size=10)
    html = page.render(stub.store.counts(), stub.faults.current.describe(), latest, stub.store.heads(10))
    return Reply(200, html.encode(), "text/html; charset=utf-8")


ROUTES: dict[tuple[str, str], Callable[[Stub, Request], Reply]] = {
    ("POST", "/v1/batches"): take_batch,
    ("GET", "/v1/receipts"): tell_receipts,
    ("POST", "/v1/receipts"): tell_receipts,
    ("POST", "/v1/heads"): take_head,
    ("POST", "/identity/verify"): verify_identity,
    ("GET", "/received/heads"): list_heads,
    ("GET", "/received/count"): count_received,
    ("GET", "/received/"): list_received,
    ("GET", "/control"): show_control,
    ("POST", "/control"): control,
    ("GET", "/healthz"): check_health,
    ("GET", "/"): show_page,
}


def _admit(stub: Stub, request: Request, *, is_batch: bool) -> signing.Claim:
    now = time.time()
    try:
        claim = signing.verify(
            stub.key, request.headers, method=request.method, target=request.target, body=request.body, now=now
        )
    except signing.SignatureRefused as refused:
        raise Refused(401, refused.code, refused.reason) from None
    if not stub.store.admit(claim.source, claim.nonce, expires_at=claim.expires_at, now=now, is_batch=is_batch):
        raise Refused(409, "replayed", "该请求此前已收到，未再次处理")
    return claim


def _fail_before(stub: Stub, fault: faults.Fault) -> Reply | None:
    """The faults that strike before anything is read or stored."""
    match fault.name:
        case "error":
            return refuse(500, "internal_error", "系统内部错误")
        case "busy":
            return refuse(429, "busy", "请求过于频繁，请稍后再试", {"Retry-After": str(int(fault.seconds))})
        case "timeout":
            stub.faults.hold(fault.seconds)
            return HANG_UP
    return None


def _take(stub: Stub, source: str, message: dict[str, Any], items: list[Any], fault: faults.Fault) -> list[Verdict]:
    rows = [read_row(source, item) for item in items]
    crash_at = (len(rows) + 1) // 2 if fault.name == "crash" else 0
    try:
        return stub.store.take(source, message["batch"], message["epoch"], rows, after_row=partial(_crash_at, crash_at))
    except EpochOutdated as outdated:
        reason = f"已收到纪元 {outdated.newest} 的报送，纪元 {message['epoch']} 的系统应停止报送并先行对账"
        raise Refused(409, "epoch_outdated", reason) from None


def _crash_at(crash_at: int, done: int) -> None:
    if done == crash_at:
        os.kill(os.getpid(), signal.SIGKILL)


def _read_batch(source: str, body: bytes) -> dict[str, Any]:
    message = _read_json(body)
    batch, epoch, items = message.get("batch"), message.get("epoch"), message.get("items")
    if message.get("source") != source:
        raise Refused(403, "source_mismatch", "报文来源与签名来源不一致")
    if not isinstance(batch, str) or not 0 < len(batch) <= BATCH_ID_LENGTH or not batch.isascii():
        raise Refused(400, "batch_invalid", f"批次号应为不超过 {BATCH_ID_LENGTH} 位的字母数字")
    if type(epoch) is not int or not 0 <= epoch < 2**31:
        raise Refused(400, "epoch_invalid", "纪元应为非负整数")
    if not isinstance(items, list) or not items:
        raise Refused(400, "items_missing", "批次中没有记录")
    if len(items) > MAX_ITEMS:
        raise Refused(413, "batch_too_large", f"一批最多 {MAX_ITEMS} 条")
    return message


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "body_invalid", "请求体不是 UTF-8 编码的 JSON") from None
    if not isinstance(message, dict):
        raise Refused(400, "body_invalid", "请求体应为一个 JSON 对象")
    return message


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _read_keys(request: Request) -> list[str]:
    if request.method == "GET":
        keys: Any = request.query.get("keys", "").split(",")
    else:
        keys = _read_json(request.body).get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) and key for key in keys):
        raise Refused(400, "keys_invalid", "应给出要查询的键")
    if len(keys) > MAX_ITEMS:
        raise Refused(413, "keys_too_many", f"一次最多查询 {MAX_ITEMS} 个键")
    return keys


def _known(store: Store, source: str, keys: list[str]) -> list[dict[str, Any]]:
    """One answer per distinct key, in the order asked. Another source's keys are absent, whoever holds them."""
    asked = {key: _split_key(key) for key in dict.fromkeys(keys)}
    own = {key: parts for key, parts in asked.items() if parts and parts[0] == source}
    found = {row["key"]: row for row in store.known(list(own.values()))}
    results = []
    for key in asked:
        row = found.get(key) or {"key": key, "status": RowStatus.ABSENT}
        if key in own and key not in found:
            row["latest_revision"] = store.latest_revision(source, own[key][1])
        told = ("status", "receipt", "code", "reason", "digest")
        results.append(
            {"key": key} | {name: row.get(name, "") for name in told} | {"latest_revision": row.get("latest_revision")}
        )
    return results


def _split_key(key: str) -> tuple[str, str, int] | None:
    source, _, rest = key.partition(":")
    record, _, revision = rest.rpartition(":")
    if not (source and record and revision.isascii() and revision.isdigit() and len(revision) < 11):
        return None
    return source, record, int(revision)


def _read_number(text: str | None, name: str, *, default: int, maximum: int, minimum: int = 1) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not minimum <= int(text[:10]) <= maximum:
        raise Refused(400, f"{name}_invalid", f"{name} 应为 {minimum} 至 {maximum} 之间的整数")
    return int(text)


def _result(verdict: Verdict) -> dict[str, str]:
    return {
        "key": verdict.key,
        "status": verdict.status,
        "receipt": verdict.receipt,
        "code": verdict.code,
        "reason": verdict.reason,
    }


def _json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), headers=headers or {})
