"""What applicants do: ask, add what was missing, take back. A counter clerk does the same for them on paper."""

import uuid
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import DEPARTMENT_ROLES, Department, Role, User
from audit.actions import Action
from records import crypto
from records.errors import Refused, RightMissing
from records.models import Record, Subject
from records.workflow import ENDED, RECORD_OPEN, WITHDRAWN
from repair import policy, workflow
from repair.errors import NotYours
from repair.models import Applicant, Case, Channel, Evidence, Scan
from repair.services import clocks, effects, notices, rules
from repair.services.applicants import ACT, may_act_for, require_level, require_theirs
from repair.services.base import locked, note, require_reason, save
from repair.services.evidence import require_room
from repair.workflow import CaseKind
from sanctions.models import Listing, MeasureTask
from sanctions.workflow import ENTERED

PREFIX = {"repair": "XF", "objection": "YY", "correction": "GZ", "complaint": "TS", "review": "FY"}
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
LONGEST_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody asks for, as it was written.

    `contested`: [{"code", "label", "old", "claimed"}]; `way` only of repairs; `review_body`, `review_no` and
    `suspends` (by a reviewer) only of reviews; `department` only of complaints (whom it is about).
    """

    kind: str
    text: str
    record: Record | None = None
    listing: Listing | None = None
    task: MeasureTask | None = None
    department: Department | None = None
    way: str = ""
    contested: list[dict] = field(default_factory=list)
    has_committed: bool = False
    commitment: str = ""
    agent_name: str = ""
    agent_authority: str = ""
    review_body: str = ""
    review_no: str = ""
    suspends: bool = False


@transaction.atomic
def open_case(
    claim: Claim, *, by: User | Applicant, key: uuid.UUID, today: date, applicant: Applicant | None = None,
    evidence: list[Evidence] | None = None,
) -> Case:  # fmt: skip
    """Open a case; the same key gives the one already opened. `by` who acts: an applicant, or a member of staff.

    A clerk opens a repair, objection or complaint that came on paper (`applicant` may name whose it is), a correction
    of another department's record, or a review that somebody has told of. The check code is `check_code_of(case)`.

    Raises NotYours, RightMissing, Refused: claim_missing, target_missing, case_open_already, key_used,
    commitment_missing, record_withdrawn, record_ended, listing_not_in_force, statement_too_long, review_missing,
    own_record, the codes of policy.can_repair, calendar_ends, time_limit_missing.
    """
    if sent := Case.objects.filter(key=key).first():
        return _the_same(sent, by)
    record, listing = _about(claim)
    subject = _subject(claim, record, listing)
    _require_may(claim, by, subject, record, today)
    _require_sound(claim, record, listing, today)
    case = _new(claim, by, applicant, record, listing, subject, key, today)
    if sent := _insert_once(case):
        return _the_same(sent, by)
    _attach(evidence, case, by)
    note(case, "open", Action.REQUEST_OPENED, by=by, today=today, from_state="")
    if claim.kind == CaseKind.REVIEW and isinstance(by, User) and by.role == Role.REVIEWER:
        return _registered(case, by, today)
    clocks.start(case, policy.ACCEPTANCE[case.kind], on=today)
    case.save(update_fields=["due_on"])
    notices.tell(case, "opened", today=today)
    return case


def _new(
    claim: Claim, by: User | Applicant, applicant: Applicant | None, record: Record | None, listing: Listing | None,
    subject: Subject | None, key: uuid.UUID, today: date,
) -> Case:  # fmt: skip
    """The row, not saved yet. Only a reviewer says at once that a reconsideration or lawsuit suspends."""
    is_reviewer = isinstance(by, User) and by.role == Role.REVIEWER
    case = Case(
        kind=claim.kind, way=claim.way, record=record, listing=listing, task=claim.task, subject=subject,
        department=_department(claim, record, listing), contested=claim.contested, claim=claim.text.strip(),
        commitment_accepted_at=timezone.now() if claim.has_committed else None, commitment=claim.commitment,
        applicant=by if isinstance(by, Applicant) else applicant, on_paper=not isinstance(by, Applicant),
        agent_name=claim.agent_name, agent_authority=claim.agent_authority,
        opened_by=by if isinstance(by, User) else None, channel=_channel(claim, by),
        suspends=claim.kind in workflow.SUSPENDING
        or (claim.kind == CaseKind.REVIEW and claim.suspends and is_reviewer),
        review_body=claim.review_body, review_no=claim.review_no, submitted_on=today, key=key,
    )  # fmt: skip
    if claim.kind == CaseKind.REPAIR:
        case.rule_key = rules.can_repair(record, today=today, way=claim.way).rule_key
    case.number = _number(claim.kind, today)
    case.check_code_digest = crypto.blind_index("case.check", case.number + check_code_of(case))
    return case


def _registered(case: Case, by: User, today: date) -> Case:
    """A reconsideration or lawsuit a reviewer has seen the notice of: the authority that judges has accepted it."""
    case.state, case.accepted_on = workflow.next_state(case.state, "accept"), today
    save(case, "accept", Action.REQUEST_ACCEPTED, by=by, today=today, from_state=workflow.SUBMITTED)
    effects.suspend(case, actor=by, today=today)
    notices.tell(case, "accepted", today=today)
    return case


def check_code_of(case: Case) -> str:
    """The check code on the receipt, worked out from a secret of the platform: printed again, never guessed."""
    number = int(crypto.blind_index("case.check_code", case.public_id.hex), 16)
    letters = []
    for _ in range(CODE_LENGTH):
        number, letter = divmod(number, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)


def find_by_receipt(number: str, check_code: str) -> Case | None:
    """The case of a receipt, for who knows number and check code and has not signed in."""
    number, code = number.strip().upper(), check_code.strip().upper()
    return Case.objects.filter(number=number, check_code_digest=crypto.blind_index("case.check", number + code)).first()


def _the_same(case: Case, by: User | Applicant) -> Case:
    opened_by = case.applicant if isinstance(by, Applicant) else case.opened_by
    if opened_by != by:
        raise Refused("表单已经用于另一个申请，请重新填写。", code="key_used")
    return case


def _about(claim: Claim) -> tuple[Record | None, Listing | None]:
    """Record and listing: each names the other, so that what is about one is found from both."""
    record, listing = claim.record, claim.listing
    if claim.task is not None:
        listing = claim.task.action.listing
    if listing is not None and record is None:
        record = listing.record
    if record is not None and listing is None:
        listing = Listing.objects.filter(record=record).first()
    if record is not None:
        record = Record.objects.select_related("item", "subject", "department", "batch").get(pk=record.pk)
    return record, listing


def _subject(claim: Claim, record: Record | None, listing: Listing | None) -> Subject | None:
    if claim.task is not None:
        return claim.task.subject
    if record is not None:
        return record.subject
    return listing.subject if listing is not None else None


def _department(claim: Claim, record: Record | None, listing: Listing | None) -> Department:
    if claim.kind == CaseKind.COMPLAINT and claim.department is not None:
        return claim.department
    return listing.department if listing is not None else record.department


def _channel(claim: Claim, by: User | Applicant) -> str:
    if isinstance(by, Applicant):
        return Channel.PORTAL
    return Channel.DEPARTMENT if claim.kind == CaseKind.CORRECTION else Channel.COUNTER


def _require_may(
    claim: Claim, by: User | Applicant, subject: Subject | None, record: Record | None, today: date
) -> None:
    """An applicant acts for its own subject, or one that has given it power. A clerk for who came to the counter."""
    if isinstance(by, Applicant):
        if claim.kind == CaseKind.CORRECTION:
            raise RightMissing("更正告知由部门提出。")
        if subject is not None:
            if not may_act_for(by, subject, on=today):
                raise NotYours("没有找到这条信息。")
            require_level(by, subject, ACT)
        return
    if by.is_superuser or not by.is_active or by.role not in (*DEPARTMENT_ROLES, Role.REVIEWER):
        raise RightMissing("只有部门经办人、负责人和审核员可以登记申请。")
    if claim.kind == CaseKind.CORRECTION and record is not None and record.department_id == by.department_id:
        raise Refused("这是本部门的记录，请直接更正或者撤回。", code="own_record")


def _require_sound(claim: Claim, record: Record | None, listing: Listing | None, today: date) -> None:
    require_text = "请写明请求和理由。"
    if not claim.text.strip():
        raise Refused(require_text, code="claim_missing")
    if claim.kind == CaseKind.COMPLAINT:
        if claim.department is None and record is None and listing is None:
            raise Refused("请选择投诉的单位。", code="target_missing")
        return
    if record is None and listing is None:
        raise Refused("请选择有关的记录、名单条目或者措施。", code="target_missing")
    if claim.kind == CaseKind.REVIEW and not (claim.review_body.strip() and claim.review_no.strip()):
        raise Refused("请填写复议机关或者法院，以及案号。", code="review_missing")
    _require_standing(claim, record, listing)
    if claim.kind == CaseKind.REPAIR:
        _require_repairable(claim, record, today)


def _require_standing(claim: Claim, record: Record | None, listing: Listing | None) -> None:
    """What was taken back needs neither repair nor objection. About what has ended a review may still be registered."""
    if record is not None and record.state == WITHDRAWN:
        raise Refused("这条记录已经撤回，不再公示和使用，不需要再提出申请。", code="record_withdrawn")
    if claim.kind == CaseKind.REVIEW:
        return
    if (
        record is not None
        and record.state not in RECORD_OPEN
        and not (claim.kind == CaseKind.OBJECTION and record.state == ENDED)
    ):
        raise Refused("这条记录已经停止公示和使用，不需要再提出申请。", code="record_ended")
    if record is None and listing is not None and listing.state != ENTERED:
        raise Refused("这个主体已经不在名单上，不需要再提出申请。", code="listing_not_in_force")


def _require_repairable(claim: Claim, record: Record | None, today: date) -> None:
    if not claim.has_committed:
        raise Refused("申请信用修复须作出信用承诺，请勾选承诺书。", code="commitment_missing")
    if record is None:
        raise Refused("这个名单条目没有公示的记录，请向认定部门申请移出。", code="target_missing")
    if not claim.way:
        raise Refused("请选择修复的方式。", code="way_missing")
    if claim.way == "statement" and len(claim.text.strip()) > LONGEST_STATEMENT:
        raise Refused(f"自主解释最长 {LONGEST_STATEMENT} 个字。", code="statement_too_long")
    answer = rules.can_repair(record, today=today, way=claim.way)
    if not answer.is_possible:
        raise Refused(answer.why_not, code=answer.code)


def _attach(evidence: list[Evidence] | None, case: Case, by: User | Applicant) -> None:
    """Hand over what whoever acts has uploaded.

    Raises NotYours, Refused: evidence_infected, evidence_twice, evidence_too_many.
    """
    for one in evidence or ():
        one = Evidence.objects.select_for_update().get(pk=one.pk)
        owner = one.added_by_applicant if isinstance(by, Applicant) else one.added_by
        if owner != by or one.case_id not in (None, case.pk):
            raise NotYours("没有找到这份材料。")
        if one.scan == Scan.INFECTED:
            raise Refused(f"“{one.name}”含有病毒，不能提交。", code="evidence_infected")
        one.case = case
        one.save(update_fields=["case"])
        require_room(case.evidence, one)


def _number(kind: str, today: date) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('repair_case_serial')")
        (serial,) = cursor.fetchone()
    return f"{PREFIX[kind]}{today:%Y%m%d}-{serial:05d}"


def _insert_once(case: Case) -> Case | None:
    """Keep the new case; the one a double click has made a moment before, if there is one.

    Raises Refused (case_open_already).
    """
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        if sent := Case.objects.filter(key=case.key).first():
            return sent
        if "one_open_case_a" not in str(error):
            raise
        raise Refused("同一信息已有正在办理的同类申请，请查看其进度。", code="case_open_already") from error
    return None


@transaction.atomic
def supplement(
    case: Case, *, by: User | Applicant, version: int, text: str, today: date, evidence: list[Evidence] | None = None
) -> Case:
    """Add what was missing; on paper, a clerk of the place that opened it does. Raises NotYours, CaseMoved."""
    case = _for_applicant(case, by, version, today)
    before = case.state
    case.state = workflow.next_state(case.state, "supplement")
    require_reason(text, "请说明补正了哪些材料。")
    _attach(evidence, case, by)
    clocks.end(case, policy.SUPPLEMENT, on=today)
    clocks.resume(case, policy.ACCEPTANCE[case.kind], on=today)
    save(case, "supplement", Action.REQUEST_SUPPLEMENTED, by=by, today=today, text=text, from_state=before)
    notices.tell(case, "supplemented", today=today)
    return case


@transaction.atomic
def recall(case: Case, *, by: User | Applicant, version: int, reason: str, today: date) -> Case:
    """Take an application back. What rested because of it goes on, unless another case keeps it resting."""
    case = _for_applicant(case, by, version, today)
    before = case.state
    case.state = workflow.next_state(case.state, "recall")
    clocks.end_all(case, on=today)
    save(case, "recall", Action.REQUEST_RECALLED, by=by, today=today, text=reason, from_state=before)
    if before in workflow.CASE_HANDLED:
        effects.resume(case, actor=by if isinstance(by, User) else None, reason="申请人撤回申请", today=today)
    notices.tell(case, "recalled", today=today)
    return case


def _for_applicant(case: Case, by: User | Applicant, version: int | None, today: date) -> Case:
    """The case, locked for whose it is, or for the place that opened it. Raises NotYours, CaseMoved."""
    if isinstance(by, Applicant):
        case = locked(case, version)
        require_theirs(case, by, on=today)
        return case
    case = locked(case, version)
    if (
        case.opened_by is None
        or by.is_superuser
        or not by.is_active
        or by.department_id != case.opened_by.department_id
    ):
        raise NotYours("没有找到这个办件。")
    return case
