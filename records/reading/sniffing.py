"""What a file is, judged by its bytes alone: names and content types are the sender's claims."""

import codecs
import re
from typing import BinaryIO, Literal

from records.reading.messages import FileRefused

HEAD = 64 * 1024

# Longest first where one begins another: a UTF-32 mark starts like a UTF-16 one.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf_file"),
    (b"\xff\xd8\xff", "image_file"),
    (b"\x89PNG", "image_file"),
    (b"GIF8", "image_file"),
    (b"II*\x00", "image_file"),
    (b"MM\x00*", "image_file"),
    (b"Rar!", "archive_file"),
    (b"7z\xbc\xaf\x27\x1c", "archive_file"),
    (b"\x1f\x8b", "archive_file"),
    (b"BZh", "archive_file"),
    (b"\xfd7zXZ", "archive_file"),
    (b"{\\rtf", "not_a_table"),
    (b"MZ", "not_a_table"),
    (b"\x7fELF", "not_a_table"),
    (codecs.BOM_UTF32_LE, "utf16_encoding"),
    (codecs.BOM_UTF32_BE, "utf16_encoding"),
    (codecs.BOM_UTF16_LE, "utf16_encoding"),
    (codecs.BOM_UTF16_BE, "utf16_encoding"),
)
ZIP_PARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
HTML = re.compile(rb"<(!doctype html|html|head|body|table|meta|script|style|div)\b", re.IGNORECASE)
# NUL and the controls no text file needs; tab, line ends, form feed and the DOS end mark are left out.
CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r\x0c\x1a")


def decide_format(file: BinaryIO) -> Literal["zip", "text"]:
    """Tell a workbook container from text, refusing everything else with its own sentence.

    Raises FileRefused with the code of what the file turned out to be.
    """
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise FileRefused("empty_file")
    if head.startswith(ZIP_PARTS):
        return "zip"
    if head.startswith(OLE):
        raise FileRefused("password_protected" if _contains(file, ENCRYPTED_PACKAGE) else "legacy_xls")
    for signature, code in SIGNATURES:
        if head.startswith(signature):
            raise FileRefused(code)
    _refuse_markup(head)
    _refuse_binary(head)
    return "text"


def _refuse_markup(head: bytes) -> None:
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if HTML.match(text) or (text.startswith((b"<!--", b"<?xml")) and HTML.search(text[:4096])):
        raise FileRefused("html_file")
    if text.startswith(b"<?xml"):
        raise FileRefused("xml_spreadsheet")


def _refuse_binary(head: bytes) -> None:
    """One stray NUL is a bad row; many are no text at all, and at every second place they are UTF-16."""
    for half in (head[0::2], head[1::2]):
        if len(half) >= 4 and half.count(0) * 3 > len(half):
            raise FileRefused("utf16_encoding")
    controls = len(head) - len(head.translate(None, CONTROLS))
    if controls > max(8, len(head) // 50):
        raise FileRefused("not_a_table")


def _contains(file: BinaryIO, needle: bytes) -> bool:
    tail = b""
    while block := file.read(1 << 20):
        if needle in tail + block:
            return True
        tail = block[-len(needle) :]
    return False
