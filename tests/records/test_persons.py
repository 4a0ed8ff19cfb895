"""Persons: minors, adult students, environment, traffic, licences. What the law limits is refused."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Role
from audit.actions import Action
from audit.models import AuditEvent
from catalogue import reading
from catalogue.models import InformationItem, Occupation, PersonDisplay
from credit_platform import demo, demo_items
from records.errors import NotASource, RowRefused
from records.models import Certificate, Record, Subject
from records.services import note_verification, special
from tests.factories import TODAY, make_department, make_user, register

pytestmark = pytest.mark.django_db
ITEMS = {item["code"]: item for item in reading.items()}
BORN_LATE = datetime.date(2010, 5, 6)


@pytest.fixture
def clerk_of(data_dir):
    """A clerk in a department of this line."""
    made = {}

    def clerk_of(line: str, number: int = 720):
        if line not in made:
            department = make_department(line, number + len(made))
            made[line] = make_user(f"clerk-{line}", Role.CLERK, department)
        return made[line]

    return clerk_of


def values_of(code: str, department, kind: str = "person", **changes: str) -> dict[str, str]:
    """Good values of the item, as the demonstration makes them, from this department."""
    source = demo_items.Source(department.code, department.name, department.uscc)
    label = reading.LABELS[kind]
    found = [v for v in demo_items.records(ITEMS[code], source, TODAY) if label in v.values()]
    return {name: text for name, text in (found[0] | changes).items() if text}


def codes_of(refusal) -> set[str]:
    return {problem.code for problem in refusal.value.problems}


@pytest.fixture
def enter(clerk_of):
    def enter(code: str, kind: str = "person", **changes: str) -> Record:
        clerk = clerk_of(ITEMS[code]["sources"][0])
        return register(values_of(code, clerk.department, kind, **changes), clerk, item=code)

    return enter


@pytest.mark.parametrize("code", [item["code"] for item in demo_items.items()])
def test_every_item_takes_a_record_of_each_kind_from_its_source(enter, code):
    for kind in set(ITEMS[code]["subject_kinds"]) - {"sole_trader"}:
        record = enter(code, kind)
        assert (record.item_code, record.subject.kind) == (code, kind)


def test_a_department_that_is_not_a_source_cannot_report(clerk_of):
    clerk = clerk_of("SWJ")
    with pytest.raises(NotASource):
        register(values_of("XSCX", clerk.department), clerk, item="XSCX")
    assert not Record.objects.exists()


def test_the_forms_offer_only_what_the_department_may_report(client, clerk_of):
    client.force_login(clerk_of("SWJ"))
    page = client.get("/office/records/new/").content.decode()
    assert "税收缴纳领域失信信息" in page and "成年学生诚信档案" not in page
    assert client.get("/office/records/new/XSCX/").status_code == 404
    assert "成年学生诚信档案" not in client.get("/office/batches/new/").content.decode()


@pytest.mark.parametrize("code", ["XSCX", "HJGR", "JTAQ", "SPYP"])
def test_nothing_adverse_is_entered_about_a_minor(enter, code):
    number = demo.make_id_number("530102", BORN_LATE, 996)
    with pytest.raises(RowRefused) as refusal:
        enter(code, **{f"{code}_XDR_ZJHM": number})
    assert "subject_is_minor" in codes_of(refusal)


def test_whoever_may_be_a_minor_is_not_shown(enter, clerk_of):
    """A passport does not say how old its bearer is."""
    InformationItem.objects.filter(code="SPYP").update(person_display=PersonDisplay.MASKED)
    record = enter("SPYP", SPYP_XDR_ZJLX="护照号", SPYP_XDR_ZJHM="E12345678")
    assert (record.displayed_from, record.displayed_until) == (None, None)
    assert record.revision == record.national_revision


def as_office(statement: str, *parameters) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE credit_office")
        cursor.execute(statement, parameters)


COPY_AS = """
INSERT INTO records_record (public_id, item_id, item_code, subject_id, department_id, subject_name, document_no,
    decided_on, title, authority, "values", secrets, content_digest, severity, display_rule_key, displayed_from,
    displayed_until, batch_id, row_no, national_revision)
SELECT gen_random_uuid(), i.id, i.code, subject_id, department_id, subject_name, document_no || '-2', decided_on,
    title, authority, "values", secrets, content_digest, severity, display_rule_key, %s::date, %s::date,
    batch_id, row_no, %s
FROM records_record AS r, catalogue_informationitem AS i WHERE r.id = %s AND i.code = %s
"""


@pytest.fixture
def minors_record(enter):
    """A record that is not adverse about somebody who was seventeen when it was made."""
    record = enter("ZYZG")
    day = record.decided_on + datetime.timedelta(days=1)
    Subject.objects.filter(pk=record.subject_id).update(adult_on=day)
    return record


@pytest.mark.parametrize(
    ("code", "shown", "national"), [("ZYZG", TODAY, 1), ("ZYZG", None, 0), ("XSCX", None, 1), ("XZCF", None, 1)]
)
def test_the_database_refuses_what_would_show_a_minor(minors_record, code, shown, national):
    with pytest.raises(IntegrityError, match="of age"):
        as_office(COPY_AS, shown, shown, national, minors_record.pk, code)


def test_the_database_takes_a_minors_record_that_is_neither_adverse_nor_shown(minors_record):
    as_office(COPY_AS, None, None, 1, minors_record.pk, "ZYZG")
    assert Record.objects.count() == 2


def test_the_database_refuses_to_show_a_minors_record_later(minors_record):
    with pytest.raises(IntegrityError, match="of age"):
        as_office("UPDATE records_record SET displayed_from = platform_today() WHERE id = %s", minors_record.pk)


def test_the_database_refuses_to_move_a_shown_record_to_a_minor(minors_record, enter):
    shown = enter("YLXY")
    assert shown.displayed_from
    Subject.objects.filter(pk=minors_record.subject_id).update(adult_on="2030-01-01")
    with pytest.raises(IntegrityError, match="of age"):
        as_office("UPDATE records_record SET subject_id = %s WHERE id = %s", minors_record.subject_id, shown.pk)


def test_a_person_with_adverse_records_does_not_become_a_minor(enter):
    record = enter("XSCX")
    with pytest.raises(IntegrityError, match="minor may not have"):
        as_office("UPDATE records_subject SET adult_on = '2030-01-01' WHERE id = %s", record.subject_id)


@pytest.mark.parametrize("conduct", ["考试舞弊", "学术造假", "不履行助学贷款还款义务", "伪造就业材料"])
def test_students_files_take_the_four_kinds_of_conduct(enter, conduct):
    assert enter("XSCX", XSCX_XW=conduct).title == conduct


def test_students_files_take_nothing_else(enter):
    with pytest.raises(RowRefused) as refusal:
        enter("XSCX", XSCX_XW="迟到")
    assert codes_of(refusal) == {"value_unknown"}


def test_students_files_exist_only_for_schools_and_education(client, enter, clerk_of):
    record = enter("XSCX")
    reviewer, supervisor = make_user("reviewer", Role.REVIEWER), make_user("supervisor", Role.SUPERVISOR)
    for user in (reviewer, supervisor, clerk_of("GAT")):
        assert not Record.objects.visible_to(user).exists()
        assert not Subject.objects.visible_to(user).exists()
        client.force_login(user)
        assert client.get(f"/office/records/{record.public_id}/").status_code == 404
        assert client.get(f"/office/subjects/{record.subject.public_id}/").status_code == 404
        assert client.get(f"/office/batches/{record.batch.public_id}/").status_code == 404
    client.force_login(clerk_of("JYT"))
    assert client.get(f"/office/records/{record.public_id}/").status_code == 200


@pytest.mark.parametrize(("line", "seen"), [("XX", 1), ("GAT", 0)])
def test_a_special_query_shows_students_files_to_schools_and_education_only(enter, clerk_of, rehearse, line, seen):
    record = enter("XSCX")
    lead = make_user("lead-x", Role.LEAD, clerk_of(line).department)
    number = values_of("XSCX", record.department)["XSCX_XDR_ZJHM"]
    asked = special.request_special_query(
        department=lead.department,
        actor=lead,
        sought=special.Sought("person", record.subject.legal_name, number, "身份证"),
        scope="shared",
        purpose="评优",
        legal_basis="云政办发〔2017〕112号一（四）",
        case_no="示例1号",
        days=7,
        today=TODAY,
    )
    note_verification(record.subject, outcome="verified")
    special.grant_special_query(asked, actor=make_user("reviewer", Role.REVIEWER), reason="同意", today=TODAY)
    assert len(special.read_special_query(asked, actor=lead, today=TODAY)[1]) == seen


def test_a_department_that_turns_into_another_line_loses_sight_of_them(enter, clerk_of):
    enter("XSCX")
    clerk = clerk_of("JYT")
    clerk.department.code = "530000-TEST-GAT"
    clerk.department.save()
    assert not Record.objects.visible_to(clerk).exists()


def test_the_student_known_otherwise_too_is_still_found(enter):
    record = enter("XSCX")
    number = values_of("XSCX", record.department)["XSCX_XDR_ZJHM"]
    other = enter("YLXY", YLXY_XDR_ZJHM=number, YLXY_XDR_MC=record.subject.legal_name)
    assert other.subject_id == record.subject_id
    assert Subject.objects.visible_to(make_user("reviewer", Role.REVIEWER)).filter(pk=record.subject_id).exists()


def test_students_files_are_never_shown(enter):
    InformationItem.objects.filter(code="XSCX").update(person_display=PersonDisplay.MASKED)
    record = enter("XSCX")
    assert record.displayed_until is None and record.revision == record.national_revision


def test_environmental_records_of_persons_need_a_case(enter):
    with pytest.raises(RowRefused) as refusal:
        enter("HJGR", HJGR_QX="仅受行政处罚")
    assert codes_of(refusal) == {"below_threshold"}
    with pytest.raises(RowRefused) as refusal:
        enter("HJGR", HJGR_WSH="", HJGR_SF="员工")
    assert codes_of(refusal) == {"required", "value_unknown"}


def test_environmental_records_of_the_general_item_are_not_about_persons():
    assert "person" not in ITEMS["HJBH"]["subject_kinds"]


@pytest.mark.parametrize("grade", ["轻微", "一般"])
def test_only_serious_traffic_offences_are_collected(enter, grade):
    with pytest.raises(RowRefused) as refusal:
        enter("JTAQ", JTAQ_CD=grade)
    assert codes_of(refusal) == {"below_threshold"}


def test_the_threshold_is_data(enter):
    InformationItem.objects.filter(code="JTAQ").update(
        admits={"field": "JTAQ_CD", "values": ["严重", "一般"], "why": "示例"}
    )
    assert enter("JTAQ", JTAQ_CD="一般")


def test_a_licence_is_read_off_its_record(enter):
    record = enter("ZYZG", ZYZG_ZY="律师")
    licence = Certificate.objects.get()
    assert (licence.subject_id, licence.occupation, licence.status) == (record.subject_id, "律师", "有效")
    assert Occupation.objects.filter(name="律师").exists()
    with pytest.raises(RowRefused):
        enter("ZYZG", ZYZG_ZY="算命先生")


def test_reading_an_occupation_file_leaves_a_line(client, enter, clerk_of):
    record = enter("ZYZG", ZYZG_ZY="律师")
    client.force_login(clerk_of("SFT"))
    address = f"/office/subjects/{record.subject.public_id}/occupation/"
    page = client.get(address).content.decode()
    assert "律师" in page and record.subject.legal_name in page and record.document_no in page
    assert AuditEvent.objects.filter(action=Action.OCCUPATION_VIEWED, object_id=str(record.subject_id)).count() == 1
    assert address in client.get(f"/office/subjects/{record.subject.public_id}/").content.decode()


def test_who_has_no_licence_has_no_occupation_file(client, enter, clerk_of):
    record = enter("HJGR")
    client.force_login(clerk_of("STT"))
    assert client.get(f"/office/subjects/{record.subject.public_id}/occupation/").status_code == 404
