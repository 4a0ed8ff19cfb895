"""Persons responsible named in a proposal: read by the rules of records, and written into the record of the entry.

33号（十四）: an organisation's serious dishonesty is also entered for its legal representative and who is directly
responsible. Each needs a basis of their own; the measures against them follow from the record, as for every record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalogue.models import InformationItem, ItemField, ResponsiblePart, Severity, SubjectKind
from records import crypto
from records.errors import Refused
from records.models import IdentifierKind
from records.problems import Problem, problem
from records.responsible import ResponsibleReader

Groups = list[dict[str, ItemField]]


@dataclass(frozen=True, slots=True)
class Responsible:
    """A person as the decision names them. `capacities`, `number_kind`: Chinese names; `basis`: law and article."""

    name: str
    number: str
    capacities: tuple[str, ...]
    basis: str
    number_kind: str = "身份证"


def groups_of(item: InformationItem | None) -> Groups:
    """The numbered groups of columns in which a record of this item names persons, by what each column says."""
    groups: dict[int, dict[str, ItemField]] = {}
    for field in item.fields.order_by("seq") if item else ():
        if field.responsible_part:
            groups.setdefault(field.responsible_no or 0, {})[field.responsible_part] = field
    return [groups[number] for number in sorted(groups)]


def read_responsible(
    people: Sequence[Responsible], item: InformationItem | None, *, subject_kind: str, decided_on: date
) -> list[dict]:
    """The people ready to be stored, numbers sealed. Empty when nobody is named.

    Raises Refused: responsible_not_taken, too_many_responsible, value_unknown, required, responsible_without_basis,
    responsible_named_twice, subject_is_minor, and the code of a number.
    """
    if not people:
        return []
    groups = groups_of(item)
    if not groups or item is None or subject_kind != SubjectKind.ORGANISATION:
        raise Refused("这份名单不记入责任人员，或者当事人不是单位，请不要填写责任人员。", code="responsible_not_taken")
    if len(people) > len(groups):
        raise Refused(f"一次决定最多记入 {len(groups)} 名责任人员。", code="too_many_responsible")
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for group, person in zip(groups, people, strict=False):
        problems += _unknown(group[ResponsiblePart.CAPACITY], person.capacities)
        values |= _filled(group, person)
    fields = [field for group in groups for field in group.values()]
    reader = ResponsibleReader(fields, minimum_age=item.minimum_age, is_graded=False)
    read = reader.read(values, decided_on=decided_on, severity=Severity.SERIOUS, problems=problems)
    if problems:
        first = problems[0]
        whose = "" if first.name in first.reason else f"{first.name}："
        raise Refused(whose + first.reason + first.advice.replace("后重新报送", ""), code=first.code)
    return read


def _unknown(field: ItemField, capacities: Sequence[str]) -> list[Problem]:
    allowed = "、".join(field.values)
    return [
        problem("value_unknown", field=field.code, name=field.name, value=each, allowed=allowed)
        for each in capacities
        if each not in field.values
    ]


def _filled(group: Mapping[str, ItemField], person: Responsible) -> dict[str, str]:
    said = {
        ResponsiblePart.NAME: person.name.strip(),
        ResponsiblePart.CAPACITY: "、".join(person.capacities),
        ResponsiblePart.ID_KIND: person.number_kind,
        ResponsiblePart.ID: person.number.strip(),
        ResponsiblePart.BASIS: person.basis.strip(),
    }
    return {field.code: said[ResponsiblePart(part)] for part, field in group.items() if said[ResponsiblePart(part)]}


def values_of_responsible(stored: Sequence[Mapping[str, str]], item: InformationItem) -> dict[str, str]:
    """Field code → text for the record of an entry; the numbers are opened for it."""
    values: dict[str, str] = {}
    for group, person in zip(groups_of(item), stored, strict=False):
        values |= _filled(
            group,
            Responsible(
                person["name"],
                crypto.open_text(person["cipher"]),
                (person["capacity"],),
                person["basis"],
                IdentifierKind(person["kind"]).label,
            ),
        )
    return values
