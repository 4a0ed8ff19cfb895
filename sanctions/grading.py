"""What a method of classed supervision has to be like; its inputs, thresholds and rates are data."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from records.errors import Refused
from sanctions.models import Grade, InputKind

# Listings and timely reports are asked of today: a time to look back has no meaning for them.
OF_TODAY = {
    InputKind.BLACK_LISTED.value,
    InputKind.WATCH_LISTED.value,
    InputKind.RED_LISTED.value,
    InputKind.REPORTED.value,
}
ADDING = {
    InputKind.HONOUR.value,
    InputKind.RED_LISTED.value,
    InputKind.COMMITMENT.value,
    InputKind.REPORTED.value,
}
LONGEST_MONTHS = 60
KEYS = {"kind", "weight", "cap", "months"}


def require_sound(
    base: int, inputs: Sequence[Mapping], thresholds: Mapping[str, int], rates: Mapping[str, int]
) -> None:
    """Raise Refused unless a method makes sense.

    Codes: base_invalid, input_missing, input_unknown, input_twice, input_invalid, thresholds_invalid, rates_invalid.
    What is adverse takes points away, what is good adds them; a better class is never inspected more often.
    """
    kinds = [each.get("kind") for each in inputs]
    lines = [thresholds.get(grade) for grade in "ABC"]
    shares = [rates.get(grade) for grade in Grade.values]
    faults = (
        (not _is_number(base, 0, 100), "base_invalid", "基础分为 0 至 100。"),
        (not inputs, "input_missing", "至少选择一项指标。"),
        (bool(set(kinds) - set(InputKind.values)), "input_unknown", "指标只能从规定的种类中选择。"),
        (len(kinds) != len(set(kinds)), "input_twice", "同一种指标只写一次。"),
        (not all(_is_sound(each) for each in inputs), "input_invalid",
         "每项指标写明分值（失信为负、守信为正）、上限和回看月数（至多 60 个月）。"),
        (not all(_is_number(line, 1, 100) for line in lines) or not _falls(lines),
         "thresholds_invalid", "A、B、C 类的分数线应从高到低，在 1 至 100 之间。"),
        (not all(_is_number(share, 0, 100) for share in shares) or sorted(shares) != shares,
         "rates_invalid", "抽查比例在 0 至 100 之间，信用越好的类别不高于信用较差的。"),
    )  # fmt: skip
    for is_wrong, code, sentence in faults:
        if is_wrong:
            raise Refused(sentence, code=code)


def _is_sound(each: Mapping) -> bool:
    weight, cap, months = each.get("weight"), each.get("cap"), each.get("months")
    if set(each) != KEYS or not _is_number(weight, -100, 100) or not _is_number(cap, 1, 100):
        return False
    least = 0 if each["kind"] in OF_TODAY else 1
    is_signed_right = weight > 0 if each["kind"] in ADDING else weight < 0
    return is_signed_right and _is_number(months, least, LONGEST_MONTHS)


def _is_number(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _falls(lines: Sequence) -> bool:
    return all(above > below for above, below in pairwise(lines))
