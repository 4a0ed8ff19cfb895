"""The servers the tests run on: a real PostgreSQL and a real broker for the length of one test run.

A pytest plugin, loaded first (`-p tests.servers`), because Django's settings want the addresses. Set DATABASE_URL and
REDIS_URL to run on servers of your own. The workers of `pytest -n` share the run's servers; each has its own database
(pytest-django) and its own broker database.
"""

import atexit
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from credit_platform.stack import broker, postgres, processes
from credit_platform.stack import keys as stack_keys
from credit_platform.stack import ports as stack_ports
from credit_platform.stack.faults import StackError

OURS = "TEST_SERVERS_ARE_OURS"
_undo = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Start what is missing before pytest-django reads the settings."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and OURS in os.environ:
        os.environ["REDIS_URL"] = re.sub(r"\d+$", str(int(worker.removeprefix("gw")) + 1), os.environ["REDIS_URL"])
    elif not worker and not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        start_missing()
    return (yield)


def start_missing() -> None:
    """Start the servers the environment does not name and put their addresses into it."""
    folder = Path(tempfile.mkdtemp(prefix="credit-platform-test-"))
    atexit.register(_undo.close)
    folder.chmod(0o711)  # the account that runs PostgreSQL for root has to get through
    _undo.callback(shutil.rmtree, folder, ignore_errors=True)
    keys = stack_keys.make()
    ports = stack_ports.keep(folder, ("postgres", "broker"))
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = start_postgres(folder, keys, ports["postgres"])
        os.environ[OURS] = "1"
    if "REDIS_URL" not in os.environ:
        os.environ["REDIS_URL"] = start_broker(folder, keys, ports["broker"])


def start_postgres(folder: Path, keys: stack_keys.Keys, port: int) -> str:
    log = folder / "postgres.log"
    server = postgres.prepare(
        folder, port, keys.database_password, instance=keys.instance, settings=postgres.THROW_AWAY
    )
    _undo.callback(shutil.rmtree, server.home, ignore_errors=True)
    process = processes.start(server.service(), log)
    _undo.callback(stop, process, signal.SIGQUIT)  # nothing to save

    def require_alive() -> None:
        if process.poll() is not None:
            raise StackError("postgres_not_ready", log.read_text())

    postgres.wait_until_ready(server, meanwhile=require_alive)
    postgres.ensure_database(server, "credit")
    return server.url("credit")


def start_broker(folder: Path, keys: stack_keys.Keys, port: int) -> str:
    server = broker.prepare(folder, port, keys.broker_password)
    process = processes.start(server.service(), folder / "broker.log")
    _undo.callback(stop, process, signal.SIGKILL)
    broker.wait_until_ready(server.url())
    return server.url()


def stop(process: "subprocess.Popen[bytes]", stop_signal: signal.Signals) -> None:
    processes.stop(process, stop_signal, grace=10)
