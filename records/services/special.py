"""Verbs on 特殊查询: ask, decide, drop, lapse, read (国发〔2014〕21号四（五）).

Who asks never decides (GB/T 22239 8.1.5).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Department, Role, User
from audit import services as audit
from audit.actions import Action
from audit.models import Basis
from audit.sealing import require_fresh_seal
from catalogue.models import SubjectKind
from deadlines import policy
from deadlines.models import TimeLimit
from deadlines.services import load_calendar
from records import crypto, workflow
from records.errors import Refused, RightMissing
from records.identity import InvalidIdentifier, check_person_id, check_uscc
from records.models import Identifier, IdentifierKind, Record, SpecialQuery, Subject, Verification
from records.problems import problem
from records.services.batches import require_right

DECISION, WINDOW = "special_query.decision", "special_query.window"


@dataclass(frozen=True, slots=True)
class Sought:
    """The subject somebody asks about, as it was typed. `number_kind` is the Chinese name of a person's document."""

    kind: str
    name: str
    number: str
    number_kind: str = ""


@transaction.atomic
def request_special_query(
    *,
    department: Department,
    actor: User,
    sought: Sought,
    scope: str,
    purpose: str,
    legal_basis: str,
    case_no: str,
    days: int,
    today: date,
) -> SpecialQuery:
    """Ask to read what is held about one subject. Raises RightMissing, Refused (with the code of a wrong number)."""
    require_right(actor, "respond", department)
    longest = TimeLimit.objects.in_force(WINDOW, on=today).amount
    if not 1 <= days <= longest:
        raise Refused(f"查询天数应在 1 至 {longest} 日之间。", code="window_too_long")
    kind, lookup, cipher = _identifier(sought)
    limit = TimeLimit.objects.in_force(DECISION, on=today)
    query = SpecialQuery.objects.create(
        department=department,
        requested_by=actor,
        subject_kind=sought.kind,
        subject_name=sought.name,
        identifier_kind=kind,
        lookup=lookup,
        cipher=cipher,
        scope=scope,
        purpose=purpose,
        legal_basis=legal_basis,
        case_no=case_no,
        days=days,
        lapses_on=policy.due_on(today, limit.as_term(), load_calendar()).due_on,
    )
    audit.record(Action.QUERY_REQUESTED, query, actor=actor, business_on=today, detail={"scope": scope, "days": days})
    return query


def _identifier(sought: Sought) -> tuple[str, str, str]:
    try:
        if sought.kind != SubjectKind.PERSON:
            return IdentifierKind.USCC.value, check_uscc(sought.number), ""
        person = check_person_id(sought.number_kind, sought.number)
    except InvalidIdentifier as error:
        name = "证件号码" if sought.kind == SubjectKind.PERSON else "统一社会信用代码"
        wrong = problem(error.code, name=name, value=sought.number, secret=True, **error.details)
        raise Refused(wrong.reason + wrong.advice.replace("后重新报送", ""), code=error.code) from error
    return person.kind, crypto.blind_index(person.kind, person.number), crypto.seal_text(person.number)


@transaction.atomic
def grant_special_query(query: SpecialQuery, *, actor: User, reason: str, today: date) -> SpecialQuery:
    """Open the window from today. Raises RightMissing for anyone but a reviewer, and for who asked."""
    query = _to_decide(query, actor, "grant", today)
    query.open_from, query.open_until = today, today + timedelta(days=query.days - 1)
    return _decided(query, Action.QUERY_GRANTED, actor, reason, today)


@transaction.atomic
def deny_special_query(query: SpecialQuery, *, actor: User, reason: str, today: date) -> SpecialQuery:
    """Refuse, with the reason the department will read."""
    if not reason.strip():
        raise Refused("请写明不予准许的理由。", code="reason_required")
    return _decided(_to_decide(query, actor, "deny", today), Action.QUERY_DENIED, actor, reason, today)


def _to_decide(query: SpecialQuery, actor: User, action: str, today: date) -> SpecialQuery:
    query = SpecialQuery.objects.select_for_update().get(pk=query.pk)
    if actor.role != Role.REVIEWER or actor.pk == query.requested_by_id:
        raise RightMissing("特殊查询由平台审核员审核，申请人不能审核自己的申请。")
    if query.has_lapsed(today):
        raise workflow.TransitionRefused(workflow.LAPSED, action)
    query.state = workflow.next_state(query.state, action)
    return query


def _decided(query: SpecialQuery, action: Action, actor: User, reason: str, today: date) -> SpecialQuery:
    query.decided_by, query.decided_at, query.decision_reason = actor, timezone.now(), reason
    query.save()
    audit.record(action, query, actor=actor, reason=reason, business_on=today)
    return query


@transaction.atomic
def drop_special_query(query: SpecialQuery, *, actor: User, today: date) -> SpecialQuery:
    """Take an application back, or close an open window early."""
    query = SpecialQuery.objects.select_for_update().select_related("department").get(pk=query.pk)
    require_right(actor, "respond", query.department)
    query.state = workflow.next_state(query.state, "drop")
    query.save(update_fields=["state"])
    audit.record(Action.QUERY_DROPPED, query, actor=actor, business_on=today)
    return query


@transaction.atomic
def lapse_special_queries(*, today: date) -> int:
    """Close what nobody decided in time. They could not be granted any more anyway; this says so on the page."""
    overdue = list(SpecialQuery.objects.overdue(on=today).select_for_update(skip_locked=True))
    for query in overdue:
        query.state = workflow.next_state(query.state, "lapse")
        query.save(update_fields=["state"])
        audit.record(Action.QUERY_LAPSED, query, business_on=query.lapses_on, once=True)
    return len(overdue)


@transaction.atomic
def read_special_query(query: SpecialQuery, *, actor: User, today: date) -> tuple[Subject | None, list[Record]]:
    """The subject and every department's records about it, inside the window. No line in the trail, no data (T-15).

    Withdrawn records are left out: nobody may be judged by what was taken back. A person who is not verified is
    not answered about. Raises RightMissing, Refused.
    """
    query = SpecialQuery.objects.select_for_update().select_related("department").get(pk=query.pk)
    require_right(actor, "respond", query.department)
    if not query.is_open(today):
        raise Refused("查询期未开始或已经结束，不能查看。需要继续查询的，请重新申请。", code="window_closed")
    require_fresh_seal(timezone.now())
    found = Identifier.objects.filter(kind=query.identifier_kind, lookup=query.lookup).select_related("subject").first()
    records = []
    if found is not None:
        _require_verified(found.subject)
        held = Record.objects.open_to(actor).filter(subject=found.subject).exclude(state=workflow.WITHDRAWN)
        records = list(held.select_related("item", "department", "subject").order_by("-decided_on", "-pk"))
    audit.record(
        Action.QUERY_READ,
        query,
        actor=actor,
        business_on=today,
        detail={"scope": query.scope, "records": len(records)},
    )
    if found is not None and found.subject.kind == SubjectKind.PERSON:
        audit.record_readings(
            Action.SUBJECT_VIEWED,
            [found.subject],
            actor=actor,
            basis=Basis.GRANTED,
            purpose=query.purpose,
            fields=sorted({"legal_name", *(code for record in records for code in record.values)}),
            detail={"query": query.pk, "records": len(records)},
        )
    return (found.subject if found else None), records


def _require_verified(subject: Subject) -> None:
    """Nobody is answered about whose number and name were not found to belong together (98号三（一）)."""
    if subject.kind == SubjectKind.PERSON and subject.verification != Verification.VERIFIED:
        raise Refused(
            f"该自然人的身份{subject.get_verification_display()}，不能查询。公安人口库核验一致后可以查看。",
            code="identity_unverified",
        )
