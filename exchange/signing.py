"""Signed requests between platforms: HMAC-SM3 over a canonical string, a replay window and a nonce (F-19, T-50).

Both sides use this module; tests/exchange/test_stub.py pins the canonical string with a fixed vector so that a
receiver written elsewhere can be built from docs/national-stub.md alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac

VERSION = "CREDIT-HMAC-SM3-1"
WINDOW_SECONDS = 300
"""How far the two clocks may differ. Nonces are remembered until the time stamp leaves the window."""

SOURCE_HEADER = "X-Credit-Source"
TIMESTAMP_HEADER = "X-Credit-Timestamp"
NONCE_HEADER = "X-Credit-Nonce"
SIGNATURE_HEADER = "X-Credit-Signature"

_SHAPES = {
    SOURCE_HEADER: re.compile(r"[0-9A-Za-z]{1,32}"),
    TIMESTAMP_HEADER: re.compile(r"[0-9]{1,12}"),
    NONCE_HEADER: re.compile(r"[0-9a-f]{32}"),
    SIGNATURE_HEADER: re.compile(r"[0-9a-f]{64}"),
}


class SignatureRefused(Exception):
    """The request does not prove who sent it. `code` is stable, the text is for the sender's operator."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Claim:
    """A proven request: who sent it, and the nonce that must not be seen again before `expires_at` (unix seconds)."""

    source: str
    nonce: str
    expires_at: int


def key_from_hex(text: str) -> bytes:
    """The shared key as bytes. Raises ValueError unless it is 64 hex digits (32 bytes)."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("NATIONAL_KEY 应为 64 位十六进制数字（32 字节）")
    return bytes.fromhex(text)


def canonical_request(method: str, target: str, source: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """The bytes that are signed: seven lines, the last one the SM3 of the body. `target` is path and query as sent."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(body)
    return "\n".join([VERSION, method, target, source, timestamp, nonce, sm3.finalize().hex()]).encode()


def sign(
    key: bytes, *, method: str, target: str, source: str, body: bytes, timestamp: int, nonce: str
) -> dict[str, str]:
    """The four headers of a signed request. timestamp: unix seconds; nonce: 32 hex digits, fresh for every request."""
    mac = _mac(key, canonical_request(method, target, source, str(timestamp), nonce, body))
    return {
        SOURCE_HEADER: source,
        TIMESTAMP_HEADER: str(timestamp),
        NONCE_HEADER: nonce,
        SIGNATURE_HEADER: mac.finalize().hex(),
    }


def verify(key: bytes, headers: Mapping[str, str], *, method: str, target: str, body: bytes, now: float) -> Claim:
    """Prove a request. The caller must still refuse a nonce it has seen.

    headers: looked up by the exact names above. Raises SignatureRefused with `signature_missing`,
    `timestamp_outside_window` or `signature_invalid`.
    """
    values = {name: headers.get(name) or "" for name in _SHAPES}
    for name, shape in _SHAPES.items():
        if not shape.fullmatch(values[name]):
            raise SignatureRefused("signature_missing", f"缺少请求头 {name} 或其格式不正确")
    source, timestamp, nonce, signature = values.values()
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise SignatureRefused("timestamp_outside_window", f"时间戳与本机相差超过 {WINDOW_SECONDS} 秒，请校准时钟")
    mac = _mac(key, canonical_request(method, target, source, timestamp, nonce, body))
    try:
        mac.verify(bytes.fromhex(signature))
    except InvalidSignature:
        raise SignatureRefused("signature_invalid", "签名不正确，请核对密钥与签名串") from None
    return Claim(source, nonce, int(timestamp) + WINDOW_SECONDS)


def _mac(key: bytes, message: bytes) -> hmac.HMAC:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(message)
    return mac
