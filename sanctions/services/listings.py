"""Verbs on listings: propose, notify, hear, decide, suspend, resume, exit (33号（十九）（二十二）).

Who proposes never decides; nobody is entered before having been told why and having had time to answer.
"""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Department, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import InformationItem, SubjectKind
from deadlines import policy as terms
from deadlines.models import TimeLimit
from deadlines.services import load_calendar
from records import crypto
from records import services as records
from records.errors import Refused, RightMissing, RowRefused
from records.identity import InvalidIdentifier, adult_on, check_person_id, check_uscc
from records.models import Identifier, IdentifierKind, Record
from records.problems import problem
from records.services.batches import require_right
from records.workflow import ENDED, RECORD_OPEN, UNREPORTED, TransitionRefused
from sanctions import workflow
from sanctions.models import ConductClass, Listing, ListKind, Origin, Tone
from sanctions.policy import YEARS_WITHOUT_ADVERSE
from sanctions.publishing import values_of
from sanctions.querysets import adverse_of
from sanctions.responsible import Responsible, read_responsible
from sanctions.services import joint
from sanctions.workflow import ExitKind

STATEMENT, PUBLIC_NOTICE = "listing.statement", "listing.public_notice"


@dataclass(frozen=True, slots=True)
class Named:
    """A subject as it was typed. `number_kind` is the Chinese name of a person's document."""

    kind: str
    name: str
    number: str
    number_kind: str = "身份证"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a listing rests on: document, date, authority, facts, class of conduct, the term it states, who is named."""

    document_no: str
    decided_on: date
    authority: str
    facts: str
    conduct: ConductClass | None = None
    until: date | None = None
    responsible: tuple[Responsible, ...] = ()


@transaction.atomic
def propose_listing(
    kind: ListKind,
    named: Named,
    decision: Decision,
    *,
    department: Department,
    actor: User,
    key: uuid.UUID,
    today: date,
) -> Listing:
    """Propose a subject for a list. The same key gives the listing already made.

    Raises RightMissing, Refused: listed_already, and what check_proposal raises.
    """
    require_right(actor, "report", department)
    if sent := Listing.objects.filter(key=key).first():
        return sent
    id_kind, lookup, cipher = check_proposal(kind, named, decision, department=department, today=today)
    listing = Listing(
        kind=kind, list_code=kind.code, tone=kind.tone, department=department, origin=Origin.PLATFORM,
        subject_kind=named.kind, subject_name=named.name.strip(), identifier_kind=id_kind, lookup=lookup, cipher=cipher,
        document_no=decision.document_no, decided_on=decision.decided_on, authority=decision.authority,
        stated_until=decision.until, facts=decision.facts, conduct=decision.conduct, key=key, proposed_by=actor,
        proposed_on=today, responsible=_responsible(kind, named, decision, today),
    )  # fmt: skip
    save_once(listing)
    audit.record(Action.LISTING_PROPOSED, listing, actor=actor, business_on=today, detail={"list": kind.code})
    return listing


def check_proposal(
    kind: ListKind, named: Named, decision: Decision, *, department: Department, today: date
) -> tuple[str, str, str]:
    """Whether the law lets this department propose this; kind, lookup and ciphertext of the number. Writes nothing.

    Raises Refused: list_not_in_force, list_is_reported, department_does_not_keep_list, subject_kind_not_listed,
    name_missing, document_missing, decided_in_future, conduct_missing, until_missing, until_before_decision,
    subject_is_minor, the code of a number, and what read_responsible raises.
    """
    _require_lawful(kind, named, decision, department, today)
    identified = _identify(named, decision)
    _responsible(kind, named, decision, today)
    return identified


def _responsible(kind: ListKind, named: Named, decision: Decision, today: date) -> list[dict]:
    """Persons responsible stand on lists of what was done wrong only (33号（十四）)."""
    item = None
    if kind.tone in (Tone.BLACK, Tone.WATCH):
        item = InformationItem.objects.in_force(on=today).filter(code=kind.item_code).first()
    return read_responsible(decision.responsible, item, subject_kind=named.kind, decided_on=decision.decided_on)


def save_once(listing: Listing, *, is_new: bool = True) -> None:
    """Keep a listing, unless the same fact is on the list already. Raises Refused (listed_already)."""
    try:
        with transaction.atomic():
            listing.save(force_insert=is_new)
    except IntegrityError as error:
        if "a_fact_is_listed_once" not in str(error):
            raise
        raise Refused(
            f"同一主体已经因为文书“{listing.document_no}”列入或者拟列入“{listing.kind}”。", code="listed_already"
        ) from error


def _require_lawful(kind: ListKind, named: Named, decision: Decision, department: Department, today: date) -> None:
    faults = (
        (not ListKind.objects.in_force(on=today).filter(pk=kind.pk).exists(),
         "list_not_in_force", f"“{kind}”不在有效期内，不能列入。"),
        (kind.is_reported,
         "list_is_reported", f"“{kind}”只收认定机关报送的记录，不能在这里提名。请报送“{kind.item_code}”。"),
        (department.line not in kind.lines,
         "department_does_not_keep_list", f"{department}不是“{kind}”的认定机关。"),
        (named.kind not in kind.subject_kinds,
         "subject_kind_not_listed",
         f"“{kind}”没有列入{SubjectKind(named.kind).label}的法律依据，不能列入。"),
        (not named.name.strip(), "name_missing", "请填写主体名称或者姓名。"),
        (not decision.document_no.strip() or not decision.facts.strip(),
         "document_missing", "请写明认定文书的文号和列入事由，没有决定文书的不能列入名单。"),
        (decision.decided_on > today, "decided_in_future", "决定日期晚于今天，请核对决定文书。"),
        (bool(kind.conduct_codes) and decision.conduct is None,
         "conduct_missing", "请选择该名单规定的失信行为类别（国发〔2016〕33号（九））。"),
        (decision.conduct is not None and decision.conduct.code not in kind.conduct_codes,
         "conduct_missing", f"“{kind}”不针对这类行为，请重新选择行为类别。"),
        (kind.term_stated and decision.until is None,
         "until_missing", f"列入“{kind}”的期限由决定文书写明，请填写期限至哪一天。"),
        (decision.until is not None and decision.until <= decision.decided_on,
         "until_before_decision", "文书写明的期限不晚于决定日期，请核对。"),
    )  # fmt: skip
    for is_wrong, code, sentence in faults:
        if is_wrong:
            raise Refused(sentence, code=code)


def _identify(named: Named, decision: Decision) -> tuple[str, str, str]:
    """Kind, lookup and ciphertext of the number. Raises Refused with the code of what is wrong with it."""
    try:
        if named.kind != SubjectKind.PERSON:
            return IdentifierKind.USCC.value, check_uscc(named.number), ""
        person = check_person_id(named.number_kind, named.number)
    except InvalidIdentifier as error:
        name = "证件号码" if named.kind == SubjectKind.PERSON else "统一社会信用代码"
        wrong = problem(
            error.code, name=name, value=named.number, secret=named.kind == SubjectKind.PERSON, **error.details
        )
        raise Refused(wrong.reason + wrong.advice.replace("后重新报送", ""), code=error.code) from error
    if person.born_on and decision.decided_on < adult_on(person.born_on):
        raise Refused("当事人在决定之日未满 18 周岁，不得列入名单。", code="subject_is_minor")
    return person.kind, crypto.blind_index(person.kind, person.number), crypto.seal_text(person.number)


@transaction.atomic
def notify_subject(listing: Listing, *, actor: User, how: str, on: date, today: date) -> Listing:
    """The subject has been told facts, reasons and remedies; from that day its time to answer runs.

    For a red list: the candidate stands in public notice, having no adverse record. Raises Refused: notice_missing,
    notice_in_future, notice_before_decision, adverse_record_held.
    """
    listing = _locked(listing)
    require_right(actor, "report", listing.department)
    listing.state = workflow.next_state(listing.state, "notify")
    if not how.strip():
        raise Refused("请写明告知书的送达方式，或者公示的网址。", code="notice_missing")
    if on > today:
        raise Refused("送达日期晚于今天。", code="notice_in_future")
    if on < listing.decided_on:
        raise Refused("送达日期早于决定日期。", code="notice_before_decision")
    if listing.tone == Tone.RED:
        _require_clean(listing, today)
    listing.notified_on, listing.notified_how = on, how
    key = PUBLIC_NOTICE if listing.tone == Tone.RED else STATEMENT
    limit = TimeLimit.objects.in_force(key, on=on)
    listing.statement_until = terms.due_on(on, limit.as_term(), load_calendar()).due_on
    listing.save()
    audit.record(Action.LISTING_NOTIFIED, listing, actor=actor, business_on=on,
                 detail={"statement_until": listing.statement_until.isoformat()})  # fmt: skip
    return listing


def _require_clean(listing: Listing, today: date) -> None:
    """33号（三）（四）: nobody is held up as an example who has been adverse in the last years."""
    owner = Identifier.objects.filter(kind=listing.identifier_kind, lookup=listing.lookup).first()
    if owner and adverse_since(owner.subject_id, today=today).exists():
        raise Refused(
            f"该主体近 {YEARS_WITHOUT_ADVERSE} 年内有失信记录，不能列入守信名单。请在记录中核对。",
            code="adverse_record_held",
        )


def adverse_since(subject_id: int, *, today: date):
    """Official adverse records of a subject decided within the last three years that were not taken back."""
    return adverse_of([subject_id], on=today)


@transaction.atomic
def note_statement(listing: Listing, *, actor: User, text: str, on: date, today: date) -> Listing:
    """Write down what the subject answered. Raises Refused (statement_missing), RightMissing, TransitionRefused."""
    listing = _locked(listing)
    require_right(actor, "report", listing.department)
    listing.state = workflow.next_state(listing.state, "state")
    if not text.strip() or on > today:
        raise Refused("请填写陈述申辩的内容和日期，日期不晚于今天。", code="statement_missing")
    listing.statement, listing.stated_on = text, on
    listing.save()
    audit.record(Action.LISTING_STATED, listing, actor=actor, business_on=on)
    return listing


@transaction.atomic
def enter_listing(listing: Listing, *, actor: User, reason: str, today: date) -> Listing:
    """Decide that the subject is listed: the record is published and joint action begins, in the same moment.

    Raises RightMissing (also for who proposed), Refused: reason_required, statement_period_runs, subject_is_minor,
    adverse_record_held, term_is_over, not_publishable (with what the record lacks), TransitionRefused.
    """
    listing = _to_decide(listing, actor, "enter", reason)
    if today <= (listing.statement_until or today) and listing.state == workflow.NOTIFIED:
        raise Refused(
            f"陈述申辩（公示）期至 {listing.statement_until}，期满以前不能决定列入。", code="statement_period_runs"
        )
    if listing.tone == Tone.RED:
        _require_clean(listing, today)
    listing.state = workflow.next_state(listing.state, "enter")
    listing.entered_on = today
    listing.ends_on = _ends_on(listing, today)
    if listing.ends_on and listing.ends_on < today:
        raise Refused(f"决定文书写明的期限已于 {listing.ends_on} 届满，不能再列入。", code="term_is_over")
    listing.record = _publish(listing, actor, today)
    listing.subject_id = listing.record.subject_id
    _decided(listing, actor, reason)
    audit.record(Action.LISTING_ENTERED, listing, actor=actor, reason=reason, business_on=today)
    joint.open_actions([listing.pk], today=today)
    return listing


def _ends_on(listing: Listing, entered_on: date) -> date | None:
    """The last day on the list: what the decision states, never longer than the rule of the list allows."""
    months = listing.kind.term_months
    longest = terms.last_day(entered_on, terms.Term(months, terms.Unit.MONTH)) if months else None
    return min((day for day in (listing.stated_until, longest) if day), default=None)


def _publish(listing: Listing, actor: User, today: date) -> Record:
    item = InformationItem.objects.in_force(on=today).filter(code=listing.kind.item_code).first()
    if item is None:
        raise Refused(f"“{listing.kind}”所对应的目录项没有生效，不能列入。", code="item_not_in_force")
    try:
        return records.register_record(
            item=item, department=listing.department, values=values_of(listing, item), actor=actor, today=today,
            idempotency_key=f"listing:{listing.public_id}",
        )  # fmt: skip
    except RowRefused as refusal:
        found = refusal.problems[0]
        code = found.code if found.code == "subject_is_minor" else "not_publishable"
        raise Refused(f"名单条目不能公示：{found.reason}{found.advice}", code=code) from refusal


@transaction.atomic
def refuse_listing(listing: Listing, *, actor: User, reason: str, today: date) -> Listing:
    """Decide that the subject is not listed."""
    listing = _to_decide(listing, actor, "refuse", reason)
    listing.state = workflow.next_state(listing.state, "refuse")
    _decided(listing, actor, reason)
    audit.record(Action.LISTING_REFUSED, listing, actor=actor, reason=reason, business_on=today)
    return listing


@transaction.atomic
def drop_listing(listing: Listing, *, actor: User, reason: str, today: date) -> Listing:
    """Take a proposal back."""
    listing = _locked(listing)
    require_right(actor, "report", listing.department)
    listing.state = workflow.next_state(listing.state, "drop")
    listing.decision_reason = reason
    listing.save()
    audit.record(Action.LISTING_DROPPED, listing, actor=actor, reason=reason, business_on=today)
    return listing


def _to_decide(listing: Listing, actor: User, action: str, reason: str) -> Listing:
    listing = _locked(listing)
    require_right(actor, "correct", listing.department)
    workflow.next_state(listing.state, action)
    if actor.pk == listing.proposed_by_id:
        raise RightMissing("提名人不能决定自己提名的条目。")
    if not reason.strip():
        raise Refused("请写明决定的理由。", code="reason_required")
    return listing


def _decided(listing: Listing, actor: User, reason: str) -> None:
    listing.decided_by, listing.decided_at, listing.decision_reason = actor, timezone.now(), reason
    listing.save()


@transaction.atomic
def suspend_listing(listing: Listing, *, actor: User, reason: str, today: date) -> Listing:
    """From this moment no measure is carried out (33号（二十二）: 核实期间暂不执行), and the record says why.

    The door for objections and repair; who may is theirs to see to. Doing it twice changes nothing.
    """
    listing = _locked(listing)
    if listing.state != workflow.ENTERED:
        raise TransitionRefused(listing.state, "suspend")
    if listing.suspended_at is None:
        if not reason.strip():
            raise Refused("请写明暂不执行的原因。", code="reason_required")
        listing.suspended_at, listing.suspended_reason = timezone.now(), reason
        listing.save()
        if listing.record and listing.record.state == "current":
            records.dispute_record(listing.record, actor=actor, reason=reason, today=today)
        audit.record(Action.LISTING_SUSPENDED, listing, actor=actor, reason=reason, business_on=today)
    return listing


@transaction.atomic
def resume_listing(listing: Listing, *, actor: User, reason: str, today: date) -> Listing:
    """The verification has found nothing wrong: measures are carried out again. Doing it twice changes nothing."""
    listing = _locked(listing)
    if listing.state != workflow.ENTERED:
        raise TransitionRefused(listing.state, "resume")
    if listing.suspended_at is not None:
        listing.suspended_at, listing.suspended_reason = None, ""
        listing.save()
        if listing.record and listing.record.state == "disputed":
            records.settle_record(listing.record, actor=actor, reason=reason, today=today)
        audit.record(Action.LISTING_RESUMED, listing, actor=actor, reason=reason, business_on=today)
    return listing


@transaction.atomic
def note_review(listing: Listing, *, actor: User, case_no: str, since: date | None) -> Listing:
    """A reconsideration or lawsuit about the decision has begun (`since`), or is over (None); everybody sees it."""
    listing = _locked(listing)
    require_right(actor, "report", listing.department)
    if since and not case_no.strip():
        raise Refused("请填写复议或者诉讼的案号。", code="case_number_missing")
    listing.under_review_since, listing.review_no = since, case_no
    listing.save()
    audit.record(Action.LISTING_REVIEWED, listing, actor=actor, reason=case_no, business_on=since)
    return listing


@transaction.atomic
def exit_listing(listing: Listing, *, actor: User, kind: str, reason: str, today: date) -> Listing:
    """Take a subject off a list: display ends, measures are lifted, releases are ordered, in the same moment."""
    listing = _locked(listing)
    require_right(actor, "correct", listing.department)
    if not reason.strip():
        raise Refused("请写明移出的理由。", code="reason_required")
    return leave(listing, actor=actor, kind=kind, reason=reason, today=today)


def leave(listing: Listing, *, actor: User | None, kind: str, reason: str, today: date) -> Listing:
    """The exit itself, inside the transaction of a verb that has locked the listing and seen to who may."""
    listing.state = workflow.next_state(listing.state, "exit")
    listing.exited_on, listing.exit_kind, listing.exit_reason, listing.exited_by = today, kind, reason, actor
    listing.suspended_at, listing.suspended_reason = None, ""
    listing.save()
    if listing.record and listing.record.state == UNREPORTED:
        # Taken back with its batch, it is as if it had not been reported: the next report may be listed anew.
        listing.record = None
        listing.save(update_fields=["record"])
    elif listing.record and listing.record.state in RECORD_OPEN:
        records.end_record(listing.record, actor=actor, reason=reason, today=today)
    joint.lift_actions(listing, today=today)
    audit.record(Action.LISTING_EXITED, listing, actor=actor, reason=reason, business_on=today, detail={"kind": kind})
    return listing


@transaction.atomic
def reenter_listing(listing: Listing, *, actor: User, reason: str, today: date) -> Listing:
    """Undo the exit that a false repair had brought about, for the rest of the term that was decided.

    The record is shown again, measures are ordered anew, releases nobody has answered are dropped, in the same moment.
    The door for repair; who may is theirs to see to. Raises TransitionRefused, Refused: reason_required,
    not_left_by_repair, term_is_over, listed_already (proposed and listed anew meanwhile).
    """
    listing = _locked(listing)
    listing.state = workflow.next_state(listing.state, "reenter")
    if not reason.strip():
        raise Refused("请写明重新列入的理由。", code="reason_required")
    if listing.exit_kind != ExitKind.REPAIRED:
        raise Refused("这个主体不是因为信用修复移出的，不能重新列入。", code="not_left_by_repair")
    if listing.ends_on is not None and listing.ends_on < today:
        raise Refused(f"列入的期限已于 {listing.ends_on} 届满，不能重新列入。", code="term_is_over")
    if listing.record and listing.record.state == ENDED:
        listing.record = records.restore_record(listing.record, actor=actor, reason=reason, today=today)
    listing.exited_on, listing.exit_kind, listing.exit_reason, listing.exited_by = None, "", "", None
    listing.reentered_on = today
    save_once(listing, is_new=False)
    audit.record(Action.LISTING_REENTERED, listing, actor=actor, reason=reason, business_on=today)
    joint.drop_releases(listing, today=today)
    joint.open_actions([listing.pk], today=today)
    return listing


def close_ended(*, today: date) -> int:
    """Write down the exits that have come about: the term is over, or the record it rests on is. They count already."""
    closed = 0
    for pk in Listing.objects.ended(on=today).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            listing = (
                Listing.objects.ended(on=today).select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            )
            if listing is None:
                continue
            is_term = listing.ends_on is not None and listing.ends_on < today
            kind = ExitKind.TERM if is_term else ExitKind.RECORD_ENDED
            on = listing.ends_on if is_term else today
            leave(listing, actor=None, kind=kind, reason=kind.label, today=on)
            closed += 1
    return closed


def review_red_lists(*, today: date) -> int:
    """Take off the red lists whoever has become adverse since (33号（三）（十九）). Returns how many have left."""
    left = 0
    for pk in Listing.objects.contradicted(on=today).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            found = Listing.objects.contradicted(on=today).filter(pk=pk)
            listing = found.select_for_update(of=("self",), skip_locked=True).first()
            if listing is None:
                continue
            kind = ExitKind.ADVERSE
            leave(listing, actor=None, kind=kind, reason=kind.label, today=today)
            left += 1
    return left


def _locked(listing: Listing) -> Listing:
    return (
        Listing.objects.select_for_update(of=("self",))
        .select_related("kind", "department", "record")
        .get(pk=listing.pk)
    )
