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
from repair.services.deciding import Decision, decide, preview_letter, propose, register_result, return_to, revoke
from repair.services.filters import drop_filter, save_filter
from repair.services.handling import accept, answer, ask_material, extend, forward, reject
from repair.services.holding import assign, claim, distribute, release
from repair.services.notices import read_notices, send_due
from repair.services.opening import Claim, check_code_of, find_by_receipt, open_case, recall, supplement
from repair.services.representing import grant_power, revoke_power
from repair.services.restoring import confirm, confirm_national
from repair.services.rules import can_repair
from repair.services.seeding import seed
from repair.services.sweeping import end_synchronised, lapse_returned, note_missed

__all__ = [
    "UNTOLD",
    "Claim",
    "Decision",
    "accept",
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
    "drop_filter",
    "end_synchronised",
    "extend",
    "find_by_receipt",
    "forward",
    "grant_power",
    "lapse_returned",
    "may_act_for",
    "note_missed",
    "note_own_reading",
    "open_case",
    "preview_letter",
    "propose",
    "read_notices",
    "recall",
    "register_result",
    "reject",
    "release",
    "require_allowed",
    "require_level",
    "return_to",
    "revoke",
    "revoke_power",
    "save_filter",
    "seed",
    "send_due",
    "sign_in",
    "sign_out",
    "subjects_of",
    "supplement",
]
