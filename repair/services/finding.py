"""A record of whatever department, for who has its document in hand and the number of whom it is about."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import DEPARTMENT_ROLES, Role, User
from audit import services as audit
from audit.actions import Action
from audit.models import AuditEvent, Basis
from catalogue.models import SubjectKind
from records import crypto
from records.errors import Refused, RightMissing
from records.identity import InvalidIdentifier, check_person_id, check_uscc
from records.models import Identifier, IdentifierKind, Record
from records.reading.cleaning import clean_text
from records.services.readings import Reading
from records.workflow import ERASED, UNREPORTED

WINDOW, MISSES = timedelta(hours=1), 10
# What the page that opens a request tells of a person.
SHOWN = ("document_no", "item", "decided_on", "state", "subject_name_masked")
PURPOSE = "窗口受理书面申请、告知更正"
UNKNOWN, TOO_MANY = "record_unknown", "record_sought_too_often"
SENTENCES = {
    UNKNOWN: "没有找到。请核对文书号和号码：两项都与平台登记的完全一致才能找到。",
    TOO_MANY: f"没有找到的次数过多，请 {WINDOW.seconds // 60} 分钟后再试。",
}
OPENERS = (*DEPARTMENT_ROLES, Role.REVIEWER)


def find_record(*, document_no: str, number_kind: str, number: str, actor: User) -> Record:
    """The record of that document about that subject; a look that finds nothing is counted against who looks.

    `number_kind` is the Chinese name of the document, 统一社会信用代码 for organisations. Raises RightMissing, Refused:
    record_unknown, record_sought_too_often, the code of a number that cannot be one.
    """
    if actor.is_superuser or not actor.is_active or actor.role not in OPENERS:
        raise RightMissing("由部门的经办人和审核员办理。")
    kind, lookup = _identifier(number_kind, number)
    with transaction.atomic():
        record, refusal = _found(clean_text(document_no)[0], kind, lookup, actor)
    if record is None:
        raise Refused(SENTENCES[refusal], code=refusal)
    return record


def _identifier(number_kind: str, number: str) -> tuple[str, str]:
    try:
        if number_kind == IdentifierKind.USCC.label:
            return IdentifierKind.USCC.value, check_uscc(number)
        person = check_person_id(number_kind, number)
    except InvalidIdentifier as error:
        raise Refused("号码不正确，请对照证件重新填写。", code=error.code) from error
    return person.kind, crypto.blind_index(person.kind, person.number)


def _found(document_no: str, kind: str, lookup: str, actor: User) -> tuple[Record | None, str]:
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)  # looks at the same moment go one by one
    missed = AuditEvent.objects.filter(
        actor_id=str(actor.pk), action=Action.RECORD_SOUGHT, at__gt=timezone.now() - WINDOW
    )
    if missed.count() >= MISSES:
        return None, TOO_MANY
    holder = Identifier.objects.filter(kind=kind, lookup=lookup).values("subject")
    records = Record.objects.open_to(actor).filter(subject__in=holder, document_no=document_no)
    record = records.exclude(state__in=(ERASED, UNREPORTED)).select_related("subject").order_by("-pk").first()
    if record is None:
        audit.record(Action.RECORD_SOUGHT, actor, actor=actor, result=audit.REFUSED, reason=UNKNOWN)
        return None, UNKNOWN
    audit.record(Action.RECORD_FOUND, record, actor=actor)
    return record, ""


def note_met(record: Record, *, actor: User) -> Reading:
    """Write down that the counter looks at a record of another department; the ticket to show its line (T-15)."""
    if record.subject.kind != SubjectKind.PERSON:
        return Reading(frozenset())
    audit.record_readings(
        Action.RECORD_VIEWED, [record.subject], actor=actor, basis=Basis.COUNTER, purpose=PURPOSE, fields=SHOWN,
        detail={"record": str(record.public_id)},
    )  # fmt: skip
    return Reading(frozenset({record.subject.pk}))
