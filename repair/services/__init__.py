"""The verbs of the way back, and the only place that writes them."""

from repair.services.applicants import (
    UNTOLD,
    may_act_for,
    note_own_reading,
    require_allowed,
    require_level,
    sign_in,
    sign_out,
    subjects_of,
)
from repair.services.clarifying import may_be_clarified, publish_clarification, withdraw_clarification
from repair.services.deciding import Decision, decide, preview_letter, propose, register_result, return_to, revoke
from repair.services.evidence import add_evidence, drop_evidence, scan_waiting, sweep_evidence
from repair.services.filters import drop_filter, save_filter
from repair.services.finding import find_record, note_met
from repair.services.handling import accept, answer, ask_material, extend, forward, reject
from repair.services.holding import assign, claim, distribute, release
from repair.services.notices import send_due
from repair.services.opening import Claim, check_code_of, find_by_receipt, open_case, recall, supplement
from repair.services.progress import look_up
from repair.services.restoring import confirm, confirm_national
from repair.services.rules import can_repair
from repair.services.seeding import seed
from repair.services.sweeping import end_synchronised, lapse_returned, note_missed

__all__ = [
    "UNTOLD",
    "Claim",
    "Decision",
    "accept",
    "add_evidence",
    "answer",
    "ask_material",
    "assign",
    "can_repair",
    "check_code_of",
    "claim",
    "confirm",
    "confirm_national",
    "decide",
    "distribute",
    "drop_evidence",
    "drop_filter",
    "end_synchronised",
    "extend",
    "find_by_receipt",
    "find_record",
    "forward",
    "lapse_returned",
    "look_up",
    "may_act_for",
    "may_be_clarified",
    "note_met",
    "note_missed",
    "note_own_reading",
    "open_case",
    "preview_letter",
    "propose",
    "publish_clarification",
    "recall",
    "register_result",
    "reject",
    "release",
    "require_allowed",
    "require_level",
    "return_to",
    "revoke",
    "save_filter",
    "scan_waiting",
    "seed",
    "send_due",
    "sign_in",
    "sign_out",
    "subjects_of",
    "supplement",
    "sweep_evidence",
    "withdraw_clarification",
]
