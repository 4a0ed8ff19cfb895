"""What the population base library said about a person is kept with its moment, and decides who is answered about."""

import pytest

from accounts.models import Role
from audit.models import AuditEvent
from records import services
from records.models import Subject
from tests import factories


@pytest.fixture
def person(db, rehearse, data_dir) -> Subject:
    department = factories.make_department("甲", 711)
    clerk = factories.make_user("clerk-a", Role.CLERK, department)
    return factories.register(factories.persons_penalty(department), clerk).subject


def test_what_was_heard_is_kept_with_its_moment_and_without_name_or_number(person):
    services.note_verification(person, outcome="mismatch")
    person.refresh_from_db()
    assert person.verification == "mismatch" and person.verified_at is not None
    line = AuditEvent.objects.get(action="records.person.verified")
    assert (line.object_label, line.detail) == (f"自然人 {person.pk}", {"outcome": "mismatch"})
    assert person.legal_name not in str(AuditEvent.objects.filter(pk=line.pk).values().get())


@pytest.mark.parametrize(
    ("outcome", "answered"), [("verified", True), ("mismatch", False), ("unavailable", False), ("unverified", False)]
)
def test_only_verified_persons_are_answered_about(person, outcome, answered):
    services.note_verification(person, outcome=outcome)
    assert Subject.objects.verified().filter(pk=person.pk).exists() == answered


def test_an_organisation_is_not_verified(db, rehearse, data_dir):
    department = factories.make_department("甲", 711)
    firm = factories.register(factories.penalty(department), factories.make_user("c", Role.CLERK, department)).subject
    with pytest.raises(Subject.DoesNotExist):
        services.note_verification(firm, outcome="verified")
