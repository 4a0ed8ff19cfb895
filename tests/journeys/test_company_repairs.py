"""A listed company repairs itself, in a browser: signed in, asked once for what is missing, off everywhere at once.

It may ask a year after the decision. The reviewer wants a paper more, the department that decided confirms, one
proposes and another decides; from that moment portal, another department's task, counter and nation follow.
"""

import re
from datetime import datetime, timedelta
from urllib.parse import quote

from playwright.sync_api import Page, expect

from credit_platform import demo
from credit_platform.demo_identities import LISTED
from deadlines.clock import BEIJING
from tests.journeys.test_black_listing import FUNDS, LIST, put_memorandum_in_force
from tests.journeys.test_counter import check, record_of, verdicts
from tests.journeys.test_from_clerk_to_portal import restart, settle, sign_in
from tests.repair import files
from tests.running import RunningStack

FIRM = demo.organisations()[LISTED]
# The minimum of a year is over, the term of three years is not.
LATER = datetime.now(BEIJING).date() + timedelta(days=370)


def test_a_company_is_repaired_and_everything_follows_the_same_moment(platform: RunningStack, open_browser, tmp_path):
    put_memorandum_in_force(platform, open_browser)
    restart(platform, TODAY=LATER.isoformat())
    platform.wait_minutes_until("the task is ordered", lambda: tasks_of(platform, "execute") == ["issued"])
    counter = open_browser()
    sign_in(counter, platform, "clerk3")
    check(counter, 1)
    record = record_of(platform)
    document = platform.ask("SELECT document_no FROM records_record WHERE public_id::text = %s", record)[0][0]
    visitor = open_browser()
    assert is_shown(visitor)

    # The company signs in, reads what it can do, and asks.
    company = open_browser()
    come_in(company)
    company.goto(f"/my/records/{record}/")
    company.get_by_role("main").get_by_role("link", name="申请信用修复").click()
    apply(company, tmp_path)
    number = company.get_by_text(re.compile(r"XF\d{8}-\d{5}")).first.inner_text()
    case = platform.ask("SELECT public_id::text FROM repair_case WHERE record_id IS NOT NULL ORDER BY id DESC")[0][0]

    # One paper is missing: it is asked for once, and handed in.
    reviewer = open_browser()
    sign_in(reviewer, platform, "reviewer")
    do(reviewer, case, "ask", "已告知补正。", {"需要补正的全部材料": "整改验收意见"})
    company.goto(f"/my/requests/{case}/")
    expect(company.get_by_text("整改验收意见").first).to_be_visible()
    company.get_by_label("补正说明").fill("验收意见见附件")
    company.get_by_label("补充的材料").set_input_files(scan(tmp_path, "整改验收意见.png"))
    company.get_by_role("button", name="提交补正").click()
    expect(company.get_by_text("已收到补正，将继续审查。")).to_be_visible()

    # Accepted, verified by who decided, proposed by one and decided by another.
    do(reviewer, case, "accept", "已受理。")
    do(reviewer, case, "forward", "已转认定部门核查。")
    lead = open_browser()
    sign_in(lead, platform, "lead")
    lead.goto(f"/office/requests/{case}/")
    lead.get_by_label("信息有误，或者同意申请").check()
    lead.get_by_label("核查的情况和依据").fill("已经整改，验收合格")
    lead.get_by_role("button", name="提交答复").click()
    expect(lead.get_by_text("已答复，审核员会继续办理。")).to_be_visible()
    do(reviewer, case, "propose", "已提出拟决定", {"理由": "已经整改，符合修复条件"}, choose="准予修复")
    assert is_shown(visitor)
    second = open_browser()
    sign_in(second, platform, "reviewer2")
    do(second, case, "decide", "已作出决定")

    # The same moment: off the list, off the portal, the task lifted and its release ordered, the counter clear.
    assert not is_shown(visitor)
    assert visitor.goto(f"/records/{record}/").status == 404
    assert tasks_of(platform, "execute") == ["lifted"]
    check(counter, 2)
    assert verdicts(platform)[-2:] == ["sanctioned", "clear"]
    settle(platform)
    received = platform.call(f"{platform.stub_url}received/?document_no={quote(document)}")[1]["results"]
    assert not any(row["effective"] for row in received)

    # Whoever asked reads the decision, and who holds the receipt sees that it is done.
    company.goto(f"/my/requests/{case}/")
    expect(company.get_by_text("准予修复").first).to_be_visible()
    company.get_by_role("link", name="查看和打印决定书").click()
    expect(company.get_by_text(number).first).to_be_visible()


def come_in(page: Page) -> None:
    page.goto("/my/")
    page.get_by_role("button", name="到统一身份认证平台登录").click()
    page.get_by_role("button", name=FIRM.name).click()
    expect(page.get_by_text(FIRM.name).first).to_be_visible()


def apply(page: Page, folder) -> None:
    page.get_by_role("radio", name=re.compile("^移出名单")).check()
    page.get_by_label("请求和理由").fill("已经停止违法行为并完成整改")
    page.get_by_label("材料是什么").fill("整改报告")
    page.get_by_label("选择文件").set_input_files(scan(folder, "整改报告.png"))
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text("整改报告.png").first).to_be_visible()
    page.get_by_label("我已阅读上面的信用承诺书").check()
    page.get_by_label("签名").fill(FIRM.name)
    page.get_by_role("button", name="检查并提交").click()
    expect(page.get_by_role("heading", name="检查并提交")).to_be_visible()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="已经提交")).to_be_visible()


def scan(folder, name: str) -> str:
    path = folder / name
    path.write_bytes(files.png(word=name.encode()))
    return str(path)


def do(page: Page, case: str, step: str, done: str, said: dict[str, str] | None = None, *, choose: str = "") -> None:
    """One step of a reviewer on the page of the case."""
    page.goto(f"/admin/cases/{case}/")
    form = page.locator(f"form[action$='/{step}/']")
    details = form.locator("xpath=ancestor::details[1]")
    if details.count() and details.get_attribute("open") is None:
        details.locator("summary").click()
    if choose:
        form.get_by_label(choose).check()
    for label, text in (said or {}).items():
        form.get_by_label(label).first.fill(text)
    form.locator("button[type=submit]:not([formaction])").click()
    expect(page.get_by_text(done).first).to_be_visible()


def is_shown(page: Page) -> bool:
    page.goto("/lists/")
    page.get_by_role("main").get_by_role("link", name=LIST).first.click()
    expect(page.get_by_role("heading", name=LIST, level=1)).to_be_visible()
    return page.get_by_role("main").get_by_role("link", name=FIRM.name).count() > 0


def tasks_of(platform: RunningStack, purpose: str) -> list[str]:
    """States of what the finance bureau was ordered to do about the firm."""
    rows = platform.ask(
        """
        SELECT t.state FROM sanctions_measuretask AS t JOIN sanctions_measure AS m ON m.id = t.measure_id
        JOIN records_subject AS s ON s.id = t.subject_id WHERE s.uscc = %s AND m.text = %s AND t.purpose = %s""",
        FIRM.code,
        FUNDS,
        purpose,
    )
    return [state for (state,) in rows]
