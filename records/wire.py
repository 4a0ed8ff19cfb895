"""One time limit for a whole exchange over the network: connecting, writing and reading, to the last byte (ADR 0012).

Plain Python on httpcore. A library's own limits hold for one read, so an answer that drips never ends.
"""

import time
from collections.abc import Iterable
from typing import Any

import httpcore

CONNECT_SECONDS = 5.0
WRITE_SLICE = 16 * 1024


class Deadline:
    """A moment after which nothing is waited for. `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self, expired: type[Exception]) -> float:
        """Seconds left; raises `expired` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise expired("deadline")
        return left


class DeadlineBackend(httpcore.NetworkBackend):
    """httpcore's own backend, but every wait is cut to what is left of the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = min(CONNECT_SECONDS, self._deadline.remaining(httpcore.ConnectTimeout))
        stream = self._backend.connect_tcp(host, port, left, local_address, socket_options)
        return DeadlineStream(stream, self._deadline)


class DeadlineStream(httpcore.NetworkStream):
    """A stream whose every wait ends with the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.remaining(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_SLICE):
            left = self._deadline.remaining(httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + WRITE_SLICE], left)

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.remaining(httpcore.ConnectTimeout)
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()
