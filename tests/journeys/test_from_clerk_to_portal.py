"""One record's way through the house, told in a real browser on the platform as `make run` starts it. Read this first.

A clerk types a penalty and uploads permits with mistakes in them; a visitor finds both; the national platform holds
each once. Then their terms end, and nobody sees them any more, although no worker is alive to take them away.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from credit_platform import demo
from credit_platform.stack import environment
from deadlines.clock import BEIJING
from tests.journeys.planted import MISTAKES, REMARKS, ROWS, make_report, read_lines
from tests.running import RunningStack
from tests.scope.sinks import Finder, broker_entries, files

TODAY = datetime.now(BEIJING).date()
OFFENDER = demo.Organisation("昆明呈贡示例失手建材有限公司", demo.make_uscc("530114", 901), "示戊")
PENALTY = {
    "行政相对人名称": OFFENDER.name,
    "行政相对人代码_1（统一社会信用代码）": OFFENDER.code,
    "法定代表人": OFFENDER.head,
    "行政处罚决定书文号": f"云演市监罚〔{TODAY.year}〕777号",
    "违法行为类型": "销售不合格建筑材料",
    "违法事实": "经查，当事人销售的建筑材料不符合国家标准。",
    "处罚依据": "《演示管理办法》第三十条",
    "处罚内容": "罚款人民币五千元整",
    "罚款金额（万元）": "0.5",
    "处罚决定日期": str(TODAY - timedelta(days=3)),
    "处罚有效期": "2099/12/31",
}
DOCUMENT = PENALTY["行政处罚决定书文号"]
AFTER_THE_TERMS = date(TODAY.year + 6, 1, 10)


def test_record_goes_from_a_clerk_to_the_public_and_the_nation_and_disappears_when_its_term_ends(
    platform: RunningStack, open_browser, tmp_path: Path
):
    report = make_report((platform.demo["department"]["name"], platform.demo["department"]["uscc"]), TODAY)
    permit = next(row for row in report.rows if "2099" not in str(row["有效期至"]))

    # A clerk signs in and types one penalty.
    clerk = open_browser()
    sign_in(clerk, platform, "clerk")
    type_penalty(clerk)

    # The same clerk uploads a thousand permits. Exactly the planted mistakes come back, each with its reason.
    upload(clerk, report.write(tmp_path / "许可.xlsx"))
    assert counts(clerk) == {"文件行数": ROWS, "接收": ROWS - MISTAKES, "无变化": 0, "退回": MISTAKES}
    assert returned_codes(clerk) == report.codes
    returned = download(clerk, "下载退回的行", tmp_path / "退回.xlsx")
    assert {int(str(row["行号"])) for row in read_lines(returned)} == set(report.mistakes)
    assert all(row[remark] for row in read_lines(returned) for remark in REMARKS)

    # Corrected in place and sent again, all of them are taken in.
    upload(clerk, report.correct(returned, tmp_path / "更正.xlsx"))
    assert counts(clerk) == {"文件行数": MISTAKES, "接收": MISTAKES, "无变化": 0, "退回": 0}

    # A visitor finds the penalty by the name, a permit by the code and by two characters of a name.
    visitor = open_browser()
    penalty_address = find_penalty(visitor)
    find_permit(visitor, permit)
    assert documents_of(platform, OFFENDER.code) == [DOCUMENT]
    assert permit["行政许可决定文书号"] in documents_of(platform, str(permit["行政相对人代码_1"]))

    # The national platform has received each of them exactly once.
    settle(platform)
    assert platform.national()["effective"] == told(platform)
    assert platform.national()["duplicates"] == 0
    for number in (DOCUMENT, str(permit["行政许可决定文书号"])):
        received = platform.call(f"{platform.stub_url}received/?document_no={quote(number)}")[1]
        assert [(row["status"], row["deliveries"], row["effective"]) for row in received["results"]] == [
            ("accepted", 1, True)
        ]

    # Their terms end. With worker and beat stopped, nobody finds them any more: the views decide, not a job.
    known_to_the_nation = platform.national()["effective"]
    restart(platform, TODAY=AFTER_THE_TERMS.isoformat(), PROCESSES="web,stub")
    assert visitor.goto(penalty_address).status == 404
    search(visitor, DOCUMENT)
    expect(visitor.get_by_text("没有查到")).to_be_visible()
    open_subject(visitor, OFFENDER.name)
    expect(visitor.get_by_text(DOCUMENT)).to_have_count(0)
    open_subject(visitor, str(permit["行政相对人代码_1"]))
    expect(visitor.get_by_text(str(permit["行政许可决定文书号"]))).to_have_count(0)
    assert documents_of(platform, OFFENDER.code) == []
    assert permit["行政许可决定文书号"] not in documents_of(platform, str(permit["行政相对人代码_1"]))
    assert platform.national()["effective"] == known_to_the_nation

    # With all processes back, they are withdrawn nationally and each leaves one line, dated the day it ended.
    restart(platform, TODAY=AFTER_THE_TERMS.isoformat())
    platform.wait_until("terms closed", lambda: not overdue(platform), seconds=120)
    settle(platform)
    assert platform.national()["effective"] == told(platform) < known_to_the_nation
    assert endings(platform) == [(DOCUMENT, date_of_end(platform))]
    assert lines_that_do_not_match(platform) == 0
    checked = platform.manage("check_invariants", "--stub-url", platform.stub_url)
    assert json.loads(checked.stdout) == {"findings": {}}, checked.stderr


def test_record_withdrawn_by_its_department_is_gone_at_once_everywhere(platform: RunningStack, open_browser):
    visitor, lead = open_browser(), open_browser()
    visitor.goto("/lists/")
    visitor.get_by_role("main").get_by_role("link", name="行政许可", exact=True).first.click()
    visitor.locator("ul.rows li").first.get_by_role("link").first.click()
    shown_at = visitor.url
    public_id = shown_at.rstrip("/").rsplit("/", 1)[1]

    sign_in(lead, platform, "lead")
    lead.goto(f"/office/records/{public_id}/")
    lead.get_by_role("main").get_by_role("link", name="撤回", exact=True).click()
    lead.get_by_label("撤回原因").select_option(label="决定已被撤销或变更")
    lead.get_by_label("说明").fill("决定已被复议机关撤销")
    lead.get_by_role("button", name="确认撤回").click()
    expect(lead.get_by_text("记录已撤回")).to_be_visible()

    assert visitor.goto(shown_at).status == 404
    settle(platform)
    received = platform.call(f"{platform.stub_url}received/?record={public_id}")[1]["results"]
    assert [row["action"] for row in received] == ["withdraw", "publish"]
    assert not any(row["effective"] for row in received)
    assert platform.national()["effective"] == told(platform)


def test_person_is_shown_without_name_and_number_and_the_number_is_found_nowhere(platform: RunningStack, open_browser):
    """T-13 on the whole platform: what the browser shows, the addresses it visits, tables, broker, files and logs."""
    number = demo.make_id_number("530102", date(1986, 7, 9), 613)
    decided_on = date.fromisoformat(platform.settings.get("TODAY", TODAY.isoformat())) - timedelta(days=2)
    document = f"昆演交罚〔{decided_on.year}〕613号"
    clerk, visitor = open_browser(), open_browser()
    visited, shown = [], []
    for page in (clerk, visitor):
        page.on("request", lambda request: visited.append(request.url))
        page.on("load", lambda page: shown.append(page.title() + page.inner_text("body")))

    sign_in(clerk, platform, "clerk2")
    type_personal_penalty(clerk, document, number, decided_on)
    search(visitor, document)
    visitor.get_by_role("link", name="示**").click()
    expect(visitor.get_by_role("main")).to_contain_text("示**")
    expect(visitor.get_by_role("main")).not_to_contain_text("示例某")
    expect(visitor.get_by_text("自然人的姓名按规定隐去")).to_be_visible()
    settle(platform)

    finder = Finder(number)
    assert not finder.is_in("\n".join(visited))
    assert not [page for page in shown if finder.is_in(page)]
    assert finder.among(files(platform.data_dir)) == []
    assert finder.among(broker_entries(environment.of_running_stack(platform.data_dir)["REDIS_URL"])) == []
    assert finder.among(tables(platform)) == []
    received = platform.call(f"{platform.stub_url}received/?document_no={quote(document)}")[1]["results"]
    assert len(received) == 1
    assert not finder.is_in(str(received))


def sign_in(page: Page, platform: RunningStack, username: str) -> None:
    page.goto("/office/")
    password = next(user["password"] for user in platform.demo["users"] if user["username"] == username)
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="待办", level=1)).to_be_visible()


def text_box(page: Page, label: str) -> Locator:
    """What is typed into under this label; a choice among others may be called the same."""
    return page.get_by_label(label, exact=True).and_(page.locator("input:not([type=checkbox]), textarea"))


def type_penalty(page: Page) -> None:
    page.get_by_role("link", name="填报一条").first.click()
    page.get_by_role("link", name="行政处罚", exact=True).click()
    for label, text in PENALTY.items():
        text_box(page, label).fill(text)
    page.get_by_role("checkbox", name="罚款", exact=True).check()
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("heading", name="检查并提交")).to_be_visible()
    expect(page.get_by_text(OFFENDER.name).first).to_be_visible()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已登记")).to_be_visible()
    expect(page.get_by_role("heading", name=DOCUMENT)).to_be_visible()


def type_personal_penalty(page: Page, document: str, number: str, decided_on: date) -> None:
    page.get_by_role("link", name="填报一条").first.click()
    page.get_by_role("link", name="行政处罚", exact=True).click()
    page.get_by_role("radio", name="自然人", exact=True).check()
    page.get_by_label("自然人证件类型", exact=True).select_option("身份证")
    texts = {name: text for name, text in PENALTY.items() if not name.startswith(("行政相对人", "法定代表人"))}
    texts |= {"行政相对人名称": "示例某", "自然人证件号码": number, "行政处罚决定书文号": document}
    texts |= {"违法行为类型": "未取得经营许可从事客运经营", "处罚决定日期": str(decided_on)}
    for label, text in texts.items():
        text_box(page, label).fill(text)
    page.get_by_role("checkbox", name="罚款", exact=True).check()
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("heading", name="检查并提交")).to_be_visible()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已登记")).to_be_visible()


def upload(page: Page, path: Path) -> None:
    """Send a file of permits, look at its preview, say yes, and wait until it has been dealt with."""
    page.goto("/office/")
    page.get_by_role("link", name="上传文件").first.click()
    page.get_by_label("信息事项").select_option(label="行政许可")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="报送", exact=True).click()
    expect(page.get_by_text("确认后新增")).to_be_visible()
    page.get_by_role("button", name="确认入库").click()
    expect(page.locator("dl.counts").get_by_text("接收")).to_be_visible()
    expect(page.get_by_role("heading", name=path.name)).to_be_visible()


def counts(page: Page) -> dict[str, int]:
    """The four numbers of a batch by their names."""
    pairs = page.locator("dl.counts > div")
    return {
        pair.locator("dt").inner_text(): int(pair.locator("dd").inner_text().replace(",", "")) for pair in pairs.all()
    }


def returned_codes(page: Page) -> dict[int, set[str]]:
    """Line → codes, as the table of returned rows shows them."""
    codes: dict[int, set[str]] = {}
    for row in page.locator("table.data tbody tr").all():
        codes.setdefault(int(row.locator("th").inner_text()), set()).add(row.locator("code").inner_text())
    return codes


def download(page: Page, link: str, path: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    waiting.value.save_as(path)
    return path


def search(page: Page, text: str) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("searchbox").fill(text)
    page.get_by_role("main").get_by_role("button", name="查询").click()
    expect(page).to_have_title(f"“{text}”的查询结果 · 信用云南")


def open_subject(page: Page, text: str) -> None:
    """Search and follow the first result to the subject's page."""
    search(page, text)
    page.locator("#found-subjects").locator("..").locator("..").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="基础信息")).to_be_visible()


def find_penalty(page: Page) -> str:
    """From the name to the record; return the record's address."""
    open_subject(page, OFFENDER.name)
    page.get_by_role("link", name=PENALTY["违法行为类型"]).click()
    expect(page.get_by_text(DOCUMENT).first).to_be_visible()
    expect(page.get_by_role("heading", name="为什么公示")).to_be_visible()
    expect(page.get_by_role("heading", name="公示到什么时候")).to_be_visible()
    return page.url


def find_permit(page: Page, permit: dict) -> None:
    name = str(permit["行政相对人名称"])
    open_subject(page, str(permit["行政相对人代码_1"]))
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.get_by_text(str(permit["行政许可决定文书号"])).first).to_be_visible()
    search(page, name[:2])
    expect(page.get_by_role("link", name=name).first).to_be_visible()


def documents_of(platform: RunningStack, uscc: str) -> list[str]:
    """The document numbers the public API shows about a subject."""
    found, address = [], f"/api/v1/public/records/?subject={uscc}"
    while address:
        status, answer = platform.call(address)
        assert status == 200
        found += [row["document_no"] for row in answer["results"]]
        address = answer["next"]
    return found


def tables(platform: RunningStack) -> Iterator[tuple[str, str]]:
    """Every table of the platform's database, as text."""
    for (table,) in platform.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        yield table, platform.ask(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" AS t")[0][0]


def settle(platform: RunningStack) -> None:
    query = """
        SELECT NOT EXISTS (SELECT FROM records_record WHERE revision > national_revision)
           AND NOT EXISTS (SELECT FROM exchange_delivery WHERE state IN ('sent', 'unknown'))"""
    platform.wait_until("the nation knows everything", lambda: platform.ask(query) == [(True,)], seconds=120)


def restart(platform: RunningStack, **settings: str) -> None:
    platform.stop()
    platform.settings = settings
    platform.start()


def told(platform: RunningStack) -> int:
    """How many records the nation should hold: what is shown, and what is forwarded to it as a reference."""
    query = "SELECT count(*) FROM (SELECT id FROM public_record UNION SELECT id FROM national_reference) AS t"
    return platform.ask(query)[0][0]


def overdue(platform: RunningStack) -> int:
    return platform.ask(
        """
        SELECT count(*) FROM records_record
        WHERE state IN ('current', 'disputed') AND displayed_until < platform_today()"""
    )[0][0]


def endings(platform: RunningStack) -> list[tuple[str, date]]:
    """What the trail says of the end of the penalty's term."""
    return platform.ask(
        """
        SELECT r.document_no, e.business_on
        FROM audit_auditevent AS e JOIN records_record AS r ON r.id::text = e.object_id
        WHERE e.action = 'records.record.expired' AND r.document_no = %s""",
        DOCUMENT,
    )


def date_of_end(platform: RunningStack) -> date:
    return platform.ask("SELECT displayed_until FROM records_record WHERE document_no = %s", DOCUMENT)[0][0]


def lines_that_do_not_match(platform: RunningStack) -> int:
    """Records whose term ended while displayed and that have not exactly one line, dated their last day."""
    return platform.ask(
        """
        SELECT count(*) FROM records_record AS r WHERE r.state = 'expired' AND r.displayed_from IS NOT NULL AND 1 <> (
            SELECT count(*) FROM audit_auditevent AS e WHERE e.action = 'records.record.expired'
            AND e.object_id = r.id::text AND e.business_on = r.displayed_until AND r.ended_on = r.displayed_until)"""
    )[0][0]
