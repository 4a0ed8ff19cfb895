"""Cases and what belongs to them. Written by the services alone."""

from repair.models.applicants import Act, Applicant, Draft, RealNameLevel, Representation
from repair.models.cases import Case, Channel, Remedy, Step, Way
from repair.models.clocks import Clock, ClockExtension, ClockStop
from repair.models.consequences import Cause, Clarification, OwnStatement, Receiver, Restoration, RestorationReceiver
from repair.models.evidence import Evidence, Scan
from repair.models.filters import SavedFilter
from repair.models.texts import LetterText, Notice, NoticeChannel, RepairRule

__all__ = [
    "Act",
    "Applicant",
    "Case",
    "Cause",
    "Channel",
    "Clarification",
    "Clock",
    "ClockExtension",
    "ClockStop",
    "Draft",
    "Evidence",
    "LetterText",
    "Notice",
    "NoticeChannel",
    "OwnStatement",
    "RealNameLevel",
    "Receiver",
    "Remedy",
    "RepairRule",
    "Representation",
    "Restoration",
    "RestorationReceiver",
    "SavedFilter",
    "Scan",
    "Step",
    "Way",
]
