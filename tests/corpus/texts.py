"""CSV and JSON lines: encodings, separators, quotes, counts, and text that is no table."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from functools import partial

from records.reading import Limits
from tests.corpus.case import CODES, TITLES, Case, good_rows, table

RARE_NAMES = (
    "示例䶮茶业有限公司",
    "示例㛃花卉有限公司",
    "示例𫖯物流有限公司",
    "示例𬭩建筑有限公司",
    "示例𤩽餐饮有限公司",
)


def csv_text(rows: Sequence[Sequence[str]], delimiter: str = ",", line_end: str = "\r\n", quoting: int = 0) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(rows)
    return out.getvalue()


def encoded(rows: Callable[[], Sequence[Sequence[str]]], encoding: str = "utf-8", **options) -> bytes:
    return csv_text(rows(), **options).encode(encoding)


def changed(row: int, column: int, value: str, count: int = 5) -> list[list[str]]:
    """A good table with one cell replaced; row 1 is the header."""
    rows = table(count)
    rows[row - 1][column] = value
    return rows


def rare_names() -> list[list[str]]:
    rows = table(len(RARE_NAMES))
    for row, name in zip(rows[1:], RARE_NAMES, strict=True):
        row[0] = name
    return rows


def replaced(row: int, line: Callable[[str], str], count: int = 5, encoding: str = "utf-8") -> bytes:
    """A good file with one line rewritten."""
    lines = csv_text(table(count)).splitlines(keepends=True)
    lines[row - 1] = line(lines[row - 1])
    return "".join(lines).encode(encoding)


def damaged(row: int, bad: bytes) -> bytes:
    """A good UTF-8 file with undecodable bytes in the last cell of one line."""
    lines = csv_text(table()).encode().splitlines(keepends=True)
    lines[row - 1] = lines[row - 1].rstrip(b"\r\n") + bad + b"\r\n"
    return b"".join(lines)


def excel_block() -> str:
    """Excel saves no separators for the empty last columns of a block of rows."""
    return "\r\n".join(line.rstrip(",") for line in csv_text(table(40)).splitlines())


def preceded() -> list[list[str]]:
    rows = [["云南省行政许可信息上报表（演示）"], [], ["填报单位：", "云南省演示市场监管局"], [], *table()]
    return [row + [""] * (len(TITLES) - len(row)) for row in rows]


def example_below_header() -> list[list[str]]:
    rows = table()
    return [rows[0], ["【示例行，导入时自动跳过】示例有限公司", *rows[1][1:]], *rows[1:]]


def json_lines(rows: Sequence[object]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8", "surrogatepass")


def objects(count: int = 5) -> list[dict[str, object]]:
    return [dict(zip(CODES, row, strict=True)) for row in good_rows(count)]


def broken_objects() -> bytes:
    """Line 2 broken, 3 with a lone surrogate, 4 with a list in a cell, 5 with a key twice, 6 no object at all."""
    lines = [json.dumps(row) for row in objects(7)]
    lines[1] = lines[1][:-5]
    lines[2] = lines[2].replace('"XK_NR": "', '"XK_NR": "\\ud800', 1)
    lines[3] = lines[3].replace('"BZ": ""', '"BZ": ["a"]')
    lines[4] = lines[4].replace('"BZ": ""', '"BZ": "", "BZ": "b"')
    lines[5] = "42"
    return "\n".join(lines).encode()


def with_totals() -> list[list[str]]:
    """A subtotal in the middle, a total, and what people sign below."""
    width = len(TITLES)

    def below(*cells: str) -> list[str]:
        return [*cells, *[""] * (width - len(cells))]

    good = table()
    tail = [below("", "合　计", "", "5"), below("制表人：示例甲", "", "审核：示例乙"), below("说明：以上为演示数据。")]
    return [*good[:3], below("小计", "2"), *good[3:], *tail]


SPILLED = Limits(columns=20)
READ = [
    Case("utf8.csv", partial(encoded, table), rows=5),
    Case("utf8_bom.csv", partial(encoded, table, "utf-8-sig"), rows=5),
    Case("gb18030.csv", partial(encoded, table, "gb18030"), rows=5),
    Case("gb18030_rare_names.csv", partial(encoded, rare_names, "gb18030"), rows=5),
    Case("semicolons.csv", partial(encoded, table, delimiter=";"), rows=5),
    Case("tabs.txt", partial(encoded, table, delimiter="\t"), rows=5),
    Case("all_quoted.csv", partial(encoded, table, quoting=csv.QUOTE_ALL), rows=5),
    Case("unix_lines.csv", partial(encoded, table, line_end="\n"), rows=5),
    Case("old_mac_lines.csv", partial(encoded, table, line_end="\r"), rows=5),
    Case("no_last_line_end.csv", lambda: encoded(table).rstrip(b"\r\n"), rows=5),
    Case("line_break_in_cell.csv", lambda: encoded(lambda: changed(3, 18, '第一行\r\n第二行，含“引号"”')), rows=5),
    Case("header_in_line_5.csv", partial(encoded, preceded), rows=5),
    Case("blank_rows.csv", lambda: encoded(lambda: [*table(), *[[""] * len(TITLES)] * 2000]), rows=5),
    Case("empty_tail_left_out.csv", lambda: excel_block().encode(), rows=40),
    Case("codes_as_header.csv", lambda: encoded(lambda: [list(CODES), *good_rows(5)]), rows=5),
    Case("names_and_codes.csv", lambda: encoded(lambda: [list(TITLES), list(CODES), *good_rows(5)]), rows=5),
    Case("codes_and_names.csv", lambda: encoded(lambda: [list(CODES), list(TITLES), *good_rows(5)]), rows=5),
    Case("example_row.csv", partial(encoded, example_below_header), rows=5, notes=("example_row",)),
    Case("totals.csv", partial(encoded, with_totals), rows=5, notes=("closing_rows",)),
    Case("total_that_is_a_name.csv", lambda: encoded(lambda: changed(3, 0, "合计示例有限公司")), rows=5),
    Case(
        "formulas_as_text.csv", lambda: encoded(lambda: changed(3, 27, '=HYPERLINK("http://example.invalid")')), rows=5
    ),
    Case(
        "zero_width.csv",
        lambda: encoded(lambda: changed(3, 0, "示\u200b例\u202e茶业\u00ad有限公司\ufe0f")),
        rows=5,
        notes=("invisible_removed",),
    ),
    Case("own_characters.csv", lambda: encoded(lambda: changed(3, 0, "示\ue000例")), rows=5, notes=("private_use",)),
    Case("placeholders.csv", lambda: encoded(lambda: changed(3, 27, "— —")), rows=5),
    Case("nul_in_cell.csv", lambda: encoded(lambda: changed(3, 18, "糕\x00点")), rows=5),
    Case("scientific.csv", lambda: encoded(lambda: changed(3, 2, "9.15301E+17")), rows=5),
    Case(
        "too_few_cells.csv",
        lambda: replaced(3, lambda line: ",".join(line.split(",")[:9]) + "\r\n"),
        rows=5,
        problems={3: "column_count"},
    ),
    Case(
        "too_many_cells.csv",
        lambda: replaced(3, lambda line: "多出," + line.rstrip() + "备注\r\n"),
        rows=5,
        problems={3: "column_count"},
    ),
    Case(
        "long_cell.csv", lambda: encoded(lambda: changed(3, 18, "长" * 10_001)), rows=5, problems={3: "cell_too_long"}
    ),
    Case(
        "damaged_utf8.csv",
        partial(damaged, 4, b"\xe7\xa4"),
        rows=5,
        problems={4: "undecodable_bytes"},
        notes=("damaged_bytes",),
    ),
    Case(
        "surrogate_in_utf8.csv",
        partial(damaged, 4, b"\xed\xa0\x80"),
        rows=5,
        problems={4: "undecodable_bytes"},
        notes=("damaged_bytes",),
    ),
    Case("objects.jsonl", lambda: json_lines(objects()), rows=5, kind_hint="jsonl"),
    Case("arrays.jsonl", lambda: json_lines([list(CODES), *good_rows(5)]), rows=5, kind_hint="jsonl"),
    Case(
        "broken_objects.jsonl",
        broken_objects,
        rows=7,
        kind_hint="jsonl",
        problems={2: "broken_json", 3: "lone_surrogate", 4: "nested_value", 5: "duplicate_key", 6: "broken_json"},
    ),
]
REFUSED = [
    Case("empty.csv", lambda: b"", refused="empty_file"),
    Case("only_line_ends.csv", lambda: b"\r\n" * 50, refused="no_content"),
    Case("over_the_limit.csv", partial(encoded, table), refused="too_large", limits=Limits(size=1000)),
    Case(
        "too_many_rows.csv", lambda: encoded(lambda: table(100)), refused="too_many_rows", limits=Limits(rows_text=100)
    ),
    Case("too_many_columns.csv", partial(encoded, table), refused="too_many_columns", limits=SPILLED),
    Case("one_endless_line.csv", lambda: b"x" * (17 << 20), refused="record_too_long"),
    Case("open_quote.csv", lambda: replaced(3, lambda line: '"' + line), refused="unbalanced_quote"),
    Case("quote_inside_quotes.csv", lambda: replaced(3, lambda line: '"示"例' + line), refused="unbalanced_quote"),
    Case("stray_and_open_quote.csv", lambda: encoded(table) + b'a"b,"c\r\nd",e\r\n', refused="row_count_differs"),
    Case("utf16.csv", partial(encoded, table, "utf-16"), refused="utf16_encoding"),
    Case("utf16_without_mark.csv", lambda: csv_text([list(CODES)] * 5).encode("utf-16-le"), refused="utf16_encoding"),
    Case("latin1.csv", lambda: "名,\xe9,\xe8\n".replace("名", "nom").encode("latin-1"), refused="unknown_encoding"),
    Case("binary.csv", lambda: bytes(range(256)) * 16, refused="not_a_table"),
    Case(
        "page.xls",
        lambda: "<html><body><table><tr><td>行政相对人名称</td></tr></table></body></html>".encode(),
        refused="html_file",
    ),
    Case("page_with_mark.xls", lambda: "\ufeff\r\n<!DOCTYPE html><table/>".encode(), refused="html_file"),
    Case(
        "spreadsheet_2003.xls",
        lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        refused="xml_spreadsheet",
    ),
    Case("no_header.csv", lambda: encoded(lambda: good_rows(5)), refused="unknown_header"),
    Case("header_too_low.csv", lambda: encoded(lambda: [["说明"]] * 10 + table()), refused="unknown_header"),
    Case("json_sent_as_table.json", lambda: json_lines(objects()), refused="unknown_header"),
    Case(
        "utf8_read_as_gbk.csv", lambda: encoded(table).decode("gb18030", "replace").encode(), refused="unknown_header"
    ),
    Case(
        "duplicate_header.csv",
        lambda: encoded(lambda: changed(1, 27, "行政许可决定文书号")),
        refused="duplicate_header",
    ),
    Case("misspelt_header.csv", lambda: encoded(lambda: changed(1, 18, "许可内容说明")), refused="unknown_header"),
    Case(
        "missing_column.csv",
        lambda: encoded(lambda: [row[:18] + row[19:] for row in table()]),
        refused="missing_columns",
    ),
    Case("broken_array_header.jsonl", lambda: b"[1,\n[2]\n", refused="unknown_header", kind_hint="jsonl"),
]
CASES = READ + REFUSED
