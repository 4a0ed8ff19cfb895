"""Until when a record is shown, by which rule and law: the same words before and after it is entered."""

from dataclasses import dataclass
from datetime import date

from catalogue.models import DisplayRule, InformationItem, LegalBasis, PersonDisplay, Severity, SubjectKind, TermMethod
from records.views.lists import LONG_TERM


@dataclass(frozen=True, slots=True)
class Display:
    """What becomes of a record, in sentences. `until` is None when it is never shown."""

    is_shown: bool
    sentence: str
    rule: str
    law: LegalBasis | None
    notes: list[str]
    until: date | None


def explain(
    item: InformationItem,
    *,
    kind: str,
    adult_on: date | None,
    until: date | None,
    rule_key: str,
    severity: str,
    on: date,
) -> Display:
    """Say what the display rule `rule_key` makes of a record that is shown until `until`."""
    rule = DisplayRule.objects.select_related("legal_basis").filter(key=rule_key).first()
    hidden = _why_hidden(item, kind, adult_on, on)
    is_shown = until is not None and until >= on and not hidden
    if hidden:
        sentence = hidden
    elif until is None and rule and rule.method == TermMethod.NEVER:
        sentence = "不公开：目录规定这类信息不向社会公示，只在部门间按权限共享。"
    elif until is None and kind == SubjectKind.PERSON and rule and rule.method != TermMethod.IF_STATED:
        sentence = "不公开：不能确认作出决定时当事人已满十八周岁。"
    elif until is None:
        sentence = "不公开：作出决定的机关没有写明公示截止期，按规则不公示。"
    elif until < on:
        sentence = f"不公开：公示期已于 {until} 届满。"
    elif until == LONG_TERM:
        sentence = "长期公开：文书写明长期有效。"
    else:
        sentence = f"公开至 {until}，还有 {(until - on).days:,} 天；期满当日之后自动停止公示。"
    return Display(
        is_shown=is_shown,
        sentence=sentence,
        rule=_describe(rule, severity) if rule else "",
        law=rule.legal_basis if rule else None,
        notes=_notes(item, kind, is_shown),
        until=until,
    )


def _why_hidden(item: InformationItem, kind: str, adult_on: date | None, on: date) -> str:
    if kind != SubjectKind.PERSON:
        return ""
    if item.person_display == PersonDisplay.NONE:
        return f"不公开：“{item.name}”不公示自然人的信息，只在部门间按权限共享。"
    if adult_on is None:
        return "不公开：证件号码不能说明当事人已经成年。"
    return "不公开：当事人未满十八周岁。" if adult_on > on else ""


def _describe(rule: DisplayRule, severity: str) -> str:
    grade = f"{Severity(severity).label}失信，" if severity else ""
    if rule.method == TermMethod.NEVER:
        return "不公示"
    if rule.method == TermMethod.VALID_UNTIL:
        return f"{grade}公示到文书的有效期届满"
    minimum = f"最短 {rule.minimum_months} 个月、" if rule.minimum_months else ""
    span = f"自决定之日起{minimum}最长 {rule.maximum_months} 个月"
    if rule.method == TermMethod.IF_STATED:
        return f"{grade}仅在机关写明公示截止期时公示，{span}"
    return f"{grade}{span}"


def _notes(item: InformationItem, kind: str, is_shown: bool) -> list[str]:
    if not is_shown:
        return []
    notes = ["公示时隐去名字，只留姓氏；证件号码在任何地方都不公示。"] if kind == SubjectKind.PERSON else []
    return [*notes, "这是失信信息：请确认文书已经送达，内容与文书一致。"] if item.is_adverse else notes
