"""The door: nobody learns which accounts exist, nobody may guess for long, everything leaves a line."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.models import AuditEvent
from tests.factories import PASSWORD

SIGN_IN = "/office/sign-in/"


def attempt(username: str, password: str, *, client: Client | None = None, address: str = "192.0.2.1", **data):
    browser = client or Client()
    return browser.post(SIGN_IN, {"username": username, "password": password, **data}, REMOTE_ADDR=address)


def what_it_says(response) -> str:
    """The page without what differs in every answer: the form's token and what was typed as the name."""
    return re.sub(r'(value|content)="[^"]*"', "", response.content.decode())


def test_the_right_password_opens_a_session_and_leaves_a_line(clerk):
    client = Client()
    response = attempt("clerk-a", PASSWORD, client=client)
    assert response.url == reverse("office:home")
    assert client.get("/office/").status_code == 200
    line = AuditEvent.objects.get(action=Action.USER_SIGNED_IN)
    assert (line.actor_name, line.detail) == ("clerk-a", {"address": "192.0.2.1"})


def test_an_unknown_account_is_answered_like_a_wrong_password(clerk):
    known, unknown = attempt("clerk-a", "wrong"), attempt("nobody-of-this-name", "wrong")
    assert known.status_code == unknown.status_code == 200
    assert what_it_says(known) == what_it_says(unknown)
    assert "账号或密码不正确" in known.content.decode()


def test_what_was_typed_as_the_name_is_not_written_down_unless_it_is_one(clerk):
    attempt("my-password-in-the-wrong-box", "x")
    attempt("clerk-a", "x")
    lines = AuditEvent.objects.filter(action=Action.USER_SIGN_IN_REFUSED).order_by("id")
    assert [line.object_label for line in lines] == ["不存在的账号", "clerk-a"]
    assert not any("wrong-box" in str(vars(line)) for line in lines)


@pytest.mark.parametrize("username", ["clerk-a", "nobody-of-this-name"])
def test_after_five_failures_even_the_right_password_waits(clerk, username):
    for _ in range(5):
        assert "账号或密码不正确" in attempt(username, "wrong").content.decode()
    sixth = attempt(username, PASSWORD)
    assert sixth.status_code == 200
    assert "登录失败次数过多" in sixth.content.decode()
    assert AuditEvent.objects.filter(reason="sign_in_too_many").count() == 1


def test_the_wait_ends_after_fifteen_minutes(clerk):
    for _ in range(5):
        attempt("clerk-a", "wrong")
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert attempt("clerk-a", PASSWORD).status_code == 302


def test_failures_elsewhere_do_not_lock_the_account_here(clerk):
    for _ in range(6):
        attempt("clerk-a", "wrong", address="198.51.100.7")
    assert attempt("clerk-a", PASSWORD, address="192.0.2.1").status_code == 302


def test_the_page_asked_for_is_shown_after_signing_in(clerk):
    sent_away = Client().get("/office/batches/?state=returned")
    assert sent_away.url == "/office/sign-in/?next=/office/batches/%3Fstate%3Dreturned"
    assert attempt("clerk-a", PASSWORD, next="/office/batches/?state=returned").url == "/office/batches/?state=returned"


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(clerk, elsewhere):
    assert attempt("clerk-a", PASSWORD, next=elsewhere).url == reverse("office:home")


def test_signing_out_ends_the_session_and_clears_the_browser(office):
    assert office.get("/office/sign-out/").status_code == 405
    response = office.post("/office/sign-out/")
    assert response["Clear-Site-Data"] == '"cache", "cookies"'
    assert office.get("/office/").status_code == 302
    assert AuditEvent.objects.filter(action=Action.USER_SIGNED_OUT, actor_name="clerk-a").exists()


def test_signed_in_pages_are_never_stored(office):
    for path in ("/office/", "/office/records/", "/office/catalogue/"):
        assert "no-store" in office.get(path)["Cache-Control"]


def test_an_account_switched_off_is_out_at_once(office, clerk):
    clerk.is_active = False
    clerk.save()
    assert office.get("/office/").status_code == 302


def test_a_new_password_takes_the_place_of_the_old_one(office, clerk):
    refused = office.post("/office/password/", {"old_password": "wrong", "new_password1": "a", "new_password2": "b"})
    assert "<title>错误：" in refused.content.decode()
    new = "另一个-口令-示例-2026"
    answer = office.post("/office/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert answer.status_code == 302
    assert office.get("/office/").status_code == 200
    assert AuditEvent.objects.filter(action=Action.USER_PASSWORD_CHANGED, actor_name="clerk-a").exists()
    assert attempt("clerk-a", new).status_code == 302
