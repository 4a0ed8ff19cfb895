"""A person on a red list, in a real browser: nominated, announced, entered, found at a counter.

A model volunteer is nobody's business but the counter's: the portal never names a person for what was done well.
"""

from datetime import date, datetime, timedelta

from playwright.sync_api import Page, expect

from credit_platform import demo
from deadlines.clock import BEIJING
from tests.journeys.test_from_clerk_to_portal import restart, sign_in
from tests.running import RunningStack

TODAY = datetime.now(BEIJING).date()
# Beyond the days of the public notice, whatever holidays there are.
AFTER = TODAY + timedelta(days=25)
LIST = "优秀青年志愿者名单"
NAME, NUMBER = "示例某", demo.make_id_number("530102", date(1996, 4, 9), 641)
DOCUMENT = f"云演青荣〔{TODAY.year}〕641号"
MATTER = "评先评优"


def test_a_person_is_honoured_for_the_counter_and_not_named_on_the_portal(platform: RunningStack, open_browser):
    # The clerk nominates and announces it; nobody decides before the notice is over.
    clerk = open_browser()
    sign_in(clerk, platform, "clerk4")
    nominate(clerk)
    listing = clerk.url
    clerk.get_by_role("main").get_by_role("link", name="登记告知", exact=True).click()
    clerk.get_by_label("送达方式").fill("门户网站公示")
    clerk.get_by_role("button", name="登记").click()
    expect(clerk.get_by_role("heading", name=LIST).or_(clerk.get_by_text(LIST)).first).to_be_visible()
    lead = open_browser()
    sign_in(lead, platform, "lead4")
    decide(lead, listing)
    expect(lead.get_by_text("期满以前不能决定列入").first).to_be_visible()

    restart(platform, TODAY=AFTER.isoformat())
    lead = open_browser()
    sign_in(lead, platform, "lead4")
    decide(lead, listing)
    expect(lead.get_by_text("已作出决定")).to_be_visible()

    # A counter finds the honour, the portal names nobody.
    counter = open_browser()
    sign_in(counter, platform, "clerk")
    check(counter, 1)
    expect(counter.get_by_role("main").get_by_text(LIST).first).to_be_visible()
    visitor = open_browser()
    for page in (f"/search/?q={DOCUMENT}", "/lists/"):
        visitor.goto(page)
        expect(visitor.get_by_role("main").get_by_text(NAME)).to_have_count(0)
    assert steps_of(platform) == ["proposed", "notified", "entered"]


def nominate(page: Page) -> None:
    page.goto("/office/lists/new/")
    page.get_by_role("main").get_by_role("link", name=LIST).click()
    page.get_by_label("自然人", exact=True).check()
    page.get_by_label("主体名称或者姓名").fill(NAME)
    page.get_by_label("统一社会信用代码或者证件号码").fill(NUMBER)
    page.get_by_label("决定文书号").fill(DOCUMENT)
    page.get_by_label("决定日期").fill(str(TODAY - timedelta(days=3)))
    page.get_by_label("列入事由").fill("连续五年参加志愿服务，累计一千小时。")
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.get_by_role("heading", name="检查并提交")).to_be_visible()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已提名。")).to_be_visible()


def decide(page: Page, listing: str) -> None:
    page.goto(f"{listing}decide/")
    page.get_by_label("列入", exact=True).check()
    page.get_by_label("理由").fill("事迹真实，符合标准")
    page.get_by_role("button", name="作出决定").click()


def check(page: Page, number: int) -> None:
    page.goto("/office/checks/")
    page.get_by_label("事项", exact=True).select_option(label=MATTER)
    page.get_by_label("代码或证件类型").select_option(label="身份证")
    page.get_by_label("号码", exact=True).fill(NUMBER)
    page.get_by_label("名称或姓名").fill(NAME)
    page.get_by_label("授权书编号").fill(f"云演授〔2026〕{number}号")
    page.get_by_label("业务编号").fill(f"云演评〔2026〕{number}号")
    page.get_by_role("main").locator("form button[type=submit]").last.click()
    expect(page.get_by_role("heading", name="回执", exact=True)).to_be_visible()


def steps_of(platform: RunningStack) -> list[str]:
    rows = platform.ask(
        """
        SELECT e.action FROM audit_auditevent AS e JOIN sanctions_listing AS l ON l.id::text = e.object_id
        WHERE e.action LIKE 'sanctions.listing.%%' AND l.document_no = %s ORDER BY e.id""",
        DOCUMENT,
    )
    return [action.rsplit(".", 1)[1] for (action,) in rows]
