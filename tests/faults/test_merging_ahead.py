"""While the last rows of a file are read, the first are merged: the tables end as if one had come after the other."""

from collections.abc import Iterator

import pytest

from credit_platform import demo
from records import services, workflow
from records.models import Batch, Record, RejectedRow, StagedRow
from records.services import ahead, batches
from records.services.batches import item_in_force
from tests.conftest import TODAY, forget_business
from tests.factories import as_csv
from tests.faults.dying import SOURCE, clerk_of
from tests.faults.test_crash_points import _take_up, _traces

ROWS = 60


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Slices of five rows, and merging from the fifth on, whoever is quicker."""
    monkeypatch.setattr(batches, "SLICE", 5)
    monkeypatch.setattr(ahead, "FROM_ROWS", 5)


@pytest.fixture
def wait_for_proof(monkeypatch):
    """Reading is so quick here that the proof would come too late: it is waited for."""
    is_proven = ahead.Proof.is_proven

    def waited(proof):
        while not is_proven(proof):
            pass
        return True

    monkeypatch.setattr(ahead.Proof, "is_proven", waited)


@pytest.fixture
def begun(monkeypatch):
    """How often merging began while reading went on."""
    calls, merge = [], ahead.MergingAhead._merge
    monkeypatch.setattr(ahead.MergingAhead, "_merge", lambda self: (calls.append(self), merge(self)))
    return calls


def _lines() -> Iterator[dict[str, str]]:
    """New, equal, contradicting and wrong rows, and one name against another, all over the file."""
    rows = list(demo.permits(SOURCE, TODAY, count=ROWS))
    for number, row in enumerate(rows):
        yield row
        if number % 7 == 3:
            yield row | {"许可决定日期": "2026/13/01"}
        if number % 7 == 4:
            yield rows[number - 2]
        if number % 7 == 5:
            yield rows[number - 5] | {"许可内容": "与前面的行矛盾"}
        if number % 7 == 6:
            yield row | {
                "行政相对人名称": "另一个示例名称有限公司",
                "行政许可决定文书号": f"云演食许〔2026〕9{number:04d}号",
            }


def _receive(department, content: bytes) -> Batch:
    return services.receive_batch(
        item=item_in_force("行政许可", on=TODAY),
        department=department,
        source=Batch.Source.FILE,
        file_name="示例.csv",
        chunks=[content],
        actor=clerk_of(department),
    )


def test_it_ends_as_if_read_first_and_merged_then(department, monkeypatch, wait_for_proof, begun):
    monkeypatch.setattr(ahead, "FROM_ROWS", 10**9)
    services.run_batch(_receive(department, as_csv(list(_lines()))).pk, today=TODAY)
    one_after_the_other = _traces()
    assert begun == []
    forget_business()
    monkeypatch.setattr(ahead, "FROM_ROWS", 5)
    batch = services.run_batch(_receive(department, as_csv(list(_lines()))).pk, today=TODAY)
    assert len(begun) == 1 and batch.state == workflow.COMMITTED
    assert _traces() == one_after_the_other


def test_a_file_that_breaks_off_in_its_last_line_leaves_nothing(department, wait_for_proof, begun):
    content = as_csv(list(_lines())) + '"没有收尾的引号,1,2\n'.encode()
    batch = services.run_batch(_receive(department, content).pk, today=TODAY)
    assert (batch.state, batch.code, begun) == (workflow.REFUSED, "unbalanced_quote", [])
    assert not Record.objects.exists() and not RejectedRow.objects.exists() and not StagedRow.objects.exists()


def test_nothing_is_merged_ahead_of_a_preview_or_where_one_bad_row_sends_all_back(department, wait_for_proof, begun):
    for choice in ({"commit": workflow.Commit.PREVIEW}, {"policy": workflow.Policy.ALL_OR_NOTHING}):
        batch = _receive(department, as_csv(list(_lines())))
        Batch.objects.filter(pk=batch.pk).update(**choice)
        services.run_batch(batch.pk, today=TODAY)
        assert begun == [] and not Record.objects.exists()


@pytest.mark.parametrize("merged", [0, 1, 5])
def test_merging_that_fails_stops_the_reading_and_goes_on_later(department, monkeypatch, wait_for_proof, begun, merged):
    services.run_batch(_receive(department, as_csv(list(_lines()))).pk, today=TODAY)
    undisturbed = _traces()
    forget_business()
    merge, left = batches.bulk.merge, iter(range(merged))

    def merge_until_power_fails(*arguments, **keywords):
        if next(left, None) is None:
            raise ConnectionError
        return merge(*arguments, **keywords)

    monkeypatch.setattr(batches.bulk, "merge", merge_until_power_fails)
    batch = _receive(department, as_csv(list(_lines())))
    with pytest.raises(ConnectionError):
        services.run_batch(batch.pk, today=TODAY)
    monkeypatch.setattr(batches.bulk, "merge", merge)
    _take_up(batch)
    assert _traces() == undisturbed
