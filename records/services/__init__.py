"""The verbs of the facts, and the only place that writes them."""

from records.services.batches import cancel_batch, receive_batch, run_batch
from records.services.previews import change_reporting_setting, commit_batch, drop_batch
from records.services.previews import drop_undecided as drop_undecided_batches
from records.services.previews import read_lost_previews_again
from records.services.records import expire_records, register_record, withdraw_record
from records.services.subjects import rename_subject, reveal_identifier
from records.services.undoing import undo_batch

__all__ = [
    "cancel_batch",
    "change_reporting_setting",
    "commit_batch",
    "drop_batch",
    "drop_undecided_batches",
    "expire_records",
    "read_lost_previews_again",
    "receive_batch",
    "register_record",
    "rename_subject",
    "reveal_identifier",
    "run_batch",
    "undo_batch",
    "withdraw_record",
]
