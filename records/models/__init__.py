"""The facts: subjects, their identifiers, credit records, and the batches they came in."""

from records.models.batches import Batch, BatchKey, IdempotencyKey, RejectedRow, StagedRow
from records.models.cases import CodeCase, CodeCaseRow
from records.models.merging import Reason, SubjectMerge, SuspectedDuplicate
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
    "CodeCase",
    "CodeCaseRow",
    "FormerName",
    "IdempotencyKey",
    "Identifier",
    "IdentifierKind",
    "Reason",
    "Record",
    "RecordVersion",
    "RejectedRow",
    "SpecialQuery",
    "StagedRow",
    "Standing",
    "StandingChange",
    "Subject",
    "SubjectMerge",
    "SuspectedDuplicate",
    "Verification",
]
