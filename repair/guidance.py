"""What can be done about a record, in words: every way explained, every step with its days. Asks no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from deadlines.policy import Term
from repair.models.cases import Way
from repair.policy import EARLY_WAYS, Answer

WAYS = Path(__file__).parent / "data" / "ways.yaml"
# A term the platform has no row for is still one of the law's.
UNSTATED = "法定期限"


@dataclass(frozen=True, slots=True)
class WayWords:
    """A way of a repair: what it brings, the article that names it, what proves it, which items are looked up."""

    way: str
    label: str
    what: str
    article: str
    proof: str
    fetches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """The policy's answer about a record as a person reads it.

    `ways` are those that can be taken today: all that the rule allows, or before the minimum term those that end
    nothing. `steps` and `objection_steps` say what happens after handing in, and within how many days.
    """

    answer: Answer
    ways: list[WayWords]
    later_ways: list[WayWords]
    steps: list[str]
    objection_steps: list[str]
    remedies: str


@cache
def _ways() -> dict[str, dict]:
    return {row["way"]: row for row in yaml.safe_load(WAYS.read_text(encoding="utf-8"))}


def explain_way(way: str, *, article: str) -> WayWords:
    """A way in words; `article` is that of the record's rule, for the ways no other document names."""
    row = _ways()[way]
    return WayWords(
        way, Way(way).label, row["what"], row["articles"] or article, row["proof"], tuple(row["fetches"])
    )  # fmt: skip


def advise(answer: Answer, terms: Mapping[str, Term]) -> Advice:
    """The answer in words; `terms` are the time limits in force by their keys."""
    now = [way for way in answer.ways if answer.is_possible or (answer.code == "too_early" and way in EARLY_WAYS)]
    explained = {way: explain_way(way, article=answer.article) for way in answer.ways}
    return Advice(
        answer=answer,
        ways=[explained[way] for way in now],
        later_ways=[explained[way] for way in answer.ways if way not in now],
        steps=repair_steps(terms),
        objection_steps=objection_steps(terms),
        remedies=remedies(terms),
    )


def repair_steps(terms: Mapping[str, Term]) -> list[str]:
    """What happens to an application for repair, step by step."""
    return [
        f"收到后 {_days(terms, 'repair.acceptance')}内答复是否受理；材料不全的，一次告知全部需要补正的材料。",
        f"受理后 {_days(terms, 'repair.decision')}内决定；需要延长的只延长一次，并说明理由。",
        f"准予的，{_days(terms, 'repair.sync')}内停止公示，并通知国家平台。",
    ]


def objection_steps(terms: Mapping[str, Term]) -> list[str]:
    """What happens to an objection, step by step."""
    return [
        f"收到后 {_days(terms, 'objection.receipt')}内答复是否受理。",
        "受理的同时，记录标明“异议核查中”，因此采取的措施暂不执行。",
        f"认定的部门 {_days(terms, 'objection.verification')}内核实。",
        f"受理后 {_days(terms, 'objection.decision')}内书面答复；需要延长的只延长一次，并说明理由。",
        "有误的更正或者撤回，并逐一告知曾经获得这条信息的单位。",
    ]


def complaint_steps(terms: Mapping[str, Term]) -> list[str]:
    """What happens to a complaint, step by step."""
    return [
        f"收到后 {_days(terms, 'complaint.acceptance')}内答复是否受理。",
        f"被投诉的单位 {_days(terms, 'complaint.verification')}内说明情况。",
        f"受理后 {_days(terms, 'complaint.decision')}内办结，书面答复；需要延长的只延长一次，并说明理由。",
    ]


def review_steps(terms: Mapping[str, Term]) -> list[str]:
    """What happens to a reconsideration or lawsuit that was made known, step by step."""
    return [
        f"收到后 {_days(terms, 'objection.receipt')}内核对复议机关或者法院的受理通知书。",
        "复议机关或者法院决定暂停执行的，记录标明，因此采取的措施暂不执行。",
        "有了结果请提交决定书或者判决书：原决定被撤销、变更的，记录随之撤回或者更正。",
    ]


STEPS = {
    "repair": repair_steps,
    "objection": objection_steps,
    "complaint": complaint_steps,
    "review": review_steps,
}


def steps_of(kind: str, terms: Mapping[str, Term]) -> list[str]:
    """What happens to a case of this kind after it was handed in, with the days of each step."""
    return STEPS[kind](terms)


def remedies(terms: Mapping[str, Term]) -> str:
    """Where else one may turn: reconsideration and lawsuit."""
    return (
        f"对决定本身不服的，还可以自知道之日起 {_days(terms, 'remedy.reconsideration')}内申请行政复议，"
        f"或者 {_days(terms, 'remedy.lawsuit')}内提起行政诉讼。"
    )


def _days(terms: Mapping[str, Term], key: str) -> str:
    return str(terms.get(key, UNSTATED))
