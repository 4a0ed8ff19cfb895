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
from records.errors import Refused
from records.models import Record
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
    sought: Sought, *, on: date, department: Department, actor: User, consent_no: str, today: date
) -> Eligibility:
    """Certify that nothing adverse was decided in the three years up to `on`, or say what was.

    A subject nobody has reported is clean too: that nothing is held is what the paper says. Of other departments'
    records only the number is told. Raises RightMissing, Refused: day_in_future, consent_missing (persons),
    subject_is_minor, name_differs, identity_unverified, and the code of a wrong number.
    """
    require_counter(actor, department)
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
            audit.record_readings(
                Action.SUBJECT_CHECKED, [told.subject], actor=actor, basis=Basis.CONSENT,
                purpose="出具无不良信用记录证明", fields=FIELDS,
            )  # fmt: skip
        held = adverse_of([told.subject.pk], on=on)
        own = list(held.filter(department=department).select_related("item").order_by("-decided_on"))
        others = held.exclude(department=department).count()
    if own or others:
        return Eligibility(None, own, others)
    certificate = _issue(told, since, on, department, actor, consent_no, today)
    audit.record(Action.CERTIFICATE_ISSUED, certificate, actor=actor, business_on=today)
    return Eligibility(certificate)


def _require_known(told: checking.Answer) -> None:
    """No paper about somebody who may be somebody else."""
    for code in ("subject_is_minor", "person_name_differs", "name_differs", "identity_mismatch"):
        if code in told.notes:
            raise Refused(checking.NOTES[code], code=code)


def _issue(told, since: date, on: date, department, actor, consent_no: str, today: date) -> EligibilityCertificate:
    number, as_of = receipts.make_number(today, department.pk, prefix=receipts.CERTIFICATE), timezone.now()
    said = {
        "receipt_no": number,
        "subject": {"kind": told.sought.kind, "name": told.sought.name, "number": told.sought.number},
        "since": since.isoformat(),
        "until": on.isoformat(),
        "as_of": as_of.isoformat(),
    }
    return EligibilityCertificate.objects.create(
        receipt_no=number, department=department, asked_by=actor, subject=told.subject,
        subject_kind=told.sought.kind, subject_name=told.sought.name, number=told.sought.number,
        consent_no=consent_no, since=since, until=on, answer_digest=receipts.digest_of(said), as_of=as_of,
    )  # fmt: skip
