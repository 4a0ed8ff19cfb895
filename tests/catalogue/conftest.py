"""The two people an edition needs, and a draft."""

import pytest

from accounts.models import Role
from catalogue import services
from tests.factories import make_user


@pytest.fixture
def author(db):
    return make_user("law-author", Role.ADMINISTRATOR)


@pytest.fixture
def second(db):
    return make_user("law-second", Role.REVIEWER)


@pytest.fixture
def draft(author, rehearse):
    return services.start_draft(name="测试修订", reason="测试", actor=author)
