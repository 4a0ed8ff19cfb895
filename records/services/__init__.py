"""The verbs of the facts, and the only place that writes them."""

from records.services.batches import cancel_batch, run_batch
from records.services.cases import answer_case, find_code_cases, reopen_case, settle_case
from records.services.coverage import count_coverage, import_population
from records.services.editions import approve_edition, carry_out_editions
from records.services.folders import receive_folder
from records.services.inboxes import carry_inbox
from records.services.merging import (
    dismiss_merge,
    find_duplicates,
    judge_distinct,
    merge_subjects,
    suggest_merge,
    unmerge_subjects,
)
from records.services.previews import change_reporting_setting, commit_batch, drop_batch, read_lost_previews_again
from records.services.previews import drop_undecided as drop_undecided_batches
from records.services.receiving import receive_batch
from records.services.records import (
    dispute_record,
    end_record,
    expire_records,
    register_record,
    restore_record,
    settle_record,
    withdraw_record,
)
from records.services.subjects import (
    enter_standing,
    know_subject,
    note_verification,
    rename_subject,
    reveal_identifier,
)
from records.services.systems import change_system, end_system, enter_system, receive_from
from records.services.undoing import undo_batch

__all__ = [
    "answer_case",
    "approve_edition",
    "cancel_batch",
    "carry_inbox",
    "carry_out_editions",
    "change_reporting_setting",
    "change_system",
    "commit_batch",
    "count_coverage",
    "dismiss_merge",
    "dispute_record",
    "drop_batch",
    "drop_undecided_batches",
    "end_record",
    "end_system",
    "enter_standing",
    "enter_system",
    "expire_records",
    "find_code_cases",
    "find_duplicates",
    "import_population",
    "judge_distinct",
    "know_subject",
    "merge_subjects",
    "note_verification",
    "read_lost_previews_again",
    "receive_batch",
    "receive_folder",
    "receive_from",
    "register_record",
    "rename_subject",
    "reopen_case",
    "restore_record",
    "reveal_identifier",
    "run_batch",
    "settle_case",
    "settle_record",
    "suggest_merge",
    "undo_batch",
    "unmerge_subjects",
    "withdraw_record",
]
