"""A department's list of names, as Excel or CSV, read the way every stranger's file is (records.reading)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from catalogue.models import SubjectKind
from records.errors import Refused
from records.identity import PERSON_ID_KINDS, InvalidIdentifier, check_uscc, is_id_number
from records.problems import problem
from records.reading import Column, FileRefused, Number, RawRow, describe_problem, find_header, open_table
from records.services.special import Sought
from sanctions.checking import ID_CARD
from sanctions.services.checks import ROWS_AT_MOST

COLUMNS = (
    Column("name", ("名称", "姓名", "名称或姓名", "申请人"), True),
    Column("number", ("号码", "统一社会信用代码", "证件号码", "公民身份号码"), True),
    Column("kind", ("证件类型",)),
)
USCC_NAMES = ("统一社会信用代码", "营业执照")


@dataclass
class NameList:
    """Rows to ask about, by row number as Excel shows it, and rows that could not be read."""

    rows: list[tuple[int, Sought]] = field(default_factory=list)
    unread: list[dict] = field(default_factory=list)


def read_names(path: str) -> NameList:
    """Read a list. Raises Refused: list_too_long, and the code of a file that cannot be read."""
    names = NameList()
    try:
        with open_table(path, columns=COLUMNS) as table:
            header = find_header(table.preamble, COLUMNS)
            for row in table.rows(header):
                if len(names.rows) + len(names.unread) >= ROWS_AT_MOST:
                    raise Refused(f"一份名单至多 {ROWS_AT_MOST:,} 行，请分开上传。", code="list_too_long")
                _take(row, header.indexes, names)
    except FileRefused as refusal:
        raise Refused(refusal.reason, code=refusal.code) from refusal
    return names


def _take(row: RawRow, at: dict[str, int], names: NameList) -> None:
    name, number, kind = (_cell(row, at, code) for code in ("name", "number", "kind"))
    if row.problem:
        names.unread.append({"row": row.row_no, "code": row.problem, "reason": describe_problem(row.problem)})
    elif isinstance(number, Number):
        wrong = problem("numeric_identifier", name="号码", value=number, secret=True)
        names.unread.append({"row": row.row_no, "code": "numeric_identifier", "reason": wrong.reason + wrong.advice})
    else:
        names.rows.append((row.row_no, sought(name.strip(), number.strip(), kind.strip())))


def _cell(row: RawRow, at: dict[str, int], code: str) -> str:
    index = at.get(code)
    return row.cells[index] if index is not None and index < len(row.cells) else ""


def sought(name: str, number: str, kind: str) -> Sought:
    """Whom a row means. Without a kind the number says it: an identity number is a person's, all else a code."""
    if kind in PERSON_ID_KINDS:
        return Sought(SubjectKind.PERSON.value, name, number, kind)
    if kind in USCC_NAMES or not (is_id_number(number) or _looks_like_a_person(number)):
        return Sought(SubjectKind.ORGANISATION.value, name, number)
    return Sought(SubjectKind.PERSON.value, name, number, ID_CARD)


def _looks_like_a_person(number: str) -> bool:
    """A mistyped identity number must not be said back as a wrong code of an organisation."""
    try:
        check_uscc(number)
    except InvalidIdentifier:
        return len(number) in (15, 18) and sum(map(str.isdecimal, number)) >= len(number) - 1
    return False


def template_rows() -> Sequence[str]:
    """The header of an empty list."""
    return [column.names[0] for column in COLUMNS]
