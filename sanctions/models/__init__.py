"""The sanctions' tables. One module a noun, all of them named here."""

from sanctions.models.checks import Channel, Check, EligibilityCertificate, Matter, MatterCases, ReviewOpinion, Verdict
from sanctions.models.commitments import Commitment, CommitmentKind, CommitmentTemplate, DeferredMaterial
from sanctions.models.finance import FinanceApplication, FinanceHandover, FinanceKind, FinanceProduct
from sanctions.models.joint import Industry, JointAction, MeasureTask, Purpose
from sanctions.models.listings import ConductClass, Listing, ListingFile, ListingInForce, ListKind, Origin, Tone
from sanctions.models.memoranda import (
    BANS,
    Addressee,
    Force,
    Incentive,
    Measure,
    MeasureKind,
    Memorandum,
    MemorandumKind,
    NationalMeasure,
    Signatory,
)
from sanctions.models.points import PointsAccount, PointsEntry, PointsRule, PointsTrial
from sanctions.models.promotion import EventKind, PromotionEvent, Recommendation
from sanctions.models.supervision import Grade, InputKind, SupervisionClass, SupervisionMethod, SupervisionRun
from sanctions.models.webhooks import Subscription, WebhookDelivery

__all__ = [
    "BANS",
    "Addressee",
    "Channel",
    "Check",
    "Commitment",
    "CommitmentKind",
    "CommitmentTemplate",
    "ConductClass",
    "DeferredMaterial",
    "EligibilityCertificate",
    "EventKind",
    "FinanceApplication",
    "FinanceHandover",
    "FinanceKind",
    "FinanceProduct",
    "Force",
    "Grade",
    "Incentive",
    "Industry",
    "InputKind",
    "JointAction",
    "ListKind",
    "Listing",
    "ListingFile",
    "ListingInForce",
    "Matter",
    "MatterCases",
    "Measure",
    "MeasureKind",
    "MeasureTask",
    "Memorandum",
    "MemorandumKind",
    "NationalMeasure",
    "Origin",
    "PointsAccount",
    "PointsEntry",
    "PointsRule",
    "PointsTrial",
    "PromotionEvent",
    "Purpose",
    "Recommendation",
    "ReviewOpinion",
    "Signatory",
    "Subscription",
    "SupervisionClass",
    "SupervisionMethod",
    "SupervisionRun",
    "Tone",
    "Verdict",
    "WebhookDelivery",
]
