"""A repair on paper at a counter, in a real browser, and what happens when its papers turn out to be false.

The clerk registers it and prints a receipt; number and check code tell how it stands without signing in. One paper is
missing and comes to the same counter. Granted, the penalty is gone from the portal; revoked, it is back, and marked.
"""

import re
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from deadlines.clock import BEIJING
from tests.journeys.test_company_repairs import do, scan
from tests.journeys.test_from_clerk_to_portal import restart, settle, sign_in
from tests.running import RunningStack

# Beyond the three months for which a penalty is published at least.
LATER = datetime.now(BEIJING).date() + timedelta(days=100)


def test_a_repair_on_paper_is_granted_and_revoked_when_it_was_false(platform: RunningStack, open_browser, tmp_path):
    restart(platform, TODAY=LATER.isoformat())
    record, document = penalty(platform)
    shown_at = f"/records/{record}/"
    visitor = open_browser()
    assert visitor.goto(shown_at).status == 200

    # The paper is registered; whoever brought it goes home with a receipt.
    clerk = open_browser()
    sign_in(clerk, platform, "clerk2")
    clerk.goto(f"/office/records/{record}/request/")
    clerk.get_by_label("申请事项").select_option(label="信用修复")
    clerk.get_by_label("修复方式").select_option(label="终止公示")
    clerk.get_by_label("请求和理由").fill("罚款已经缴清，违法行为已经改正")
    clerk.get_by_label("申请人已经签署信用承诺书").check()
    clerk.get_by_role("button", name="登记", exact=True).click()
    expect(clerk.get_by_role("heading", name="收件回执")).to_be_visible()
    number, code = (each.inner_text() for each in clerk.locator(".receipt__keys dd").all())
    look_up(visitor, number, code)
    expect(visitor.get_by_role("heading", name="已经收到")).to_be_visible()
    expect(visitor.get_by_text(document)).to_have_count(0)
    look_up(visitor, number, "22222222")
    expect(visitor.get_by_role("heading", name="已经收到")).to_have_count(0)

    # One paper is missing: asked for once, brought to the same counter.
    case = platform.ask("SELECT public_id::text FROM repair_case WHERE number = %s", number)[0][0]
    reviewer, second = open_browser(), open_browser()
    sign_in(reviewer, platform, "reviewer")
    sign_in(second, platform, "reviewer2")
    do(reviewer, case, "ask", "已告知补正。", {"需要补正的全部材料": "罚款缴纳凭证"})
    look_up(visitor, number, code)
    expect(visitor.get_by_text("罚款缴纳凭证")).to_be_visible()
    clerk.goto(f"/office/requests/{case}/supplement/")
    clerk.get_by_label("补正了哪些材料").fill("罚款缴纳凭证")
    clerk.get_by_label("扫描件").set_input_files(scan(tmp_path, "罚款缴纳凭证.png"))
    clerk.get_by_role("main").locator("form button[type=submit]").last.click()
    expect(clerk.get_by_text("已登记补正")).to_be_visible()

    # Granted by two people: gone from the portal and from the nation.
    do(reviewer, case, "accept", "已受理。")
    do(reviewer, case, "propose", "已提出拟决定", {"理由": "罚款已经缴清"}, choose="准予修复")
    do(second, case, "decide", "已作出决定")
    assert visitor.goto(shown_at).status == 404
    look_up(visitor, number, code)
    expect(visitor.get_by_text("准予修复")).to_be_visible()
    settle(platform)
    assert not is_effective(platform, record)

    # The paper was false. Who decided cannot undo it, another does: shown again, and everybody sees why.
    do(reviewer, case, "revoke", "已撤销修复。", {"撤销的理由": "经查，缴纳凭证系伪造"})
    assert visitor.goto(shown_at).status == 200
    expect(visitor.get_by_text("修复被撤销").first).to_be_visible()
    settle(platform)
    assert is_effective(platform, record)
    look_up(visitor, number, code)
    expect(visitor.get_by_role("heading", name="信用修复已经撤销")).to_be_visible()


def penalty(platform: RunningStack) -> tuple[str, str]:
    """A general penalty of the transport bureau that has been shown long enough, and is shown still."""
    return platform.ask(
        """
        SELECT r.public_id::text, r.document_no FROM records_record AS r
        JOIN catalogue_informationitem AS i ON i.id = r.item_id
        JOIN records_subject AS s ON s.id = r.subject_id
        WHERE i.code = 'XZCF' AND r.state = 'current' AND s.kind = 'organisation' AND r.severity = 'general'
            AND r.displayed_until > %s AND r.department_id = (SELECT department_id FROM accounts_user
                WHERE username = 'clerk2')
            AND NOT EXISTS (SELECT FROM repair_case AS c WHERE c.record_id = r.id
                AND (c.closed_on IS NULL OR c.state IN ('granted', 'revoked')))
            AND NOT EXISTS (SELECT FROM sanctions_listing AS l WHERE l.record_id = r.id)
        ORDER BY r.decided_on, r.id LIMIT 1""",
        LATER + timedelta(days=30),
    )[0]


def look_up(page: Page, number: str, code: str) -> None:
    page.goto("/progress/")
    page.get_by_label("受理号").fill(re.sub(r"\s", "", number))
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name=re.compile("查询进度|再查一次")).click()


def is_effective(platform: RunningStack, record: str) -> bool:
    """Whether the national platform holds the record in force."""
    received = platform.call(f"{platform.stub_url}received/?record={record}")[1]["results"]
    return any(row["effective"] for row in received)
