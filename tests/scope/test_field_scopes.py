"""Who sees which field: one canary a field of every item in force, and every page, answer and message is walked.

Public fields are for the world; shared and authorised ones for the department that reported them and those who see the
whole province; identity numbers for nobody, on no page.
"""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from catalogue.models import FieldRole, FieldType, InformationItem, ItemField, Scope, SubjectKind
from credit_platform import demo
from credit_platform.routes import Access
from exchange import bulk as exchange
from records import services
from tests import factories
from tests.factories import TODAY
from tests.scope.addresses import PARAMETERS, admin_addresses, calls
from tests.scope.province import Side, issue_bulletin, make_side

# Pages that hand a clerk's own file back to the clerk.
NOT_A_PAGE = ("office:batch-returned", "department-api:batch-errors-file")


def canary(item: InformationItem, field: ItemField) -> str:
    return f"金丝雀{item.code}{field.seq:02d}号"


def values_of(item: InformationItem, side: Side, number: int, kind: str) -> dict[str, str]:
    """A row with a canary in every field that takes free text, and what is due in the others."""
    values = {}
    for field in item.fields.order_by("seq"):
        if field.applies_to and kind not in field.applies_to:
            continue
        values[field.code] = _value(item, field, side, number, kind)
    if graded := item.severity_by_value:  # persons responsible are named in serious cases only
        values[graded["field"]] = graded["serious"][0]
    return {code: value for code, value in values.items() if value}


def _value(item: InformationItem, field: ItemField, side: Side, number: int, kind: str) -> str:
    if item.admits and field.code == item.admits["field"]:
        return item.admits["values"][0]
    match field.type, field.role:
        case _, FieldRole.SUBJECT_KIND:
            return SubjectKind(kind).label
        case _, FieldRole.PERSON_ID_KIND:
            return "身份证"
        case _, FieldRole.PERSON_ID:
            return demo.make_id_number("530102", date(1988, 2, 3), 100 + number)
        case FieldType.ID_NUMBER, _:
            return demo.make_id_number("530102", date(1977, 5, 6) + timedelta(days=field.seq), 300 + number)
        case FieldType.USCC, FieldRole.USCC:
            return demo.make_uscc("530102", 400 + number)
        case FieldType.USCC, _:
            return side.department.uscc
        case FieldType.ORGANISATION_CODE, _:
            return ""
        case FieldType.DATE, FieldRole.DISPLAY_UNTIL:
            return (TODAY + timedelta(days=60)).isoformat()
        case FieldType.DATE, FieldRole.VALID_UNTIL:
            return (TODAY + timedelta(days=900)).isoformat()
        case FieldType.DATE, _:
            return (TODAY - timedelta(days=20)).isoformat()
        case FieldType.DECIMAL, _:
            return f"0.{10_000 + number * 100 + field.seq}"
        case ((FieldType.ENUM | FieldType.MULTI_ENUM), _):
            return f"其他-{canary(item, field)}" if field.open_values else field.values[0]
    if field.role in (FieldRole.REGISTRATION_NO, FieldRole.TAX_NO, FieldRole.INSTITUTION_NO, FieldRole.SOCIAL_NO):
        return ""
    return canary(item, field)


@pytest.fixture
def ours(db, rehearse, data_dir):
    side = make_side("甲隐乙", 1)
    side.bulletin = issue_bulletin()
    return side


@pytest.fixture
def entered(ours):
    """One record of every item in force about each kind of subject it allows: (record, field → what stands in it)."""
    found = []
    # Who may report and who may look at all is another matter, with tests of its own.
    InformationItem.objects.update(sources=[], viewers=[])
    items = list(InformationItem.objects.in_force(on=TODAY).order_by("code"))
    for number, item in enumerate(items, start=1):
        for kind in sorted({SubjectKind.ORGANISATION, SubjectKind.PERSON} & set(item.subject_kinds)):
            values = values_of(item, ours, number * 2 + (kind == SubjectKind.PERSON), kind)
            record = services.register_record(
                item=item, department=ours.department, values=values, actor=ours.clerk, today=TODAY
            )
            found.append((record, {field: values.get(field.code, "") for field in item.fields.all()}))
    assert {record.item_code for record, _ in found} == {item.code for item in items}
    return found


def is_telling(text: str) -> bool:
    """Words nobody else writes: what is due in a column by its type stands on many pages."""
    return "金丝雀" in text or text.startswith("0.")


def hidden(entered, *scopes: str) -> dict[str, str]:
    """What must not be seen: value → the field it stands in."""
    return {
        value: f"{record.item_code} {field.code}（{field.scope}）"
        for record, values in entered
        for field, value in values.items()
        if field.scope in scopes and (is_telling(value) or (value and field.type == FieldType.ID_NUMBER))
    }


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    return [place for value, place in secrets.items() if value in text]


def public_places(entered) -> list[str]:
    plain = [name for name, method in calls(Access.PUBLIC) if method == "GET" and name not in PARAMETERS]
    places = [reverse(name) for name in plain]
    for record, values in entered:
        public_id, code = record.public_id, record.subject.code
        places += [reverse("portal:record", args=[public_id]), reverse("public-api:record", args=[public_id])]
        places += [f"{reverse('public-api:records')}?document_no={record.document_no}"]
        places += [f"{reverse('portal:search')}?q={record.document_no}"]
        places += [reverse("portal:list", args=[record.item_code]), reverse("portal:item", args=[record.item_code])]
        if record.subject.kind != SubjectKind.PERSON:
            places += [reverse("portal:subject", args=[code]), reverse("public-api:subject", args=[code])]
            places += [reverse("portal:subject-item", args=[code, record.item_code])]
            places += [f"{reverse('public-api:records')}?subject={code}"]
        # Nor is anything found by what it says in a field that is not open.
        places += [f"{reverse('portal:search')}?q={v}" for f, v in values.items() if f.scope != "public" and "金" in v]
    return places


def body_of(client: Client, where: str) -> str:
    return b"".join(client.get(where)).decode(errors="replace")


def without_the_question(text: str, where: str) -> str:
    """A search page says what was searched for."""
    return text.replace(where.rsplit("q=", 1)[1], "") if "q=" in where else text


def test_the_world_sees_the_public_fields_and_no_other(entered):
    secrets = hidden(entered, Scope.SHARED, Scope.AUTHORISED)
    assert len(secrets) >= len(entered)
    client, leaks = Client(), []
    for where in public_places(entered):
        leaks += [(where, place) for place in found_in(without_the_question(body_of(client, where), where), secrets)]
    assert leaks == []


def test_every_public_field_is_really_shown(entered):
    """The walk above would prove nothing if the pages were empty."""
    client, missing, looked = Client(), [], 0
    for record, values in entered:
        if record.subject.kind == SubjectKind.PERSON or not record.is_displayed(TODAY):
            continue  # masked, or not shown at all
        page = body_of(client, reverse("portal:record", args=[record.public_id]))
        answer = client.get(reverse("public-api:record", args=[record.public_id])).content.decode()
        for field, value in values.items():
            if field.scope == Scope.PUBLIC and "金丝雀" in value:
                looked += 1
                missing += [(record.item_code, field.code)] if value not in page or value not in answer else []
    assert missing == [] and looked > 20


def test_the_nation_is_told_the_public_fields_and_no_other(entered):
    """And the shared ones of what is forwarded as a reference (98号六（二）), never the authorised."""
    values = exchange.told_values([record.pk for record, _ in entered])
    open_items = [(record, fields) for record, fields in entered if not record.item.forwarded]
    secrets = hidden(open_items, Scope.SHARED) | hidden(entered, Scope.AUTHORISED)
    assert len(values) >= len(entered) // 3
    assert found_in(str(values), secrets) == []


def test_other_departments_and_administrators_see_none_of_it(entered, ours):
    """Not even the public fields, inside: what belongs to another department is not there."""
    others = [
        make_side("癸藏壬", 2).clerk,
        factories.make_user("auditor-x", Role.AUDITOR),
        factories.make_user("admin-x", Role.ADMINISTRATOR),
    ]
    secrets = hidden(entered, Scope.PUBLIC, Scope.SHARED, Scope.AUTHORISED)
    leaks = []
    for user in others:
        client = Client()
        client.force_login(user)
        for where in [*office_places(entered, ours), *admin_addresses()]:
            leaks += [(user.username, where, place) for place in found_in(body_of(client, where), secrets)]
    assert leaks == []


def test_identity_numbers_are_on_no_page_of_any_role(entered, ours):
    numbers = {
        value: f"{record.item_code} {field.code}"
        for record, values in entered
        for field, value in values.items()
        if value and field.type == FieldType.ID_NUMBER
    }
    assert numbers
    leaks = []
    for user in (ours.clerk, ours.lead, factories.make_user("reviewer-x", Role.REVIEWER)):
        client = Client()
        client.force_login(user)
        for where in office_places(entered, ours):
            leaks += [(user.username, where, place) for place in found_in(body_of(client, where), numbers)]
    assert leaks == []


def test_the_department_itself_reads_what_it_reported_and_who_may_see_it(entered, ours):
    client = ours.client(ours.clerk)
    for record, values in entered:
        page = body_of(client, reverse("office:record", args=[record.public_id]))
        for field, value in values.items():
            if "金丝雀" in value and field.scope != Scope.PUBLIC:
                assert value in page, field.code
                assert f"{field.get_scope_display()}，不向社会公开" in page


def office_places(entered, ours: Side) -> list[str]:
    names = [name for name, method in calls(Access.SCOPED, Access.SIGNED_IN) if method == "GET"]
    places = [reverse(name) for name in names if name not in PARAMETERS]
    places += [reverse(n, kwargs=PARAMETERS[n](ours)) for n in names if n in PARAMETERS and n not in NOT_A_PAGE]
    for record, _ in entered:
        places += [reverse("office:record", args=[record.public_id])]
        places += [reverse("office:subject", args=[record.subject.public_id])]
    return places


@pytest.mark.django_db
def test_no_field_is_wider_open_than_its_sensitivity_allows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalogue_itemfield WHERE sensitivity = 'high' AND scope = 'public'")
        assert cursor.fetchone() == (0,)
    assert set(ItemField.objects.filter(type="id_number").values_list("sensitivity", flat=True)) == {"high"}
