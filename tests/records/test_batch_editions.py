"""The catalogue changes while a file is on its way: it is judged under the edition in force when it goes in."""

import pytest

from accounts.models import Role
from catalogue import services as catalogue
from catalogue.models import InformationItem
from records import services, workflow
from records.models import Batch, Preview, Record, RejectedRow
from records.services.batches import item_in_force
from records.workflow import Commit, Policy
from tests.catalogue import editions
from tests.factories import TODAY, as_csv, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearse")]
LONG = "预包装食品销售、散装食品销售（含冷藏冷冻食品）"


@pytest.fixture
def people(db):
    return make_user("law-author", Role.ADMINISTRATOR), make_user("law-second", Role.REVIEWER)


@pytest.fixture
def replace_item(people):
    """Put another edition in force today, under which the permitted activity is at most twenty characters long."""
    author, second = people

    def replace() -> InformationItem:
        draft = catalogue.start_draft(name="测试修订", reason="测试", actor=author)
        short = editions.field(draft.law, "XZXK", "XK_NR") | {"length": 20}
        draft = catalogue.change_field(draft, "XZXK", short, actor=author)
        editions.approve(draft, author, second, on=TODAY, today=TODAY)
        return item_in_force("XZXK", on=TODAY)

    return replace


@pytest.fixture
def end_item(people):
    author, second = people

    def end() -> None:
        draft = catalogue.start_draft(name="测试终止", reason="测试", actor=author)
        draft = catalogue.end_item(draft, "XZXK", actor=author)
        editions.approve(draft, author, second, on=TODAY, today=TODAY)

    return end


@pytest.fixture
def three(permit):
    """Three rows, of which the second and third are too long for the new edition."""
    return [permit(1), permit(2, 许可内容=LONG), permit(3, 许可内容=LONG)]


@pytest.fixture
def preview(data_dir, department, clerk):
    def preview(rows) -> Batch:
        batch = services.receive_batch(
            item=item_in_force("XZXK", on=TODAY), department=department, source=Batch.Source.FILE, file_name="示例.csv",
            chunks=[as_csv(rows)], actor=clerk, commit=Commit.PREVIEW,
        )  # fmt: skip
        return services.run_batch(batch.pk, today=TODAY)

    return preview


@pytest.fixture
def stop_after_one_row(monkeypatch):
    """A worker that dies when one row is in; its lease has ended."""

    def stop(batch: Batch) -> Batch:
        with monkeypatch.context() as patched:
            patched.setattr("records.services.batches.SLICE", 2)  # row 1 is the header
            merged = iter((services.batches.merge_slice,))
            patched.setattr("records.services.batches.merge_slice", lambda *args: next(merged)(*args))
            with pytest.raises(StopIteration):
                services.run_batch(batch.pk, today=TODAY)
        Batch.objects.filter(pk=batch.pk).update(lease=None, leased_until=None)
        return Batch.objects.get(pk=batch.pk)

    return stop


def run(batch: Batch) -> Batch:
    services.run_batch(batch.pk, today=TODAY)
    return Batch.objects.get(pk=batch.pk)


def returned(batch: Batch) -> dict[int, str]:
    rows = RejectedRow.objects.filter(batch=batch).order_by("row_no")
    return {row.row_no: row.problems[0]["code"] for row in rows}


def counts(batch: Batch) -> tuple[int, ...]:
    return batch.rows_total, batch.rows_accepted, batch.rows_unchanged, batch.rows_rejected


def test_what_waits_is_read_under_the_edition_that_replaced_its_own(send, three, replace_item):
    waiting = send("XZXK", three, run=False)
    item = replace_item()
    done = run(waiting)
    assert (done.item, done.state, counts(done)) == (item, workflow.COMMITTED, (3, 1, 0, 2))
    assert Record.objects.get().item == item
    assert set(returned(done).values()) == {"too_long"}


def test_a_confirmed_preview_is_renewed_and_no_longer_binds(preview, three, replace_item, clerk):
    batch = preview(three)
    seen = batch.preview.outcome_digest
    services.commit_batch(batch, actor=clerk, policy=Policy.GOOD_ROWS, seen=seen)
    replace_item()
    again = run(batch)
    renewed = Preview.objects.get(batch=batch)
    assert (again.state, again.decided_at, again.decided_by) == (workflow.PREVIEWED, None, None)
    assert renewed.is_renewed and (renewed.rows_new, renewed.rows_unreadable) == (1, 2)
    assert not Record.objects.exists()
    services.commit_batch(again, actor=clerk, policy=Policy.GOOD_ROWS, seen=renewed.outcome_digest)
    assert counts(run(again)) == (3, 1, 0, 2)


def test_a_preview_confirmed_before_says_it_was_renewed_even_with_the_same_outcome(
    preview, permit, replace_item, clerk
):
    batch = preview([permit(1)])
    seen = batch.preview.outcome_digest
    services.commit_batch(batch, actor=clerk, policy=Policy.GOOD_ROWS, seen=seen)
    replace_item()
    run(batch)
    assert Preview.objects.get(batch=batch).is_renewed


def test_half_way_what_is_in_stays_and_the_rest_is_read_again(send, three, permit, replace_item, stop_after_one_row):
    rows = [permit(4, 许可内容=LONG), three[0], permit(5, 许可内容=""), *three[1:]]
    halfway = stop_after_one_row(send("XZXK", rows, run=False))
    assert (halfway.state, halfway.rows_accepted, halfway.rows_rejected) == (workflow.MERGING, 1, 1)
    old, new = halfway.item, replace_item()
    done = run(halfway)
    assert (done.state, counts(done)) == (workflow.COMMITTED, (5, 2, 0, 3))
    assert dict(Record.objects.values_list("document_no", "item")) == {
        "云示许〔2026〕4号": old.pk,
        "云示许〔2026〕1号": new.pk,
    }
    assert list(returned(done).values()) == ["required", "too_long", "too_long"]


def test_a_file_of_an_item_that_has_ended_goes_back_with_a_sentence(send, three, end_item, preview, clerk):
    waiting, previewed = send("XZXK", three, run=False), preview(three)
    services.commit_batch(previewed, actor=clerk, policy=Policy.GOOD_ROWS, seen=previewed.preview.outcome_digest)
    end_item()
    for batch in (run(waiting), run(previewed)):
        assert (batch.state, batch.code) == (workflow.REFUSED, "item_ended")
        assert batch.reason == "目录项“行政许可”已经停止使用，尚未入库的内容没有入库。"
    assert not Record.objects.exists()


def test_half_way_the_rest_of_a_file_of_an_ended_item_goes_back(send, three, end_item, stop_after_one_row):
    halfway = stop_after_one_row(send("XZXK", three, run=False))
    end_item()
    done = run(halfway)
    assert (done.state, counts(done)) == (workflow.COMMITTED, (3, 1, 0, 2))
    assert set(returned(done).values()) == {"item_ended"}
    assert Record.objects.count() == 1


def test_a_department_no_longer_named_as_a_source_gets_its_file_back(send, three, people, monkeypatch):
    waiting = send("XZXK", three, run=False)
    author, second = people
    draft = catalogue.start_draft(name="测试来源", reason="测试", actor=author)
    item = next(item for item in draft.law["items"] if item["code"] == "XZXK")
    draft = catalogue.change_item(draft, item | {"sources": ["HB"]}, actor=author)
    editions.approve(draft, author, second, on=TODAY, today=TODAY)
    assert run(waiting).code == "department_not_a_source"
