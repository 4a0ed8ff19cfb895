"""Places an identity number could leak into, and the shapes in which it would be recognised there."""

import base64
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import redis

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def shapes_of(number: str) -> list[bytes]:
    """The number as text in any width, as hex, as Base64 at any offset, and as a digest anyone could compute."""
    plain = number.encode()
    texts = {number, number.lower(), number.translate(FULL_WIDTH), quote(number.translate(FULL_WIDTH))}
    texts |= {" ".join((number[:6], number[6:14], number[14:])), plain.hex(), plain.hex().upper()}
    texts |= {_in_base64(plain, offset) for offset in range(3)}
    texts |= {hashlib.new(name, plain).hexdigest() for name in ("md5", "sha1", "sha256")}
    return [text.encode() for text in texts] + [number.encode("utf-16-le"), hashlib.sha256(plain).digest()]


def _in_base64(plain: bytes, offset: int) -> str:
    """The part of the Base64 text that does not depend on what stands around the number."""
    text = base64.b64encode(b"\0" * offset + plain + b"\0" * 3).decode()
    return text[-(-offset * 8 // 6) + (offset > 0) : (offset + len(plain)) * 8 // 6]


class Finder:
    """Looks for numbers in bytes; what it finds is named by place, never quoted."""

    def __init__(self, *numbers: str) -> None:
        self._pattern = re.compile(b"|".join(re.escape(shape) for number in numbers for shape in shapes_of(number)))

    def is_in(self, content: bytes | str) -> bool:
        return bool(self._pattern.search(content.encode(errors="replace") if isinstance(content, str) else content))

    def among(self, places: Iterator[tuple[str, bytes | str]]) -> list[str]:
        """The names of the places that hold a number. Raises AssertionError when there was no place at all."""
        looked = [(name, self.is_in(content)) for name, content in places]
        assert looked, "nothing was looked at"
        return [name for name, has_it in looked if has_it]


def broker_entries(url: str) -> Iterator[tuple[str, bytes]]:
    """Every key of the broker's database with all it holds: queues, unacknowledged messages, pulses."""
    client = redis.Redis.from_url(url)
    read = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
    }
    for key in client.scan_iter():
        content = repr(read[client.type(key)](key)).encode()
        bodies = re.findall(rb'"body": ?"([A-Za-z0-9+/=]+)"', content)  # Celery wraps a task's arguments in Base64
        yield f"broker {key!r}", key + content + b"".join(base64.b64decode(body) for body in bodies)


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and its name. One that goes away meanwhile is left out."""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file() and not path.is_symlink():
                yield f"file {path.relative_to(folder)}", path.name.encode() + path.read_bytes()
