"""A department puts its records right, in a real browser: asked for by one person, agreed to by another.

Three ways: a penalty's correction takes effect at once; that of an entry of the list of the seriously dishonest waits
for a second lead while the portal shows what it showed; a penalty whose withdrawal waits is not shown meanwhile.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from credit_platform import demo
from deadlines.clock import BEIJING
from tests.journeys.test_from_clerk_to_portal import settle, sign_in
from tests.running import RunningStack

TODAY = datetime.now(BEIJING).date()
FIRM = demo.Organisation("昆明官渡示例更正茶业有限公司", demo.make_uscc("530111", 947), "示癸")
PENALTY = f"云演更罚〔{TODAY.year}〕1号"
ENTRY = f"云演更严〔{TODAY.year}〕1号"
FORMER, RIGHT = "拖欠农民工工资十二万元。", "拖欠农民工工资二万元。"


@dataclass(frozen=True, slots=True)
class Shown:
    """A record that is out: its address for staff, for visitors, and the nation's ledger of it."""

    platform: RunningStack
    public_id: str

    @property
    def office(self) -> str:
        return f"/office/records/{self.public_id}/"

    @property
    def portal(self) -> str:
        return f"/records/{self.public_id}/"

    def ledger(self) -> list[tuple[int, str, bool]]:
        """(revision, order, is it what the nation shows now) of each delivery, the newest first."""
        settle(self.platform)
        answer = self.platform.call(f"{self.platform.stub_url}received/?record={self.public_id}")[1]
        return [(row["revision"], row["action"], row["effective"]) for row in answer["results"]]


def test_a_correction_takes_effect_once_a_second_person_agrees(platform: RunningStack, open_browser):
    entry = report(platform, "严重失信主体名单", listed(platform))
    lead, second, visitor = open_browser(), open_browser(), open_browser()
    sign_in(lead, platform, "lead")
    sign_in(second, platform, "lead2")
    assert entry.ledger() == [(1, "publish", True)]

    # The clerk's word is not enough for this list: nothing changes until somebody else has looked.
    lead.goto(entry.office)
    lead.get_by_role("link", name="更正", exact=True).click()
    lead.get_by_label("变更原因").fill("数额多写一位（演示）")
    expect(lead.get_by_label("列入事由")).to_have_value(FORMER)
    lead.get_by_label("列入事由").fill(RIGHT)
    lead.get_by_role("button", name="提交审批").click()
    expect(lead.get_by_text("已提交，等待本部门负责人审批")).to_be_visible()
    expect(lead.get_by_role("row").filter(has_text="列入事由")).to_contain_text("二万元")
    expect(lead.get_by_role("button", name="提交审批意见")).to_have_count(0)
    visitor.goto(entry.portal)
    expect(visitor.get_by_role("main")).to_contain_text(FORMER)

    # Not even by sending the form by hand.
    asked = lead.url
    token = lead.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    form = {"csrfmiddlewaretoken": token, "decision": "approve", "reason": "我自己同意"}
    answer = lead.request.post(f"{asked}decide/", form=form, headers={"Referer": lead.url})
    assert answer.status == 404

    decide(second, ENTRY, "已与原决定核对（演示）")
    visitor.reload()
    expect(visitor.get_by_role("main")).to_contain_text(RIGHT)
    expect(visitor.get_by_role("main")).not_to_contain_text(FORMER)

    # Who, when and why, and what changed, word by word.
    lead.goto(entry.office)
    revision = lead.locator("#revision-2")
    expect(revision.get_by_role("heading", name="第 2 版　更正")).to_be_visible()
    for words in (str(TODAY), "负责人 演示乙", "数额多写一位（演示）"):
        expect(revision).to_contain_text(words)
    row = revision.get_by_role("row").filter(has_text="列入事由")
    expect(row.locator("del")).to_have_text("删除：十")
    expect(lead.locator("#timeline").locator("..").locator("..")).to_contain_text("lead2")
    assert entry.ledger() == [(2, "publish", True), (1, "publish", False)]


def test_a_penalty_is_corrected_at_once_and_hidden_while_its_withdrawal_waits(platform: RunningStack, open_browser):
    penalty = report(platform, "行政处罚", fined(platform))
    clerk, lead, visitor = open_browser(), open_browser(), open_browser()
    sign_in(clerk, platform, "clerk")
    clerk.goto(penalty.office)
    clerk.get_by_role("link", name="更正", exact=True).click()
    clerk.get_by_label("变更原因").fill("金额多写一位（演示）")
    clerk.get_by_label("罚款金额（万元）").fill("0.7")
    clerk.get_by_role("button", name="提交更正").click()
    expect(clerk.get_by_text("门户已显示更正后的内容")).to_be_visible()
    expect(clerk.locator("#revision-2 ins")).to_contain_text("0.7")
    visitor.goto(penalty.portal)
    expect(visitor.get_by_role("main")).to_contain_text("0.7")
    assert penalty.ledger() == [(2, "publish", True), (1, "publish", False)]

    clerk.get_by_role("link", name="撤回", exact=True).click()
    clerk.get_by_label("撤回原因").select_option(label="决定已被撤销或变更")
    clerk.get_by_label("说明").fill("决定已被复议机关撤销（演示）")
    clerk.get_by_role("button", name="提交审批").click()
    expect(clerk.get_by_text("已提交，等待本部门负责人审批")).to_be_visible()
    assert visitor.goto(penalty.portal).status == 404
    assert penalty.ledger()[0] == (3, "withdraw", False)

    sign_in(lead, platform, "lead")
    decide(lead, PENALTY, "已核对撤销决定（演示）")
    assert visitor.goto(penalty.portal).status == 404
    clerk.goto(penalty.office)
    for words in ("第 4 版　撤回", "第 3 版　申请撤回，暂停公示", "第 2 版　更正", "第 1 版　报送"):
        expect(clerk.get_by_role("heading", name=words)).to_be_visible()
    assert not any(effective for _, _, effective in penalty.ledger())


def decide(page: Page, document_no: str, opinion: str) -> None:
    """From the task on the home page to the request, and agree."""
    page.goto("/office/")
    page.get_by_role("link", name=re.compile("件更正或撤回等待审批")).press("Enter")  # by keyboard, as many do
    page.get_by_role("row").filter(has_text=document_no).get_by_role("link").first.click()
    page.get_by_label("同意", exact=True).check()
    page.get_by_label("意见", exact=True).fill(opinion)
    page.get_by_role("button", name="提交审批意见").click()
    expect(page.get_by_text("审批意见已保存")).to_be_visible()


def report(platform: RunningStack, item: str, row: dict[str, str]) -> Shown:
    """Send one row as the department's program does, and wait until it is out."""
    document_no = next(row[name] for name in ("行政处罚决定书文号", "列入决定文书号") if name in row)
    batch = platform.send_batch(item, demo.as_csv([row]))
    platform.wait_until("taken in", lambda: platform.batch(batch)["state"] == "committed", seconds=60)
    [(public_id,)] = platform.ask("SELECT public_id::text FROM records_record WHERE document_no = %s", document_no)
    return Shown(platform, public_id)


def fined(platform: RunningStack) -> dict[str, str]:
    department = platform.demo["department"]
    return next(demo.penalties((department["name"], department["uscc"]), TODAY)) | {
        "行政相对人名称": FIRM.name,
        "行政相对人代码_1": FIRM.code,
        "法定代表人": FIRM.head,
        "行政处罚决定书文号": PENALTY,
        "罚款金额（万元）": "7",
        "处罚决定日期": str(TODAY - timedelta(days=3)),
    }


def listed(platform: RunningStack) -> dict[str, str]:
    department = platform.demo["department"]
    return demo.others((department["name"], department["uscc"]), TODAY)["YZSX"][0] | {
        "主体名称": FIRM.name,
        "统一社会信用代码": FIRM.code,
        "列入决定文书号": ENTRY,
        "列入事由": FORMER,
        "列入日期": str(TODAY - timedelta(days=3)),
    }
