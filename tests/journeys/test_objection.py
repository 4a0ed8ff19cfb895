"""Somebody on a list objects, in a real browser: what follows from the list rests the same second, the error is
confirmed, and everybody who was told is told what is right.

The subject signs in at the stand-in provider, writes, looks over, hands in; a reviewer accepts in another browser; two
of them confirm the error; the restoration is opened, and the subject reads how it was decided.
"""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_from_clerk_to_portal import settle, sign_in
from tests.running import RunningStack

LISTED = """
    SELECT l.id, l.subject_name, r.id, r.public_id::text
    FROM sanctions_listing AS l JOIN records_record AS r ON r.id = l.record_id
    WHERE l.tone = 'black' AND l.state = 'entered' ORDER BY l.id LIMIT 1
"""
RESTS = "SELECT is_suspended FROM listing_in_force WHERE listing_id = %s AND NOT as_responsible"
STATE = "SELECT state FROM records_record WHERE id = %s"


def test_who_is_listed_by_mistake_objects_and_is_taken_off(platform: RunningStack, open_browser):
    subject, reviewer, second = open_browser(), open_browser(), open_browser()
    [(listing, name, record, public_id)] = platform.ask(LISTED)
    come_in(subject, name, f"/my/records/{public_id}/")
    number = object_to(subject)

    # Accepted, and the same second nothing that rests on the listing is carried out.
    sign_in(reviewer, platform, "reviewer")
    open_case(reviewer, number)
    assert platform.ask(RESTS, listing) == [(False,)]
    step(reviewer, "受理")
    assert platform.ask(RESTS, listing) == [(True,)]
    assert platform.ask(STATE, record) == [("disputed",)]
    subject.goto(f"/my/records/{public_id}/")
    expect(subject.get_by_role("main")).to_contain_text("异议核查中")

    # One proposes, another decides: the record is withdrawn, the subject is off the list.
    step(reviewer, "提出拟决定", confirm_the_error)
    sign_in(second, platform, "reviewer2")
    open_case(second, number)
    step(second, "同意拟决定")
    expect(second.get_by_role("main")).to_contain_text("异议成立")
    assert platform.ask(RESTS, listing) == []
    assert platform.ask(STATE, record) == [("withdrawn",)]

    # Whoever was told of the wrong thing is told what is right; the subject reads how it was decided.
    settle(platform)
    receivers = platform.ask(
        "SELECT count(*) FROM repair_restorationreceiver AS e JOIN repair_restoration AS r ON r.id = e.restoration_id"
        " JOIN repair_case AS c ON c.id = r.case_id WHERE c.number = %s",
        number,
    )
    assert receivers[0][0] >= 1
    subject.goto("/my/")
    subject.get_by_role("link", name=re.compile(number)).first.click()
    expect(subject.get_by_role("main")).to_contain_text("已经办结")


def come_in(page: Page, name: str, where: str) -> None:
    """From the door to the stand-in provider and back to the page that was asked for."""
    page.goto(where)
    page.get_by_role("button", name="到统一身份认证平台登录").click()
    page.get_by_role("button", name=re.compile(name)).first.click()
    page.wait_for_url(re.compile(re.escape(where)))


def object_to(page: Page) -> str:
    """Object to what a record says; the number of the case."""
    page.get_by_role("link", name="提出异议").first.click()
    page.get_by_label("记录的内容：").check()
    return hand_in(page, "我没有实施该行为，是同名的人（演示）。")


def hand_in(page: Page, reasons: str) -> str:
    """Say why, wait until it is kept, look it over and hand it in; the number of the case."""
    page.get_by_label("请求和理由").fill(reasons)
    expect(page.locator("#draft-line")).to_contain_text("已保存")
    page.get_by_role("button", name="检查并提交").click()
    expect(page.get_by_role("heading", name="检查并提交")).to_be_visible()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="已经提交")).to_be_visible()
    return page.locator(".receipt__keys dd").first.inner_text().strip()


def open_case(page: Page, number: str) -> None:
    """The case of that number, from the queue."""
    page.goto(f"/admin/cases/?look=open&q={number}")
    page.get_by_role("row").filter(has_text=number).get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", name=number, level=1)).to_be_visible()


def step(page: Page, name: str, fill: Callable[[Locator], None] = lambda form: None) -> None:
    """Take one step of the case; its form may have to be opened first."""
    title = page.locator("summary").get_by_text(name, exact=True)
    form = page.locator("details").filter(has=title)
    if form.get_attribute("open") is None:
        title.click()
    fill(form)
    form.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def confirm_the_error(form: Locator) -> None:
    form.get_by_label("异议成立，信息有误").check()
    form.get_by_label("撤回", exact=True).check()
    form.get_by_label("理由", exact=True).fill("核对身份证件，决定书所指的是另一人（演示）。")
    form.get_by_label("依据", exact=True).fill("国发〔2016〕33号（二十二）")
