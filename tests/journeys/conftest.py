"""A platform started as `make run` starts it, and a real browser in front of it."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import browser as installed
from tests.running import RunningStack, started

PATIENCE = 60_000  # milliseconds; the tests share two cores


@pytest.fixture(scope="module")
def platform(tmp_path_factory) -> Iterator[RunningStack]:
    """One for each file: journeys count what is there and move the day."""
    with started(tmp_path_factory.mktemp("journey")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed.executable(), args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(chromium, platform) -> Iterator:
    """A function that opens a browser of its own for a person: no cookies, nobody signed in."""
    opened = []

    def open_one() -> Page:
        context = chromium.new_context(base_url=platform.url, locale="zh-CN", accept_downloads=True)
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context.new_page()

    yield open_one
    for context in opened:
        context.close()
