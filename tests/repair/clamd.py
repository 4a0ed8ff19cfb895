"""A small server that speaks ClamAV's INSTREAM, and misbehaves as it is told."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.repair.files import EICAR


class Daemon(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    reply: bytes | None = None
    seconds = 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[bytes] = []

    @property
    def url(self) -> str:
        return f"clamd://127.0.0.1:{self.server_address[1]}"


class Handler(socketserver.StreamRequestHandler):
    server: Daemon

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(length)
        self.server.seen.append(content)
        time.sleep(self.server.seconds)
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self.wfile.write(found if self.server.reply is None else self.server.reply)


@contextmanager
def running() -> Iterator[Daemon]:
    with Daemon() as daemon:
        threading.Thread(target=daemon.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield daemon
        daemon.shutdown()
