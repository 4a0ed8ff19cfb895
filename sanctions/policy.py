"""What lists and measures mean for one matter: plain arithmetic, no database (33号（四）（十）（十八）（二十二）).

Nothing here is scored. A measure fits when a memorandum in force names it for the list, the kind of subject and what
the matter touches; a listing that is being verified rests; encouragement is for those who have nothing against them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

RED, BLACK = "red", "black"
REFERENCE = "reference"
CLEAR, SANCTIONED, RESTING, ENCOURAGED, UNKNOWN = "clear", "sanctioned", "resting", "encouraged", "unknown"
YEARS_WITHOUT_ADVERSE = 3  # 33号（四）: 连续三年无不良信用记录


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing in force, of the subject itself or of an organisation the subject answers for."""

    listing: int
    list_code: str
    tone: str
    as_responsible: bool
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a memorandum in force on that day."""

    key: int
    list_codes: tuple[str, ...]
    is_incentive: bool
    force: str
    national: str
    subject_kinds: tuple[str, ...]
    on_responsible: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, and which measures (by key, in the order given) stand, rest or encourage."""

    verdict: str
    standing: tuple[int, ...]
    resting: tuple[int, ...]
    incentives: tuple[int, ...]


def judge(
    hits: Sequence[Hit],
    measures: Iterable[Measure],
    *,
    effects: Collection[str],
    subject_kind: str,
    has_adverse: bool,
) -> Judgement:
    """What a counter has to do. `effects` empty: the matter touches everything.

    has_adverse: an adverse record of the last three years stands. Only measures an authority must or should take make
    the verdict; what merely informs is listed and decides nothing.
    """
    is_encouraged = not has_adverse and all(hit.tone == RED for hit in hits)
    standing: list[int] = []
    resting: list[int] = []
    incentives: list[int] = []
    awaits = binds = False
    for measure in measures:
        if subject_kind not in measure.subject_kinds:
            continue
        bound = [hit for hit in hits if _binds(measure, hit)]
        active = [hit for hit in bound if not hit.is_suspended]
        if measure.is_incentive:
            if is_encouraged and any(hit.tone == RED for hit in active):
                incentives.append(measure.key)
        elif not bound or (effects and measure.national not in effects):
            continue
        elif active:
            standing.append(measure.key)
            binds |= measure.force != REFERENCE
        else:
            resting.append(measure.key)
            awaits |= measure.force != REFERENCE
    verdict = SANCTIONED if binds else RESTING if awaits else ENCOURAGED if incentives else CLEAR
    return Judgement(verdict, tuple(standing), tuple(resting), tuple(incentives))


def _binds(measure: Measure, hit: Hit) -> bool:
    return hit.list_code in measure.list_codes and hit.as_responsible == measure.on_responsible


def three_years_before(day: date) -> date:
    """The same day three years before; for 29 February the last of that month."""
    year = day.year - YEARS_WITHOUT_ADVERSE
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
