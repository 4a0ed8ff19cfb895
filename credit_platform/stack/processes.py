"""Child processes: started in a group of their own, gone with their parent, stopped politely and then firmly."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 20 * 1024 * 1024
# Loaded here because the child may not load a library between fork and exec.
_libc = ctypes.CDLL(None, use_errno=True)


class Account(NamedTuple):
    """The operating-system account a process runs under."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Service:
    """One long-running process and how to stop it; `grace` is in seconds, `port` is where it listens, if anywhere.

    A `foundation` is stopped after everything that stands on it.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    port: int | None = None
    folder: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 20
    foundation: bool = False


def die_with_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    """Return what a child runs before exec, so that even a SIGKILL of its parent leaves no process behind.

    Elsewhere than on Linux there is no such call and the child simply lives on.
    """

    def arrange() -> None:
        if hasattr(_libc, "prctl"):
            _libc.prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)

    return arrange


def as_account(account: Account | None) -> dict[str, Any]:
    """The `subprocess` arguments that run a child under `account`, without the groups of the caller."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def start(service: Service, log: Path) -> "subprocess.Popen[bytes]":
    """Start `service` with its output appended to `log`.

    Call it from a thread that lives as long as the service: the kernel takes the end of that thread for the parent's.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".1.log"))
    with log.open("ab") as output:
        return subprocess.Popen(
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=service.folder,
            env=dict(service.environment) or None,
            start_new_session=True,
            preexec_fn=die_with_parent(service.stop_signal),
            **as_account(service.account),
        )


def ask_to_stop(process: "subprocess.Popen[bytes]", stop_signal: signal.Signals) -> None:
    """Ask `process` to end; ask once only, since some take a second request for impatience."""
    if process.poll() is None:
        process.send_signal(stop_signal)


def wait_or_kill(process: "subprocess.Popen[bytes]", *, grace: float) -> None:
    """Wait `grace` seconds for a process that was asked to end, then kill it with what it started."""
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    kill_rest(process)


def stop(process: "subprocess.Popen[bytes]", stop_signal: signal.Signals, *, grace: float) -> None:
    """Ask `process` to end and see to it that it does within `grace` seconds."""
    ask_to_stop(process, stop_signal)
    wait_or_kill(process, grace=grace)


def kill_rest(process: "subprocess.Popen[bytes]") -> None:
    """Kill what an ended process left in its group, such as the pool of a killed worker that would go on working."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def wait_until(is_so: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> bool:
    """Ask `is_so` again and again for at most `seconds`; return its last answer."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
