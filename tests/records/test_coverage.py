"""A population library makes subjects and nothing else; who is known is counted place by place (21号二（三）)."""

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import load_workbook

from accounts.models import Region, Role
from audit.models import AuditEvent
from records import crypto, services
from records.models import CoverageBase, CoverageFigure, Identifier, Record, Subject
from tests import factories
from tests.factories import TODAY, make_id_number

PEOPLE = [("示例张三", make_id_number(1)), ("示例李四", make_id_number(2)), ("示例王五", make_id_number(3))]


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse, data_dir):
    """Every test here is about TODAY."""


@pytest.fixture
def library(tmp_path):
    def write(people, head="姓名,公民身份号码"):
        path = tmp_path / "示例人口库.csv"
        path.write_text("\n".join([head, *(",".join(row) for row in people)]), encoding="utf-8")
        return path

    return write


def take_in(path, code="530102"):
    return services.import_population(path, region=Region.objects.get(code=code), today=TODAY)


def test_subjects_and_sealed_numbers_and_no_record(library):
    assert take_in(library(PEOPLE)) == {"known": 0, "known_by_another_name": 0, "new": 3, "read": 3}
    assert not Record.objects.exists()
    held = Subject.objects.filter(kind="person", region_code="530102", verification="unverified")
    assert sorted(held.values_list("legal_name", flat=True)) == sorted(name for name, _ in PEOPLE)
    assert all(person.adult_on for person in held)
    assert {crypto.open_text(held.cipher) for held in Identifier.objects.all()} == {number for _, number in PEOPLE}
    line = str(AuditEvent.objects.filter(action="records.population.imported").values().get())
    assert not [text for row in PEOPLE for text in row if text in line]


def test_taken_in_twice_it_is_there_once(library):
    take_in(library(PEOPLE))
    assert take_in(library(PEOPLE))["known"] == 3
    assert (Subject.objects.count(), Identifier.objects.count()) == (3, 3)


def test_what_does_not_fit_is_counted_and_left_out(library):
    minor = factories.demo.make_id_number("530102", TODAY.replace(year=2015), 901)
    rows = [*PEOPLE, PEOPLE[0], ("示例赵六", minor), ("示例错号", PEOPLE[0][1][:-1] + "Q"), ("", make_id_number(4))]
    counted = take_in(library(rows))
    assert (counted["new"], counted["repeated"], counted["minor"], counted["name_invalid"]) == (3, 1, 1, 1)
    assert counted["read"] == len(rows) and Subject.objects.count() == 3


def test_who_is_known_from_a_record_stays_who_they_are(library):
    department = factories.make_department("甲", 711)
    clerk = factories.make_user("clerk-a", Role.CLERK, department)
    person = factories.register(factories.persons_penalty(department), clerk).subject
    counted = take_in(library([("示例另名", make_id_number(1))]))
    assert (counted["known"], counted["known_by_another_name"], counted["new"]) == (1, 1, 0)
    person.refresh_from_db()
    assert (person.legal_name, person.region_code) == ("示例张三", "")
    take_in(library([("示例张三", make_id_number(1))]))
    person.refresh_from_db()
    assert person.region_code == "530102"


def test_figures_by_place(library):
    department = factories.make_department("甲", 711)
    clerk = factories.make_user("clerk-a", Role.CLERK, department)
    factories.register(factories.penalty(department), clerk)
    factories.register(factories.persons_penalty(department, 5, name="示例孙七"), clerk)
    take_in(library(PEOPLE))
    for _ in range(2):
        services.count_coverage()
    figures = {
        figure.region_id: (figure.persons, figure.persons_with_records, figure.organisations)
        for figure in CoverageFigure.objects.all()
    }
    assert figures == {"530102": (3, 0, 1), "530000": (1, 1, 0)}


def test_the_command_counts_and_says_nothing_personal(library, capsys):
    call_command("import_population", library(PEOPLE), region="530102")
    said = capsys.readouterr().out
    assert json.loads(said)["new"] == 3 and CoverageFigure.objects.get().persons == 3
    assert not [text for row in PEOPLE for text in row if text in said]
    for wrong in ({"region": "999999"}, {"region": "530102"}):
        path = library(PEOPLE, head="甲,乙") if wrong["region"] == "530102" else library(PEOPLE)
        with pytest.raises(CommandError):
            call_command("import_population", path, **wrong)


def test_the_page_says_shares_where_there_is_a_base_and_where_it_is_from(library, client):
    reviewer = factories.make_user("reviewer", Role.REVIEWER)
    client.force_login(reviewer)
    assert "还没有统计" in client.get("/office/coverage/").content.decode()
    take_in(library(PEOPLE))
    services.count_coverage()
    CoverageBase.objects.create(region_id="530100", year=2025, adults=300, source="示例公报")
    CoverageBase.objects.create(region_id="530100", year=2099, adults=1, source="以后的公报")
    page = client.get("/office/coverage/").content.decode()
    assert "1.00%" in page and "示例公报（2025 年）" in page and "以后的公报" not in page
    assert "五华区" in client.get("/office/coverage/?region=530100").content.decode()
    assert client.get("/office/coverage/?region=530102").status_code == 404
    sheet = load_workbook(io.BytesIO(b"".join(client.get("/office/coverage/export.xlsx")))).active
    kunming = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "昆明市")
    assert kunming[1:4] == (300, 3, "1.00%") or [str(cell) for cell in kunming[1:4]] == ["300", "3", "1.00%"]


def test_departments_do_not_see_the_province(client):
    client.force_login(factories.make_user("clerk-a", Role.CLERK, factories.make_department("甲", 711)))
    assert client.get("/office/coverage/").status_code == 404
    assert client.get("/office/coverage/export.xlsx").status_code == 404


def test_a_base_is_entered_by_the_administrator_and_leaves_a_line(client):
    administrator = factories.make_user("admin-a", Role.ADMINISTRATOR)
    client.force_login(administrator)
    data = {"region": "530100", "year": "2025", "adults": "300", "organisations": "", "source": "示例公报"}
    assert client.post("/admin/records/coveragebase/add/", data).status_code == 302
    assert AuditEvent.objects.filter(action="records.coverage.changed").count() == 1
