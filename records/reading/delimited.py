"""CSV: which encoding, which separator, how many rows, and then the rows (runs in the child process)."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from records.reading.limits import MIB, Limits
from records.reading.messages import FileRefused, note
from records.reading.rows import Note, RawRow, cut_long_cells, replace_surrogates

BLOCK = MIB
RECORD_LIMIT = 16 * MIB
HEADER_LINES = 10
# What a row without content may consist of. Both counts use it, each on its own side of the decoder.
EMPTY = ' \t\r\n",;'
EMPTY_BYTES = EMPTY.encode()
REST_OF_QUOTED = re.compile(rb'[^"]*+(?:""[^"]*+)*+"')
# A GB18030 text is never valid UTF-8 for this many characters by chance, so what breaks later is damage.
TRUSTED_CHARACTERS = 8


class Encoding(NamedTuple):
    name: str
    errors: str = "strict"


class DelimitedReader:
    """Reads one CSV file twice: bytes first (encoding, quotes, row count), then text through `csv` in strict mode.

    `counted` is the byte scan's count of rows with content; `rows()` must yield as many, which the caller checks.
    Raises FileRefused from the constructor and from `rows()`.
    """

    format = "csv"
    sheet = None

    def __init__(self, file: BinaryIO, limits: Limits):
        self.file = file
        self.limits = limits
        self._encoding = detect_encoding(file)
        self.delimiter = detect_delimiter(file)
        self.counted = count_rows(file, self.delimiter, limits)
        if not self.counted:
            raise FileRefused("no_content")

    @property
    def encoding(self) -> str:
        return self._encoding.name

    @property
    def notes(self) -> list[Note]:
        return [] if self._encoding.errors == "strict" else [note("damaged_bytes")]

    def rows(self) -> Iterator[RawRow]:
        """Yield rows with content; blank ones still advance the number, as they do in Excel."""
        limits = self.limits
        damaged = self._encoding.errors != "strict"
        for row_no, cells in self._records():
            joined = "".join(cells)
            if not joined.strip(EMPTY):
                continue
            problem = column = None
            if len(cells) > limits.columns:
                if row_no <= HEADER_LINES:
                    raise FileRefused("too_many_columns", place=f"第 {row_no} 行", limit=limits.columns)
                cells, problem = cells[: limits.columns], "column_count"
            if len(joined) > limits.cell_length:
                column = cut_long_cells(cells, limits.cell_length)
                problem = problem if column is None else "cell_too_long"
            if damaged and replace_surrogates(cells):
                problem = "undecodable_bytes"
            yield RawRow(row_no, cells, problem, column)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        self.file.seek(0)
        text = io.TextIOWrapper(self.file, self._encoding.name, self._encoding.errors, newline="")
        csv.field_size_limit(RECORD_LIMIT)
        reader = csv.reader(text, delimiter=self.delimiter, strict=True)
        row_no = 0
        try:
            for row_no, cells in enumerate(reader, 1):
                yield row_no, cells
        except csv.Error as error:
            raise FileRefused("unbalanced_quote", row=row_no + 1) from error
        finally:
            text.detach()


def detect_encoding(file: BinaryIO) -> Encoding:
    """Try byte-order mark, strict UTF-8, strict GB18030, in this order.

    The order matters: UTF-8 text read as GBK is wrong but often valid, GBK text read as UTF-8 fails cleanly. A text
    that is plainly UTF-8 and breaks only later is damaged UTF-8: its bad rows are marked, its good rows are read.
    Raises FileRefused `unknown_encoding`.
    """
    file.seek(0)
    marked = file.read(3) == codecs.BOM_UTF8
    name = "utf-8-sig" if marked else "utf-8"
    broken_at = first_undecodable(file, "utf-8")
    if broken_at is None:
        return Encoding(name)
    if marked or _is_plainly_utf8(file, broken_at):
        return Encoding(name, "surrogateescape")
    broken_at = first_undecodable(file, "gb18030")
    if broken_at is None:
        return Encoding("gb18030")
    raise FileRefused("unknown_encoding", row=_line_of(file, broken_at))


def first_undecodable(file: BinaryIO, encoding: str) -> int | None:
    """Offset of the first block that is not in `encoding` (exact within the block), or None when all of it is."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    while True:
        block = file.read(BLOCK)
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return done - pending + error.start
        if not block:
            return None
        done += len(block)


def detect_delimiter(file: BinaryIO) -> str:
    """The separator that cuts one of the first ten lines into the most pieces; comma when none does."""
    file.seek(0)
    lines = file.read(BLOCK).splitlines()[:HEADER_LINES]
    return max(",;\t", key=lambda mark: max((_unquoted(line).count(mark.encode()) for line in lines), default=0))


def _unquoted(line: bytes) -> bytes:
    return re.sub(rb'"[^"]*"', b"", line)


def count_rows(file: BinaryIO, delimiter: str, limits: Limits) -> int:
    """Count records with content by their bytes alone, quotes respected: the second, independent count (T-54).

    Works undecoded because no separator, quote or line end is part of a multi-byte character in UTF-8 or GB18030.
    Raises FileRefused: an open quote at the end, too many rows, a record too long to be one.
    """
    mark = delimiter.encode()
    count = record_no = size = opened_at = 0
    has_content = inside = False
    for line in _physical_lines(file):
        if not inside:
            record_no += 1
            has_content, size = False, 0
            opened_at = record_no
        has_content = has_content or bool(line.strip(EMPTY_BYTES))
        size += len(line)
        if size > RECORD_LIMIT:
            raise FileRefused("record_too_long", row=record_no)
        if inside or line.count(b'"') % 2:
            inside = ends_inside_quotes(line, mark, inside)
        if has_content and not inside:
            count += 1
            if count > limits.rows_text:
                raise FileRefused("too_many_rows", limit=limits.rows_text, instead="")
    if inside:
        raise FileRefused("unbalanced_quote", row=opened_at)
    return count


def ends_inside_quotes(line: bytes, mark: bytes, inside: bool) -> bool:
    """Follow the quotes of one physical line and say whether a quoted field is still open at its end.

    As in RFC 4180, a quote opens a field only as its first character; elsewhere it is an ordinary one.
    """
    at = 0
    while True:
        if inside:
            closing = REST_OF_QUOTED.match(line, at)
            if not closing:
                return True
            inside, at = False, closing.end()
        elif line.startswith(b'"', at):
            inside, at = True, at + 1
            continue
        at = line.find(mark, at) + 1
        if not at:
            return False


def _physical_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines ended by LF, CR LF or CR, as `csv` sees them; never more than a record's limit at once."""
    file.seek(0)
    if file.read(3) != codecs.BOM_UTF8:
        file.seek(0)
    rest = b""
    while block := file.read(BLOCK):
        lines = (rest + block).splitlines(keepends=True)
        # The last piece may go on in the next block; a CR there may still be followed by its LF.
        rest = lines.pop()
        yield from lines
        if len(rest) > RECORD_LIMIT:
            yield rest
            rest = b""
    if rest:
        yield rest


def _is_plainly_utf8(file: BinaryIO, broken_at: int) -> bool:
    file.seek(max(0, broken_at - BLOCK))
    before = file.read(min(broken_at, BLOCK)).decode("utf-8", "ignore")
    return sum(not c.isascii() for c in before[-4096:]) >= TRUSTED_CHARACTERS


def _line_of(file: BinaryIO, offset: int) -> int:
    file.seek(0)
    lines = 1
    while offset > 0 and (block := file.read(min(BLOCK, offset))):
        lines += block.count(b"\n")
        offset -= len(block)
    return lines
