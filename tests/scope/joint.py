"""What a department owns of joint action: a listing, tasks in three states, and a draft of a memorandum."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.models import User
from catalogue.models import Evidence, LegalBasis, SubjectKind
from records.models import IdentifierKind, Record
from sanctions import services, workflow
from sanctions.models import (
    Force,
    JointAction,
    Listing,
    ListKind,
    Measure,
    MeasureKind,
    MeasureTask,
    Memorandum,
    MemorandumKind,
    NationalMeasure,
    Origin,
    Tone,
)
from tests.conftest import TODAY

BEGUN = date(2016, 5, 30)


@dataclass
class Joint:
    """Of one side. Kind of list and memorandum are everybody's, as in real work."""

    listing: Listing
    task: MeasureTask
    received: MeasureTask
    answered: MeasureTask
    draft: Memorandum

    @property
    def ids(self) -> list[str]:
        rows = (self.task, self.received, self.answered, self.draft)
        return [str(row.public_id) for row in rows]


def begin(record: Record, clerk: User, lead: User, word: str) -> Joint:
    listing = listed(record, record.document_no, word, record=record)
    action = JointAction.objects.create(listing=listing, memorandum=_memorandum(), opened_on=TODAY)
    first, second, third = (
        MeasureTask.objects.create(
            action=action,
            measure=measure,
            department=clerk.department,
            subject=record.subject,
            issued_on=TODAY,
            due_on=date(2026, 12, 11),
        )
        for measure in action.memorandum.measures.all()
    )
    for task in (second, third):
        services.receive_task(task, actor=clerk)
    ban = services.Ban("F", TODAY)
    said = {"action": "execute", "outcome": f"{word}已执行", "evidence_no": f"{word}1号", "executed_on": TODAY}
    answered = services.answer_task(third, actor=clerk, today=TODAY, ban=ban, **said)
    draft = services.draft_memorandum(
        {"name": f"{word}备忘录", "kind": MemorandumKind.SANCTION, "lead": word, "source": word, "evidence": "seen"},
        code=f"S-{word}",  # S and a number are those of the State Council's register
        actor=lead,
    )
    services.put_measure(draft, _measure(f"{word}的措施"), actor=lead)
    return Joint(listing, first, second, answered, draft)


def listed(about: Record, document_no: str, word: str, *, record: Record | None = None) -> Listing:
    """An entry of the subject of a record; `record` is where it is published."""
    kind = ListKind.objects.filter(code="SCOPE").first() or ListKind.objects.create(
        code="SCOPE",
        name="示例关注名单",
        tone=Tone.WATCH,
        item_code="XZCF",
        lines=["SFT"],
        standard="示例",
        legal_basis=LegalBasis.objects.get(code="state-2016-33-19"),
        subject_kinds=[SubjectKind.ORGANISATION],
        exit_conditions="示例",
        in_force_from=BEGUN,
        source="测试",
        evidence=Evidence.TO_BE_VERIFIED,
    )
    return Listing.objects.create(
        kind=kind,
        list_code=kind.code,
        tone=kind.tone,
        department=about.department,
        origin=Origin.REPORTED,
        subject=about.subject,
        subject_kind=about.subject.kind,
        subject_name=about.subject.legal_name,
        identifier_kind=IdentifierKind.USCC if about.subject.uscc else IdentifierKind.ID_CARD,
        lookup=about.subject.uscc or about.subject.identifiers.first().lookup,
        cipher="" if about.subject.uscc else about.subject.identifiers.first().cipher,
        document_no=document_no,
        decided_on=about.decided_on,
        authority=about.department.name,
        facts=f"{word}的事由",
        record=record,
        state=workflow.ENTERED,
        proposed_on=about.decided_on,
        decided_at=timezone.now(),
        entered_on=TODAY,
    )


def _measure(text: str) -> dict:
    return {
        "text": text,
        "kind": MeasureKind.ADMINISTRATIVE,
        "force": Force.RECOMMENDED,
        "implementer": "示例单位",
        "line": "SFT",
        "subject_kinds": [SubjectKind.ORGANISATION.value],
        "national": NationalMeasure.MARKET_ACCESS,
        "evidence": Evidence.TO_BE_VERIFIED,
    }


def _memorandum() -> Memorandum:
    if found := Memorandum.objects.filter(code="SCOPE").first():
        return found
    memorandum = Memorandum.objects.create(
        code="SCOPE",
        name="示例共同备忘录",
        kind=MemorandumKind.SANCTION,
        lead="示例单位",
        list_codes=["SCOPE"],
        in_force_from=BEGUN,
        source="测试",
        evidence=Evidence.TO_BE_VERIFIED,
    )
    for number in range(1, 4):
        Measure.objects.create(memorandum=memorandum, number=number, **_measure(f"示例措施{number}"))
    memorandum.state = workflow.APPROVED
    memorandum.save()
    return memorandum
