"""Invented finance products, applications and events: what honest organisations get. Nobody here exists."""

import uuid
from datetime import date, timedelta

from django.db import transaction

from accounts.models import Department, User
from catalogue.models import SubjectKind
from credit_platform import demo
from credit_platform.demo_lists import HONOURED, RED
from records.services.special import Sought
from sanctions import packaging, services
from sanctions.models import FinanceApplication, FinanceProduct, PromotionEvent
from sanctions.services.finance import Wanted
from sanctions.services.promotion import Occasion

VILLAGE_BANK = "云南示例村镇银行股份有限公司"
SOURCE = "演示数据，不是实际产品"
APPLICANTS = (41, 34, 40, 32, 25, 31, 17)  # nothing adverse is held about them
TEA = {
    "name": "演示茶农信用贷",
    "objects_text": "在云南登记的茶叶种植、加工企业和农民专业合作社。",
    "conditions": "登记满一年，近三年没有失信记录；不要求抵押。",
    "amount": "最高 100 万元",
    "term": "最长 24 个月，可以随借随还",
    "cost": "年利率 3.85% 起，不收取其他费用",
    "contact": "演示窗口，工作日 9:00—17:00",
}
TAX = {
    "name": "演示纳税信用贷",
    "objects_text": "纳税信用为 A 级、B 级的企业。",
    "conditions": "连续经营两年以上，近十二个月没有欠税。",
    "amount": "近两年年均纳税额的 3—5 倍，最高 300 万元",
    "term": "12 个月",
    "cost": "年利率 4.05% 起",
    "contact": "演示客服，工作日 8:30—17:30",
}
BOND = {
    "name": "演示守信企业债券发行绿色通道",
    "objects_text": "在守信激励名单上、具备发行条件的企业。",
    "conditions": "符合债券发行的法定条件；综合信用承诺已经公开。",
    "amount": "按核准的规模",
    "term": "3—5 年",
    "cost": "以发行结果为准，承销费用优惠",
    "contact": "演示窗口，工作日 9:00—17:00",
}
PLOUGHING = {
    "name": "演示春耕备耕贷",
    "objects_text": "农民专业合作社和家庭农场。",
    "conditions": "近三年没有失信记录。",
    "amount": "最高 50 万元",
    "term": "最长 10 个月",
    "cost": "年利率 3.65% 起",
    "contact": "演示窗口，工作日 9:00—17:00",
}


@transaction.atomic
def load(market: Department, bank: Department, today: date) -> None:
    """Everything of this file, once. `market` takes applications and plans events, `bank` has an account of its own."""
    if FinanceProduct.objects.exists() or PromotionEvent.objects.exists():
        return
    clerk, lead, teller = (User.objects.get(username=name) for name in ("clerk", "lead", "teller"))
    tea, tax = _load_products(market, bank, clerk, lead, today)
    _load_applications(market, tea, tax, clerk, teller, today)
    _load_events(market, clerk, lead, today)


def _load_products(
    market: Department, bank: Department, clerk: User, lead: User, today: date
) -> tuple[FinanceProduct, FinanceProduct]:
    """One in each state; the two that are offered are returned, the first of the bank that has an account."""

    def enter(kind: str, texts: dict[str, str], named: str, own: Department | None = None, until: date | None = None):
        texts = texts | {"bank_name": named, "source": SOURCE}
        return services.enter_product(kind, texts, department=market, actor=clerk, bank=own, offered_until=until)

    def publish(product: FinanceProduct, on: date) -> FinanceProduct:
        opinion = "内容经机构确认，同意公布（演示数据）。"
        return services.publish_product(product, actor=lead, opinion=opinion, today=on)

    spring = publish(enter("other", PLOUGHING, VILLAGE_BANK), today - timedelta(days=200))
    services.close_product(spring, actor=lead, reason="春耕已经结束（演示数据）。", today=today - timedelta(days=60))
    enter("bond", BOND, bank.name, bank)
    tax = publish(enter("tax", TAX, VILLAGE_BANK, until=today + timedelta(days=180)), today - timedelta(days=40))
    tea = publish(enter("credit", TEA, bank.name, bank), today - timedelta(days=90))
    return tea, tax


def _load_applications(
    market: Department, tea: FinanceProduct, tax: FinanceProduct, clerk: User, teller: User, today: date
) -> None:
    """As far as each comes: waiting, handed over, granted, declined, taken back."""
    opened = [item.code for item in packaging.openable_items(on=today)][:2]
    firms = iter(demo.organisations()[firm] for firm in APPLICANTS)

    def apply(product: FinanceProduct, amount: str, purpose: str, ago: int) -> FinanceApplication:
        firm, on = next(firms), today - timedelta(days=ago)
        wanted = Wanted(
            amount,
            purpose,
            "演示办公室（工作日）",
            f"云演授〔{on:%Y}〕{ago:03d}号",
            on,
            today + timedelta(days=60),
            opened,
        )
        sought = Sought(SubjectKind.ORGANISATION, firm.name, firm.code)
        return services.apply_for_product(
            product, sought, wanted, department=market, actor=clerk, key=uuid.uuid4(), today=on
        )

    services.revoke_consent(apply(tax, "50 万元", "装修门店", 20), actor=clerk, today=today)
    granted, declined = apply(tea, "100 万元", "扩建晾青车间", 15), apply(tea, "60 万元", "短期周转", 12)
    for application, is_granted, answer in (
        (granted, True, "同意，授信 80 万元，期限 24 个月（演示数据）。"),
        (declined, False, "申请用途与产品不符，建议改报流动资金产品（演示数据）。"),
    ):
        services.hand_over(application, actor=teller, today=today)
        services.note_bank_answer(application, actor=teller, is_granted=is_granted, answer=answer, today=today)
    services.hand_over(apply(tax, "200 万元", "支付冷链车辆货款", 6), actor=clerk, today=today)
    services.hand_over(apply(tea, "80 万元", "添置杀青、揉捻设备", 4), actor=teller, today=today)
    apply(tax, "120 万元", "采购包装材料", 2)
    apply(tea, "30 万元", "收购春茶鲜叶", 1)


def _load_events(market: Department, clerk: User, lead: User, today: date) -> None:
    """A fair and a meeting with banks that are announced, one being planned, one taken off."""

    def draw_up(
        kind: str, name: str, place: str, begins: int, days: int, about: str, prefix: str = ""
    ) -> PromotionEvent:
        begins_on = today + timedelta(days=begins)
        occasion = Occasion(
            kind, name, place, begins_on, begins_on + timedelta(days=days), about, [RED], region_prefix=prefix
        )
        return services.draw_up_event(occasion, department=market, actor=clerk, today=today)

    def publish(event: PromotionEvent) -> PromotionEvent:
        return services.publish_event(event, actor=lead, opinion="名单经核对，同意公布（演示数据）。", today=today)

    about = "推介守信激励名单上的企业参展，展位费减半（演示数据）。"
    off = publish(draw_up("other", "演示诚信兴商宣传月推介", "昆明示例广场", 3, 0, "向市民推介守信企业（演示数据）。"))
    services.close_event(off, actor=lead, reason="因场地原因取消（演示数据）。", today=today)
    publish(draw_up("fair", "演示（昆明）高原特色农产品博览会", "昆明示例会展中心 3 号馆", 24, 3, about))
    prefix = demo.organisations()[HONOURED[0]].code[2:6]
    meeting = "守信企业与银行面对面，现场受理信用贷款申请（演示数据）。"
    publish(draw_up("matching", "演示（红河）银企对接会", "红河示例政务服务中心二楼", 12, 0, meeting, prefix))
    draw_up("matching", "演示绿色食品产业银企对接会", "示例产业园会议厅", 60, 1, meeting)
