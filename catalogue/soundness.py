"""Can a law book stand? Everything that is wrong with a draft at once, each with its place, in words for its author.

The columns themselves are judged by the models (types, lengths, choices, checks), so there is one definition; what is
added here is what no single row can know.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models

from catalogue.errors import LawUnsound
from catalogue.lawbook import BASIS, FIELD, FIELDS, FURTHER, ITEM, RULE, Law, bases_of, in_order, rule_id
from catalogue.models import (
    DisplayRule,
    FieldRole,
    FieldType,
    InformationItem,
    ItemField,
    LegalBasis,
    Severity,
    SubjectKind,
    TermMethod,
)

NEEDED = (
    FieldRole.SUBJECT_NAME,
    FieldRole.SUBJECT_KIND,
    FieldRole.DOCUMENT_NO,
    FieldRole.DECIDED_ON,
    FieldRole.TITLE,
    FieldRole.AUTHORITY,
    FieldRole.SOURCE_CODE,
)
NEEDED_OF_ORGANISATIONS = (FieldRole.USCC,)
NEEDED_OF_PERSONS = (FieldRole.PERSON_ID_KIND, FieldRole.PERSON_ID)
TYPE_OF_ROLE = {
    FieldRole.DECIDED_ON: FieldType.DATE,
    FieldRole.VALID_UNTIL: FieldType.DATE,
    FieldRole.DISPLAY_UNTIL: FieldType.DATE,
    FieldRole.USCC: FieldType.USCC,
    FieldRole.SUBJECT_KIND: FieldType.ENUM,
    FieldRole.PERSON_ID: FieldType.ID_NUMBER,
}
# What parts lists when the law book travels as a table.
SEPARATOR = "|"


def shaped(raw: object) -> Law:
    """A document from outside in our shape: known keys only, missing ones by default. Raises LawUnsound."""
    if not isinstance(raw, dict) or not all(isinstance(raw.get(part), list) for part in ("bases", "items", "rules")):
        raise LawUnsound(["文件不是信息目录：应有 bases、items、rules 三部分。"])
    try:
        law = {
            "bases": [_row(row, BASIS) for row in raw["bases"]],
            "items": [
                _row(row, ITEM)
                | {FURTHER: sorted(row.get(FURTHER) or []), FIELDS: [_row(field, FIELD) for field in row[FIELDS]]}
                for row in raw["items"]
            ],
            "rules": [_row(row, RULE) for row in raw["rules"]],
        }
        return in_order(law)
    except (KeyError, TypeError, AttributeError) as error:
        raise LawUnsound([f"文件的结构不对，缺少或写错了：{error}。"]) from error


def _row(raw: dict, columns: dict[str, models.Field]) -> dict:
    return {name: raw[name] if name in raw else _default(column) for name, column in columns.items()}


def _default(column: models.Field):
    if column.has_default():
        value = column.get_default()
        return getattr(value, "value", value)
    return "" if isinstance(column, models.CharField) and not column.null else None


def require_sound(law: Law) -> None:
    """Raises LawUnsound with every sentence, twenty at most."""
    found = list(dict.fromkeys(problems_of(law)))
    if found:
        raise LawUnsound(found[:20])


def problems_of(law: Law) -> Iterator[str]:
    """Sentences about what cannot stand, in the order of the book."""
    codes = {basis["code"] for basis in law["bases"]}
    yield from _twice("法律依据", (basis["code"] for basis in law["bases"]))
    yield from _twice("目录项编码", (item["code"] for item in law["items"]))
    yield from _twice("目录项名称", (item["name"] for item in law["items"]))
    yield from _twice("公示期限", ("·".join(rule_id(rule)) for rule in law["rules"]))
    for basis in law["bases"]:
        yield from _columns(LegalBasis, basis, BASIS, f"法律依据 {basis['code']}")
    for item in law["items"]:
        yield from _item(item, codes, [rule for rule in law["rules"] if rule["item_code"] == item["code"]])
    known = {item["code"] for item in law["items"]}
    for rule in law["rules"]:
        yield from _rule(rule, codes, known)


def _item(item: dict, bases: set[str], rules: list[dict]) -> Iterator[str]:
    place = f"目录项 {item['code']} {item['name']}"
    yield from _columns(InformationItem, item, ITEM, place)
    yield from (f"{place}：没有法律依据“{code}”。" for code in bases_of(item) if code not in bases)
    yield from _twice(f"{place}的字段代码", (field["code"] for field in item[FIELDS]))
    yield from _twice(f"{place}的平台用途", (field["role"] for field in item[FIELDS] if field["role"]))
    yield from _twice(f"{place}的列名", _titles(item[FIELDS]))
    for field in item[FIELDS]:
        yield from _field(field, item, f"{place}，字段 {field['code']} {field['name']}")
    roles = {field["role"] for field in item[FIELDS]}
    kinds = set(item["subject_kinds"] or ())
    needed = [*NEEDED]
    needed += NEEDED_OF_ORGANISATIONS if kinds - {SubjectKind.PERSON} else ()
    needed += NEEDED_OF_PERSONS if SubjectKind.PERSON in kinds else ()
    yield from (f"{place}：缺少用途为“{role.label}”的字段。" for role in needed if role not in roles)
    yield from _severities(item, rules, place)


def _titles(fields: list[dict]) -> Iterator[str]:
    for field in fields:
        yield from {field["code"], field["name"], *(field["aliases"] or ())}


def _field(field: dict, item: dict, place: str) -> Iterator[str]:
    yield from _columns(ItemField, field, FIELD, place)
    if field["type"] in (FieldType.ENUM, FieldType.MULTI_ENUM) and not field["values"]:
        yield f"{place}：单选、多选字段要列出取值。"
    expected = TYPE_OF_ROLE.get(field["role"])
    if expected and field["type"] != expected:
        yield f"{place}：用途为“{FieldRole(field['role']).label}”的字段应为“{expected.label}”。"
    if field["role"] == FieldRole.SUBJECT_KIND:
        labels = {SubjectKind(kind).label for kind in item["subject_kinds"] if kind in SubjectKind.values}
        if set(field["values"] or ()) != labels:
            yield f"{place}：取值应与目录项的主体类别一致（{'、'.join(sorted(labels))}）。"
    if field["type"] == FieldType.ID_NUMBER and field["sensitivity"] != "high":
        yield f"{place}：证件号码的敏感级别应为“高度敏感”。"
    if any(SEPARATOR in word for word in (*(field["values"] or ()), *(field["aliases"] or ()))):
        yield f"{place}：取值和别名中不能有“{SEPARATOR}”。"
    others = {each["code"] for each in item[FIELDS]}
    rule = field["required_when"] or {}
    named = {*rule.get("unless_any", ()), *([rule["field"]] if "field" in rule else ())}
    yield from (f"{place}：必填条件提到的字段 {code} 不存在。" for code in sorted(named - others))


def _severities(item: dict, rules: list[dict], place: str) -> Iterator[str]:
    table = item["severity_by_value"] or {}
    kinds = set(table) - {"field"}
    if unknown := kinds - set(Severity.values):
        yield f"{place}：失信程度划分中没有“{'、'.join(sorted(unknown))}”这一类。"
    field = next((field for field in item[FIELDS] if field["code"] == table.get("field")), None)
    if table and field is None:
        yield f"{place}：失信程度划分所依据的字段“{table.get('field', '')}”不存在。"
    elif field:
        values = {value for kind in kinds for value in table[kind]}
        yield from (f"{place}：失信程度划分提到的取值“{v}”不在字段中。" for v in sorted(values - set(field["values"])))
    held = {rule["severity"] for rule in rules}
    for severity in sorted(kinds or {""}):
        if severity not in held and "" not in held:
            label = Severity(severity).label if severity in Severity.values else severity
            yield f"{place}：没有{f'“{label}”的' if severity else ''}公示期限规则，记录将无法接收。"


def _rule(rule: dict, bases: set[str], items: set[str]) -> Iterator[str]:
    place = f"公示期限 {rule['item_code']} {rule['severity']}".strip()
    yield from _columns(DisplayRule, rule, RULE, place)
    if rule["legal_basis"] not in bases:
        yield f"{place}：没有法律依据“{rule['legal_basis']}”。"
    if rule["item_code"] not in items:
        yield f"{place}：没有编码为“{rule['item_code']}”的目录项。"
    if rule["method"] in (TermMethod.MONTHS, TermMethod.IF_STATED) and not rule["maximum_months"]:
        yield f"{place}：按月计算或仅在写明时公示的，要有最长月数。"


def _columns(model: type[models.Model], row: dict, columns: dict[str, models.Field], place: str) -> Iterator[str]:
    """What the model says of its own columns: types, lengths, choices, checks. The basis is looked at elsewhere."""
    plain = {name: value for name, value in row.items() if name in columns and name != "legal_basis"}
    try:
        instance = model(**plain)
        instance.clean_fields(exclude={field.name for field in model._meta.fields} - set(plain))
        yield from (f"{place}：{sentence}" for sentence in broken_checks(instance))
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            yield from (f"{place}：“{columns[name].verbose_name}”{sentence}" for sentence in sentences)
    except (TypeError, ValueError) as error:
        yield f"{place}：{error}"


def broken_checks(instance: models.Model) -> Iterator[str]:
    """The database's checks a row would break, as sentences. Those that look at other rows are asked on approval."""
    for constraint in instance._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            names = sorted(constraint.condition.referenced_base_fields)
            values = (getattr(instance, name) for name in names)
            named = zip(names, (tuple(value) if isinstance(value, list) else value for value in values), strict=True)
            if sentence := broken(type(instance), constraint.name, tuple(named)):
                yield sentence


@lru_cache(maxsize=1024)
def broken(model: type[models.Model], name: str, values: tuple[tuple[str, object], ...]) -> str:
    """What the database says of these values, the same every time: a book of 1,277 fields asks 92 questions."""
    constraint = next(each for each in model._meta.constraints if each.name == name)
    try:
        constraint.validate(model, model(**dict(values)))
    except ValidationError as error:
        return str(error.messages[0])
    return ""


def _twice(what: str, words: Iterable[str]) -> Iterator[str]:
    yield from (f"{what}“{word}”出现了两次。" for word, times in Counter(words).items() if times > 1)
