"""What the person asked for: PORT, HOST, DATA_DIR, TODAY, DEMO and PROCESSES in the environment, so also for make."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from credit_platform.stack.faults import StackError

CHECKOUT = Path(__file__).resolve().parents[2]
PROCESSES = ("web", "worker", "beat", "stub", "identity")
LAST_PORT = 65533  # the two stubs listen on the next ones


@dataclass(frozen=True)
class Options:
    """One start of the stack. `today` is a date to rehearse; `processes` are the platform's processes to start."""

    host: str
    port: int
    data_dir: Path
    today: datetime.date | None
    demo: bool
    processes: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}/"

    @property
    def stub_port(self) -> int:
        return self.port + 1

    @property
    def stub_url(self) -> str:
        return f"http://127.0.0.1:{self.stub_port}/"

    @property
    def identity_port(self) -> int:
        return self.port + 2

    @property
    def identity_url(self) -> str:
        """The issuer of the stand-in identity provider, as its tokens name it: no slash at the end."""
        return f"http://127.0.0.1:{self.identity_port}"


def read(environment: Mapping[str, str]) -> Options:
    """Return the options in `environment`; raise `option_invalid` with the sentence that says which one is wrong."""
    return Options(
        host=environment.get("HOST") or "127.0.0.1",
        port=_port(environment.get("PORT") or "8000"),
        data_dir=Path(environment.get("DATA_DIR") or CHECKOUT / ".data").expanduser().resolve(),
        today=_today(environment.get("TODAY", "")),
        demo=_demo(environment.get("DEMO") or "1"),
        processes=_processes(environment.get("PROCESSES") or ",".join(PROCESSES)),
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        raise StackError("option_invalid", f"PORT={text} 不是端口号，请写 1 到 {LAST_PORT} 之间的整数。")
    return int(text)


def _today(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise StackError("option_invalid", f"TODAY={text} 不是日期，请写成 2027-05-01 这样。") from error


def _demo(text: str) -> bool:
    if text not in {"0", "1"}:
        raise StackError("option_invalid", f"DEMO={text} 无法识别，请写 1（装入演示数据）或 0（不装）。")
    return text == "1"


def _processes(text: str) -> tuple[str, ...]:
    names = {name.strip() for name in text.split(",") if name.strip()}
    if unknown := names - set(PROCESSES):
        known = "、".join(PROCESSES)
        raise StackError("option_invalid", f"PROCESSES 里没有 {'、'.join(sorted(unknown))}，可以写的是 {known}。")
    return tuple(name for name in PROCESSES if name in names)
