"""The pages of a batch that waits, is taken back or is set up, in a real browser, wide and narrow."""

import re
from concurrent.futures import ThreadPoolExecutor

from records import services
from records.models import Batch
from records.services.batches import item_in_force
from records.workflow import Commit
from tests import factories
from tests.disclosure.test_accessible import look_at

# Its file belongs to a package; the pages have to be read without it too.
WITHOUT_HTMX = re.compile(r"<script[^>]*django_htmx[^>]*></script>")


def test_pages_of_a_batch_can_be_read_by_everyone(browse, lead, clerk, department):
    done = factories.send([factories.permit(department, 1), factories.permit(department, 2, firm=2)], clerk)
    rows = [
        factories.permit(department, 1, 许可内容="预包装食品销售，" * 20),
        factories.permit(department, 2, firm=2, 许可决定日期="2026/11/04", 有效期自="2026/11/04"),
        factories.permit(department, 3, firm=3, 许可内容=""),
    ]
    waiting = services.receive_batch(
        item=item_in_force("XZXK", on=factories.TODAY),
        department=department,
        source=Batch.Source.FILE,
        file_name="云南省示例甲局二〇二六年十一月行政许可信息归集报送表（第三次补报）.csv",
        chunks=[factories.as_csv(rows)],
        actor=clerk,
        commit=Commit.PREVIEW,
    )
    services.run_batch(waiting.pk, today=factories.TODAY)
    undone = factories.send([factories.permit(department, 9, firm=9)], clerk)
    services.undo_batch(undone, actor=lead, reason="误传了上月的文件")
    services.run_batch(undone.pk, today=factories.TODAY)
    client = browse(lead)
    places = [f"/office/batches/{batch.public_id}/" for batch in (waiting, done, undone)]
    places += [f"/office/batches/{done.public_id}/undo/", "/office/batches/settings/", "/office/batches/new/"]
    pages = {place: WITHOUT_HTMX.sub("", client.get(place).content.decode()) for place in places}
    assert "疑似重复" in pages[places[0]] and "变更最大的记录" in pages[places[0]]
    with ThreadPoolExecutor(1) as thread:  # the browser's event loop and Django's database do not share a thread
        assert thread.submit(look_at, pages).result() == []
