"""Workbooks that lie about their size, hide things, or hold what a table should not."""

import re
from functools import partial

from records.reading import Limits
from tests.corpus.case import TITLES, Case, good_rows, table
from tests.corpus.packages import Raw, Sheet, date_serial, failed, formula, number, package, row, rows, sheet_xml

WIDTH = len(TITLES)
DOCTYPE = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
)
REFERENCE_ONLY = Raw('<c r="{r}" s="1"/>')


def one_sheet(content: str, before: str = "", after: str = "", prologue: str = "") -> bytes:
    return package([Sheet("许可", content, before=before, after=after, prologue=prologue)])


def changed(row_no: int, column: int, value: str, count: int = 5) -> bytes:
    """A good sheet with one cell replaced; row 1 is the header."""
    content = table(count)
    content[row_no - 1][column] = value
    return one_sheet(rows(content))


def shared_strings() -> bytes:
    """Texts in the shared part, as Excel saves: with rich text, phonetic guides and blank ones."""
    texts = [cell for line in table() for cell in line]
    items = "".join(
        f'<si><r><t xml:space="preserve">{t[:1]}</t></r><r><t xml:space="preserve">{t[1:]}</t></r>'
        f'<rPh sb="0" eb="1"><t>shi</t></rPh></si>'
        for t in texts
    )
    width = len(TITLES)
    content = rows(
        [[Raw(f'<c r="{{r}}" t="s"><v>{i}</v></c>') for i in range(n, n + width)] for n in range(0, len(texts), width)]
    )
    blank = len(texts)
    content += row(7, [Raw(f'<c r="{{r}}" t="s"><v>{blank}</v></c>')] * 3)
    return package([Sheet("许可", content)], shared=items + '<si><t xml:space="preserve">  </t></si>')


def grouped_header() -> bytes:
    """Six codes under one merged title, the other titles merged over two rows."""
    upper, lower = list(TITLES), [""] * WIDTH
    upper[2:8] = ["行政相对人代码", "", "", "", "", ""]
    lower[2:8] = [
        "统一社会信用代码",
        "工商注册号",
        "组织机构代码",
        "税务登记号",
        "_5（事业单位证书号）",
        "_6（社会组织登记证号）",
    ]
    merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in ("C1:H1", "A1:A2", "B1:B2"))
    return one_sheet(rows([upper, lower, *good_rows(5)]), after=f"<mergeCells>{merged}</mergeCells>")


def hidden_things() -> bytes:
    content = "".join(
        row(row_no, values, ' hidden="1"' if row_no in (3, 5) else "") for row_no, values in enumerate(table(), 1)
    )
    columns = '<cols><col min="9" max="11" hidden="1"/><col min="200" max="16384" hidden="1"/></cols>'
    sheets = [
        Sheet("底稿", rows(table()), state="hidden"),
        Sheet("密稿", rows(table()), state="veryHidden"),
        Sheet("许可", content, before=columns),
        Sheet("另一张", rows(table(2))),
    ]
    return package(sheets)


def trailing_rows() -> bytes:
    """A million rows that were formatted once and never filled."""
    content = rows(table()) + "".join(f'<row r="{n}"/>' for n in range(7, 1_000_001))
    return one_sheet(content + row(1_000_001, [REFERENCE_ONLY] * WIDTH))


def unreferenced_cells() -> bytes:
    """Rows and cells without references, as some report generators write them."""
    content = rows([[value or Raw("<c/>") for value in line] for line in table()])
    return one_sheet(re.sub(r' r="[A-Z]*[0-9]+"', "", content))


def in_the_middle() -> bytes:
    """The table begins at C4; row 6 and column B are empty."""
    lines = [["", "", *line] for line in table()]
    return one_sheet(rows(lines[:2], start=4) + rows(lines[2:], start=7))


def prefixed() -> bytes:
    """Every element with a namespace prefix: the same to XML, not to a reader that looks for `<row`."""
    xml = re.sub(r"<(/?)(\w)", r"<\1x:\2", sheet_xml(Sheet("", rows(table())))).replace("xmlns=", "xmlns:x=")
    return package([Sheet("许可", "")], {"xl/worksheets/sheet1.xml": xml})


def heavy(count: int) -> bytes:
    """A correct sheet, only large."""
    return one_sheet("".join(row(n, ["示例"] * WIDTH) for n in range(1, count + 1)))


CASES = [
    Case("plain.xlsx", lambda: one_sheet(rows(table())), rows=5),
    Case("shared_strings.xlsx", shared_strings, rows=5),
    Case("named_as_table.csv", lambda: one_sheet(rows(table())), rows=5),
    # Memory: one cell at the far corner asks the table reader for 512 GiB, two far rows for gigabytes.
    Case("far_corner.xlsx", lambda: one_sheet(row(1_048_576, [""] * 16_383 + ["x"])), refused="too_many_columns"),
    Case(
        "far_rows.xlsx", lambda: one_sheet(row(1, TITLES) + row(1_048_576, good_rows(1)[0])), refused="too_many_cells"
    ),
    Case("beyond_excel.xlsx", lambda: one_sheet('<row r="1"><c r="AAAA1"><v>1</v></c></row>'), refused="damaged_file"),
    Case(
        "far_corner_unreferenced.xlsx",
        lambda: one_sheet("<row>" + "<c/>" * 300 + "<c><v>1</v></c></row>"),
        refused="too_many_columns",
    ),
    Case("wide.xlsx", lambda: one_sheet(row(1, ["x"] * 16_384)), refused="too_many_columns"),
    Case("lying_dimension.xlsx", lambda: one_sheet(rows(table(500)), before='<dimension ref="A1:B2"/>'), rows=500),
    Case(
        "too_many_rows.xlsx",
        lambda: one_sheet(rows(table(100))),
        refused="too_many_rows",
        limits=Limits(rows_workbook=100),
    ),
    Case("trailing_empty_rows.xlsx", trailing_rows, rows=5),
    # XML made to explode or to be read two ways.
    Case(
        "entities.xlsx",
        lambda: one_sheet(rows([["&c;"]]).replace("&amp;", "&"), prologue=DOCTYPE),
        refused="forbidden_xml",
    ),
    Case(
        "entities_in_strings.xlsx",
        lambda: package([Sheet("许可", rows(table()))], {"xl/sharedStrings.xml": DOCTYPE + "<sst/>"}, shared=""),
        refused="forbidden_xml",
    ),
    Case(
        "entities_in_workbook.xlsx",
        lambda: package([Sheet("许可", rows(table()))], {"xl/workbook.xml": DOCTYPE + "<workbook/>"}),
        refused="forbidden_xml",
    ),
    Case("unclosed_xml.xlsx", lambda: one_sheet("<row>"), refused="damaged_file"),
    Case("rows_out_of_order.xlsx", lambda: one_sheet(row(5, ["x"]) + row(3, ["y"])), refused="damaged_file"),
    Case("row_twice.xlsx", lambda: one_sheet(row(3, ["x"]) + row(3, ["", "y"])), refused="damaged_file"),
    Case(
        "cell_in_wrong_row.xlsx", lambda: one_sheet('<row r="3"><c r="A7"><v>1</v></c></row>'), refused="damaged_file"
    ),
    Case(
        "string_out_of_range.xlsx",
        lambda: package([Sheet("许可", row(1, [Raw('<c r="{r}" t="s"><v>9</v></c>')]))], shared="<si><t>x</t></si>"),
        refused="damaged_file",
    ),
    # What cells hold.
    Case("number_as_identifier.xlsx", lambda: changed(3, 2, number("530102199003071234")), rows=5),
    Case("date_cells.xlsx", lambda: changed(3, 19, date_serial(46327)), rows=5),
    Case("failed_formula.xlsx", lambda: changed(3, 27, failed("#N/A")), rows=5, notes=("formula_cells",)),
    Case("unknown_error.xlsx", lambda: changed(3, 27, failed("#SPILL!")), refused="unreadable_value"),
    Case("formulas.xlsx", lambda: changed(3, 18, formula("A1", "糕点")), rows=5, notes=("formula_cells",)),
    Case(
        "formula_never_computed.xlsx",
        lambda: changed(3, 18, formula("A1", None)),
        rows=5,
        notes=("formula_cells",),
        problems={3: "formula_without_value"},
    ),
    Case("escaped_return.xlsx", lambda: changed(3, 27, "_x000D_"), rows=5),
    Case("long_cell.xlsx", lambda: changed(3, 18, "长" * 10_001), rows=5, problems={3: "cell_too_long"}),
    # How the sheet is laid out.
    Case("in_the_middle.xlsx", in_the_middle, rows=5),
    Case("unreferenced_cells.xlsx", unreferenced_cells, rows=5),
    Case("prefixed.xlsx", prefixed, rows=5),
    Case("grouped_header.xlsx", grouped_header, rows=5, notes=("merged_cells",)),
    Case(
        "hidden_things.xlsx",
        hidden_things,
        rows=5,
        notes=("hidden_columns", "hidden_rows", "hidden_sheets", "other_sheets"),
    ),
    Case(
        "instructions_first.xlsx",
        lambda: package([Sheet("说明", rows([["怎样填写", "见下"]])), Sheet("许可", rows(table()))]),
        rows=5,
        notes=("other_sheets",),
    ),
    Case(
        "all_hidden.xlsx", lambda: package([Sheet("许可", rows(table()), state="hidden")]), refused="no_visible_sheet"
    ),
    Case("blank.xlsx", lambda: one_sheet(""), refused="no_content"),
    Case("duplicate_header.xlsx", lambda: changed(1, 27, "许可编号"), refused="duplicate_header"),
    # Limits of the reading process itself.
    Case("out_of_memory.xlsx", partial(heavy, 12_000), refused="too_much_memory", limits=Limits(memory=48 << 20)),
    Case("out_of_time.xlsx", partial(heavy, 20_000), refused="took_too_long", limits=Limits(seconds=1)),
]
