"""A black listing from the proposal to the exit, in a real browser: nobody is entered unheard, and off means off.

A clerk proposes and tells the subject; days go by; the lead, not the clerk, decides; the portal shows it with standard
and way off; the lead takes it off, and the portal shows it no more.
"""

from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from credit_platform import demo
from deadlines.clock import BEIJING
from tests.journeys.test_from_clerk_to_portal import restart, sign_in
from tests.running import RunningStack

TODAY = datetime.now(BEIJING).date()
# Beyond the time to answer, whatever holidays there are.
AFTER = TODAY + timedelta(days=25)
LIST = "市场监督管理严重违法失信名单"
FIRM = demo.Organisation("昆明呈贡示例黑榜建材有限公司", demo.make_uscc("530114", 911), "示戊")
DOCUMENT = f"云演市监列〔{TODAY.year}〕911号"


def test_an_organisation_is_listed_shown_and_taken_off(platform: RunningStack, open_browser):
    # The clerk proposes, checks, submits, and writes down that the subject has been told.
    clerk = open_browser()
    sign_in(clerk, platform, "clerk")
    propose(clerk)
    case = clerk.url
    expect(clerk.get_by_text("还没有告知")).to_be_visible()
    clerk.get_by_role("link", name="列入告知书").click()
    expect(clerk.get_by_text("有权进行陈述和申辩")).to_be_visible()
    clerk.goto(case)
    clerk.get_by_role("main").get_by_role("link", name="登记告知", exact=True).click()
    clerk.get_by_label("送达方式").fill("直接送达")
    clerk.get_by_role("button", name="登记").click()
    expect(clerk.get_by_text("当事人可以陈述申辩至")).to_be_visible()

    # The lead cannot decide yet, and nobody outside knows of it.
    lead = open_browser()
    sign_in(lead, platform, "lead")
    decide(lead, case)
    expect(lead.get_by_text("期满以前不能决定列入").first).to_be_visible()
    visitor = open_browser()
    assert not is_shown(visitor)

    # The time to answer is over: the lead finds the case waiting, and decides.
    restart(platform, TODAY=AFTER.isoformat())
    lead = open_browser()
    sign_in(lead, platform, "lead")
    waiting = lead.get_by_role("main").get_by_role("link", name="件名单条目等待决定")
    lead.goto(waiting.get_attribute("href"))
    expect(lead.get_by_text(DOCUMENT)).to_be_visible()
    decide(lead, case)
    expect(lead.get_by_text("已作出决定")).to_be_visible()
    lead.get_by_role("link", name="列入决定书").click()
    expect(lead.get_by_text("申请行政复议")).to_be_visible()

    # The portal shows it, with the standard and how one gets off.
    assert is_shown(visitor)
    visitor.get_by_role("main").get_by_role("link", name=FIRM.name).first.click()
    expect(visitor.get_by_role("heading", name="这是什么名单")).to_be_visible()
    expect(visitor.get_by_text("如何移出")).to_be_visible()

    # Joint action: the tasks of three departments and their feedback belong here.

    # The lead takes it off; the portal shows it no more, at once.
    lead.goto(case)
    lead.get_by_role("main").get_by_role("link", name="移出名单", exact=True).click()
    lead.get_by_label("移出原因").select_option(label="符合移出条件")
    lead.get_by_label("理由").fill("已经履行义务、消除影响")
    lead.get_by_role("button", name="移出").click()
    expect(lead.get_by_text("已移出。")).to_be_visible()
    assert not is_shown(visitor)
    assert steps_of(platform) == ["proposed", "notified", "entered", "exited"]


def propose(page: Page) -> None:
    page.goto("/office/lists/new/")
    page.get_by_role("main").get_by_role("link", name=LIST).click()
    page.get_by_label("法人及非法人组织").check()
    page.get_by_label("主体名称或者姓名").fill(FIRM.name)
    page.get_by_label("统一社会信用代码或者证件号码").fill(FIRM.code)
    page.get_by_label("决定文书号").fill(DOCUMENT)
    page.get_by_label("决定日期").fill(str(TODAY - timedelta(days=3)))
    page.get_by_label("失信行为类别").select_option(label="无证照经营")
    page.get_by_label("列入事由").fill("经查，当事人未取得许可从事经营活动，情节严重。")
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.get_by_role("heading", name="检查并提交")).to_be_visible()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("已提名。")).to_be_visible()


def decide(page: Page, case: str) -> None:
    page.goto(f"{case}decide/")
    page.get_by_label("列入", exact=True).check()
    page.get_by_label("理由").fill("事实清楚，证据充分，符合认定标准")
    page.get_by_role("button", name="作出决定").click()


def is_shown(page: Page) -> bool:
    """Whether the list on the portal names the firm."""
    page.goto("/lists/")
    page.get_by_role("main").get_by_role("link", name=LIST).first.click()
    expect(page.get_by_role("heading", name=LIST, level=1)).to_be_visible()
    return page.get_by_role("main").get_by_role("link", name=FIRM.name).count() > 0


def steps_of(platform: RunningStack) -> list[str]:
    """What the trail says was done with the listing, in order."""
    rows = platform.ask(
        """
        SELECT e.action FROM audit_auditevent AS e JOIN sanctions_listing AS l ON l.id::text = e.object_id
        WHERE e.object_type = 'sanctions.Listing' AND l.document_no = %s ORDER BY e.id""",
        DOCUMENT,
    )
    return [action.rsplit(".", 1)[1] for (action,) in rows]
