"""A black listing from the proposal to its last release, in a real browser: nobody is entered unheard, off means off.

A memorandum comes into force. A clerk proposes and tells the subject; days go by; the lead, not the clerk, decides; the
portal shows it with standard and way off. Three departments answer for their tasks. The term ends, the portal shows it
no more, and what was done is undone and answered for too.
"""

from datetime import date, datetime, timedelta

from playwright.sync_api import Page, expect

from credit_platform import demo
from deadlines.clock import BEIJING
from tests.journeys import memoranda
from tests.journeys.test_from_clerk_to_portal import restart, sign_in
from tests.running import RunningStack

TODAY = datetime.now(BEIJING).date()
# Beyond the time to answer, whatever holidays there are.
AFTER = TODAY + timedelta(days=25)
LIST = "市场监督管理严重违法失信名单"
FIRM = demo.Organisation("昆明呈贡示例黑榜建材有限公司", demo.make_uscc("530114", 911), "示戊")
DOCUMENT = f"云演市监列〔{TODAY.year}〕911号"
FUNDS, TRANSPORT, INSPECTIONS = "限制申请示例财政资金项目", "从严审核示例道路运输许可", "提高示例检查频次"


def test_an_organisation_is_listed_acted_upon_and_off_when_its_term_ends(platform: RunningStack, open_browser):
    put_memorandum_in_force(platform, open_browser)

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

    # Three departments have a task each. One has carried it out, one could not, of one it asks too much.
    finance, transport = open_browser(), open_browser()
    sign_in(finance, platform, "clerk3")
    sign_in(transport, platform, "clerk2")
    sign_in(clerk := open_browser(), platform, "clerk")
    outcome = "已取消其本年度资金项目的申报资格"
    answer(finance, FUNDS, "已经执行", outcome, executed_on=AFTER, evidence="云演财〔2026〕911号")
    answer(transport, TRANSPORT, "没有执行（写明理由）", "当事人没有申请过道路运输经营许可")
    answer(clerk, INSPECTIONS, "不适用于该主体（写明理由）", "当事人已被责令停业，没有经营活动可供检查")
    assert tasks_of(platform) == {
        FUNDS: ("execute", "executed", AFTER),
        TRANSPORT: ("execute", "declined", None),
        INSPECTIONS: ("execute", "inapplicable", None),
    }

    # The department that decided the listing finds them sound.
    verify(lead, outcome, tasks=3)
    assert {state for _, state, _ in tasks_of(platform).values()} == {"verified"}

    # The term ends: nothing is shown from that moment, and the worker lifts what was done and orders its release.
    after_the_term = ends_on(platform) + timedelta(days=1)
    restart(platform, TODAY=after_the_term.isoformat())
    assert not is_shown(visitor)
    platform.wait_minutes_until("the listing has ended", lambda: steps_of(platform)[-1] == "exited")
    assert steps_of(platform) == ["proposed", "notified", "entered", "exited"]
    assert {state for _, state, _ in tasks_of(platform).values()} == {"lifted"}
    assert list(tasks_of(platform, "release")) == [FUNDS]

    # The release is answered and verified like any other task; then nothing is left to do about the firm.
    sign_in(finance := open_browser(), platform, "clerk3")
    done = "已恢复其申报资格"
    release = {"executed_on": after_the_term, "evidence": "云演财〔2029〕12号", "on": "解除日期"}
    answer(finance, f"解除：{FUNDS}", "已经解除", done, **release)
    sign_in(lead := open_browser(), platform, "lead")
    verify(lead, done, tasks=1)
    assert tasks_of(platform, "release") == {FUNDS: ("release", "verified", after_the_term)}
    assert not is_shown(visitor)
    visitor.goto(f"/search/?q={FIRM.code}")
    expect(visitor.get_by_text(DOCUMENT)).to_have_count(0)


def put_memorandum_in_force(platform: RunningStack, open_browser) -> None:
    """The lead drafts it, the reviewer approves it: a measure for each of three departments."""
    author = open_browser()
    sign_in(author, platform, "lead")
    memoranda.draft(
        author,
        number="YS-911",
        name="示例市场监管联合惩戒备忘录",
        kind="sanction",
        lead="云南省演示市场监管局",
        on_list=LIST,
    )
    for text, line in ((FUNDS, "CZT"), (TRANSPORT, "JTT"), (INSPECTIONS, "SJJ")):
        author.get_by_role("main").get_by_role("link", name="新增措施").click()
        author.get_by_label("措施", exact=True).fill(text)
        author.get_by_label("种类").select_option("administrative")
        author.get_by_label("效力").select_option("recommended")
        author.get_by_label("实施单位").fill("示例单位")
        author.get_by_label("实施条线").select_option(line)
        author.get_by_label("法人及非法人组织").check()
        author.get_by_label("国家清单项目").select_option("public_funds" if line == "CZT" else "supervision")
        author.get_by_role("button", name="保存").click()
        expect(author.get_by_text("措施已保存。")).to_be_visible()
    reviewer = open_browser()
    sign_in(reviewer, platform, "reviewer")
    memoranda.submit_and_approve(author, reviewer)


def answer(
    page: Page, measure: str, said: str, outcome: str, *, executed_on: date | None = None, evidence: str = "",
    on: str = "执行日期",
) -> None:  # fmt: skip
    """Take the task about the firm out of the inbox and say what was done."""
    page.goto("/office/tasks/?show=to-receive")
    page.get_by_label(f"选择：{measure}，{FIRM.name}").check()
    page.get_by_role("button", name="签收所选的任务").click()
    expect(page.get_by_text("已签收 1 件。")).to_be_visible()
    page.goto("/office/tasks/")
    page.get_by_role("row").filter(has_text=FIRM.name).get_by_role("link", name=measure).first.click()
    page.get_by_label(said, exact=True).check()
    if executed_on:
        page.get_by_label(on).fill(executed_on.isoformat())
    page.get_by_label("执行情况或者理由").fill(outcome)
    page.get_by_label("佐证文号").fill(evidence)
    page.get_by_role("button", name="提交反馈").click()
    expect(page.get_by_role("main").get_by_text(outcome)).to_be_visible()


def verify(page: Page, outcome: str, *, tasks: int) -> None:
    page.goto("/office/tasks/waiting/")
    expect(page.get_by_text(outcome)).to_be_visible()
    for box in page.get_by_role("row").filter(has_text=FIRM.name).get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="核验通过所选的反馈").click()
    expect(page.get_by_text(f"已核验 {tasks} 件。")).to_be_visible()


def tasks_of(platform: RunningStack, purpose: str = "execute") -> dict[str, tuple[str, str, date | None]]:
    """Measure → purpose, state and day of what was ordered about the firm."""
    rows = platform.ask(
        """
        SELECT m.text, t.purpose, t.state, t.executed_on FROM sanctions_measuretask AS t
        JOIN sanctions_measure AS m ON m.id = t.measure_id JOIN sanctions_jointaction AS a ON a.id = t.action_id
        JOIN sanctions_listing AS l ON l.id = a.listing_id WHERE l.document_no = %s AND t.purpose = %s""",
        DOCUMENT,
        purpose,
    )
    return {text: tuple(rest) for text, *rest in rows}


def ends_on(platform: RunningStack) -> date:
    return platform.ask("SELECT ends_on FROM sanctions_listing WHERE document_no = %s", DOCUMENT)[0][0]


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
