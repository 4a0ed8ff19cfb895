"""`manage.py import_batch`: what it prints and how it ends."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.factories import as_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(data_dir, clerk, department, tmp_path, rehearse):
    def run(content: bytes, item: str = "行政许可", unit: str | None = None, options: tuple = ()) -> dict:
        file = tmp_path / "示例.csv"
        file.write_bytes(content)
        out = io.StringIO()
        try:
            where = ("--item", item, "--department", unit or department.code)
            call_command("import_batch", str(file), *where, *options, stdout=out)
        except SystemExit as end:
            assert end.code == 2
        return json.loads(out.getvalue())

    return run


def test_the_summary_is_json_and_counts_every_row(run, permit):
    summary = run(as_csv([permit(1), permit(2, 许可内容="")]))
    assert summary["state"] == "committed"
    assert [summary[f"rows_{n}"] for n in ("total", "accepted", "unchanged", "rejected")] == [2, 1, 0, 1]


def test_a_preview_or_all_rows_or_none_can_be_asked_for(run, permit):
    rows = as_csv([permit(1), permit(2, 许可内容="")])
    assert run(rows, options=("--commit", "preview"))["state"] == "previewed"
    assert run(rows, options=("--policy", "all_or_nothing"))["code"] == "rows_rejected"


@pytest.mark.parametrize("item", ["行政许可", "XZXK"])
def test_items_and_departments_go_by_code_or_name(run, permit, department, item):
    assert run(as_csv([permit(1)]), item, department.name)["rows_accepted"] == 1


def test_a_file_that_cannot_be_read_ends_with_two_and_says_why(run):
    summary = run(b"%PDF-1.7")
    assert (summary["state"], summary["code"]) == ("refused", "pdf_file")


@pytest.mark.parametrize(("item", "unit"), [("不存在", None), ("行政许可", "不存在")])
def test_what_does_not_exist_ends_with_two_and_a_sentence(run, permit, item, unit):
    with pytest.raises(CommandError, match="没有") as refusal:
        run(as_csv([permit(1)]), item, unit)
    assert refusal.value.returncode == 2
