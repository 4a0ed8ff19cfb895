"""The ready client, as a department would run it, against a server that runs."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections

from accounts.models import Role
from accounts.services import issue_token
from credit_platform import demo
from sanctions.models import Check
from tests.conftest import TODAY
from tests.factories import make_user
from tests.sanctions.conftest import FIRM, make_line

CLIENT = Path(__file__).parents[2] / "samples" / "client" / "check.py"


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def stumbles():
    """How many of the next requests are answered with 503 instead."""
    return {"left": 0}


@pytest.fixture
def server(committed, stumbles):
    application = get_wsgi_application()

    def answer(environ, start):
        if stumbles["left"]:
            stumbles["left"] -= 1
            start("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b""]
        try:
            return [b"".join(application(environ, start))]
        finally:
            connections.close_all()

    made = make_server("127.0.0.1", 0, answer, Server, Quiet)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}/"
    made.shutdown()
    made.server_close()


@pytest.fixture
def run(server, settings):
    settings.TODAY = TODAY
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('platform.today', %s, false)", [TODAY.isoformat()])
    user = make_user("client-s", Role.CLERK, make_line("CZT", 795))
    _, token = issue_token(department=user.department, user=user, name="测试", on=TODAY)

    def run(*words, token=token):
        return subprocess.run(
            [sys.executable, str(CLIENT), *words],
            env={"PATH": os.environ["PATH"], "CREDIT_URL": server, "CREDIT_TOKEN": token, "PYTHONIOENCODING": "utf-8"},
            capture_output=True, text=True, timeout=60, check=False, encoding="utf-8",
        )  # fmt: skip

    return run


def test_it_prints_verdict_and_receipt_and_is_short(run):
    done = run("XZXK", FIRM.name, FIRM.number, "云示受〔2026〕1号")
    check = Check.objects.get()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("unknown 平台没有该主体的信息") and check.receipt_no in done.stdout
    assert len(CLIENT.read_text(encoding="utf-8").splitlines()) <= 60


def test_what_fails_on_the_way_is_sent_again_and_checked_once(run, stumbles):
    stumbles["left"] = 1
    assert run("XZXK", "示例", demo.make_uscc("530102", 4711)).returncode == 0
    assert Check.objects.count() == 1


def test_what_is_refused_is_said_with_its_code_and_not_sent_again(run):
    done = run("XZXK", FIRM.name, "1")
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.startswith("uscc_invalid")
    assert run("XZXK", FIRM.name, FIRM.number, token="ynxy_wrong").stderr.startswith("token_invalid")
    assert not Check.objects.exists()
