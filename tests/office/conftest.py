"""Two departments that must not see each other, and one person in every role."""

import pytest
from django.test import Client

from accounts.models import Role
from tests import factories


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse, data_dir):
    """Every test of the office is about TODAY and keeps its files to itself."""


@pytest.fixture
def department():
    return factories.make_department("甲", 711)


@pytest.fixture
def other_department():
    return factories.make_department("乙", 712)


@pytest.fixture
def clerk(department):
    return factories.make_user("clerk-a", Role.CLERK, department)


@pytest.fixture
def lead(department):
    return factories.make_user("lead-a", Role.LEAD, department)


@pytest.fixture
def other_clerk(other_department):
    return factories.make_user("clerk-b", Role.CLERK, other_department)


@pytest.fixture
def reviewer():
    return factories.make_user("reviewer", Role.REVIEWER)


@pytest.fixture
def auditor():
    return factories.make_user("auditor", Role.AUDITOR)


@pytest.fixture
def administrator():
    return factories.make_user("administrator", Role.ADMINISTRATOR)


@pytest.fixture
def browse():
    """A client signed in as somebody."""

    def browse(user) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browse


@pytest.fixture
def office(browse, clerk):
    """The clerk's own browser."""
    return browse(clerk)
