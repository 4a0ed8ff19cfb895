"""The verbs of the facts, and the only place that writes them."""

from records.services.batches import cancel_batch, receive_batch, run_batch
from records.services.cases import answer_case, find_code_cases, reopen_case, settle_case
from records.services.editions import approve_edition, carry_out_editions
from records.services.merging import (
    dismiss_merge,
    find_duplicates,
    judge_distinct,
    merge_subjects,
    suggest_merge,
    unmerge_subjects,
)
from records.services.records import expire_records, register_record, withdraw_record
from records.services.subjects import enter_standing, note_verification, rename_subject, reveal_identifier

__all__ = [
    "answer_case",
    "approve_edition",
    "cancel_batch",
    "carry_out_editions",
    "dismiss_merge",
    "enter_standing",
    "expire_records",
    "find_code_cases",
    "find_duplicates",
    "judge_distinct",
    "merge_subjects",
    "note_verification",
    "receive_batch",
    "register_record",
    "rename_subject",
    "reopen_case",
    "reveal_identifier",
    "run_batch",
    "settle_case",
    "suggest_merge",
    "unmerge_subjects",
    "withdraw_record",
]
