"""The quality page of a department, in a real browser: what came back first, then the figures it went into."""

from datetime import datetime
from pathlib import Path

from playwright.sync_api import Page, expect

from deadlines.clock import BEIJING
from tests.journeys.test_from_clerk_to_portal import sign_in, upload
from tests.running import RunningStack

ROOT = Path(__file__).resolve().parents[2]
COUNT = """
from django.utils import timezone
from records.models import FigureRun
from records.quality import services
FigureRun.objects.filter(version=0).update(computed_at=timezone.now() - 2 * services.FRESH)
services.refresh_figures(now=timezone.now())
"""


def test_clerk_mends_what_came_back_and_the_supervisor_reads_it_in_the_figures(platform: RunningStack, open_browser):
    clerk, supervisor = open_browser(), open_browser()

    # Six rows of the sample come back. The home page says so first, and leads to them.
    sign_in(clerk, platform, "clerk")
    upload(clerk, ROOT / "samples" / "permits_with_errors.xlsx")
    clerk.goto("/office/")
    first = clerk.locator(".tasks li").first
    expect(first).to_contain_text("6 行被退回")
    first.get_by_role("link").press("Enter")
    expect(clerk.get_by_role("row")).to_have_count(6 + 1)
    expect(clerk.get_by_role("link", name="下载退回的行").first).to_be_visible()

    # What must be reported this month stands there with the days that are left.
    clerk.goto("/office/quality/duties/")
    expect(clerk.get_by_role("row").filter(has_text="个工作日").first).to_be_visible()

    # The figures hold them; each number leads to as many rows, and the picture stands above its table.
    platform.manage("shell", "-c", COUNT)
    clerk.goto("/office/quality/")
    expect(clerk.get_by_role("heading", level=1)).to_have_text(platform.demo["department"]["name"])
    expect(clerk.get_by_role("img", name="及时率与合规率")).to_be_visible()
    permits = clerk.get_by_role("region", name="各信息事项").get_by_role("row").filter(has_text="行政许可")
    expect(permits.get_by_role("link", name="6", exact=True)).to_be_visible()
    permits.get_by_role("link", name="6", exact=True).click()
    expect(clerk.get_by_role("row")).to_have_count(6 + 1)

    # The supervisor sees every department, and from the ranking comes to the same page.
    sign_in(supervisor, platform, "supervisor")
    supervisor.get_by_role("link", name="质量", exact=True).first.click()
    now = datetime.now(BEIJING)
    expect(supervisor.get_by_role("heading", level=1)).to_contain_text(f"{now.year} 年 {now.month} 月")
    narrow_to_permits(supervisor)
    supervisor.get_by_role("link", name=platform.demo["department"]["name"]).click()
    expect(supervisor.get_by_role("heading", level=1)).to_have_text(platform.demo["department"]["name"])

    # Of another department the clerk is told nothing.
    assert clerk.goto("/office/quality/departments/530100-YS-JT/").status == 404


def narrow_to_permits(page: Page) -> None:
    page.get_by_label("信息事项").select_option(label="行政许可")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_text("信息事项：行政许可")).to_be_visible()
