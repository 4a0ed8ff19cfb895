"""The holiday table and the time limits in PostgreSQL: seeding, versions, and what the database refuses."""

import datetime

import chinese_calendar
import holidays
import pytest
import yaml
from django.db import IntegrityError, connection, transaction

from audit.actions import Action
from audit.models import AuditEvent
from deadlines import clock, services
from deadlines.models import TimeLimit, TimeLimitMissing, Workday
from deadlines.policy import CalendarEnds, Term, Unit

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def empty():
    Workday.objects.all().delete()
    TimeLimit.objects.all().delete()


@pytest.fixture
def seeded(empty):
    services.seed()


@pytest.fixture
def limit():
    return TimeLimit.objects.create(
        key="test.term", name="示例期限", amount=5, unit="working_day", in_force_from="2020-01-01", source="示例依据"
    )


def year_of(year):
    start = datetime.date(year, 1, 1)
    return [start + n * DAY for n in range((datetime.date(year + 1, 1, 1) - start).days)]


@pytest.mark.parametrize("year", range(2015, 2027))
def test_seeded_calendar_agrees_with_the_notices_on_every_day(seeded, year):
    calendar = services.load_calendar()
    assert [calendar.is_working(day) for day in year_of(year)] == [
        chinese_calendar.is_workday(d) for d in year_of(year)
    ]


@pytest.mark.parametrize("year", [2027, 2028])
def test_provisional_years_hold_exactly_the_statutory_days_and_say_so(seeded, year):
    statutory = {day for day, name in holidays.China(years=year).items() if "observed" not in name.lower()}
    rows = Workday.objects.filter(date__year=year)
    assert {row.date for row in rows} == {day for day in statutory if day.year == year}
    assert set(rows.values_list("kind", "status")) == {("holiday", "provisional")}
    assert year in services.load_calendar().provisional_years


def test_seeding_twice_changes_nothing_and_is_recorded_once(empty):
    recorded = AuditEvent.objects.filter(action=Action.CALENDAR_SEEDED)
    before = recorded.count()
    assert services.seed() == {"workdays": Workday.objects.count(), "time_limits": TimeLimit.objects.count()}
    assert Workday.objects.count() > 400
    assert services.seed() == {"workdays": 0, "time_limits": 0}
    assert recorded.count() == before + 1


def test_seeding_again_keeps_what_staff_have_edited(seeded):
    Workday.objects.filter(date="2026-10-10").delete()
    Workday.objects.filter(date="2027-10-01").update(name="国庆节（已核对）")
    services.seed()
    assert not Workday.objects.filter(date="2026-10-10").exists()
    assert Workday.objects.get(date="2027-10-01").name == "国庆节（已核对）"


@pytest.fixture
def notice_for_2027(tmp_path, monkeypatch):
    """The day the State Council's notice is entered into the file (its content here is invented)."""
    notice = {
        "year": 2027,
        "status": "official",
        "source": "示例通知",
        "holidays": {datetime.date(2027, 10, n): "国庆节" for n in range(1, 8)},
        "working": {datetime.date(2027, 10, 9): "国庆节调休"},
    }
    (tmp_path / "holidays_2027.yaml").write_text(yaml.safe_dump(notice, allow_unicode=True), encoding="utf-8")
    (tmp_path / "time_limits.yaml").write_bytes((services.DATA / "time_limits.yaml").read_bytes())
    monkeypatch.setattr(services, "DATA", tmp_path)


def test_an_official_notice_replaces_the_provisional_year(seeded, notice_for_2027):
    before = services.double_publicity_due_on(datetime.date(2027, 9, 29))
    assert services.seed()["workdays"] == 8
    after = services.double_publicity_due_on(datetime.date(2027, 9, 29))
    assert (before.due_on, before.provisional) == (datetime.date(2027, 10, 11), True)
    assert (after.due_on, after.provisional) == (datetime.date(2027, 10, 14), False)
    assert before.calendar_version != after.calendar_version


def test_calendar_follows_the_table_at_once_and_under_a_new_version(seeded):
    before = services.load_calendar()
    assert services.load_calendar() is before
    Workday.objects.filter(date="2026-10-10").update(kind="holiday")
    after = services.load_calendar()
    assert before.is_working(datetime.date(2026, 10, 10))
    assert not after.is_working(datetime.date(2026, 10, 10))
    assert after.version != before.version


def test_a_year_without_rows_ends_the_calendar(seeded):
    Workday.objects.filter(date__year=2019).delete()
    calendar = services.load_calendar()
    assert calendar.known_from == datetime.date(2020, 1, 1)
    with pytest.raises(CalendarEnds):
        calendar.is_working(datetime.date(2019, 7, 1))


def test_empty_table_is_an_error_not_a_calendar_without_holidays(empty):
    with pytest.raises(services.CalendarMissing) as caught:
        services.load_calendar()
    assert caught.value.code == "calendar_missing"


def test_double_publicity_is_seven_working_days_and_verified(seeded):
    limit = TimeLimit.objects.in_force("double_publicity.report", on=datetime.date(2026, 9, 29))
    assert (limit.as_term(), limit.evidence) == (Term(7, Unit.WORKING_DAY), "verified")
    assert services.double_publicity_due_on(datetime.date(2026, 9, 29)).due_on == datetime.date(2026, 10, 14)


def test_decision_older_than_the_rule_has_no_due_date(seeded):
    with pytest.raises(TimeLimitMissing) as caught:
        services.double_publicity_due_on(datetime.date(2016, 5, 29))
    assert caught.value.code == "time_limit_missing"


def test_many_due_dates_cost_two_queries_and_leave_out_what_has_none(seeded, django_assert_num_queries):
    services.load_calendar()
    known, too_old, too_far = datetime.date(2026, 9, 29), datetime.date(2016, 5, 29), datetime.date(2028, 12, 30)
    with django_assert_num_queries(2):
        found = services.due_dates(services.DOUBLE_PUBLICITY, [known, too_old, too_far, known])
    assert found == {known: services.double_publicity_due_on(known)}


def test_law_in_force_is_picked_by_date(limit):
    limit.in_force_until = datetime.date(2026, 3, 31)
    limit.save()
    TimeLimit.objects.create(
        key="test.term", name="示例期限", amount=10, unit="working_day", in_force_from="2026-04-01", source="示例依据"
    )
    assert TimeLimit.objects.in_force("test.term", on=datetime.date(2026, 3, 31)).amount == 5
    assert TimeLimit.objects.in_force("test.term", on=datetime.date(2026, 4, 1)).amount == 10


def test_two_versions_for_one_day_are_refused_by_the_database(limit):
    with pytest.raises(IntegrityError, match="time_limit_one_version_a_day"), transaction.atomic():
        TimeLimit.objects.create(
            key="test.term", name="示例期限", amount=9, unit="month", in_force_from="2024-01-01", source="示例依据"
        )


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"amount": 0}, "time_limit_amount_positive"),
        ({"unit": "week"}, "time_limit_unit_known"),
        ({"evidence": "rumour"}, "time_limit_evidence_known"),
        ({"in_force_until": "2019-12-31"}, "time_limit_period_ordered"),
    ],
)
def test_senseless_time_limits_are_refused_by_the_database(limit, wrong, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        TimeLimit.objects.filter(pk=limit.pk).update(**wrong)


def today_in_sql():
    with connection.cursor() as cursor:
        cursor.execute("SELECT platform_today()")
        return cursor.fetchone()[0]


def test_today_is_the_same_in_python_and_sql():
    before = clock.today()
    assert today_in_sql() in {before, clock.today()}  # midnight may pass in between


def test_a_rehearsed_day_holds_in_python_and_sql(settings):
    settings.TODAY = datetime.date(2027, 5, 1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL platform.today = '2027-05-01'")
    assert clock.today() == today_in_sql() == datetime.date(2027, 5, 1)


def test_in_beijing_it_is_already_tomorrow(time_machine):
    time_machine.move_to(datetime.datetime(2026, 12, 31, 16, 30, tzinfo=datetime.UTC))
    assert clock.today() == datetime.date(2027, 1, 1)
