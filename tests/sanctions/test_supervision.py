"""Organisations of a field are classed by an adopted method, every point explained; persons never (33号（六）)."""

import datetime
import time

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Role
from catalogue.models import InformationItem, KeyField
from credit_platform.demo import make_uscc
from records import services as record_services
from records.errors import Refused, RightMissing
from records.models import Record
from sanctions import services
from sanctions.models import SupervisionClass, SupervisionMethod
from sanctions.services.supervision import Design
from tests.conftest import TODAY
from tests.factories import make_department, make_user, penalty, persons_penalty, register
from tests.sanctions.conftest import FIRM, LATER

INPUTS = [
    {"kind": "penalty_serious", "weight": -30, "cap": 60, "months": 36},
    {"kind": "penalty_general", "weight": -10, "cap": 15, "months": 36},
    {"kind": "black_listed", "weight": -60, "cap": 60, "months": 0},
    {"kind": "reported", "weight": 5, "cap": 5, "months": 0},
]
DESIGN = Design(
    "示例分类办法", "示例说明", INPUTS, {"A": 95, "B": 80, "C": 50}, {"A": 1, "B": 3, "C": 10, "D": 30}, base=95
)
FIELD = "IR01"


@pytest.fixture(autouse=True)
def penalties_are_of_the_field(db):
    """The catalogue lets penalties belong to no field; here they stand in one."""
    InformationItem.objects.filter(code="XZCF").update(key_fields=[FIELD])


@pytest.fixture
def draft(market, clerk):
    def draft(**changes) -> SupervisionMethod:
        values = {name: getattr(DESIGN, name) for name in Design.__slots__} | changes
        return services.draw_up_method(
            KeyField.objects.get(code=FIELD), Design(**values), department=market, actor=clerk
        )

    return draft


@pytest.fixture
def method(draft, lead):
    return services.adopt_method(draft(), actor=lead, opinion="同意", on=TODAY, today=TODAY)


def punish(clerk, number: int, firm: int = 1, **changes: str) -> Record:
    return register(penalty(clerk.department, number, firm=firm, **changes), clerk)


def explained(found: SupervisionClass) -> dict[str, tuple[int, float]]:
    return {each["kind"]: (each["count"], each["points"]) for each in found.explanation}


def test_every_point_of_a_class_is_explained_item_by_item(method, clerk):
    for number in (1, 2, 3):
        punish(clerk, number)
    run = services.compute_classes(method, actor=clerk, today=TODAY)
    assert (run.organisations, str(run.valid_until)) == (1, "2027-11-22")
    found = SupervisionClass.objects.get()
    assert explained(found) == {
        "penalty_serious": (0, 0), "penalty_general": (3, -15), "black_listed": (0, 0), "reported": (1, 5),
    }  # fmt: skip
    assert (found.score, found.grade) == (85, "B")
    assert found.score == method.base + sum(points for _, points in explained(found).values())


def test_a_listing_in_force_counts_and_one_that_rests_does_not(method, black, enter, clerk, lead):
    punish(clerk, 1)
    listing = enter(black, FIRM, 9)
    services.compute_classes(method, actor=clerk, today=LATER)
    assert explained(SupervisionClass.objects.get())["black_listed"] == (1, -60)
    services.suspend_listing(listing, actor=lead, reason="核查", today=LATER)
    run = services.compute_classes(method, actor=clerk, today=LATER)
    assert explained(SupervisionClass.objects.get(run=run))["black_listed"] == (0, 0)


def test_what_is_being_verified_or_was_withdrawn_does_not_count(method, clerk):
    disputed, withdrawn, _ = (punish(clerk, number) for number in (1, 2, 3))
    record_services.dispute_record(disputed, actor=clerk, reason="异议", today=TODAY)
    record_services.withdraw_record(withdrawn, actor=clerk, reason="有误", today=TODAY)
    services.compute_classes(method, actor=clerk, today=TODAY)
    assert explained(SupervisionClass.objects.get())["penalty_general"] == (1, -10)


def test_what_lies_further_back_than_the_method_looks_does_not_count(draft, lead, clerk):
    short = [dict(INPUTS[1], months=1)]
    method = services.adopt_method(draft(inputs=short), actor=lead, opinion="同意", on=TODAY, today=TODAY)
    punish(clerk, 1, CF_JDRQ="2026-10-01")
    services.compute_classes(method, actor=clerk, today=TODAY)
    assert explained(SupervisionClass.objects.get()) == {"penalty_general": (0, 0)}


def test_persons_are_never_classed_and_the_database_says_so_too(method, clerk):
    punish(clerk, 1)
    person = register(persons_penalty(clerk.department, 2), clerk).subject
    run = services.compute_classes(method, actor=clerk, today=TODAY)
    assert run.organisations == 1
    classed = {"run": run, "department": method.department, "grade": "A", "score": 100, "explanation": []}
    with pytest.raises(IntegrityError, match="persons are not classed"), transaction.atomic():
        SupervisionClass.objects.create(subject=person, **classed)
    with pytest.raises(IntegrityError, match="persons are not classed"), transaction.atomic():
        SupervisionClass.objects.update(subject=person)


def test_only_organisations_of_the_place_with_a_record_of_the_field_or_of_the_line_are_classed(method, clerk):
    punish(clerk, 1)
    InformationItem.objects.filter(code="XZCF").update(key_fields=[])
    assert services.compute_classes(method, actor=clerk, today=TODAY).organisations == 1
    stranger = make_user("stranger", Role.CLERK, make_department("乙", 712))
    punish(stranger, 3, firm=3)
    in_qujing = {"CF_XDR_MC": "曲靖示例商贸有限公司", "CF_XDR_SHXYM": make_uscc("530302", 77)}
    register(penalty(clerk.department, 2, **in_qujing), clerk)
    assert services.compute_classes(method, actor=clerk, today=TODAY).organisations == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"inputs": []}, "input_missing"),
        ({"inputs": [dict(INPUTS[0], kind="points")]}, "input_unknown"),
        ({"inputs": [INPUTS[0], INPUTS[0]]}, "input_twice"),
        ({"inputs": [dict(INPUTS[0], weight=30)]}, "input_invalid"),
        ({"inputs": [dict(INPUTS[0], months=0)]}, "input_invalid"),
        ({"inputs": [dict(INPUTS[0], more=1)]}, "input_invalid"),
        ({"thresholds": {"A": 50, "B": 80, "C": 90}}, "thresholds_invalid"),
        ({"thresholds": {"A": 50}}, "thresholds_invalid"),
        ({"rates": {"A": 30, "B": 3, "C": 10, "D": 1}}, "rates_invalid"),
        ({"base": 101}, "base_invalid"),
        ({"text": " "}, "text_missing"),
    ],
)
def test_a_method_that_makes_no_sense_is_refused(draft, changes, code):
    with pytest.raises(Refused) as refusal:
        draft(**changes)
    assert refusal.value.code == code and not SupervisionMethod.objects.exists()


def test_who_draws_up_does_not_adopt(draft, lead, market, clerk):
    own = services.draw_up_method(KeyField.objects.get(code="IR02"), DESIGN, department=market, actor=lead)
    with pytest.raises(RightMissing):
        services.adopt_method(own, actor=lead, opinion="同意", on=TODAY, today=TODAY)
    with pytest.raises(RightMissing):
        services.adopt_method(draft(), actor=clerk, opinion="同意", on=TODAY, today=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupervisionMethod.objects.update(approver=clerk)


def test_an_adopted_method_never_changes_and_a_new_edition_takes_its_place(method, draft, lead, clerk):
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        SupervisionMethod.objects.update(base=1)
    following = services.adopt_method(draft(base=90), actor=lead, opinion="同意", on=LATER, today=TODAY)
    method.refresh_from_db()
    assert (method.state, method.in_force_until) == ("replaced", LATER - datetime.timedelta(days=1))
    assert following.edition == 2
    assert list(SupervisionMethod.objects.acting(on=TODAY)) == [method]
    with pytest.raises(Refused) as refusal:
        services.compute_classes(following, actor=clerk, today=TODAY)
    assert refusal.value.code == "method_not_in_force"


def test_an_authority_is_not_among_those_it_supervises(method, market, clerk):
    punish(clerk, 1)
    punish(clerk, 2, CF_XDR_MC=market.name, CF_XDR_SHXYM=market.uscc)
    assert services.compute_classes(method, actor=clerk, today=TODAY).organisations == 1


def test_another_department_neither_drafts_nor_computes(method):
    stranger = make_user("stranger", Role.CLERK, make_department("乙", 712))
    with pytest.raises(RightMissing):
        services.compute_classes(method, actor=stranger, today=TODAY)


def test_five_thousand_organisations_are_classed_in_a_moment(method, clerk):
    punish(clerk, 1)
    first = Record.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_subject (public_id, kind, legal_name, name_key, region_code)"
            " SELECT gen_random_uuid(), 'organisation', '示例' || n, '示例' || n, '530102'"
            " FROM generate_series(1, 5000) AS n"
        )
        columns = [f.column for f in Record._meta.concrete_fields if f.column not in ("id", "public_id", "subject_id")]
        kept = ", ".join(f'"{column}"' for column in columns)
        copied = ", ".join(f'r."{column}"' for column in columns)
        cursor.execute(
            f"INSERT INTO records_record (public_id, subject_id, {kept}) SELECT gen_random_uuid(), s.id, {copied}"
            " FROM records_record AS r, records_subject AS s WHERE r.id = %s AND s.legal_name LIKE '示例%%'",
            [first.pk],
        )
        cursor.execute("ANALYZE records_record, records_subject")
    began = time.monotonic()
    assert services.compute_classes(method, actor=clerk, today=TODAY).organisations == 5001
    assert time.monotonic() - began < 10
