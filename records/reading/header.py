"""Find the header in the first rows of a table, whatever way a department wrote it."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from records.reading.messages import FileRefused, name_some, note, quote_briefly
from records.reading.rows import Cell, Note, column_letter

HEADER_ROWS = 10
INSTRUCTION_SHEET = "填写说明"
EXAMPLE_MARK = "【示例"
# Examples stand right below the header; further down the mark could only be somebody's data.
EXAMPLE_ROWS = 5
# Columns that are never data: row numbers, and what our own file of rejected rows adds at the end.
REJECTION_COLUMNS = ("行号", "错误列", "原因", "建议")
ALWAYS_IGNORED = ("序号", *REJECTION_COLUMNS)
SIMILAR = 0.6
CLOSING = re.compile(
    r"\s*(?:[合总小共累]\s*计|(?:制表|填表|填报|审核|复核|经办|单位负责)人?\s*(?:（?签[字名章]）?)?\s*[:：]|(?:备?注|说明|填表说明)\s*[:：])"
)
MOST_OF_CLOSING = 4  # a total fills at most every fourth column; a row of data far more
REQUIRED_MARK = re.compile(r"\((必填|选填|可选|必填项|选填项|非必填)\)")
NO_WORD = re.compile(r"[\W_]+")


class Column(NamedTuple):
    """One column a table may have: its code, its names (the first is shown), whether it must be there."""

    code: str
    names: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands and what each column is.

    `codes[i]` is the code of column i or None when it is not read; `titles[i]` its text as the sender wrote it;
    `last_row` is the last header row, data starts after it. A row may end after `shortest` cells: Excel leaves
    trailing separators away where a block of rows has no content in the last columns.
    """

    codes: tuple[str | None, ...]
    titles: tuple[str, ...]
    first_row: int
    last_row: int
    shortest: int
    ignored: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.codes)

    @property
    def indexes(self) -> dict[str, int]:
        """Column index by code."""
        return {code: index for index, code in enumerate(self.codes) if code}

    @property
    def notes(self) -> list[Note]:
        return [note("ignored_columns", names=name_some(self.ignored))] if self.ignored else []

    def fit(self, cells: Sequence[Cell]) -> Sequence[Cell] | None:
        """The cells cut or filled to the header's width; None when their number contradicts it."""
        width = len(self.codes)
        if len(cells) == width:
            return cells
        if len(cells) > width:
            return cells[:width] if not any(cell.strip() for cell in cells[width:]) else None
        return [*cells, *[""] * (width - len(cells))] if len(cells) >= self.shortest else None


def fold_header(text: str) -> str:
    """Reduce a column title to what identifies it: no width, case, spaces, punctuation, `*` or （必填）."""
    text = unicodedata.normalize("NFKC", text)
    return NO_WORD.sub("", REQUIRED_MARK.sub("", text)).upper()


def find_header(preamble: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> Header:
    """Find the header row (or the pair of rows: names and codes, or groups and names) in the first ten rows.

    Columns that resemble nothing known are ignored and named in `Header.ignored`; one that looks like a misspelt known
    column is not, for its data would be lost. Raises FileRefused: `unknown_header`, `missing_columns`,
    `duplicate_header`.
    """
    names = _codes_by_name(columns)
    first, last, texts = _best_rows(preamble, names)
    codes = [_recognise(variants, names) for variants in texts]
    if not any(codes):
        raise FileRefused("unknown_header", details=f"前 {HEADER_ROWS} 行中没有找到表头。")
    titles = tuple(variants[0].strip() if variants else "" for variants in texts)
    _refuse_duplicates(codes, columns)
    present = {code for code in codes if code}
    absent = [column for column in columns if column.code not in present]
    unknown = _unknown_columns(codes, titles)
    _refuse_unknown(unknown, absent)
    missing = [column.names[0] for column in absent if column.required]
    if missing:
        raise FileRefused("missing_columns", missing=name_some(missing, 10))
    required = {column.code for column in columns if column.required}
    return Header(
        codes=tuple(codes),
        titles=titles,
        first_row=first + 1,
        last_row=last + 1,
        shortest=max((i + 1 for i, code in enumerate(codes) if code in required), default=1),
        ignored=tuple(unknown),
        absent=tuple(column.code for column in absent),
    )


def count_recognised(preamble: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> int:
    """How many different columns the best header candidate of these rows has; 0 when there is none."""
    names = _codes_by_name(columns)
    *_, texts = _best_rows(preamble, names)
    return len({code for variants in texts if (code := _recognise(variants, names))})


def is_example(cells: Iterable[Cell]) -> bool:
    """True for the example row of our template."""
    return next((cell for cell in cells if cell), "").lstrip().startswith(EXAMPLE_MARK)


def is_closing(cells: Sequence[Cell]) -> bool:
    """True for a total or a signature below the data: few cells are filled, and the first says so."""
    first = next((cell for cell in cells if cell), "")
    return bool(CLOSING.match(first)) and sum(map(bool, cells)) <= max(2, len(cells) // MOST_OF_CLOSING)


def _codes_by_name(columns: Sequence[Column]) -> dict[str, str]:
    names: dict[str, str] = {}
    for column in columns:
        for name in (column.code, *column.names):
            names.setdefault(fold_header(name), column.code)
    return names


Variants = list[str]


def _best_rows(preamble: Sequence[Sequence[Cell]], names: dict[str, str]) -> tuple[int, int, list[Variants]]:
    """First and last index of the rows that recognise the most columns, and each column's possible titles.

    One row is preferred; two rows win when together they know more (groups above names), and a neighbour that says
    the same in other words (codes under names, or above) is taken in so that it is not mistaken for data.
    """
    rows = [list(row) for row in preamble[:HEADER_ROWS]]
    known = _counter(names)
    singles = [[[cell] if cell.strip() else [] for cell in row] for row in rows]
    counts = [known(texts) for texts in singles]
    best = max(range(len(rows)), key=lambda i: counts[i], default=None)
    if best is None or not counts[best]:
        return 0, 0, []
    for upper in (best - 1, best):
        if 0 <= upper < len(rows) - 1:
            pair = _paired(rows[upper], rows[upper + 1])
            if known(pair) > counts[best]:
                return upper, upper + 1, pair
    first = last = best
    if best and _says_the_same(singles[best - 1], singles[best], names):
        first = best - 1
    if best + 1 < len(rows) and _says_the_same(singles[best + 1], singles[best], names):
        last = best + 1
    return first, last, singles[best]


def _counter(names: dict[str, str]) -> Callable[[list[Variants]], int]:
    return lambda texts: len({code for variants in texts if (code := _recognise(variants, names))})


def _paired(upper: list[Cell], lower: list[Cell]) -> list[Variants]:
    """Titles of two stacked header rows, where a group's title stands only over its first column (merged cells)."""
    texts = []
    group = ""
    for index in range(max(len(upper), len(lower))):
        above = upper[index] if index < len(upper) else ""
        below = lower[index] if index < len(lower) else ""
        group = above if above.strip() else group
        candidates = [below, above, group + below] if below.strip() else [above]
        texts.append([text for text in candidates if text.strip()])
    return texts


def _says_the_same(row: list[Variants], header: list[Variants], names: dict[str, str]) -> bool:
    pairs = [(_recognise(a, names), _recognise(b, names)) for a, b in zip(row, header, strict=False)]
    filled = sum(bool(variants) for variants in row)
    same = sum(a is not None and a == b for a, b in pairs)
    return same > 0 and same * 2 >= filled


def _recognise(variants: Variants, names: dict[str, str]) -> str | None:
    return next((names[folded] for text in variants if (folded := fold_header(text)) in names), None)


def _unknown_columns(codes: Sequence[str | None], titles: Sequence[str]) -> list[str]:
    ignored = {fold_header(name) for name in ALWAYS_IGNORED}
    return [
        label or f"{column_letter(index)} 列"
        for index, (code, label) in enumerate(zip(codes, titles, strict=True))
        if code is None and label and fold_header(label) not in ignored
    ]


def _refuse_duplicates(codes: Sequence[str | None], columns: Sequence[Column]) -> None:
    shown = {column.code: column.names[0] for column in columns}
    twice = [code for code in dict.fromkeys(codes) if code and codes.count(code) > 1]
    if twice:
        raise FileRefused("duplicate_header", names=name_some([shown[code] for code in twice], 10))


def _refuse_unknown(unknown: Sequence[str], absent: Sequence[Column]) -> None:
    """Refuse when an unknown column is probably an absent one misspelt, saying which."""
    by_name = {fold_header(name): column for column in absent for name in (column.code, *column.names)}
    guesses = []
    for label in unknown:
        near = difflib.get_close_matches(fold_header(label), by_name, n=1, cutoff=SIMILAR)
        if near:
            guesses.append(f"“{quote_briefly(label)}”（是否应为“{by_name[near[0]].names[0]}”？）")
    if not guesses:
        return
    missing = [column.names[0] for column in absent if column.required]
    details = f"不认识的列：{'、'.join(guesses[:5])}。"
    if missing:
        details += f"缺少必填的列：{name_some(missing, 10)}。"
    raise FileRefused("unknown_header", details=details)
