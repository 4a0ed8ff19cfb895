"""What a file handed in is, told from its bytes alone; its name and the browser's word are claims of the sender.

PDF, JPEG and PNG are taken. An OFD is a zip that may hold anything beside its pages, and no browser shows it: its
sender is asked for a PDF. Inside a PDF only what runs by itself is looked for, in the plain file and in its object
streams; a stream that cannot be read is refused with the file.
"""

import re
import zlib
from collections.abc import Iterator

from records.errors import Refused

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
TAKEN = "请提交 PDF、JPEG 或者 PNG 文件。"
SENTENCES = {
    "evidence_empty": "文件是空的。请重新扫描或者导出后再上传。",
    "evidence_executable": f"这是程序或者脚本，不能作为证明材料。{TAKEN}",
    "evidence_markup": f"这是网页文件。请打印成 PDF，或者截图后上传。{TAKEN}",
    "evidence_archive": "这是压缩文件。请解压后逐个上传 PDF、JPEG 或者 PNG 文件。",
    "evidence_office": "这是文档或者表格。请另存为 PDF 后上传。",
    "evidence_ofd": "暂时不能接收 OFD 文件。请用阅读软件导出为 PDF 后上传。",
    "evidence_heic": "这是 HEIC 照片。请把手机相机的格式设为“兼容性最佳”后重拍，或者另存为 JPEG 后上传。",
    "evidence_type": f"不能接收这种文件。{TAKEN}",
    "evidence_polyglot": "文件后面还附有别的内容。请重新扫描、拍照或者导出后上传。",
    "evidence_locked": "PDF 设有密码或者使用限制，审核员打不开。请解除密码后重新导出，再上传。",
    "evidence_active": "PDF 中有脚本或者会自动运行的动作。请打印成新的 PDF 后上传。",
    "evidence_truncated": "文件不完整，可能没有传完或者已经损坏。请重新扫描、拍照或者导出后上传。",
    "evidence_too_many_pixels": "图片的尺寸过大。请缩小到一亿像素以内后上传。",
}
HEAD, TAIL = 1024, 66_000  # a zip's end record stands at most 65,557 bytes before the end
PIXELS = 100_000_000
BLOCK = 64 * 1024
OBJECTS = 64 * 1024 * 1024  # what the object streams of one PDF may hold unpacked, in bytes

BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "evidence_executable"),
    (b"\x7fELF", "evidence_executable"),
    (b"#!", "evidence_executable"),
    (b"\xca\xfe\xba\xbe", "evidence_executable"),
    (b"\xcf\xfa\xed\xfe", "evidence_executable"),
    (b"@echo off", "evidence_executable"),
    (b"<?php", "evidence_executable"),
    (b"Rar!", "evidence_archive"),
    (b"7z\xbc\xaf\x27\x1c", "evidence_archive"),
    (b"\x1f\x8b", "evidence_archive"),
    (b"\xd0\xcf\x11\xe0", "evidence_office"),
    (b"{\\rtf", "evidence_office"),
)
MARKUP = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|script|svg|\?xml|!--|meta|iframe)", re.IGNORECASE
)
# What a reader of another format would find behind the end of a picture.
HIDDEN = re.compile(rb"PK\x03\x04|PK\x05\x06|%PDF-|<script|<html|<\?php|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c", re.IGNORECASE)
HEIF = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")


class FileRefused(Refused):
    """A file that is not taken, with the cure."""

    code = "evidence_type"


def refuse(code: str) -> FileRefused:
    """The refusal of that code, to be raised."""
    return FileRefused(SENTENCES[code], code=code)


def media_type_of(content: bytes) -> str:
    """PDF, JPEG or PNG, sound and harmless as far as can be told. Raises FileRefused with a code of SENTENCES."""
    if not content:
        raise refuse("evidence_empty")
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        _check_behind(content, _end_of_jpeg(content))
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        _check_behind(content, _end_of_png(content))
        return PNG
    raise refuse(_what_else(content))


def _what_else(content: bytes) -> str:
    head = content[:HEAD]
    if head.startswith(b"PK"):
        return _kind_of_zip(content)
    if head[4:8] == b"ftyp":
        return "evidence_heic" if head[8:12] in HEIF else "evidence_type"
    for beginning, code in BEGINNINGS:
        if head[: len(beginning)].lower() == beginning.lower():
            return code
    return "evidence_markup" if MARKUP.match(head) else "evidence_type"


def _kind_of_zip(content: bytes) -> str:
    """By the names of its parts, which stand in plain: it is refused in any case, only the cure differs."""
    if b"OFD.xml" in content:
        return "evidence_ofd"
    return "evidence_office" if b"[Content_Types].xml" in content or b"opendocument" in content else "evidence_archive"


def _check_behind(content: bytes, end: int) -> None:
    """Cameras leave much behind the end of a picture; nothing another program would open may be there."""
    behind = content[end:]
    if behind.startswith((b"MZ", b"\x7fELF", b"#!")) or HIDDEN.search(behind) or b"PK\x05\x06" in content[-TAIL:]:
        raise refuse("evidence_polyglot")


def _end_of_png(content: bytes) -> int:
    at, is_first = 8, True
    while at + 12 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        body = content[at + 4 : at + 8 + length]
        check = content[at + 8 + length : at + 12 + length]
        if len(check) < 4 or zlib.crc32(body) != int.from_bytes(check, "big") or is_first != (kind == b"IHDR"):
            raise refuse("evidence_truncated")
        if is_first:
            _check_size(int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big"))
        at, is_first = at + 12 + length, False
        if kind == b"IEND":
            return at
    raise refuse("evidence_truncated")


def _check_size(width: int, height: int) -> None:
    if width * height > PIXELS:
        raise refuse("evidence_too_many_pixels")


FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # markers that carry the size
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _end_of_jpeg(content: bytes) -> int:
    """Behind the marker that ends the picture: segment by segment, and through what was drawn between them."""
    at, has_size = 2, False
    while at + 4 <= len(content) or content[at : at + 2] == b"\xff\xd9":
        marker = content[at + 1]
        if content[at] != 0xFF:
            break
        if marker == 0xFF:  # padding
            at += 1
        elif marker == END_OF_IMAGE and has_size:
            return at + 2
        elif marker in ALONE:
            at += 2
        else:
            body = content[at + 4 : at + 9]
            if marker in FRAMES and len(body) == 5:
                _check_size(int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"))
                has_size = True
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
            if marker == START_OF_SCAN:
                found = IN_SCAN.search(content, at)
                if found is None:
                    break
                at = found.start()
    raise refuse("evidence_truncated")


def _name(word: str) -> bytes:
    """A PDF name as a pattern: every letter may be written as #xx."""
    return b"/" + b"".join(rb"(?:%c|#%02x|#%02X)" % (letter, letter, letter) for letter in word.encode())


BOUNDARY = rb"(?![A-Za-z0-9#])"
ACTIVE = re.compile(
    rb"|".join(_name(word) for word in ("JavaScript", "Launch", "RichMedia", "ImportData", "SubmitForm"))
    + rb"|" + _name("XFA") + rb"\s*(?:\[|\d+\s+\d+\s+R)",
    re.IGNORECASE,
)  # fmt: skip
LOCKED = re.compile(_name("Encrypt") + BOUNDARY)
OBJECT_STREAM = re.compile(_name("ObjStm") + BOUNDARY)
STREAM = re.compile(rb"stream(?:\r\n|\n)")
PLAIN_FLATE = re.compile(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?" + BOUNDARY)
ENDED = re.compile(rb"%%EOF[\s\x00]*\Z")


def _check_pdf(content: bytes) -> None:
    if LOCKED.search(content):
        raise refuse("evidence_locked")
    if b"PK\x05\x06" in content[-TAIL:] or not ENDED.search(content[-TAIL:]):
        raise refuse("evidence_polyglot" if b"%%EOF" in content else "evidence_truncated")
    if b"startxref" not in content:
        raise refuse("evidence_truncated")
    if ACTIVE.search(content):
        raise refuse("evidence_active")
    for objects in _object_streams(content):
        if ACTIVE.search(objects):
            raise refuse("evidence_active")


def _object_streams(content: bytes) -> Iterator[bytes]:
    """The unpacked object streams. One that is packed in a way we do not read may hide anything."""
    room = OBJECTS
    for named in OBJECT_STREAM.finditer(content):
        begins = STREAM.search(content, named.end(), named.end() + 4096)
        if begins is None:
            continue
        said = content[max(0, content.rfind(b"obj", 0, named.start())) : begins.start()]
        if b"/Filter" not in said and b"#" not in said:
            continue  # plain, so it was searched with the file
        if not PLAIN_FLATE.search(said) or b"/Predictor" in said:
            raise refuse("evidence_active")
        objects = _unpacked(memoryview(content)[begins.end() :], room)
        room -= len(objects)
        yield objects


def _unpacked(packed: memoryview, room: int) -> bytes:
    """What the stream that begins here holds, at most `room` bytes of it."""
    unpacking, objects = zlib.decompressobj(), b""
    for start in range(0, len(packed), BLOCK):
        try:
            objects += unpacking.decompress(packed[start : start + BLOCK], room + 1 - len(objects))
        except zlib.error as error:
            raise refuse("evidence_truncated") from error
        if len(objects) > room:
            raise refuse("evidence_active")
        if unpacking.eof:
            return objects
    raise refuse("evidence_truncated")
