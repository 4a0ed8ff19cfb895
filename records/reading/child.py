"""The process that reads a stranger's file: limited in memory and time, knowing no secrets, writing only to its pipe.

It gets the file as standard input and answers in JSON lines: an opening object, batches of rows as arrays, an end.
`table.py` is the other end. Nothing of a cell's content goes anywhere but into the rows.
"""

import gzip
import json
import os
import resource
import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO, Protocol

from records.reading.cleaning import FIND_HIDDEN_LETTER, name_invisible, name_private
from records.reading.delimited import DelimitedReader
from records.reading.header import HEADER_ROWS, Column
from records.reading.jsonlines import JsonLinesReader
from records.reading.limits import Limits
from records.reading.messages import FileRefused, name_some, note
from records.reading.rows import Date, Note, RawRow
from records.reading.sniffing import decide_format
from records.reading.workbook import WorkbookReader

BATCH_ROWS = 500
BATCH_CELLS_LENGTH = 128 * 1024
ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


class Reader(Protocol):
    """What the three readers have in common."""

    format: str
    counted: int

    @property
    def sheet(self) -> str | None: ...
    @property
    def encoding(self) -> str | None: ...
    @property
    def notes(self) -> list[Note]: ...
    def rows(self) -> Iterator[RawRow]: ...


def main() -> None:
    """Read the table on standard input as the JSON argument says. Always ends with an `end` or a `refused` line."""
    request = json.loads(sys.argv[2])
    limits = Limits(**request["limits"])
    limit_process(limits)
    try:
        with open(0, "rb", closefd=False) as file:
            reader = open_reader(gzip.GzipFile(fileobj=file) if request["packed"] else file, request, limits)
            if request["only_proof"]:
                send({"read": sum(1 for _ in reader.rows()), "counted": reader.counted, "notes": []})
            else:
                send_table(reader)
    except FileRefused as refusal:
        send({"refused": refusal.code, "detail": refusal.detail})
    except MemoryError:
        send({"refused": "too_much_memory", "detail": {}})
    except BrokenPipeError:
        os._exit(1)  # the parent has left; there is nobody to tell
    except BaseException as error:  # a panic of the table reader is no Exception; what matters is a clear last word
        send({"refused": "reader_crashed", "detail": {"where": describe_place(error)}})


def limit_process(limits: Limits) -> None:
    """Give up what reading does not need. No core file: it would hold personal data."""
    for kind, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds, limits.seconds + 5),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 16, 16),
        (resource.RLIMIT_NPROC, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def open_reader(file: BinaryIO, request: dict[str, Any], limits: Limits) -> Reader:
    """Choose the reader by content. Raises FileRefused."""
    if decide_format(file) == "zip":
        return WorkbookReader(file, limits, [Column(*column) for column in request["columns"]])
    if request["kind_hint"] == "jsonl":
        return JsonLinesReader(file, limits)
    return DelimitedReader(file, limits)


def send_table(reader: Reader) -> None:
    """Send the opening, all rows in batches, and the two counts."""
    rows = reader.rows()
    first = []
    for row in rows:
        first.append(row)
        if row.row_no >= HEADER_ROWS:
            break
    send(
        {
            "format": reader.format,
            "sheet": reader.sheet,
            "encoding": reader.encoding,
            "notes": reader.notes,
            "from_1900": getattr(reader, "from_1900", False),
            "header": getattr(reader, "header", None),
            "preamble": [pack(row) for row in first if row.row_no <= HEADER_ROWS],
        }
    )
    read = 0
    oddities = Oddities()
    for batch in batches(chain(first, rows), oddities):
        send([pack(row) for row in batch])
        read += len(batch)
    send({"read": read, "counted": reader.counted, "notes": oddities.notes()})


class Oddities:
    """Which rows hold characters that are removed or may not show elsewhere: it is done, but not in silence."""

    def __init__(self) -> None:
        self.rows: dict[str, list[int]] = {"invisible_removed": [], "private_use": []}
        self.characters: dict[str, dict[str, None]] = {"invisible_removed": {}, "private_use": {}}

    def look(self, row_no: int, text: str) -> None:
        if text.isascii() or (text.isprintable() and not FIND_HIDDEN_LETTER.search(text)):
            return
        for code, found in (("invisible_removed", name_invisible(text)), ("private_use", name_private(text))):
            if found:
                self.rows[code].append(row_no)
                self.characters[code].update(dict.fromkeys(found))

    def notes(self) -> list[Note]:
        return [
            note(
                code,
                count=len(rows),
                characters=name_some(list(self.characters[code])),
                rows=name_some([str(row) for row in rows]),
            )
            for code, rows in self.rows.items()
            if rows
        ]


def batches(rows: Iterator[RawRow], oddities: Oddities) -> Iterator[list[RawRow]]:
    """Group rows so that a message stays small however long the cells are."""
    batch: list[RawRow] = []
    length = 0
    for row in rows:
        batch.append(row)
        text = "".join(row.cells)
        oddities.look(row.row_no, text)
        length += len(text)
        if len(batch) == BATCH_ROWS or length > BATCH_CELLS_LENGTH:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


def pack(row: RawRow) -> list[Any]:
    """A row as JSON: [number, cells], and when needed the indexes of numbers (n) and dates (~n), problem, column."""
    marks = []
    for index, cell in enumerate(row.cells):
        if cell.__class__ is not str:
            marks.append(~index if isinstance(cell, Date) else index)
    if marks or row.problem:
        return [row.row_no, row.cells, marks, row.problem, row.column]
    return [row.row_no, row.cells]


def send(message: Any) -> None:
    """Write one line to standard output, whole."""
    data = memoryview(ENCODE(message).encode("utf-8", "replace") + b"\n")
    while data:
        data = data[os.write(1, data) :]


def describe_place(error: BaseException) -> str:
    """Kind of error and line of code, never its text: that could quote a cell."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} {place}"
