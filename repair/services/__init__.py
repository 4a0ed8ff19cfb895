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
from repair.services.drafts import (
    Target,
    claim_of,
    contested_of,
    drop_draft,
    find_draft,
    save_draft,
    submit_draft,
    sweep_drafts,
)
from repair.services.evidence import add_evidence, drop_evidence, scan_waiting, sweep_evidence
from repair.services.fetching import facts_held
from repair.services.filters import drop_filter, save_filter
from repair.services.finding import find_record, note_met
from repair.services.handling import accept, answer, ask_material, extend, forward, reject
from repair.services.holding import assign, claim, distribute, release
from repair.services.notices import read_notices, send_due
from repair.services.opening import Claim, check_code_of, find_by_receipt, open_case, recall, supplement
from repair.services.progress import look_up
from repair.services.reminding import remind_repairable
from repair.services.representing import grant_power, revoke_power
from repair.services.restoring import confirm, confirm_national
from repair.services.rules import can_repair, terms_in_force
from repair.services.seeding import seed
from repair.services.sweeping import end_synchronised, lapse_returned, note_missed

__all__ = [
    "UNTOLD",
    "Claim",
    "Decision",
    "Target",
    "accept",
    "add_evidence",
    "answer",
    "ask_material",
    "assign",
    "can_repair",
    "check_code_of",
    "claim",
    "claim_of",
    "confirm",
    "confirm_national",
    "contested_of",
    "decide",
    "distribute",
    "drop_draft",
    "drop_evidence",
    "drop_filter",
    "end_synchronised",
    "extend",
    "facts_held",
    "find_by_receipt",
    "find_draft",
    "find_record",
    "forward",
    "grant_power",
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
    "read_notices",
    "recall",
    "register_result",
    "reject",
    "release",
    "remind_repairable",
    "require_allowed",
    "require_level",
    "return_to",
    "revoke",
    "revoke_power",
    "save_draft",
    "save_filter",
    "scan_waiting",
    "seed",
    "send_due",
    "sign_in",
    "sign_out",
    "subjects_of",
    "submit_draft",
    "supplement",
    "sweep_drafts",
    "sweep_evidence",
    "terms_in_force",
    "withdraw_clarification",
]
