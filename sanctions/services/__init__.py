"""The verbs of the consequences, and the only place that writes them."""

from sanctions.services.adoption import accept_inbound, adopt_records
from sanctions.services.files import file_listings
from sanctions.services.joint import (
    answer_task,
    catch_up,
    note_overdue,
    open_actions,
    receive_task,
    return_task,
    verify_task,
)
from sanctions.services.listings import (
    check_proposal,
    close_ended,
    drop_listing,
    enter_listing,
    exit_listing,
    note_review,
    note_statement,
    notify_subject,
    propose_listing,
    refuse_listing,
    resume_listing,
    review_red_lists,
    suspend_listing,
)

__all__ = [
    "accept_inbound",
    "adopt_records",
    "answer_task",
    "catch_up",
    "check_proposal",
    "close_ended",
    "drop_listing",
    "enter_listing",
    "exit_listing",
    "file_listings",
    "note_overdue",
    "note_review",
    "note_statement",
    "notify_subject",
    "open_actions",
    "propose_listing",
    "receive_task",
    "refuse_listing",
    "resume_listing",
    "return_task",
    "review_red_lists",
    "suspend_listing",
    "verify_task",
]
