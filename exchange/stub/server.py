"""Sockets and processes: reading a request within limits, writing the reply, starting and stopping cleanly."""

import contextlib
import json
import socket
import sqlite3
import sys
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from exchange.stub.api import HANG_UP, Reply, Request, Stub, answer, refuse

BODY_LIMIT = 32 * 1024 * 1024


class StubServer(ThreadingHTTPServer):
    """One thread per connection. They are daemons: what must not be cut off is guarded by the store's lock."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], stub: Stub) -> None:
        self.stub = stub
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without asking the name service who we are, as HTTPServer would: that can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is everyday life here; anything else is worth one line."""
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads one request after the other from a connection and hands them to `api.answer`."""

    server: StubServer
    protocol_version = "HTTP/1.1"
    server_version = "national-stub"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        started = time.monotonic()
        body = self._read_body()
        if isinstance(body, Reply):
            self.close_connection = True
            self._send(body)
            return
        path, _, query_text = self.path.partition("?")
        query = dict(reversed(parse_qsl(query_text, keep_blank_values=True)))
        request = Request(self.command, path, self.path, query, self.headers, body)  # type: ignore[arg-type]
        try:
            reply = answer(self.server.stub, request)
        except sqlite3.Error:
            reply = refuse(503, "store_unavailable", "存储暂不可用")
        milliseconds = (time.monotonic() - started) * 1000
        print(f"{self.command} {path} {reply.status} {milliseconds:.0f} ms", file=sys.stderr, flush=True)
        self._send(reply)

    def _read_body(self) -> bytes | Reply:
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
            return refuse(411, "length_required", "请求须带 Content-Length")
        if len(length) > 10 or int(length) > BODY_LIMIT:
            return refuse(413, "body_too_large", f"请求体超过 {BODY_LIMIT // 1024 // 1024} MiB")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return refuse(400, "body_incomplete", "请求体不完整")
        return body

    def _send(self, reply: Reply) -> None:
        if reply is HANG_UP:
            self.close_connection = True
            return
        with contextlib.suppress(ConnectionError, TimeoutError):
            self._write(reply)

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        chunks: Iterable[bytes] = (reply.body,) if isinstance(reply.body, bytes) else reply.body
        if isinstance(reply.body, bytes):
            self.send_header("Content-Length", str(len(reply.body)))
        else:
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(chunk)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server itself refuses (broken request line, unknown method), in our own shape."""
        body = json.dumps(
            {"code": "request_invalid", "reason": "请求不符合 HTTP 规范或方法不受支持"}, ensure_ascii=False
        )
        self.close_connection = True
        self._write(Reply(code, body.encode()))

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: one line per request is printed by `_serve`, without the query."""
