"""For tests in which transactions really commit: a task to act on, and a way to leave no list or memorandum behind."""

from django.db import connection
from django.utils import timezone

from accounts.models import Department, Role
from sanctions.models import JointAction, Listing, MeasureTask, Tone
from tests import factories
from tests.sanctions.conftest import FIRM, LATER, basis, make_kind, make_memorandum

ALWAYS = {
    "sanctions_memorandum": ("memorandum_locked",),
    "sanctions_measure": ("measure_locked",),
    "sanctions_signatory": (),
    "sanctions_listing": ("sanctions_listing_kept", "listing_minors"),
}


def committed_task(market: Department) -> MeasureTask:
    """A task in a database that keeps it; `forget_rules` takes its list and memorandum away."""
    record = factories.register(factories.penalty(market), factories.make_user("reporter", Role.CLERK, market))
    kind = make_kind("T-WATCH", tone=Tone.WATCH, persons_basis=None, subject_kinds=["organisation"])
    memorandum = make_memorandum("T-COMMITTED", lists=("T-WATCH",), measures=[{"line": "SJJ", "legal_basis": basis()}])
    listing = Listing.objects.create(
        kind=kind, list_code=kind.code, tone=kind.tone, department=market, origin="reported", subject=record.subject,
        subject_kind="organisation", subject_name=FIRM.name, identifier_kind="uscc", lookup=FIRM.number,
        document_no="云示列〔2026〕1号", decided_on=LATER, authority=market.name, facts="示例", state="entered",
        proposed_on=LATER, entered_on=LATER, decided_at=timezone.now(),
    )  # fmt: skip
    action = JointAction.objects.create(listing=listing, memorandum=memorandum, opened_on=LATER)
    return MeasureTask.objects.create(
        action=action, measure=memorandum.measures.get(), department=market, subject=record.subject, issued_on=LATER,
        due_on=LATER,
    )  # fmt: skip


def forget_rules() -> None:
    """Take away the lists and memoranda a committed test made, with what hangs on them."""
    with connection.cursor() as cursor:
        for table in ALWAYS:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE sanctions_measuretask, sanctions_jointaction, sanctions_listing CASCADE")
        cursor.execute("DELETE FROM sanctions_listkind WHERE source = '测试'")
        for table in ("signatory", "measure"):
            cursor.execute(
                f"DELETE FROM sanctions_{table} WHERE memorandum_id IN "
                "(SELECT id FROM sanctions_memorandum WHERE source = '测试')"
            )
        cursor.execute("DELETE FROM sanctions_memorandum WHERE source = '测试'")
        cursor.execute("DELETE FROM sanctions_conductclass WHERE code = 'T101'")
        for table in ALWAYS:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            for trigger in ALWAYS[table]:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
