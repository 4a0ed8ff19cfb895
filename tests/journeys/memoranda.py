"""A memorandum comes into force, as a lead and a reviewer bring it about in the browser."""

from playwright.sync_api import Page, expect


def draft(author: Page, *, number: str, name: str, kind: str, lead: str, on_list: str) -> None:
    """A lead, signed in, drafts it for one list; its measures come after."""
    author.goto("/office/memoranda/new/")
    for label, text in (("编号", number), ("牵头单位", lead), ("来源", "演示")):
        author.get_by_label(label).fill(text)
    author.get_by_label("名称", exact=True).fill(name)
    author.get_by_label("类别").select_option(kind)
    author.get_by_label(on_list, exact=True).check()
    author.get_by_role("button", name="起草").click()


def submit_and_approve(author: Page, reviewer: Page) -> None:
    """The lead submits what is drafted, the reviewer, signed in, approves it."""
    author.get_by_role("button", name="提交复核").click()
    expect(author.get_by_text("等待平台审核员复核")).to_be_visible()
    reviewer.goto(f"{author.url}decide/")
    reviewer.get_by_label("批准", exact=True).check()
    reviewer.get_by_label("意见").last.fill("同意")
    reviewer.get_by_role("main").locator("form button[type=submit]").last.click()
    expect(reviewer.get_by_text("已批准，自")).to_be_visible()
