"""The sanctions' tables. One module a noun, all of them named here."""

from sanctions.models.checks import Channel, Check, Matter, Verdict
from sanctions.models.joint import Industry, JointAction, MeasureTask, Purpose
from sanctions.models.listings import ConductClass, Listing, ListingInForce, ListKind, Origin, Tone
from sanctions.models.memoranda import (
    BANS,
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

__all__ = [
    "BANS",
    "Addressee",
    "Channel",
    "Check",
    "ConductClass",
    "Force",
    "Incentive",
    "Industry",
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
    "Purpose",
    "Signatory",
    "Tone",
    "Verdict",
]
