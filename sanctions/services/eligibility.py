"""Whether a subject has been without an adverse record for three years up to a day (33号（四）; 98号六（一）; F038)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from audit.models import Basis
from catalogue.models import SubjectKind
from records.errors import Refused
from records.models import Record, Subject
from records.services.readings import Reader, note_readings
from records.services.special import Sought
from sanctions import checking, receipts
from sanctions.models import EligibilityCertificate
from sanctions.policy import three_years_before
from sanctions.querysets import adverse_of
from sanctions.services.checks import require_counter

FIELDS = ("legal_name", "decided_on", "document_no")


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The certificate, or what stands in its way: the department's own records, and how many others hold."""

    certificate: EligibilityCertificate | None
    own: Sequence[Record] = ()
    others: int = 0


@transaction.atomic
def certify_clean(
    sought: Sought,
    *,
    on: date,
    department: Department,
    actor: User,
    consent_no: str,
    today: date,
    key: str = "",
) -> Eligibility:
    """Certify that nothing adverse was decided in the three years up to `on`, or say what was.

    A subject nobody has reported is clean too: that nothing is held is what the paper says. Of other departments'
    records only the number is told. The same `key` of a department gives the certificate already issued.

    Raises RightMissing, Refused: day_in_future, consent_missing (persons),
    subject_is_minor, name_differs, identity_unverified, and the code of a wrong number.
    """
    require_counter(actor, department)
    if key and (issued := EligibilityCertificate.objects.filter(department=department, key=key).first()):
        return Eligibility(issued)
    if on > today:
        raise Refused("截止日期晚于今天，尚不能证明。", code="day_in_future")
    asked = checking.identify(sought, today=today)
    if asked.is_person and not consent_no.strip():
        raise Refused("为自然人出具证明，须填写本人授权书的编号。", code="consent_missing")
    told = checking.meet(asked, today=today)
    _require_known(told)
    since = three_years_before(on)
    own, others = [], 0
    if told.subject is not None:
        if asked.is_person:
            _note_reading(told.subject, actor)
        held = adverse_of([told.subject.pk], on=on)
        own = list(held.filter(department=department).select_related("item").order_by("-decided_on"))
        others = held.exclude(department=department).count()
    if own or others:
        return Eligibility(None, own, others)
    certificate = _issue(told, since, on, today, department=department, asked_by=actor, consent_no=consent_no, key=key)
    audit.record(Action.CERTIFICATE_ISSUED, certificate, actor=actor, business_on=today)
    return Eligibility(certificate)


def _require_known(told: checking.Answer) -> None:
    """No paper about somebody who may be somebody else."""
    for code in ("subject_is_minor", "person_name_differs", "name_differs", "identity_mismatch"):
        if code in told.notes:
            raise Refused(checking.NOTES[code], code=code)


def _issue(told: checking.Answer, since: date, on: date, today: date, **given) -> EligibilityCertificate:
    as_of = timezone.now()
    number = receipts.make_number(today, given["department"].pk, prefix=receipts.CERTIFICATE)
    said = {
        "receipt_no": number,
        "subject": {"kind": told.sought.kind, "name": told.sought.name, "number": told.sought.number},
        "since": since.isoformat(),
        "until": on.isoformat(),
        "as_of": as_of.isoformat(),
    }
    return EligibilityCertificate.objects.create(
        receipt_no=number, subject=told.subject, subject_kind=told.sought.kind, subject_name=told.sought.name,
        number=told.sought.number, since=since, until=on, answer_digest=receipts.digest_of(said), as_of=as_of, **given,
    )  # fmt: skip


def read_certificate(certificate: EligibilityCertificate, *, reader: Reader) -> None:
    """Leave the line that a certificate about a person is shown. Call in the transaction that shows it."""
    subject = certificate.subject
    if subject is None or subject.kind != SubjectKind.PERSON:
        return
    if reader.basis == Basis.PROVINCE:
        note_readings(Action.SUBJECT_CHECKED, [subject], reader=reader, fields=FIELDS)
    else:
        _note_reading(subject, reader.user)


def _note_reading(subject: Subject, actor: User) -> None:
    audit.record_readings(
        Action.SUBJECT_CHECKED, [subject], actor=actor, basis=Basis.CONSENT, purpose="出具无不良信用记录证明",
        fields=FIELDS,
    )  # fmt: skip
