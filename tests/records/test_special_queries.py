"""特殊查询: nothing is seen before somebody else agrees, nothing after the window, and every look leaves a line."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role
from accounts.services import place_user
from audit.actions import Action
from audit.models import AuditEvent
from catalogue.models import Scope
from credit_platform import demo
from records import crypto, services, workflow
from records.errors import Refused, RightMissing
from records.models import SpecialQuery
from records.services import special
from tests import factories
from tests.factories import TODAY

DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse, data_dir):
    """Every test here is about TODAY."""


@pytest.fixture
def held():
    """A person's record and a firm's, held by somebody else."""
    other = factories.make_department("乙", 712)
    clerk = factories.make_user("clerk-b", Role.CLERK, other)
    person = factories.register(factories.persons_penalty(other), clerk)
    services.note_verification(person.subject, outcome="verified")
    return (
        person,
        factories.register(factories.penalty(other, 2, BZ="内部备注"), clerk),
    )


@pytest.fixture
def lead():
    return factories.make_user("lead-a", Role.LEAD, factories.make_department("甲", 711))


@pytest.fixture
def reviewer():
    return factories.make_user("reviewer", Role.REVIEWER)


def ask(lead, *, number: str = "", uscc: str = "", days: int = 7, scope: str = "shared") -> SpecialQuery:
    sought = (
        special.Sought("person", "示例张三", number, "身份证")
        if number
        else special.Sought("organisation", "昆明示例第1商贸有限公司", uscc)
    )
    return special.request_special_query(
        department=lead.department,
        actor=lead,
        sought=sought,
        scope=scope,
        purpose="核查申请人是否符合资金申报条件",
        legal_basis="《示例专项资金管理办法》第九条",
        case_no="云示资〔2026〕3号",
        days=days,
        today=TODAY,
    )


def granted(query, reviewer) -> SpecialQuery:
    return special.grant_special_query(query, actor=reviewer, reason="用途与依据相称", today=TODAY)


def test_nothing_is_seen_before_it_is_granted_and_nothing_after_the_window(held, lead, reviewer):
    query = ask(lead, uscc=held[1].subject.uscc, days=3)
    with pytest.raises(Refused, match="查询期"):
        special.read_special_query(query, actor=lead, today=TODAY)
    query = granted(query, reviewer)
    assert (query.open_from, query.open_until) == (TODAY, TODAY + 2 * DAY)
    subject, records = special.read_special_query(query, actor=lead, today=TODAY + 2 * DAY)
    assert (subject, records) == (held[1].subject, [held[1]])
    with pytest.raises(Refused, match="查询期"):
        special.read_special_query(query, actor=lead, today=TODAY + 3 * DAY)


def test_a_person_is_found_by_number_and_every_look_leaves_a_line_about_them(held, lead, reviewer):
    query = granted(ask(lead, number=factories.make_id_number(1)), reviewer)
    for _ in range(2):
        subject, records = special.read_special_query(query, actor=lead, today=TODAY)
    assert (subject, records) == (held[0].subject, [held[0]])
    lines = AuditEvent.objects.filter(action=Action.SUBJECT_VIEWED, object_id=str(subject.pk))
    assert [(line.detail["query"], line.detail["records"]) for line in lines] == [(query.pk, 1)] * 2
    assert {(line.reason, line.detail["basis"]) for line in lines} == {(query.purpose, "granted")}


@pytest.mark.parametrize("outcome", ["unverified", "mismatch", "unavailable"])
def test_a_person_who_is_not_verified_is_not_answered_about(held, lead, reviewer, client, outcome):
    query = granted(ask(lead, number=factories.make_id_number(1)), reviewer)
    services.note_verification(held[0].subject, outcome=outcome)
    with pytest.raises(Refused) as refusal:
        special.read_special_query(query, actor=lead, today=TODAY)
    assert refusal.value.code == "identity_unverified"
    client.force_login(lead)
    page = client.get(f"/office/special-queries/{query.public_id}/read/")
    assert page.status_code == 400 and "公安人口库核验一致后可以查看" in page.content.decode()
    assert held[0].document_no not in page.content.decode()
    assert not AuditEvent.objects.filter(action=Action.SUBJECT_VIEWED).exists()


def test_no_line_no_data(held, lead, reviewer, monkeypatch):
    query = granted(ask(lead, number=factories.make_id_number(1)), reviewer)

    def full(*args, **kwargs):
        raise OSError("trail full")

    monkeypatch.setattr(special.audit, "record", full)
    with pytest.raises(OSError):
        special.read_special_query(query, actor=lead, today=TODAY)


def test_the_number_is_kept_sealed_and_stands_in_no_line(lead):
    number = factories.make_id_number(1)
    query = ask(lead, number=number)
    assert crypto.open_text(query.cipher) == number and number not in query.lookup
    assert not [line for line in AuditEvent.objects.all() if number in str(line.detail) + line.object_label]


def test_an_unknown_subject_looks_the_same_until_it_is_granted(held, lead, reviewer):
    known, unknown = ask(lead, number=factories.make_id_number(1)), ask(lead, number=factories.make_id_number(2))
    for name in ("state", "lapses_on", "open_until", "decision_reason"):
        assert getattr(known, name) == getattr(unknown, name)
    assert special.read_special_query(granted(unknown, reviewer), actor=lead, today=TODAY) == (None, [])


def test_a_withdrawn_record_is_not_shown(held, lead, reviewer):
    record = held[1]
    services.withdraw_record(record, actor=record.batch.sent_by, reason="报送错误", today=TODAY)
    query = granted(ask(lead, uscc=record.subject.uscc), reviewer)
    assert special.read_special_query(query, actor=lead, today=TODAY)[1] == []


@pytest.mark.parametrize("days", [0, 31])
def test_the_window_has_a_longest_length(lead, days):
    with pytest.raises(Refused, match="1 至 30 日"):
        ask(lead, uscc=demo.make_uscc("530102", 1), days=days)


def test_a_wrong_number_is_refused_without_repeating_it(lead):
    number = factories.make_id_number(1)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    with pytest.raises(Refused) as refusal:
        ask(lead, number=wrong)
    assert refusal.value.code == "id_number_invalid" and wrong not in refusal.value.message


def test_who_asks_never_decides_and_the_database_says_so_too(lead, reviewer):
    query = ask(lead, uscc=demo.make_uscc("530102", 1))
    for nobody in (lead, factories.make_user("supervisor", Role.SUPERVISOR)):
        with pytest.raises(RightMissing):
            granted(query, nobody)
    with pytest.raises(IntegrityError, match="nobody_grants_their_own_query"), transaction.atomic():
        SpecialQuery.objects.filter(pk=query.pk).update(decided_by=lead)


def test_a_clerk_cannot_ask_for_the_department(lead):
    clerk = factories.make_user("clerk-a", Role.CLERK, lead.department)
    with pytest.raises(RightMissing):
        ask(clerk, uscc=demo.make_uscc("530102", 1))


def test_what_nobody_decides_in_time_cannot_be_granted_any_more(lead, reviewer):
    query = ask(lead, uscc=demo.make_uscc("530102", 1))
    late = query.lapses_on + DAY
    assert query.lapses_on == datetime.date(2026, 11, 30)  # the seventh day is a Sunday
    with pytest.raises(workflow.TransitionRefused):
        special.grant_special_query(query, actor=reviewer, reason="同意", today=late)
    assert special.lapse_special_queries(today=query.lapses_on) == 0
    assert special.lapse_special_queries(today=late) == 1
    assert special.lapse_special_queries(today=late) == 0
    assert AuditEvent.objects.get(action=Action.QUERY_LAPSED).business_on == query.lapses_on


def test_a_window_closed_early_shows_nothing_more(held, lead, reviewer):
    query = granted(ask(lead, uscc=held[1].subject.uscc), reviewer)
    special.drop_special_query(query, actor=lead, today=TODAY)
    with pytest.raises(Refused, match="查询期"):
        special.read_special_query(query, actor=lead, today=TODAY)


def test_the_department_may_lose_the_right_inside_the_window(held, lead, reviewer):
    query = granted(ask(lead, uscc=held[1].subject.uscc), reviewer)
    place_user(lead, department=factories.make_department("丙", 713), role=Role.LEAD)
    with pytest.raises(RightMissing):
        special.read_special_query(query, actor=type(lead).objects.get(pk=lead.pk), today=TODAY)


@pytest.mark.parametrize("scope", [Scope.SHARED, Scope.AUTHORISED])
def test_the_page_shows_the_fields_asked_for_and_no_full_number(held, lead, reviewer, client, scope):
    person = granted(ask(lead, number=factories.make_id_number(1), scope=scope), reviewer)
    firm = granted(ask(lead, uscc=held[1].subject.uscc, scope=scope), reviewer)
    client.force_login(lead)
    shown = client.get(f"/office/special-queries/{firm.public_id}/read/").content.decode()
    assert "内部备注" in shown and "云示罚〔2026〕2号" in shown
    shown = client.get(f"/office/special-queries/{person.public_id}/read/").content.decode()
    number = factories.make_id_number(1)
    assert number not in shown and (f"{number[:6]}********{number[-4:]}" in shown) is (scope == Scope.AUTHORISED)


def test_from_the_form_to_the_records(held, lead, reviewer, client):
    client.force_login(lead)
    data = {"number_kind": "身份证", "number": "", "name": "示例张三", "scope": "shared"}
    data |= {"purpose": "核查资格", "legal_basis": "《示例办法》第三条", "case_no": "1号", "days": "5"}
    assert "请填写号码" in client.post("/office/special-queries/new/", data).content.decode()
    answer = client.post("/office/special-queries/new/", data | {"number": factories.make_id_number(1)})
    where = answer["Location"]
    page = client.get(where).content.decode()
    assert "待审核" in page and factories.make_id_number(1) not in page and "查看信息" not in page
    assert client.get(f"{where}read/").status_code == 400
    client.force_login(reviewer)
    assert "1 件" in client.get("/office/special-queries/?waiting=1").content.decode()
    client.post(f"{where}decide/", {"decision": "grant", "reason": "相称"})
    assert client.post(f"{where}decide/", {"decision": "deny", "reason": "改主意"}).status_code == 409
    client.force_login(lead)
    assert "查看信息" in client.get(where).content.decode()
    assert "昆演" not in client.get(f"{where}read/").content.decode()
    assert "云示罚〔2026〕1号" in client.get(f"{where}read/").content.decode()
