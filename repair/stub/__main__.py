"""``python -m repair.stub --port N …``: run the stand-in identity provider until SIGTERM or Ctrl-C."""

import argparse
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

from repair.stub.provider import Provider, Reply

BODY_LIMIT = 64 * 1024


class ProviderServer(ThreadingHTTPServer):
    """One thread a connection; all it remembers are codes of a minute."""

    daemon_threads = True
    provider: Provider


class Handler(BaseHTTPRequestHandler):
    """Reads a request and hands it to the provider."""

    server: ProviderServer
    protocol_version = "HTTP/1.1"
    server_version = "identity-stub"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > BODY_LIMIT:
            self.close_connection = True
            self._send(Reply(413))
            return
        self._serve(dict(parse_qsl(self.rfile.read(int(length)).decode(errors="replace"))))

    def _serve(self, form: dict[str, str]) -> None:
        path, _, query = self.path.partition("?")
        self._send(self.server.provider.answer(self.command, path, dict(parse_qsl(query)), form))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if reply.location:
            self.send_header("Location", reply.location)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """Silence: addresses hold codes and states."""


def main() -> int:
    """Exit codes: 0 stopped on request, 2 could not start (one sentence on stderr says why)."""
    options = _read_options()
    try:
        server = ProviderServer(("127.0.0.1", options.port), Handler)
    except OSError as error:
        print(f"不能启动：端口 {options.port} 不能监听（{error.strerror}）。", file=sys.stderr)
        return 2
    issuer = f"http://127.0.0.1:{server.server_port}"
    secret = os.environ.get("SUBJECT_OIDC_CLIENT_SECRET", "")
    if not secret:
        print("不能启动：没有 SUBJECT_OIDC_CLIENT_SECRET。", file=sys.stderr)
        return 2
    server.provider = Provider(issuer, options.client_id, secret, options.redirect_uri, options.accounts)
    with server:
        for number in (signal.SIGTERM, signal.SIGINT):
            # serve_forever runs in this thread, so it must be told to end from another one.
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"身份认证平台（演示）已就绪：{issuer}/", flush=True)
        server.serve_forever(poll_interval=0.1)
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m repair.stub", description="身份认证平台（演示）")
    parser.add_argument("--port", type=int, required=True, help="监听端口，0 表示任选；只限本机")
    parser.add_argument("--client-id", default="credit-yunnan", help="平台在这里的编号")
    parser.add_argument("--redirect-uri", required=True, help="登录之后回到的地址")
    parser.add_argument("--accounts", type=Path, required=True, help="可以选择的身份（JSON 文件）")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
