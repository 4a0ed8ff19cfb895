"""Makes any text safe to stand in a log line: it cannot forge another line, hide itself, or carry an ID number."""

import re
import unicodedata
from collections.abc import Mapping

from audit.errors import UnsuitableDetail

LONGEST = 2000
CUT = "…（已截断）"

# Controls, format characters (bidi, zero width), lone surrogates, line and paragraph separators.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# A resident identity number by shape: region, date of birth, serial, check digit. Over-masking does no harm here.
IDENTITY_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])([1-8][0-9]{5})(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    r"(?![0-9A-Za-z])"
)


def clean(text: str) -> str:
    """The text with unseen characters written out as ⟨U+000A⟩, identity numbers masked, at most LONGEST characters."""
    visible = "".join(_visible(char) for char in text[: LONGEST + 20])  # 20: a number across the cut is seen whole
    masked = IDENTITY_NUMBER.sub(r"\g<1>************", visible)
    return masked if len(masked) <= LONGEST else masked[: LONGEST - len(CUT)] + CUT


def clean_detail(value: object) -> object:
    """The same for every text inside a JSON value; raises UnsuitableDetail for what is not plain JSON or is a float."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): clean_detail(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean_detail(inner) for inner in value]
    raise UnsuitableDetail(f"审计详情只能包含文本、整数、布尔值、列表和字典，不能包含 {type(value).__name__}。")


def _visible(char: str) -> str:
    return f"⟨U+{ord(char):04X}⟩" if unicodedata.category(char) in UNSEEN else char
