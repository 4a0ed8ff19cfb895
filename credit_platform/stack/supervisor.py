"""Keeps processes running: one lock per data directory, a restart for what crashes, an orderly end for everything."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any

import psutil

from credit_platform.stack import processes
from credit_platform.stack.faults import Interrupted, StackError
from credit_platform.stack.processes import Service

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_EVERY = 0.2
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds before a crashed process is started again, doubling
SETTLED_AFTER = 30.0  # a process that lived this long has recovered


@dataclass
class Child:
    """A service, its process of now, and how often it crashed in a row."""

    service: Service
    process: "subprocess.Popen[bytes]"
    created: float  # with the pid it names the process for good, pids being used again
    started_at: float
    crashes: int = 0
    restart_at: float | None = None


class Supervisor:
    """Owner of one data directory for as long as its `with` block lasts.

    SIGINT, SIGTERM and SIGHUP raise `Interrupted` in the block; leaving it stops all children, last started first.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.children: dict[str, Child] = {}
        self._lock: IO[str] | None = None
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Supervisor":
        self.data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._lock = _lock(self.data_dir)
        _end_left_behind(self.data_dir)
        for number in STOP_SIGNALS:
            self._handlers[number] = signal.getsignal(number)
            if number != signal.SIGHUP or self._handlers[number] != signal.SIG_IGN:  # nohup stays in force
                signal.signal(number, _interrupt)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        self._stop_all()
        (self.data_dir / "stack.json").unlink(missing_ok=True)
        if self._lock:
            self._lock.close()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def log(self, name: str) -> Path:
        return self.data_dir / "logs" / f"{name}.log"

    def start(self, service: Service) -> Child:
        """Start `service` and look after it from now on."""
        process = processes.start(service, self.log(service.name))
        child = Child(service, process, psutil.Process(process.pid).create_time(), time.monotonic())
        self.children[service.name] = child
        self._write_pids()
        return child

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Run a command to its end; raise `step_failed` with the last words of its log."""
        log = self.log(name)
        service = Service(name, command, environment, folder=folder)
        process = processes.start(service, log)
        try:
            while process.poll() is None:
                self.tend()
                time.sleep(LOOK_EVERY / 4)
        finally:
            processes.stop(process, signal.SIGTERM, grace=10)
        if process.returncode:
            raise StackError("step_failed", f"步骤 {name} 没有完成，日志 {log} 的末尾是：\n{tail(log)}")

    def watch(self) -> None:
        """Tend the children until `Interrupted`."""
        while True:
            self.tend()
            time.sleep(LOOK_EVERY)

    def tend(self) -> None:
        """Start again what has crashed, after a pause that grows while it keeps crashing."""
        now = time.monotonic()
        for child in list(self.children.values()):
            if child.process.poll() is None:
                continue
            if child.restart_at is None:
                self._note_crash(child, now)
            elif now >= child.restart_at:
                self.start(child.service).crashes = child.crashes

    def _note_crash(self, child: Child, now: float) -> None:
        processes.kill_rest(child.process)
        child.crashes = 0 if now - child.started_at > SETTLED_AFTER else child.crashes
        pause = min(FIRST_PAUSE * 2**child.crashes, LONGEST_PAUSE)
        child.crashes += 1
        child.restart_at = now + pause
        code = child.process.returncode
        how = f"信号 {-code}" if code < 0 else f"代码 {code}"
        print(f"  {child.service.name} 意外退出（{how}），{pause:g} 秒后重新启动；日志 {self.log(child.service.name)}")

    def _stop_all(self) -> None:
        """Stop the platform's processes side by side, then the servers they stand on, last started first."""
        platform = [child for child in self.children.values() if not child.service.foundation]
        servers = [child for child in self.children.values() if child.service.foundation]
        for child in platform:
            processes.ask_to_stop(child.process, child.service.stop_signal)
        for child in platform:
            processes.wait_or_kill(child.process, grace=child.service.grace)
        for child in reversed(servers):
            processes.stop(child.process, child.service.stop_signal, grace=child.service.grace)

    def _write_pids(self) -> None:
        """Tell tests and tools which process is which (DATA_DIR/stack.json)."""
        rows: dict[str, dict[str, float | None]] = {
            name: {"pid": child.process.pid, "port": child.service.port, "created": child.created}
            for name, child in self.children.items()
        }
        rows["supervisor"] = {"pid": os.getpid(), "port": None, "created": psutil.Process().create_time()}
        unfinished = self.data_dir / "stack.json.unfinished"
        unfinished.write_text(json.dumps(rows, indent=2))
        unfinished.replace(self.data_dir / "stack.json")


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted


def _lock(data_dir: Path) -> IO[str]:
    """Return the open, locked file that makes us the owner; the kernel frees it however we end."""
    file = (data_dir / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StackError(
            "already_running",
            f"数据目录 {data_dir} 正被另一个运行中的平台使用。请先停止它，或者用 DATA_DIR= 指定别的目录。",
        ) from error
    return file


def _end_left_behind(data_dir: Path) -> None:
    """End what a killed supervisor left: two brokers must never write one journal. PostgreSQL sees to itself."""
    path = data_dir / "stack.json"
    if not path.exists():
        return
    rows = json.loads(path.read_text())
    left = [_alive(row) for name, row in rows.items() if name not in {"supervisor", "postgres"}]
    _, alive = psutil.wait_procs([process for process in left if process], timeout=10)
    for process in alive:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)
    path.unlink()


def _alive(row: dict[str, float]) -> psutil.Process | None:
    """Return the process that `row` of stack.json speaks of, if it still lives."""
    try:
        process = psutil.Process(int(row["pid"]))
        return process if process.create_time() == row["created"] else None
    except psutil.NoSuchProcess:
        return None
