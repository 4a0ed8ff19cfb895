"""A check at a counter in a real browser: sanctioned, at rest while an objection is looked into, sanctioned again.

A clerk of the finance bureau asks about a listed firm before its application for public money goes on. The firm objects
at the counter of who listed it; a reviewer accepts, one proposes and another decides that nothing was wrong.
"""

from playwright.sync_api import Page, expect

from credit_platform import demo
from credit_platform.demo_lists import CASES
from tests.journeys.test_black_listing import FUNDS, put_memorandum_in_force
from tests.journeys.test_from_clerk_to_portal import sign_in
from tests.running import RunningStack

LISTED = demo.organisations()[next(firm for _, firm, state in CASES if firm and state == "entered")]
MATTER = "财政性资金项目申请"


def test_a_check_says_sanctioned_then_at_rest_then_sanctioned_again(platform: RunningStack, open_browser):
    put_memorandum_in_force(platform, open_browser)
    counter = open_browser()
    sign_in(counter, platform, "clerk3")
    check(counter, 1)
    expect(counter.get_by_role("heading", name="应当采取的措施")).to_be_visible()
    expect(counter.get_by_text(FUNDS)).to_be_visible()
    receipt = counter.get_by_role("link", name="任何人都可以按编号和摘要核对").get_attribute("href")

    # The firm objects on paper; from the acceptance on nothing is carried out.
    clerk = open_browser()
    sign_in(clerk, platform, "clerk")
    clerk.goto(f"/office/records/{record_of(platform)}/request/")
    clerk.get_by_label("申请事项").select_option(label="异议")
    clerk.get_by_label("请求和理由").fill("当事人认为列入的事实有误，请求核实")
    clerk.get_by_role("button", name="登记").click()
    reviewer = open_browser()
    sign_in(reviewer, platform, "reviewer")
    case = f"/admin/cases/{case_of(platform)}/"
    reviewer.goto(case)
    reviewer.get_by_role("button", name="受理", exact=True).click()
    expect(reviewer.get_by_text("已受理。")).to_be_visible()
    check(counter, 2)
    expect(counter.get_by_role("heading", name="核查期间暂不执行")).to_be_visible()
    expect(counter.get_by_role("heading", name="应当采取的措施")).to_have_count(0)
    expect(counter.get_by_text("核查中，暂不执行")).to_be_visible()

    # Nothing was wrong: one proposes, another decides, and the measures are carried out again.
    proposal = reviewer.locator("form[action$='/propose/']")
    proposal.locator("..").locator("summary").click()
    proposal.get_by_label("异议不成立，信息无误").check()
    proposal.get_by_label("理由").fill("经核实，认定的事实清楚")
    proposal.locator("button:not([formaction])").click()
    expect(reviewer.get_by_text("已提出拟决定")).to_be_visible()
    second = open_browser()
    sign_in(second, platform, "reviewer2")
    second.goto(case)
    second.get_by_role("button", name="同意拟决定").click()
    expect(second.get_by_text("已作出决定")).to_be_visible()
    check(counter, 3)
    expect(counter.get_by_role("heading", name="应当采取的措施")).to_be_visible()
    expect(counter.get_by_role("heading", name="核查期间暂不执行")).to_have_count(0)

    # Three answers were given, each as it was then; a visitor can verify the first.
    assert verdicts(platform)[-3:] == ["sanctioned", "resting", "sanctioned"]
    visitor = open_browser()
    visitor.goto(receipt)
    expect(visitor.get_by_text("昆明市演示财政局").first).to_be_visible()
    expect(visitor.get_by_text(LISTED.name)).to_have_count(0)


def check(page: Page, number: int) -> None:
    page.goto("/office/checks/")
    page.get_by_label("事项", exact=True).select_option(label=MATTER)
    page.get_by_label("号码", exact=True).fill(LISTED.code)
    page.get_by_label("名称或姓名").fill(LISTED.name)
    page.get_by_label("业务编号").fill(f"云演财申〔2026〕{number}号")
    page.get_by_role("main").locator("form button[type=submit]").last.click()
    expect(page.get_by_role("heading", name="回执", exact=True)).to_be_visible()


def record_of(platform: RunningStack) -> str:
    return platform.ask(
        """
        SELECT r.public_id::text FROM records_record AS r JOIN sanctions_listing AS l ON l.record_id = r.id
        WHERE l.lookup = %s AND l.state = 'entered'""",
        LISTED.code,
    )[0][0]


def case_of(platform: RunningStack) -> str:
    return platform.ask(
        """
        SELECT c.public_id::text FROM repair_case AS c JOIN records_record AS r ON r.id = c.record_id
        WHERE r.public_id::text = %s AND c.kind = 'objection'""",
        record_of(platform),
    )[0][0]


def verdicts(platform: RunningStack) -> list[str]:
    return [verdict for (verdict,) in platform.ask("SELECT verdict FROM sanctions_check ORDER BY id")]
