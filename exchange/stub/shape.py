"""What a row must look like to be taken in. Written apart from the platform's own checks, as the real receiver is."""

import datetime
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from exchange.messages import RECORD, Action, SubjectKind, key_of, row_digest

_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_SHAPE = re.compile(r"[1-9A-HJ-NPQRTUWXY][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_DATE_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ID_NUMBER_SHAPE = re.compile(
    r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_REVISION_MAX = 2**31 - 1


class Refusal(Exception):
    """One row cannot be taken in: a stable code and a Chinese sentence for the department that reported it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the store keeps it: the fields a register shows, and a digest in place of the content."""

    key: str
    record: str
    revision: int
    digest: str
    action: str = ""
    item: str = ""
    subject_kind: str = ""
    subject_name: str = ""
    subject_code: str = ""
    document_no: str = ""
    decided_on: str = ""
    displayed_until: str = ""
    refusal: Refusal | None = None

    @property
    def is_storable(self) -> bool:
        """False when the row has no usable key, so that nothing can be remembered about it."""
        return bool(self.record)


def read_row(source: str, raw: Any) -> Row:
    """Check one row. Never raises: a row that cannot be taken in carries its refusal."""
    key = raw["key"] if isinstance(raw, dict) and isinstance(raw.get("key"), str) else ""
    try:
        record, revision, content = _read_identity(source, raw)
    except Refusal as refusal:
        return Row(key.encode(errors="replace").decode()[:128], "", 0, "", refusal=refusal)
    try:
        return replace(Row(key, record, revision, content), **_read_content(raw))
    except Refusal as refusal:
        return Row(key, record, revision, content, refusal=refusal)


def _read_identity(source: str, raw: Any) -> tuple[str, int, str]:
    _require(isinstance(raw, dict), "row_invalid", "每条记录应为一个对象")
    record, revision = raw.get("record"), raw.get("revision")
    _require(isinstance(record, str) and RECORD.fullmatch(record), "record_invalid", "记录编号缺失或格式不正确")
    _require(type(revision) is int and 1 <= revision <= _REVISION_MAX, "revision_invalid", "版本号应为正整数")
    _require(raw.get("key") == key_of(source, record, revision), "key_mismatch", "键与来源、记录编号、版本号不一致")
    try:
        return record, revision, row_digest(raw)
    except (ValueError, RecursionError):
        raise Refusal("text_invalid", "内容含有无法编码的字符") from None


def _read_content(raw: dict[str, Any]) -> dict[str, Any]:
    action = _read_choice(raw.get("action"), Action, "action_invalid", "操作应为 publish（公示）或 withdraw（撤下）")
    seen = {"action": action, "item": _read_text(raw.get("item"), "item", "信息目录项代码", length=64)}
    if action == Action.PUBLISH:
        seen |= _read_subject(raw.get("subject")) | _read_document(raw)
        _read_values(raw.get("values"))
    return seen


def _read_subject(subject: Any) -> dict[str, str]:
    _require(isinstance(subject, dict), "subject_missing", "缺少行政相对人信息")
    kind = _read_choice(subject.get("kind"), SubjectKind, "subject_kind_invalid", "行政相对人类别不在代码表内")
    name = _read_text(subject.get("name"), "subject_name", "行政相对人名称", length=200)
    if kind == SubjectKind.PERSON:
        _read_cipher(subject)
        return {"subject_kind": kind, "subject_name": _mask(name)}
    code = subject.get("code")
    _require(isinstance(code, str) and code, "subject_code_missing", "缺少统一社会信用代码")
    _require(is_credit_code(code), "subject_code_invalid", "统一社会信用代码的格式或校验码不正确")
    return {"subject_kind": kind, "subject_name": name, "subject_code": code}


def _read_cipher(subject: dict[str, Any]) -> None:
    cipher = subject.get("id_cipher")
    _require(isinstance(cipher, str) and cipher, "id_cipher_missing", "自然人应报送证件号码密文")
    _refuse_plain_number([value for value in subject.values() if isinstance(value, str)])


def _read_document(raw: dict[str, Any]) -> dict[str, str]:
    number = _read_text(raw.get("document_no"), "document_no", "决定文书号", length=128)
    decided_on = _read_date(raw.get("decided_on"), "decided_on_invalid", "决定日期缺失或不是 YYYY-MM-DD")
    until = raw.get("displayed_until")
    if until is None:
        return {"document_no": number, "decided_on": decided_on}
    until = _read_date(until, "displayed_until_invalid", "公示截止期不是 YYYY-MM-DD")
    _require(until >= decided_on, "displayed_until_before_decision", "公示截止期早于决定日期")
    return {"document_no": number, "decided_on": decided_on, "displayed_until": until}


def _read_values(values: Any) -> None:
    _require(isinstance(values, dict), "values_invalid", "字段值应为一个对象")
    _refuse_plain_number([value for value in values.values() if isinstance(value, str)])


def _read_text(value: Any, field: str, label: str, *, length: int) -> str:
    """A text that must be there. Codes: <field>_missing, <field>_too_long, text_invalid."""
    _require(isinstance(value, str) and value.strip(), f"{field}_missing", f"缺少{label}")
    _require(len(value) <= length, f"{field}_too_long", f"{label}超过 {length} 字")
    _require(not _CONTROL.search(value), "text_invalid", f"{label}含有控制字符")
    return str(value)


def _read_choice(value: Any, choices: type[StrEnum], code: str, reason: str) -> str:
    _require(isinstance(value, str) and value in tuple(choices), code, reason)
    return str(value)


def _read_date(value: Any, code: str, reason: str) -> str:
    _require(isinstance(value, str) and _DATE_SHAPE.fullmatch(value), code, reason)
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        raise Refusal(code, reason) from None
    return str(value)


def _refuse_plain_number(texts: list[str]) -> None:
    """Personal ID numbers never travel in plain text, so none can be stored here by mistake."""
    _require(not any(map(is_id_number, texts)), "plain_id_number", "含有未加密的公民身份号码")


def _require(condition: Any, code: str, reason: str) -> None:
    if not condition:
        raise Refusal(code, reason)


def _mask(name: str) -> str:
    return name[0] + "＊" * (len(name) - 1)


def is_credit_code(code: str) -> bool:
    """Shape and check digit of a unified social credit code (GB 32100-2015: weights 3^i mod 31)."""
    if not _CODE_SHAPE.fullmatch(code):
        return False
    total = sum(_CODE_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return code[17] == _CODE_ALPHABET[-total % 31]


def is_id_number(text: str) -> bool:
    """Shape, birth date and check digit of a citizen's number (GB 11643-1999: weights 2^(17-i) mod 11)."""
    text = text.strip().upper()
    if not _ID_NUMBER_SHAPE.fullmatch(text):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(text[:17]))
    return text[17] == "10X98765432"[total % 11]
