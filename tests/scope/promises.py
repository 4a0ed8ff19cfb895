"""What a side owns of commitments, classed supervision, points and rewards, each marked by its word."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import User
from catalogue.models import KeyField
from credit_platform import demo
from records.models import Record
from records.services.special import Sought
from sanctions import services
from sanctions.models import (
    Commitment,
    CommitmentTemplate,
    FinanceApplication,
    FinanceProduct,
    PointsAccount,
    PromotionEvent,
    SupervisionClass,
    SupervisionMethod,
)
from sanctions.services.commitments import Missing, Promise
from sanctions.services.finance import TEXTS, Wanted
from sanctions.services.listings import Named
from sanctions.services.supervision import Design
from tests.conftest import TODAY


def defer(clerk: User, word: str, number: int) -> Commitment:
    """Materials promised by a firm nobody else knows."""
    return services.accept_deferral(
        CommitmentTemplate.objects.get(code="CN-RQSL"),
        Named("organisation", f"示例{word}花卉有限公司", demo.make_uscc("530102", 740 + number)),
        Promise(f"{word}的许可", TODAY, matter_no=f"{word}件1号"),
        [Missing(f"{word}的材料")],
        department=clerk.department, actor=clerk, key=uuid.uuid4(), today=TODAY,
    )  # fmt: skip


def method_of(clerk: User, lead: User, word: str) -> SupervisionMethod:
    inputs = [{"kind": "penalty_general", "weight": -10, "cap": 30, "months": 36}]
    design = Design(
        f"{word}办法", f"{word}的说明", inputs, {"A": 90, "B": 75, "C": 60}, {"A": 1, "B": 3, "C": 10, "D": 30}
    )
    field = KeyField.objects.get(code="IR01")
    drawn_up = services.draw_up_method(field, design, department=clerk.department, actor=clerk)
    method = services.adopt_method(drawn_up, actor=lead, opinion=word, on=TODAY, today=TODAY)
    services.compute_classes(method, actor=clerk, today=TODAY)
    return method


def classed_by(method: SupervisionMethod, record: Record) -> SupervisionClass:
    return SupervisionClass.objects.get(run=method.runs.first(), subject=record.subject)


def account_of(personal: Record, clerk: User, word: str) -> PointsAccount:
    """As if opened while points were tried; the walk goes on with points switched off."""
    return PointsAccount.objects.create(
        department=clerk.department, subject=personal.subject, consent_no=f"{word}同意书", opted_in_on=TODAY,
        opened_by=clerk,
    )  # fmt: skip


@dataclass
class Rewards:
    """Drafts of a product and of an event, and an application for a product that has been closed since."""

    product: FinanceProduct
    event: PromotionEvent
    application: FinanceApplication

    @property
    def ids(self) -> list[str]:
        return [str(row.public_id) for row in (self.product, self.event, self.application)]


def rewards_of(record: Record, clerk: User, lead: User, word: str) -> Rewards:
    unit = clerk.department
    texts = {name: f"{word}的{name}" for name in TEXTS}
    product = services.enter_product("credit", texts, department=unit, actor=clerk)
    offered = services.enter_product("credit", dict.fromkeys(TEXTS, "示例"), department=unit, actor=clerk)
    services.publish_product(offered, actor=lead, opinion="示例", today=TODAY)
    wanted = Wanted(f"{word}元", f"{word}的用途", f"{word}电话", f"{word}授权书", TODAY, TODAY + timedelta(days=30))
    sought = Sought("organisation", record.subject_name, record.subject.uscc)
    application = services.apply_for_product(
        offered, sought, wanted, department=unit, actor=clerk, key=uuid.uuid4(), today=TODAY
    )
    services.close_product(offered, actor=lead, reason="示例", today=TODAY)
    event = PromotionEvent.objects.create(
        department=unit, kind="fair", name=f"{word}博览会", place=word, begins_on=TODAY, ends_on=TODAY, about=word,
        list_codes=["SCOPE"], author=clerk,
    )  # fmt: skip
    return Rewards(product, event, application)
