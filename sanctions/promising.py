"""A commitment as a record: what the forms of the items 信用承诺 and 违背信用承诺信息 would say, field by field."""

from datetime import date

from catalogue.models import SubjectKind
from catalogue.policy import add_months
from records import crypto
from records.models import IdentifierKind
from sanctions.models import Commitment, CommitmentKind

ITEM, BREACH_ITEM = "XYCN", "CNWY"
ALL_KEPT, SOME_KEPT, NONE_KEPT = "全部履行", "部分履行", "全部未履行"
FOREVER = date(2099, 12, 31)  # 长期有效, as the templates of the double publicity write it
BREACH_MONTHS = 12  # until when a breach is asked to be shown; the catalogue's rule may shorten it


def record_values(made: Commitment) -> dict[str, str]:
    """Field code → text of the item XYCN. A person's number travels to the sealed field only."""
    unit = made.department
    number = crypto.open_text(made.cipher) if made.cipher else made.lookup
    values = {
        "code": made.number,
        "subjectName": made.subject_name,
        "subjectCategory": SubjectKind(made.subject_kind).label,
        "identify": "" if made.is_person else number,
        "identifyPersonKind": IdentifierKind(made.identifier_kind).label if made.is_person else "",
        "identifyPerson": number if made.is_person else "",
        "commitmentTypeId": CommitmentKind(made.kind).national_type,
        "reason": made.reason,
        "content": made.text,
        "liabilityBreachCommitment": made.consequences,
        "commitmentDate": made.made_on.isoformat(),
        "commitmentValidity": (made.valid_until or FOREVER).isoformat(),
        "acceptanceUnit": unit.name,
        "acceptanceUnitCode": unit.uscc or "",
        "publicationType": "可向社会公开",
    }
    return {code: text for code, text in values.items() if text}


def breach_values(commitment: Commitment, today: date) -> dict[str, str]:
    """Field code → text of the item CNWY, for an organisation or a sole trader."""
    unit = commitment.department
    values = {
        "CNWY_XDR_MC": commitment.subject_name,
        "CNWY_XDR_LB": SubjectKind(commitment.subject_kind).label,
        "CNWY_XDR_SHXYM": commitment.lookup,
        "CNWY_WSH": commitment.document_no,
        "CNWY_CN": commitment.number,
        "CNWY_SY": commitment.reason,
        "CNWY_SS": commitment.unperformed,
        "CNWY_ZR": commitment.consequences,
        "CNWY_RQ": today.isoformat(),
        "CNWY_GSJZQ": add_months(today, BREACH_MONTHS).isoformat(),
        "CNWY_JDJG": unit.name,
        "CNWY_JDJGDM": unit.uscc or "",
        "CNWY_LYDW": unit.name,
        "CNWY_LYDWDM": unit.uscc or "",
    }
    return {code: text for code, text in values.items() if text}
