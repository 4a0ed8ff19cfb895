"""A clerk puts a record right and takes it back, in a real browser; the lead agrees on one screen."""

from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from credit_platform import demo
from deadlines.clock import BEIJING
from tests.running import RunningStack

TODAY = datetime.now(BEIJING).date()
FIRM = demo.Organisation("昆明官渡示例更正茶业有限公司", demo.make_uscc("530111", 947), "示癸")
DOCUMENT = f"云演更罚〔{TODAY.year}〕1号"


def test_a_record_is_corrected_at_once_and_withdrawn_by_two(platform: RunningStack, open_browser):
    report(platform)
    clerk, lead, visitor = open_browser(), open_browser(), open_browser()
    visitor.goto(f"/subjects/{FIRM.code}/")
    expect(visitor.get_by_text(DOCUMENT).first).to_be_visible()

    sign_in(clerk, platform, "clerk")
    clerk.goto(f"/office/records/?q={DOCUMENT}")
    clerk.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    where = clerk.url
    clerk.get_by_role("link", name="更正", exact=True).click()
    clerk.get_by_label("变更原因").fill("金额少写一位（演示）")
    clerk.locator("[name=CF_NR_FK]").fill("7")
    clerk.get_by_role("button", name="提交更正").click()
    expect(clerk.get_by_role("heading", name="第 2 版　更正")).to_be_visible()
    expect(clerk.locator("#revision-2 ins").first).to_contain_text("7")

    clerk.get_by_role("link", name="撤回", exact=True).click()
    clerk.get_by_label("撤回原因").select_option("revoked")
    clerk.get_by_label("说明").fill("决定已被撤销（演示）")
    clerk.get_by_role("button", name="提交审批").click()
    expect(clerk.get_by_text("等待本部门负责人审批").first).to_be_visible()
    visitor.reload()
    expect(visitor.get_by_text(DOCUMENT)).to_have_count(0)

    sign_in(lead, platform, "lead")
    lead.get_by_role("link", name="件更正或撤回等待审批").click()
    row = lead.get_by_role("row").filter(has_text=DOCUMENT)
    row.get_by_role("link").first.click()
    lead.get_by_label("同意", exact=True).check()
    lead.get_by_label("意见").fill("已核对撤销决定（演示）")
    lead.get_by_role("button", name="提交审批意见").click()
    expect(lead.get_by_text("审批意见已保存")).to_be_visible()

    clerk.goto(where)
    for words in ("第 4 版　撤回", "第 3 版　申请撤回，暂停公示", "第 2 版　更正", "第 1 版　报送"):
        expect(clerk.get_by_role("heading", name=words)).to_be_visible()


def report(platform: RunningStack) -> None:
    department = platform.demo["department"]
    row = next(demo.penalties((department["name"], department["uscc"]), TODAY)) | {
        "行政相对人名称": FIRM.name,
        "行政相对人代码_1": FIRM.code,
        "行政相对人代码_2": "",
        "行政处罚决定书文号": DOCUMENT,
        "处罚决定日期": str(TODAY - timedelta(days=3)),
    }
    batch = platform.send_batch("行政处罚", demo.as_csv([row]))
    platform.wait_until("taken in", lambda: platform.batch(batch)["state"] == "committed", seconds=30)


def sign_in(page: Page, platform: RunningStack, username: str) -> None:
    page.goto("/office/")
    password = next(user["password"] for user in platform.demo["users"] if user["username"] == username)
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="待办", level=1)).to_be_visible()
