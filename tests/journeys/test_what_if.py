"""A what-if on a display rule, in a real browser: a shorter term drafted, its effect seen, decided by another."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.test_from_clerk_to_portal import settle
from tests.running import RunningStack

NAME = "演示：缩短一般失信行政处罚的公示期"


def test_a_shorter_term_is_drafted_previewed_approved_by_another_person_and_the_portal_follows(
    platform: RunningStack, open_browser
):
    author, second, visitor = open_browser(), open_browser(), open_browser()

    # An administrator drafts: nothing but one number of one rule.
    enter(author, platform, "admin")
    author.goto("/office/catalogue/editions/")
    author.get_by_label("名称").fill(NAME)
    author.get_by_label("修订说明").fill("演示文件要求从短。")
    author.get_by_role("button", name="起草").click()
    author.locator("a[href$='/rules/XZCF/general/']").click()
    author.get_by_label("最短（月）").fill("")
    author.get_by_label("最长（月）").fill("4")
    author.get_by_role("button", name="保存到草案").click()
    expect(author.get_by_text("最长（月）：12 → 4")).to_be_visible()

    # The author sees how many records it would touch, not which.
    author.get_by_role("link", name="影响预览").click()
    expect(author.get_by_text("您的角色只看数量")).to_be_visible()
    counted = figures(author)
    assert counted
    author.go_back()
    author.get_by_role("button", name="提交复核").click()
    expect(author.get_by_text("待复核").first).to_be_visible()

    # The reviewer sees the same numbers, opens the list behind one and a record of it.
    enter(second, platform, "reviewer")
    second.goto("/office/catalogue/editions/2/")
    second.get_by_role("link", name="影响预览与批准").click()
    expect(second.get_by_role("heading", name="影响预览")).to_be_visible()
    assert figures(second) == counted
    second.locator("dl.counts").get_by_role("link").first.click()
    expect(second.get_by_role("heading", name="受影响的记录")).to_be_visible()
    rows = second.locator("table.data tbody tr")
    assert rows.count() == min(next(iter(counted.values())), 50)
    document = first_organisation(second)
    address = f"/search/?q={document}"
    until = portal_until(visitor, address)

    # Approved, with the decision that running terms follow: the portal shows the shorter term or nothing.
    second.goto("/office/catalogue/editions/2/what-if/")
    second.get_by_text("从短重算：").click()
    second.get_by_label("复核意见").fill("同意，从短适用。")
    second.get_by_role("button", name="批准并公布").click()
    expect(second.get_by_text("已批准，自")).to_be_visible()
    assert portal_until(visitor, address) != until
    visitor.goto("/law/")
    expect(visitor.get_by_text(f"第 2 版，{NAME}")).to_be_visible()
    settle(platform)


def enter(page: Page, platform: RunningStack, username: str) -> None:
    page.goto("/office/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(next(u["password"] for u in platform.demo["users"] if u["username"] == username))
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile("/office/$"))


def figures(page: Page) -> dict[str, int]:
    found = {}
    for pair in page.locator("dl.counts > div").all():
        found[pair.locator("dt").inner_text()] = int(pair.locator("dd").inner_text().replace(",", ""))
    return found


def first_organisation(page: Page) -> str:
    """The document number of the first record in the list about an organisation."""
    for row in page.locator("table.data tbody tr").all():
        if "公司" in row.inner_text():
            return row.locator("td").first.inner_text()
    raise AssertionError("no organisation in the list")


def portal_until(page: Page, address: str) -> str:
    """Until when the portal shows the record of a document number; nothing when it does not."""
    page.goto(address)
    link = page.locator("main a[href^='/records/']")
    if link.count() == 0:
        return ""
    link.first.click()
    section = page.get_by_text(re.compile("公示到什么时候")).locator("xpath=ancestor::section[1]")
    return section.inner_text()
