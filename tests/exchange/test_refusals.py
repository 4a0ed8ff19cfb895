"""A refusal of the national platform is kept by the records, whatever becomes of the row afterwards."""

import pytest

from accounts.models import Role
from exchange.models import Handover
from exchange.services import push_pending, resend
from records.models import NationalRefusal, Record
from tests import factories
from tests.exchange.national import KEY, SOURCE

pytestmark = pytest.mark.django_db


def test_refused_row_leaves_a_line_with_the_records_each_time_it_is_refused(stub, settings, rehearse, data_dir):
    settings.NATIONAL_URL, settings.NATIONAL_KEY, settings.NATIONAL_SOURCE = stub.url, KEY, SOURCE
    clerk = factories.make_user("clerk", Role.CLERK, factories.make_department("甲", 711))
    record = factories.register(factories.penalty(clerk.department), clerk)
    Record.objects.filter(pk=record.pk).update(subject_name="")  # which the national platform does not take
    push_pending()
    handover = Handover.objects.get(record=record)
    assert handover.refused_revision == record.revision
    resend(handover, actor=clerk)
    push_pending()
    kept = NationalRefusal.objects.filter(record=record)
    assert [(each.revision, each.code) for each in kept] == [(1, handover.code)] * 2
    assert all(each.reason for each in kept)
