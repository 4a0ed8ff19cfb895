"""Invented commitments, a method of classed supervision with its classes, and ratings, to try the platform with."""

import uuid
from datetime import date, timedelta

from django.db import transaction

from accounts.models import Department, User
from catalogue.models import KeyField
from credit_platform import demo
from records.models import Record, Subject
from sanctions import services
from sanctions.models import Commitment, CommitmentTemplate, SupervisionMethod
from sanctions.services.commitments import Missing, Promise
from sanctions.services.listings import Named
from sanctions.services.supervision import Design

TEXT = (
    "依据国发〔2016〕33号（六），参考信用状况确定检查频次：信用好的少检查，有严重失信的多检查。分类只供安排抽查时参考，"
    "不替代依法应当进行的检查。对分类有异议的，向本部门提出。（演示）"
)
DESIGN = Design(
    "演示工商领域信用分类监管办法",
    TEXT,
    [
        {"kind": "penalty_serious", "weight": -30, "cap": 60, "months": 36},
        {"kind": "penalty_general", "weight": -10, "cap": 30, "months": 12},
        {"kind": "field_adverse", "weight": -10, "cap": 30, "months": 36},
        {"kind": "abnormal", "weight": -15, "cap": 15, "months": 36},
        {"kind": "breach", "weight": -15, "cap": 30, "months": 12},
        {"kind": "black_listed", "weight": -60, "cap": 60, "months": 0},
        {"kind": "honour", "weight": 5, "cap": 10, "months": 36},
        {"kind": "reported", "weight": 5, "cap": 5, "months": 0},
    ],
    {"A": 95, "B": 85, "C": 60},
    {"A": 1, "B": 3, "C": 10, "D": 30},
    base=90,
)


@transaction.atomic
def load(market: Department, today: date) -> None:
    """Everything of this file, once. `market` is the demonstration department of market supervision."""
    if Commitment.objects.exists():
        return
    clerk, lead = User.objects.get(username="clerk"), User.objects.get(username="lead")
    _load_commitments(market, clerk, lead, today)
    _load_method(market, clerk, lead, today)


def _load_commitments(market: Department, clerk: User, lead: User, today: date) -> None:
    firms = [Named("organisation", firm.name, firm.code) for firm in demo.organisations()[:6]]
    ago = [today - timedelta(days=days) for days in (3, 20, 45, 60, 90, 10)]

    def accept(code: str, named: Named, reason: str, made_on: date, due_on: date | None = None) -> Commitment:
        promise = Promise(reason, made_on, due_on, is_public=True)
        return services.accept_commitment(
            CommitmentTemplate.objects.get(code=code), named, promise, department=market, actor=clerk,
            key=uuid.uuid4(), today=today,
        )  # fmt: skip

    accept("CN-ZHXY", firms[0], "主动公开综合信用承诺", ago[0])
    accept("CN-SPTD", firms[1], "申请食品经营许可，以告知承诺方式办理", ago[1], today + timedelta(days=5))
    kept = accept("CN-ZLFW", firms[2], "公开茶叶产品质量承诺", ago[2], ago[0])
    services.note_fulfilled(kept, actor=clerk, result="抽检合格，承诺的事项已经落实。", on=ago[0], today=today)
    accept("CN-SPTD", firms[3], "申请预包装食品销售备案，承诺场所符合条件", ago[3], ago[1])
    broken = accept("CN-SPTD", firms[4], "申请热食类食品制售许可，承诺设施符合条件", ago[4], ago[2])
    services.find_breach(
        broken, actor=clerk, unperformed="事后核查时，承诺的设施没有配备。", is_partial=False,
        answer="当事人说明正在采购，没有提供证明。", today=today,
    )  # fmt: skip
    services.confirm_breach(
        broken, actor=lead, document_no=f"云演违〔{today.year}〕1号", reason="核查记录清楚，说明不能成立。", today=today
    )
    doubted = accept("CN-ZHXY", firms[5], "主动公开综合信用承诺", ago[4], ago[1])
    services.find_breach(
        doubted, actor=clerk, unperformed="没有按承诺公开服务价格。", is_partial=True,
        answer="当事人称网页正在改版，十日内恢复。", today=today,
    )  # fmt: skip
    services.accept_deferral(
        CommitmentTemplate.objects.get(code="CN-RQSL"), _without_adverse_record(),
        Promise("申请食品生产许可变更", ago[5]),
        [Missing("场地平面图（加盖公章）"), Missing("法定代表人变更证明复印件")],
        department=market, actor=clerk, key=uuid.uuid4(), today=today,
    )  # fmt: skip
    itself = Named("organisation", market.name, market.uscc or "")
    promised = accept("CN-ZWCN", itself, "企业开办一个工作日办结", ago[4], ago[0])
    services.note_fulfilled(promised, actor=clerk, result="已按承诺的时限办理并公开情况。", on=ago[0], today=today)
    accept("CN-ZWCN", itself, "公平竞争审查举报七个工作日答复", ago[3], today + timedelta(days=60))


def _without_adverse_record() -> Named:
    """An invented organisation whose materials may be deferred."""
    adverse = Record.objects.filter(item__is_adverse=True).values("subject")
    good = Subject.objects.filter(uscc__in=[firm.code for firm in demo.organisations()]).exclude(pk__in=adverse)
    firm = good.order_by("pk").last()
    assert firm is not None and firm.uscc is not None
    return Named("organisation", firm.legal_name, firm.uscc)


def _load_method(market: Department, clerk: User, lead: User, today: date) -> SupervisionMethod:
    method = services.draw_up_method(KeyField.objects.get(code="IR01"), DESIGN, department=market, actor=clerk)
    services.adopt_method(method, actor=lead, opinion="同意，自即日起施行。（演示）", on=today, today=today)
    services.compute_classes(method, actor=clerk, today=today)
    return method
