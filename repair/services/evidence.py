"""Verbs on what is handed in: take a file in, drop it, scan it again, sweep what nobody submitted."""

import re
import unicodedata
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Q

from accounts.models import User
from audit import services as audit
from audit.actions import Action
from records import storage
from records.errors import Refused
from repair import filetypes, scanning, workflow
from repair.errors import NotYours
from repair.models import Applicant, Case, Draft, Evidence, Scan
from repair.services.applicants import require_theirs
from repair.services.base import locked
from repair.services.outsiders import outsider

MIB = 1024 * 1024
PREFIX = "ev"  # no other file's name begins so: theirs are hexadecimal
LONGEST_NAME, LONGEST_KIND = 80, 40
UNNAMED = "材料"
KNOWN_ENDINGS = (".pdf", ".jpg", ".jpeg", ".jpe", ".png")
# Invisible, or turning what follows around: nothing of the kind belongs into the name of a file.
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
ORPHANED_AFTER = timedelta(days=1)
AT_ONCE = 50
TO_SCAN = (Scan.PENDING, Scan.UNAVAILABLE)
STILL_OPEN = tuple(state for state in workflow.CASE_OPEN if state != workflow.PROPOSED)


def add_evidence(
    upload: UploadedFile, *, kind: str, by: User | Applicant, today: date, draft: Draft | None = None,
    case: Case | None = None,
) -> Evidence:  # fmt: skip
    """Take a file in, for a draft, for a case, or for what `by` is about to hand in (neither).

    An infected one is kept in quarantine and returned with its scan: nothing can be submitted with it. Raises NotYours,
    TransitionRefused (the case takes nothing in any more), Refused: level_too_low, evidence_too_large, evidence_twice,
    evidence_too_many, the codes of filetypes.SENTENCES.
    """
    content = _content(upload)
    media_type = filetypes.media_type_of(content)
    scan = scanning.scanner().scan([content])
    stored_as = f"{PREFIX}{uuid.uuid4().hex}"
    digest, size = storage.save(stored_as, [content], limit=settings.EVIDENCE_LIMIT_BYTES)
    try:
        return _kept(
            Evidence(
                kind=kind.strip()[:LONGEST_KIND] or UNNAMED, name=clean_name(upload.name or "", media_type),
                media_type=media_type, size=size, digest=digest, stored_as=stored_as, scan=scan, draft=draft, case=case,
            ),
            by,
            today,
        )  # fmt: skip
    except BaseException:
        storage.discard(stored_as)
        raise


@transaction.atomic
def _kept(evidence: Evidence, by: User | Applicant, today: date) -> Evidence:
    if isinstance(by, Applicant):
        evidence.added_by_applicant = by
    else:
        evidence.added_by = by
    if evidence.case is not None:
        evidence.case = locked(evidence.case, None)
        _require_may_add(evidence.case, by, today)
    if evidence.draft is not None:
        evidence.draft = Draft.objects.select_for_update().get(pk=evidence.draft.pk)
        if evidence.draft.applicant_id != by.pk or not isinstance(by, Applicant):
            raise NotYours("没有找到这份草稿。")
    evidence.save()
    holder = evidence.case or evidence.draft
    if holder is not None:
        require_room(holder.evidence, evidence)
    _note(Action.EVIDENCE_ADDED, evidence, by)
    if evidence.scan == Scan.INFECTED:
        _note(Action.EVIDENCE_INFECTED, evidence, by)
    return evidence


def _content(upload: UploadedFile) -> bytes:
    """All of it, and never more than one block above the limit. Raises Refused (evidence_too_large)."""
    chunks, size = [], 0
    for chunk in upload.chunks():
        chunks.append(chunk)
        size += len(chunk)
        if size > settings.EVIDENCE_LIMIT_BYTES:
            raise too_large()
    return b"".join(chunks)


def too_large() -> Refused:
    """The refusal of a file above the limit, to be raised."""
    limit = settings.EVIDENCE_LIMIT_BYTES // MIB
    return Refused(f"文件超过 {limit} MB。请降低扫描的分辨率，或者分成几份上传。", code="evidence_too_large")


def clean_name(name: str, media_type: str) -> str:
    """The name as it is shown and downloaded: no path, nothing invisible, not too long, the ending of what it is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(letter for letter in last if unicodedata.category(letter) not in UNSEEN)
    stem, dot, ending = seen.rpartition(".")
    if not dot or f".{ending.lower()}" not in KNOWN_ENDINGS:
        stem = seen
    return (" ".join(stem.split())[:LONGEST_NAME].strip(". ") or UNNAMED) + filetypes.ENDINGS[media_type]


def _require_may_add(case: Case, by: User | Applicant, today: date) -> None:
    """Whose case it is or who has power for them, the place that took it in, the source department while asked."""
    if case.state not in STILL_OPEN:
        raise workflow.TransitionRefused(case.state, "add_evidence")
    if isinstance(by, Applicant):
        require_theirs(case, by, on=today)
        return
    took_it_in = Case.objects.filter(pk=case.pk).handed_in_to(by).exists()
    is_asked = case.state == workflow.FORWARDED and by.has_perm("accounts.report_department", case.department)
    if by.is_superuser or not (took_it_in or is_asked):
        raise NotYours("没有找到这个办件。")


def require_room(held: models.QuerySet[Evidence], new: Evidence) -> None:
    """Raise Refused where the case or draft holds this file already, or too many: evidence_twice, evidence_too_many."""
    others = held.exclude(pk=new.pk)
    if new.digest and others.filter(digest=new.digest).exists():
        raise Refused(f"“{new.name}”已经提交过，不需要再次提交。", code="evidence_twice")
    if others.count() >= settings.EVIDENCE_PER_CASE:
        raise Refused(
            f"至多提交 {settings.EVIDENCE_PER_CASE} 份材料。请把多页合并成一个 PDF 后上传。", code="evidence_too_many"
        )


@transaction.atomic
def drop_evidence(evidence: Evidence, *, by: User | Applicant) -> None:
    """Take back what has not been submitted. Raises NotYours, Refused (evidence_submitted)."""
    evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
    owner = evidence.added_by_applicant if isinstance(by, Applicant) else evidence.added_by
    if owner != by:
        raise NotYours("没有找到这份材料。")
    if evidence.case_id is not None:
        raise Refused("材料已经提交，不能删除。需要说明的，请写在补充的材料中。", code="evidence_submitted")
    _note(Action.EVIDENCE_DROPPED, evidence, by)
    _forget([evidence])


def _forget(rows: Iterable[Evidence]) -> None:
    for evidence in rows:
        if evidence.stored_as:
            transaction.on_commit(partial(storage.discard, evidence.stored_as))
        evidence.delete()


def _note(action: Action, evidence: Evidence, by: User | Applicant | None) -> None:
    actor = outsider(by) if isinstance(by, Applicant) else by
    case = evidence.case.number if evidence.case else ""
    detail = {"evidence": str(evidence.public_id), "type": evidence.media_type, "size": evidence.size, "case": case}
    audit.record(action, evidence, actor=actor, detail=detail | {"digest": evidence.digest, "scan": evidence.scan})


def scan_waiting() -> int:
    """Scan what no scanner has answered for yet; one that does not answer is left alone. Returns how many answers."""
    scanner, answered = scanning.scanner(), 0
    if isinstance(scanner, scanning.NoScanner):
        return 0
    waiting = Evidence.objects.filter(scan__in=TO_SCAN).exclude(stored_as="").order_by("pk")
    for evidence in waiting[:AT_ONCE]:
        try:
            with storage.opened(evidence.stored_as) as path:
                said = scanner.scan([Path(path).read_bytes()])
        except FileNotFoundError:
            continue
        if said == Scan.UNAVAILABLE:
            return answered
        answered += _scanned(evidence, said)
    return answered


@transaction.atomic
def _scanned(evidence: Evidence, said: Scan) -> int:
    evidence = Evidence.objects.select_for_update(of=("self",)).select_related("case").get(pk=evidence.pk)
    if evidence.scan not in TO_SCAN:
        return 0
    evidence.scan = said
    evidence.save(update_fields=["scan"])
    if said == Scan.INFECTED:
        _note(Action.EVIDENCE_INFECTED, evidence, None)
    return 1


def sweep_evidence(*, now: datetime) -> int:
    """Delete what nobody has submitted in time, and files no row knows, such as those of a transaction undone.

    Returns how many were deleted.
    """
    return _sweep_rows(now - timedelta(days=settings.EVIDENCE_KEPT_DAYS)) + _sweep_files(now - ORPHANED_AFTER)


@transaction.atomic
def _sweep_rows(before: datetime) -> int:
    forsaken = Q(draft__isnull=True) | Q(draft__updated_at__lt=before)
    left = Evidence.objects.filter(forsaken, case__isnull=True, added_at__lt=before)
    rows = list(left.select_for_update(of=("self",), skip_locked=True))
    for evidence in rows:
        _note(Action.EVIDENCE_SWEPT, evidence, None)
    _forget(rows)
    return len(rows)


def _sweep_files(before: datetime) -> int:
    there = storage.untouched(PREFIX, since=before)
    known = set(Evidence.objects.filter(stored_as__in=there).values_list("stored_as", flat=True))
    for name in there - known:
        storage.discard(name)
    return len(there - known)
