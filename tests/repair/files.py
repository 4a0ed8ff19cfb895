"""Files as people hand them in, made byte by byte: pictures, PDFs, and what only pretends to be one."""

import io
import zipfile
import zlib

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def png(width: int = 1, height: int = 1, *, word: bytes = b"") -> bytes:
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    text = _chunk(b"tEXt", b"Comment\0" + word) if word else b""
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + text + _chunk(b"IDAT", zlib.compress(b"\0\0"))
        + _chunk(b"IEND", b"")
    )  # fmt: skip


def jpeg(*, width: int = 8, height: int = 8) -> bytes:
    """Two scans, with a stuffed byte and a restart mark in what is drawn."""
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    frame = b"\xff\xc2\x00\x0b\x08" + size + b"\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"drawn\xff\x00\xff\xd0drawn"
    return b"\xff\xd8\xff\xe0\x00\x07JFIF\x00" + frame + scan + scan + b"\xff\xd9"


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, content) for number, content in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<< /Root 1 0 R " + trailer + b" >>\nstartxref\n9\n%%EOF\n"


def object_stream(content: bytes, said: bytes = b"/Filter /FlateDecode", packed: bytes | None = None) -> bytes:
    packed = zlib.compress(content) if packed is None else packed
    return b"<< /Type /ObjStm /N 1 /First 4 %s /Length %d >>\nstream\n%s\nendstream" % (said, len(packed), packed)


def zipped(*names: str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name in names or ("inside.txt",):
            archive.writestr(name, "content")
    return memory.getvalue()
