"""The near end of the pipe: start the reading process, pass its rows on, and survive whatever becomes of it."""

import dataclasses
import json
import os
import select
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from records.reading.header import EXAMPLE_ROWS, Column, Header, is_closing, is_example
from records.reading.limits import MIB, Limits
from records.reading.messages import FileRefused, name_some, note
from records.reading.rows import Cell, Date, Note, Number, PackedPath, RawRow

ROOT = Path(__file__).resolve().parents[2]
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from records.reading.child import main; main()"
PIPE_SIZE = MIB
MESSAGE_LIMIT = 64 * MIB
# Read row by row, so that going through one twice costs little.
LINE_FORMATS = ("csv", "jsonl")
# What a total or a signature begins with, or nothing: every other row is data without a closer look.
CLOSING_FIRST = frozenset(["", " ", *"合总小共累制填审复经单备注说"])
# How a reading process dies: an allocation that fails inside the table reader aborts it, the kernel kills by SIGKILL.
CODE_BY_SIGNAL: dict[int, str] = {
    signal.SIGABRT: "too_much_memory",
    signal.SIGKILL: "too_much_memory",
    signal.SIGSEGV: "too_much_memory",
    signal.SIGXCPU: "took_too_long",
}


def open_table(
    path: str | os.PathLike[str],
    *,
    kind_hint: str | None = None,
    columns: Sequence[Column] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> "Table":
    """Start reading a file in a process of its own and return its table; use it as a context manager.

    Type and encoding are judged by content; only `kind_hint="jsonl"` is needed for JSON lines, which our own API
    writes. `columns` help to choose among several worksheets. Raises FileRefused, here and from `Table.rows`.
    """
    size = os.stat(path).st_size
    if size > limits.size:
        raise FileRefused("too_large", size=f"{size / MIB:.1f}", limit=limits.size // MIB)
    table = Table(path, kind_hint, columns, limits)
    try:
        table.open()
    except BaseException:
        table.close()
        raise
    return table


def prove_table(path: str | os.PathLike[str], *, kind_hint: str) -> "Proof":
    """Start going through a file only to know that it can be read to its end; use the proof as a context manager."""
    return Proof(path, kind_hint, (), Limits(), only_proof=True)


class Table:
    """A file's table, read once from top to bottom; the memory used here does not grow with the file.

    `preamble[i]` is row i+1 (empty list when blank), for the search of the header. `notes` say what the reader should
    know; `rows()` may add to them. `rows_total` (rows with content, header included) is known and confirmed by two
    independent counts once `rows()` is exhausted; `rows_yielded` is how many of them were data.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        kind_hint: str | None,
        columns: Sequence[Column],
        limits: Limits,
        *,
        only_proof: bool = False,
    ):
        self.format = ""
        self.sheet: str | None = None
        self.encoding: str | None = None
        self.preamble: list[list[Cell]] = []
        self.notes: list[Note] = []
        self.counts_days_from_1900 = False
        self.rows_total: int | None = None
        self.rows_yielded = 0
        self._keyed = False
        self._limits = limits
        self._waited = 0.0
        self._pending = b""
        request = {"limits": dataclasses.asdict(limits), "kind_hint": kind_hint, "columns": list(columns)}
        request |= {"packed": isinstance(path, PackedPath), "only_proof": only_proof}
        self._process = _start(path, json.dumps(request))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Wait for the opening message. Raises FileRefused."""
        opening = self._receive()
        self.format, self.sheet, self.encoding = opening["format"], opening["sheet"], opening["encoding"]
        self.notes = [Note(*item) for item in opening["notes"]]
        self.counts_days_from_1900 = opening["from_1900"]
        if opening["header"]:
            self._keyed = True
            self.preamble = [opening["header"]]
            return
        for item in opening["preamble"]:
            row = unpack(item)
            self.preamble.extend([] for _ in range(len(self.preamble), row.row_no - 1))
            self.preamble.append(list(row.cells))

    def close(self) -> None:
        """End the reading process; harmless when it has ended already."""
        process = self._process
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()

    def rows(self, header: Header | None = None) -> Iterator[RawRow]:
        """Yield every row with content; with a header only the data rows, fitted to its width.

        Header rows and the template's example row are left out; a row whose number of cells contradicts the header
        carries the problem `column_count`. Raises FileRefused when the file proves unreadable on the way.
        """
        if self.rows_total is not None or self.rows_yielded:
            raise RuntimeError("a table is read once")
        rows = self._raw_rows()
        yield from rows if header is None else self._data_rows(rows, header)

    def _data_rows(self, rows: Iterator[RawRow], header: Header) -> Iterator[RawRow]:
        start = 0 if self._keyed else header.last_row
        width = header.width
        closing: list[int] = []
        for row in rows:
            row_no = row.row_no
            if row_no <= start:
                continue
            if row_no <= start + EXAMPLE_ROWS and not self._keyed and is_example(row.cells):
                self.notes.append(note("example_row", row=row_no))
                continue
            if not self._keyed and row.cells[0][:1] in CLOSING_FIRST and is_closing(row.cells):
                closing.append(row_no)
                continue
            if len(row.cells) != width and row.problem is None:
                cells = header.fit(row.cells)
                row = row._replace(problem="column_count") if cells is None else row._replace(cells=cells)
            self.rows_yielded += 1
            yield row
        if closing:
            self.notes.append(note("closing_rows", rows=name_some([str(number) for number in closing])))

    def _raw_rows(self) -> Iterator[RawRow]:
        while True:
            message = self._receive()
            if isinstance(message, dict):
                break
            for item in message:
                yield tuple.__new__(RawRow, (item[0], item[1], None, None)) if len(item) == 2 else unpack(item)
        self._take_end(message)

    def _take_end(self, message: dict[str, Any]) -> None:
        if message["read"] != message["counted"]:
            raise FileRefused("row_count_differs", read=message["read"], counted=message["counted"])
        self.notes += [Note(*item) for item in message["notes"]]
        self.rows_total = message["read"]

    def _receive(self) -> Any:
        """The next message. What is none counts as a crash: a stranger's file may have made the child say it."""
        line = self._read_line()
        try:
            message = json.loads(line)
            refusal = FileRefused(message["refused"], **message["detail"]) if "refused" in message else None
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise FileRefused("reader_crashed") from error
        if refusal:
            raise refusal
        return message

    def _read_line(self) -> bytes:
        chunks = [self._pending]
        while (at := chunks[-1].find(b"\n")) < 0:
            chunks.append(self._read_chunk())
            if len(chunks) * PIPE_SIZE > MESSAGE_LIMIT and sum(map(len, chunks)) > MESSAGE_LIMIT:
                raise FileRefused("reader_crashed")
        last = chunks[-1]
        chunks[-1], self._pending = last[:at], last[at + 1 :]
        return b"".join(chunks)

    def _read_chunk(self) -> bytes:
        """Wait for bytes, counting only the time spent waiting: how slowly our caller works is no fault of the file."""
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        started = time.monotonic()
        ready = poll.poll(max(0.0, self._limits.seconds - self._waited) * 1000)
        self._waited += time.monotonic() - started
        chunk = os.read(descriptor, PIPE_SIZE) if ready else b""
        if not chunk:
            raise self._explain_end(timed_out=not ready)
        return chunk

    def _explain_end(self, *, timed_out: bool) -> FileRefused:
        """Turn a process that stopped talking into a refusal."""
        self.close()
        code = "took_too_long" if timed_out else CODE_BY_SIGNAL.get(-self._process.returncode, "reader_crashed")
        return FileRefused(code, seconds=self._limits.seconds)


class Proof(Table):
    """A reading of which only the end counts: whether the file holds together, and how many rows there are."""

    def is_proven(self) -> bool:
        """Whether the end has been reached; does not wait for it. Raises FileRefused where the file breaks off."""
        assert self._process.stdout is not None
        if self.rows_total is None and select.select([self._process.stdout], [], [], 0)[0]:
            self._take_end(self._receive())
        return self.rows_total is not None


def unpack(item: list[Any]) -> RawRow:
    """A row as `child.pack` wrote it."""
    row_no, cells, *rest = item
    if not rest:
        return RawRow(row_no, cells)
    marks, problem, column = rest
    for mark in marks:
        if mark < 0:
            cells[~mark] = Date(cells[~mark])
        else:
            cells[mark] = Number(cells[mark])
    return RawRow(row_no, cells, problem, column)


def _start(path: str | os.PathLike[str], request: str) -> subprocess.Popen[bytes]:
    """Start the child with the open file as its input, and nothing else of ours: no environment, no directory."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("only regular files are read")
        return subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", BOOT, str(ROOT), request],
            stdin=descriptor,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
            pipesize=PIPE_SIZE,
        )
    finally:
        os.close(descriptor)
