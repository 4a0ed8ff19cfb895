"""Closer words for what went wrong: a code mistyped in a usual way, a row that slipped by one column."""

import re
from collections.abc import Callable, Sequence

from records.identity import InvalidIdentifier, check_uscc
from records.reading.cleaning import clean_text, fold_identifier

SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]+", re.ASCII)
USCC_LENGTH = 18
# GB 32100 leaves these letters out because they look like digits.
LOOKALIKES = str.maketrans("OIZS", "0125")
SLIPPED = 3


class Invalid(Exception):
    """A value that cannot stand; the checker turns it into a Problem."""

    def __init__(self, code: str, **details):
        super().__init__(code)
        self.code, self.details = code, details


def explain_code(error: InvalidIdentifier, text: str, *, is_uscc: bool) -> tuple[str, dict]:
    """The problem's code and details, closer than the check itself says."""
    if SCIENTIFIC.fullmatch(text.upper()):
        return "scientific_notation", {}
    if error.code != "uscc_invalid" or not is_uscc:
        return error.code, error.details
    code = fold_identifier(text)
    if len(code) != USCC_LENGTH:
        return "uscc_length", {"length": len(code)}
    digits = code.translate(LOOKALIKES)
    if digits != code:
        try:
            check_uscc(digits)
        except InvalidIdentifier:
            return error.code, error.details
        letters = "、".join(dict.fromkeys(c for c, d in zip(code, digits, strict=True) if c != d))
        return "uscc_letter_for_digit", {"letters": letters, "corrected": digits}
    return error.code, error.details


def slipped(cells: Sequence[str], failed: Sequence[tuple[int, Callable[[str], str]]]) -> int:
    """By how many columns a row has slipped: 1 to the right, -1 to the left, 0 when it has not.

    `failed` are the columns whose cell is none of its type, and how each reads a cell. A row has slipped when at least
    three of them find what they want in the next column.
    """
    for step in (1, -1):
        fits = sum(0 <= index + step < len(cells) and _fits(cells[index + step], read) for index, read in failed)
        if fits >= SLIPPED:
            return step
    return 0


def _fits(cell: str, read: Callable[[str], str]) -> bool:
    text, trouble = clean_text(cell)
    if trouble or not text:
        return False
    try:
        read(text)
    except (Invalid, InvalidIdentifier):
        return False
    return True
