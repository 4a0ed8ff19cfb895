"""Invented entries of lists in every state, so that no page of the demonstration is empty. Nobody here exists.

The person among them can sign in at the stand-in provider and object.
"""

import uuid
from datetime import date, timedelta

from django.db import transaction

from accounts.models import Department, Role
from catalogue.models import SubjectKind
from credit_platform import demo
from sanctions import services
from sanctions.models import ConductClass, Listing, ListKind, Origin
from sanctions.services.listings import Decision, Named

BLACK, RED = "SCJG", "SHTZX"
PERSON = Named(SubjectKind.PERSON, "示例王五", demo.make_id_number("530102", date(1985, 5, 12), 985))
FACTS = "经查，当事人未取得许可从事经营活动，被处以较重行政处罚（演示数据）。"
MERITS = "连续三年合同履约率 100%（演示数据）。"
# Those with an honour in force; nothing adverse is held about them and about 22.
HONOURED = (34, 35, 25, 31, 55)
# List, which of the invented firms (None: a person), and how far it has come.
CASES = (
    (BLACK, 5, "proposed"),
    (BLACK, 8, "notified"),
    (BLACK, 10, "stated"),
    (BLACK, 13, "entered"),
    (BLACK, 14, "exited"),
    (BLACK, 16, "refused"),
    (BLACK, None, "entered"),
    (RED, 22, "notified"),
    *((RED, firm, "entered") for firm in HONOURED),
)


@transaction.atomic
def load(department: Department, today: date) -> int:
    """Carry each case as far as it says, through the verbs; a department that has listings keeps them as they are."""
    if Listing.objects.filter(department=department, origin=Origin.PLATFORM).exists():
        return 0
    for number, (code, firm, state) in enumerate(CASES, start=1):
        _carry(department, ListKind.objects.get(code=code), _named(firm), number, state, today)
    return len(CASES)


def _named(firm: int | None) -> Named:
    if firm is None:
        return PERSON
    organisation = demo.organisations()[firm]
    return Named(SubjectKind.ORGANISATION, organisation.name, organisation.code)


def _carry(department: Department, kind: ListKind, named: Named, number: int, state: str, today: date) -> None:
    clerk, lead = (department.staff.filter(role=role).earliest("pk") for role in (Role.CLERK, Role.LEAD))
    day = {name: today - timedelta(days=ago) for name, ago in (("decided", 45), ("told", 30), ("now", 5))}
    conduct = ConductClass.objects.get(code="P209") if kind.conduct_codes else None
    word = "列" if kind.code == BLACK else "荣"
    document_no = f"云演{word}〔{day['decided']:%Y}〕{number:03d}号"
    decision = Decision(document_no, day["decided"], department.name, FACTS if kind.code == BLACK else MERITS, conduct)
    key = uuid.uuid5(uuid.NAMESPACE_OID, document_no)
    proposed_on = today if state in ("proposed", "notified") else day["told"]
    listing = services.propose_listing(
        kind, named, decision, department=department, actor=clerk, key=key, today=proposed_on
    )
    if state == "proposed":
        return
    how = "直接送达" if kind.code == BLACK else "门户网站公示"
    services.notify_subject(listing, actor=clerk, how=how, on=proposed_on, today=proposed_on)
    if state in ("stated", "refused"):
        text = "已经停止经营并补办许可，请从轻处理（演示数据）。"
        services.note_statement(listing, actor=clerk, text=text, on=day["told"], today=day["told"])
    if state == "refused":
        services.refuse_listing(listing, actor=lead, reason="情节轻微并及时改正（演示数据）。", today=day["now"])
    if state in ("entered", "exited"):
        services.enter_listing(listing, actor=lead, reason="事实清楚，符合认定标准（演示数据）。", today=day["now"])
    if state == "exited":
        reason = "已经履行义务、消除影响（演示数据）。"
        services.exit_listing(listing, actor=lead, kind="conditions", reason=reason, today=today)
