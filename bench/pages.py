"""Requests a second of a subject's page, beside a bare view on the same server."""

import http.client
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from credit_platform.stack import ports
from records.models import Subject

SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
CLIENTS = 4


def measure() -> dict[str, float]:
    """Serve with one granian worker, warm up, then take turns so that both see the same machine."""
    subject = Subject.objects.order_by("pk")[100]
    port = ports.choose()
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--log-level", "critical",
         "credit_platform.wsgi:application"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings"},
    )  # fmt: skip
    try:
        _wait(port)
        paths = {"page": f"/subjects/{subject.uscc}/", "bare": "/bare/"}
        counted = dict.fromkeys(paths, 0.0)
        for turn in range(4):
            for name, path in paths.items():
                rate = _rate(port, path, SECONDS / 3 if turn == 0 else SECONDS / 2)
                counted[name] += rate if turn else 0
        return {name: total / 3 for name, total in counted.items()}
    finally:
        server.terminate()
        server.wait(20)


def _rate(port: int, path: str, seconds: float) -> float:
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(lambda _: _ask(port, path, until), range(CLIENTS))) / seconds


def _ask(port: int, path: str, until: float) -> int:
    done, connection = 0, http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    while time.monotonic() < until:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        done += 1
    connection.close()
    return done


def _wait(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            _ask(port, "/bare/", time.monotonic() + 0.01)
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("granian")
