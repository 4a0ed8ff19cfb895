"""A person on a list objects, in a real browser: her measure rests the same second, and her reputation is restored.

She is listed under a memorandum in force; a department has a task about her, and a counter finds her. A reviewer
accepts her objection, and nothing is carried out from that second on. The error is confirmed: she is off the list,
everybody who was told confirms, the error is said in public because she asked for that, and she reads that it is over.
"""

import re
from datetime import datetime

from playwright.sync_api import Locator, Page, expect

from credit_platform import demo_lists
from deadlines.clock import BEIJING
from tests.journeys import memoranda
from tests.journeys.test_black_listing import LIST
from tests.journeys.test_from_clerk_to_portal import search, sign_in
from tests.journeys.test_objection import come_in, confirm_the_error, hand_in, open_case, step
from tests.running import RunningStack

HER = demo_lists.PERSON
MATTER, MEASURE = "评先评优", "限制参加示例先进评选"
TODAY = datetime.now(BEIJING).date()


def test_a_person_listed_by_mistake_objects_and_her_reputation_is_restored(platform: RunningStack, open_browser):
    put_memorandum_in_force(platform, open_browser)
    listing, document = platform.ask(
        "SELECT id, document_no FROM sanctions_listing WHERE subject_name = %s AND state = 'entered'", HER.name
    )[0]
    platform.wait_minutes_until("a department has a task about her", lambda: tasks(platform, listing) == ["issued"])

    # A counter finds her, the department that has to act has her task, the portal shows her without her name.
    counter, league, visitor = open_browser(), open_browser(), open_browser()
    sign_in(counter, platform, "clerk3")
    sign_in(league, platform, "clerk4")
    assert check(counter, 1) == "有应当采取的惩戒措施"
    expect(counter.get_by_text(MEASURE)).to_be_visible()
    assert badges(league) == 0
    shown_at = find(visitor, document)
    expect(visitor.get_by_role("main")).not_to_contain_text(HER.name)

    # She comes in, finds the list she is on, and objects to having been listed.
    she, reviewer, second = open_browser(), open_browser(), open_browser()
    come_in(she, HER.name, "/my/")
    on_the_list = she.get_by_role("region", name="所在的名单")
    expect(on_the_list).to_contain_text(LIST)
    expect(on_the_list).to_contain_text("在名单上")
    number = object_to(she)
    sign_in(reviewer, platform, "reviewer")
    open_case(reviewer, number)
    assert rests(platform, listing) == [(False,)]

    # Accepted, and the same second nothing is carried out: not at the counter, not by the department, and she sees it.
    step(reviewer, "受理")
    assert rests(platform, listing) == [(True,)]
    assert check(counter, 2) == "核查期间暂不执行"
    assert badges(league) == 1
    visitor.goto(shown_at)
    expect(visitor.get_by_role("main")).to_contain_text("异议核查中")
    she.goto("/my/")
    expect(on_the_list).to_contain_text("核查中，暂不执行")

    # One proposes, another decides: she is off the list, her record is withdrawn, the check is clear.
    step(reviewer, "提出拟决定", confirm_the_error)
    sign_in(second, platform, "reviewer2")
    open_case(second, number)
    step(second, "同意拟决定")
    expect(second.get_by_role("main")).to_contain_text("异议成立")
    assert rests(platform, listing) == []
    assert tasks(platform, listing) == ["lifted"]
    assert check(counter, 3) == "没有查到本事项应当采取的措施"
    assert visitor.goto(shown_at).status == 404

    # She is told at once that it is being put right, and asks for the error to be said in public.
    she.goto("/my/")
    expect(on_the_list).to_have_count(0)
    expect(she.get_by_role("main")).to_contain_text("正在恢复信誉")
    clarify(second, number)
    visitor.goto("/clarifications/")
    expect(visitor.get_by_role("main")).to_contain_text(number)
    expect(visitor.get_by_role("main")).not_to_contain_text(HER.name)

    # Each who was told confirms, the nation too; then it is over, and she reads so.
    for page in (counter, league):
        confirm(page, number)
    platform.wait_minutes_until("everybody has confirmed", lambda: closed(platform, number))
    she.goto("/my/")
    expect(she.get_by_role("main")).to_contain_text("信誉已经恢复")
    she.get_by_role("link", name=re.compile(number)).first.click()
    restored = she.get_by_role("region", name="恢复信誉")
    expect(restored).to_contain_text("您的信誉已经恢复")
    expect(restored.get_by_role("link", name="查看公开的澄清")).to_be_visible()
    assert check(counter, 4) == "没有查到本事项应当采取的措施"


def put_memorandum_in_force(platform: RunningStack, open_browser) -> None:
    """The lead drafts it with one measure against persons, for another department; the reviewer approves it."""
    author, reviewer = open_browser(), open_browser()
    sign_in(author, platform, "lead")
    memoranda.draft(
        author,
        number="YS-985",
        name="示例市场监管联合惩戒备忘录（自然人）",
        kind="sanction",
        lead="云南省演示市场监管局",
        on_list=LIST,
    )
    author.get_by_role("main").get_by_role("link", name="新增措施").click()
    author.get_by_label("措施", exact=True).fill(MEASURE)
    author.get_by_label("种类").select_option("administrative")
    author.get_by_label("效力").select_option("recommended")
    author.get_by_label("实施单位").fill("示例单位")
    author.get_by_label("实施条线").select_option("TSW")
    author.get_by_label("自然人", exact=True).check()
    author.get_by_label("国家清单项目").select_option("honours")
    author.get_by_role("button", name="保存").click()
    expect(author.get_by_text("措施已保存。")).to_be_visible()
    sign_in(reviewer, platform, "reviewer")
    memoranda.submit_and_approve(author, reviewer)


def object_to(page: Page) -> str:
    """Object to the listing from her own page; the number of the case."""
    page.get_by_role("region", name="所在的名单").get_by_role("link", name="提出异议").click()
    page.get_by_label("列入名单：").check()
    return hand_in(page, "决定书所指的是与我同名的另一个人（演示）。")


def check(page: Page, number: int) -> str:
    """Ask about her at a counter, with her written consent; what stands above the answer."""
    page.goto("/office/checks/")
    page.get_by_label("事项", exact=True).select_option(label=MATTER)
    page.get_by_label("代码或证件类型").select_option(label="身份证")
    page.get_by_label("号码", exact=True).fill(HER.number)
    page.get_by_label("名称或姓名").fill(HER.name)
    page.get_by_label("授权书编号").fill(f"云演授〔2026〕{number}号")
    page.get_by_label("业务编号").fill(f"云演评〔2026〕{number}号")
    page.get_by_role("main").locator("form button[type=submit]").last.click()
    expect(page.get_by_role("heading", name="回执", exact=True)).to_be_visible()
    said = page.get_by_role("main").inner_text()
    sentences = ("有应当采取的惩戒措施", "核查期间暂不执行", "没有查到本事项应当采取的措施")
    return next(sentence for sentence in sentences if sentence in said)


def badges(page: Page) -> int:
    """How often the list of the department's tasks says of her task that it rests."""
    page.goto("/office/tasks/?show=to-receive")
    row = page.get_by_role("row").filter(has_text=MEASURE)
    expect(row).to_have_count(1)
    return row.get_by_text("暂不执行").count()


def find(page: Page, document: str) -> str:
    """The record on the portal, by the number of its document alone; its address."""
    search(page, document)
    page.get_by_role("main").get_by_role("link", name=re.compile(r"示\*+")).first.click()
    expect(page.get_by_role("heading", name="为什么公示")).to_be_visible()
    return page.url


def clarify(page: Page, number: str) -> None:
    """The reviewer says in public that it was an error, on her written application."""
    page.reload()
    step(page, "公开澄清", consent)
    expect(page.get_by_text("已公开澄清。")).to_be_visible()


def consent(form: Locator) -> None:
    form.get_by_label("当事人同意公开的凭据").fill("本人澄清申请书（演示）")
    form.get_by_label("同意日期").fill(str(TODAY))


def confirm(page: Page, number: str) -> None:
    """A department says that it holds what is right now."""
    page.goto("/office/requests/")
    told = page.get_by_role("listitem").filter(has_text=number).filter(has=page.get_by_role("button"))
    told.get_by_label("更新和纠正的情况").fill("已经删除，不再使用（演示）。")
    told.get_by_role("button", name="确认已经更新和纠正").click()
    expect(page.get_by_text("已确认更新和纠正。")).to_be_visible()


def rests(platform: RunningStack, listing: int) -> list[tuple]:
    """What the one definition of "listed" says of it; empty where it is listed no more."""
    return platform.ask("SELECT is_suspended FROM listing_in_force WHERE listing_id = %s", listing)


def tasks(platform: RunningStack, listing: int) -> list[str]:
    rows = platform.ask(
        "SELECT t.state FROM sanctions_measuretask AS t JOIN sanctions_jointaction AS a ON a.id = t.action_id"
        " WHERE a.listing_id = %s ORDER BY t.id",
        listing,
    )
    return [state for (state,) in rows]


def closed(platform: RunningStack, number: str) -> bool:
    """Whether the restoration of the case is over."""
    days = platform.ask(
        "SELECT r.closed_on FROM repair_restoration AS r JOIN repair_case AS c ON c.id = r.case_id WHERE c.number = %s",
        number,
    )
    return len(days) == 1 and days[0][0] is not None
