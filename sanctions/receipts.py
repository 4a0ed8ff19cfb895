"""Numbers of receipts, certificates and opinions, and the digest that ties the paper to what is stored.

A number reads `20261122-00017-K7M3X9Q2PAC`: the day (8), the department's number (5 or more), ten random characters and
one check character, all but the day and the department in the alphabet of GB 32100 (without I, O, S, V, Z). Ten of 31
characters are 8·10¹⁴ ways: a number cannot be guessed. Certificates begin with Z, opinions with S. The check character
makes the weighted sum of all characters a multiple of 31, with the weights 3⁰, 3¹, … of GB 32100 from the right: any
one wrong character and any two neighbours exchanged are found.
"""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import date

from audit.canonical import sm3
from records.identity import USCC_ALPHABET, USCC_VALUES

CERTIFICATE, OPINION = "Z", "S"
RANDOM = 10
SHORT = 8  # so much of the digest is printed
SHAPE = re.compile(rf"[ZS]?[0-9]{{8}}-[0-9]{{5,8}}-[{USCC_ALPHABET}]{{{RANDOM + 1}}}", re.ASCII)
# The prefixes are not in the alphabet: they count as 1 and 2.
VALUES = USCC_VALUES | {CERTIFICATE: 1, OPINION: 2}


def make_number(on: date, department: int, *, prefix: str = "") -> str:
    """A new number; `department` is the key of the department that issues it."""
    random = "".join(secrets.choice(USCC_ALPHABET) for _ in range(RANDOM))
    head = f"{prefix}{on:%Y%m%d}-{department:05d}-{random}"
    return head + USCC_ALPHABET[-3 * _weighted(head) % 31]


def _weighted(text: str) -> int:
    """Sum of value × 3ⁿ, n counted from the right end."""
    digits = [VALUES[character] for character in text if character != "-"]
    return sum(value * pow(3, place, 31) for place, value in enumerate(reversed(digits)))


def fold_number(text: str) -> str:
    """A number as it was typed, in capitals without spaces; "" when it cannot be one."""
    number = re.sub(r"\s+", "", text).upper().replace("－", "-").replace("—", "-")[:40]
    return number if SHAPE.fullmatch(number) and _weighted(number) % 31 == 0 else ""


def digest_of(answer: Mapping[str, object]) -> str:
    """SM3, in hex, of an answer in its one canonical form."""
    return sm3(json.dumps(answer, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hex()
