"""Who has signed in: made or renewed from what the identity provider says, and whose affairs they may look after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from records import crypto
from records.errors import Refused
from records.identity import InvalidIdentifier, adult_on, check_person_id, check_uscc, name_key
from records.models import Identifier, IdentifierKind, Record, Subject
from records.workflow import ERASED, UNREPORTED
from repair.errors import NotYours
from repair.models import Act, Applicant, Case, RealNameLevel, Representation
from repair.services.outsiders import outsider

SEE, ACT = "see", "act"
# Taken back with its batch or erased by law: there is nothing left to tell.
UNTOLD = (UNREPORTED, ERASED)
ATTEMPT = "repair.SignInAttempt"
ASK_AT_COUNTER = "请带身份证件到省、州市或者县（市、区）公共信用信息窗口办理。"
MINOR = (
    "未满十八周岁的人不能自己登录办理，由父母或者其他监护人作为法定代理人代为办理（民法典第十九条、第二十条、第二十三条）。"
    "请监护人带监护关系证明到窗口提出。"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A number as it is kept: its kind, the blind index or code it is found by, the sealed text of a person's."""

    kind: str
    lookup: str
    cipher: str
    born_on: date | None


def sign_in(claims: Mapping[str, str], *, today: date, address: str = "") -> Applicant:
    """The applicant an ID token speaks of, made or renewed, with the subject its number belongs to today.

    `claims`, all verified by the caller: `iss`, `sub`, `acr`, `kind` (a SubjectKind), `name`, `number_kind` (证件类型
    of a person), `number`, `birthdate` (YYYY-MM-DD; needed where the number does not tell it), `email`, `phone`. The
    subject is found by its number alone; where that number stands under another name, nobody comes in.

    Raises Refused: claims_incomplete, identifier_invalid, level_unknown, minor, birth_unknown, identity_changed,
    person_name_conflict. Each leaves a line.
    """
    try:
        return _signed_in(claims, today, address)
    except Refused as refusal:
        _note_refused(claims, refusal.code, address)
        raise


@transaction.atomic
def _signed_in(claims: Mapping[str, str], today: date, address: str) -> Applicant:
    kind, name = claims.get("kind", ""), claims.get("name", "").strip()
    if kind not in SubjectKind.values or not name or not claims.get("sub"):
        raise Refused("身份认证平台没有提供完整的身份信息，不能登录。", code="claims_incomplete")
    level = _level(claims.get("acr", ""))
    number = identified(kind, claims.get("number_kind", ""), claims.get("number", ""), claims.get("birthdate", ""))
    if kind == SubjectKind.PERSON:
        _require_adult(number, today)
    applicant, is_new = Applicant.objects.select_for_update(of=("self",)).get_or_create(
        issuer=claims["iss"],
        external_id=claims["sub"],
        defaults={
            "kind": kind, "name": name, "identifier_kind": number.kind, "lookup": number.lookup,
            "cipher": number.cipher,
        },
    )  # fmt: skip
    if (applicant.identifier_kind, applicant.lookup) != (number.kind, number.lookup):
        raise Refused(f"这个账号以前登记的证件号码与这次的不同，不能登录。{ASK_AT_COUNTER}", code="identity_changed")
    applicant.name, applicant.level, applicant.seen_at = name, level, timezone.now()
    applicant.subject = _subject_of(number, kind, name)
    applicant.email_cipher, applicant.phone_cipher = (_sealed(claims.get(each, "")) for each in ("email", "phone"))
    applicant.save()
    _take_powers(applicant)
    audit.record(
        Action.APPLICANT_SIGNED_IN, applicant, actor=outsider(applicant),
        detail={"address": address, "level": level.code, "is_new": is_new},
    )  # fmt: skip
    return applicant


def _level(acr: str) -> RealNameLevel:
    level = RealNameLevel.objects.filter(acr__contains=[acr]).first() if acr else None
    if level is None:
        raise Refused("身份认证平台没有说明这个账号的实名等级，不能登录。", code="level_unknown")
    return level


def identified(kind: str, number_kind: str, number: str, birthdate: str = "") -> Known:
    """A number as records keep it, its check digit verified. Raises Refused (identifier_invalid)."""
    try:
        if kind != SubjectKind.PERSON:
            return Known(IdentifierKind.USCC.value, check_uscc(number), "", None)
        person = check_person_id(number_kind, number)
        born_on = person.born_on or (date.fromisoformat(birthdate) if birthdate else None)
    except (InvalidIdentifier, ValueError) as error:
        raise Refused("证件号码不符合编码规则，请核对。", code="identifier_invalid") from error
    return Known(person.kind, crypto.blind_index(person.kind, person.number), crypto.seal_text(person.number), born_on)


def _require_adult(number: Known, today: date) -> None:
    if number.born_on is None:
        raise Refused(f"身份认证平台没有提供出生日期，不能确认您已满十八周岁。{ASK_AT_COUNTER}", code="birth_unknown")
    if adult_on(number.born_on) > today:
        raise Refused(MINOR, code="minor")


def _subject_of(number: Known, kind: str, name: str) -> Subject | None:
    """Whose number this is now, its aliases and merges followed. A person must bear a name it is known under."""
    found = Identifier.objects.select_related("subject__merged_into").filter(kind=number.kind, lookup=number.lookup)
    known = found.first()
    if known is None:
        return None
    subject = known.subject.merged_into or known.subject
    if kind == SubjectKind.PERSON and name_key(name) not in _names_of(subject):
        raise Refused(
            f"您的证件号码在平台登记在另一个姓名之下，不能登录。{ASK_AT_COUNTER}", code="person_name_conflict"
        )
    return subject


def _names_of(subject: Subject) -> set[str]:
    return {subject.name_key, *subject.former_names.values_list("name_key", flat=True)}


def _sealed(text: str) -> str:
    return crypto.seal_text(text.strip()) if text.strip() else ""


def _take_powers(applicant: Applicant) -> None:
    """Powers given to this name and number before it had an account."""
    waiting = Representation.objects.filter(
        applicant__isnull=True, agent_identifier_kind=applicant.identifier_kind, agent_lookup=applicant.lookup
    )
    theirs = [each.pk for each in waiting if name_key(each.agent_name) == name_key(applicant.name)]
    Representation.objects.filter(pk__in=theirs).update(applicant=applicant)


@transaction.atomic
def _note_refused(claims: Mapping[str, str], code: str, address: str) -> None:
    """By the provider's own key alone: a name or number that was refused is not ours to keep."""
    digest = crypto.blind_index(ATTEMPT, f"{claims.get('iss', '')}|{claims.get('sub', '')}")
    audit.record(
        Action.APPLICANT_SIGN_IN_REFUSED, result=audit.REFUSED, reason=code, object_type=ATTEMPT, object_id=digest,
        label="申请人", detail={"address": address},
    )  # fmt: skip


@transaction.atomic
def sign_out(applicant: Applicant) -> None:
    """Leave a line; the session itself is the caller's to end."""
    audit.record(Action.APPLICANT_SIGNED_OUT, applicant, actor=outsider(applicant))


def subjects_of(applicant: Applicant, *, on: date) -> list[Subject]:
    """Whose affairs this applicant may look after that day: its own first, then those that gave it power.

    A subject found to be another one is that other one (ADR 0018).
    """
    own = [applicant.subject] if applicant.subject else []
    powers = applicant.representations.in_force(on=on).select_related("subject__merged_into").order_by("pk")
    subjects = [each.merged_into or each for each in [*own, *(power.subject for power in powers)]]
    return list({subject.pk: subject for subject in subjects}.values())


def may_act_for(applicant: Applicant, subject: Subject, *, on: date) -> bool:
    """Whether this is the applicant's own subject, or one that has given it power of attorney for that day."""
    return subject.pk in {each.pk for each in subjects_of(applicant, on=on)}


def is_theirs(case: Case, applicant: Applicant, *, on: date) -> bool:
    """Whether they may follow and change this case."""
    theirs = [each.pk for each in subjects_of(applicant, on=on)]
    return Case.objects.of_applicant(applicant, subjects=theirs).filter(pk=case.pk).exists()


def require_theirs(case: Case, applicant: Applicant, *, on: date) -> None:
    """That they may change this case: it is theirs, and they are known well enough. Raises NotYours, Refused."""
    if not is_theirs(case, applicant, on=on):
        raise NotYours("没有找到这个办件。")
    if case.subject is not None:
        require_level(applicant, case.subject, ACT)


def require_level(applicant: Applicant, subject: Subject, what: str) -> None:
    """That they are known well enough to `what` (SEE, ACT) about this subject. Raises Refused (level_too_low)."""
    whom = "person" if subject.kind == SubjectKind.PERSON else "organisation"
    require_allowed(applicant, Act(f"{what}_{whom}"))


def require_allowed(applicant: Applicant, act: Act) -> None:
    """That the real-name level of their sign-in is enough. Raises Refused (level_too_low), which names the level."""
    level = applicant.level
    if level is not None and act in level.allows:
        return
    enough = RealNameLevel.objects.filter(Q(allows__contains=[act])).first()
    needed = enough.name if enough else "更高的实名等级"
    raise Refused(
        f"{act.label}需要“{needed}”。您这次登录的等级是“{level or '未说明'}”，请在身份认证平台提升等级后重新登录。",
        code="level_too_low",
    )


def note_own_reading(
    applicant: Applicant, subject: Subject | None, *, fields: list[str], record: Record | None = None,
    case: Case | None = None,
) -> None:  # fmt: skip
    """A person's data is about to be shown to themselves or to whom they gave power: no line, no data (T-15).

    Called in the transaction that reads. Raises Refused (level_too_low).
    """
    if subject is None:
        return
    require_level(applicant, subject, SEE)
    if subject.kind != SubjectKind.PERSON:
        return
    about = {"record": str(record.public_id)} if record else {}
    about |= {"case": case.number} if case else {}
    is_own = subject.pk == applicant.subject_id
    audit.record(
        Action.OWN_READ, subject, actor=outsider(applicant), detail={"fields": sorted(fields), "is_own": is_own} | about
    )
