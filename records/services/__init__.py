"""The verbs of the facts, and the only place that writes them."""

from records.services.batches import cancel_batch, receive_batch, run_batch
from records.services.editions import approve_edition, carry_out_editions
from records.services.records import expire_records, register_record, withdraw_record
from records.services.subjects import rename_subject, reveal_identifier

__all__ = [
    "approve_edition",
    "cancel_batch",
    "carry_out_editions",
    "expire_records",
    "receive_batch",
    "register_record",
    "rename_subject",
    "reveal_identifier",
    "run_batch",
    "withdraw_record",
]
