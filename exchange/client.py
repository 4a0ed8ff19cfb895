"""Talking to the national platform: send a batch, ask about keys, and never believe more than was proven.

httpcore is used without httpx on top of it: what must not happen here (redirects, proxies taken from the
environment, transparent decompression, silent retries) does not exist there, and its network backend is where a
limit on the whole exchange can be enforced even when the answer drips in byte by byte (T-49). Every exchange has
its own connection, so a dead keep-alive connection can never make an outcome unknown.
"""

import datetime
import email.utils
import html
import json
import re
import secrets
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpcore

from exchange import signing
from exchange.messages import (
    MAX_ITEMS,
    OutboundBatch,
    OutboundItem,
    Outcome,
    OutcomeKind,
    Result,
    RowStatus,
    canonical_bytes,
)
from records.wire import Deadline, DeadlineBackend

ANSWER_LIMIT = 1024 * 1024
"""Bytes of an answer that are read at most; the answer to 1,000 rows has about 200,000."""
EXCERPT_LENGTH = 500
RETRY_AFTER_MAX = 24 * 3600

_CODE = re.compile(r"[a-z0-9_]{1,64}")
_RECEIPT = re.compile(r"[0-9A-Za-z-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_REASON_LENGTH = 300
_LONG_NUMBER = re.compile(r"[0-9０-９]{7,}[0-9０-９XxＸｘ]*")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]+")

_SENT_STATUSES = (RowStatus.ACCEPTED, RowStatus.DUPLICATE, RowStatus.STALE, RowStatus.REFUSED)
_KNOWN_STATUSES = (RowStatus.ACCEPTED, RowStatus.STALE, RowStatus.REFUSED, RowStatus.ABSENT)


class NoAnswer(Exception):
    """A question got no trustworthy answer: nothing is known, ask again later. `code` as in docs/national-stub.md."""

    def __init__(self, code: str, reason: str, *, retry_after: float | None = None, excerpt: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.retry_after = retry_after
        self.excerpt = excerpt


class HeadConflict(NoAnswer):
    """The national platform holds another tree head under this number: the trail was rewritten, here or on the way."""


class SignedDoor:
    """A partner who takes signed requests. Holds no connection and no state; safe to share between threads.

    url: base address, http or https. key: 64 hex digits shared with the partner. source: our number there (530000).
    timeout: seconds for one whole exchange, from connecting to the last byte. ssl_context: to trust a private
    authority; the default trusts the usual ones. clock: unix seconds, for the signature's time stamp.
    Raises ValueError for an address or key of the wrong form.
    """

    setting = "NATIONAL"

    def __init__(
        self,
        url: str,
        key: str,
        source: str,
        timeout: float = 30.0,
        *,
        ssl_context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise ValueError(f"{self.setting}_URL 应为 http:// 或 https:// 开头的地址，不含用户名与参数")
        self._url = url.rstrip("/")
        self._host = parts.netloc
        self._base_path = parts.path.rstrip("/")
        self._key = signing.key_from_hex(key)
        self._source = source
        self._timeout = timeout
        self._ssl_context = ssl_context or (httpcore.default_ssl_context() if parts.scheme == "https" else None)
        self._clock = clock

    def exchange(
        self, method: str, path: str, body: bytes, *, timeout: float | None = None, is_signed: bool = True
    ) -> "Seen":
        """One request and what came back over the wire, nothing of it believed yet. Never raises for the network."""
        deadline = Deadline(timeout or self._timeout)
        headers = {
            "Host": self._host,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if method == "POST":
            headers["Content-Type"] = "application/json; charset=utf-8"
        if is_signed:
            headers |= signing.sign(
                self._key,
                method=method,
                target=self._base_path + path,
                source=self._source,
                body=body,
                timestamp=int(self._clock()),
                nonce=secrets.token_hex(16),
            )
        backend = DeadlineBackend(deadline)
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._ssl_context, network_backend=backend) as pool,
                pool.stream(method, self._url + path, headers=list(headers.items()), content=body) as response,
            ):
                return _read_answer(response)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            failure = "tls_failed" if isinstance(error.__cause__, ssl.SSLError) else "unreachable"
            return Seen(failure=failure, detail=type(error).__name__)
        except httpcore.TimeoutException as error:
            return Seen(failure="timeout", detail=type(error).__name__)
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            return Seen(failure="connection_lost", detail=type(error).__name__)


class NationalPlatform(SignedDoor):
    """The national platform as seen from here."""

    def send(self, batch: OutboundBatch) -> Outcome:
        """Send a batch once. Never raises for anything the network or the other side does.

        Only OutcomeKind.RETRY says it was not delivered; after UNKNOWN, and for `unanswered` keys, `ask` first (T-47).
        Raises ValueError when the batch is of another source or holds text without a wire form.
        """
        if batch.source != self._source:
            raise ValueError(f"批次来源 {batch.source} 不是本平台 {self._source}")
        body = batch.as_bytes()
        started = time.monotonic()
        seen = self.exchange("POST", "/v1/batches", body)
        return _judge(batch, seen, seconds=time.monotonic() - started)

    def ask(self, keys: Iterable[str]) -> dict[str, Result]:
        """What the national platform knows of each key; RowStatus.ABSENT means it is safe to send.

        A key missing from the dict was not answered. Long lists are asked in several exchanges.
        Raises NoAnswer when an exchange gives no trustworthy answer.
        """
        wanted = list(dict.fromkeys(keys))
        known: dict[str, Result] = {}
        for start in range(0, len(wanted), MAX_ITEMS):
            known |= self._ask_once(wanted[start : start + MAX_ITEMS])
        return known

    def send_head(self, head: Mapping[str, Any]) -> str:
        """Deposit a daily tree head and return its receipt; sent again it gets the same one.

        Raises HeadConflict when another head is held under its number, NoAnswer when nothing trustworthy came back.
        """
        seen = self.exchange("POST", "/v1/heads", canonical_bytes({"source": self._source, "head": head}))
        try:
            require_success(seen)
            answer = read_json(seen)
            if (answer.get("number"), answer.get("hash")) != (head["number"], head["hash"]):
                raise Untrusted("answer_wrong_head", "答复的不是这个树根")
            return read_text(answer, "receipt", _RECEIPT)
        except Untrusted as untrusted:
            error = HeadConflict if untrusted.code == "head_conflict" else NoAnswer
            raise error(untrusted.code, untrusted.reason, retry_after=untrusted.retry_after) from None

    def alive(self, timeout: float = 3.0) -> bool:
        """True when the platform answers its health address with status ok within `timeout` seconds."""
        seen = self.exchange("GET", "/healthz", b"", timeout=timeout, is_signed=False)
        try:
            return seen.status == 200 and read_json(seen).get("status") == "ok"
        except Untrusted:
            return False

    def _ask_once(self, keys: list[str]) -> dict[str, Result]:
        seen = self.exchange("POST", "/v1/receipts", canonical_bytes({"keys": keys}))
        try:
            require_success(seen)
            rows = _read_rows(read_json(seen), _KNOWN_STATUSES)
        except Untrusted as untrusted:
            excerpt = make_excerpt(seen.body, secret=())
            raise NoAnswer(
                untrusted.code, untrusted.reason, retry_after=untrusted.retry_after, excerpt=excerpt
            ) from None
        return _sort_rows(rows, keys).results


def make_excerpt(body: bytes, *, secret: Iterable[str]) -> str:
    """At most 500 characters of an answer, for the delivery log.

    Long numbers are blotted out, and the text is withheld altogether when it echoes any `secret` string of ours
    (names, field values), plain, as HTML entities or as JSON escapes: an error page may print the request.
    """
    text = html.unescape(body[: 8 * EXCERPT_LENGTH].decode(errors="replace"))
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    text = text.encode(errors="replace").decode()
    if any(string in text for string in secret):
        return "（对方回显了报送内容，不予留存）"
    return _LONG_NUMBER.sub("＊＊＊", _UNPRINTABLE.sub(" ", text)).strip()[:EXCERPT_LENGTH]


# What came back over the wire, before anything in it is believed.


@dataclass(frozen=True, slots=True)
class Seen:
    """status None: no answer; then failure is one of _FAILURES."""

    status: int | None = None
    content_type: str = ""
    retry_after: str = ""
    body: bytes = b""
    is_cut: bool = False
    failure: str = ""
    detail: str = ""


class Untrusted(Exception):
    """No results can be taken from this; `kind` says what that means for a batch. When in doubt UNKNOWN."""

    def __init__(
        self,
        code: str,
        reason: str,
        kind: OutcomeKind = OutcomeKind.UNKNOWN,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.kind = kind
        self.retry_after = retry_after


def _read_answer(response: httpcore.Response) -> Seen:
    """Read no more than ANSWER_LIMIT; closing the response drops the rest unread."""
    headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > ANSWER_LIMIT:
            break
    return Seen(
        status=response.status,
        content_type=headers.get(b"content-type", ""),
        retry_after=headers.get(b"retry-after", ""),
        body=bytes(body[:ANSWER_LIMIT]),
        is_cut=len(body) > ANSWER_LIMIT,
    )


# From what came back to what is known.


def _judge(batch: OutboundBatch, seen: Seen, *, seconds: float) -> Outcome:
    outcome = partial(Outcome, batch=batch.batch, http_status=seen.status, seconds=seconds)
    try:
        require_success(seen)
        answer = read_json(seen)
        if answer.get("batch") != batch.batch:
            raise Untrusted("answer_wrong_batch", "答复的不是本批次")
        receipt = read_text(answer, "receipt", _RECEIPT)
        sorted_rows = _sort_rows(_read_rows(answer, _SENT_STATUSES), batch.keys)
    except Untrusted as untrusted:
        return outcome(
            kind=untrusted.kind,
            unanswered=batch.keys if untrusted.kind is OutcomeKind.UNKNOWN else (),
            code=untrusted.code,
            reason=untrusted.reason,
            retry_after=untrusted.retry_after,
            excerpt=make_excerpt(seen.body, secret=_secrets(batch.items)),
        )
    missing = tuple(key for key in batch.keys if key not in sorted_rows.results)
    return outcome(
        kind=OutcomeKind.ACCEPTED,
        results=sorted_rows.results,
        unanswered=missing,
        unsolicited=sorted_rows.unsolicited,
        repeated=sorted_rows.repeated,
        receipt=receipt,
        code="rows_missing" if missing else "",
        reason=f"答复中缺少 {len(missing)} 条记录的结果" if missing else "",
    )


def require_success(seen: Seen) -> None:
    """Raise Untrusted unless an answer with status 200 came.

    RETRY only where the other side cannot have stored anything or says so itself. A gateway that gave up on the
    platform behind it (502, 504) does not know, so neither do we.
    """
    if seen.status is None:
        reason, kind = _FAILURES[seen.failure]
        raise Untrusted(seen.failure, f"{reason}（{seen.detail}）", kind)
    if seen.status == 200:
        return
    wait = _read_retry_after(seen.retry_after)
    match seen.status:
        case 429:
            raise Untrusted("busy", "国家平台要求稍后重试", OutcomeKind.RETRY, wait)
        case 502 | 504:
            raise Untrusted("gateway_error", f"国家平台网关返回 {seen.status}，是否受理未知", retry_after=wait)
        case status if status >= 500:
            raise Untrusted("server_error", f"国家平台返回 {status}", OutcomeKind.RETRY, wait)
        case status if status >= 400:
            raise _read_refusal(seen)
        case status if status >= 300:
            raise Untrusted("redirected", f"国家平台返回 {status} 转向，不予跟随")
    raise Untrusted("status_unexpected", f"国家平台返回 {seen.status}")


_FAILURES = {
    "unreachable": ("无法连接国家平台", OutcomeKind.RETRY),
    "tls_failed": ("与国家平台的加密连接未能建立，请核对证书", OutcomeKind.RETRY),
    "timeout": ("国家平台未在时限内答复", OutcomeKind.UNKNOWN),
    "connection_lost": ("与国家平台的连接中断", OutcomeKind.UNKNOWN),
}


def _read_refusal(seen: Seen) -> Untrusted:
    """A 4xx with its code and reason; an unreadable one still has its status."""
    try:
        answer = read_json(seen)
        code, reason = read_text(answer, "code", _CODE), _read_reason(answer)
    except Untrusted:
        code, reason = f"http_{seen.status}", f"国家平台以 {seen.status} 拒绝整批"
    # A proxy on the way may have repeated our request: the first copy counted, only the second was refused.
    is_repeated = seen.status == 409 and code == "replayed"
    return Untrusted(code, reason, OutcomeKind.UNKNOWN if is_repeated else OutcomeKind.REFUSED_WHOLE)


def _read_retry_after(text: str) -> float | None:
    """Seconds, from either form of the header; at most a day."""
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(min(int(text), RETRY_AFTER_MAX))
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    wait = (moment - datetime.datetime.now(datetime.UTC)).total_seconds()
    return min(max(wait, 0.0), float(RETRY_AFTER_MAX))


def read_json(seen: Seen) -> dict[str, Any]:
    if seen.is_cut:
        raise Untrusted("answer_too_large", f"答复超过 {ANSWER_LIMIT // 1024 // 1024} MiB")
    if seen.content_type.partition(";")[0].strip().lower() != "application/json":
        raise Untrusted("answer_not_json", "答复不是 JSON")
    try:
        text = seen.body.decode()
    except UnicodeDecodeError:
        raise Untrusted("answer_encoding", "答复不是 UTF-8 编码") from None
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise Untrusted("answer_not_json", "答复不是完整的 JSON") from None
    if not isinstance(answer, dict):
        raise schema_error("")
    return answer


@dataclass(frozen=True, slots=True)
class _SortedRows:
    results: dict[str, Result]
    unsolicited: tuple[str, ...]
    repeated: tuple[str, ...]


def _sort_rows(rows: list[Result], asked: Iterable[str]) -> _SortedRows:
    """Keep the rows that were asked for. A key answered twice with different words is as good as not answered."""
    wanted = set(asked)
    by_key: dict[str, set[Result]] = {}
    times: dict[str, int] = {}
    for row in rows:
        by_key.setdefault(row.key, set()).add(row)
        times[row.key] = times.get(row.key, 0) + 1
    return _SortedRows(
        results={key: words.pop() for key, words in by_key.items() if key in wanted and len(words) == 1},
        unsolicited=tuple(key for key in by_key if key not in wanted),
        repeated=tuple(key for key, count in times.items() if key in wanted and count > 1),
    )


def _read_rows(answer: dict[str, Any], allowed: tuple[RowStatus, ...]) -> list[Result]:
    rows = answer.get("results")
    if not isinstance(rows, list):
        raise schema_error("results")
    return [_read_row(row, allowed) for row in rows]


def _read_row(row: Any, allowed: tuple[RowStatus, ...]) -> Result:
    """One row of an answer, or Untrusted: one row out of shape makes the whole answer untrustworthy."""
    if not isinstance(row, dict):
        raise schema_error("results")
    key, status = row.get("key"), row.get("status")
    if not isinstance(key, str) or len(key) > 256:
        raise schema_error("key")
    if status not in allowed:
        raise schema_error("status")
    status = RowStatus(status)
    is_held = status in (RowStatus.ACCEPTED, RowStatus.DUPLICATE, RowStatus.STALE)
    latest = row.get("latest_revision")
    if latest is not None and type(latest) is not int:
        raise schema_error("latest_revision")
    return Result(
        key=key,
        status=status,
        receipt=read_text(row, "receipt", _RECEIPT) if is_held else "",
        code=read_text(row, "code", _CODE) if status is RowStatus.REFUSED else "",
        reason=_read_reason(row) if status is RowStatus.REFUSED else "",
        digest=read_text(row, "digest", _DIGEST) if row.get("digest") else "",
        latest_revision=latest,
    )


def read_text(row: dict[str, Any], name: str, shape: re.Pattern[str]) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise schema_error(name)
    return value


def _read_reason(row: dict[str, Any]) -> str:
    """The sentence for the department; text of a stranger, so cleaned and cut."""
    value = row.get("reason", "")
    if not isinstance(value, str):
        raise schema_error("reason")
    return _UNPRINTABLE.sub(" ", value.encode(errors="replace").decode()).strip()[:_REASON_LENGTH]


def schema_error(name: str) -> Untrusted:
    return Untrusted("answer_schema", f"答复不符合约定的格式（{name}）" if name else "答复不符合约定的格式")


def _secrets(items: Iterable[OutboundItem]) -> set[str]:
    """Every text of ours that must not stand in a log: names, ciphers, field values of two characters or more."""
    texts: set[str] = set()
    for item in items:
        if item.subject:
            texts |= {item.subject.name, item.subject.id_cipher}
        texts |= {value for value in item.values.values() if isinstance(value, str)}
    return {text for text in texts if len(text) > 1}
