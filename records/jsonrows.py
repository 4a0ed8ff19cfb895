"""JSON rows of the API, kept as the table they stand for, so that they go the same way as any file.

A number stays a number to the last digit: in a field for codes it is refused like one from Excel (T-53), in a field for
amounts it means what was written.
"""

import codecs
import json

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from catalogue.models import InformationItem
from records.reading import Number

ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class ExactJSONParser(JSONParser):
    """JSON without loss: numbers keep their digits, and an object that names a field twice is refused."""

    def parse(self, stream, media_type=None, parser_context=None):
        encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
        try:
            text = codecs.getreader(encoding)(stream).read()
            return json.loads(
                text, parse_int=Number, parse_float=Number, parse_constant=_no_constant, object_pairs_hook=_once
            )
        except (ValueError, LookupError, RecursionError) as error:
            raise ParseError("不是有效的 JSON。") from error


def _no_constant(name: str):
    raise ValueError(name)


def _once(pairs: list[tuple]) -> dict:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        name = next(name for index, (name, _) in enumerate(pairs) if name in dict(pairs[:index]))
        raise ParseError(f"字段“{name[:40]}”出现了两次。", code="duplicate_key")
    return fields


def as_lines(item: InformationItem, rows: list[dict]) -> bytes:
    """The rows as JSON lines under the item's codes. Raises ParseError with the place."""
    names = {name: field.code for field in item.fields.all() for name in (field.code, field.name, *field.aliases)}
    codes = list(dict.fromkeys(names.values()))
    lines = [ENCODE(codes)]
    for number, row in enumerate(rows, start=1):
        cells = {}
        for name, value in row.items():
            if name not in names:
                raise ParseError(f"第 {number} 行：不认识字段“{name[:40]}”。", code="unknown_field")
            if names[name] in cells:
                raise ParseError(f"第 {number} 行：字段“{name[:40]}”用不同的名称写了两次。", code="duplicate_key")
            cells[names[name]] = _cell(number, name, value)
        lines.append("[" + ",".join(cells.get(code, '""') for code in codes) + "]")
    return "\n".join(lines).encode() + b"\n"


def _cell(number: int, name: str, value) -> str:
    if value is None:
        return '""'
    if isinstance(value, Number):
        return value
    if not isinstance(value, str):
        raise ParseError(f"第 {number} 行“{name}”：请写成文字或数值，不能是列表、对象或真假值。", code="text_expected")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ParseError(f"第 {number} 行“{name}”：含有不成对的代理字符。", code="lone_surrogate") from error
    if "\x00" in value:
        raise ParseError(f"第 {number} 行“{name}”：含有空字符。", code="control_character")
    return ENCODE(value)
