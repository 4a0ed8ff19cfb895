"""The pages of corrections and withdrawals."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from records.models import ChangeRequest, Erasure, Record
from records.views.history import marked
from tests import factories


@pytest.fixture
def lead(department):
    return factories.make_user("lead-a", Role.LEAD, department)


@pytest.fixture
def record(department, clerk) -> Record:
    return factories.register(factories.penalty(department), clerk)


def where(name: str, row) -> str:
    return reverse(f"office:{name}", args=[row.public_id])


def form_of(page: str) -> dict:
    """What the correction page holds, as a browser would send it."""
    data = {}
    for name, value in re.findall(r'<input type="(?:text|hidden)" name="([^"]+)"(?: value="([^"]*)")?', page):
        data[name] = value
    for name, value in re.findall(r'<textarea name="([^"]+)"[^>]*>\s*([^<]*)</textarea>', page):
        data[name] = value
    for name, body in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        data[name] = chosen[1] if chosen else ""
    for name, value in re.findall(r'<input type="(?:radio|checkbox)" name="([^"]+)" value="([^"]+)"[^>]*checked', page):
        data.setdefault(name, [])
        data[name] = [*data[name], value]
    return data


def test_the_form_holds_the_record_and_only_the_change_is_made(office, record):
    page = office.get(where("record-correct", record)).content.decode()
    data = form_of(page)
    assert data["CF_SY"] == "经查，当事人未按规定建立进货查验记录制度。" and data["CF_CFLB"] == ["罚款"]
    data |= {"CF_NR_FK": "5", "reason": "金额少写一位", "evidence_no": "云示更〔2026〕1号"}
    answer = office.post(where("record-correct", record), data)
    assert answer.status_code == 302, answer.content.decode()
    now = Record.objects.get(pk=record.pk)
    assert now.values == record.values | {"CF_NR_FK": "5"}
    shown = office.get(where("record", record)).content.decode()
    assert "第 2 版　更正" in shown and "金额少写一位" in shown
    assert '<del><span class="visually-hidden">删除：</span>0.5</del>' in shown


def test_a_reason_is_needed(office, record):
    data = form_of(office.get(where("record-correct", record)).content.decode()) | {"CF_NR_FK": "5"}
    page = office.post(where("record-correct", record), data).content.decode()
    assert "请写明变更原因" in page and Record.objects.get(pk=record.pk).revision == 1


def test_what_the_checks_find_stands_beside_the_field(office, record):
    data = form_of(office.get(where("record-correct", record)).content.decode())
    page = office.post(where("record-correct", record), data | {"CF_JDRQ": "去年", "reason": "示例"}).content.decode()
    assert "不是日期" in page and 'value="去年"' in page


def test_a_stale_form_shows_what_changed_and_keeps_what_was_typed(office, record, clerk):
    data = form_of(office.get(where("record-correct", record)).content.decode())
    factories.register(factories.penalty(clerk.department, CF_NR="罚款人民币七千元整", CF_NR_FK="0.7"), clerk)
    answer = office.post(where("record-correct", record), data | {"CF_NR_FK": "5", "reason": "示例"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "这条记录已经变化" in page and "<ins>" in page and 'value="5"' in page
    again = form_of(page) | {"CF_NR_FK": "5", "reason": "示例"}
    assert office.post(where("record-correct", record), again).status_code == 302


def test_a_withdrawal_waits_for_the_lead_who_sees_everything_on_one_page(office, browse, lead, record):
    data = {"reason_code": "revoked", "reason": "复议决定撤销", "evidence_no": "云复〔2026〕9号", "key": "k1"}
    answer = office.post(where("record-withdraw", record), data)
    change = ChangeRequest.objects.get()
    assert answer["Location"] == where("change", change)
    assert "暂停公示" in office.get(where("record", record)).content.decode()
    assert "提交审批意见" not in office.get(where("change", change)).content.decode()
    boss = browse(lead)
    page = boss.get(where("change", change)).content.decode()
    assert "复议决定撤销" in page and "云复〔2026〕9号" in page and "提交审批意见" in page
    boss.post(where("change-decide", change), {"decision": "approve", "reason": "属实"})
    assert Record.objects.get(pk=record.pk).state == "withdrawn"
    assert boss.post(where("change-decide", change), {"decision": "refuse", "reason": "晚了"}).status_code == 409


def test_several_are_approved_at_once_and_what_cannot_be_is_told(office, browse, lead, department, clerk):
    for number in (1, 2):
        each = factories.register(factories.penalty(department, number), clerk)
        office.post(where("record-withdraw", each), {"reason_code": "other", "reason": "示例", "key": str(number)})
    boss = browse(lead)
    own = factories.register(factories.penalty(department, 3), lead)
    boss.post(where("record-withdraw", own), {"reason_code": "other", "reason": "示例", "key": "3"})
    chosen = [str(pk) for pk in ChangeRequest.objects.values_list("public_id", flat=True)]
    page = boss.post(reverse("office:changes-approve"), {"change": chosen}, follow=True).content.decode()
    assert "已同意 2 件" in page and "申请人不能审批自己的申请" in page
    assert Record.objects.filter(state="withdrawn").count() == 2


def test_an_erasure_from_the_form_to_the_empty_record(browse, lead, reviewer, record):
    boss, judge = browse(lead), browse(reviewer)
    data = {
        "authority": "示例法院",
        "document_no": "（2026）示1号",
        "legal_basis": "《示例法》第一条",
        "reason": "判决",
    }
    boss.post(where("record-erase", record), data)
    erasure = Erasure.objects.get()
    assert "不能恢复" in judge.get(where("erasure", erasure)).content.decode()
    judge.post(where("erasure-decide", erasure), {"decision": "approve", "reason": "依据成立"})
    shown = boss.get(where("record", record)).content.decode()
    assert "已依法删除" in shown and "进货查验" not in shown


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("罚款人民币五千元整", "罚款人民币七千元整", ["五"], ["七"]),
        ("12000", "1200", ["12000"], ["1200"]),
        ("", "新填", [], ["新填"]),
        ("完全两样", "毫无关系的另一句", ["完全两样"], ["毫无关系的另一句"]),
    ],
)
def test_only_what_changed_is_marked(before, after, gone, come):
    was, is_now = marked(before, after)
    assert [p.text for p in was if p.mark] == gone and [p.text for p in is_now if p.mark] == come
    assert "".join(p.text for p in was) == before and "".join(p.text for p in is_now) == after


def test_home_tells_the_lead_what_waits_and_the_clerk_what_was_refused(office, browse, lead, record):
    office.post(where("record-withdraw", record), {"reason_code": "other", "reason": "示例", "key": "1"})
    boss, change = browse(lead), ChangeRequest.objects.get()
    assert "件更正或撤回等待审批" in boss.get("/office/").content.decode()
    assert "剩" in boss.get("/office/changes/?waiting=1").content.decode()
    boss.post(where("change-decide", change), {"decision": "refuse", "reason": "决定仍然有效"})
    assert "件更正或撤回没有同意" in office.get("/office/").content.decode()
    assert "件更正或撤回等待审批" not in boss.get("/office/").content.decode()


def test_two_revisions_are_compared_and_a_sealed_number_is_not_told(office, clerk, department):
    for kind in ("罚款", "罚款、警告", "警告"):
        record = factories.register(factories.persons_penalty(department, CF_CFLB=kind), clerk)
    page = office.get(where("record", record), {"from": "3", "to": "1"}).content.decode()
    assert "第 1 版与第 3 版的差别" in page and factories.make_id_number(1) not in page
    assert "号码（加密）" not in page  # sealed anew with each report, and the same
