"""Persons responsible (33号（十四）): who an organisation's record names, in which capacity, on which legal basis."""

from collections import defaultdict
from datetime import date

from catalogue.models import ItemField, ResponsiblePart, Severity
from records import crypto
from records.identity import InvalidIdentifier, adult_on, check_person_id, name_key
from records.problems import Problem, problem

# Nobody is named without these. The kind of document is 身份证 unless something else stands there.
NEEDED = (ResponsiblePart.CAPACITY, ResponsiblePart.ID, ResponsiblePart.BASIS)


class ResponsibleReader:
    """Reads the numbered groups of columns of one item. Knows no database."""

    def __init__(self, fields: list[ItemField], *, minimum_age: int, is_graded: bool):
        groups: dict[int, dict[str, ItemField]] = defaultdict(dict)
        for field in fields:
            if field.responsible_part:
                groups[field.responsible_no or 0][field.responsible_part] = field
        self.groups = list(groups.values())
        self.codes = {field.code for group in self.groups for field in group.values()}
        self.minimum_age, self.is_graded = minimum_age, is_graded

    def read(self, values: dict, *, decided_on: date, severity: str, problems: list[Problem]) -> list[dict]:
        """The people a row names, ready to be stored; what is wrong is added to `problems`.

        Numbers take their strict form in `values`. Where the item grades, only what is serious is entered for persons.
        """
        if self.codes.isdisjoint(values):
            return []
        people: dict[str, dict] = {}
        for group in self.groups:
            if not any(field.code in values for field in group.values()):
                continue
            if self.is_graded and severity != Severity.SERIOUS:
                problems.append(_problem(group[ResponsiblePart.NAME], "responsible_only_if_serious"))
                continue
            person = self._person(group, values, decided_on, problems)
            if person and people.setdefault(person["lookup"], person) is not person:
                problems.append(_problem(group[ResponsiblePart.ID], "responsible_named_twice"))
        return list(people.values())

    def _person(self, group: dict, values: dict, decided_on: date, problems: list[Problem]) -> dict | None:
        missing = [group[part] for part in (ResponsiblePart.NAME, *NEEDED) if group[part].code not in values]
        for field in missing:
            code = "responsible_without_basis" if field.responsible_part == ResponsiblePart.BASIS else "required"
            problems.append(_problem(field, code))
        if missing:
            return None
        said = {part: values.get(field.code, "") for part, field in group.items()}
        number_field = group[ResponsiblePart.ID]
        try:
            person = check_person_id(said[ResponsiblePart.ID_KIND] or "身份证", said[ResponsiblePart.ID])
        except InvalidIdentifier as error:
            problems.append(_problem(number_field, error.code, said[ResponsiblePart.ID], **error.details))
            return None
        values[number_field.code] = person.number
        adult = adult_on(person.born_on) if person.born_on else None
        if adult and decided_on < adult:
            problems.append(_problem(number_field, "subject_is_minor", age=self.minimum_age))
            return None
        name = said[ResponsiblePart.NAME]
        return {
            "kind": person.kind,
            "lookup": crypto.blind_index(person.kind, person.number),
            "cipher": crypto.seal_text(person.number),
            "name": name,
            "name_key": name_key(name),
            "adult_on": adult.isoformat() if adult else None,
            "capacity": said[ResponsiblePart.CAPACITY],
            "basis": said[ResponsiblePart.BASIS],
        }


def _problem(field: ItemField, code: str, value: str = "", **details) -> Problem:
    is_number = field.responsible_part == ResponsiblePart.ID
    return problem(code, field=field.code, name=field.name, value=value, secret=is_number, **details)
