"""A listing as a record: what the form of the list's information item would say, field by field."""

from datetime import date
from pathlib import Path

import yaml

from catalogue.models import FieldRole, InformationItem, SubjectKind
from records import crypto
from records.models import IdentifierKind
from sanctions.models import Listing
from sanctions.responsible import values_of_responsible

FOREVER = date(2099, 12, 31)  # 长期有效, as the templates of the double publicity write it
PUBLICATION = yaml.safe_load((Path(__file__).parent / "data" / "publication.yaml").read_text(encoding="utf-8"))
# What YLXY asks about where a good name comes from; most lists of this platform are kept by an authority.
SOURCE_CLASS = "信用状况良好的行政相对人"
SOURCE_CLASSES = PUBLICATION.pop("source_classes")


def values_of(listing: Listing, item: InformationItem) -> dict[str, str]:
    """Field code → text, as a form of the item would be filled in for this listing."""
    by_role = _by_role(listing)
    said = {
        "facts": listing.facts,
        "basis": str(listing.kind.legal_basis),
        "authority_code": listing.department.uscc or "",
        "department": listing.department.name,
        "conduct": listing.conduct.name if listing.conduct else "",
        "source_class": SOURCE_CLASSES.get(listing.list_code, SOURCE_CLASS),
    }
    others = PUBLICATION.get(item.code, {})
    values = {}
    for field in item.fields.all():
        text = said[others[field.code]] if field.code in others else by_role.get(field.role, "")
        if text and (not field.applies_to or listing.subject_kind in field.applies_to):
            values[field.code] = text
    return values | values_of_responsible(listing.responsible, item)


def _by_role(listing: Listing) -> dict[str, str]:
    is_person = listing.subject_kind == SubjectKind.PERSON
    number = crypto.open_text(listing.cipher) if listing.cipher else listing.lookup
    ends_on = listing.ends_on
    return {
        FieldRole.SUBJECT_NAME: listing.subject_name,
        FieldRole.SUBJECT_KIND: SubjectKind(listing.subject_kind).label,
        FieldRole.USCC: "" if is_person else number,
        FieldRole.PERSON_ID_KIND: IdentifierKind(listing.identifier_kind).label if is_person else "",
        FieldRole.PERSON_ID: number if is_person else "",
        FieldRole.DOCUMENT_NO: listing.document_no,
        FieldRole.DECIDED_ON: listing.decided_on.isoformat(),
        FieldRole.TITLE: listing.kind.name,
        FieldRole.AUTHORITY: listing.authority,
        FieldRole.SOURCE_CODE: listing.department.uscc or "",
        FieldRole.VALID_UNTIL: (ends_on or FOREVER).isoformat(),
        FieldRole.DISPLAY_UNTIL: ends_on.isoformat() if ends_on else "",
    }
