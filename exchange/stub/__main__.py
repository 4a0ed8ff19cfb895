"""``python -m exchange.stub --port N --data-dir DIR``: run the national-platform stub until SIGTERM or Ctrl-C."""

import argparse
import contextlib
import errno
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from exchange.signing import key_from_hex
from exchange.stub.api import Stub
from exchange.stub.faults import FaultSwitch
from exchange.stub.server import StubServer
from exchange.stub.store import Store


def main() -> int:
    """Exit codes: 0 stopped on request, 2 could not start (one sentence on stderr says why)."""
    options = _read_options()
    try:
        with _own(options.data_dir):
            return _run(options)
    except (OSError, ValueError) as error:
        print(_explain(error, options), file=sys.stderr)
        return 2


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m exchange.stub", description="国家平台模拟端")
    parser.add_argument("--port", type=int, required=True, help="监听端口，0 表示任选")
    parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认只限本机")
    parser.add_argument("--data-dir", type=Path, required=True, help="存放数据的目录")
    parser.add_argument(
        "--key", default=os.environ.get("NATIONAL_KEY", ""), help="签名密钥，默认取环境变量 NATIONAL_KEY"
    )
    parser.add_argument("--allow-reset", action="store_true", help="允许通过 /control 清空数据")
    return parser.parse_args()


def _run(options: argparse.Namespace) -> int:
    stub = Stub(Store(options.data_dir), FaultSwitch(), key_from_hex(options.key), options.allow_reset)
    with contextlib.closing(stub.store), StubServer((options.host, options.port), stub) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            # serve_forever runs in this thread, so it must be told to end from another one.
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"国家平台模拟端已就绪：http://{options.host}:{server.server_port}/", flush=True)
        server.serve_forever(poll_interval=0.1)
    return 0


@contextlib.contextmanager
def _own(folder: Path) -> Iterator[None]:
    """Hold the data directory for this process; the lock goes with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _explain(error: OSError | ValueError, options: argparse.Namespace) -> str:
    if not isinstance(error, OSError):
        return f"不能启动：{error}。"
    if error.errno == errno.EADDRINUSE:
        return f"端口 {options.port} 已被占用：请用 --port 换一个端口，或先停止占用它的程序。"
    if error.errno == errno.EWOULDBLOCK:
        return f"目录 {options.data_dir} 正由另一个模拟端使用：请用 --data-dir 换一个目录，或先停止它。"
    return f"不能启动：{error.strerror}（{error.filename or options.host}）。"


if __name__ == "__main__":
    sys.exit(main())
