"""Workbooks written by hand, part by part: only so can they lie."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from records.reading.rows import column_letter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class Raw(str):
    """A cell given as XML, with `{r}` where its reference goes."""

    __slots__ = ()


class Sheet(NamedTuple):
    name: str
    rows: str
    state: str = "visible"
    before: str = ""
    after: str = ""
    prologue: str = ""


def number(value: str) -> Raw:
    return Raw(f'<c r="{{r}}"><v>{value}</v></c>')


def date_serial(value: int) -> Raw:
    return Raw(f'<c r="{{r}}" s="1"><v>{value}</v></c>')


def failed(shown: str) -> Raw:
    return Raw(f'<c r="{{r}}" t="e"><f>A1</f><v>{shown}</v></c>')


def formula(text: str, saved: str | None) -> Raw:
    value = "" if saved is None else f"<v>{saved}</v>"
    return Raw(f'<c r="{{r}}" t="str"><f>{text}</f>{value}</c>')


def cell(reference: str, value: str) -> str:
    if isinstance(value, Raw):
        return value.replace("{r}", reference)
    if not value:
        return ""
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def row(row_no: int, values: Sequence[str], attributes: str = "") -> str:
    cells = "".join(cell(f"{column_letter(i)}{row_no}", value) for i, value in enumerate(values))
    return f'<row r="{row_no}"{attributes}>{cells}</row>'


def rows(table: Sequence[Sequence[str]], start: int = 1) -> str:
    return "".join(row(row_no, values) for row_no, values in enumerate(table, start))


def sheet_xml(sheet: Sheet) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{sheet.prologue}<worksheet xmlns="{MAIN}">{sheet.before}'
        f"<sheetData>{sheet.rows}</sheetData>{sheet.after}</worksheet>"
    )


def package(
    sheets: Sequence[Sheet], extra: Mapping[str, bytes | str] | None = None, shared: str | None = None
) -> bytes:
    """A workbook of these sheets. `extra` adds parts or replaces them; `shared` is the inside of the shared strings."""
    entries = "".join(
        f'<sheet name="{sheet.name}" sheetId="{i}" state="{sheet.state}" r:id="rId{i}"/>'
        for i, sheet in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i, _ in enumerate(sheets, 1)
    )
    links += f'<Relationship Id="rId90" Type="{OFFICE}/styles" Target="styles.xml"/>'
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>',
        "xl/styles.xml": STYLES,
    }
    if shared is not None:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
        links += f'<Relationship Id="rId91" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
    for i, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = sheet_xml(sheet)
    return archive(parts | dict(extra or {}))


def archive(parts: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return out.getvalue()
