"""Reading persons' data: who, what for, on what ground; written down before anything is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from audit.errors import PurposeMissing
from audit.models import Basis
from catalogue.models import SubjectKind
from records.models import Subject

# Lists show the first character of a name only: to look through them is the duty itself and needs no further purpose.
MASKED = (Action.PERSON_LISTED,)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and the purpose they stated; a department's own rows need none, looking after them is the duty."""

    user: User
    purpose: str = ""

    @property
    def basis(self) -> Basis:
        """On what ground this user reads persons' data."""
        if self.user.region_prefix:
            return Basis.REGION
        return Basis.PROVINCE if self.user.sees_whole_province else Basis.DEPARTMENT


@dataclass(frozen=True, slots=True)
class Reading:
    """The ticket to show these persons: their lines stand in the trail, in the transaction that goes on."""

    persons: frozenset[int]

    def require(self, subject: Subject) -> None:
        """Raise LookupError for a person nobody has written down: no line, no data (T-15)."""
        if subject.kind == SubjectKind.PERSON and subject.pk not in self.persons:
            raise LookupError("没有查阅记录的自然人不能显示。")


def note_readings(
    action: Action,
    subjects: Iterable[Subject],
    *,
    reader: Reader,
    fields: Iterable[str],
    detail: Mapping[str, object] | None = None,
) -> Reading:
    """Write a line for each natural person among the subjects, and give the ticket to show them.

    Raises PurposeMissing when a reader of the province or of a region has not said what for, and what
    audit.record_readings raises.
    """
    persons = {subject.pk: subject for subject in subjects if subject.kind == SubjectKind.PERSON}
    if persons:
        if reader.basis != Basis.DEPARTMENT and action not in MASKED and not reader.purpose.strip():
            raise PurposeMissing
        audit.record_readings(
            action,
            persons.values(),
            actor=reader.user,
            basis=reader.basis,
            purpose=reader.purpose,
            fields=sorted(fields),
            detail=detail,
        )
    return Reading(frozenset(persons))
