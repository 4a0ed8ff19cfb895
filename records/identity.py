"""Identifiers of people and organisations: what they look like, their check digits, how they are masked.

GB 32100-2015 (unified social credit code), GB 11714-1997 (organisation code), GB 11643-1999 (citizen identity number).
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import mul

from records.reading.cleaning import fold_identifier, fold_name, foreign_character

# GB 32100: registering authority and class of organisation (2), region (6 digits), body code of GB 11714 (9), check
# (1).
# Letters I, O, S, V, Z are not used. python-stdnum refuses codes whose authority is a letter (A, N, Y), so this is
# ours.
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC = re.compile(f"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}", re.ASCII)
USCC_VALUES = {character: value for value, character in enumerate(USCC_ALPHABET)}
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]", re.ASCII)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# GB 11643: address code (province 11 to 82), date of birth from 1900, sequence, check. Whether the address code existed
# in
# the year of birth says nothing: it is the place of first registration (python-stdnum refuses such people).
ID_NUMBER = re.compile(r"[1-8][1-9][0-9]{4}(?:19|20)[0-9]{9}[0-9X]", re.ASCII)
ID_NUMBER_IN_TEXT = re.compile(r"(?<![0-9])[1-8][1-9][0-9]{4}(?:19|20)[0-9]{9}[0-9Xx](?![0-9])", re.ASCII)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ADULT_YEARS = 18

# 证件类型 → (kind, what its numbers look like). 身份证 is checked by its check digit.
PERSON_ID_KINDS = {
    "身份证": ("id_card", None),
    "护照号": ("passport", re.compile(r"[0-9A-Z]{5,17}", re.ASCII)),
    "港澳居民来往内地通行证": ("hk_macao_permit", re.compile(r"[HMC][0-9]{8}([0-9]{2})?", re.ASCII)),
    "台湾居民来往大陆通行证": ("taiwan_permit", re.compile(r"[0-9]{8}([0-9A-Z]{2})?|[0-9]{10}[A-Z]?", re.ASCII)),
    "外国人永久居留身份证": ("foreigner_permit", re.compile(r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]", re.ASCII)),
}
OTHER_PERSON_ID = ("other_person_id", re.compile(r"[0-9A-Z]{4,32}", re.ASCII))


class InvalidIdentifier(Exception):
    """A number that cannot be one; `details` complete the sentence for its code."""

    def __init__(self, code: str, **details: str):
        super().__init__(code)
        self.code, self.details = code, details


@dataclass(frozen=True, slots=True)
class PersonId:
    kind: str
    number: str
    born_on: date | None


def strict(text: str) -> str:
    """A code in half width and capitals.

    Raises InvalidIdentifier naming a character no code can hold (Cyrillic Х is not X).
    """
    code = fold_identifier(text)
    if not (code.isascii() and code.isalnum()):
        raise InvalidIdentifier("identifier_character", character=foreign_character(code) or "")
    return code


@lru_cache(maxsize=8192)
def check_uscc(text: str) -> str:
    """The code in its strict form.

    Raises InvalidIdentifier (`uscc_invalid`) on shape or check digit (GB 32100 5.1.6).
    """
    code = strict(text)
    if not USCC.fullmatch(code) or code[17] != uscc_check_character(code):
        raise InvalidIdentifier("uscc_invalid")
    return code


def uscc_check_character(code: str) -> str:
    """The 18th character for the first 17 of a unified social credit code."""
    return USCC_ALPHABET[-sum(map(mul, map(USCC_VALUES.__getitem__, code), USCC_WEIGHTS)) % 31]


def check_organisation_code(text: str) -> str:
    """GB 11714: eight characters and a check character, modulo 11. Raises InvalidIdentifier."""
    code = strict(text)
    if not ORGANISATION_CODE.fullmatch(code):
        raise InvalidIdentifier("organisation_code_invalid")
    remainder = 11 - sum(int(c, 36) * w for c, w in zip(code, ORGANISATION_WEIGHTS, strict=False)) % 11
    if code[8] != {10: "X", 11: "0"}.get(remainder, str(remainder)):
        raise InvalidIdentifier("organisation_code_invalid")
    return code


def check_person_id(kind_name: str, text: str) -> PersonId:
    """A person's number by the kind of document. 15-digit identity numbers become 18 digits.

    Raises InvalidIdentifier.
    """
    number = strict(text)
    kind, pattern = PERSON_ID_KINDS.get(kind_name, OTHER_PERSON_ID)
    if kind != "id_card":
        if not pattern.fullmatch(number):
            raise InvalidIdentifier("person_id_invalid")
        return PersonId(kind, number, None)
    if len(number) == 15 and number.isdecimal():
        number = upgrade_id_number(number)
    if not ID_NUMBER.fullmatch(number) or number[17] != id_check_character(number):
        raise InvalidIdentifier("id_number_invalid")
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise InvalidIdentifier("id_number_invalid") from error
    return PersonId(kind, number, born_on)


def id_check_character(number: str) -> str:
    """The 18th character for the first 17 digits of a citizen identity number (GB 11643, ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, ID_WEIGHTS, strict=False)) % 11]


def is_id_number(text: str) -> bool:
    """Whether this is a citizen identity number, however it was typed."""
    try:
        return check_person_id("身份证", text).kind == "id_card"
    except InvalidIdentifier:
        return False


def hide_id_numbers(text: str, instead: str) -> str:
    """The text with every citizen identity number in it replaced: where one stands, somebody is harmed."""
    return ID_NUMBER_IN_TEXT.sub(lambda found: instead if is_id_number(found[0]) else found[0], text)


def upgrade_id_number(fifteen: str) -> str:
    """The 18-digit form of a first-generation number: century 19, check digit by GB 11643."""
    body = f"{fifteen[:6]}19{fifteen[6:]}"
    return body + id_check_character(body)


def adult_on(born_on: date) -> date:
    """The eighteenth birthday; for 29 February the day after it in common years (民法典第十七条: 以十八周岁为成年)."""
    year = born_on.year + ADULT_YEARS
    try:
        return born_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def name_key(name: str) -> str:
    """What names are matched on. One ligature can fold to eighteen characters, and an index row holds 2,700 bytes."""
    return fold_name(name)[:400]


def mask_id_numbers(text: str) -> str:
    """The text with everything masked that has the shape of a citizen identity number, rightly typed or not."""
    return ID_NUMBER_IN_TEXT.sub(lambda found: mask_number(found[0]), text)


def mask_number(number: str) -> str:
    """First six and last four characters; short numbers keep only the last two."""
    if len(number) >= 15:
        return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"
    return "*" * max(len(number) - 2, 0) + number[-2:]
