"""The demonstration has cases of every kind that a counter opens, in nearly every state, made by the verbs."""

import pytest

from accounts.models import Department, Role
from credit_platform import demo, demo_cases
from records import services as records
from records.models import Batch
from records.services.batches import item_in_force
from repair.models import Case, Clarification, RestorationReceiver
from tests.conftest import TODAY
from tests.factories import make_user


@pytest.fixture
def transport(db, data_dir, rehearse) -> Department:
    """The department whose penalties the demonstration reports, with its clerk, and two reviewers."""
    code, name, region = demo.DEPARTMENTS[1]
    made = Department.objects.create(
        code=code, name=name, region_id=region, uscc=demo.make_uscc(region, 802, "11"), source="演示"
    )
    clerk = make_user("demo-clerk", Role.CLERK, made)
    for number in (1, 2):
        make_user(f"demo-reviewer-{number}", Role.REVIEWER)
    rows = [demo.as_csv(list(demo.penalties((made.name, made.uscc), TODAY)))]
    batch = records.receive_batch(
        item=item_in_force("XZCF", on=TODAY), department=made, source=Batch.Source.COMMAND, file_name="演示.csv",
        chunks=rows, actor=clerk,
    )  # fmt: skip
    records.run_batch(batch.pk, today=TODAY)
    return made


def test_no_list_of_cases_is_empty_at_first_start(transport):
    assert demo_cases.load(transport, TODAY) == len(demo_cases.CASES) == Case.objects.count()
    assert set(Case.objects.values_list("state", flat=True)) == {
        "submitted", "returned", "accepted", "forwarded", "answered", "proposed", "granted", "refused", "rejected",
        "recalled", "revoked",
    }  # fmt: skip
    assert set(Case.objects.values_list("kind", flat=True)) == {"repair", "objection", "complaint", "review"}
    assert Case.objects.for_department(transport).exists()
    assert RestorationReceiver.objects.filter(department=transport, confirmed_on=None).exists()
    assert Clarification.objects.count() == 1
    assert demo_cases.load(transport, TODAY) == 0
