"""From a file to its result: the clerk sees every row that came back, and why."""

import io
import re
import uuid
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.models import AuditEvent
from records import services, workflow
from records.models import Batch, Record, ReportingSetting
from records.views.batches import progress_of
from tests import factories

NEW = "/office/batches/new/"


def upload(client, content: bytes, *, key: str = "", item: str = "XZXK", name: str = "许可.csv"):
    file = SimpleUploadedFile(name, content)
    return client.post(NEW, {"item": item, "file": file, "key": key or uuid.uuid4().hex})


def page_of(client, batch: Batch, query: str = "") -> str:
    return client.get(reverse("office:batch", args=[batch.public_id]) + query).content.decode()


def confirm(client, batch: Batch, policy: str = "good_rows", verb: str = "commit"):
    """Say yes to the preview the page shows, and let the worker carry it on."""
    seen = re.search(r'name="seen" value="(\w+)"', page_of(client, batch))[1]
    answer = client.post(reverse(f"office:batch-{verb}", args=[batch.public_id]), {"seen": seen, "policy": policy})
    services.run_batch(batch.pk, today=factories.TODAY)
    return answer


@pytest.fixture
def preview(office, clerk):
    """A file of the office that waits for its clerk."""

    def preview(rows) -> Batch:
        upload(office, factories.as_csv(rows))
        batch = Batch.objects.latest("pk")
        services.run_batch(batch.pk, today=factories.TODAY)
        return Batch.objects.get(pk=batch.pk)

    return preview


@pytest.fixture
def rows(department):
    """Four rows: two good, one with two mistakes, one with one."""
    broken = {"许可内容": "", "许可决定日期": "2026/13/40"}
    return [
        factories.permit(department, 1),
        factories.permit(department, 2, firm=2),
        factories.permit(department, 3, firm=3, **broken),
        factories.permit(department, 4, firm=4, 许可内容=""),
    ]


def test_a_file_goes_in_and_its_page_tells_what_became_of_each_row(office, rows):
    response = upload(office, factories.as_csv(rows))
    batch = Batch.objects.get()
    assert response.url == reverse("office:batch", args=[batch.public_id])
    assert "正在等候处理" in page_of(office, batch)
    services.run_batch(batch.pk, today=factories.TODAY)
    confirm(office, batch)
    page = page_of(office, batch)
    counts = re.findall(r"<dt>(文件行数|接收|无变化|退回)</dt><dd>(\d+)</dd>", page)
    assert counts == [("文件行数", "4"), ("接收", "2"), ("无变化", "0"), ("退回", "2")]
    assert re.findall(r'<th scope="row" class="fit">(\d+)</th>', page) == ["4", "4", "5"]
    assert re.findall(r"<code>(\w+)</code>", page) == ["date_impossible", "required", "required"]


def test_rows_sent_back_are_counted_by_kind_and_can_be_narrowed_to_one(office, clerk, rows):
    batch = factories.send(rows, clerk)
    kinds = re.findall(
        r'<a href="\?code=(\w+)#returned">([^<]+)</a> <span class="secondary">(\d+) 行', page_of(office, batch)
    )
    assert kinds == [("required", "必填内容没有填写", "2"), ("date_impossible", "没有这一天", "1")]
    narrowed = page_of(office, batch, "?code=date_impossible")
    assert re.findall(r'<th scope="row" class="fit">(\d+)</th>', narrowed) == ["4", "4"]


def test_the_rows_sent_back_come_as_an_excel_file_and_leave_a_line(office, clerk, rows):
    batch = factories.send(rows, clerk)
    response = office.get(reverse("office:batch-returned", args=[batch.public_id]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert [row[-4] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["4", "5"]
    assert AuditEvent.objects.filter(action=Action.BATCH_DOWNLOADED, object_id=str(batch.pk)).count() == 1


def test_nothing_to_download_where_nothing_came_back(office, clerk, department):
    batch = factories.send([factories.permit(department)], clerk)
    assert office.get(reverse("office:batch-returned", args=[batch.public_id])).status_code == 404


def test_a_double_click_makes_one_batch(office, rows):
    key, content = uuid.uuid4().hex, factories.as_csv(rows)
    first, second = upload(office, content, key=key), upload(office, content, key=key)
    assert first.url == second.url
    assert Batch.objects.count() == 1


def test_the_same_page_used_for_another_file_asks_again_with_a_new_key(office, rows):
    key = uuid.uuid4().hex
    upload(office, factories.as_csv(rows), key=key)
    again = upload(office, factories.as_csv(rows[:1]), key=key)
    assert "这一页已经用来报送过另一个文件" in again.content.decode()
    assert key not in again.content.decode()
    assert Batch.objects.count() == 1


def test_a_file_that_is_no_table_is_refused_with_a_sentence(office, clerk):
    batch = factories.send(b"%PDF-1.4 example", clerk)
    page = page_of(office, batch)
    assert "文件已退回，没有保存任何内容" in page
    assert batch.reason in page and "<code>pdf_file</code>" in page


def test_a_missing_file_is_an_error_beside_its_field(office):
    page = office.post(NEW, {"item": "", "key": "k"}).content.decode()
    assert "<title>错误：上传文件" in page
    assert '<a href="#id_file">文件：请选择要上传的文件。</a>' in page


def test_a_waiting_batch_can_be_cancelled_once(office, clerk, rows):
    batch = factories.send(rows, clerk, run=False)
    cancel = reverse("office:batch-cancel", args=[batch.public_id])
    assert office.get(cancel).status_code == 405
    assert office.post(cancel).status_code == 302
    assert Batch.objects.get().state == workflow.CANCELLED
    again = office.post(cancel)
    assert again.status_code == 409
    assert "状态已经改变" in again.content.decode()


def test_progress_moves_by_itself_and_then_asks_for_the_whole_page(office, clerk, rows):
    batch = factories.send(rows, clerk, run=False)
    path = reverse("office:batch-progress", args=[batch.public_id])
    moving = office.get(path, headers={"HX-Request": "true"})
    assert "正在等候处理" in moving.content.decode() and "<html" not in moving.content.decode()
    services.run_batch(batch.pk, today=factories.TODAY)
    assert office.get(path, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert office.get(path).url == reverse("office:batch", args=[batch.public_id])


def test_progress_is_said_in_words_and_numbers(office, clerk, rows):
    batch = factories.send(rows, clerk, run=False)
    Batch.objects.update(state=workflow.MERGING, rows_total=1000, rows_accepted=600, rows_rejected=12)
    page = page_of(office, batch)
    assert "正在入库：612 / 1,000 行" in page and 'aria-live="polite"' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("?state=returned", 1),
        ("?state=committed", 1),
        ("?state=refused", 0),
        ("?state=unfinished", 1),
        ("?item=XZCF", 0),
        ("?source=file", 2),
        ("?source=form", 0),
        ("?since=2099-01-01", 0),
        ("?until=2099年1月1日", 2),
        ("?since=不是日期", 2),
    ],
)
def test_the_list_is_narrowed_by_its_address(office, clerk, rows, query, found):
    factories.send(rows, clerk)
    factories.send(rows[:1], clerk, run=False)
    page = office.get(f"/office/batches/{query}").content.decode()
    assert page.count('<th scope="row"') == found


def test_the_records_of_a_batch_are_one_click_away(office, clerk, rows):
    batch = factories.send(rows, clerk)
    link = f"/office/records/?batch={batch.public_id}"
    assert link in page_of(office, batch)
    assert office.get(link).content.decode().count('<th scope="row"') == 2


def test_the_template_comes_back_through_the_same_reader(office, clerk):
    response = office.get("/office/templates/XZXK.xlsx")
    empty = factories.send(b"".join(response.streaming_content), clerk)
    assert (empty.state, empty.code) == (workflow.REFUSED, "no_rows")
    assert office.get("/office/templates/行政许可.xlsx").status_code == 200
    assert office.get("/office/templates/UNKNOWN.xlsx").status_code == 404


def test_a_record_entered_by_form_stands_in_the_list_too(office, clerk, department):
    factories.register(factories.penalty(department), clerk)
    assert Record.objects.count() == 1
    assert "网页填报" in office.get("/office/batches/?source=form").content.decode().split("<tbody>")[1]


def test_the_preview_tells_counts_consequence_returned_rows_and_sample(office, preview, rows):
    page = page_of(office, preview(rows))
    assert re.findall(r"<dt>(新增|变更|无变化|检查退回|比对退回)</dt><dd>(\d+)</dd>", page) == [
        ("新增", "2"),
        ("变更", "0"),
        ("无变化", "0"),
        ("检查退回", "2"),
        ("比对退回", "0"),
    ]
    assert "确认后新增 2 条、变更 0 条，将公开 2 条，推送国家平台 2 条。" in page
    assert re.search(
        r'value="good_rows" checked>合格的先入库，不合格的退回<span class="secondary">（本部门默认）', page
    )
    assert re.findall(r"<code>(\w+)</code>", page) == ["date_impossible", "required", "required"]
    assert page.count("云示许〔2026〕1号") == 1
    assert not Record.objects.exists()


def test_changes_are_shown_from_what_to_what(office, clerk, preview, department):
    factories.send([factories.permit(department, 1)], clerk)
    page = page_of(office, preview([factories.permit(department, 1, 许可内容="散装食品销售")]))
    assert "<ins>散装食品销售</ins>" in page and "<del>" in page
    assert "共变更 1 条" in page


def test_a_preview_dropped_leaves_nothing(office, preview, rows):
    batch = preview(rows)
    assert confirm(office, batch, verb="drop").status_code == 302
    assert "没有保存任何内容" in page_of(office, batch)
    assert confirm_again(office, batch) == 409


def confirm_again(client, batch: Batch) -> int:
    form = {"seen": "0" * 64, "policy": "good_rows"}
    return client.post(reverse("office:batch-commit", args=[batch.public_id]), form).status_code


def test_a_page_out_of_date_cannot_commit(office, preview, rows):
    batch = preview(rows)
    answer = confirm_again(office, batch)
    assert (answer, Batch.objects.get(pk=batch.pk).state) == (409, workflow.PREVIEWED)


def test_the_whole_file_goes_back_where_the_clerk_says_so(office, preview, rows):
    batch = preview(rows)
    confirm(office, batch, policy="all_or_nothing")
    page = page_of(office, batch)
    assert "整个文件已退回，没有入库" in page and "下载退回的行" in page
    assert office.get(reverse("office:batch-returned", args=[batch.public_id])).status_code == 200


def test_a_zip_becomes_several_batches_listed_together(office, department):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in (1, 2):
            rows = [factories.permit(department, number)]
            archive.writestr(f"行政许可-{number}.csv", factories.as_csv(rows))
    response = upload(office, out.getvalue(), item="by-file", name="11月.zip")
    folder = Batch.objects.latest("pk").folder
    assert response.url == f"/office/batches/?folder={folder}"
    assert "行政许可-1.csv" in office.get(response.url).content.decode()
    empty = upload(office, b"PK\x05\x06" + bytes(18), item="by-file", name="空.zip").content.decode()
    assert "压缩包里没有文件" in empty


def test_a_single_file_needs_its_item(office, rows):
    page = upload(office, factories.as_csv(rows), item="by-file").content.decode()
    assert "只用于压缩包" in page and not Batch.objects.exists()


def test_the_lead_takes_a_batch_back_and_the_page_says_so(office, browse, lead, clerk, department):
    batch = factories.send([factories.permit(department, 1)], clerk)
    where = reverse("office:batch-undo", args=[batch.public_id])
    assert "整批撤回" not in page_of(office, batch)
    assert office.get(where).status_code == 404
    leads = browse(lead)
    assert "整批撤回" in page_of(leads, batch)
    assert "请写明撤回原因" in leads.post(where, {"reason": ""}).content.decode()
    leads.post(where, {"reason": "误传了上月的文件"})
    services.run_batch(batch.pk, today=factories.TODAY)
    page = page_of(leads, batch)
    assert "这一批已经整批撤回" in page and "误传了上月的文件" in page
    assert "不能再整批撤回" in leads.get(where).content.decode()


def test_the_department_sets_what_holds_for_its_batches(office, browse, lead, department):
    where = reverse("office:reporting")
    assert "由部门负责人修改" in office.get(where).content.decode()
    choice = {"policy": "all_or_nothing", "commit": "preview"}
    assert office.post(where, choice).status_code == 404
    assert browse(lead).post(where, choice).status_code == 302
    setting = ReportingSetting.objects.get()
    assert (setting.department, setting.policy, setting.commit) == (department, "all_or_nothing", "preview")


def test_progress_tells_speed_and_time_left_from_the_batchs_own_moments(clerk, rows):
    batch = factories.send(rows, clerk, run=False)
    now = timezone.now()
    batch.state, batch.rows_total, batch.rows_accepted = workflow.MERGING, 10_000, 4_000
    batch.moving_since, batch.moved_at, batch.moved_from = now - timedelta(seconds=4), now, 2_000
    told = progress_of(batch)
    assert told["words"] == "正在入库：4,000 / 10,000 行"
    assert told["detail"].startswith("每秒约 500 行，约还需 12 秒。")
    batch.moving_since = now - timedelta(seconds=1)
    assert not progress_of(batch)["detail"].startswith("每秒")
