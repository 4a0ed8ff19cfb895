"""The facts: subjects, their identifiers, credit records, and the batches they came in."""

from records.models.batches import Batch, BatchKey, IdempotencyKey, RejectedRow, StagedRow
from records.models.quality import (
    Bulletin,
    FigureRun,
    MonthlyFigure,
    NationalRefusal,
    ReportingDuty,
    ZeroReport,
)
from records.models.records import Record, RecordVersion
from records.models.special import SpecialQuery
from records.models.subjects import PERSON_ID_KINDS, Bigrams, Identifier, IdentifierKind, Subject

__all__ = [
    "PERSON_ID_KINDS",
    "Batch",
    "BatchKey",
    "Bigrams",
    "Bulletin",
    "FigureRun",
    "IdempotencyKey",
    "Identifier",
    "IdentifierKind",
    "MonthlyFigure",
    "NationalRefusal",
    "Record",
    "RecordVersion",
    "RejectedRow",
    "ReportingDuty",
    "SpecialQuery",
    "StagedRow",
    "Subject",
    "ZeroReport",
]
