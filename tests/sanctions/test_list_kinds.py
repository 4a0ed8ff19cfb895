"""The kinds of list as data: each founded on a basis, published by its item, left alone once staff have changed it."""

import datetime
import uuid

import pytest

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from catalogue.models import InformationItem, Requirement, SourceLine, SubjectKind
from records.errors import Refused
from sanctions import publishing, services
from sanctions.models import ConductClass, ListKind, Tone
from sanctions.services import seeding
from sanctions.services.listings import Decision, Named
from tests.conftest import TODAY
from tests.factories import make_id_number, make_user
from tests.sanctions.conftest import FIRM, LATER, make_line

pytestmark = pytest.mark.django_db
SEEDED = [row["code"] for row in seeding.kind_rows()]


def kind_of(code: str) -> ListKind:
    return ListKind.objects.get(code=code)


def test_all_kinds_the_documents_name_are_there():
    assert set(ListKind.objects.values_list("code", flat=True)) >= set(SEEDED)
    assert len(SEEDED) >= 16
    assert {kind_of(code).tone for code in SEEDED} == set(Tone.values)


def test_the_conduct_of_the_documents_is_there():
    counted = {}
    for each in ConductClass.objects.exclude(code__startswith="T"):
        counted[each.category] = counted.get(each.category, 0) + 1
    assert sorted(counted.values()) == [2, 5, 6, 6, 18]


@pytest.mark.parametrize("code", SEEDED)
def test_every_kind_fits_the_catalogue(code):
    kind = kind_of(code)
    item = InformationItem.objects.in_force(on=TODAY).get(code=kind.item_code)
    assert set(kind.subject_kinds) <= set(item.subject_kinds)
    assert set(kind.lines) <= set(SourceLine.objects.values_list("code", flat=True))
    assert not item.sources or set(kind.lines) <= set(item.sources)
    assert ConductClass.objects.filter(code__in=kind.conduct_codes).count() == len(kind.conduct_codes)
    assert (SubjectKind.PERSON in kind.subject_kinds) == (kind.persons_basis is not None)


@pytest.mark.parametrize("code", SEEDED)
def test_every_kind_says_all_that_its_item_requires_or_is_only_reported(code):
    kind = kind_of(code)
    item = InformationItem.objects.in_force(on=TODAY).get(code=kind.item_code)
    said = publishing.PUBLICATION.get(item.code, {})
    required = item.fields.filter(required=Requirement.YES, role="")
    unsaid = [field.code for field in required if field.code not in said]
    assert bool(unsaid) == kind.is_reported, unsaid


def test_seeding_again_changes_nothing_and_leaves_no_line():
    before = AuditEvent.objects.filter(action=Action.LISTS_SEEDED).count()
    ListKind.objects.filter(code="ZDSS").update(standard="工作人员改过的标准")
    assert seeding.seed() == {"conduct_classes": 0, "list_kinds": 0}
    assert kind_of("ZDSS").standard == "工作人员改过的标准"
    assert AuditEvent.objects.filter(action=Action.LISTS_SEEDED).count() == before


def test_what_is_missing_is_filled_in_with_a_line():
    ListKind.objects.filter(code="ZDSS").delete()
    assert seeding.seed()["list_kinds"] == 1
    line = AuditEvent.objects.filter(action=Action.LISTS_SEEDED).latest("pk")
    assert line.detail == {"conduct_classes": 0, "list_kinds": 1}


@pytest.fixture
def proposed(data_dir, rehearse):
    """Propose somebody for a seeded list, in the name of a department that keeps it."""

    def proposed(code: str, named: Named = FIRM, **changes):
        kind = kind_of(code)
        department = make_line(kind.lines[0], 760, "530100")
        clerk, lead = make_user("clerk-k", Role.CLERK, department), make_user("lead-k", Role.LEAD, department)
        conduct = ConductClass.objects.filter(code__in=kind.conduct_codes).first()
        decision = {
            "document_no": "云示列〔2026〕1号",
            "decided_on": datetime.date(2026, 11, 3),
            "authority": department.name,
            "facts": "示例事由",
            "conduct": conduct,
            "until": datetime.date(2027, 11, 2) if kind.term_stated else None,
        }
        listing = services.propose_listing(
            kind, named, Decision(**decision | changes), department=department, actor=clerk, key=uuid.uuid4(),
            today=TODAY,
        )  # fmt: skip
        return listing, clerk, lead

    return proposed


@pytest.mark.parametrize("code", [row["code"] for row in seeding.kind_rows() if not row.get("is_reported")])
def test_an_entry_to_every_seeded_list_is_published_under_its_item(proposed, rehearse, code):
    kind = kind_of(code)
    person = SubjectKind.ORGANISATION not in kind.subject_kinds
    named = Named("person", "示例李四", make_id_number(41)) if person else FIRM
    listing, clerk, lead = proposed(code, named)
    services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
    rehearse(LATER)
    entered = services.enter_listing(listing, actor=lead, reason="事实清楚", today=LATER)
    assert entered.record.item_code == kind.item_code and entered.record.state == "current"


def test_a_list_that_lives_by_records_takes_no_proposals(proposed):
    with pytest.raises(Refused) as refusal:
        proposed("SXBZX")
    assert refusal.value.code == "list_is_reported"


def test_the_ban_from_procurement_ends_on_the_day_the_decision_says(proposed, rehearse):
    with pytest.raises(Refused) as refusal:
        proposed("ZFCG", until=None)
    assert refusal.value.code == "until_missing"


@pytest.mark.parametrize(
    ("until", "ends_on"),
    [(datetime.date(2027, 11, 2), "2027-11-02"), (datetime.date(2036, 11, 2), "2029-12-07")],
)
def test_a_stated_term_holds_unless_the_rule_allows_less(proposed, rehearse, until, ends_on):
    listing, clerk, lead = proposed("ZFCG", until=until)
    services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
    rehearse(LATER)
    assert str(services.enter_listing(listing, actor=lead, reason="事实清楚", today=LATER).ends_on) == ends_on


def test_nobody_is_entered_for_a_term_that_is_over(proposed, rehearse):
    listing, clerk, lead = proposed("ZFCG", until=datetime.date(2026, 11, 30))
    services.notify_subject(listing, actor=clerk, how="直接送达", on=TODAY, today=TODAY)
    rehearse(LATER)
    with pytest.raises(Refused) as refusal:
        services.enter_listing(listing, actor=lead, reason="事实清楚", today=LATER)
    assert refusal.value.code == "term_is_over"


def test_the_conduct_has_to_be_one_the_list_is_about(proposed):
    with pytest.raises(Refused) as refusal:
        proposed("ZDSS", conduct=ConductClass.objects.get(code="P301"))
    assert refusal.value.code == "conduct_missing"
