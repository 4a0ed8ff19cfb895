"""Ratings by authorities are published as what they are; those of third parties are for reference only."""

import pytest

from accounts.models import Role
from credit_platform import demo_items
from disclosure.models import PublicListing, PublicRecord
from records.errors import NotASource, RowRefused
from records.models import Record
from tests.conftest import TODAY
from tests.factories import make_department, make_user, register
from tests.sanctions.conftest import make_line

ITEMS = {item["code"]: item for item in demo_items.items()}


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse, data_dir):
    """Records are entered and shown on TODAY."""


def rate(line: str, code: str = "XYPJ", **changes: str) -> Record:
    clerk = make_user(f"clerk-{line}", Role.CLERK, make_line(line, 760))
    return register(values(clerk.department, code) | changes, clerk, item=code)


def values(unit, code: str) -> dict[str, str]:
    return next(demo_items.records(ITEMS[code], demo_items.Source(unit.code, unit.name, unit.uscc), TODAY))


def test_a_rating_takes_only_grades_of_its_field_and_is_shown_while_valid(rehearse):
    record = rate("STT", XYPJ_DJ="环境信用 环保诚信企业")
    shown = PublicRecord.objects.get()
    assert (shown.category, shown.is_adverse) == ("evaluation", False) and not PublicListing.objects.exists()
    assert shown.values["XYPJ_DJ"] == "环境信用 环保诚信企业"
    rehearse(record.displayed_until.replace(year=record.displayed_until.year + 1))
    assert not PublicRecord.objects.exists()


def test_a_grade_of_no_field_is_sent_back():
    with pytest.raises(RowRefused) as refusal:
        rate("SWJ", XYPJ_DJ="纳税信用 优秀")
    assert [found.code for found in refusal.value.problems] == ["value_unknown"]


def test_only_the_authorities_of_the_fields_report_ratings():
    clerk = make_user("clerk-other", Role.CLERK, make_department("甲", 761))
    with pytest.raises(NotASource):
        register(values(clerk.department, "XYPJ"), clerk, item="XYPJ")


def test_a_third_partys_rating_is_for_reference_only():
    record = rate("XH", "HYDA", HYDA_CS="信用等级评价")
    assert record.item.is_reference and record.displayed_until is None and not PublicRecord.objects.exists()
