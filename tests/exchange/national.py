"""A real stub process for tests, and invented records to send to it."""

import datetime
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from exchange.messages import Action, OutboundBatch, OutboundItem, Subject, SubjectKind

KEY = "5a" * 32
SOURCE = "530000"
SENT_AT = datetime.datetime(2026, 11, 20, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
COMPANY = Subject(SubjectKind.ORGANISATION, "示例云岭演示有限公司", code="91530000MA0000001P")


class StubProcess:
    """`python -m exchange.stub` on a free port, ready to answer when entered; starts again on the same port."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        command = [sys.executable, "-m", "exchange.stub", "--port", str(self.port), "--data-dir", str(self._folder)]
        self.process = subprocess.Popen(
            [*command, *self._options],
            env=os.environ | {"NATIONAL_KEY": KEY, "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert "已就绪" in said, said
        self.port = int(said.rstrip("/\n").rpartition(":")[2])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit code."""
        self.process.send_signal(how)
        code = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)

    def get(self, path: str) -> Any:
        """JSON of a GET."""
        return self.call("GET", path)[1]

    def control(self, **order: Any) -> Any:
        """Switch a fault."""
        status, answer = self.call("POST", "/control", json.dumps(order).encode())
        assert status == 200, answer
        return answer

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and JSON of any request, refusals included."""
        request = urllib.request.Request(self.url + path, body, dict(headers or {}), method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)


def make_item(record: str = "r1", revision: int = 1, action: Action = Action.PUBLISH, **changes: Any) -> OutboundItem:
    """One penalty of an invented company; a withdrawal carries nothing but its key."""
    if action is Action.WITHDRAW:
        return OutboundItem(SOURCE, record, revision, action, "CF", **changes)
    content: dict[str, Any] = {
        "subject": COMPANY,
        "document_no": f"云演罚〔2026〕{record}号",
        "decided_on": datetime.date(2026, 11, 3),
        "displayed_until": datetime.date(2027, 11, 3),
        "values": {"CF_CFLB": "警告", "CF_NR_FK": "0.500000"},
    }
    return OutboundItem(SOURCE, record, revision, action, "CF", **(content | changes))


def make_batch(*items: OutboundItem, batch: str = "b1", epoch: int = 1) -> OutboundBatch:
    """A batch of these items, or of one default item."""
    return OutboundBatch(SOURCE, batch, epoch, SENT_AT, items or (make_item(),))


def make_many(count: int, *, start: int = 0, batch: str = "b1") -> OutboundBatch:
    """A batch of so many different records."""
    return make_batch(*(make_item(f"r{number}") for number in range(start, start + count)), batch=batch)
