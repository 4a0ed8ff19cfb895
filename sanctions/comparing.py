"""What one edition of a memorandum says otherwise than another."""

from dataclasses import dataclass

from sanctions.models import Measure, Memorandum

TEXTS = (
    ("name", "名称"), ("kind", "类别"), ("lead", "牵头单位"), ("document_no", "文号"), ("objects_text", "奖惩对象"),
    ("procedure", "实施程序"),
)  # fmt: skip
FACETS = (
    ("text", "措施"), ("kind", "种类"), ("force", "效力"), ("addressee", "实施主体性质"), ("implementer", "实施单位"),
    ("line", "实施条线"), ("condition", "适用条件"), ("national", "国家清单项目"), ("incentive", "激励方式"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing said differently; before or after is empty where it is new or gone."""

    what: str
    before: str
    after: str


def compare(former: Memorandum, later: Memorandum) -> list[Difference]:
    """Texts first, then signatories and lists, then measures, matched by their number."""
    found = [_difference(label, _said(former, name), _said(later, name)) for name, label in TEXTS]
    for label, one, other in (
        ("签署单位", _signatories(former), _signatories(later)),
        ("适用名单", former.list_codes, later.list_codes),
    ):
        found.append(_difference(label, "、".join(one), "、".join(other)))
    before, after = (_measures(memorandum) for memorandum in (former, later))
    for number in sorted(before.keys() | after.keys()):
        found += _of_measure(number, before.get(number), after.get(number))
    return [each for each in found if each.before != each.after]


def _of_measure(number: int, before: Measure | None, after: Measure | None) -> list[Difference]:
    name = f"措施 {number}"
    if before is None or after is None:
        return [_difference(name, before.text if before else "", after.text if after else "")]
    found = [_difference(f"{name}　{label}", _said(before, facet), _said(after, facet)) for facet, label in FACETS]
    found += [
        _difference(f"{name}　依据", _basis(before), _basis(after)),
        _difference(f"{name}　对象", _kinds(before), _kinds(after)),
        _difference(f"{name}　落实到人的依据", _responsible(before), _responsible(after)),
    ]
    return found


def _difference(what: str, before: str, after: str) -> Difference:
    return Difference(what, before, after)


def _said(row: Memorandum | Measure, name: str) -> str:
    words = getattr(row, f"get_{name}_display", None)
    return str(words() if words else getattr(row, name))


def _signatories(memorandum: Memorandum) -> list[str]:
    return [each.name for each in memorandum.signatories.all()]


def _measures(memorandum: Memorandum) -> dict[int, Measure]:
    rows = memorandum.measures.select_related("legal_basis", "responsible_basis")
    return {measure.number: measure for measure in rows}


def _basis(measure: Measure) -> str:
    return measure.basis_text or str(measure.legal_basis or "")


def _kinds(measure: Measure) -> str:
    return "、".join(kinds_of(measure))


def kinds_of(measure: Measure) -> list[str]:
    """Kinds of subjects in words, in the order of the table."""
    choices = dict(Measure._meta.get_field("subject_kinds").base_field.choices)
    return [label for value, label in choices.items() if value in measure.subject_kinds]


def _responsible(measure: Measure) -> str:
    return str(measure.responsible_basis or "") if measure.on_responsible else ""
