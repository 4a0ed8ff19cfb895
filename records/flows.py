"""The flows of the work, told from the tables of transitions: what the pages of help show (F030)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import TextChoices

import catalogue.workflow
import records.quality.workflow
from catalogue.workflow import EditionState
from records import workflow
from records.drawing import Drawing, draw
from records.quality.workflow import BulletinState
from records.workflow import (
    BatchState,
    ChangeState,
    CodeCaseState,
    ErasureState,
    MergeState,
    RecordState,
    SpecialQueryState,
)

Transitions = Mapping[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Way:
    """One row of a table of transitions, in words."""

    state: str
    action: str
    following: str
    state_label: str
    words: str
    following_label: str
    because: str
    actor: str


@dataclass(frozen=True)
class Flow:
    id: str
    title: str
    lead: str
    states: type[TextChoices]
    transitions: Transitions
    words: Mapping[tuple[str, str], tuple[str, str]]

    @cached_property
    def ways(self) -> list[Way]:
        """Those of the table that start in one of this flow's states."""
        labels: dict[str, str] = dict(self.states.choices)
        return [
            Way(state, action, following, labels[state], words, labels[following], because, actor)
            for (state, action), (following, because) in self.transitions.items()
            if state in labels
            for words, actor in [self.words[state, action]]
        ]

    @cached_property
    def drawing(self) -> Drawing:
        return draw(self.states.choices, [(way.state, way.following, way.words) for way in self.ways])

    @property
    def told(self) -> str:
        """The picture for those who cannot see it."""
        return "；".join(f"{way.state_label}，{way.words}，变为{way.following_label}" for way in self.ways) + "。"


def _of_records(id_: str, title: str, lead: str, states: type[TextChoices]) -> Flow:
    return Flow(id_, title, lead, states, workflow.TRANSITIONS, workflow.WORDS)


BATCH = _of_records(
    "batch", "报送批次", "一份文件、一次接口报送或者一张网页表单都是一个批次：先检查，确认后入库。", BatchState
)
RECORD = _of_records(
    "record",
    "信用记录",
    "记录只会结束，不会被悄悄改写或者删去；每一步都留下原来的内容、原因和办理人。",
    RecordState,
)
CHANGE = _of_records(
    "change", "更正与撤回", "报送部门写明原因提出，需要审批的由第二人审批，同意后立即生效。", ChangeState
)
ERASURE = _of_records(
    "erasure", "依法删除", "只有法律规定应当删除，或者有生效法律文书的，才可以删除内容。", ErasureState
)
SPECIAL = _of_records(
    "special-query",
    "特殊查询",
    "为办理具体事项查看其他部门报送的信息，先申请，准予后在查询期内查看。",
    SpecialQueryState,
)
MERGE = _of_records("merge", "主体合并", "两个主体确为同一主体的，一人提出、另一人决定，可以撤销。", MergeState)
CODE = _of_records("code", "重错码", "代码有误或者一码多主体的，由报送部门说明或更正，审核员办结。", CodeCaseState)
EDITION = Flow(
    "edition",
    "目录版本",
    "信息目录由一人拟订、另一人批准，从施行日起生效，由下一版取代。",
    EditionState,
    catalogue.workflow.TRANSITIONS,
    catalogue.workflow.WORDS,
)
BULLETIN = Flow(
    "bulletin",
    "质量通报",
    "每月一份，拟稿与印发不由同一人办理，印发后不再改动。",
    BulletinState,
    records.quality.workflow.TRANSITIONS,
    records.quality.workflow.WORDS,
)
FLOWS = (BATCH, RECORD, CHANGE, ERASURE, SPECIAL, MERGE, CODE, EDITION, BULLETIN)
# What somebody whose data these are may want to know.
FLOWS_OF_SUBJECTS = (RECORD, CHANGE, ERASURE)
