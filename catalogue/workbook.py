"""The law book as an Excel file, to be read, corrected and brought back: one sheet a part, one row a row, text only.

The first line names the columns in words, the second by their keys, by which a file that comes back is read. Lists are
parted by “|”, structured cells are JSON.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator

import xlsxwriter
from django.contrib.postgres.fields import ArrayField
from django.db import models
from python_calamine import CalamineError, CalamineWorkbook

from catalogue.errors import LawUnsound
from catalogue.lawbook import BASIS, FIELD, FIELDS, FURTHER, FURTHER_LABEL, ITEM, RULE, Law
from catalogue.soundness import SEPARATOR

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_UNPACKED = 50 * 1024 * 1024
OF_ITEM = "item"
LISTS = {FURTHER}
SHEETS = {"bases": "法律依据", "items": "目录项", "fields": "字段", "rules": "公示期限"}
COLUMNS: dict[str, dict[str, models.Field | None]] = {
    "bases": dict(BASIS),
    "items": dict(ITEM) | {FURTHER: None},
    "fields": {OF_ITEM: None} | FIELD,
    "rules": dict(RULE),
}
TITLES = {FURTHER: FURTHER_LABEL, OF_ITEM: "目录项编码"}
TEXT = {"num_format": "@", "valign": "top", "text_wrap": True}
HEAD = TEXT | {"bold": True, "bg_color": "#EEF2F7", "bottom": 1}
KEY = TEXT | {"font_color": "#5A6473"}


def write_workbook(law: Law, *, title: str) -> bytes:
    """The law book as a workbook whose every cell is text: nothing in it can be taken for a formula."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title})
        text, head, key = (book.add_format(look) for look in (TEXT, HEAD, KEY))
        for part, name in SHEETS.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(2, 2)
            for place, (column, field) in enumerate(COLUMNS[part].items()):
                sheet.set_column(place, place, 40 if column in ("title", "source", "name") else 18, text)
                sheet.write_string(0, place, TITLES.get(column) or str(field.verbose_name if field else column), head)
                sheet.write_string(1, place, column, key)
            for line, row in enumerate(_rows(law, part), start=2):
                for place, column in enumerate(COLUMNS[part]):
                    sheet.write_string(line, place, _written(row[column]), text)
    return out.getvalue()


def _rows(law: Law, part: str) -> Iterable[dict]:
    if part == "fields":
        return [{OF_ITEM: item["code"]} | field for item in law["items"] for field in item[FIELDS]]
    return law[part]


def _written(value) -> str:
    if value is None or value == {}:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return SEPARATOR.join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def read_workbook(content: bytes) -> dict:
    """The document a workbook holds, to be given to soundness.shaped(). Raises LawUnsound."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(each.file_size for each in archive.infolist()) > LARGEST_UNPACKED:
                raise LawUnsound(["文件展开后过大，不像是信息目录。"])
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        parts = {part: list(_read(book, part, name)) for part, name in SHEETS.items()}
    except (zipfile.BadZipFile, CalamineError, json.JSONDecodeError, ValueError) as error:
        raise LawUnsound(["文件读不出来。请用下载的 Excel 目录修改，表名、表头和第二行不要改动。"]) from error
    fields = parts.pop("fields")
    for item in parts["items"]:
        item[FIELDS] = [
            {name: value for name, value in field.items() if name != OF_ITEM}
            for field in fields
            if field[OF_ITEM] == item["code"]
        ]
    return parts


def _read(book: CalamineWorkbook, part: str, name: str) -> Iterator[dict]:
    if name not in book.sheet_names:
        raise LawUnsound([f"文件中没有名为“{name}”的表。"])
    lines = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    if len(lines) < 2:
        raise LawUnsound([f"“{name}”表缺少表头。"])
    known = COLUMNS[part]
    places = {str(key).strip(): place for place, key in enumerate(lines[1]) if str(key).strip() in known}
    for line in lines[2:]:
        if any(str(cell).strip() for cell in line):
            yield {key: _value(key, known[key], line[place]) for key, place in places.items()}


def _value(key: str, column: models.Field | None, cell):
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    if key in LISTS or isinstance(column, ArrayField):
        return [word.strip() for word in text.split(SEPARATOR) if word.strip()]
    if isinstance(column, models.JSONField):
        return json.loads(text) if text else {}
    if isinstance(column, models.BooleanField):
        return text in ("是", "True", "true", "1")
    if isinstance(column, models.IntegerField):
        return int(text) if text else None
    if isinstance(column, models.DateField):
        return text[:10] or None
    return text
