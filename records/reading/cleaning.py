"""What people type, made comparable: pure functions over the text of one cell.

`clean_text` and `parse_*` stand in the hot path (28 cells × 100,000 rows): each settles the common clean case first.
Digits are always `[0-9]`: `str.isdigit`, `int` and `\\d` accept Devanagari and superscripts.
"""

import datetime
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

# A cell that says nothing. Compared without spaces, in upper case, in half width.
PLACEHOLDERS = frozenset(
    {"无", "空", "暂无", "(无)", "(空)", "无数据", "N/A", "NA", "NULL", "(NULL)", "NONE", "NIL", "NAN", "UNDEFINED"}
)
STROKES = "…-‐‑‒–—―─━_/\\.。、*~"
ONLY_STROKES = re.compile(f"[{re.escape(STROKES)}]+")
LONGEST_PLACEHOLDER = 24
EXCEL_ERRORS = frozenset(
    {
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#GETTING_DATA",
    }
)
# Only what begins like a placeholder or an error is compared with them; most cells do not.
FIRSTS = {text[0] for text in PLACEHOLDERS | EXCEL_ERRORS} | set(STROKES) | {"'"}
DOUBTFUL_FIRST = frozenset(FIRSTS | {c.lower() for c in FIRSTS} | {chr(ord(c) + 0xFEE0) for c in FIRSTS if c.isascii()})
# Not seen, not printed, and yet part of the text; str.strip removes none of them, NFKC hardly any. Listed one by one
# instead of by category, so that a new Unicode version changes nothing here unnoticed.
INVISIBLE = (
    "\u00ad"  # soft hyphen
    "\u034f"  # combining grapheme joiner
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # writing direction
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers
    "\u17b4\u17b5\u180b-\u180f"  # Khmer inherent vowels, Mongolian selectors
    "\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff"  # zero width
    "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # variation selectors
    "\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f"  # annotations, tags
)
FIND_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# Of these, the ones str.isprintable takes for visible: letters and marks by category.
FIND_HIDDEN_LETTER = re.compile(
    "[\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
FIND_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
FIND_SURROGATE = re.compile("[\ud800-\udfff]")
FIND_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
EXCEL_ESCAPE = re.compile(r"_x(000[9AaDd])_")
SPACES = re.compile(r"\s+")
CJK = "\u2e80-\u303e\u3040-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
WRAPPED = re.compile(rf"(?<=[{CJK}])\s*[\n\t]\s*(?=[{CJK}])")
# A leading apostrophe before = + - @ is ours, put there by export.neutralise; the way back must be the same data.
FORMULA_LIKE = re.compile("['\\s]*[=+\\-@＝＋－＠]|'*[\\t\\r\\n]")

SEPARATORS = "·•・･‧∙⋅．.·⸱⸳ᐧ"
# Radicals that NFKC leaves alone (it maps the Kangxi ones, and two of these): EquivalentUnifiedIdeograph of Unicode.
RADICALS = (
    "⺁厂⺄乙⺅亻⺇几⺉刂⺋㔾⺌小⺍小⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺨犭⺩王"
    "⺫罒⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺶羊⺷羊⺸羊⺹耂⺺肀⺼月⺽臼⺾艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶"
    "⻎辶⻏阝⻐钅⻑长⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐"
    "⻭歯⻮齿⻯竜⻰龙⻱龟⻲亀"
)
SIMPLIFIED = "".join(
    line
    for line in (Path(__file__).parent / "data" / "simplified.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
SIMPLER = dict(zip(SIMPLIFIED[::2], SIMPLIFIED[1::2], strict=True))
FOLDS = str.maketrans(
    SIMPLER
    | {radical: SIMPLER.get(one, one) for radical, one in zip(RADICALS[::2], RADICALS[1::2], strict=True)}
    | dict.fromkeys(SEPARATORS, "·")
    | dict.fromkeys("[{【〔〖〘〚｛［﹝﹛（⟨", "(")
    | dict.fromkeys("]}】〕〗〙〛｝］﹞﹜）⟩", ")")
    | dict.fromkeys("《〈«‹", "<")
    | dict.fromkeys("》〉»›", ">")
    | dict.fromkeys("“”„‟″〃「」『』＂", '"')
    | dict.fromkeys("‘’‚‛′`´＇", "'")
    | dict.fromkeys("‐‑‒–—―─━﹣－", "-")
    | dict.fromkeys("，、﹐﹑", ",")
)

IDENTIFIER = re.compile(r"[0-9A-Z]+", re.ASCII)
IDENTIFIER_NOISE = re.compile(r"[\s\-‐‑‒–—―－]+")
SCRIPTS = {"CYRILLIC": "西里尔字母", "GREEK": "希腊字母", "CJK": "汉字", "LATIN": "拉丁字母"}

DATE_FORMS = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))"
    r"(?:[T ]+(?:[01]?[0-9]|2[0-3])[:：][0-5][0-9](?:[:：][0-5][0-9](?:\.[0-9]+)?)?)?",
    re.ASCII,
)
# As decisions are dated: 二〇二六年一月三十一日.
CHINESE_DATE = re.compile(
    "([〇零○一二三四五六七八九]{4})年([元正一二三四五六七八九十]{1,2})月([一二三四五六七八九十廿卅]{1,3})日?"
)
CHINESE_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
CHINESE_DIGITS |= {"元": 1, "正": 1}
SHORT_YEAR = re.compile(r"[0-9]{2}(?:[-/.][0-9]{1,2}[-/.][0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日?)", re.ASCII)
DECIMAL = re.compile(r"([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.([0-9]*))?(万元|元)?", re.ASCII)


def clean_text(cell: str) -> tuple[str, str | None]:
    """Give the text a cell means, and a problem code when it cannot be used.

    Trimmed, inner white space collapsed, Excel's `_x000D_` and invisible characters gone, placeholders empty; a name
    stays otherwise as written. Problems: `control_character`, `lone_surrogate`, `error_value`.
    """
    if cell.isprintable() and (cell.isascii() or not FIND_HIDDEN_LETTER.search(cell)):
        text = cell.strip() if "  " not in cell else SPACES.sub(" ", cell).strip()
    else:
        if FIND_SURROGATE.search(cell):
            return "", "lone_surrogate"
        text = FIND_INVISIBLE.sub("", cell)
        if FIND_CONTROL.search(text):
            return "", "control_character"
        text = _join_lines(text)
    if "_x000" in text:
        text = _join_lines(EXCEL_ESCAPE.sub("\n", text))
    return (text, None) if text[:1] not in DOUBTFUL_FIRST else _look_closer(text)


def _look_closer(text: str) -> tuple[str, str | None]:
    """Undo our own apostrophe, empty placeholders, refuse what a failed formula shows."""
    if text[0] == "'" and FORMULA_LIKE.match(text, 1):
        text = text[1:].strip()
    if len(text) > LONGEST_PLACEHOLDER:
        return text, None
    folded = SPACES.sub("", unicodedata.normalize("NFKC", text)).upper()
    if folded in PLACEHOLDERS or ONLY_STROKES.fullmatch(folded):
        return "", None
    return (text, "error_value") if folded in EXCEL_ERRORS else (text, None)


def _join_lines(text: str) -> str:
    """White space made single spaces; a line break inside Chinese text is only a wrapped cell and goes."""
    return SPACES.sub(" ", WRAPPED.sub("", text.strip())).strip()


def name_invisible(cell: str) -> tuple[str, ...]:
    """Name the invisible characters `clean_text` removes from a cell, as `U+200B`; for telling the sender."""
    return tuple(f"U+{ord(c):04X}" for c in dict.fromkeys(FIND_INVISIBLE.findall(cell)))


def name_private(cell: str) -> tuple[str, ...]:
    """Name the private-use characters of a cell: they show only where their font is installed."""
    return tuple(f"U+{ord(c):04X}" for c in dict.fromkeys(FIND_PRIVATE.findall(cell)))


@lru_cache(maxsize=16384)
def fold_name(name: str) -> str:
    """The key names are matched on: width, case, spaces, brackets, quotes, middle dots and traditional characters.

    Only a key, and made here alone: SQL compares keys, it never makes one. The legal name is stored as reported:
    normalising would replace characters people are named with (U+FA19 神 becomes U+795E, 劉 becomes 刘).
    """
    text = FIND_INVISIBLE.sub("", name.translate(FOLDS))
    if not text.isascii():
        # Twice: capitals of some letters fall apart again, and what NFKC opens may hold brackets and dots.
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper()).translate(FOLDS)
    return "".join(text.split()).upper()


def fold_identifier(text: str) -> str:
    """A code in half width and capitals, without spaces and hyphens: ｘ, x and Ⅹ become X.

    A character that is none of 0-9 A-Z afterwards is left in place for the check to refuse, never mapped: Cyrillic Х is
    not X. `foreign_character` names it.
    """
    if IDENTIFIER.fullmatch(text):
        return text
    text = unicodedata.normalize("NFKC", FIND_INVISIBLE.sub("", text))
    return IDENTIFIER_NOISE.sub("", text).translate(ASCII_UPPER)


# str.upper would turn ß into SS and the dotless ı into I.
ASCII_UPPER = {ord(c): c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}


def foreign_character(identifier: str) -> str | None:
    """Name the first character no code may hold, as `“Х”（U+0425，西里尔字母）`; None when all are fine."""
    for character in identifier:
        if not (character.isascii() and character.isalnum()):
            script = SCRIPTS.get(unicodedata.name(character, "").split(" ")[0].split("-")[0], "")
            kind = f"，{script}" if script else ""
            return f"“{character}”（U+{ord(character):04X}{kind}）"
    return None


@lru_cache(maxsize=8192)
def parse_date(text: str) -> datetime.date | str:
    """Read a date as people write it: 2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日, 20260131.

    Also 二〇二六年一月三十一日; a time of day may follow.

    Returns a problem code instead: `date_format`, `date_impossible`, `date_short_year`.
    """
    compact = text if text.isascii() else unicodedata.normalize("NFKC", text)
    compact = re.sub(r"\s*([-/.年月日])\s*", r"\1", compact.strip())
    if match := DATE_FORMS.fullmatch(compact):
        year, _, *parts = match.groups()
        numbers = [int(part) for part in (year, *parts) if part is not None]
    elif match := CHINESE_DATE.fullmatch(compact):
        numbers = [_chinese_number(part) for part in match.groups()]
    else:
        return "date_short_year" if SHORT_YEAR.fullmatch(compact) else "date_format"
    try:
        return datetime.date(*numbers)
    except ValueError:
        return "date_impossible"


def _chinese_number(text: str) -> int:
    """〇 to 三十一 with its tens, or the four digits of a year. What is none (十二十) is 0, no date has that."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(CHINESE_DIGITS[character]) for character in text))
    if len(tens) > 1 or len(ones) > 1 or tens == "十":
        return 0
    return 10 * CHINESE_DIGITS.get(tens, 1) + CHINESE_DIGITS.get(ones, 0)


def parse_decimal(text: str, digits: int, scale: int) -> Decimal | str:
    """Read an amount with at most `digits` digits, `scale` of them after the point. The column's unit is 万元.

    Thousands separators, full width and a written 万元 are understood; 元 is not converted, it is refused: nobody knows
    whether the number or the unit is wrong. Returns a problem code instead: `decimal_format`, `decimal_too_large`,
    `decimal_too_precise`.
    """
    compact = text if text.isascii() else unicodedata.normalize("NFKC", text)
    match = DECIMAL.fullmatch("".join(compact.split()))
    if not match or not (match[2] or match[3]) or match[4] == "元":
        return "decimal_format"
    sign, whole, fraction = match[1], (match[2] or "0").replace(",", "").lstrip("0"), (match[3] or "").rstrip("0")
    if len(fraction) > scale:
        return "decimal_too_precise"
    if len(whole) > digits - scale:
        return "decimal_too_large"
    return Decimal(f"{sign}{whole or '0'}.{fraction or '0'}")
