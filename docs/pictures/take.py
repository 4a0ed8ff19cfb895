"""Take the pictures of the tour in README from a running demo platform (`make run` in another terminal).

    .venv/bin/python docs/pictures/take.py [DATA_DIR] [FOLDER]

Uploads `samples/permits_with_errors.xlsx` as the demo clerk, once. Pictures are 1200 pixels wide and go to this folder
unless another is named. Best on a fresh DATA_DIR, where nothing else was sent.
"""

import json
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.browser import executable  # noqa: E402 - a script finds its own project first

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTH, HEIGHT, HEAD = 1200, 860, 70  # the office keeps a bar of 56 at the top
SAMPLE = ROOT / "samples" / "permits_with_errors.xlsx"
PATIENCE = 60


def main(data_dir: Path, folder: Path) -> None:
    """Walk the tour once and keep what is seen at each stop."""
    demo = json.loads((data_dir / "demo.json").read_text(encoding="utf-8"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        sign_in(page, demo)
        preview(page, demo["url"], folder)
        keep(page, folder / "returned.png", top=".counts")
        page.goto(f"{demo['url']}office/")
        keep(page, folder / "office.png")
        page.goto(f"{demo['url']}office/quality/")
        keep(page, folder / "quality.png")
        page.goto(f"{demo['url']}search/?q=示例茶业")
        keep(page, folder / "search.png")
        page.goto(penalised(demo["url"]))
        keep(page, folder / "record.png", top="#why", above=30)
        page.click(".facts dd a")
        keep(page, folder / "subject.png")
        page.goto(demo["stub_url"])
        keep(page, folder / "national.png")
        browser.close()


def sign_in(page: Page, demo: dict) -> None:
    user = next(user for user in demo["users"] if user["role"] == "clerk")
    page.goto(f"{demo['url']}office/sign-in/")
    page.fill("[name=username]", user["username"])
    page.fill("[name=password]", user["password"])
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/office/")


def preview(page: Page, url: str, folder: Path) -> None:
    """Send the sample with its six planted mistakes, keep its preview, commit it and look at what became of it.

    Where that was done before, there is no preview to keep any more.
    """
    page.goto(f"{url}office/batches/")
    if (before := page.get_by_role("link", name=SAMPLE.name)).count():
        before.last.click()
        return
    page.goto(f"{url}office/batches/new/?item=XZXK")
    page.set_input_files("input[type=file]", SAMPLE)
    page.click("form.form button[type=submit]")
    until = time.monotonic() + PATIENCE
    while page.get_by_text("确认入库").count() == 0 and time.monotonic() < until:
        page.wait_for_timeout(500)
        page.reload()
    keep(page, folder / "preview.png", top="h1")
    page.get_by_role("button", name="确认入库").click()
    while page.get_by_text("查看入库的记录").count() == 0 and time.monotonic() < until:
        page.wait_for_timeout(500)
        page.reload()


def penalised(url: str) -> str:
    """The address of the newest penalty that anybody may browse."""
    with urllib.request.urlopen(f"{url}api/v1/public/records/?item=XZCF", timeout=30) as answer:
        return json.load(answer)["results"][0]["url"]


def keep(page: Page, path: Path, *, top: str = "body", above: int = HEAD) -> None:
    """Keep what the window shows when the element `top` has come to stand `above` pixels from its upper edge."""
    page.wait_for_load_state("networkidle")
    page.locator(top).first.evaluate(f"it => window.scrollTo(0, it.getBoundingClientRect().top + scrollY - {above})")
    page.screenshot(path=path)
    print(path, path.stat().st_size)


if __name__ == "__main__":
    named = [Path(text) for text in sys.argv[1:]]
    main(*(named + [ROOT / ".data", Path(__file__).parent][len(named) :]))
