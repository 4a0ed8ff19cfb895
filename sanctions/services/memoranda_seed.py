"""The register as it is delivered: 45 national memoranda, six of them with measures, and the measures of 33号."""

import csv
from pathlib import Path

import yaml
from django.db import transaction

from audit import services as audit
from audit.actions import Action
from catalogue.models import Evidence, LegalBasis, SubjectKind
from catalogue.services import cite
from sanctions import workflow
from sanctions.models import Addressee, Force, Measure, Memorandum, MemorandumKind, Signatory

DATA = Path(__file__).parents[1] / "data"
FILLED = "措施由平台依国家基础清单和所引法律整理，不是备忘录原文；各条依据待核实"
S33, S33_NAME = "S33", "国发〔2016〕33号 激励和惩戒措施清单"
S33_BASES = {
    "（三）": "state-2016-33-3",
    "（四）": "state-2016-33-4",
    "（五）": "state-2016-33-5",
    "（六）": "state-2016-33-6",
    "（七）": "state-2016-33-7",
    "（八）": "state-2016-33-8",
    "（十）": "state-2016-33-10",
    "（十一）": "state-2016-33-11",
    "（十二）": "state-2016-33-12",
    "（十三）": "state-2016-33-13",
    "（十四）": "state-2016-33-14",
}


@transaction.atomic
def seed_memoranda() -> dict[str, int]:
    """Enter what is not in the register yet. What is there stays as it is: it is changed by a new edition only."""
    known = set(Memorandum.objects.values_list("code", flat=True))
    filled = {content["code"]: content for content in map(_load, sorted((DATA / "memoranda").glob("*.yaml")))}
    entries = [row for row in _table("memoranda.csv") if row["code"] not in known]
    for row in entries:
        _enter(row, filled.get(row["code"]))
    if S33 not in known:
        _enter_list_of_33()
    if entries or S33 not in known:
        audit.record(Action.LISTS_SEEDED, object_type=Memorandum._meta.label, detail={"entries": len(entries)})
    return {"memoranda": Memorandum.objects.count(), "measures": Measure.objects.count()}


def _load(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _enter(row: dict[str, str], content: dict | None) -> None:
    """A register entry; with measures it is in force, and from then on locked."""
    memorandum = Memorandum.objects.create(**row, state=workflow.DRAFT if content else workflow.REGISTERED)
    if content is None:
        return
    Signatory.objects.bulk_create(Signatory(memorandum=memorandum, **entry) for entry in content["signatories"])
    measures = content["measures"]
    bases = cite({m[name] for m in measures for name in ("basis", "responsible_basis") if name in m})
    Measure.objects.bulk_create(
        _measure(memorandum, number, entry, bases) for number, entry in enumerate(measures, start=1)
    )
    for name in ("list_codes", "in_force_from", "objects_text", "procedure"):
        setattr(memorandum, name, content[name])
    memorandum.source = f"{row['source']}。{FILLED}"
    memorandum.state = workflow.APPROVED
    memorandum.save()


def _measure(memorandum: Memorandum, number: int, entry: dict, bases: dict[str, LegalBasis]) -> Measure:
    responsible = bases.get(entry.get("responsible_basis", ""))
    basis = bases[entry["basis"]]
    return Measure(
        memorandum=memorandum,
        number=number,
        text=entry["text"],
        kind=entry["kind"],
        force=entry["force"],
        addressee=entry.get("addressee", Addressee.AUTHORITY),
        implementer=entry["implementer"],
        line=entry["line"],
        legal_basis=basis,
        basis_text=str(basis),
        subject_kinds=entry.get("subject_kinds", list(SubjectKind.values)),
        on_responsible=responsible is not None,
        responsible_basis=responsible,
        national=entry.get("national", ""),
        incentive=entry.get("incentive", ""),
        condition=entry.get("condition", ""),
        evidence=Evidence.TO_BE_VERIFIED,
    )


def _enter_list_of_33() -> None:
    """The 46 + 16 measures the document names. It opens no action: their force is for memoranda to say (（二十）)."""
    memorandum = Memorandum.objects.create(
        code=S33,
        name=S33_NAME,
        kind=MemorandumKind.BOTH,
        lead="国务院",
        document_no="国发〔2016〕33号",
        month="2016-05",
        objects_text="33号（三）至（十四）所列的激励和惩戒对象",
        procedure="供拟订备忘录时引用，不下达任务。强制性与推荐性由备忘录依法律法规确定（33号（二十））。",
        state=workflow.REGISTERED,
        source="国发〔2016〕33号（三）至（八）、（十）至（十四），实施单位的简称据一般知识",
        evidence=Evidence.VERIFIED,
    )
    bases = cite(set(S33_BASES.values()))
    Measure.objects.bulk_create(
        _reference(memorandum, row, bases[S33_BASES[row["paragraph"]]]) for row in _table("measures_of_33.csv")
    )


def _reference(memorandum: Memorandum, row: dict[str, str], basis: LegalBasis) -> Measure:
    is_authority = row["addressee"] == Addressee.AUTHORITY
    said = (f"对象：{row['objects']}" if row["objects"] else "", row["condition"])
    return Measure(
        memorandum=memorandum,
        number=row["number"],
        text=row["text"],
        kind=row["kind"],
        force=Force.RECOMMENDED if is_authority else Force.REFERENCE,
        addressee=row["addressee"],
        implementer=row["implementer"],
        legal_basis=basis,
        basis_text=str(basis),
        subject_kinds=list(SubjectKind.values),
        on_responsible=bool(row["on_responsible"]),
        responsible_basis=basis if row["on_responsible"] else None,
        national=row["national"],
        incentive=row["incentive"],
        condition="；".join(filter(None, said)),
        evidence=Evidence.VERIFIED,
    )
