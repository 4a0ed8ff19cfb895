"""Products of banks for the honest, applications with a written consent, and what a bank is told (33号（七）, F051)."""

import json
import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.checkpoints import is_signature
from audit.models import AuditEvent
from catalogue.models import ItemField
from records import services as record_services
from records.errors import Refused, RightMissing
from records.services.special import Sought
from records.workflow import TransitionRefused
from sanctions import packaging, services
from sanctions.models import FinanceApplication, FinanceHandover, FinanceProduct
from sanctions.services.finance import Wanted
from tests.conftest import TODAY
from tests.factories import make_user, penalty, register
from tests.sanctions.conftest import FIRM, make_line

TEXTS = {
    "name": "示例信易贷", "bank_name": "示例演示银行", "objects_text": "示例对象", "conditions": "示例条件",
    "amount": "最高 100 万元", "term": "最长 12 个月", "cost": "示例利率", "contact": "示例窗口",
    "source": "示例说明书",
}  # fmt: skip
UNTIL = TODAY + timedelta(days=30)
CONSENT = {"consent_no": "示授〔2026〕1号", "consent_on": TODAY, "consent_until": UNTIL}


@pytest.fixture
def bank(market):
    return make_line("YH", 754, "530100", name="示例演示银行")


@pytest.fixture
def teller(bank):
    return make_user("teller-s", Role.CLERK, bank)


@pytest.fixture
def product(market, clerk, lead, bank):
    entered = services.enter_product("credit", TEXTS, department=market, actor=clerk, bank=bank)
    return services.publish_product(entered, actor=lead, opinion="同意", today=TODAY)


@pytest.fixture
def bankless(market, clerk, lead):
    entered = services.enter_product("tax", TEXTS, department=market, actor=clerk)
    return services.publish_product(entered, actor=lead, opinion="同意", today=TODAY)


@pytest.fixture
def apply(market, clerk):
    def apply(product: FinanceProduct, *, key: uuid.UUID | None = None, sought: Sought | None = None, **changes):
        wanted = Wanted("50 万元", "示例用途", "示例电话", **CONSENT | changes)
        sought = sought or Sought(FIRM.kind, FIRM.name, FIRM.number)
        return services.apply_for_product(
            product, sought, wanted, department=market, actor=clerk, key=key or uuid.uuid4(), today=TODAY
        )

    return apply


@pytest.fixture
def secret(db):
    """A field of penalties that only a consent opens, and one that nothing opens."""
    ItemField.objects.filter(item__code="XZCF", code="CF_NR").update(scope="authorised")
    ItemField.objects.filter(item__code="XZCF", code="CF_SY").update(scope="shared")


def read(client, name: str, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return re.sub(r"<[^>]*>", "", answer.content.decode())  # names may break only between certain words


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_product_is_published_by_another_person_and_then_does_not_change(market, clerk, lead):
    entered = services.enter_product("credit", TEXTS, department=market, actor=clerk)
    assert "示例信易贷" not in read(Client(), "portal:finance")
    with pytest.raises(RightMissing):
        services.publish_product(entered, actor=clerk, opinion="同意", today=TODAY)
    published = services.publish_product(entered, actor=lead, opinion="同意", today=TODAY)
    for words in ("示例信易贷", "示例演示银行", "最高 100 万元", "示例利率"):
        assert words in read(Client(), "portal:finance")
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        FinanceProduct.objects.filter(pk=published.pk).update(cost="另一个利率")
    services.close_product(published, actor=lead, reason="示例", today=TODAY)
    assert "示例信易贷" not in read(Client(), "portal:finance")


def test_an_incomplete_product_is_refused(market, clerk):
    with pytest.raises(Refused) as refused:
        services.enter_product("credit", TEXTS | {"cost": " "}, department=market, actor=clerk)
    assert refused.value.code == "text_missing"


def test_a_bank_is_told_what_everybody_sees_and_what_the_consent_opens(product, apply, clerk, teller, secret):
    register(penalty(clerk.department, 1), clerk)
    without = services.hand_over(apply(product), actor=teller, today=TODAY)["content"]["records"][0]["values"]
    opened = services.hand_over(apply(product, items=["XZCF"]), actor=teller, today=TODAY)
    values = opened["content"]["records"][0]["values"]
    amount, facts = (ItemField.objects.get(item__code="XZCF", code=code).name for code in ("CF_NR", "CF_SY"))
    assert amount not in without and facts not in without
    assert values[amount] == "罚款人民币五千元整" and facts not in values
    assert set(values) - set(without) == {amount}


def test_what_is_highly_sensitive_or_of_somebody_responsible_no_consent_opens(secret):
    assert "XZCF" in {item.code for item in packaging.openable_items(on=TODAY)}
    ItemField.objects.filter(item__code="XZCF", scope="authorised").update(sensitivity="high")
    assert "XZCF" not in {item.code for item in packaging.openable_items(on=TODAY)}


def test_a_record_withdrawn_is_not_in_the_package(product, apply, clerk, teller):
    record = register(penalty(clerk.department, 1), clerk)
    record_services.withdraw_record(record, actor=clerk, reason="有误", today=TODAY)
    assert services.hand_over(apply(product), actor=teller, today=TODAY)["content"]["records"] == []


def test_the_package_is_signed_and_every_hand_over_leaves_its_line(product, apply, teller):
    application = apply(product)
    package = services.hand_over(application, actor=teller, today=TODAY)
    services.hand_over(application, actor=teller, today=TODAY)
    body = json.dumps(package["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    signature = package["signature"]
    assert is_signature(body, signature["value"], signature["public_key"])
    assert not is_signature(body + b" ", signature["value"], signature["public_key"])
    lines = AuditEvent.objects.filter(action="sanctions.finance.handed")
    assert [line.detail["digest"] for line in lines.order_by("pk")] == list(
        FinanceHandover.objects.order_by("pk").values_list("digest", flat=True)
    )
    assert lines.count() == 2
    with pytest.raises(ProgrammingError, match="insert-only"), transaction.atomic():
        FinanceHandover.objects.update(records=0)


def test_without_an_account_of_the_bank_the_file_is_made_once_by_the_counter(bankless, apply, clerk, teller):
    application = apply(bankless)
    with pytest.raises(RightMissing):
        services.hand_over(application, actor=teller, today=TODAY)
    assert services.hand_over(application, actor=clerk, today=TODAY)["content"]["applicant"]["name"] == FIRM.name
    with pytest.raises(Refused) as refused:
        services.hand_over(application, actor=clerk, today=TODAY)
    assert refused.value.code == "package_taken_already"


def test_the_counter_does_not_take_what_is_for_the_bank(product, apply, clerk):
    with pytest.raises(RightMissing):
        services.hand_over(apply(product), actor=clerk, today=TODAY)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent_no": " "}, "consent_missing"),
        ({"consent_on": TODAY + timedelta(days=1)}, "consent_dates_wrong"),
        ({"consent_until": TODAY - timedelta(days=1)}, "consent_dates_wrong"),
        ({"items": ["ZRRY"]}, "item_cannot_be_opened"),
        ({"sought": Sought("organisation", FIRM.name, "91530102000000000X")}, "uscc_invalid"),
        ({"sought": Sought("person", "示例张三", "1")}, "subject_is_a_person"),
    ],
)
def test_an_application_without_a_good_consent_or_applicant_is_refused(product, apply, changes, code):
    with pytest.raises(Refused) as refused:
        apply(product, **changes)
    assert refused.value.code == code
    assert not FinanceApplication.objects.exists()


def test_another_name_for_the_code_is_refused(product, apply, clerk):
    register(penalty(clerk.department, 1), clerk)
    with pytest.raises(Refused) as refused:
        apply(product, sought=Sought(FIRM.kind, "昆明示例别的公司", FIRM.number))
    assert refused.value.code == "name_differs"


def test_nothing_is_applied_for_that_is_not_offered(market, clerk, lead, product, apply):
    services.close_product(product, actor=lead, reason="示例", today=TODAY)
    with pytest.raises(Refused) as refused:
        apply(product)
    assert refused.value.code == "product_not_offered"


def test_the_same_form_sent_twice_is_one_application(product, apply):
    key = uuid.uuid4()
    assert apply(product, key=key) == apply(product, key=key)
    assert FinanceApplication.objects.count() == 1


def test_when_the_consent_is_over_or_taken_back_nothing_more_is_handed_over(product, apply, clerk, teller):
    application = apply(product)
    with pytest.raises(Refused) as refused:
        services.hand_over(application, actor=teller, today=UNTIL + timedelta(days=1))
    assert refused.value.code == "consent_is_over"
    services.revoke_consent(application, actor=clerk, today=TODAY)
    with pytest.raises(TransitionRefused):
        services.hand_over(application, actor=teller, today=TODAY)


def test_the_database_keeps_no_application_without_consent(product, apply):
    application = apply(product)
    with pytest.raises(IntegrityError, match="nothing_is_told_a_bank_without_consent"), transaction.atomic():
        FinanceApplication.objects.filter(pk=application.pk).update(consent_no="")


def test_from_the_counter_to_the_banks_answer(product, clerk, teller, rehearse):
    rehearse(TODAY)
    form = {
        "key": uuid.uuid4().hex, "product": str(product.public_id), "number": FIRM.number, "name": FIRM.name,
        "amount": "50 万元", "purpose": "示例用途", "contact": "示例电话", "consent_no": "示授〔2026〕1号",
        "consent_on": "2026-11-22", "consent_until": "2026-12-22",
    }  # fmt: skip
    counter, window = browser(clerk), browser(teller)
    assert (
        "请填写授权书编号" in counter.post(reverse("office:finance-apply"), form | {"consent_no": ""}).content.decode()
    )
    assert counter.post(reverse("office:finance-apply"), form).status_code == 302
    application = FinanceApplication.objects.get()
    assert FIRM.name in read(window, "office:finance-applications")
    file = window.post(reverse("office:finance-package", args=[application.public_id]))
    assert file.status_code == 200 and "no-store" in file["Cache-Control"]
    assert json.loads(file.content)["content"]["consent"]["number"] == "示授〔2026〕1号"
    where = reverse("office:finance-answer", args=[application.public_id])
    assert window.post(where, {"is_granted": "yes", "answer": "同意 30 万元"}).status_code == 302
    shown = read(counter, "office:finance-application", application.public_id)
    assert "同意 30 万元" in shown and "机构已答复" in shown


def test_another_department_and_another_bank_see_nothing_of_it(product, apply, market, rehearse):
    rehearse(TODAY)
    application = apply(product)
    for line, number in (("YH", 755), ("CZT", 756)):
        stranger = browser(make_user(f"stranger-{number}", Role.CLERK, make_line(line, number, "530300", unit="FAR")))
        assert stranger.get(reverse("office:finance-application", args=[application.public_id])).status_code == 404
        assert stranger.post(reverse("office:finance-package", args=[application.public_id])).status_code == 404
        assert FIRM.name not in read(stranger, "office:finance-applications")


def test_the_world_sees_products_and_nobody_who_applies(product, apply):
    apply(product)
    assert FIRM.name not in read(Client(), "portal:finance")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('credit_portal', 'sanctions_financeapplication', 'SELECT')")
        assert cursor.fetchone() == (False,)


def test_a_product_is_shown_until_its_last_day(market, clerk, lead, rehearse):
    until = date(2026, 11, 30)
    entered = services.enter_product("bond", TEXTS, department=market, actor=clerk, offered_until=until)
    services.publish_product(entered, actor=lead, opinion="同意", today=TODAY)
    rehearse(until)
    assert "示例信易贷" in read(Client(), "portal:finance")
    rehearse(until + timedelta(days=1))
    assert "示例信易贷" not in read(Client(), "portal:finance")
