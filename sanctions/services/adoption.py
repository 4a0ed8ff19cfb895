"""Lists kept elsewhere: what departments report as records, what the nation and other provinces push (F043).

It comes in as what it is. Nothing here is proposed, notified or decided: others have done that, and answer for it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import Department
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from records import services as records
from records.errors import Refused
from records.identity import InvalidIdentifier
from records.models import Subject
from sanctions import bulk, workflow
from sanctions.models import Listing, ListKind, Origin, Tone
from sanctions.services import joint
from sanctions.services.listings import leave, save_once
from sanctions.workflow import ExitKind

SLICE = 500


def adopt_records(*, today: date) -> int:
    """Enter every record of a list that a department has reported and nobody has listed yet; how many are new.

    In slices, each a transaction with its joint action; two at once share the work, and the second time adds nothing.
    """
    adopted = 0
    while True:
        with transaction.atomic():
            made = bulk.adopt_records(today=today, size=SLICE)
            targets = [audit.Target(Listing._meta.label, str(pk), label) for pk, label in made]
            audit.record_many(Action.LISTING_ADOPTED, targets, business_on=today)
            joint.open_actions([pk for pk, _ in made], today=today)
        adopted += len(made)
        if not made:
            return adopted


@dataclass(frozen=True, slots=True)
class Inbound:
    """A row of somebody else's list. `removed_on` says that the subject has left it."""

    ref: str
    list_code: str
    kind: str
    name: str
    number: str
    number_kind: str
    document_no: str
    decided_on: date
    authority: str
    facts: str
    until: date | None
    removed_on: date | None

    @classmethod
    def read(cls, row: Mapping[str, str]) -> "Inbound":
        """Raises Refused (row_unreadable)."""
        try:
            return cls(
                ref=_text(row, "ref"),
                list_code=_text(row, "list"),
                kind=SubjectKind(_text(row, "kind")).value,
                name=_text(row, "name"),
                number=_text(row, "number"),
                number_kind=str(row.get("number_kind") or "身份证"),
                document_no=_text(row, "document_no"),
                decided_on=date.fromisoformat(_text(row, "decided_on")),
                authority=_text(row, "authority"),
                facts=_text(row, "facts"),
                until=_day(row, "until"),
                removed_on=_day(row, "removed_on"),
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise Refused(
                f"这一行缺少必需的内容，或者格式不对（{type(error).__name__}）。", code="row_unreadable"
            ) from error


def _text(row: Mapping[str, str], name: str) -> str:
    text = str(row[name]).strip()
    if not text:
        raise ValueError(name)
    return text


def _day(row: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(str(row[name])) if row.get(name) else None


def accept_inbound(
    source: Origin, rows: Iterable[Mapping[str, str]], *, department: Department, today: date
) -> Counter[str]:
    """Take in rows of the national platform's or another province's lists; how many by what became of them.

    Each row by itself: `entered`, `removed`, `known`, or the code of why not (list_unknown, subject_kind_not_listed,
    subject_is_minor, term_is_over, row_unreadable, listed_already, and the codes of a number). A row is never
    published as a record of ours; `department` keeps it, and only counters and the whole province see it.
    """
    if source not in (Origin.NATIONAL, Origin.PROVINCE):
        raise ValueError(source)
    counts: Counter[str] = Counter()
    for row in rows:
        try:
            with transaction.atomic():
                counts[_accept(source, Inbound.read(row), department, today)] += 1
        except Refused as refusal:
            counts[refusal.code] += 1
        except InvalidIdentifier as invalid:
            counts[invalid.code] += 1
    with transaction.atomic():
        audit.record(Action.INBOUND_ACCEPTED, department, business_on=today, detail={"origin": source.value, **counts})
    return counts


def _accept(source: Origin, row: Inbound, department: Department, today: date) -> str:
    known = Listing.objects.select_for_update().filter(origin=source, origin_ref=row.ref).first()
    if known is not None:
        return _remove(known, row, today) if row.removed_on and known.state == workflow.ENTERED else "known"
    if row.removed_on:
        return "known"  # never came in, so there is nobody to take off
    kind = _kind_of(row, today)
    known_by = records.know_subject(kind=row.kind, name=row.name, number=row.number, number_kind=row.number_kind)
    subject = known_by.subject
    _require_of_age(kind, subject, row)
    listing = Listing(
        kind=kind, list_code=kind.code, tone=kind.tone, department=department, origin=source, origin_ref=row.ref,
        subject=subject, subject_kind=row.kind, subject_name=row.name, identifier_kind=known_by.kind,
        lookup=known_by.lookup, cipher=known_by.cipher, document_no=row.document_no, decided_on=row.decided_on,
        stated_until=row.until, authority=row.authority, facts=row.facts, state=workflow.ENTERED,
        proposed_on=row.decided_on, entered_on=row.decided_on, ends_on=row.until,
    )  # fmt: skip
    save_once(listing)
    audit.record(Action.LISTING_ADOPTED, listing, business_on=today, detail={"origin": str(source.value)})
    joint.open_actions([listing.pk], today=today)
    return "entered"


def _kind_of(row: Inbound, today: date) -> ListKind:
    kind = ListKind.objects.in_force(on=today).filter(code=row.list_code).first()
    if kind is None:
        raise Refused(f"这里没有名单“{row.list_code}”。", code="list_unknown")
    faults = (
        (row.kind not in kind.subject_kinds, "subject_kind_not_listed", f"“{kind}”没有列入这类主体的法律依据。"),
        (row.decided_on > today, "decided_in_future", "决定日期晚于今天。"),
        (row.until is not None and row.until < today, "term_is_over", "期限已经届满。"),
    )
    for is_wrong, code, sentence in faults:
        if is_wrong:
            raise Refused(sentence, code=code)
    return kind


def _require_of_age(kind: ListKind, subject: Subject, row: Inbound) -> None:
    """Nobody not known to have been of age is on a list that takes something away (98号二（四）)."""
    is_known_adult = subject.adult_on is not None and subject.adult_on <= row.decided_on
    if row.kind == SubjectKind.PERSON and kind.tone in (Tone.BLACK, Tone.WATCH) and not is_known_adult:
        raise Refused("不能确认当事人在决定之日已满 18 周岁。", code="subject_is_minor")


def _remove(listing: Listing, row: Inbound, today: date) -> str:
    """Whoever listed the subject has taken it off."""
    on = min(row.removed_on or today, today)
    leave(listing, actor=None, kind=ExitKind.REVOKED, reason="列入机关已移出", today=on)
    return "removed"
