"""The verbs of the consequences, and the only place that writes them."""

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
    suspend_listing,
)

__all__ = [
    "answer_task",
    "catch_up",
    "close_ended",
    "drop_listing",
    "enter_listing",
    "exit_listing",
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
    "suspend_listing",
    "verify_task",
]
