"""Invented cases of every kind and state, so that queue, inbox and clarifications are not empty at first start.

They are carried by the verbs themselves, from paper at the counter of the department whose records they are about.
"""

import uuid
from datetime import date, timedelta

from django.db import transaction

from accounts.models import Department, Role, User
from records.models import Record
from records.services.special import Sought
from repair import services
from repair.models import Case
from repair.services import Claim, Decision
from repair.workflow import CaseKind
from sanctions import services as sanctions
from sanctions.models import Channel, Matter

REPAIR, OBJECTION, COMPLAINT, REVIEW = (
    CaseKind.REPAIR.value,
    CaseKind.OBJECTION.value,
    CaseKind.COMPLAINT.value,
    CaseKind.REVIEW.value,
)
TEXTS = {
    REPAIR: "罚款已经缴清，违法行为已经纠正，申请提前终止公示（演示数据）。",
    OBJECTION: "决定书上的罚款金额与公示的不一致，请核实（演示数据）。",
    COMPLAINT: "两次电话咨询修复的办法，没有得到答复（演示数据）。",
    REVIEW: "已就处罚决定申请行政复议（演示数据）。",
}
GRANT = Decision("grant", "缴款凭证经核对属实，违法行为已经纠正（演示数据）。", "信用修复管理办法", "none")
WITHDRAW = Decision("grant", "决定书已经由作出机关撤销（演示数据）。", "国发〔2016〕33号（二十二）", "withdraw")
REFUSE = Decision("refuse", "提交的凭证不能证明义务已经履行（演示数据）。", "信用修复管理办法")
# Kind, and the steps taken after it was opened.
TAKEN = ("accept",)
ASKED = (*TAKEN, "forward")
TOLD = (*ASKED, "answer")
CASES: tuple[tuple[str, tuple[str, ...], Decision], ...] = (
    (REPAIR, (), GRANT),
    (REPAIR, ("ask_material",), GRANT),
    (REPAIR, (*TOLD, "propose"), GRANT),
    (REPAIR, (*TOLD, "propose", "decide"), GRANT),
    (REPAIR, (*TOLD, "propose", "decide", "revoke"), GRANT),
    (REPAIR, (*TOLD, "propose", "decide"), REFUSE),
    (OBJECTION, TAKEN, REFUSE),
    (OBJECTION, ASKED, REFUSE),
    (OBJECTION, TOLD, REFUSE),
    (OBJECTION, (*TOLD, "propose", "decide", "clarify"), WITHDRAW),
    (OBJECTION, ("recall",), REFUSE),
    (OBJECTION, ("reject",), REFUSE),
    (COMPLAINT, ASKED, REFUSE),
    (REVIEW, (), REFUSE),
)


@transaction.atomic
def load(department: Department, today: date) -> int:
    """Carry each case as far as it says; where there are cases, they stay as they are. Returns how many."""
    if Case.objects.exists():
        return 0
    people = Handlers(department, today)
    records = list(
        Record.objects.filter(department=department, item_code="XZCF", state="current", displayed_until__gte=today)
        .filter(subject__kind="organisation")
        .select_related("subject", "item")
        .order_by("pk")
    )
    for number, (kind, steps, decision) in enumerate(CASES):
        found = next((each for each in records if people.may_open(kind, each)), None)
        if found is None:
            continue
        records.remove(found)
        people.carry(kind, found, number, steps, decision)
    return len(CASES)


class Handlers:
    """Who acts: a clerk of the department, and two reviewers of the province; a week ago it began."""

    def __init__(self, department: Department, today: date):
        self.department, self.today, self.opened_on = department, today, today - timedelta(days=7)
        self.clerk = department.staff.filter(role=Role.CLERK).earliest("pk")
        self.first, self.second = User.objects.filter(role=Role.REVIEWER).order_by("pk")[:2]

    def may_open(self, kind: str, record: Record) -> bool:
        """A repair has to wait for the minimum term; objections take what cannot be repaired yet."""
        if kind not in (REPAIR, OBJECTION):
            return True
        can = services.can_repair(record, today=self.opened_on, way="end_publication").is_possible
        return can is (kind == REPAIR)

    def carry(self, kind: str, record: Record, number: int, steps: tuple[str, ...], decision: Decision) -> None:
        if "clarify" in steps:
            self._ask_about(record)
        case = services.open_case(
            self._claim(kind, record), by=self.first if kind == REVIEW else self.clerk,
            key=uuid.uuid5(uuid.NAMESPACE_OID, f"demo-case-{number}"), today=self.opened_on,
        )  # fmt: skip
        for step in steps:
            case = getattr(self, f"_{step}")(Case.objects.get(pk=case.pk), decision)

    def _claim(self, kind: str, record: Record) -> Claim:
        if kind == COMPLAINT:
            return Claim(kind, TEXTS[kind], department=self.department)
        if kind == REVIEW:
            return Claim(
                kind, TEXTS[kind], record=record, review_body="演示市人民政府", review_no="演示复议〔2026〕1号"
            )
        if kind == REPAIR:
            return Claim(kind, TEXTS[kind], record=record, way="end_publication", has_committed=True)
        return Claim(kind, TEXTS[kind], record=record)

    def _ask_about(self, record: Record) -> None:
        """The department has asked about the subject, so it is told when the error is confirmed."""
        subject = record.subject
        sanctions.check_subject(
            Sought(subject.kind, subject.legal_name, subject.uscc), Matter.objects.get(code="ZFCG"),
            department=self.department, actor=self.clerk, channel=Channel.PAGE, today=self.today,
        )  # fmt: skip

    def _who(self, case: Case, *, second: bool = False, late: bool = True) -> dict:
        actor = self.second if second else self.first
        return {"actor": actor, "version": case.version, "today": self.today if late else self.opened_on}

    def _accept(self, case: Case, decision: Decision) -> Case:
        return services.accept(case, **self._who(case, late=False))

    def _forward(self, case: Case, decision: Decision) -> Case:
        return services.forward(case, text="请核对决定书和缴款情况。", **self._who(case, late=False))

    def _answer(self, case: Case, decision: Decision) -> Case:
        opinion = "mistaken" if decision.outcome == "grant" else "upheld"
        said = {"opinion": opinion, "text": "已经核对决定书和缴款记录（演示数据）。"}
        return services.answer(case, actor=self.clerk, version=case.version, today=self.today, **said)

    def _ask_material(self, case: Case, decision: Decision) -> Case:
        return services.ask_material(case, what="罚款缴纳凭证；信用承诺书原件", **self._who(case))

    def _propose(self, case: Case, decision: Decision) -> Case:
        return services.propose(case, decision, **self._who(case))

    def _decide(self, case: Case, decision: Decision) -> Case:
        return services.decide(case, **self._who(case, second=True))

    def _revoke(self, case: Case, decision: Decision) -> Case:
        return services.revoke(case, reason="缴款凭证系伪造（演示数据）。", **self._who(case))

    def _clarify(self, case: Case, decision: Decision) -> Case:
        said = {"consent": "澄清申请书（演示）", "consented_on": self.today}
        return services.publish_clarification(case, **said, **self._who(case))

    def _recall(self, case: Case, decision: Decision) -> Case:
        said = {"reason": "已与部门核对清楚", "today": self.today}
        return services.recall(case, by=self.clerk, version=case.version, **said)

    def _reject(self, case: Case, decision: Decision) -> Case:
        return services.reject(case, reason="没有写明哪一项有误，请补充后重新提出（演示数据）。", **self._who(case))
