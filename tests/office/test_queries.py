"""How many questions a page puts to the database, whatever the number of its rows."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exchange.models import Handover
from records.quality import services
from tests import factories

PINNED = {
    "/office/": 31,
    "/office/batches/": 9,
    "/office/records/": 11,
    "/office/records/?q=商贸": 12,
    "/office/refusals/": 9,
    "/office/quality/": 12,
    "/office/quality/rows/?measure=rejected": 9,
    "/office/quality/rows/?measure=late": 15,
    "/office/quality/duties/": 13,
    "/office/catalogue/": 4,
}


def fill(department, clerk, numbers) -> None:
    for number in numbers:
        record = factories.register(factories.penalty(department, number, firm=number), clerk)
        Handover.objects.create(record=record, revision=1, refused_revision=1, code="example", reason="示例")


@pytest.mark.parametrize("path", PINNED)
def test_a_list_costs_the_same_however_long_it_is(office, clerk, department, path):
    services.refresh_figures(now=timezone.now())
    services.set_duty(department, "XZXK", cycle="month", since=date(2026, 1, 1), source="示例清单")
    office.get(path)  # what a process reads once, it has read
    counts = []
    for numbers in (range(1, 3), range(3, 9)):
        fill(department, clerk, numbers)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert office.get(path).status_code == 200
        counts.append(len(queries))
    assert counts == [PINNED[path]] * 2
