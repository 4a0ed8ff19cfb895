"""What somebody writes before it is handed in: saved as it is typed, handed in as one case, or given up."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Department
from records.errors import Refused
from records.identity import name_key
from records.models import Record, Subject
from repair import letters
from repair.errors import DraftMoved, NotYours
from repair.models import Applicant, Case, Draft
from repair.services.applicants import ACT, may_act_for, require_level
from repair.services.evidence import drop_evidence
from repair.services.fetching import fetch_into
from repair.services.opening import Claim, open_case
from repair.workflow import CaseKind
from sanctions.models import Listing, MeasureTask

# Kind → the fields a draft of it keeps. `contested` holds {field code: what it should say}; the rest are texts.
FIELDS = {
    CaseKind.REPAIR.value: ("way", "text", "has_committed", "signature"),
    CaseKind.OBJECTION.value: ("about", "task", "contested", "text"),
    CaseKind.REVIEW.value: ("review_body", "review_no", "text"),
    CaseKind.COMPLAINT.value: ("department", "text"),
}
# What an objection may be about, beside single fields: code → what it is called, what the case says of it.
ABOUT = {
    "content": ("记录的内容", "内容与决定文书不符"),
    "publication": ("公示", "不应当公示，或者已经超过期限"),
    "listing": ("列入名单", "不应当列入名单"),
    "measure": ("惩戒措施", "不应当采取这项措施"),
    "repair_result": ("信用修复的结果", "修复的结果有误"),
}
LONGEST_DRAFT = 40_000  # characters of JSON: a claim, and a page of fields


@dataclass(frozen=True, slots=True)
class Target:
    """What a draft is about: a record, a listing, or neither (a complaint about a department)."""

    kind: str
    record: Record | None = None
    listing: Listing | None = None

    @property
    def subject(self) -> Subject | None:
        holder = self.record or self.listing
        return holder.subject if holder else None


def find_draft(target: Target, *, by: Applicant) -> Draft | None:
    """What this applicant has begun to write about it."""
    return Draft.objects.filter(
        applicant=by, kind=target.kind, record=target.record, listing=target.listing
    ).first()  # fmt: skip


@transaction.atomic
def save_draft(target: Target, content: Mapping[str, object], *, by: Applicant, version: int, today: date) -> Draft:
    """Keep what stands in the form. `version` is that of the page, 0 where nothing was saved yet.

    What is as it was is not written again. Raises NotYours, DraftMoved, Refused: level_too_low, draft_too_long.
    """
    _require_may(target.subject, by, today)
    kept = {name: content[name] for name in FIELDS[target.kind] if content.get(name)}
    if len(json.dumps(kept, ensure_ascii=False)) > LONGEST_DRAFT:
        raise Refused("填写的内容太长，没有保存。请缩短后再保存，详细的材料可以作为附件上传。", code="draft_too_long")
    draft = Draft.objects.select_for_update().filter(
        applicant=by, kind=target.kind, record=target.record, listing=target.listing
    ).first()  # fmt: skip
    if draft is None:
        return _begun(target, kept, by, version)
    if draft.content == kept:
        return draft
    _require_version(draft, version)
    draft.content, draft.version = kept, draft.version + 1
    draft.save()
    return draft


def _require_may(subject: Subject | None, by: Applicant, today: date) -> None:
    if subject is None:
        return
    if not may_act_for(by, subject, on=today):
        raise NotYours("没有找到这条信息。")
    require_level(by, subject, ACT)


def _begun(target: Target, kept: dict, by: Applicant, version: int) -> Draft:
    """The first saving; another page may have been a moment faster."""
    gone = "这份草稿已经提交或者删除，没有再保存。请打开“我的信用”查看。"
    if version:
        raise DraftMoved(gone)
    try:
        with transaction.atomic():
            return Draft.objects.create(
                applicant=by, kind=target.kind, record=target.record, listing=target.listing, content=kept
            )
    except IntegrityError as error:
        raise DraftMoved("您在另一个页面刚刚保存了同一份草稿，请重新打开后再填写。") from error


def _require_version(draft: Draft, version: int) -> None:
    if draft.version != version:
        at = timezone.localtime(draft.updated_at)
        raise DraftMoved(
            f"这份草稿在另一个页面于 {at:%H:%M} 保存过，这一页的内容没有保存。请重新打开后再填写，以免互相覆盖。"
        )


@transaction.atomic
def drop_draft(draft: Draft, *, by: Applicant) -> None:
    """Give up what was begun, with its files. Raises NotYours."""
    draft = _own(draft.public_id, by)
    for evidence in draft.evidence.all():
        drop_evidence(evidence, by=by)
    draft.delete()


@transaction.atomic
def submit_draft(public_id, *, by: Applicant, version: int, today: date) -> Case:
    """Hand a draft in: its case with its evidence and what was fetched, and the draft is gone; all of it or nothing.

    Once only, however often it is pressed: the draft's public id is the key of the case. Raises NotYours, DraftMoved,
    what `open_case` raises, and Refused: signature_mismatch, department_missing.
    """
    if (sent := _sent(public_id, by)) is not None:
        return sent
    draft = Draft.objects.select_for_update().filter(public_id=public_id, applicant=by).first()
    if draft is None:
        if (sent := _sent(public_id, by)) is not None:  # handed in while this one waited for the row
            return sent
        raise NotYours("没有找到这份草稿。")
    _require_version(draft, version)
    claim = claim_of(draft, by=by, today=today)
    case = open_case(claim, by=by, key=draft.public_id, today=today, evidence=list(draft.evidence.all()))
    fetch_into(case, by=by)
    draft.delete()
    return case


def _sent(public_id, by: Applicant) -> Case | None:
    case = Case.objects.filter(key=public_id).first()
    if case is not None and case.applicant_id != by.pk:
        raise NotYours("没有找到这份草稿。")
    return case


def _own(public_id, by: Applicant) -> Draft:
    draft = Draft.objects.select_for_update().filter(public_id=public_id, applicant=by).first()
    if draft is None:
        raise NotYours("没有找到这份草稿。")
    return draft


def claim_of(draft: Draft, *, by: Applicant, today: date) -> Claim:
    """What a draft asks for, as `open_case` takes it. Raises Refused: signature_mismatch, department_missing."""
    said = draft.content
    claim = {
        "kind": draft.kind, "text": str(said.get("text", "")), "record": draft.record, "listing": draft.listing,
        **_agent(draft, by, today),
    }  # fmt: skip
    if draft.kind == CaseKind.REPAIR:
        claim |= {"way": said.get("way", ""), **_commitment(said, by, today)}
    elif draft.kind == CaseKind.OBJECTION:
        claim |= {"contested": contested_of(draft), "task": _task(draft)}
    elif draft.kind == CaseKind.REVIEW:
        claim |= {name: str(said.get(name, "")) for name in ("review_body", "review_no")}
    elif draft.kind == CaseKind.COMPLAINT:
        claim |= {"department": _department(said)}
    return Claim(**claim)


def _agent(draft: Draft, by: Applicant, today: date) -> dict[str, str]:
    """Who acts for somebody else, and by which power of attorney."""
    subject = (draft.record or draft.listing).subject if draft.record or draft.listing else None
    if subject is None or subject.pk == by.subject_id:
        return {}
    power = by.representations.in_force(on=today).filter(subject__in=[subject.pk, *_merged_into(subject)]).first()
    return {"agent_name": by.name[:100], "agent_authority": power.authority_no if power else ""}


def _merged_into(subject: Subject) -> list[int]:
    return list(Subject.objects.filter(merged_into=subject).values_list("pk", flat=True))


def _commitment(said: Mapping, by: Applicant, today: date) -> dict:
    """The commitment as it was signed: the words of the day, the name typed under it."""
    if not said.get("has_committed"):
        return {}
    signature = str(said.get("signature", "")).strip()
    if name_key(signature) != name_key(by.name):
        raise Refused("承诺书上的签名与登录的姓名或者名称不一致，请照原样填写。", code="signature_mismatch")
    written = letters.plain("commitment", today=today)
    signed = f"{written.title}（{written.edition}）\n{written.text}\n\n承诺人：{signature}\n{today.isoformat()}"
    return {"has_committed": True, "commitment": signed}


def _department(said: Mapping) -> Department:
    found = Department.objects.filter(pk=said["department"]).first() if said.get("department") else None
    if found is None:
        raise Refused("请选择投诉的单位。", code="department_missing")
    return found


def _task(draft: Draft) -> MeasureTask | None:
    """The measure an objection is about: one of those that rest on this record or listing."""
    if draft.content.get("about") != "measure" or not draft.content.get("task"):
        return None
    return tasks_about(draft.record, draft.listing).filter(public_id=draft.content["task"]).first()


def tasks_about(record: Record | None, listing: Listing | None):
    """The measures on the subject that rest on this record or listing."""
    tasks = MeasureTask.objects.select_related("measure", "department", "subject", "action__listing")
    subject = (record or listing).subject if record or listing else None
    about = tasks.filter(subject=subject)
    return about.filter(action__listing=listing) if listing else about.filter(action__listing__record=record)


def about_choices(record: Record | None, listing: Listing | None, tasks: list[MeasureTask]) -> list[str]:
    """What an objection to this record or listing can be about, as codes of ABOUT."""
    is_listed = listing is not None or Listing.objects.filter(record=record).exists()
    was_repaired = Case.objects.filter(record=record, kind=CaseKind.REPAIR, decided_on__isnull=False).exists()
    possible = {"content": True, "publication": record is not None, "listing": is_listed}
    possible |= {"measure": bool(tasks), "repair_result": record is not None and was_repaired}
    return [code for code in ABOUT if possible[code]]


def contested_of(draft: Draft) -> list[dict]:
    """What is said to be wrong, field by field: what stands there now and what should."""
    said = draft.content
    rows = []
    if (about := said.get("about")) in ABOUT and about != "content":
        label, claimed = ABOUT[about]
        rows.append({"code": "", "label": label, "old": "", "claimed": claimed})
    claimed_values = said.get("contested") or {}
    for field in fields_of(draft.record) if draft.record else ():
        claimed = str(claimed_values.get(field.code, "")).strip()
        if claimed:
            old = draft.record.values.get(field.code, "")
            rows.append({"code": field.code, "label": field.name, "old": old, "claimed": claimed})
    return rows


def fields_of(record: Record) -> list:
    """The fields that can be contested one by one: those reported, without the sealed ones."""
    return [
        field for field in record.item.fields.order_by("seq")
        if field.code in record.values and field.code not in record.secrets
    ]  # fmt: skip


@transaction.atomic
def sweep_drafts(*, now: datetime) -> int:
    """Delete drafts nobody has gone on with in time; their files go first (sweep_evidence). Returns how many."""
    before = now - timedelta(days=settings.EVIDENCE_KEPT_DAYS)
    left = Draft.objects.filter(updated_at__lt=before, evidence__isnull=True)
    return left.delete()[1].get(Draft._meta.label, 0)
