"""One organisation twice, in a real browser: two reviewers merge it, a visitor follows, one of them parts it again."""

from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from credit_platform import demo
from deadlines.clock import BEIJING
from tests.running import RunningStack

TODAY = datetime.now(BEIJING).date()
FIRM = demo.Organisation("昆明官渡示例重影茶业有限公司", demo.make_uscc("530111", 931), "示壬")
OLD_NUMBER = "530111100009311"


def test_two_reviewers_merge_what_is_one_and_part_it_again(platform: RunningStack, open_browser):
    report_twice(platform)
    assert platform.manage("find_doubtful_subjects").returncode == 0
    visitor, first, second = open_browser(), open_browser(), open_browser()
    old_address = address_of_the_second(visitor)

    sign_in(first, platform, "reviewer")
    open_pair(first)
    first.get_by_label("主体1").check()
    first.locator("form[action$='/suggest/']").get_by_label("理由").fill("营业执照载明原注册号（演示）")
    first.get_by_role("button", name="提出合并").click()
    expect(first.get_by_text("等待另一位审核员复核")).to_be_visible()
    expect(first.get_by_role("button", name="同意合并")).to_have_count(0)

    sign_in(second, platform, "reviewer2")
    open_pair(second)
    second.get_by_label("理由").fill("已核对档案（演示）")
    second.get_by_role("button", name="同意合并").click()
    expect(second.get_by_text("已合并", exact=False).first).to_be_visible()

    # The old address leads to the survivor in the same second, with the records of both.
    visitor.goto(old_address)
    assert visitor.url.endswith(f"/subjects/{FIRM.code}/")
    for number in (1, 2):
        expect(visitor.get_by_text(document(number)).first).to_be_visible()

    first.reload()
    first.get_by_label("理由").fill("核对有误（演示）")
    first.get_by_role("button", name="撤销合并").click()
    expect(first.get_by_text("两个主体恢复原状")).to_be_visible()
    visitor.goto(old_address)
    assert visitor.url.endswith(old_address)
    expect(visitor.get_by_text(document(1))).to_have_count(0)


def document(number: int) -> str:
    return f"云演重罚〔{TODAY.year}〕{number}号"


def report_twice(platform: RunningStack) -> None:
    """One penalty under the unified code, one under the old registration number."""
    department = platform.demo["department"]
    first = next(demo.penalties((department["name"], department["uscc"]), TODAY))
    first |= {
        "行政相对人名称": FIRM.name,
        "行政相对人代码_1": FIRM.code,
        "行政处罚决定书文号": document(1),
        "处罚决定日期": str(TODAY - timedelta(days=3)),
    }
    second = first | {"行政相对人代码_1": "", "行政相对人代码_2": OLD_NUMBER, "行政处罚决定书文号": document(2)}
    batch = platform.send_batch("行政处罚", demo.as_csv([first | {"行政相对人代码_2": ""}, second]))
    platform.wait_until("both taken in", lambda: platform.batch(batch)["state"] == "committed", seconds=30)


def address_of_the_second(visitor: Page) -> str:
    visitor.goto("/search/?q=重影茶业")
    links = visitor.get_by_role("main").get_by_role("link", name=FIRM.name)
    expect(links).to_have_count(2)
    addresses = [str(link.get_attribute("href")) for link in links.all()]
    return next(address for address in addresses if FIRM.code not in address)


def sign_in(page: Page, platform: RunningStack, username: str) -> None:
    page.goto("/office/")
    password = next(user["password"] for user in platform.demo["users"] if user["username"] == username)
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="待办", level=1)).to_be_visible()


def open_pair(page: Page) -> None:
    page.get_by_role("link", name="主体", exact=True).click()
    page.get_by_role("link", name=FIRM.name).first.click()
    expect(page.get_by_role("heading", name="是不是同一主体")).to_be_visible()
