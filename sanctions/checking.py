"""From names and numbers to answers: who is meant, what lists say today, what memoranda make of it for a matter.

Set-based throughout, so that one subject at a counter and five thousand in a file are asked for in as many statements.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from catalogue.models import SubjectKind
from records import crypto
from records.errors import Refused
from records.identity import InvalidIdentifier, adult_on, check_person_id, check_uscc, mask_number, name_key
from records.models import FormerName, IdentifierKind, Subject, Verification
from records.problems import problem
from records.services.special import Sought
from sanctions import bulk, policy
from sanctions.models import Force, Matter, Measure, MeasureKind, Tone, Verdict
from sanctions.querysets import adverse_of

ID_CARD = "身份证"
# What the person at the counter has to know beside the verdict.
NOTES = {
    "subject_is_minor": "未成年人：平台不归集、也不提供未成年人的失信信息，不得据此限制其权利。",
    "subject_merged": "所填代码属于已经合并的主体，答复的是合并以后的主体。",
    "name_changed": "所填名称是该主体的曾用名，答复的是现在的主体。",
    "name_differs": "所填名称与该代码登记的名称不同，请核对。",
    "person_name_differs": "所填姓名与该证件号码登记的姓名不同，不予答复。请对照证件核对。",
    "identity_mismatch": "公安人口库核验，该证件号码与登记的姓名不一致，不予答复。请当面核对证件，并告知报送部门。",
    "identity_unverified": "该自然人的身份尚未经公安人口库核验，请当面核对证件。",
    "under_review": "有列入决定正在复议或者诉讼中。",
    "listed_without_measures": "该主体列入名单，但没有适用于本事项的措施，不得自行加码限制。",
    "reference_only": "有仅供参考的信息，不作为限制的依据。",
    "adverse_within_three_years": "近三年内有失信记录，不适用守信激励。",
}
NOTE_OF_SOURCE = {FormerName.Source.RENAMED: "name_changed", FormerName.Source.MERGED: "subject_merged"}
SENTENCES = {
    Verdict.CLEAR: "没有查到本事项应当采取的措施。",
    Verdict.SANCTIONED: "有应当采取的惩戒措施，请依所列依据办理。",
    Verdict.RESTING: "有惩戒措施，正在核查，核查期间暂不执行。",
    Verdict.ENCOURAGED: "可以给予所列激励。",
    Verdict.UNKNOWN: "平台没有该主体的信息。没有信息不等于失信，也不等于守信。",
}


@dataclass(frozen=True, slots=True)
class Identified:
    """A subject as asked about, its number checked. `number` is masked for a person; `is_minor` as the number says."""

    kind: str
    name: str
    id_kind: str
    lookup: str
    number: str
    is_minor: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.id_kind, self.lookup

    @property
    def is_person(self) -> bool:
        return self.kind == SubjectKind.PERSON


@dataclass(slots=True)
class Answer:
    """What is said of one subject. `subject` is None where nothing is told about anybody."""

    sought: Identified
    verdict: str = Verdict.UNKNOWN
    subject: Subject | None = None
    notes: list[str] = field(default_factory=list)
    hits: list[dict] = field(default_factory=list)
    measures: list[dict] = field(default_factory=list)
    resting: list[dict] = field(default_factory=list)
    incentives: list[dict] = field(default_factory=list)

    @property
    def reads_a_person(self) -> bool:
        """Whether something held about a natural person stands in it: no line, no data (T-15)."""
        return self.subject is not None and self.subject.kind == SubjectKind.PERSON

    def as_json(self, matter: Matter, *, receipt_no: str, as_of: datetime) -> dict:
        """The answer as it is stored, sent and printed."""
        held = self.subject.legal_name if self.subject and not self.sought.is_person else ""
        return self.substance() | {
            "receipt_no": receipt_no,
            "as_of": as_of.isoformat(),
            "matter": {"code": matter.code, "name": matter.name},
            "subject": {
                "kind": self.sought.kind,
                "name": self.sought.name,
                "number": self.sought.number,
                "held_name": held,
            },
        }

    def substance(self) -> dict:
        """What can change: verdict and everything that made it."""
        return {
            "verdict": str(self.verdict),
            "sentence": SENTENCES[Verdict(self.verdict)],
            "notes": [{"code": code, "text": NOTES[code]} for code in self.notes],
            "hits": self.hits,
            "measures": self.measures,
            "resting": self.resting,
            "incentives": self.incentives,
        }


def identify(sought: Sought, *, today: date) -> Identified:
    """Check the number. Raises Refused: name_missing, subject_kind_unknown, and the code of what is wrong with it."""
    name = sought.name.strip()
    if not name:
        raise Refused("请填写名称或者姓名。", code="name_missing")
    if sought.kind not in SubjectKind.values:
        raise Refused("主体类别应为法人及非法人组织、个体工商户或者自然人。", code="subject_kind_unknown")
    is_person = sought.kind == SubjectKind.PERSON
    try:
        if not is_person:
            code = check_uscc(sought.number)
            return Identified(sought.kind, name, IdentifierKind.USCC.value, code, code)
        person = check_person_id(sought.number_kind or ID_CARD, sought.number)
    except InvalidIdentifier as error:
        label = "证件号码" if is_person else "统一社会信用代码"
        wrong = problem(error.code, name=label, value=sought.number, secret=is_person, **error.details)
        raise Refused(wrong.reason + wrong.advice.replace("后重新报送", ""), code=error.code) from error
    lookup = crypto.blind_index(person.kind, person.number)
    is_minor = person.born_on is not None and adult_on(person.born_on) > today
    return Identified(sought.kind, name, person.kind, lookup, mask_number(person.number), is_minor)


def answer(asked: Sequence[Identified], matter: Matter, *, today: date) -> list[Answer]:
    """An answer for each, in the order given: three statements, two more where somebody is listed."""
    answers = _meet_all(asked, today)
    _weigh([each for each in answers if each.subject is not None], matter, today)
    return answers


def answer_subjects(subjects: Sequence[Subject], matter: Matter, *, today: date) -> list[Answer]:
    """What would be said of subjects that are known: for those who want to hear when it changes."""
    answers = [Answer(Identified(each.kind, each.legal_name, "", "", ""), Verdict.CLEAR, each) for each in subjects]
    _weigh(answers, matter, today)
    return answers


def meet(asked: Identified, *, today: date) -> Answer:
    """Who is meant, and nothing of what is held about them."""
    return _meet_all([asked], today)[0]


# ---- who is meant ----


def _meet_all(asked: Sequence[Identified], today: date) -> list[Answer]:
    found = bulk.held({each.key for each in asked if not each.is_minor})
    former = _former_names(asked, found)
    return [_meet(each, found.get(each.key), former, today) for each in asked]


def _former_names(asked: Iterable[Identified], found: Mapping[tuple[str, str], Subject]) -> dict[tuple[int, str], str]:
    """(subject, name) → where the former name comes from; asked only where a name is not the present one."""
    held = {
        found[each.key].pk for each in asked if each.key in found and name_key(each.name) != found[each.key].name_key
    }
    if not held:
        return {}
    names = FormerName.objects.filter(subject_id__in=held).values_list("subject_id", "name_key", "source")
    return {(subject, key): source for subject, key, source in names}


def _meet(sought: Identified, subject: Subject | None, former: Mapping[tuple[int, str], str], today: date) -> Answer:
    """Whether the one who is held is the one who was asked about. Nobody is told about somebody else."""
    if sought.is_minor or (subject is not None and _is_minor(subject, today)):
        return Answer(sought, Verdict.CLEAR, notes=["subject_is_minor"])
    if subject is None:
        return Answer(sought)
    key = name_key(sought.name)
    told = Answer(sought, Verdict.CLEAR, subject)
    if sought.id_kind == IdentifierKind.USCC and subject.uscc != sought.lookup:
        told.notes.append("subject_merged")
    if key != subject.name_key:
        source = former.get((subject.pk, key))
        if source is None and sought.is_person:
            return Answer(sought, notes=["person_name_differs"])
        told.notes.append(NOTE_OF_SOURCE.get(source, "name_differs"))
    if sought.is_person and subject.verification == Verification.MISMATCH:
        return Answer(sought, notes=["identity_mismatch"])
    if sought.is_person and subject.verification != Verification.VERIFIED:
        told.notes.append("identity_unverified")
    told.notes = list(dict.fromkeys(told.notes))
    return told


def _is_minor(subject: Subject, today: date) -> bool:
    return subject.kind == SubjectKind.PERSON and subject.adult_on is not None and subject.adult_on > today


# ---- what follows ----


def _weigh(answers: Sequence[Answer], matter: Matter, today: date) -> None:
    """Hits, measures and verdicts for subjects that are known."""
    listed = bulk.listed([each.subject.pk for each in answers])
    if not listed:
        return
    codes = {hit.list_code for hits in listed.values() for hit in hits}
    measures = [measure for pk in bulk.acting(codes, on=today) for measure in _measures(pk, today)]
    honoured = [pk for pk, hits in listed.items() if any(hit.tone == Tone.RED for hit in hits)]
    adverse = set(adverse_of(honoured, on=today).values_list("subject_id", flat=True)) if honoured else set()
    for each in answers:
        if hits := listed.get(each.subject.pk):
            _judge(each, hits, measures, matter, has_adverse=each.subject.pk in adverse)


@lru_cache(maxsize=256)
def _measures(memorandum: int, on: date) -> tuple[Measure, ...]:
    """Measures of an approved memorandum. It never changes (the database holds that); words of bases are a day old."""
    measures = Measure.objects.filter(memorandum=memorandum).order_by("number")
    return tuple(measures.select_related("memorandum", "legal_basis", "responsible_basis"))


def _judge(
    told: Answer, hits: Sequence[bulk.Listed], measures: Sequence[Measure], matter: Matter, *, has_adverse: bool
) -> None:
    judged = policy.judge(
        [policy.Hit(h.listing_id, h.list_code, h.tone, h.as_responsible, h.is_suspended) for h in hits],
        [_plain(measure) for measure in measures],
        effects=matter.effects,
        subject_kind=told.subject.kind,
        has_adverse=has_adverse,
    )
    by_key: Mapping[int, Measure] = {measure.pk: measure for measure in measures}
    told.verdict = Verdict(judged.verdict)
    told.hits = [_hit(each) for each in hits]
    for words, keys in (
        (told.measures, judged.standing), (told.resting, judged.resting), (told.incentives, judged.incentives),
    ):  # fmt: skip
        words.extend(_measure(by_key[key]) for key in keys)
    if any(hit.is_under_review for hit in hits):
        told.notes.append("under_review")
    if judged.verdict == policy.CLEAR:
        told.notes += _why_clear(told, hits, has_adverse=has_adverse)


def _why_clear(told: Answer, hits: Sequence[bulk.Listed], *, has_adverse: bool) -> list[str]:
    if told.measures or told.resting:
        return ["reference_only"]
    if any(hit.tone in (Tone.BLACK, Tone.WATCH) for hit in hits):
        return ["listed_without_measures"]
    return ["adverse_within_three_years"] if has_adverse else []


def _plain(measure: Measure) -> policy.Measure:
    return policy.Measure(
        measure.pk,
        tuple(measure.memorandum.list_codes),
        measure.kind == MeasureKind.INCENTIVE,
        measure.force,
        measure.national,
        tuple(measure.subject_kinds),
        measure.on_responsible,
    )


def _hit(row: bulk.Listed) -> dict:
    return {
        "list": row.list_name,
        "tone": row.tone,
        "authority": row.authority,
        "document_no": row.document_no,
        "decided_on": row.decided_on.isoformat(),
        "entered_on": row.entered_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "as_responsible": row.as_responsible,
        "is_suspended": row.is_suspended,
        "is_under_review": row.is_under_review,
    }


def _measure(measure: Measure) -> dict:
    basis = measure.responsible_basis if measure.on_responsible else measure.legal_basis
    return {
        "text": measure.text,
        "force": measure.force,
        "force_label": Force(measure.force).label,
        "basis": "".join(str(part) for part in (basis or "", measure.basis_text) if part),
        "implementer": measure.implementer,
        "memorandum": measure.memorandum.name,
        "condition": measure.condition,
        "on_responsible": measure.on_responsible,
        "incentive": measure.incentive,
        "incentive_label": measure.get_incentive_display() if measure.incentive else "",
    }
