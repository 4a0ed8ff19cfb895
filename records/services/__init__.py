"""The verbs of the facts, and the only place that writes them."""

from records.services.batches import cancel_batch, receive_batch, run_batch
from records.services.folders import receive_folder
from records.services.inboxes import carry_inbox
from records.services.previews import change_reporting_setting, commit_batch, drop_batch, read_lost_previews_again
from records.services.previews import drop_undecided as drop_undecided_batches
from records.services.records import expire_records, register_record, withdraw_record
from records.services.subjects import rename_subject, reveal_identifier
from records.services.undoing import undo_batch

__all__ = [
    "cancel_batch",
    "carry_inbox",
    "change_reporting_setting",
    "commit_batch",
    "drop_batch",
    "drop_undecided_batches",
    "expire_records",
    "read_lost_previews_again",
    "receive_batch",
    "receive_folder",
    "register_record",
    "rename_subject",
    "reveal_identifier",
    "run_batch",
    "undo_batch",
    "withdraw_record",
]
