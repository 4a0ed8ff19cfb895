"""A newcomer's walk: each demo user opens the office and follows every link in it; no page fails, none is dead.

Of pages that differ only by whose row they show, each user opens two, and the browser looks at one, wide and narrow.
"""

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.running import RunningStack

USERS = (
    "clerk",
    "clerk2",
    "lead",
    "reviewer",
    "reviewer2",
    "supervisor",
    "supervisor-km",
    "auditor",
    "admin",
    "clerk-jyt",
)
SAME_PAGES = 2
FILE = re.compile(r"\.(xlsx|csv|json)$")
LINKS = re.compile(r'<a\b[^>]*?\shref="([^"#]+)')
SERIOUS = ("serious", "critical")
# A code, an abbreviation or a name of ours; any other Latin word on a page has been left untranslated.
ENGLISH = re.compile(
    r"\b(?:the|and|is|are|not|this|page|none|null|undefined|error|true|false|submit|search|object)\b", re.I
)


def sign_in(page: Page, platform: RunningStack, username: str) -> None:
    page.goto("/office/")
    password = next(user["password"] for user in platform.demo["users"] if user["username"] == username)
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/office/")


def route(path: str) -> str:
    """The name of the page at `path`; the portal and the admin site are walked elsewhere."""
    try:
        return resolve(path).view_name if path.startswith("/office/") else ""
    except Resolver404:
        return path


def walk(page: Page) -> tuple[dict[str, str], list[str]]:
    """Follow every link from the home page; return one address for each page, and what was wrong."""
    waiting, seen, opened, first, wrong = ["/office/"], set(), Counter(), {}, []
    while waiting:
        address = waiting.pop(0)
        name = route(urlsplit(address).path)
        if not name or address in seen or opened[name] >= SAME_PAGES:
            continue
        seen.add(address)
        opened[name] += 1
        answer = page.request.get(address, max_redirects=3)
        if answer.status != 200:
            wrong.append(f"{address}: {answer.status}")
        elif "text/html" in answer.headers["content-type"] and not FILE.search(urlsplit(address).path):
            first.setdefault(name, address)
            links = (urljoin(address, link.replace("&amp;", "&")) for link in LINKS.findall(answer.text()))
            waiting += [link for link in links if not urlsplit(link).netloc]
    return first, wrong


def look(page: Page, address: str, axe: Axe) -> list[str]:
    """What is ugly or unclear about one page, to eyes and to a screen reader, at both widths."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address)
    wrong = [f"English: {word}" for word in ENGLISH.findall(page.locator("main").inner_text())]
    if not page.locator("h1").count():
        wrong.append("no heading")
    page.set_viewport_size({"width": 390, "height": 844})
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    wrong += [f"{overflow} px too wide"] if overflow > 0 else []
    wrong += [v["id"] for v in axe.run(page).response["violations"] if v["impact"] in SERIOUS]
    # A table without rows has to say so in words instead.
    wrong += ["empty table"] if page.locator("table.data tbody:not(:has(tr))").count() else []
    return [f"{address}: {finding}" for finding in wrong]


def test_every_page_answers_and_every_link_leads_somewhere_for_everybody(platform: RunningStack, open_browser):
    looked, wrong, axe = set(), [], Axe()
    for username in USERS:
        page = open_browser()
        sign_in(page, platform, username)
        first, dead = walk(page)
        wrong += [f"{username} {finding}" for finding in dead]
        for name, address in first.items():
            if name not in looked and name != "office:styleguide":
                looked.add(name)
                wrong += [f"{username} {finding}" for finding in look(page, address, axe)]
    assert not wrong, "\n".join(wrong)
    assert {"office:help", "office:help-topic", "office:record", "office:quality", "office:audit"} <= looked
