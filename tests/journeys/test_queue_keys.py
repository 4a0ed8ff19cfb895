"""The queue by keyboard, in a real browser: the script alone, on the rows the page is made of."""

import pytest
from playwright.sync_api import Browser, Page

from credit_platform.stack.options import CHECKOUT

ROW = '<tr><td><input type="checkbox" name="case"></td><th><a href="#case-{0}">{0}</a></th></tr>'
PAGE = (
    '<input id="filter"><table data-queue><thead><tr><th><input type="checkbox" data-queue-all></th></tr></thead>'
    "<tbody>{}</tbody></table><span data-queue-count></span>"
).format("".join(ROW.format(number) for number in range(3)))


@pytest.fixture
def page(chromium: Browser):
    context = chromium.new_context()
    page = context.new_page()
    page.set_content(PAGE)
    page.add_script_tag(path=CHECKOUT / "static" / "js" / "queue.js")
    yield page
    context.close()


def current(page: Page) -> list[str]:
    return page.locator("tr[data-current] a").all_inner_texts()


def test_j_and_k_walk_the_rows_and_stop_at_the_ends(page):
    for key, row in (("j", "0"), ("j", "1"), ("j", "2"), ("j", "2"), ("k", "1"), ("k", "0"), ("k", "0")):
        page.keyboard.press(key)
        assert current(page) == [row]


def test_enter_opens_and_x_ticks(page):
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("tbody input:checked").count() == 1
    assert page.locator("[data-queue-count]").inner_text() == "已选 1 件"
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#case-1"


def test_letters_typed_into_a_field_stay_there(page):
    page.locator("#filter").focus()
    page.keyboard.type("jkx")
    assert page.locator("#filter").input_value() == "jkx" and current(page) == []


def test_the_tick_above_ticks_the_whole_page(page):
    page.locator("[data-queue-all]").check()
    assert page.locator("tbody input:checked").count() == 3
    assert page.locator("[data-queue-count]").inner_text() == "已选 3 件"
