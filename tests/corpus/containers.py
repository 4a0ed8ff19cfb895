"""Files that are not the workbook they are named after, and zips made to hurt."""

import struct
from collections.abc import Mapping
from functools import partial

from records.reading import Limits
from tests.corpus.case import Case, table
from tests.corpus.packages import Sheet, archive, package, rows

MIB = 1 << 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(200)


def good(extra: Mapping[str, bytes | str] | None = None) -> bytes:
    return package([Sheet("许可", rows(table()))], extra)


def flipped() -> bytes:
    """One byte changed inside the sheet's compressed data."""
    content = bytearray(good())
    at = content.find(b"xl/worksheets/sheet1.xml") + 200
    content[at] ^= 0xFF
    return bytes(content)


def lying_sizes() -> bytes:
    """The directory declares the sheet shorter than it is, so that a check of sizes passes."""
    content = bytearray(good())
    name = b"xl/worksheets/sheet1.xml"
    entry = content.rfind(name) - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + 24 : entry + 28] = struct.pack("<I", 500)
    return bytes(content)


def encrypted_part() -> bytes:
    """The flag every zip program sets on an encrypted part."""
    content = bytearray(good())
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 8] |= 1
    return bytes(content)


def same_name_twice() -> bytes:
    """Two parts of one name: each reader may take another one."""
    content = good({"xl/worksheets/sheet9.xml": b"<worksheet/>"})
    return content.replace(b"xl/worksheets/sheet9.xml", b"xl/worksheets/sheet1.xml")


def stored_empty_entries(count: int) -> bytes:
    return archive({f"part{i}": b"" for i in range(count)})


CASES = [
    Case("empty.xlsx", lambda: b"", refused="empty_file"),
    Case("truncated.xlsx", lambda: good()[:-300], refused="truncated_file"),
    Case("half.xlsx", lambda: good()[: len(good()) // 2], refused="truncated_file"),
    Case("flipped_byte.xlsx", flipped, refused="damaged_file"),
    Case("lying_sizes.xlsx", lying_sizes, refused="damaged_file"),
    Case("same_name_twice.xlsx", same_name_twice, refused="damaged_file"),
    Case("no_workbook_part.xlsx", lambda: archive({"[Content_Types].xml": "<Types/>"}), refused="damaged_file"),
    Case("paper.xlsx", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", refused="pdf_file"),
    Case("photo.xlsx", lambda: JPEG, refused="image_file"),
    Case("photo_and_workbook.xlsx", lambda: JPEG + good(), refused="image_file"),
    Case("program_and_workbook.xlsx", lambda: b"MZ" + bytes(100) + good(), refused="not_a_table"),
    Case("workbook_in_zip.zip", lambda: archive({"许可.xlsx": good()}), refused="archive_file"),
    Case("table_in_zip.xlsx", lambda: archive({"许可.csv": b"a,b"}), refused="archive_file"),
    Case("packed.rar", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(60), refused="archive_file"),
    Case("packed.7z", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(60), refused="archive_file"),
    Case("packed.csv.gz", lambda: b"\x1f\x8b\x08" + bytes(60), refused="archive_file"),
    Case("legacy.xls", lambda: OLE + bytes(4096), refused="legacy_xls"),
    Case("legacy_renamed.xlsx", lambda: OLE + bytes(4096), refused="legacy_xls"),
    Case(
        "password.xlsx",
        lambda: OLE + bytes(MIB) + "EncryptedPackage".encode("utf-16-le") + bytes(512),
        refused="password_protected",
    ),
    Case("encrypted_part.xlsx", encrypted_part, refused="password_protected"),
    Case("macros.xlsm", lambda: good({"xl/vbaProject.bin": b"\x00"}), refused="macro_workbook"),
    Case(
        "binary.xlsb",
        lambda: archive({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\x00"}),
        refused="binary_workbook",
    ),
    Case(
        "open_document.ods",
        lambda: archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        refused="opendocument",
    ),
    Case(
        "letter.docx",
        lambda: archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
        refused="office_document",
    ),
    Case("ratio_bomb.xlsx", lambda: good({"xl/media/x.bin": bytes(20 * MIB)}), refused="compression_ratio"),
    Case(
        "size_bomb.xlsx",
        lambda: good({"xl/media/x.bin": bytes(20 * MIB)}),
        refused="unpacked_too_large",
        limits=Limits(unpacked=8 * MIB),
    ),
    Case("entry_bomb.xlsx", partial(stored_empty_entries, 2001), refused="too_many_entries"),
    Case("path_trick.xlsx", lambda: good({"../../../tmp/out": b"x", "/etc/passwd": b"x"}), rows=5),
    Case(
        "embedded_workbook.xlsx", lambda: good({"xl/embeddings/inner.xlsx": good()}), rows=5, notes=("embedded_files",)
    ),
    Case(
        "external_link.xlsx",
        lambda: good({"xl/externalLinks/externalLink1.xml": "<externalLink/>"}),
        rows=5,
        notes=("external_links",),
    ),
]
