"""A whole platform started for a test, the way `make run` starts it, on ports and in a data directory of its own."""

import atexit
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg

from credit_platform.celery import app
from credit_platform.stack import environment, ports
from credit_platform.stack.options import CHECKOUT

START_SECONDS = 180
STOP_SECONDS = 90
READY = "按 Ctrl-C 停止"
# Those of the test run must not reach the platform under test.
NOT_INHERITED = ("DATABASE_URL", "DATABASE_ROLE", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "FIELD_KEYS")
NOT_INHERITED += ("INDEX_KEY", "NATIONAL_KEY", "NATIONAL_URL", "POPULATION_KEY", "POPULATION_URL", "TODAY", "DEMO")
NOT_INHERITED += ("PROCESSES", "HOST", "SUBJECT_OIDC_ISSUER", "SUBJECT_OIDC_CLIENT_ID", "SUBJECT_OIDC_CLIENT_SECRET")


def free_port() -> int:
    """Return a port that is free and whose neighbours, the stubs', are free too."""
    return next(port for port in iter(ports.choose, 0) if ports.is_free(port + 1) and ports.is_free(port + 2))


def clean_environment(**settings: str) -> dict[str, str]:
    """Return the environment of a fresh terminal, with `settings` as `make run` would get them."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return {**inherited, **settings}


def reachable(folder: Path) -> Path:
    """Return a folder to use in place of pytest's `folder`, gone after the run.

    Root runs PostgreSQL as another account, and pytest closes its folders to others, again with each run that starts.
    """
    place = Path(tempfile.mkdtemp(prefix=f"credit-platform-{folder.name}-"))
    place.chmod(0o711)
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


@dataclass
class RunningStack:
    """One platform. `settings` are TODAY, DEMO, PROCESSES and the like; change them between `stop` and `start`."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    settings: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def stub_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}/"

    @property
    def environment(self) -> dict[str, str]:
        return clean_environment(DATA_DIR=str(self.data_dir), PORT=str(self.port), **self.settings)

    @property
    def demo(self) -> dict[str, Any]:
        """What `make run` says of the demo data: token, department, users."""
        return json.loads((self.data_dir / "demo.json").read_text())

    @property
    def said(self) -> str:
        """What the stack printed since its first start."""
        return self._output.read_text()

    @property
    def _output(self) -> Path:
        return self.data_dir.with_suffix(".out")

    def start(self) -> float:
        """Start and wait for the summary; return the seconds it took. Raises AssertionError with what was printed."""
        since, begin = (self._output.stat().st_size if self._output.exists() else 0), time.monotonic()
        with self._output.open("ab") as output:
            command = [sys.executable, "-m", "credit_platform.stack", "run", "--with-parent"]
            self.process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        while READY not in (printed := self._output.read_bytes()[since:].decode()):
            assert self.process.poll() is None, printed
            assert time.monotonic() - begin < START_SECONDS, printed
            time.sleep(0.1)
        return time.monotonic() - begin

    def stop(self) -> None:
        """Press Ctrl-C and wait for the end."""
        if self.process:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(STOP_SECONDS)

    def processes(self) -> dict[str, psutil.Process]:
        """Return the supervised processes by name: web, worker, beat, stub, postgres, broker, supervisor."""
        rows = json.loads((self.data_dir / "stack.json").read_text())
        return {name: psutil.Process(row["pid"]) for name, row in rows.items()}

    def kill(self, name: str) -> psutil.Process:
        """kill -9 one process; the supervisor brings it back."""
        process = self.processes()[name]
        process.kill()
        return process

    def wait_for_new(self, name: str, old: psutil.Process, *, seconds: float = 20) -> psutil.Process:
        """Return the process that took the place of `old`."""
        end = time.monotonic() + seconds
        while (new := json.loads((self.data_dir / "stack.json").read_text())[name]["pid"]) == old.pid:
            assert time.monotonic() < end, f"{name} was not started again: {self.said}"
            time.sleep(0.05)
        return psutil.Process(new)

    def get(self, path: str) -> tuple[int, bytes]:
        """GET `path` of the platform, or any http address; return status and body."""
        address = urlsplit(path if "://" in path else f"{self.url}{path.lstrip('/')}")
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        try:
            connection.request("GET", f"{address.path}?{address.query}" if address.query else address.path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def health(self) -> dict[str, str]:
        """Return what /healthz says; empty while the web server does not answer."""
        try:
            return json.loads(self.get("/healthz")[1])
        except (OSError, http.client.HTTPException, ValueError):
            return {}

    def wait_until_healthy(self, *, seconds: float = 60) -> None:
        """Wait until every part is ok."""
        end = time.monotonic() + seconds
        while (health := self.health()).get("status") != "ok":
            assert time.monotonic() < end, f"not healthy: {health}\n{self.said}"
            time.sleep(0.2)

    def execute(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in another terminal, as `… stack exec -- command`."""
        words = [sys.executable, "-m", "credit_platform.stack", "exec", "--", *command]
        return subprocess.run(
            words, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )

    def manage(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run `manage.py …` in another terminal."""
        return self.execute(sys.executable, "manage.py", *words)

    def ask(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Put a question to the stack's database as its owner, on the stack's day."""
        with self.session() as session:
            return session.execute(query, parameters).fetchall()

    def session(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Open a session of the database's owner, on the stack's day."""
        day = f"-c platform.today={self.settings['TODAY']}" if self.settings.get("TODAY") else ""
        address = environment.of_running_stack(self.data_dir, owner=True)["DATABASE_URL"]
        return psycopg.connect(address, options=day, autocommit=True)

    def call(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """GET, or POST when there is a body, an address that answers in JSON; return status and answer."""
        address = path if "://" in path else f"{self.url}{path.lstrip('/')}"
        try:
            request = urllib.request.Request(address, body, dict(headers or {}))
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)

    def send_batch(self, item: str, content: bytes, *, file_name: str = "演示.csv", key: str = "") -> str:
        """Send a file as the demo department's program does; return the batch's id."""
        boundary = "----credit-platform-test"
        parts = f'--{boundary}\r\nContent-Disposition: form-data; name="item"\r\n\r\n{item}\r\n--{boundary}\r\n'
        parts += f'Content-Disposition: form-data; name="file"; filename="{file_name}"\r\n\r\n'
        body = parts.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        headers = {"Authorization": f"Token {self.demo['token']}", "Idempotency-Key": key}
        headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        status, answer = self.call("/api/v1/batches/", body, {name: text for name, text in headers.items() if text})
        assert status == 202, answer
        return str(answer["id"])

    def batch(self, public_id: str) -> dict[str, Any]:
        """How far a batch has come, as its department's program sees it."""
        status, answer = self.call(
            f"/api/v1/batches/{public_id}/", headers={"Authorization": f"Token {self.demo['token']}"}
        )
        assert status == 200, answer
        return answer

    def national(self, **order: Any) -> dict[str, Any]:
        """Order a fault from the national platform, if one is given; return its counts."""
        if order:
            self.call(f"{self.stub_url}control", json.dumps(order).encode())
        return self.call(f"{self.stub_url}received/count")[1]

    def minute_passes(self) -> None:
        """Send the worker what beat sends it once a minute or oftener, as if that time were over."""
        with app.connection(environment.of_running_stack(self.data_dir)["REDIS_URL"]) as connection:
            for entry in app.conf.beat_schedule.values():
                if isinstance(entry["schedule"], float) and entry["schedule"] <= 60:
                    app.send_task(entry["task"], connection=connection, expires=entry["options"]["expires"])

    def wait_minutes_until(self, what: str, holds: Callable[[], Any]) -> None:
        """Wait until something holds that beat brings about in a minute or two; here each passes in a second."""

        def holds_after_another() -> bool:
            if not holds():
                self.minute_passes()
                time.sleep(1)
            return bool(holds())

        self.wait_until(what, holds_after_another, seconds=120)

    def wait_until(self, what: str, holds: Callable[[], Any], *, seconds: float) -> None:
        """Wait until something holds; a platform part that is away meanwhile counts as not yet."""
        end = time.monotonic() + seconds
        while True:
            with suppress(OSError, http.client.HTTPException, psycopg.OperationalError, AssertionError):
                if holds():
                    return
            assert time.monotonic() < end, f"not within {seconds} s: {what}"
            time.sleep(0.1)


@cache
def prepared() -> RunningStack:
    """A platform as its first start leaves it, stopped: made once in a worker, because making it takes a minute."""
    first = RunningStack(reachable(Path("prepared")) / "data", settings={"PROCESSES": "stub"})
    first.start()
    first.stop()
    return first


@contextmanager
def started(folder: Path) -> Iterator[RunningStack]:
    """A platform with the demo data of its own, in place of pytest's `folder`, stopped at the end.

    It is a copy of the prepared one, on its port while that is free: on another, preparation would run again.
    """
    running = RunningStack(reachable(folder) / "data")
    if ports.is_free(prepared().port):
        running.port = prepared().port
    subprocess.run(["cp", "-a", str(prepared().data_dir), str(running.data_dir)], check=True)
    running.start()
    running.wait_until_healthy()
    try:
        yield running
    finally:
        running.stop()
