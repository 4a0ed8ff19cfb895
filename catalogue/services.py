"""Verbs on the catalogue: seed it, and take an edition from its draft to the day it is in force.

An administrator drafts, a reviewer approves: two roles nobody holds together (T-12), and the database refuses an
approver who is the author.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import date, timedelta

from django.db import models, transaction
from django.utils import timezone

from accounts.models import Role, User
from audit import services as audit
from audit.actions import Action
from catalogue import lawbook, reading, workflow
from catalogue.errors import EditionRefused, NotTheirs
from catalogue.lawbook import FIELDS, FURTHER, Law
from catalogue.models import (
    DisplayRule,
    Edition,
    FieldType,
    InformationItem,
    ItemField,
    KeyField,
    LegalBasis,
    Occupation,
    Scope,
    Sensitivity,
    SourceLine,
    SubjectKind,
)
from catalogue.soundness import require_sound, shaped

TABLES = ((KeyField, "key_fields.csv"), (Occupation, "occupations.csv"), (SourceLine, "sources.csv"))
DRAFTERS, APPROVERS = (Role.ADMINISTRATOR,), (Role.REVIEWER,)
BASELINE = "基准版"
DAY = timedelta(days=1)
# The first rule an item ever has applies to whatever is reported under it, however long ago it was decided.
FROM_THE_BEGINNING = date(1949, 10, 1)


@transaction.atomic
def seed() -> dict[str, int]:
    """Fill an empty catalogue and call that edition 1. Afterwards a seed changes nothing: that takes an edition."""
    if not Edition.objects.exists():
        _seed_rows()
        edition = Edition.objects.create(
            number=1,
            name=BASELINE,
            law=lawbook.read_law(),
            state=workflow.APPROVED,
            in_force_on=InformationItem.objects.aggregate(first=models.Min("in_force_from"))["first"],
            approved_at=timezone.now(),
            carried_out_at=timezone.now(),
        )
        audit.record(Action.EDITION_SEEDED, edition)
    return {
        "legal_bases": LegalBasis.objects.count(),
        "items": InformationItem.objects.count(),
        "display_rules": DisplayRule.objects.count(),
    }


@transaction.atomic
def cite(codes: Iterable[str]) -> dict[str, LegalBasis]:
    """The citations by code, for what upper apps rest on; one an older catalogue lacks is taken over from the file.

    Raises LookupError for a code that stands nowhere.
    """
    wanted = set(codes)
    known = {basis.code: basis for basis in LegalBasis.objects.filter(code__in=wanted)}
    for entry in reading.load("legal_bases.yaml"):
        if entry["code"] in wanted - known.keys():
            known[entry["code"]] = LegalBasis.objects.create(**entry)
    if missing := wanted - known.keys():
        raise LookupError(f"没有编码为 {'、'.join(sorted(missing))} 的法律依据")
    return known


def _seed_rows() -> None:
    for model, name in TABLES:
        for row in reading.table(name):
            model.objects.get_or_create(code=row["code"], defaults=row)
    for entry in reading.load("legal_bases.yaml"):
        LegalBasis.objects.get_or_create(code=entry["code"], defaults=entry)
    bases = {basis.code: basis for basis in LegalBasis.objects.all()}
    for entry in reading.items():
        _seed_item(entry, bases)
    for entry in reading.display_rules():
        DisplayRule.objects.get_or_create(
            key=entry["key"],
            defaults={
                "item_code": entry["item"],
                "severity": entry.get("severity", ""),
                "method": entry["method"],
                "minimum_months": entry.get("minimum"),
                "maximum_months": entry.get("maximum"),
                "legal_basis": bases[entry["basis"]],
                "in_force_from": entry["from"],
                "in_force_until": entry.get("until"),
                "source": entry["source"],
                "evidence": entry["evidence"],
            },
        )


def _seed_item(entry: dict, bases: dict[str, LegalBasis]) -> None:
    if InformationItem.objects.filter(code=entry["code"]).exists():
        return
    fields, further = entry.pop("fields"), entry.pop("further_bases")
    entry.pop("display", None)
    item = InformationItem.objects.create(**entry | {"legal_basis": bases[entry["legal_basis"]]})
    item.further_bases.set(bases[code] for code in further)
    ItemField.objects.bulk_create(ItemField(item=item, **_graded(field)) for field in fields)
    audit.record(Action.ITEM_SEEDED, item, detail={"code": item.code})


def _graded(field: dict) -> dict:
    """A seeded field says its sensitivity only where it is not what its type and scope say already."""
    if field.get("type") == FieldType.ID_NUMBER:
        return {"sensitivity": Sensitivity.HIGH} | field
    return {"sensitivity": Sensitivity.SENSITIVE} | field if field.get("scope") == Scope.AUTHORISED else field


def require_role(actor: User, roles: Iterable[Role]) -> None:
    """Raises NotTheirs unless the actor's role takes this step."""
    if not actor.is_active or actor.role not in roles:
        raise NotTheirs


@transaction.atomic
def start_draft(*, name: str, reason: str, actor: User) -> Edition:
    """Begin a new edition from the law book as it stands. Several drafts may be written side by side."""
    require_role(actor, DRAFTERS)
    base = Edition.objects.select_for_update().newest()
    last = Edition.objects.aggregate(last=models.Max("number"))["last"]
    edition = Edition.objects.create(
        number=last + 1, name=name, reason=reason, base=base, law=lawbook.read_law(), author=actor
    )
    audit.record(Action.EDITION_DRAFTED, edition, actor=actor, detail={"base": base.number})
    return edition


@transaction.atomic
def _change(edition: Edition, actor: User, detail: dict[str, str], edit: Callable[[Law], None]) -> Edition:
    """Let `edit` change the text of a draft. Raises TransitionRefused once it has been submitted."""
    require_role(actor, DRAFTERS)
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    edition.state = workflow.next_state(edition.state, "change")
    law = deepcopy(edition.law)
    edit(law)
    edition.law = lawbook.in_order(law)
    edition.save(update_fields=["state", "law"])
    audit.record(Action.EDITION_CHANGED, edition, actor=actor, detail=detail)
    return edition


def change_basis(edition: Edition, row: dict, *, actor: User) -> Edition:
    """Add a legal basis to the draft, or put `row` in the place of the one with its code."""

    def edit(law: Law) -> None:
        law["bases"] = [basis for basis in law["bases"] if basis["code"] != row["code"]] + [row]

    return _change(edition, actor, {"basis": row["code"]}, edit)


def change_item(edition: Edition, row: dict, *, actor: User) -> Edition:
    """Add an item, with the fields every item has, or change the one with its code; its fields stay as they are."""

    def edit(law: Law) -> None:
        held = lawbook.item_of(law, row["code"])
        fields = held[FIELDS] if held else _standard_fields(row)
        law["items"] = [item for item in law["items"] if item is not held] + [row | {FIELDS: fields}]

    return _change(edition, actor, {"item": row["code"]}, edit)


def _standard_fields(item: dict) -> list[dict]:
    """The fields the platform itself needs of a row, under codes of the new item."""
    kinds = set(item["subject_kinds"])
    missing = {"person"} - kinds | ({"organisation"} if kinds <= {"person"} else set())
    labels = [kind.label for kind in SubjectKind if kind in kinds]
    fields = []
    for entry in reading.load("standard_fields.yaml"):
        if entry.pop("only", "") in missing:
            continue
        if entry.get("role") == "subject_kind":
            entry["values"] = labels
        fields.append(entry | {"seq": len(fields) + 1, "code": entry["code"].replace("*", item["code"])})
    empty = {"bases": [], "rules": []}
    return shaped(empty | {"items": [item | {FIELDS: [_graded(field) for field in fields]}]})["items"][0][FIELDS]


def end_item(edition: Edition, code: str, *, actor: User) -> Edition:
    """Take an item and its display rules out of the draft: from that edition on nothing is reported under it."""

    def edit(law: Law) -> None:
        law["items"] = [item for item in law["items"] if item["code"] != code]
        law["rules"] = [rule for rule in law["rules"] if rule["item_code"] != code]

    return _change(edition, actor, {"ended_item": code}, edit)


def change_field(edition: Edition, item: str, row: dict, *, actor: User) -> Edition:
    """Add a field to an item of the draft, or put `row` in the place of the one with its code."""

    def edit(law: Law) -> None:
        held = _held(law, item)
        held[FIELDS] = [field for field in held[FIELDS] if field["code"] != row["code"]] + [row]

    return _change(edition, actor, {"item": item, "field": row["code"]}, edit)


def end_field(edition: Edition, item: str, code: str, *, actor: User) -> Edition:
    """Take a field out of an item of the draft."""

    def edit(law: Law) -> None:
        held = _held(law, item)
        held[FIELDS] = [field for field in held[FIELDS] if field["code"] != code]

    return _change(edition, actor, {"item": item, "ended_field": code}, edit)


def change_rule(edition: Edition, row: dict, *, actor: User) -> Edition:
    """Add a display rule to the draft, or put `row` in the place of the one for its item and severity."""

    def edit(law: Law) -> None:
        same = lawbook.rule_id(row)
        law["rules"] = [rule for rule in law["rules"] if lawbook.rule_id(rule) != same] + [row]

    return _change(edition, actor, {"rule": ".".join(filter(None, lawbook.rule_id(row)))}, edit)


def import_law(edition: Edition, raw: object, *, actor: User) -> Edition:
    """Put a whole law book, as published, in the place of the draft's. Raises LawUnsound when it cannot be read."""
    law = shaped(raw)

    def edit(text: Law) -> None:
        text.update(law)

    return _change(edition, actor, {"imported": str(len(law["items"]))}, edit)


def _held(law: Law, code: str) -> dict:
    item = lawbook.item_of(law, code)
    if item is None:
        raise EditionRefused("草案中已经没有这个目录项。", code="item_unknown")
    return item


@transaction.atomic
def submit(edition: Edition, *, actor: User) -> Edition:
    """Hand the draft to a second person. Raises LawUnsound with everything that cannot stand, TransitionRefused."""
    require_role(actor, DRAFTERS)
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    edition.state = workflow.next_state(edition.state, "submit")
    require_sound(edition.law)
    if not lawbook.compare(edition.base.law, edition.law):
        raise EditionRefused("草案与现行目录没有不同，不需要提交。", code="nothing_changed")
    edition.author, edition.submitted_at = actor, timezone.now()
    edition.save(update_fields=["state", "author", "submitted_at"])
    audit.record(Action.EDITION_SUBMITTED, edition, actor=actor)
    return edition


@transaction.atomic
def return_draft(edition: Edition, *, opinion: str, actor: User) -> Edition:
    """Give the draft back to its author with what has to be mended."""
    require_role(actor, APPROVERS)
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    edition.state, edition.opinion = workflow.next_state(edition.state, "return"), opinion
    edition.save(update_fields=["state", "opinion"])
    audit.record(Action.EDITION_RETURNED, edition, actor=actor, reason=opinion)
    return edition


@transaction.atomic
def abandon(edition: Edition, *, actor: User) -> Edition:
    """Give a draft up. Its text stays to be read."""
    require_role(actor, DRAFTERS)
    edition = Edition.objects.select_for_update().get(pk=edition.pk)
    edition.state = workflow.next_state(edition.state, "abandon")
    edition.save(update_fields=["state"])
    audit.record(Action.EDITION_ABANDONED, edition, actor=actor)
    return edition


@transaction.atomic
def approve(
    edition: Edition, *, in_force_on: date, recomputes: bool, opinion: str, impact: dict, actor: User, today: date
) -> Edition:
    """Put the draft in force on a day, today at the earliest: what differs begins, its former ends the day before.

    `recomputes` decides whether display terms that are running are shortened too; `impact` is what that would mean, as
    the approver saw it. Raises EditionRefused (`author_approves`, `base_superseded`, `too_early`), TransitionRefused.
    """
    require_role(actor, APPROVERS)
    edition = Edition.objects.select_for_update(of=("self",)).select_related("base").get(pk=edition.pk)
    newest = Edition.objects.select_for_update().newest()
    edition.state = workflow.next_state(edition.state, "approve")
    if edition.author_id == actor.pk:
        raise EditionRefused("拟订人不能批准自己拟订的版本。", code="author_approves")
    if edition.base_id != newest.pk:
        raise EditionRefused(f"起草之后，{newest}已经批准。请退回，在新版上重新起草。", code="base_superseded")
    if in_force_on < today or in_force_on <= newest.in_force_on:
        raise EditionRefused("施行日期不能早于今天，也不能早于或等于上一版的施行日期。", code="too_early")
    require_sound(edition.law)
    edition.approver, edition.approved_at, edition.opinion = actor, timezone.now(), opinion
    edition.in_force_on, edition.recomputes, edition.impact = in_force_on, recomputes, impact
    _enact(edition, actor)
    edition.save()
    detail = {"in_force_on": in_force_on.isoformat(), "recomputes": recomputes}
    audit.record(Action.EDITION_APPROVED, edition, actor=actor, reason=opinion, detail=detail)
    return edition


def mark_carried_out(edition: Edition) -> None:
    """Say that the records have followed the edition, in the caller's transaction."""
    edition.carried_out_at = timezone.now()
    edition.save(update_fields=["carried_out_at"])


def _enact(edition: Edition, actor: User) -> None:
    """Turn what has changed into dated rows."""
    old, new, on = lawbook.read_law(), edition.law, edition.in_force_on
    bases = _enact_bases(old, new, actor)
    _enact_items(old, new, on, bases, actor)
    _enact_rules(old, new, edition, bases, actor)


def _enact_bases(old: Law, new: Law, actor: User) -> dict[str, LegalBasis]:
    """A legal basis is a citation; its former wording stays in the former edition. None is ever deleted."""
    held = {row["code"]: row for row in old["bases"]}
    for row in new["bases"]:
        if held.get(row["code"]) != row:
            basis, _ = LegalBasis.objects.update_or_create(code=row["code"], defaults=row)
            audit.record(Action.BASIS_CHANGED, basis, actor=actor)
    return {basis.code: basis for basis in LegalBasis.objects.all()}


def _enact_items(old: Law, new: Law, on: date, bases: dict[str, LegalBasis], actor: User) -> None:
    before, after = ({item["code"]: item for item in law["items"]} for law in (old, new))
    differing = [code for code in {**before, **after} if before.get(code) != after.get(code)]
    _end(InformationItem.objects.filter(code__in=differing), on)
    for code in differing:
        if code not in after:
            audit.record(Action.ITEM_CHANGED, actor=actor, object_type="catalogue.InformationItem", label=code)
            continue
        row = {name: value for name, value in after[code].items() if name not in (FIELDS, FURTHER)}
        item = InformationItem.objects.create(**row | {"legal_basis": bases[row["legal_basis"]], "in_force_from": on})
        item.further_bases.set(bases[basis] for basis in after[code][FURTHER])
        ItemField.objects.bulk_create(ItemField(item=item, **field) for field in after[code][FIELDS])
        audit.record(Action.ITEM_CHANGED, item, actor=actor, detail={"code": code})


def _enact_rules(old: Law, new: Law, edition: Edition, bases: dict[str, LegalBasis], actor: User) -> None:
    kept = {lawbook.rule_id(rule) for rule in new["rules"]}
    ruled = set(DisplayRule.objects.values_list("item_code", flat=True))
    for rule in old["rules"]:
        if lawbook.rule_id(rule) not in kept:
            _end(
                DisplayRule.objects.filter(item_code=rule["item_code"], severity=rule["severity"]), edition.in_force_on
            )
    for row in lawbook.renewed_rules(old, new):
        code, severity = lawbook.rule_id(row)
        _end(DisplayRule.objects.filter(item_code=code, severity=severity), edition.in_force_on)
        rule = DisplayRule.objects.create(
            **row | {"legal_basis": bases[row["legal_basis"]]},
            key=lawbook.rule_key(edition.number, code, severity),
            in_force_from=edition.in_force_on if code in ruled else FROM_THE_BEGINNING,
            retroactive_from=edition.in_force_on if edition.recomputes else None,
        )
        audit.record(Action.RULE_CHANGED, rule, actor=actor)


def _end(rows: models.QuerySet, on: date) -> None:
    """Let these rows end the day before `on`. Raises EditionRefused for one that has not begun by then."""
    running = rows.filter(in_force_until__isnull=True)
    if running.filter(in_force_from__gte=on).exists():
        raise EditionRefused("被取代的内容在该日之前还没有施行，请选择更晚的施行日期。", code="too_early")
    running.update(in_force_until=on - DAY)
