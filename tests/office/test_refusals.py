"""What the national platform gave back: on the list of its department until it is corrected or sent again."""

import pytest
from django.urls import reverse

from audit.actions import Action
from audit.models import AuditEvent
from exchange.models import Handover
from tests import factories

LIST = "/office/refusals/"


@pytest.fixture
def handover(department, clerk) -> Handover:
    record = factories.register(factories.penalty(department), clerk)
    return Handover.objects.create(
        record=record, revision=1, refused_revision=1, code="name_mismatch", reason="名称不一致（示例）"
    )


def resend(handover: Handover) -> str:
    return reverse("office:refusal-resend", args=[handover.record.public_id])


def test_a_refused_row_stands_on_the_list_with_code_and_reason(office, handover):
    page = office.get(LIST).content.decode()
    assert "name_mismatch" in page and "名称不一致（示例）" in page
    assert reverse("office:record", args=[handover.record.public_id]) in page
    assert "条记录被国家平台退回" in office.get("/office/").content.decode()


def test_a_corrected_row_leaves_the_list(office, clerk, department, handover):
    factories.register(factories.penalty(department, CF_NR="罚款人民币六千元整"), clerk)
    assert "没有被国家平台退回的记录" in office.get(LIST).content.decode()


def test_sending_again_is_one_post_however_often_it_is_pressed(office, handover):
    assert office.get(resend(handover)).status_code == 405
    assert {office.post(resend(handover)).status_code for _ in range(2)} == {302}
    handover.refresh_from_db()
    assert handover.refused_revision == 0
    assert AuditEvent.objects.filter(action=Action.DELIVERY_RESENT).count() == 1


def test_a_reviewer_sees_the_list_and_leaves_the_sending_to_the_department(browse, reviewer, handover):
    client = browse(reviewer)
    page = client.get(LIST).content.decode()
    assert "名称不一致（示例）" in page and resend(handover) not in page and "由报送部门办理" in page
    assert client.post(resend(handover)).status_code == 404
