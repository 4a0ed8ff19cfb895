"""The pages of data quality: who sees what, every number leads to its rows, bulletins, zero reports, the home page."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Role
from audit.models import AuditEvent
from deadlines.clock import BEIJING
from records.models import Batch, FigureRun, NationalRefusal, Record, ZeroReport
from records.quality import policy, services
from tests import factories
from tests.disclosure.test_accessible import look_at

OCTOBER = date(2026, 10, 1)
WHEN_CLOSED = datetime(2026, 11, 20, 9, tzinfo=BEIJING)


@pytest.fixture
def october(clerk, other_clerk):
    """Both departments reported in October: one late and with a row sent back, the other two in time."""
    for who, number, day in ((clerk, 1, 25), (other_clerk, 51, 13)):
        department = who.department
        rows = [
            factories.permit(department, number + n, firm=number + n, 许可决定日期="2026/10/12", 有效期自="2026/10/12")
            for n in range(2)
        ]
        if who == clerk:
            rows.append(factories.permit(department, 9, 行政相对人代码_1="915301020000000000"))
        at = datetime(2026, 10, day, 10, tzinfo=BEIJING)
        batch = factories.send(rows, who)
        Batch.objects.filter(pk=batch.pk).update(created_at=at, finished_at=at)
        Record.objects.filter(batch=batch).update(created_at=at)
    record = Record.objects.get(document_no="云示许〔2026〕1号")
    NationalRefusal(record=record, revision=1, code="x", reason="示例退回", refused_at=at).save()
    services.set_duty(clerk.department, "XZCF", cycle="month", since=date(2026, 1, 1), source="示例清单")
    return services.close_month(OCTOBER, now=WHEN_CLOSED)


@pytest.fixture
def supervisor():
    return factories.make_user("supervisor", Role.SUPERVISOR)


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def rows_of(page: str) -> int:
    """How many rows the first table of a page has."""
    return page.split("<tbody>")[1].split("</tbody>")[0].count("<tr>") if "<tbody>" in page else 0


def test_every_number_of_the_ranking_leads_to_as_many_rows(browse, supervisor, october):
    page = text_of(browse(supervisor).get("/office/quality/?month=2026-10"))
    ranking = page.split('aria-labelledby="ranking"')[1].split("</table>")[0]
    links = re.findall(r'<a href="(/office/quality/rows/[^"]+)">([\d,]+)</a>', ranking)
    measures = {re.search(r"measure=(\w+)", url)[1] for url, _ in links}
    assert measures == {"reported", "late", "rejected", "wrong_codes", "national_refused", "missing"}
    for url, number in links:
        assert rows_of(text_of(browse(supervisor).get(url.replace("&amp;", "&")))) == int(number), url


def test_ranking_is_by_timeliness_and_sorts_by_any_column_without_changing_ranks(
    browse, supervisor, october, department, other_department
):
    client = browse(supervisor)

    def order(query: str) -> list[tuple[str, str]]:
        body = text_of(client.get(f"/office/quality/?month=2026-10{query}")).split("<tbody>")[1]
        return re.findall(r">(云南省示例.局)</a></th><td class=\"number\">(\d)</td>", body)

    better, worse = (other_department.name, "1"), (department.name, "2")
    assert order("") == [better, worse]
    assert order("&sort=-late") == [worse, better]
    assert order("&sort=late") == [better, worse]
    assert order("&region=530100") == []
    assert order("&region=530000") == [better, worse]


def test_page_says_which_computation_it_shows_and_defines_every_figure(browse, supervisor, october):
    page = text_of(browse(supervisor).get("/office/quality/?month=2026-10"))
    assert "已定版" in page and "统计截至" in page and "2026-11-20 09:00" in page
    assert all(measure.formula in page for measure in policy.MEASURES)


def test_department_sees_its_own_figures_and_nothing_of_the_others(office, october, department, other_department):
    page = text_of(office.get("/office/quality/?month=2026-10"))
    assert department.name in page and other_department.name not in page
    assert office.get(f"/office/quality/departments/{department.code}/?month=2026-10").status_code == 200
    assert office.get(f"/office/quality/departments/{other_department.code}/").status_code == 404
    assert "名次" not in page
    rows = text_of(office.get("/office/quality/rows/?measure=reported&month=2026-10"))
    assert "云示许〔2026〕1号" in rows and "云示许〔2026〕51号" not in rows


def test_picture_is_told_in_words_and_has_its_table(browse, supervisor, october):
    page = text_of(browse(supervisor).get("/office/quality/?month=2026-10"))
    picture = page.split('<svg class="trend trend--wide"')[1].split("</svg>")[0]
    named = re.search(r'aria-labelledby="([^"]+)"', picture)[1].split()
    assert all(f'id="{name}"' in picture for name in named)
    assert "2026-10，及时率 50.0%" in picture
    assert 'aria-labelledby="trend"' in page


@pytest.mark.parametrize(
    "path", ["/office/quality/export.xlsx?month=2026-10", "/office/quality/rows.xlsx?month=2026-10"]
)
def test_export_holds_the_rows_and_no_formula(browse, supervisor, october, department, path):
    department.name = "=1+1示例局"
    department.save()
    answer = browse(supervisor).get(path)
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    cells = [cell for row in book.active.rows for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert any(cell.value == "=1+1示例局" for cell in cells)
    assert AuditEvent.objects.filter(action="records.figures.exported").count() == 1


def test_bulletin_is_drafted_by_one_issued_by_another_and_then_seen_by_departments(
    browse, office, reviewer, supervisor, october, department
):
    drafter = browse(reviewer)
    where = drafter.post("/office/quality/bulletins/", {"month": "2026-10"}).url
    assert office.get(where).status_code == 404
    assert office.post("/office/quality/bulletins/", {"month": "2026-10"}).status_code == 404
    assert drafter.post(where).status_code == 404  # a reviewer does not issue
    assert browse(supervisor).post(where).status_code == 302
    page = text_of(office.get(where))
    assert department.name in page and "2026 年第 10 期" in page and "已印发" in page
    assert "2026 年第 10 期" in text_of(office.get("/office/quality/bulletins/"))


def test_clerk_makes_a_zero_report_from_the_home_page(office, october, rehearse):
    home = text_of(office.get("/office/"))
    assert "应报事项" in home and "逾期" in home
    where = re.search(r'href="(/office/quality/duties/[^"]+/2026-10/)"', home)[1]
    assert "确认本期无此类信息" in text_of(office.get(where))
    assert office.post(where).status_code == 302
    assert ZeroReport.objects.get().month == OCTOBER
    assert where not in text_of(office.get("/office/"))
    assert "已作零报告" in text_of(office.get("/office/quality/duties/"))


def test_period_that_has_not_ended_cannot_be_declared_empty(office, october):
    where = re.search(r'href="(/office/quality/duties/[^"]+/2026-11/)"', text_of(office.get("/office/")))[1]
    assert "尚未结束" in text_of(office.get(where))
    assert office.post(where).status_code == 400
    assert not ZeroReport.objects.exists()


def test_home_tells_the_clerk_first_what_was_sent_back_and_leads_to_the_rows(office, clerk):
    factories.send([factories.permit(clerk.department), factories.permit(clerk.department, 2, 许可内容="")], clerk)
    home = text_of(office.get("/office/"))
    first = home.split('<ul class="rows tasks">')[1].split("</li>")[0]
    assert "行被退回" in first and ">1<" in first
    where = re.search(r'href="([^"]+)"', first)[1]
    page = text_of(office.get(where))
    assert "第 3 行" in page and "下载退回的行" in page and "许可内容" in page


def test_figures_nobody_has_computed_are_not_made_up(office, browse, supervisor):
    for client in (office, browse(supervisor)):
        assert "尚未统计" in text_of(client.get("/office/quality/"))


def test_current_month_is_called_provisional(browse, supervisor, clerk):
    factories.send([factories.permit(clerk.department)], clerk)
    services.refresh_figures(now=timezone.now())
    assert "暂计" in text_of(browse(supervisor).get("/office/quality/"))
    assert FigureRun.objects.get().is_provisional


def test_every_page_of_quality_can_be_read_by_everyone(browse, office, supervisor, reviewer, october):
    """axe, and nothing wider than the screen, at 1440 and 390 px."""
    bulletin = services.draft_bulletin(october, actor=reviewer)
    province, duty = (
        browse(supervisor),
        re.search(r'href="(/office/quality/duties/[^"]+/2026-10/)"', text_of(office.get("/office/")))[1],
    )
    paths = ["/office/quality/?month=2026-10", "/office/quality/?by=region", "/office/quality/duties/"]
    paths += ["/office/quality/rows/?measure=rejected&month=2026-10", "/office/quality/bulletins/"]
    paths += [f"/office/quality/bulletins/{bulletin.public_id}/"]
    pages = {path: text_of(province.get(path)) for path in paths}
    pages |= {path: text_of(office.get(path)) for path in ("/office/", duty)}
    assert looked_at(pages) == []


def looked_at(pages: dict[str, str]) -> list[str]:
    pages = {path: re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL) for path, page in pages.items()}
    with ThreadPoolExecutor(1) as thread:  # the browser's event loop and Django's database do not share a thread
        return thread.submit(look_at, pages).result()
