"""The trail in the admin: for auditors, to be read only, and reading leaves a line (T-34)."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse

from audit import review
from audit.actions import Action
from audit.models import AuditEvent, ReadingRule
from audit.services import record

LIST = reverse("admin:audit_auditevent_changelist")


@pytest.fixture
def event(db):
    with transaction.atomic():
        return record(Action.RECORD_WITHDRAWN, label="示例建罚字〔2026〕1号", reason="依据错误")


@pytest.fixture
def signed_in(client, db):
    """A client of a member of staff with that role."""

    def sign_in(role, **rights):
        user = get_user_model().objects.create(username=f"示例{role}", role=role, is_staff=True, **rights)
        client.force_login(user)
        return client

    return sign_in


def reads():
    return AuditEvent.objects.filter(action=Action.LOG_READ)


@pytest.mark.parametrize(("role", "rights"), [("auditor", {}), ("administrator", {"is_superuser": True})])
def test_auditor_reads_the_trail_and_leaves_a_line(signed_in, event, role, rights):
    response = signed_in(role, **rights).get(LIST, {"q": "", "result": "done"})
    assert response.status_code == 200
    assert "示例建罚字〔2026〕1号" in response.content.decode()
    [line] = reads().filter(actor_name=f"示例{role}")
    assert (line.source, line.detail["filters"]["result"]) == ("web", "done")
    assert line.request_id == response["X-Request-ID"]


def test_opening_one_line_leaves_a_line(signed_in, event):
    address = reverse("admin:audit_auditevent_change", args=[event.pk])
    assert "依据错误" in signed_in("auditor").get(address).content.decode()
    assert reads().get().object_id == str(event.pk)


@pytest.mark.parametrize("role", ["administrator", "reviewer", "supervisor"])
def test_other_roles_are_refused(signed_in, event, role):
    client = signed_in(role)
    assert client.get(LIST).status_code == 403
    assert client.get(reverse("admin:audit_auditevent_change", args=[event.pk])).status_code == 403
    assert not reads().exists()


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_nobody_can_add_change_or_delete(signed_in, event, role):
    client = signed_in(role, is_superuser=role == "administrator")
    before = event.reason
    assert client.get(reverse("admin:audit_auditevent_add")).status_code == 403
    assert client.post(reverse("admin:audit_auditevent_change", args=[event.pk]), {"reason": "x"}).status_code == 403
    assert client.post(reverse("admin:audit_auditevent_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
    posted = {"action": "delete_selected", "_selected_action": event.pk, "post": "yes"}
    client.post(LIST, posted)
    assert AuditEvent.objects.get(pk=event.pk).reason == before


def test_filtering_by_action_does_not_scan_for_distinct_values(signed_in, event, django_assert_max_num_queries):
    client = signed_in("auditor")
    with django_assert_max_num_queries(12):
        response = client.get(LIST, {"action": Action.RECORD_WITHDRAWN.value})
    assert "示例建罚字〔2026〕1号" in response.content.decode()
    assert "示例建罚字〔2026〕1号" not in client.get(LIST, {"action": "records.record.viewed"}).content.decode()


def test_a_rule_on_readings_ends_and_another_begins(signed_in, db):
    review.seed()
    client, rule = signed_in("auditor"), ReadingRule.objects.get(kind="night")
    page = reverse("admin:audit_readingrule_change", args=[rule.pk])
    assert client.post(page, {"in_force_until": "2026-12-31", "least": "9"}).status_code == 302
    rule.refresh_from_db()
    assert (str(rule.in_force_until), rule.least) == ("2026-12-31", 20)
    following = {"kind": "night", "least": "10", "days": "30", "in_force_from": "2027-01-01", "source": "示例"}
    client.post(reverse("admin:audit_readingrule_add"), following | {"evidence": "to_be_verified"})
    assert ReadingRule.objects.filter(kind="night").count() == 2
    assert AuditEvent.objects.filter(action=Action.READINGRULE_CHANGED).count() == 2
    assert signed_in("reviewer").get(page).status_code == 403
