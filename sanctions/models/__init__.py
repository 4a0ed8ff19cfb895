"""The sanctions' tables. One module a noun, all of them named here."""

from sanctions.models.checks import Channel, Check, Matter, Verdict
from sanctions.models.commitments import Commitment, CommitmentKind, CommitmentTemplate, DeferredMaterial
from sanctions.models.joint import JointAction, MeasureTask, Purpose
from sanctions.models.listings import ConductClass, Listing, ListingInForce, ListKind, Origin, Tone
from sanctions.models.memoranda import (
    Addressee,
    Force,
    Incentive,
    Measure,
    MeasureKind,
    Memorandum,
    MemorandumKind,
    NationalMeasure,
    Signatory,
)
from sanctions.models.points import PointsAccount, PointsEntry, PointsRule, PointsTrial
from sanctions.models.supervision import Grade, InputKind, SupervisionClass, SupervisionMethod, SupervisionRun

__all__ = [
    "Addressee",
    "Channel",
    "Check",
    "Commitment",
    "CommitmentKind",
    "CommitmentTemplate",
    "ConductClass",
    "DeferredMaterial",
    "Force",
    "Grade",
    "Incentive",
    "InputKind",
    "JointAction",
    "ListKind",
    "Listing",
    "ListingInForce",
    "Matter",
    "Measure",
    "MeasureKind",
    "MeasureTask",
    "Memorandum",
    "MemorandumKind",
    "NationalMeasure",
    "Origin",
    "PointsAccount",
    "PointsEntry",
    "PointsRule",
    "PointsTrial",
    "Purpose",
    "Signatory",
    "SupervisionClass",
    "SupervisionMethod",
    "SupervisionRun",
    "Tone",
    "Verdict",
]
