"""Who may call which address: the resolver is walked, and every route behaves by its line in the table (T-06)."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Region
from audit.models import AuditEvent
from credit_platform.routes import ROUTES, Access
from tests.scope.addresses import ADMIN, COMMON, FORMS, PARAMETERS, address, admin_addresses, calls, named, walk
from tests.scope.province import make_auditor, make_reviewer

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What reading personal data, or taking it away, writes into the trail.
READINGS = ("viewed", "listed", "exported", "downloaded", "read")
SESSION = (Access.SIGNED_IN, Access.SCOPED, Access.AUDITOR, Access.REVIEWER)


def test_every_route_stands_in_the_table():
    assert {name for name, _ in walk() if not name.startswith(ADMIN)} == set(ROUTES)


def test_every_parameter_has_a_row_to_try_it_with():
    assert {name for name, path in walk() if "<" in path and not name.startswith(ADMIN)} == set(PARAMETERS)
    assert set(PARAMETERS) >= COMMON
    assert set(FORMS) <= set(ROUTES)


def test_facts_see_whatever_is_written_and_that_it_was_taken_back(ours, facts):
    """What the tests below compare must be able to differ."""
    before = facts()
    with transaction.atomic():
        Region.objects.filter(code="530102").update(name="示例区")
        changed = {table for table, digest in facts().items() if digest != before[table]}
        assert changed == {"accounts_region"}
        transaction.set_rollback(True)
    assert facts() == before


@pytest.mark.parametrize("name", named(Access.PUBLIC))
def test_public_route_answers_anyone(ours, name):
    answer = Client().get(address(name, ours))
    # No worker runs in this test, and nobody has begun to sign in.
    assert answer.status_code == {"healthz": 503, "my:callback": 400}.get(name, 200)


@pytest.mark.parametrize(("name", "method"), calls(*SESSION))
def test_route_of_the_office_sends_strangers_to_the_door(ours, facts, name, method):
    where, before = address(name, ours), facts()
    answer = Client().generic(method, where)
    if name == "office:sign-out":  # tells the browser to forget, whoever asks
        assert answer.status_code == 302
        return
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("office:sign-in"))
    assert facts() == before


@pytest.mark.parametrize(("name", "method"), calls(Access.APPLICANT))
def test_route_of_subjects_sends_strangers_and_staff_to_their_door(ours, facts, name, method):
    """A member of staff is nobody here: what somebody asks about itself is read at the office, with a purpose."""
    where, before = address(name, ours), facts()
    for client in (Client(), ours.client(), ours.client(make_reviewer("省级"))):
        answer = client.generic(method, where)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("my:sign-in"))
    assert facts() == before | {"accounts_user": facts()["accounts_user"]}


@pytest.mark.parametrize(("name", "method"), calls(*SESSION))
def test_route_of_the_office_does_not_know_subjects(ours, facts, name, method):
    client, where, before = ours.applicants_client(), address(name, ours), facts()
    answer = client.generic(method, where)
    assert (answer.status_code, answer.url.split("?")[0].startswith("/office/sign-in")) == (302, True)
    assert facts() == before


@pytest.mark.parametrize(("name", "method"), calls(Access.TOKEN))
def test_route_of_the_departments_refuses_callers_without_a_token(ours, facts, name, method):
    signed_in, where, before = ours.client(), address(name, ours), facts()
    for credentials in ({}, {"HTTP_AUTHORIZATION": "Token ynxy_wrong"}, {"HTTP_AUTHORIZATION": f"Basic {ours.token}"}):
        assert Client().generic(method, where, **credentials).status_code == 401
    assert signed_in.generic(method, where).status_code == 401, "a session is no token"
    assert facts() == before


@pytest.mark.parametrize("where", admin_addresses())
def test_admin_site_is_closed_to_strangers_and_to_departments(ours, where):
    for client in (Client(), ours.client(ours.clerk), ours.client(ours.lead)):
        answer = client.get(where)
        assert answer.status_code in (302, 403, 404)
        assert "password" not in answer.content.decode()


@pytest.mark.parametrize("name", ROUTES)
def test_method_that_is_not_in_the_table_is_refused(ours, facts, name):
    rule = ROUTES[name]
    client, where = ours.client_for(rule.access), address(name, ours)
    before = facts()
    for method in set(METHODS) - set(rule.methods):
        answer = client.generic(method, where, **(ours.bearer if rule.access == Access.TOKEN else {}))
        assert answer.status_code == 405, method
    assert facts() == before


@pytest.mark.parametrize("name", [name for name, method in calls(*Access) if method == "GET"])
def test_reading_changes_nothing(ours, facts, name):
    client, where = ours.client_for(ROUTES[name].access), address(name, ours)
    before, lines = facts(), set(AuditEvent.objects.values_list("pk", flat=True))
    answer = client.get(where, **(ours.bearer if ROUTES[name].access == Access.TOKEN else {}))
    b"".join(answer)
    assert facts() == before
    written = AuditEvent.objects.exclude(pk__in=lines).exclude(action="accounts.user.signed_in")
    assert all(line.action.rsplit(".", 1)[1] in READINGS for line in written)


FORMS_OF_BROWSERS = [name for name, method in calls(*SESSION, Access.PUBLIC, Access.APPLICANT) if method == "POST"]


@pytest.mark.parametrize("name", FORMS_OF_BROWSERS)
def test_post_without_a_csrf_token_is_refused(ours, facts, name):
    client, where = ours.client_for(ROUTES[name].access, enforce_csrf_checks=True), address(name, ours)
    before = facts()
    answer = client.post(where, _form(name, ours))
    assert answer.status_code == 403
    assert facts() == before


@pytest.mark.parametrize(("name", "method"), calls(Access.SCOPED))
def test_staff_to_whom_nothing_belongs_are_shown_nothing(ours, facts, name, method):
    """GET rights never allow POST, and a role without a department sees no department's rows."""
    client, where = ours.client(make_auditor()), address(name, ours)
    before = facts()
    answer = client.generic(method, where) if method != "POST" else client.post(where, _form(name, ours))
    body = b"".join(answer).decode(errors="replace")
    assert answer.status_code in ((200, 404) if name not in PARAMETERS else (404,))
    assert not [word for word in ours.canaries if word in body]
    assert facts() == before


@pytest.mark.parametrize(("name", "method"), calls(Access.AUDITOR))
def test_page_of_the_auditor_does_not_exist_for_others(ours, facts, name, method):
    where, before = address(name, ours), facts()
    for client in (ours.client(), ours.client(make_reviewer("省级"))):
        assert client.generic(method, where).status_code == 404
    assert facts() == before | {"accounts_user": facts()["accounts_user"]}


@pytest.mark.parametrize(("name", "method"), calls(Access.REVIEWER))
def test_page_of_the_reviewers_does_not_exist_for_others(ours, facts, name, method):
    where, before = address(name, ours), facts()
    for client in (ours.client(ours.clerk), ours.client(), ours.client(make_auditor())):
        answer = client.generic(method, where) if method != "POST" else client.post(where, _form(name, ours))
        assert answer.status_code == 404
    assert facts() == before | {"accounts_user": facts()["accounts_user"]}


def _form(name: str, side) -> dict:
    return FORMS[name](side) if name in FORMS else {}
