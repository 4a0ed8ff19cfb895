"""The verbs of the consequences, and the only place that writes them."""

from sanctions.services.adoption import accept_inbound, adopt_records
from sanctions.services.checks import check_subject, register_cases, review_names
from sanctions.services.eligibility import certify_clean
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
from sanctions.services.webhooks import end_subscription, notice_changes, replay, resend, send_due, subscribe

__all__ = [
    "accept_inbound",
    "adopt_records",
    "answer_task",
    "catch_up",
    "certify_clean",
    "check_proposal",
    "check_subject",
    "close_ended",
    "drop_listing",
    "end_subscription",
    "enter_listing",
    "exit_listing",
    "file_listings",
    "note_overdue",
    "note_review",
    "note_statement",
    "notice_changes",
    "notify_subject",
    "open_actions",
    "propose_listing",
    "receive_task",
    "refuse_listing",
    "register_cases",
    "replay",
    "resend",
    "resume_listing",
    "return_task",
    "review_names",
    "review_red_lists",
    "send_due",
    "subscribe",
    "suspend_listing",
    "verify_task",
]
