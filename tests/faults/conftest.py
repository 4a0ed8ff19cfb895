"""A department whose every session, of threads and child processes too, lives on the same day."""

import pytest
from django.db import connection

from accounts.models import Department, Role, User
from accounts.services import place_user
from tests.conftest import TODAY
from tests.faults.dying import SOURCE


@pytest.fixture
def department(committed, data_dir, monkeypatch):
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "options", f"{options['options']} -c platform.today={TODAY}")
    connection.close()
    name, uscc = SOURCE
    made = Department.objects.create(code="CRASH", name=name, region_id="530000", uscc=uscc, source="测试")
    place_user(User(username="crash-clerk"), department=made, role=Role.CLERK)
    yield made
    connection.close()
