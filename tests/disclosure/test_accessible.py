"""Every kind of page in a real browser, wide and narrow: nothing axe calls serious, nothing wider than the screen."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, Route, sync_playwright

from tests.browser import executable
from tests.disclosure.factory import make_organisation, make_record

SITE = "http://portal.example"
SIZES = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture
def pages(client) -> dict[str, str]:
    """Address and content of each kind of page, with long names, rare characters and every state."""
    firm = make_organisation("新平彝族傣族自治县戛洒示例𬭩䶮特色农产品种植加工销售与乡村旅游综合开发农民专业合作社")
    record = make_record(firm, "XZCF", state="disputed", title="未按规定建立进货查验记录制度" * 6)
    for code in ("CXRY", "YZSX", *["XZXK"] * 21):
        make_record(firm, code)
    addresses = ["/", "/search/", "/search/?q=示例", "/search/?q=云"]
    addresses += [f"/subjects/{firm.uscc}/", f"/subjects/{firm.uscc}/XZXK/", f"/records/{record.public_id}/"]
    addresses += ["/lists/", "/lists/XZXK/?since=x", "/lists/JYYC/"]
    addresses += ["/law/", "/law/XZCF/", "/services/", "/about/", "/subjects/none/"]
    return {address: client.get(address).content.decode() for address in addresses}


def test_every_page_can_be_read_by_everyone(pages):
    with ThreadPoolExecutor(1) as thread:  # the browser's event loop and Django's database do not share a thread
        assert thread.submit(look_at, pages).result() == []


def look_at(pages: dict[str, str]) -> list[str]:
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        for size in SIZES:
            page = browser.new_page(viewport=size)
            page.route("**/*", lambda route: answer(route, pages))
            for address in pages:
                page.goto(SITE + address)
                found += [f"{size['width']} {address} {trouble}" for trouble in troubles(page)]
        browser.close()
    return found


def answer(route: Route, pages: dict[str, str]) -> None:
    path = unquote(route.request.url.removeprefix(SITE))
    if path.startswith("/static/"):
        route.fulfill(path=Path(settings.BASE_DIR, path.split("#")[0].strip("/")))
    else:
        route.fulfill(body=pages[path], content_type="text/html; charset=utf-8")


def troubles(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    found = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in violations if v["impact"] in ("serious", "critical")]
    return [*found, *too_wide(page)]


def too_wide(page: Page) -> list[str]:
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"overflow: {overflow} px"] if overflow > 0 else []
