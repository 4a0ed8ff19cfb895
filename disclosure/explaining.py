"""Why a record is shown, by which law and until when."""

from dataclasses import dataclass
from datetime import date

from catalogue.models import DisplayRule, FieldType, InformationItem, ItemField, LegalBasis, TermMethod
from disclosure.models import PublicRecord
from disclosure.redaction import redact

# “长期” is reported as 2099/12/31 (双公示 data standard).
WITHOUT_END = date(2099, 12, 31)
FOR_LONG = "长期"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The law behind one displayed record."""

    item: InformationItem
    bases: list[LegalBasis]
    rule: DisplayRule | None
    term: str
    until: str
    days_left: int | None
    facts: list[dict]


def explain(record: PublicRecord, *, on: date) -> Explanation:
    """Gather what stands behind a record: its fields in order, legal bases, the display rule it was given."""
    item = InformationItem.objects.select_related("legal_basis").get(pk=record.item_id)
    rule = DisplayRule.objects.filter(key=record.display_rule_key).select_related("legal_basis").first()
    endless = record.displayed_until >= WITHOUT_END
    return Explanation(
        item=item,
        bases=[item.legal_basis, *item.further_bases.all()],
        rule=rule,
        term=describe_term(rule) if rule else "",
        until=FOR_LONG if endless else record.displayed_until.isoformat(),
        days_left=None if endless else (record.displayed_until - on).days,
        facts=facts_of(record, public_fields([record.item_id], on=on)),
    )


def public_fields(item_ids, *, on: date) -> list[ItemField]:
    """The fields of these items that anyone may see on a day, in the catalogue's order."""
    return list(ItemField.objects.filter(item_id__in=item_ids).open(on=on).order_by("item_id", "seq"))


def describe_term(rule: DisplayRule) -> str:
    """A display rule in one sentence."""
    if rule.method == TermMethod.VALID_UNTIL:
        return "公示至文书所载有效期届满，期满自动停止。"
    if rule.method == TermMethod.NEVER:
        return "不向社会公示。"
    maximum = f"最长 {rule.maximum_months} 个月"
    if rule.method == TermMethod.IF_STATED:
        return f"一般不公示；作出决定的部门写明公示截止日期的，自决定之日起{maximum}。"
    minimum = f"最短 {rule.minimum_months} 个月、" if rule.minimum_months else ""
    return f"自决定之日起，{minimum}{maximum}，期满自动停止。"


def facts_of(record: PublicRecord, fields: list[ItemField]) -> list[dict]:
    """The public fields of a record under their catalogue names, in order, ready for components/facts.html."""
    return [
        {"term": f.name, **_shown(f, record.values[f.code])}
        for f in fields
        if f.item_id == record.item_id and f.code in record.values
    ]


def _shown(field: ItemField, value: str) -> dict:
    if field.type == FieldType.DATE:
        on = _date(value)
        return {"value": FOR_LONG} if on == WITHOUT_END else {"value": on or value, "kind": "date" if on else ""}
    if field.type in (FieldType.USCC, FieldType.ORGANISATION_CODE):
        return {"value": value, "kind": "code", "copy_label": field.name}
    note = field.help if field.type == FieldType.ENUM and value.isdecimal() else ""
    return {"value": redact(value), "note": note}


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
