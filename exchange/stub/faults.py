"""Faults that can be switched on: what a national platform does on a bad day (F-09 to F-13)."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NONE = "none"
FAULTS = {
    NONE: "正常受理",
    "error": "入库前返回 500",
    "busy": "入库前返回 429，并以 Retry-After 说明何时重试",
    "timeout": "入库前停住不答，到时断开",
    "lost_answer": "已入库，但断开连接不作答复",
    "duplicate": "已入库，答复中每条结果出现两次",
    "partial": "只受理第 1、3、5…条，其余不在答复中",
    "garbage": "返回 200，内容依次为各种无法使用的答复",
    "mismatch": "核验：每个人都答不一致",
    "absent": "核验：每个人都答查无此人",
    "unavailable": "核验：每个人都答暂不能核验",
    "crash": "写到一半时进程自行 kill -9",
}
ROUTES = ("batches", "receipts", "identity", "all")
DEFAULT_SECONDS = {"timeout": 60.0, "busy": 2.0}
HUGE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault as switched on. left: requests it still lasts (None: until switched off); seconds: for timeout and busy."""  # noqa: E501

    name: str = NONE
    on: str = "batches"
    left: int | None = None
    seconds: float = 0.0
    turn: int = 0

    def describe(self) -> dict[str, Any]:
        """The answer of GET /control."""
        return {"fault": self.name, "on": self.on, "count": self.left, "seconds": self.seconds}


class FaultSwitch:
    """Holds the current fault. It lives in memory only: a restarted stub works normally."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fault = Fault()
        self._changed = threading.Event()

    @property
    def current(self) -> Fault:
        """The fault the next request will meet."""
        return self._fault

    def set(self, name: str, *, on: str, count: int | None, seconds: float | None) -> None:
        """Switch to a fault; requests held by the earlier one are let go."""
        with self._lock:
            self._fault = Fault(name, on, count, DEFAULT_SECONDS.get(name, 0.0) if seconds is None else seconds)
            self._changed.set()
            self._changed = threading.Event()

    def take(self, route: str) -> Fault:
        """The fault this request meets; it counts towards the number of requests the fault lasts."""
        with self._lock:
            fault = self._fault
            if fault.name == NONE or fault.on not in (route, "all"):
                return Fault()
            left = None if fault.left is None else fault.left - 1
            self._fault = Fault() if left == 0 else Fault(fault.name, fault.on, left, fault.seconds, fault.turn + 1)
            return fault

    def hold(self, seconds: float) -> None:
        """Keep a request waiting until the time is over or the fault is switched."""
        self._changed.wait(seconds)


@dataclass(frozen=True, slots=True)
class Garbage:
    """One unusable answer. is_stored: whether the batch was taken in before; guessing either way is wrong."""

    name: str
    is_stored: bool
    content_type: str = "application/json; charset=utf-8"


GARBAGE = (
    Garbage("html", False, "text/html; charset=utf-8"),
    Garbage("gbk", True, "application/json; charset=GBK"),
    Garbage("huge", False),
    Garbage("error_body", True),
    Garbage("wrong_types", False),
    Garbage("wrong_batch", True),
    Garbage("cut_short", False),
)


def garbage_body(kind: Garbage, answer: dict[str, Any]) -> bytes | Iterator[bytes]:
    """The bytes of an unusable answer, made from the answer that would have been right."""
    good = json.dumps(answer, ensure_ascii=False)
    match kind.name:
        case "html":
            return "<!DOCTYPE html><html><body><h1>系统维护中</h1><p>请稍后再试。</p></body></html>".encode()
        case "gbk":
            return (good[:-1] + ', "message": "受理成功"}').encode("gbk", errors="replace")
        case "huge":
            return _huge()
        case "error_body":
            return json.dumps({"code": 500, "message": "系统繁忙，请稍后再试"}, ensure_ascii=False).encode()
        case "wrong_types":
            return json.dumps(answer | {"results": {"status": "accepted"}}).encode()
        case "wrong_batch":
            return json.dumps(answer | {"batch": "another-batch"}).encode()
    return good.encode()[: len(good) // 2]


def _huge() -> Iterator[bytes]:
    chunk = b'{"padding": "' + b"0" * 65536
    for _ in range(HUGE_BYTES // len(chunk)):
        yield chunk
