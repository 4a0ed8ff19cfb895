"""Look into a zip without unpacking it: is it a workbook, and is it safe to open (runs in the child process)."""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from records.reading.limits import MIB, Limits
from records.reading.messages import FileRefused, name_some, note
from records.reading.rows import Note

BLOCK = MIB
# Below this a high ratio harms nobody: a template with a million empty formatted rows compresses very well.
RATIO_MATTERS_FROM = 16 * MIB
WORKBOOK = "xl/workbook.xml"
WORKBOOK_RELATIONS = "xl/_rels/workbook.xml.rels"
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class SheetEntry(NamedTuple):
    name: str
    path: str | None
    hidden: bool


class Archive:
    """The outside of an .xlsx: its parts, its sheets in order, and what was noticed about them.

    A workbook with macros is refused: others may open what we keep. Links to other workbooks and embedded files are
    never opened, only noted. Raises FileRefused when the zip is broken, oversized, encrypted, or not an .xlsx.
    """

    def __init__(self, file: BinaryIO, limits: Limits):
        self.counts_days_from_1904 = False
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise FileRefused("truncated_file") from error
        self.names = {entry.filename for entry in self.zip.infolist()}
        self._check_size(file, limits)
        self._check_kind()
        self.notes = list(self._notice())

    def _check_size(self, file: BinaryIO, limits: Limits) -> None:
        entries = self.zip.infolist()
        if len(entries) > limits.entries:
            raise FileRefused("too_many_entries", entries=len(entries), limit=limits.entries)
        if any(entry.flag_bits & 1 for entry in entries):
            raise FileRefused("password_protected")
        if len(self.names) != len(entries):
            raise FileRefused("damaged_file", where="内部部件重名")
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > limits.unpacked:
            raise FileRefused("unpacked_too_large", size=unpacked // MIB, limit=limits.unpacked // MIB)
        packed = max(1, file.seek(0, 2))
        if unpacked > RATIO_MATTERS_FROM and unpacked > limits.ratio * packed:
            raise FileRefused("compression_ratio", ratio=unpacked // packed)

    def _check_kind(self) -> None:
        names = self.names
        if "mimetype" in names and b"opendocument" in next(self.blocks("mimetype"), b"")[:200]:
            raise FileRefused("opendocument")
        if "[Content_Types].xml" not in names:
            raise FileRefused("archive_file")
        if "word/document.xml" in names or "ppt/presentation.xml" in names:
            raise FileRefused("office_document")
        if "xl/workbook.bin" in names:
            raise FileRefused("binary_workbook")
        if WORKBOOK not in names or WORKBOOK_RELATIONS not in names:
            raise FileRefused("damaged_file", where="缺少工作簿部件")
        if any(name.endswith("vbaProject.bin") for name in names) or b"macroEnabled" in self.read(
            "[Content_Types].xml"
        ):
            raise FileRefused("macro_workbook")

    def _notice(self) -> Iterator[Note]:
        if any(name.startswith("xl/externalLinks/") for name in self.names):
            yield note("external_links")
        embedded = sorted(
            n for n in self.names if n.startswith("xl/embeddings/") or n.lower().endswith((".zip", ".xlsx"))
        )
        if embedded:
            yield note("embedded_files", names=name_some([posixpath.basename(name) for name in embedded]))

    def read(self, name: str, limit: int = 16 * MIB) -> bytes:
        """Unpack one small part. Raises FileRefused `damaged_file`."""
        data = b""
        for block in self.blocks(name):
            data += block
            if len(data) > limit:
                raise FileRefused("unpacked_too_large", size=len(data) // MIB, limit=limit // MIB)
        return data

    def blocks(self, name: str) -> Iterator[bytes]:
        """Unpack one part piecewise; its checksum is verified at its end. Raises FileRefused `damaged_file`."""
        try:
            with self.zip.open(name) as part:
                while block := part.read(BLOCK):
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, KeyError) as error:
            raise FileRefused("damaged_file", where=posixpath.basename(name)) from error

    def sheets(self) -> list[SheetEntry]:
        """The workbook's worksheets in the order of their tabs."""
        targets = self.relations(("worksheet",))
        found: list[SheetEntry] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            if name.rpartition(":")[2] == "workbookPr":
                self.counts_days_from_1904 = attributes.get("date1904", "0") in ("1", "true")
            if name.rpartition(":")[2] == "sheet":
                relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id" and ":" in k), "")
                hidden = attributes.get("state", "visible") != "visible"
                found.append(SheetEntry(attributes.get("name", ""), targets.get(relation), hidden))

        parse(self, WORKBOOK, start)
        if len({sheet.name for sheet in found}) != len(found):
            raise FileRefused("damaged_file", where="工作表重名")
        return [sheet for sheet in found if sheet.path in self.names]

    def shared_strings(self) -> str | None:
        """Path of the part that holds the texts many cells share, if the workbook has one."""
        return next((path for path in self.relations(("sharedStrings",)).values() if path in self.names), None)

    def relations(self, kinds: tuple[str, ...]) -> dict[str, str]:
        """Path by id of the workbook's parts of the given kinds."""
        targets: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            kind = attributes.get("Type", "").rpartition("/")[2]
            if name.rpartition(":")[2] == "Relationship" and kind in kinds:
                target = attributes.get("Target", "")
                path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
                targets[attributes.get("Id", "")] = path

        parse(self, WORKBOOK_RELATIONS, start)
        return targets


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def parse(archive: Archive, name: str, start: Start, end: End | None = None, text: Text | None = None) -> None:
    """Stream one XML part through expat without document types or entities of its own.

    Raises FileRefused `forbidden_xml` for a document type, `damaged_file` for XML that is not well formed.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _forbid
    parser.EntityDeclHandler = _forbid
    try:
        for block in archive.blocks(name):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FileRefused("damaged_file", where=posixpath.basename(name)) from error


def _forbid(*_: object) -> None:
    raise FileRefused("forbidden_xml")


def is_blank(text: str) -> bool:
    """True when a cell's text holds nothing but white space, with Excel's `_x000D_` escapes read as what they mean."""
    if "_x" in text:
        text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return not text.strip()
