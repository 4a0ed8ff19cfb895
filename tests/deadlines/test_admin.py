"""Staff edit the tables in the admin, and every edit leaves a line."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from audit.models import AuditEvent
from deadlines import services
from deadlines.models import TimeLimit, Workday

DAY = {"date": "2027-02-20", "kind": "working", "name": "春节调休", "source": "示例通知", "status": "official"}


@pytest.fixture
def administrator(client, db):
    services.seed()
    user = get_user_model().objects.create(
        username="示例管理员", role="administrator", is_staff=True, is_superuser=True
    )
    client.force_login(user)
    return client


@pytest.fixture
def limit(db):
    return TimeLimit.objects.create(
        key="test.term", name="示例期限", amount=5, unit="working_day", in_force_from="2020-01-01", source="示例依据"
    )


def lines(action):
    return list(AuditEvent.objects.filter(action=action, actor_name="示例管理员").order_by("id"))


def test_added_make_up_day_moves_the_calendar_and_is_recorded(administrator):
    assert administrator.post(reverse("admin:deadlines_workday_add"), DAY).status_code == 302
    day = Workday.objects.get(date="2027-02-20")
    assert services.load_calendar().is_working(day.date)
    [line] = lines("deadlines.workday.changed")
    assert (line.object_id, line.detail["kind"]) == ("2027-02-20", "working")


def test_removed_day_is_recorded_one_by_one_and_in_bulk(administrator):
    Workday.objects.create(**DAY)
    Workday.objects.create(**DAY | {"date": "2027-02-21"})
    one = reverse("admin:deadlines_workday_delete", args=["2027-02-20"])
    assert administrator.post(one, {"post": "yes"}).status_code == 302
    many = {"action": "delete_selected", "_selected_action": "2027-02-21", "post": "yes"}
    assert administrator.post(reverse("admin:deadlines_workday_changelist"), many).status_code == 302
    assert [line.object_id for line in lines("deadlines.workday.removed")] == ["2027-02-20", "2027-02-21"]


def test_time_limit_in_use_can_be_ended_but_not_rewritten(administrator, limit):
    address = reverse("admin:deadlines_timelimit_change", args=[limit.pk])
    posted = {
        "name": limit.name, "source": limit.source, "evidence": "verified", "in_force_until": "2026-12-31",
        "amount": "99", "unit": "year", "key": "other", "in_force_from": "2000-01-01",
    }  # fmt: skip
    assert administrator.post(address, posted).status_code == 302
    limit.refresh_from_db()
    assert (limit.amount, limit.unit, limit.key, str(limit.in_force_from)) == (
        5,
        "working_day",
        "test.term",
        "2020-01-01",
    )
    assert str(limit.in_force_until) == "2026-12-31"
    assert lines("deadlines.limit.changed")[0].detail == {"in_force_until": "2026-12-31", "evidence": "verified"}


def test_overlapping_version_is_refused_with_a_message_not_an_error(administrator, limit):
    posted = {
        "key": "test.term", "name": "示例", "amount": "3", "unit": "month", "in_force_from": "2024-01-01",
        "source": "示例", "evidence": "verified",
    }  # fmt: skip
    response = administrator.post(reverse("admin:deadlines_timelimit_add"), posted)
    assert response.status_code == 200
    assert "同一期限在同一天只能有一个版本" in response.content.decode()
    assert TimeLimit.objects.filter(key="test.term").count() == 1


def test_time_limit_cannot_be_deleted(administrator, limit):
    assert administrator.post(reverse("admin:deadlines_timelimit_delete", args=[limit.pk])).status_code == 403
    assert TimeLimit.objects.filter(pk=limit.pk).exists()
