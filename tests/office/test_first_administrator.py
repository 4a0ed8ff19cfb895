"""Letting the first person in."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role, User

pytestmark = pytest.mark.django_db


def create(monkeypatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("create_administrator", "first", "--stdin", stdout=io.StringIO())


def test_the_first_administrator_can_come_in_and_is_no_superuser(monkeypatch, client):
    create(monkeypatch, "dianchi-lake-1887")
    user = User.objects.get()
    assert (user.role, user.is_staff, user.is_superuser) == (Role.ADMINISTRATOR, True, False)
    client.force_login(user)
    assert client.get("/admin/accounts/user/").status_code == 200


def test_a_weak_password_is_refused_in_chinese(monkeypatch):
    with pytest.raises(CommandError, match="12"):
        create(monkeypatch, "short")
    assert not User.objects.exists()


def test_nobody_is_made_twice(monkeypatch):
    create(monkeypatch, "dianchi-lake-1887")
    with pytest.raises(CommandError, match="已有"):
        create(monkeypatch, "another-lake-1887")
