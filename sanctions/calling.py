"""Calling a department's webhook: signed, once, within a time limit, and never anything inside our own network.

httpcore as for the national platform (ADR 0012): no redirects, no proxies, a connection an exchange. A name is resolved
here and the connection goes to the very address that was looked at, so that a name which leads elsewhere the second
time (DNS rebinding) reaches nothing.
"""

import hashlib
import hmac
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore
from django.conf import settings

from records.errors import Refused
from records.wire import CONNECT_SECONDS, Deadline, DeadlineBackend

SECONDS = 10.0
ANSWER_LIMIT = 64 * 1024
AGENT = "credit-platform-webhook/1"
# Ways to write an address of the old protocol in the new one: they would lead inside.
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class InternalTarget(httpcore.ConnectError):
    """The name leads into a private, loopback or link-local network."""


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call: `code` is empty when it was taken."""

    code: str = ""
    detail: str = ""


def require_callable(url: str) -> None:
    """Raise Refused unless this may be called: webhook_url_invalid, webhook_target_internal.

    A name is looked up when it is called, not here: what it leads to may change.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    is_plain = parts.scheme == "http" and settings.WEBHOOK_ALLOW_LOOPBACK and host == "127.0.0.1"
    if not (parts.scheme == "https" or is_plain) or not host or parts.username or parts.fragment or port == 0:
        raise Refused("接收地址应以 https:// 开头，不含用户名和“#”。", code="webhook_url_invalid")
    if not url.isascii() or any(character.isspace() or not character.isprintable() for character in url):
        raise Refused("接收地址只能用 ASCII 字符，中文域名请写成 xn-- 的形式。", code="webhook_url_invalid")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        if "." not in host or host.rstrip(".").rpartition(".")[2].lower() in ("local", "localhost", "internal"):
            raise Refused("接收地址不能是内部网络的主机。", code="webhook_target_internal") from None
        return
    if not _is_open(literal):
        raise Refused("接收地址不能是内部网络的地址。", code="webhook_target_internal")


def _is_open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether the address is on the open internet (or loopback, where a setting for tests allows it)."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if settings.WEBHOOK_ALLOW_LOOPBACK and address.is_loopback:
        return True
    if any(address.version == network.version and address in network for network in TRANSLATED):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def open_address(host: str, port: int, deadline: Deadline) -> str:
    """The address to connect to. Raises InternalTarget when any of the name's addresses is one of ours."""
    pool = ThreadPoolExecutor(1)  # looking a name up knows no time limit of its own
    try:
        asked = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = asked.result(min(CONNECT_SECONDS, deadline.remaining(httpcore.ConnectTimeout)))
    except NotInTime as error:
        raise httpcore.ConnectTimeout("dns") from error
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("dns") from error
    finally:
        pool.shutdown(wait=False)
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses or not all(_is_open(ipaddress.ip_address(address)) for address in addresses):
        raise InternalTarget("internal")
    return addresses[0]


class GuardedBackend(DeadlineBackend):
    """Connects to open addresses only; certificates are still asked for by the name."""

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        address = open_address(host, port, self._deadline)
        return super().connect_tcp(address, port, timeout, local_address, socket_options)


def sign(secret: str, *, event_id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256, in hex, over `timestamp.event_id.` and the body: what the header X-Credit-Signature carries."""
    return hmac.new(secret.encode(), f"{timestamp}.{event_id}.".encode() + body, hashlib.sha256).hexdigest()


def call(url: str, body: bytes, *, secret: str, event_id: str, timestamp: int, seconds: float = SECONDS) -> Called:
    """Send once. Never raises for anything the network or the other side does."""
    deadline = Deadline(seconds)
    try:
        with (
            httpcore.ConnectionPool(network_backend=GuardedBackend(deadline)) as pool,
            pool.stream("POST", url, headers=_headers(url, body, secret, event_id, timestamp), content=body) as answer,
        ):
            return _judge(answer)
    except InternalTarget:
        return Called("webhook_target_internal", "该域名指向内部网络的地址，不予访问")
    except httpcore.TimeoutException:
        return Called("timeout", f"{seconds:.0f} 秒内没有答复")
    except httpcore.ConnectError as error:
        is_tls = isinstance(error.__cause__, ssl.SSLError)
        return Called(*(("tls_failed", "加密连接未能建立，请核对证书") if is_tls else ("unreachable", "无法连接")))
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        return Called("connection_lost", f"答复不是有效的 HTTP，或者连接中断（{type(error).__name__}）")


def _headers(url: str, body: bytes, secret: str, event_id: str, timestamp: int) -> list[tuple[str, str]]:
    signed: Mapping[str, str] = {
        "Host": urlsplit(url).netloc,
        "User-Agent": AGENT,
        "Content-Type": "application/json; charset=utf-8",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "X-Credit-Event": event_id,
        "X-Credit-Timestamp": str(timestamp),
        "X-Credit-Signature": f"sha256={sign(secret, event_id=event_id, timestamp=timestamp, body=body)}",
    }
    return list(signed.items())


def _judge(answer: httpcore.Response) -> Called:
    """Only the status counts; of what else is said at most ANSWER_LIMIT bytes are taken, and thrown away."""
    size = 0
    for chunk in answer.iter_stream():
        size += len(chunk)
        if size > ANSWER_LIMIT:
            return Called("answer_too_large", f"答复超过 {ANSWER_LIMIT // 1024} KB")
    if 200 <= answer.status < 300:
        return Called()
    if 300 <= answer.status < 400:
        return Called("redirected", f"答复 {answer.status} 转向，不予跟随")
    return Called(f"http_{answer.status}", f"答复 {answer.status}")
