"""Is a row lawful and well-formed? A checker is built once from the catalogue and then runs over every row.

The same checker stands behind the web form, files, the API and the command line. Shape is checked first (fields, check
digits, dates), then law (who, of what age, reported by whom, shown how long). Nothing here touches the database.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from catalogue.models import FieldRole, FieldType, InformationItem, ItemField, Requirement, Scope, SubjectKind
from catalogue.policy import TermRule, display_term, milder_term, rule_for, severity_of
from records import crypto
from records.explaining import Invalid, explain_code, slipped
from records.identity import (
    InvalidIdentifier,
    adult_on,
    check_organisation_code,
    check_person_id,
    check_uscc,
    hide_id_numbers,
    name_key,
    strict,
)
from records.models import IdentifierKind
from records.problems import Problem, problem
from records.reading import Column, Date, Number
from records.reading.cleaning import clean_text, fold_name, parse_date, parse_decimal
from records.reading.rows import column_letter
from records.remarks import Authorities, Remarks, is_perhaps_in_yuan
from records.responsible import ResponsibleReader

EARLIEST = date(1949, 10, 1)
ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
KIND_BY_LABEL = {kind.label: kind.value for kind in SubjectKind}
OTHER_CODES = {
    FieldRole.REGISTRATION_NO: IdentifierKind.REGISTRATION_NO.value,
    FieldRole.ORGANISATION_CODE: IdentifierKind.ORGANISATION_CODE.value,
    FieldRole.TAX_NO: IdentifierKind.TAX_NO.value,
    FieldRole.INSTITUTION_NO: IdentifierKind.INSTITUTION_NO.value,
    FieldRole.SOCIAL_NO: IdentifierKind.SOCIAL_NO.value,
}
ID_LENGTH = 18
# Excel's day 0 where counting starts in 1900, with its 29 February 1900; serials from 1954 to 2119.
SERIAL_ZERO = date(1899, 12, 30)
SERIAL = re.compile(r"[2-7][0-9]{4}|80000", re.ASCII)
# Excel keeps 15 digits of a number.
EXACT_DIGITS = 15
TEN_THOUSAND_YUAN = "万元"
LETTER = re.compile(r"[^\W_]")
# Types narrow enough to tell that a cell stands in the wrong column.
NARROW = (FieldType.DATE, FieldType.DECIMAL, FieldType.ENUM, FieldType.USCC, FieldType.ORGANISATION_CODE)
CODE_TYPES = (FieldType.USCC, FieldType.ORGANISATION_CODE, FieldType.ID_NUMBER)


@dataclass(slots=True)
class CleanRow:
    """A row fit for the records, in the order of the staging table's columns."""

    row_no: int
    subject_kind: str
    subject_name: str
    name_key: str
    adult_on: date | None
    id_kinds: list[str]
    id_lookups: list[str]
    id_ciphers: list[str]
    document_no: str
    decided_on: date
    title: str
    authority: str
    values: str
    secrets: str
    content_digest: bytes
    severity: str
    displayed_until: date | None
    display_rule_key: str
    responsible: str


@dataclass(slots=True)
class Cell:
    """Where a field stands, how it is read, and what was read last: in real files most columns repeat themselves."""

    index: int
    code: str
    field: ItemField
    read: Callable[[str], str]
    last_raw: str = ""
    last_value: str = ""


class RowChecker:
    """Checks rows of one item, reported by one department, on one day."""

    def __init__(
        self,
        item: InformationItem,
        fields: list[ItemField],
        rules: list[TermRule],
        *,
        sources: set[str],
        today: date,
        authorities: Authorities | None = None,
    ):
        self.item, self.fields, self.rules, self.today = item, fields, rules, today
        self.sources, self.authorities = sources, authorities
        self.remarks = Remarks()
        self.reads_serials = False  # whether numbers may be days counted from 1900: only in a workbook
        self.by_role = {field.role: field for field in fields if field.role}
        self.codes = {role: field.code for role, field in self.by_role.items()}
        self.other_codes = [(self.codes[role], kind) for role, kind in OTHER_CODES.items() if role in self.codes]
        self.perhaps_required = [(f.code, f) for f in fields if f.required != Requirement.NO]
        self.not_for = {
            kind.value: [(f.code, f) for f in fields if f.applies_to and kind.value not in f.applies_to]
            for kind in SubjectKind
        }
        self.secret_codes = [field.code for field in fields if field.type == FieldType.ID_NUMBER]
        self.responsible = ResponsibleReader(
            fields, minimum_age=item.minimum_age, is_graded=bool(item.severity_by_value)
        )
        self.amounts = [(f.code, f) for f in fields if f.type == FieldType.DECIMAL and f.unit == TEN_THOUSAND_YUAN]
        self.valid_from = _neighbour(fields, FieldRole.VALID_UNTIL, -1, FieldType.DATE)
        self.authority_code = _neighbour(fields, FieldRole.AUTHORITY, 1, FieldType.USCC)
        self.cells: list[Cell] = []
        self.letters: dict[str, str] = {}
        self.default_kind: str | None = None

    def columns(self) -> list[Column]:
        """What the header search needs. The kind of subject may be missing: the 2018 layouts imply it."""
        return [
            Column(f.code, (f.name, *f.aliases), f.required == Requirement.YES and f.role != FieldRole.SUBJECT_KIND)
            for f in self.fields
        ]

    def bind(self, positions: dict[str, int]) -> None:
        """Say which cell holds which field. Without a kind column, the columns present tell whose layout it is."""
        self.cells = [Cell(positions[f.code], f.code, f, _reader(f)) for f in self.fields if f.code in positions]
        self.letters = {cell.code: column_letter(cell.index) for cell in self.cells}
        codes = self.codes
        if codes.get(FieldRole.SUBJECT_KIND) in positions:
            self.default_kind = None
        elif codes.get(FieldRole.USCC) not in positions and codes.get(FieldRole.PERSON_ID) in positions:
            self.default_kind = SubjectKind.PERSON.value
        else:
            self.default_kind = SubjectKind.ORGANISATION.value

    def check(self, row_no: int, cells: list) -> CleanRow | list[Problem]:
        """The row, clean; or everything that is wrong with it, so that it need be corrected only once."""
        problems: list[Problem] = []
        values = self._read(row_no, cells, problems)
        if len(problems) > 2 and self._has_slipped(cells, problems):
            return [problem("row_shifted")]
        kind = self._kind(values, problems)
        if kind:
            self._check_requirements(values, kind, problems)
        if problems:
            return problems
        if self.default_kind:  # the kind was not in its place; equal rows of every layout must look equal
            values = {field.code: values[field.code] for field in self.fields if field.code in values}
        return self._lawful(row_no, values, kind, problems)

    def check_values(self, row_no: int, values: dict[str, str]) -> CleanRow | list[Problem]:
        """The same for a row that comes as field code → text, as from a form."""
        self.bind({field.code: index for index, field in enumerate(self.fields)})
        self.default_kind = None
        return self.check(row_no, [values.get(field.code, "") for field in self.fields])

    def _read(self, row_no: int, cells: list, problems: list[Problem]) -> dict[str, str]:
        values: dict[str, str] = {}
        for cell in self.cells:
            raw = cells[cell.index]
            if not raw:
                continue
            if raw == cell.last_raw and type(raw) is str:
                values[cell.code] = cell.last_value
                continue
            text, trouble = clean_text(raw)
            try:
                if trouble:
                    raise Invalid(trouble)
                if not text:
                    continue
                if type(raw) is not str:
                    text = self._from_number(row_no, raw, text, cell.field)
                values[cell.code] = cell.last_value = cell.read(text)
                cell.last_raw = raw
            except Invalid as error:
                problems.append(_problem(cell.field, error.code, str(raw), **error.details))
            except InvalidIdentifier as error:
                code, details = explain_code(error, text, is_uscc=cell.field.type == FieldType.USCC)
                problems.append(_problem(cell.field, code, str(raw), **details))
        return values

    def _from_number(self, row_no: int, raw: Number, text: str, field: ItemField) -> str:
        """What a cell held as a number says. Raises Invalid where its digits may not be those that were typed."""
        if _is_damaged(raw, field):
            raise Invalid("numeric_identifier")
        if field.type == FieldType.DATE and self.reads_serials and type(raw) is Number and SERIAL.fullmatch(text):
            self.remarks.add("date_from_serial", field.name, "", row_no)
            return (SERIAL_ZERO + timedelta(days=int(text))).isoformat()
        return text

    def _has_slipped(self, cells: list, problems: list[Problem]) -> bool:
        wrong = {found.field for found in problems}
        failed = [(c.index, c.read) for c in self.cells if c.code in wrong and c.field.type in NARROW]
        return len(failed) > 2 and slipped(cells, failed) != 0

    def _kind(self, values: dict, problems: list[Problem]) -> str | None:
        field = self.by_role[FieldRole.SUBJECT_KIND]
        if self.default_kind:
            kind = self.default_kind
            uscc = self._value(values, FieldRole.USCC) or ""
            if uscc.startswith("92"):  # GB 32100: registering authority 9, organisation class 2
                kind = SubjectKind.SOLE_TRADER.value
            values[field.code] = SubjectKind(kind).label
        elif field.code in values:
            kind = KIND_BY_LABEL[values[field.code]]
        else:
            return None
        if kind not in self.item.subject_kinds:
            problems.append(_problem(field, "subject_kind_not_allowed", SubjectKind(kind).label, item=self.item.name))
            return None
        return kind

    def _check_requirements(self, values: dict, kind: str, problems: list[Problem]) -> None:
        wrong = {p.field for p in problems}
        for code, field in self.not_for[kind]:
            if code in values:
                problems.append(_problem(field, "not_for_this_kind", str(values[code])))
        for code, field in self.perhaps_required:
            if code not in values and code not in wrong and self._is_required(field, values, kind):
                problems.append(_problem(field, "required"))

    def _is_required(self, field: ItemField, values: dict, kind: str) -> bool:
        if field.required == Requirement.YES:
            return True
        rule = field.required_when
        if "kinds" in rule and kind not in rule["kinds"]:
            return False
        if any(code in values for code in rule.get("unless_any", ())):
            return False
        if "field" in rule:
            return bool(set(values.get(rule["field"], "").split("、")) & set(rule["contains"]))
        return True

    def _lawful(self, row_no: int, values: dict, kind: str, problems: list[Problem]) -> CleanRow | list[Problem]:
        codes = self.codes
        decided_on = date.fromisoformat(values[codes[FieldRole.DECIDED_ON]])
        valid_until = self._date(values, FieldRole.VALID_UNTIL)
        stated_until = self._date(values, FieldRole.DISPLAY_UNTIL)
        self._check_dates(decided_on, valid_until, stated_until, problems)
        if valid_until and self.valid_from and values[codes[FieldRole.VALID_UNTIL]] < values.get(self.valid_from, ""):
            self._refuse_term(valid_until, problems)
        name = values[codes[FieldRole.SUBJECT_NAME]]
        if not name[0].isalnum() and not LETTER.search(name):
            problems.append(_problem(self.by_role[FieldRole.SUBJECT_NAME], "name_without_letters", name))
        self._check_source(values, problems)
        self._check_admitted(values, problems)
        kinds, lookups, ciphers, adult = self._identify(values, kind, decided_on, problems)
        severity = self._severity(values)
        people = self.responsible.read(values, decided_on=decided_on, severity=severity, problems=problems)
        rule = rule_for(self.rules, severity=severity, decided_on=decided_on)
        if rule is None:
            problems.append(_problem(self.by_role[FieldRole.DECIDED_ON], "no_display_rule", decided_on.isoformat()))
        if problems:
            return problems
        dates = {"decided_on": decided_on, "valid_until": valid_until, "stated_until": stated_until}
        nominal = display_term(rule, **dates)
        # A rule that reaches back changes the term, not the content: the row sent again is still the same row.
        term = milder_term(nominal, self.rules, severity=severity, on=self.today, **dates)
        # Whether a person was of age must be known before anything is shown; the database refuses it otherwise.
        until = None if kind == SubjectKind.PERSON and (adult is None or decided_on < adult) else term.until
        content = ENCODE(values)
        digest = crypto.keyed_digest(f"{severity}|{nominal.until}|{content}".encode())
        secrets = {code: crypto.seal_text(values.pop(code)) for code in self.secret_codes if code in values}
        authority = values[codes[FieldRole.AUTHORITY]]
        if self.authorities and values.get(self.authority_code) not in self.authorities.codes:
            self._remark_authority(row_no, authority)
        for code, field in self.amounts:
            if code in values and is_perhaps_in_yuan(values[code], content):
                self.remarks.add("amount_perhaps_in_yuan", field.name, values[code], row_no)
        return CleanRow(
            row_no=row_no,
            subject_kind=kind,
            subject_name=name,
            name_key=name_key(name),
            adult_on=adult,
            id_kinds=kinds,
            id_lookups=lookups,
            id_ciphers=ciphers,
            document_no=values[codes[FieldRole.DOCUMENT_NO]],
            decided_on=decided_on,
            title=values[codes[FieldRole.TITLE]],
            authority=authority,
            values=ENCODE(values) if secrets else content,
            secrets=ENCODE(secrets) if secrets else "{}",
            content_digest=digest,
            severity=severity,
            displayed_until=until,
            display_rule_key=term.rule_key,
            responsible=ENCODE(people) if people else "[]",
        )

    def _value(self, values: dict[str, str], role: FieldRole) -> str | None:
        return values.get(self.codes.get(role, ""))

    def _date(self, values: dict[str, str], role: FieldRole) -> date | None:
        text = values.get(self.codes.get(role, ""))
        return date.fromisoformat(text) if text else None

    def _check_dates(self, decided_on: date, valid_until: date | None, stated_until: date | None, problems) -> None:
        field = self.by_role[FieldRole.DECIDED_ON]
        if decided_on > self.today:
            problems.append(_problem(field, "date_in_future", decided_on.isoformat()))
        if decided_on < EARLIEST:
            problems.append(_problem(field, "date_too_early", decided_on.isoformat()))
        for role, value in ((FieldRole.VALID_UNTIL, valid_until), (FieldRole.DISPLAY_UNTIL, stated_until)):
            if value and value < decided_on:
                problems.append(_problem(self.by_role[role], "dates_out_of_order", value.isoformat(), other=field.name))

    def _refuse_term(self, valid_until: date, problems: list[Problem]) -> None:
        """A term does not end before it starts. The dates were compared as ISO texts, which sort as they follow."""
        start = next(field for field in self.fields if field.code == self.valid_from)
        field = self.by_role[FieldRole.VALID_UNTIL]
        problems.append(_problem(field, "dates_out_of_order", valid_until.isoformat(), other=start.name))

    def _remark_authority(self, row_no: int, name: str) -> None:
        if not self.authorities.knows(name):
            self.remarks.add("authority_unknown", self.by_role[FieldRole.AUTHORITY].name, name, row_no)

    def _check_source(self, values: dict, problems: list[Problem]) -> None:
        source = self._value(values, FieldRole.SOURCE_CODE)
        if source and self.sources and source not in self.sources:
            problems.append(_problem(self.by_role[FieldRole.SOURCE_CODE], "source_department_mismatch", source))

    def _check_admitted(self, values: dict[str, str], problems: list[Problem]) -> None:
        """What stays below the item's threshold is not collected (98号四（二）)."""
        rule = self.item.admits
        if rule and values.get(rule["field"]) not in rule["values"]:
            field = next(f for f in self.fields if f.code == rule["field"])
            problems.append(_problem(field, "below_threshold", values.get(field.code, ""), why=rule["why"]))

    def _identify(self, values: dict, kind: str, decided_on: date, problems: list[Problem]):
        if kind == SubjectKind.PERSON:
            field = self.by_role[FieldRole.PERSON_ID]
            number = values[field.code]
            try:
                person = check_person_id(values[self.by_role[FieldRole.PERSON_ID_KIND].code], number)
            except InvalidIdentifier as error:
                problems.append(_problem(field, error.code, number, **error.details))
                return [], [], [], None
            values[field.code] = person.number
            adult = adult_on(person.born_on) if person.born_on else None
            if adult and self.item.minimum_age and decided_on < adult:
                problems.append(_problem(field, "subject_is_minor", age=self.item.minimum_age))
            lookup = crypto.blind_index(person.kind, person.number)
            return [person.kind], [lookup], [crypto.seal_text(person.number)], adult
        kinds, lookups = [], []
        uscc = self._value(values, FieldRole.USCC)
        if uscc:
            kinds.append(IdentifierKind.USCC.value)
            lookups.append(uscc)
        for code, identifier in self.other_codes:
            number = values.get(code)
            if number:
                kinds.append(identifier)
                lookups.append(number[:64])
        return kinds, lookups, [""] * len(kinds), None

    def _severity(self, values: dict) -> str:
        table = self.item.severity_by_value
        return severity_of(values.get(table["field"], "").split("、"), table) if table else ""


def _neighbour(fields: list[ItemField], role: FieldRole, step: int, kind: FieldType) -> str:
    """The code of the column beside a role's that has no role of its own: an end's start, a name's code; or nothing."""
    ordered = sorted(fields, key=lambda field: field.seq)
    at = next((index for index, field in enumerate(ordered) if field.role == role), None)
    if at is None or not 0 <= at + step < len(ordered):
        return ""
    found = ordered[at + step]
    return found.code if found.type == kind and not found.role else ""


def _is_damaged(cell: Number, field: ItemField) -> bool:
    """Excel keeps 15 digits of a number, and turns a document number like 2024-1 into a date (T-53)."""
    is_code = field.type in CODE_TYPES or field.role in OTHER_CODES
    if field.type == FieldType.TEXT and sum(map(str.isdigit, cell.partition(".")[0])) > EXACT_DIGITS:
        return True
    return is_code or (field.role == FieldRole.DOCUMENT_NO and isinstance(cell, Date))


def _problem(field: ItemField, code: str, value: str = "", **details) -> Problem:
    secret = field.type == FieldType.ID_NUMBER
    return problem(code, field=field.code, name=field.name, value=value, secret=secret, **details)


def _reader(field: ItemField):
    """The function that turns the clean text of this field into its value. Raises Invalid or InvalidIdentifier."""
    match field.type:
        case FieldType.DATE:
            return _read_date
        case FieldType.DECIMAL:
            return _decimal_reader(field)
        case FieldType.ENUM:
            return _enum_reader(field)
        case FieldType.MULTI_ENUM:
            return _multi_enum_reader(field)
        case FieldType.USCC:
            return check_uscc
        case FieldType.ORGANISATION_CODE:
            return check_organisation_code
        case FieldType.ID_NUMBER:
            return _limited(strict, field.length)
    read = _limited(strict if field.role in OTHER_CODES else str, field.length)
    return _open_text(read) if field.type == FieldType.TEXT and field.scope == Scope.PUBLIC else read


def _open_text(read):
    """A citizen's number in a text that will be published harms at once: the row goes back."""

    def reader(text: str) -> str:
        if len(text) >= ID_LENGTH and hide_id_numbers(text, "") != text:
            raise Invalid("id_number_in_text")
        return read(text)

    return reader


def _limited(read, limit: int | None):
    def reader(text: str) -> str:
        value = read(text)
        if limit and len(value) > limit:
            raise Invalid("too_long", length=len(value), limit=limit)
        return value

    return reader


def _read_date(text: str) -> str:
    """The date as ISO text, which is how it is stored."""
    value = parse_date(text)
    if isinstance(value, str):
        raise Invalid(value)
    return value.isoformat()


def _decimal_reader(field: ItemField):
    def reader(text: str) -> str:
        value = parse_decimal(text, digits=18, scale=6)
        if isinstance(value, str):
            raise Invalid(value, unit=field.unit)
        return format(value.normalize(), "f")

    return reader


def _enum_reader(field: ItemField):
    allowed = {fold_name(value): value for value in field.values}
    words = "、".join(field.values)

    def reader(text: str) -> str:
        value = allowed.get(text) or allowed.get(fold_name(text))
        if value:
            return value
        if field.open_values and text.startswith("其他-") and len(text) > 3:
            return text
        raise Invalid("value_unknown", allowed=words)

    return reader


def _multi_enum_reader(field: ItemField):
    read_one = _enum_reader(field)
    separators = re.compile(r"[、,，;；|/\n]+")

    def reader(text: str) -> str:
        chosen = [read_one(part.strip()) for part in separators.split(text) if part.strip()]
        if len(set(chosen)) < len(chosen):
            raise Invalid("value_repeated")
        return "、".join(chosen)

    return reader
