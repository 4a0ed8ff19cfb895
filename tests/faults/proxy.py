"""A TCP proxy that misbehaves on command, to stand before PostgreSQL, the broker or the national platform.

    with FaultProxy("127.0.0.1", 5432) as proxy:  # connect to proxy.port instead
        proxy.apply(Fault(drip=10))     # 10 bytes a second
        proxy.break_connections()     # RST on all that are open
        proxy.heal()

It runs in a thread of its own. A fault counts from the moment it is applied, also for connections already open.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong on the way; the default is nothing.

    on: "up" towards the server, "down" towards the client, or "both". delay: seconds before each piece is passed on.
    drip: bytes a second, one at a time. corrupt: flip one bit in every n-th byte. refuse: reset new connections.
    end, when `after` bytes have passed in that direction since it was applied and one more would: cut (FIN),
    reset (RST), or hang (the connection stays open and silent).
    """

    on: Literal["up", "down", "both"] = "both"
    delay: float = 0.0
    drip: float = 0.0
    corrupt: int = 0
    refuse: bool = False
    end: Literal["", "cut", "reset", "hang"] = ""
    after: int = 0


class FaultProxy:
    """Listens on a free port of 127.0.0.1 (`port`) and passes everything on to host:port."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._fault = Fault()
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self.port = 0

    def apply(self, fault: Fault) -> None:
        """Let this go wrong from now on."""
        self._fault = fault

    def heal(self) -> None:
        """Pass everything on again. What has ended stays ended."""
        self._fault = Fault()

    def break_connections(self) -> None:
        """Reset every open connection."""
        self._run(self._abort_all())

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _stop(self) -> None:
        self._server.close()
        await self._abort_all()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _abort_all(self) -> None:
        for writer in list(self._open):
            _abort(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._fault.refuse:
                raise ConnectionRefusedError
            server_reader, server_writer = await asyncio.open_connection(*self._target)
        except OSError:
            _abort(writer)
            return
        ends = {writer, server_writer}
        self._open |= ends
        up = self._pass_on("up", reader, server_writer, ends)
        try:
            await asyncio.gather(up, self._pass_on("down", server_reader, writer, ends))
        finally:
            self._open -= ends
            await _end("cut", ends)

    async def _pass_on(
        self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ends: set[asyncio.StreamWriter]
    ) -> None:
        try:
            how = await self._pump(way, reader, writer)
            await _end(how, ends) if how else writer.write_eof()
        except OSError:
            await _end("reset", ends)

    async def _pump(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """Pass bytes on until the sender has finished ("") or the fault says how it ends here."""
        fault, passed = self._fault, 0
        while data := await reader.read(65536):
            while data:
                if fault is not self._fault:
                    fault, passed = self._fault, 0
                active = fault if fault.on in (way, "both") else Fault()
                allowed = active.after - passed if active.end else len(data)
                piece = data[: min(allowed, 1) if active.drip else allowed]
                if not piece:
                    return active.end
                await asyncio.sleep(active.delay + (1 / active.drip if active.drip else 0))
                writer.write(_damage(piece, passed, active.corrupt) if active.corrupt else piece)
                await writer.drain()
                passed, data = passed + len(piece), data[len(piece) :]
        return ""


async def _end(how: str, ends: set[asyncio.StreamWriter]) -> None:
    if how == "hang":
        await asyncio.Event().wait()
    for writer in ends:
        writer.close() if how == "cut" else _abort(writer)


def _abort(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):  # it may be gone already
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _damage(piece: bytes, passed: int, every: int) -> bytes:
    return bytes(byte ^ ((passed + place) % every == every - 1) for place, byte in enumerate(piece))
