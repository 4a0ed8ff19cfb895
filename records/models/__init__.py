"""The facts: subjects, their identifiers, credit records, and the batches they came in."""

from records.models.batches import Batch, BatchKey, IdempotencyKey, RejectedRow, StagedRow
from records.models.cases import CodeCase, CodeCaseRow
from records.models.changes import ChangeRequest, Erasure, WithdrawalReason
from records.models.coverage import CoverageBase, CoverageFigure
from records.models.merging import Reason, SubjectMerge, SuspectedDuplicate
from records.models.persons import Certificate
from records.models.previews import Preview, PreviewedRow, ReportingSetting
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
from records.models.subjects import (
    PERSON_ID_KINDS,
    Bigrams,
    FormerName,
    Identifier,
    IdentifierKind,
    Standing,
    StandingChange,
    Subject,
    Verification,
)

__all__ = [
    "PERSON_ID_KINDS",
    "Batch",
    "BatchKey",
    "Bigrams",
    "Bulletin",
    "Certificate",
    "ChangeRequest",
    "CodeCase",
    "CodeCaseRow",
    "CoverageBase",
    "CoverageFigure",
    "Erasure",
    "FigureRun",
    "FormerName",
    "IdempotencyKey",
    "Identifier",
    "IdentifierKind",
    "MonthlyFigure",
    "NationalRefusal",
    "Preview",
    "PreviewedRow",
    "Reason",
    "Record",
    "RecordVersion",
    "RejectedRow",
    "ReportingDuty",
    "ReportingSetting",
    "SpecialQuery",
    "StagedRow",
    "Standing",
    "StandingChange",
    "Subject",
    "SubjectMerge",
    "SuspectedDuplicate",
    "Verification",
    "WithdrawalReason",
    "ZeroReport",
]
