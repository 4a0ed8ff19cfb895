"""Verbs of the check every counter makes (33号（十八）: 应查必查): one subject, a list of names, the cases of a month.

What is told, the line that somebody read it, and the receipt are one transaction: without the line there is no answer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import DEPARTMENT_ROLES, Department, User
from audit import services as audit
from audit.actions import Action
from audit.models import Basis
from catalogue.models import SubjectKind
from records import crypto
from records.errors import IdempotencyConflict, Refused, RightMissing
from records.models import Subject
from records.services.readings import Reader, note_readings
from records.services.special import Sought
from sanctions import bulk, checking, receipts
from sanctions.checking import Answer, Identified
from sanctions.models import Channel, Check, Matter, MatterCases, ReviewOpinion

# Names of what a check may show of a person.
FIELDS = ("legal_name", "listing", "measure")
ROWS_AT_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Desk:
    """Where it is asked: the counter of a department, for a matter, on a day."""

    department: Department
    actor: User
    matter: Matter
    today: date
    channel: str
    consent_no: str


def check_subject(
    sought: Sought,
    matter: Matter,
    *,
    department: Department,
    actor: User,
    channel: str,
    today: date,
    consent_no: str = "",
    matter_no: str = "",
    key: str = "",
) -> Check:
    """Ask what a counter has to do about one subject before a matter, and keep the receipt.

    The same `key` of a department gives the receipt already issued. Raises RightMissing, IdempotencyConflict, Refused:
    matter_unknown, name_missing, subject_kind_unknown, consent_missing, and the code of a wrong number; nothing is
    counted then. An unknown subject, a minor, another name are answers: they are counted.
    """
    require_counter(actor, department)
    asked = admit(sought, matter, consent_no, today)
    digest = crypto.keyed_digest("\x00".join((matter.code, *asked.key, asked.name, consent_no, matter_no)).encode())
    at = Desk(department, actor, matter, today, channel, consent_no)
    about = {"matter_no": matter_no, "key": key, "request_digest": digest.hex() if key else ""}
    if key and (issued := _issued(department, actor, key, digest.hex())):
        return issued
    try:
        with transaction.atomic():
            return _issue(asked, about, at)
    except IntegrityError as error:
        if "check_key_once_a_department" not in str(error):
            raise
        # The same request came in twice at the same moment: one has won.
        return _issued(department, actor, key, digest.hex())


def require_counter(actor: User, department: Department) -> None:
    """Who works in the department may ask for it, whatever their role there."""
    if not actor.is_active or actor.department_id != department.pk or actor.role not in DEPARTMENT_ROLES:
        raise RightMissing("您不是该部门的工作人员，不能代表该部门核验。")


def admit(sought: Sought, matter: Matter, consent_no: str, today: date) -> Identified:
    if not matter.is_active:
        raise Refused(f"“{matter}”已经停用，请选择现行的事项。", code="matter_unknown")
    asked = checking.identify(sought, today=today)
    if asked.is_person and matter.needs_consent and not consent_no.strip():
        raise Refused(f"办理“{matter}”查询自然人，须填写本人授权书的编号。", code="consent_missing")
    return asked


@transaction.atomic
def _issued(department: Department, actor: User, key: str, digest: str) -> Check | None:
    """The receipt issued under a key. It is shown again, so it is read again."""
    check = Check.objects.select_related("matter", "subject").filter(department=department, key=key).first()
    if check is None:
        return None
    if check.request_digest != digest:
        raise IdempotencyConflict("该 Idempotency-Key 已用于另一次核验。")
    read_check(check, reader=Reader(actor))
    return check


def read_check(check: Check, *, reader: Reader) -> None:
    """Leave the line that a stored answer about a person is shown. Call in the transaction that shows it.

    Raises PurposeMissing for a province-wide reader who has not said what for.
    """
    if check.subject is None or check.subject.kind != SubjectKind.PERSON:
        return
    if reader.basis == Basis.PROVINCE:
        note_readings(Action.SUBJECT_CHECKED, [check.subject], reader=reader, fields=FIELDS)
    else:
        _note_readings([check.subject], check.matter, reader.user, check.consent_no)


def _note_readings(persons: Sequence[Subject], matter: Matter, actor: User, consent_no: str) -> None:
    audit.record_readings(
        Action.SUBJECT_CHECKED, persons, actor=actor, basis=Basis.CONSENT if consent_no else Basis.MATTER,
        purpose=f"办理“{matter}”", fields=FIELDS, detail={"matter": matter.code},
    )  # fmt: skip


def _issue(asked: Identified, about: Mapping[str, object], at: Desk) -> Check:
    answers = checking.answer([asked], at.matter, today=at.today)
    _note_readings([told.subject for told in answers if told.reads_a_person], at.matter, at.actor, at.consent_no)
    [check] = _receipts(answers, [about], at, timezone.now())
    return bulk.keep_check(check)


def _receipts(
    answers: Sequence[Answer], about: Sequence[Mapping[str, object]], at: Desk, as_of: datetime
) -> list[Check]:
    """A receipt for each answer, to be kept in the transaction that has left the lines."""
    checks = []
    for told, given in zip(answers, about, strict=True):
        number = receipts.make_number(at.today, at.department.pk)
        body = told.as_json(at.matter, receipt_no=number, as_of=as_of)
        checks.append(
            Check(
                receipt_no=number, department=at.department, asked_by=at.actor, matter=at.matter, subject=told.subject,
                subject_kind=told.sought.kind, subject_name=told.sought.name, identifier_kind=told.sought.id_kind,
                lookup=told.sought.lookup, consent_no=at.consent_no, channel=at.channel, verdict=told.verdict,
                answer=body, answer_digest=receipts.digest_of(body), as_of=as_of, **given,
            )
        )  # fmt: skip
    return checks


@transaction.atomic
def review_names(
    rows: Sequence[tuple[int, Sought]],
    matter: Matter,
    *,
    department: Department,
    actor: User,
    today: date,
    file_name: str,
    consent_no: str,
    key: str,
    unread: Sequence[Mapping[str, object]] = (),
) -> ReviewOpinion:
    """Check a list of names for one matter and issue the opinion (21号五（一）). The same key gives the one issued.

    rows: row number as in the file, and the subject. A row that cannot be asked about is named in the opinion with its
    code and does not stop the others; `unread` are rows the file's reader could not take. Raises RightMissing, Refused:
    list_empty, list_too_long.
    """
    require_counter(actor, department)
    if made := ReviewOpinion.objects.filter(department=department, key=key).first():
        return made
    total = len(rows) + len(unread)
    if not rows:
        raise Refused("名单里没有可以审查的行。请用模板的表头：名称、号码，自然人另填证件类型。", code="list_empty")
    if total > ROWS_AT_MOST:
        raise Refused(f"一份名单至多 {ROWS_AT_MOST:,} 行，请分开上传。", code="list_too_long")
    asked, refused = [], list(unread)
    for row_no, sought in rows:
        try:
            asked.append((row_no, admit(sought, matter, consent_no, today)))
        except Refused as refusal:
            refused.append({"row": row_no, "code": refusal.code, "reason": refusal.message})
    at = Desk(department, actor, matter, today, Channel.BATCH, consent_no)
    return _opinion(asked, refused, at, {"file_name": file_name, "key": key})


def _opinion(asked, refused, at: Desk, given: Mapping[str, str]) -> ReviewOpinion:
    """Answers first, since the opinion counts them and every receipt names the opinion."""
    number = receipts.make_number(at.today, at.department.pk, prefix=receipts.OPINION)
    as_of = timezone.now()
    answers = checking.answer([each for _, each in asked], at.matter, today=at.today)
    counts = dict(Counter(str(told.verdict) for told in answers))
    rows = [[row_no, told.substance()] for (row_no, _), told in zip(asked, answers, strict=True)]
    opinion = ReviewOpinion.objects.create(
        number=number, department=at.department, made_by=at.actor, matter=at.matter, rows=len(asked) + len(refused),
        counts=counts, refused=refused, as_of=as_of, consent_no=at.consent_no,
        answer_digest=receipts.digest_of({"number": number, "rows": rows, "refused": refused}), **given,
    )  # fmt: skip
    _note_readings([told.subject for told in answers if told.reads_a_person], at.matter, at.actor, at.consent_no)
    receipts_of = _receipts(answers, [{"opinion": opinion, "row_no": row_no} for row_no, _ in asked], at, as_of)
    Check.objects.bulk_create(receipts_of, batch_size=500)
    audit.record(Action.OPINION_ISSUED, opinion, actor=at.actor, business_on=at.today,
                 detail={"matter": at.matter.code, "rows": opinion.rows, "counts": counts})  # fmt: skip
    return opinion


@transaction.atomic
def register_cases(
    matter: Matter, month: date, count: int, *, department: Department, actor: User, channel: str, source: str,
    today: date,
) -> MatterCases:  # fmt: skip
    """Say how many cases of a matter the department handled in a month; said again, the later figure stands.

    Raises RightMissing, Refused: matter_unknown, month_invalid, count_invalid.
    """
    require_counter(actor, department)
    if not matter.is_active:
        raise Refused(f"“{matter}”已经停用，请选择现行的事项。", code="matter_unknown")
    if month.day != 1 or month > today:
        raise Refused("月份应为已经开始的月份，写作 2026-11。", code="month_invalid")
    if not 0 <= count <= 10_000_000:
        raise Refused("办件量应为 0 或者正整数。", code="count_invalid")
    cases, _ = MatterCases.objects.update_or_create(
        department=department, matter=matter, month=month,
        defaults={"count": count, "channel": channel, "source": source, "entered_by": actor},
    )  # fmt: skip
    audit.record(Action.CASES_REGISTERED, cases, actor=actor, business_on=today,
                 detail={"matter": matter.code, "month": f"{month:%Y-%m}", "count": count})  # fmt: skip
    return cases
