"""A person on a red list, in a real browser: nominated, announced, entered, encouraged at a counter, and off again.

A model volunteer is nobody's business but the counter's: the portal never names a person for what was done well. A
penalty reported hours after the entry takes the person off, and no counter encourages any more.
"""

from datetime import date, datetime, timedelta

from playwright.sync_api import Page, expect

from credit_platform import demo
from deadlines.clock import BEIJING
from tests.journeys import memoranda
from tests.journeys.test_from_clerk_to_portal import restart, sign_in, type_personal_penalty
from tests.running import RunningStack

TODAY = datetime.now(BEIJING).date()
# Beyond the days of the public notice, whatever holidays there are.
AFTER = TODAY + timedelta(days=25)
LIST = "优秀青年志愿者名单"
NAME, NUMBER = "示例某", demo.make_id_number("530102", date(1996, 4, 9), 641)
DOCUMENT = f"云演青荣〔{TODAY.year}〕641号"
MATTER = "评先评优"
INCENTIVE = "示例评选中同等条件下优先考虑"
PENALTY = f"昆演交罚〔{AFTER.year}〕641号"


def test_a_person_is_honoured_at_the_counter_until_something_adverse_is_reported(platform: RunningStack, open_browser):
    put_incentive_in_force(platform, open_browser)

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
    expect(counter.get_by_role("heading", name="可以给予的激励")).to_be_visible()
    expect(counter.get_by_role("main").get_by_text(INCENTIVE)).to_be_visible()
    visitor = open_browser()
    is_named_nowhere(visitor)
    assert steps_of(platform) == ["proposed", "notified", "entered"]

    # The same day another department reports a penalty decided before: it was not known when the list was decided.
    traffic = open_browser()
    sign_in(traffic, platform, "clerk2")
    type_personal_penalty(traffic, PENALTY, NUMBER, AFTER - timedelta(days=2))

    # The worker takes the person off; the department finds why, and the letter to serve.
    platform.wait_minutes_until("off the red list", lambda: steps_of(platform)[-1] == "exited")
    lead.goto(listing)
    expect(lead.get_by_role("main").get_by_text("守信主体出现失信记录").first).to_be_visible()
    lead.get_by_role("main").get_by_role("link", name="移出决定书").click()
    expect(lead.get_by_text("公共信用信息中有了对您（单位）的失信记录")).to_be_visible()
    expect(lead.get_by_text(PENALTY)).to_have_count(0)  # another department's to name

    # No counter encourages, and the portal shows the penalty without the person.
    check(counter, 2)
    expect(counter.get_by_role("heading", name="可以给予的激励")).to_have_count(0)
    expect(counter.get_by_role("main").get_by_text(LIST)).to_have_count(0)
    is_named_nowhere(visitor)
    visitor.goto(f"/search/?q={PENALTY}")
    expect(visitor.get_by_role("link", name="示**").first).to_be_visible()
    expect(visitor.get_by_role("main").get_by_text(NAME)).to_have_count(0)
    assert steps_of(platform) == ["proposed", "notified", "entered", "exited"]


def put_incentive_in_force(platform: RunningStack, open_browser) -> None:
    """A lead drafts a memorandum that encourages whoever is on the list; the reviewer approves it."""
    author = open_browser()
    sign_in(author, platform, "lead4")
    memoranda.draft(
        author,
        number="YS-641",
        name="示例青年守信联合激励备忘录",
        kind="incentive",
        lead="共青团云南省演示委员会",
        on_list=LIST,
    )
    author.get_by_role("main").get_by_role("link", name="新增措施").click()
    author.get_by_label("措施", exact=True).fill(INCENTIVE)
    author.get_by_label("种类").select_option("incentive")
    author.get_by_label("效力").select_option("recommended")
    author.get_by_label("实施单位").fill("组织评选的单位")
    author.get_by_label("自然人").check()
    author.get_by_label("激励方式").select_option("priority")
    author.get_by_role("button", name="保存").click()
    expect(author.get_by_text("措施已保存。")).to_be_visible()
    reviewer = open_browser()
    sign_in(reviewer, platform, "reviewer")
    memoranda.submit_and_approve(author, reviewer)


def is_named_nowhere(visitor: Page) -> None:
    for page in (f"/search/?q={DOCUMENT}", "/lists/"):
        visitor.goto(page)
        expect(visitor.get_by_role("main").get_by_text(NAME)).to_have_count(0)


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
