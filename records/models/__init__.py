"""The facts: subjects, their identifiers, credit records, and the batches they came in."""

from records.models.batches import Batch, BatchKey, IdempotencyKey, RejectedRow, StagedRow
from records.models.changes import ChangeRequest, Erasure, WithdrawalReason
from records.models.records import Record, RecordVersion
from records.models.special import SpecialQuery
from records.models.subjects import PERSON_ID_KINDS, Bigrams, Identifier, IdentifierKind, Subject

__all__ = [
    "PERSON_ID_KINDS",
    "Batch",
    "BatchKey",
    "Bigrams",
    "ChangeRequest",
    "Erasure",
    "IdempotencyKey",
    "Identifier",
    "IdentifierKind",
    "Record",
    "RecordVersion",
    "RejectedRow",
    "SpecialQuery",
    "StagedRow",
    "Subject",
    "WithdrawalReason",
]
