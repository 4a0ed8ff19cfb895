"""The demonstration's lists hold whom the accounts at the stand-in identity provider say they hold."""

import pytest

from accounts.models import Department, Role
from credit_platform import demo, demo_identities, demo_lists
from sanctions.models import Listing, ListingInForce
from tests.conftest import TODAY
from tests.factories import make_user


@pytest.fixture
def market(db, data_dir, rehearse) -> Department:
    """The first department of the demonstration, with who proposes and who decides."""
    code, name, region = demo.DEPARTMENTS[0]
    made = Department.objects.create(
        code=code, name=name, region_id=region, uscc=demo.make_uscc(region, 801, "11"), source="演示"
    )
    for role in (Role.CLERK, Role.LEAD):
        make_user(f"demo-{role}", role, made)
    return made


def test_who_signs_in_as_listed_is_on_a_black_list_today(market):
    assert demo_lists.load(market, TODAY) == len(demo_lists.CASES) == Listing.objects.count()
    listed = ListingInForce.objects.filter(tone="black").values_list("subject__legal_name", flat=True)
    noted = {each["name"] for each in demo_identities.accounts() if each["note"] == "在名单上"}
    assert noted == set(listed)
    assert demo_lists.PERSON.name in noted
    assert demo_lists.load(market, TODAY) == 0
