"""Identity numbers at rest: SM4-GCM to keep them, HMAC-SM3 to find them (GM/T 0002, GM/T 0004).

Keys come from settings: FIELD_KEYS maps key ids to 128-bit hex keys, the first encrypts, all decrypt; INDEX_KEY is
the blind index's own key. Each value carries its key id, so keys can be rotated while the platform runs.
"""

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

NONCE, TAG = 12, 16
FRAME = 1 << 20


class DecryptionFailed(Exception):
    """The value was altered, or its key is not in FIELD_KEYS."""

    code = "decryption_failed"


@lru_cache(maxsize=1)
def _keys(configured: tuple[tuple[str, str], ...]) -> dict[str, algorithms.SM4]:
    return {key_id: algorithms.SM4(bytes.fromhex(key)) for key_id, key in configured}


def _keyring() -> dict[str, algorithms.SM4]:
    return _keys(tuple(settings.FIELD_KEYS.items()))


def encrypt(plain: bytes, *, context: str) -> bytes:
    """Authenticated encryption; `context` says what the value is and must be the same to decrypt it."""
    key_id, key = next(iter(_keyring().items()))
    return bytes([len(key_id)]) + key_id.encode() + _encrypt(key, plain, context)


def _encrypt(key: algorithms.SM4, plain: bytes, context: str) -> bytes:
    nonce = os.urandom(NONCE)
    cipher = Cipher(key, modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(context.encode())
    return nonce + cipher.update(plain) + cipher.finalize() + cipher.tag


def encrypt_under(key: bytes, text: str, *, context: str) -> str:
    """Text for a partner who shares a 128-bit key with us, as Base64 of nonce, SM4-GCM ciphertext and tag."""
    return base64.b64encode(_encrypt(algorithms.SM4(key), text.encode(), context)).decode()


def decrypt(sealed: bytes, *, context: str) -> bytes:
    """Undo `encrypt`. Raises DecryptionFailed."""
    start = 1 + sealed[0]
    key = _keyring().get(sealed[1:start].decode(errors="replace"))
    if key is None:
        raise DecryptionFailed
    nonce, body, tag = sealed[start : start + NONCE], sealed[start + NONCE : -TAG], sealed[-TAG:]
    cipher = Cipher(key, modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(context.encode())
    try:
        return cipher.update(body) + cipher.finalize()
    except InvalidTag as error:
        raise DecryptionFailed from error


def seal_text(text: str) -> str:
    return base64.b64encode(encrypt(text.encode(), context="field")).decode()


def open_text(sealed: str) -> str:
    return decrypt(base64.b64decode(sealed), context="field").decode()


def blind_index(kind: str, value: str) -> str:
    """HMAC-SM3 of an identity number, in hex: equal numbers meet, nobody reads them."""
    mac = hmac.HMAC(bytes.fromhex(settings.INDEX_KEY), hashes.SM3())
    mac.update(f"{kind}\x00{value}".encode())
    return mac.finalize().hex()


def keyed_digest(content: bytes) -> bytes:
    """16 bytes that tell whether a row changed, keyed so that they are no dictionary for what is in it."""
    return hashlib.blake2b(content, key=settings.INDEX_KEY.encode()[:64], digest_size=16).digest()


def encrypt_stream(chunks: Iterable[bytes], *, context: str) -> Iterator[bytes]:
    """Frames of at most 1 MiB, each with its number and the last one marked, so that none can be cut off or swapped."""
    number, held = 0, b""
    for chunk in chunks:
        held += chunk
        while len(held) > FRAME:
            yield _frame(held[:FRAME], f"{context}/{number}")
            held, number = held[FRAME:], number + 1
    yield _frame(held, f"{context}/{number}/last")


def _frame(plain: bytes, context: str) -> bytes:
    sealed = encrypt(plain, context=context)
    return len(sealed).to_bytes(4, "big") + sealed


def decrypt_stream(file, *, context: str) -> Iterator[bytes]:
    """Undo `encrypt_stream`, reading from a binary file. Raises DecryptionFailed on any missing or altered frame."""
    number, size = 0, file.read(4)
    while size:
        sealed = file.read(int.from_bytes(size, "big"))
        size = file.read(4)
        yield decrypt(sealed, context=f"{context}/{number}" if size else f"{context}/{number}/last")
        number += 1
