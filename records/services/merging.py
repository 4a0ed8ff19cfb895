"""Verbs on subjects that may be one: find, judge, suggest, merge, and take a merge back.

Whoever moves records or codes between subjects first takes the lock of the import (`lock_merging`), then the case, then
the subjects by number, then the records by number: an import running at the same time waits or is waited for.
"""

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone

from accounts.models import Role, User
from audit import services as audit
from audit.actions import Action
from catalogue.models import SubjectKind
from records import bulk_subjects, crypto, workflow
from records.errors import Refused, RightMissing
from records.identity import InvalidIdentifier, check_person_id
from records.models import (
    FormerName,
    Identifier,
    IdentifierKind,
    Reason,
    Record,
    Subject,
    SubjectMerge,
    SuspectedDuplicate,
)
from records.workflow import ChangeKind

DUPLICATE = "与合并后保留的主体的同一决定重复"
COLUMNS = ("uscc", "region_code", "adult_on")


def require_reviewer(actor: User) -> None:
    """Subjects belong to no department, so only a reviewer of the province judges them. Raises RightMissing."""
    if actor.is_superuser or not actor.is_active or actor.role != Role.REVIEWER:
        raise RightMissing("只有审核员可以办理主体的合并。")


@transaction.atomic
def find_duplicates() -> int:
    """Look for subjects that may be one and keep the list in step; returns how many pairs wait.

    A suspicion that no longer holds goes, unless somebody has acted on it.
    """
    now = timezone.now()
    bulk_subjects.suspect_duplicates(now)
    for low, high in _same_number():
        SuspectedDuplicate.objects.update_or_create(
            first_id=low, second_id=high, defaults={"reasons": [Reason.SAME_NUMBER], "found_at": now}
        )
    stale = SuspectedDuplicate.objects.waiting().filter(found_at__lt=now, merges__isnull=True)
    SuspectedDuplicate.objects.filter(pk__in=stale.values("pk")).delete()
    count = SuspectedDuplicate.objects.waiting().count()
    audit.record(Action.DUPLICATES_SEARCHED, object_type=SuspectedDuplicate._meta.label, detail={"waiting": count})
    return count


def _same_number() -> list[tuple[int, int]]:
    """Persons known by an identity number and, as “其他证件”, by the same number in 15 or 18 digits; never by name."""
    others = Identifier.objects.filter(kind=IdentifierKind.OTHER_PERSON_ID, subject__merged_into__isnull=True)
    found = set()
    for identifier in others.order_by("pk").iterator():
        lookup = _as_id_card(identifier)
        twin = Identifier.objects.filter(kind=IdentifierKind.ID_CARD, lookup=lookup).exclude(
            subject_id=identifier.subject_id
        )
        found |= {tuple(sorted((identifier.subject_id, pk))) for pk in twin.values_list("subject_id", flat=True)}
    return sorted(found)


def _as_id_card(identifier: Identifier) -> str:
    """The blind index this number has as an identity card; empty when it cannot be one."""
    try:
        return crypto.blind_index("id_card", check_person_id("身份证", crypto.open_text(identifier.cipher)).number)
    except InvalidIdentifier:
        return ""


def have_one_number(first: Subject, second: Subject) -> bool:
    """Whether two persons bear the same citizen identity number, however it was written."""

    def numbers(subject: Subject) -> set[str]:
        kinds = (IdentifierKind.ID_CARD, IdentifierKind.OTHER_PERSON_ID)
        return {_as_id_card(each) for each in subject.identifiers.filter(kind__in=kinds)} - {""}

    return bool(numbers(first) & numbers(second))


@transaction.atomic
def judge_distinct(pair: SuspectedDuplicate, *, actor: User, reason: str) -> SuspectedDuplicate:
    """Say that the two are not one. The pair is never proposed again."""
    require_reviewer(actor)
    pair = SuspectedDuplicate.objects.select_for_update().get(pk=pair.pk)
    if not reason.strip():
        raise Refused("请写明不是同一主体的理由。", code="reason_required")
    if pair.distinct_at or pair.merges.filter(state__in=(workflow.SUGGESTED, workflow.MERGED)).exists():
        raise workflow.TransitionRefused("judged", "judge_distinct")
    _note_distinct(pair, actor=actor, reason=reason)
    return pair


def _note_distinct(pair: SuspectedDuplicate, *, actor: User, reason: str) -> None:
    pair.distinct_by, pair.distinct_at, pair.distinct_because = actor, timezone.now(), reason
    pair.save(update_fields=["distinct_by", "distinct_at", "distinct_because"])
    audit.record(Action.DUPLICATE_DISMISSED, pair, actor=actor, reason=reason)


@transaction.atomic
def suggest_merge(pair: SuspectedDuplicate, *, survivor: Subject, actor: User, reason: str) -> SubjectMerge:
    """Suggest that the pair is one, and which of the two stays. A second person decides."""
    require_reviewer(actor)
    pair = SuspectedDuplicate.objects.select_for_update().select_related("first", "second").get(pk=pair.pk)
    if not reason.strip():
        raise Refused("请写明认定为同一主体的理由。", code="reason_required")
    if not SuspectedDuplicate.objects.waiting().filter(pk=pair.pk).exists():
        raise workflow.TransitionRefused("judged", "suggest")
    absorbed = pair.second if survivor.pk == pair.first_id else pair.first
    if survivor.pk not in (pair.first_id, pair.second_id):
        raise Subject.DoesNotExist
    _require_mergeable(survivor, absorbed)
    merge = SubjectMerge.objects.create(
        pair=pair, survivor=survivor, absorbed=absorbed, reason=reason, suggested_by=actor
    )
    audit.record(Action.MERGE_SUGGESTED, merge, actor=actor, reason=reason)
    return merge


def _require_mergeable(survivor: Subject, absorbed: Subject) -> None:
    persons = {survivor.kind == SubjectKind.PERSON, absorbed.kind == SubjectKind.PERSON}
    if persons == {True, False}:
        raise Refused("自然人与组织不能合并。", code="kinds_differ")
    if persons == {True} and not have_one_number(survivor, absorbed):
        raise Refused("自然人只有在公民身份号码相同（15 位与 18 位）时才能合并。", code="numbers_differ")
    if survivor.merged_into_id or absorbed.merged_into_id:
        raise Refused("其中一个主体已经并入其他主体。", code="merged_before")


@transaction.atomic
def dismiss_merge(merge: SubjectMerge, *, actor: User, reason: str) -> SubjectMerge:
    """Decide that a suggested merge is not to be. The verdict is remembered: they are two."""
    merge = _decided(merge, "dismiss", actor=actor, reason=reason)
    merge.save()
    audit.record(Action.MERGE_DISMISSED, merge, actor=actor, reason=reason)
    _note_distinct(merge.pair, actor=actor, reason=reason)
    return merge


def _decided(merge: SubjectMerge, action: str, *, actor: User, reason: str) -> SubjectMerge:
    """The merge, locked and moved on by a second person; not stored yet."""
    require_reviewer(actor)
    merge = SubjectMerge.objects.select_for_update(of=("self",)).select_related("pair").get(pk=merge.pk)
    if merge.suggested_by_id == actor.pk:
        raise Refused("提出合并的人不能自己复核，请由另一位审核员办理。", code="second_person_required")
    if not reason.strip():
        raise Refused("请写明复核意见。", code="reason_required")
    merge.state = workflow.next_state(merge.state, action)
    merge.decided_by, merge.decided_at, merge.decision = actor, timezone.now(), reason
    return merge


def _locked(merge: SubjectMerge) -> tuple[Subject, Subject]:
    pks = (merge.survivor_id, merge.absorbed_id)
    subjects = {each.pk: each for each in Subject.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    list(Record.objects.select_for_update().filter(subject__in=pks).order_by("pk").values_list("pk"))
    return subjects[merge.survivor_id], subjects[merge.absorbed_id]


@transaction.atomic
def merge_subjects(merge: SubjectMerge, *, actor: User, reason: str) -> SubjectMerge:
    """Approve a merge: records, codes and names of the absorbed subject go to the survivor.

    Records get a new revision, so the nation is told. Where both hold the same decision, the survivor's stands and the
    other is closed and stays behind. Everything moved is kept in `moved`.
    """
    bulk_subjects.lock_merging()
    merge = _decided(merge, "merge", actor=actor, reason=reason)
    survivor, absorbed = _locked(merge)
    _require_mergeable(survivor, absorbed)
    duplicates = _close_duplicates(survivor, absorbed, actor=actor, on=timezone.localdate())
    merge.moved = {
        "last_record": Record.objects.aggregate(last=Max("pk"))["last"] or 0,
        "last_identifier": Identifier.objects.aggregate(last=Max("pk"))["last"] or 0,
        "survivor": _columns(survivor),
        "absorbed": _columns(absorbed),
        "duplicates": duplicates,
        "records": _move_records(
            absorbed, survivor, but=same_decisions(absorbed, survivor), why=_why(ChangeKind.MERGED, actor, reason)
        ),
        "identifiers": _move(Identifier, absorbed, survivor),
        "names": _move(FormerName, absorbed, survivor),
        "redirects": _redirect(absorbed, survivor),
        "added_name": _remember_name(survivor, absorbed, merge),
    }
    Subject.objects.filter(pk=absorbed.pk).update(merged_into=survivor, uscc=None)
    for column in COLUMNS:
        setattr(survivor, column, getattr(survivor, column) or getattr(absorbed, column))
    survivor.save(update_fields=COLUMNS)
    merge.save()
    moved = {"records": len(merge.moved["records"]), "duplicates": len(duplicates)}
    audit.record(Action.SUBJECTS_MERGED, merge, actor=actor, reason=reason, detail=moved)
    return merge


def same_decisions(absorbed: Subject, survivor: Subject):
    """Records of the first that tell of a decision the second holds too."""
    keys = ("document_no", "decided_on", "department", "item_code")
    twin = Record.objects.filter(subject=survivor, **{key: OuterRef(key) for key in keys})
    return Record.objects.filter(Exists(twin), subject=absorbed)


def _close_duplicates(survivor: Subject, absorbed: Subject, *, actor: User, on) -> list[dict]:
    closed = []
    for record in same_decisions(absorbed, survivor).filter(state__in=workflow.RECORD_OPEN).order_by("pk"):
        closed.append({"record": record.pk, "state": record.state, "revision": record.revision + 1})
        record.state = workflow.next_state(record.state, "deduplicate")
        record.ended_on, record.end_reason = on, DUPLICATE
        moved = record.explain(ChangeKind.MERGED, by=actor, reason=DUPLICATE)
        record.save(update_fields=["state", "ended_on", "end_reason", *moved])
    return closed


def _move_records(source: Subject, target: Subject, *, but, why: dict) -> list[int]:
    pks = list(Record.objects.filter(subject=source).exclude(pk__in=but).order_by("pk").values_list("pk", flat=True))
    _give_records(pks, target, why)
    return pks


def _give_records(pks: list[int], target: Subject, why: dict) -> None:
    Record.objects.filter(pk__in=pks).update(subject=target, **why)


def _why(kind: ChangeKind, actor: User, reason: str) -> dict:
    """What an update writes to move many revisions on, with who did it and why."""
    later = F("revision") + 1
    said = {"change_kind": kind.value, "changed_by": actor, "change_reason": reason}
    return {"revision": later, "explained_revision": later, "updated_at": timezone.now(), **said}


def _move(model: type[Identifier] | type[FormerName], source: Subject, target: Subject) -> list[int]:
    pks = list(model.objects.filter(subject=source).order_by("pk").values_list("pk", flat=True))
    model.objects.filter(pk__in=pks).update(subject=target)
    return pks


def _redirect(absorbed: Subject, survivor: Subject) -> list[int]:
    pks = list(absorbed.absorbed.order_by("pk").values_list("pk", flat=True))
    Subject.objects.filter(pk__in=pks).update(merged_into=survivor)
    return pks


def _columns(subject: Subject) -> dict[str, str | None]:
    return {
        "uscc": subject.uscc,
        "region_code": subject.region_code,
        "adult_on": subject.adult_on.isoformat() if subject.adult_on else None,
    }


def _remember_name(survivor: Subject, absorbed: Subject, merge: SubjectMerge) -> int | None:
    """The name the absorbed one was reported under stays findable, and rows under it are taken."""
    if absorbed.name_key == survivor.name_key:
        return None
    return FormerName.objects.create(
        subject=survivor,
        name=absorbed.legal_name,
        name_key=absorbed.name_key,
        source=FormerName.Source.MERGED,
        evidence=merge.reason,
        entered_by=merge.decided_by,
    ).pk


@transaction.atomic
def unmerge_subjects(merge: SubjectMerge, *, actor: User, reason: str) -> SubjectMerge:
    """Take a merge back: what was moved goes back, closed duplicates live again, columns are as they were.

    What came in since goes to whom its codes name: a record with a returned code and none of the survivor's goes back,
    everything else stays. A later merge of either subject is taken back first.
    """
    bulk_subjects.lock_merging()
    require_reviewer(actor)
    if not reason.strip():
        raise Refused("请写明撤销合并的理由。", code="reason_required")
    merge = SubjectMerge.objects.select_for_update(of=("self",)).select_related("pair").get(pk=merge.pk)
    merge.state = workflow.next_state(merge.state, "unmerge")
    survivor, absorbed = _locked(merge)
    _require_latest(merge)
    moved, why = merge.moved, _why(ChangeKind.UNMERGED, actor, reason)
    came_since = _return_what_came_since(moved, survivor, absorbed, why)
    still_there = Record.objects.filter(pk__in=moved["records"], subject=survivor).values_list("pk", flat=True)
    _give_records(list(still_there), absorbed, why)
    Identifier.objects.filter(pk__in=moved["identifiers"]).update(subject=absorbed)
    FormerName.objects.filter(pk__in=moved["names"]).update(subject=absorbed)
    FormerName.objects.filter(pk=moved["added_name"]).delete()
    Subject.objects.filter(pk__in=moved["redirects"]).update(merged_into=absorbed)
    Subject.objects.filter(pk=survivor.pk).update(**moved["survivor"])
    Subject.objects.filter(pk=absorbed.pk).update(merged_into=None, **moved["absorbed"])
    _reopen_duplicates(moved["duplicates"], why)
    merge.unmerged_by, merge.unmerged_at, merge.unmerged_because = actor, timezone.now(), reason
    merge.save()
    audit.record(
        Action.SUBJECTS_UNMERGED, merge, actor=actor, reason=reason, detail={"returned_since": len(came_since)}
    )
    _note_distinct(merge.pair, actor=actor, reason=reason)
    return merge


def _require_latest(merge: SubjectMerge) -> None:
    pair = (merge.survivor_id, merge.absorbed_id)
    later = SubjectMerge.objects.filter(
        Q(survivor__in=pair) | Q(absorbed__in=pair), state=workflow.MERGED, decided_at__gt=merge.decided_at
    )
    if later.exists():
        raise Refused("这两个主体之后还办理过合并，请先撤销后一次合并。", code="later_merge_stands")


def _return_what_came_since(moved: dict, survivor: Subject, absorbed: Subject, why: dict) -> list[int]:
    """Persons' records hold no plain number, so what came since stays with the survivor: it is one person's anyway."""
    codes = Identifier.objects.filter(pk__in=moved["identifiers"], cipher="").values_list("lookup", flat=True)
    own = survivor.identifiers.exclude(pk__in=moved["identifiers"]).filter(pk__lte=moved["last_identifier"])
    records = bulk_subjects.records_naming(
        list(codes),
        subject=survivor.pk,
        after=moved["last_record"],
        but_not=list(own.values_list("lookup", flat=True)),
    )
    returning = records + moved["records"]
    codes_since = bulk_subjects.identifiers_named_only_by(
        returning, subject=survivor.pk, after=moved["last_identifier"]
    )
    Identifier.objects.filter(pk__in=codes_since).update(subject=absorbed)
    _give_records(records, absorbed, why)
    return records


def _reopen_duplicates(duplicates: list[dict], why: dict) -> None:
    """Unless somebody has acted on one since. A term that ended meanwhile is closed by the next sweep."""
    for each in duplicates:
        Record.objects.filter(pk=each["record"], revision=each["revision"]).update(
            state=each["state"], ended_on=None, end_reason="", **why
        )
