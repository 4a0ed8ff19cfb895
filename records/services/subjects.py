"""Verbs on subjects."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from records import crypto
from records.bulk_subjects import lock_merging
from records.errors import Refused, RightMissing
from records.identity import adult_on, check_person_id, check_uscc, name_key
from records.models import FormerName, Identifier, IdentifierKind, Record, StandingChange, Subject, Verification
from records.services.batches import require_right
from records.services.readings import Reader, note_readings


@transaction.atomic
def know_subject(*, kind: str, name: str, number: str, number_kind: str = "") -> Identifier:
    """The subject with this number, made if nobody knew it, with no record: what other platforms say comes this way.

    `number_kind` is the Chinese name of a person's document. Raises InvalidIdentifier, Refused (person_name_conflict).
    """
    person = check_person_id(number_kind, number) if kind == SubjectKind.PERSON else None
    id_kind = person.kind if person else IdentifierKind.USCC.value
    lookup = crypto.blind_index(person.kind, person.number) if person else check_uscc(number)
    lock_merging()
    known = Identifier.objects.select_related("subject").filter(kind=id_kind, lookup=lookup).first()
    if known is not None:
        if person and known.subject.name_key != name_key(name):
            raise Refused("该证件号码已经登记在另一个姓名之下，请核对。", code="person_name_conflict")
        return known
    subject = Subject.objects.create(
        kind=kind,
        legal_name=name,
        name_key=name_key(name),
        uscc=None if person else lookup,
        region_code="" if person else lookup[2:8],
        adult_on=adult_on(person.born_on) if person and person.born_on else None,
    )
    audit.record(Action.SUBJECT_REGISTERED, subject)
    cipher = crypto.seal_text(person.number) if person else ""
    return Identifier.objects.create(subject=subject, kind=id_kind, lookup=lookup, cipher=cipher)


@transaction.atomic
def rename_subject(
    subject: Subject, *, name: str, renamed_on: date, department: Department, actor: User, reason: str, today: date
) -> Subject:
    """Enter a change of name that the registering authority made on `renamed_on`. Raises Refused.

    Former records keep the name they were reported under; decisions made before that day are still taken under it.
    """
    subject = _locked(subject, department=department, actor=actor)
    if renamed_on > today:
        raise Refused("变更登记的日期不能晚于今天。", code="date_in_future")
    if name_key(name) == subject.name_key:
        raise Refused("变更后的名称与现在的名称相同。", code="name_unchanged")
    former = FormerName.objects.create(
        subject=subject,
        name=subject.legal_name,
        name_key=subject.name_key,
        until_on=renamed_on,
        source=FormerName.Source.RENAMED,
        evidence=reason,
        entered_by=actor,
        department=department,
    )
    subject.legal_name, subject.name_key = name, name_key(name)
    # What was verified was the former name.
    subject.verification, subject.verified_at = Verification.UNVERIFIED, None
    subject.save(update_fields=["legal_name", "name_key", "verification", "verified_at"])
    audit.record(
        Action.SUBJECT_RENAMED,
        subject,
        actor=actor,
        reason=reason,
        business_on=renamed_on,
        detail={} if subject.kind == SubjectKind.PERSON else {"former": former.name},
    )
    return subject


def _locked(subject: Subject, *, department: Department, actor: User) -> Subject:
    """The subject's row, for who may correct in the name of a department that holds a record. Raises RightMissing."""
    require_right(actor, "correct", department)
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    if not Record.objects.filter(subject=subject, department=department).exists():
        raise RightMissing("本部门没有报送过该主体的记录，不能变更它的登记信息。")
    return subject


@transaction.atomic
def enter_standing(
    subject: Subject,
    *,
    standing: str,
    since: date,
    decision: str,
    department: Department,
    actor: User,
    today: date,
) -> StandingChange:
    """Enter that an organisation was deregistered, revoked, moved away or restored. Its records stay."""
    subject = _locked(subject, department=department, actor=actor)
    if subject.kind == SubjectKind.PERSON:
        raise Refused("自然人没有登记状态。", code="not_for_persons")
    if since > today:
        raise Refused("日期不能晚于今天。", code="date_in_future")
    change = StandingChange.objects.create(
        subject=subject, standing=standing, since=since, decision=decision, department=department, entered_by=actor
    )
    latest = subject.standing_changes.order_by("-since", "-pk").first()
    subject.standing, subject.standing_since = latest.standing, latest.since
    subject.save(update_fields=["standing", "standing_since"])
    detail = {"standing": standing, "decision": decision}
    audit.record(Action.STANDING_ENTERED, subject, actor=actor, business_on=since, detail=detail)
    return change


@transaction.atomic
def note_verification(subject: Subject, *, outcome: str, actor: User | None = None) -> Subject:
    """Keep what the population base library said of a person (98号三（一）). The trail holds no name, no number."""
    subject = Subject.objects.select_for_update().get(pk=subject.pk, kind=SubjectKind.PERSON)
    subject.verification, subject.verified_at = Verification(outcome), timezone.now()
    subject.save(update_fields=["verification", "verified_at"])
    audit.record(Action.PERSON_VERIFIED, subject, actor=actor, detail={"outcome": subject.verification.value})
    return subject


@transaction.atomic
def reveal_identifier(identifier: Identifier, *, actor: User, purpose: str, today: date) -> str:
    """Show a person's number in full, once, for a stated purpose. No line in the trail, no number (T-15, T-17).

    Raises Refused, LimitReached, SealStale, TrailRefused.
    """
    if not Record.objects.visible_to(actor).filter(subject=identifier.subject_id).exists():
        raise Identifier.DoesNotExist
    if not purpose.strip():
        raise Refused("请写明查看完整号码的用途。", code="purpose_required")
    audit.require_below_limit(Action.IDENTIFIER_REVEALED, actor=actor, on=today)
    note_readings(
        Action.IDENTIFIER_REVEALED,
        [identifier.subject],
        reader=Reader(actor, purpose),
        fields=["number"],
        detail={"kind": identifier.kind},
    )
    return crypto.open_text(identifier.cipher) if identifier.cipher else identifier.lookup
