"""Figures of a month: counted from the rows, closed once, reproducible; duties, zero reports, bulletins."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import Role
from audit.models import AuditEvent
from deadlines.clock import BEIJING
from deadlines.services import double_publicity_due_on
from records.errors import Refused, RightMissing
from records.models import Batch, Bulletin, FigureRun, MonthlyFigure, NationalRefusal, Record
from records.quality import policy, services
from records.quality.figures import by_department, by_region, narrowed, runs_until
from records.workflow import TransitionRefused
from tests.factories import make_user

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
WHEN_CLOSED = datetime(2026, 11, 20, 9, tzinfo=BEIJING)


@pytest.fixture(autouse=True)
def on_the_day(db, rehearse):
    """Rows are of 2026-11-22 at the latest."""


@pytest.fixture
def supervisor():
    return make_user("supervisor", Role.SUPERVISOR)


@pytest.fixture
def reviewer():
    return make_user("reviewer", Role.REVIEWER)


def came_in(batch: Batch, at: datetime) -> None:
    """Let a batch and its records have come in at another moment."""
    Batch.objects.filter(pk=batch.pk).update(created_at=at, finished_at=at)
    Record.objects.filter(batch=batch).update(created_at=at)


def beijing(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BEIJING)


@pytest.fixture
def october(send, permit):
    """Ten rows in October: three permits in time, two late, one unchanged, four sent back for three reasons."""
    due = double_publicity_due_on(date(2026, 10, 9)).due_on
    in_time = [permit(n, firm=n, 许可决定日期="2026/10/09", 有效期自="2026/10/09") for n in (1, 2, 3)]
    late = [permit(n, firm=n, 许可决定日期="2026/10/09", 有效期自="2026/10/09") for n in (4, 5)]
    wrong = permit(6, 行政相对人代码_1="915301020000000000")
    twice = permit(7, 许可内容="第一种说法"), permit(7, 许可内容="第二种说法")
    first = send("XZXK", in_time)
    came_in(first, datetime.combine(due, datetime.min.time(), BEIJING) + timedelta(hours=23, minutes=59))
    second = send("XZXK", [*late, in_time[0], wrong, permit(8, 许可内容=""), *twice])
    came_in(second, datetime.combine(due + timedelta(days=1), datetime.min.time(), BEIJING))
    return first, second


def counts_of(run: FigureRun) -> policy.Counts:
    return policy.total(figure.counts for figure in run.figures.all())


def test_every_figure_of_a_month_is_counted_from_its_rows(october):
    counts = counts_of(services.close_month(OCTOBER, now=WHEN_CLOSED))
    # Of the two contradicting rows the first is taken.
    assert (counts.reported, counts.timed, counts.late) == (6, 6, 2)
    assert (counts.accepted, counts.unchanged, counts.rejected, counts.sent) == (6, 1, 3, 10)
    assert (counts.wrong_codes, counts.duplicates, counts.files_refused) == (1, 1, 0)


def test_last_minute_of_the_last_day_is_in_time_and_the_next_is_late(october, supervisor):
    assert counts_of(services.close_month(OCTOBER, now=WHEN_CLOSED)).late == 2
    first, second = (Batch.objects.get(pk=batch.pk) for batch in october)
    assert second.finished_at - first.finished_at == timedelta(minutes=1)
    came_in(first, second.finished_at)
    again = services.recompute_month(OCTOBER, actor=supervisor, reason="核对", now=WHEN_CLOSED)
    assert counts_of(again).late == 5


def test_month_is_closed_once_and_does_not_change_with_what_happens_later(october, send, permit):
    run = services.close_month(OCTOBER, now=WHEN_CLOSED)
    before = list(run.figures.values())
    send("XZXK", [permit(31, 许可决定日期="2026/10/10", 有效期自="2026/10/10")])
    assert services.close_month(OCTOBER, now=WHEN_CLOSED + timedelta(days=40)) == run
    services.refresh_figures(now=WHEN_CLOSED + timedelta(days=2))
    assert list(run.figures.values()) == before
    assert FigureRun.objects.filter(month=OCTOBER).count() == 1
    assert AuditEvent.objects.filter(action="records.figures.closed").count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_monthlyfigure SET late = 0",
        "DELETE FROM records_monthlyfigure",
        "UPDATE records_figurerun SET computed_at = now()",
        "DELETE FROM records_figurerun",
    ],
)
def test_database_refuses_to_change_a_closed_month(october, statement):
    services.close_month(OCTOBER, now=WHEN_CLOSED)
    with pytest.raises(DatabaseError, match="closed month"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_month_is_provisional_until_its_reports_have_fallen_due(october):
    services.refresh_figures(now=beijing(10, 20))
    services.refresh_figures(now=beijing(11, 2))
    provisional = FigureRun.objects.get(month=OCTOBER)
    assert provisional.is_provisional
    with pytest.raises(Refused, match="尚未到期"):
        services.close_month(OCTOBER, now=beijing(11, 2))
    services.refresh_figures(now=WHEN_CLOSED)
    assert [run.version for run in FigureRun.objects.filter(month=OCTOBER)] == [1]


def test_missed_days_are_made_up_for_and_a_second_ring_finds_nothing_to_do(october):
    made = services.refresh_figures(now=datetime(2027, 1, 15, tzinfo=BEIJING))
    assert [(run.month, run.version) for run in made] == [
        (OCTOBER, 1),
        (NOVEMBER, 1),
        (date(2026, 12, 1), 1),
        (date(2027, 1, 1), 0),
    ]
    assert services.refresh_figures(now=datetime(2027, 1, 15, 0, 5, tzinfo=BEIJING)) == []
    assert [run.month for run in services.refresh_figures(now=datetime(2027, 1, 15, 0, 11, tzinfo=BEIJING))] == [
        date(2027, 1, 1)
    ]


def test_midnight_in_beijing_divides_the_months(send, permit):
    batch = send("XZXK", [permit()])
    for at, month in ((beijing(10, 31, 23, 59), OCTOBER), (beijing(11, 1, 0, 0), NOVEMBER)):
        came_in(batch, at)
        MonthlyFigure.objects.all().delete()
        FigureRun.objects.all().delete()
        services.refresh_figures(now=beijing(11, 2))
        found = {run.month: counts_of(run).reported for run in FigureRun.objects.all()}
        assert {known for known, reported in found.items() if reported} == {month}


def test_recomputation_stands_beside_the_former_and_says_why(october, supervisor, reviewer):
    first = services.close_month(OCTOBER, now=WHEN_CLOSED)
    with pytest.raises(RightMissing):
        services.recompute_month(OCTOBER, actor=reviewer, reason="日历更正", now=WHEN_CLOSED)
    with pytest.raises(Refused, match="原因"):
        services.recompute_month(OCTOBER, actor=supervisor, reason=" ", now=WHEN_CLOSED)
    second = services.recompute_month(OCTOBER, actor=supervisor, reason="日历更正", now=WHEN_CLOSED)
    assert (second.version, second.reason) == (2, "日历更正")
    assert counts_of(first) == counts_of(second)
    assert runs_until(OCTOBER) == [second]


def test_recomputation_is_ordered_by_a_supervisor_on_the_command_line(october, supervisor, reviewer, capsys):
    services.close_month(OCTOBER, now=WHEN_CLOSED)
    with pytest.raises(CommandError, match="只有监督员"):
        call_command("recompute_figures", "2026-10", by=reviewer.username, reason="日历更正")
    call_command("recompute_figures", "2026-10", by=supervisor.username, reason="日历更正")
    assert "2026-10 第 2 版" in capsys.readouterr().out


def test_refusals_of_the_national_platform_are_counted_by_record_and_kept(october):
    record = Record.objects.order_by("pk").first()
    noted = services.note_national_refusal(record, revision=1, code="x", reason="示例")
    for revision in (1, 2):
        NationalRefusal(record=record, revision=revision, code="x", refused_at=beijing(10, 25)).save()
    assert noted.record == record
    assert counts_of(services.close_month(OCTOBER, now=WHEN_CLOSED)).national_refused == 1
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        NationalRefusal.objects.all().delete()


def test_regions_roll_up_and_the_province_holds_its_own_departments_only(october, department):
    services.close_month(OCTOBER, now=WHEN_CLOSED)
    for region, group, holds in (
        ("530000", "530000", {"530000": True, "530100": False}),
        ("530102", "530100", {"530000": False, "530100": True}),
        ("530100", "530100", {"530000": False, "530100": True}),
    ):
        type(department).objects.filter(pk=department.pk).update(region=region)
        assert [code for code, _, _ in by_region(MonthlyFigure.objects.all())] == [group]
        for asked, is_held in holds.items():
            assert bool(by_department(narrowed(MonthlyFigure.objects.all(), region=asked))) == is_held


@pytest.fixture
def duty(department):
    return services.set_duty(department, "XZXK", cycle="month", since=date(2026, 1, 1), source="示例清单")


def duty_counts(now: datetime = WHEN_CLOSED) -> tuple[int, int, int]:
    counts = counts_of(services.close_month(OCTOBER, now=now))
    return counts.duties, counts.missing, counts.contradicted


def test_duty_nobody_answered_for_is_missing(duty):
    assert duty_counts() == (1, 1, 0)


def test_duty_is_met_by_rows_that_came_in(duty, october):
    assert duty_counts() == (1, 0, 0)


def test_duty_is_met_by_decisions_of_the_period_reported_after_it(duty, send, permit):
    send("XZXK", [permit(许可决定日期="2026/10/30", 有效期自="2026/10/30")])
    assert duty_counts() == (1, 0, 0)


def test_duty_is_met_by_a_zero_report_made_once(duty, clerk):
    first = services.report_nothing(duty, OCTOBER, actor=clerk, today=date(2026, 10, 31))
    assert services.report_nothing(duty, OCTOBER, actor=clerk, today=date(2026, 11, 1)) == first
    assert duty_counts() == (1, 0, 0)
    assert AuditEvent.objects.filter(action="records.zero.reported").count() == 1


def test_zero_report_with_decisions_of_the_period_is_contradicted(duty, clerk, send, permit):
    services.report_nothing(duty, OCTOBER, actor=clerk, today=date(2026, 11, 1))
    send("XZXK", [permit(许可决定日期="2026/10/30", 有效期自="2026/10/30")])
    assert duty_counts() == (1, 0, 1)


def test_zero_report_is_refused_before_the_end_against_what_is_held_and_to_strangers(duty, clerk, send, permit):
    with pytest.raises(Refused, match="尚未结束"):
        services.report_nothing(duty, OCTOBER, actor=clerk, today=date(2026, 10, 30))
    with pytest.raises(RightMissing):
        services.report_nothing(duty, OCTOBER, actor=make_user("r", Role.REVIEWER), today=date(2026, 11, 1))
    with pytest.raises(Refused, match="没有需要报送"):
        services.report_nothing(duty, date(2025, 12, 1), actor=clerk, today=date(2026, 11, 1))
    send("XZXK", [permit(许可决定日期="2026/10/30", 有效期自="2026/10/30")])
    with pytest.raises(Refused, match="不需要零报告"):
        services.report_nothing(duty, OCTOBER, actor=clerk, today=date(2026, 11, 1))


def test_quarterly_duty_is_asked_for_at_the_end_of_its_quarter_only(department):
    services.set_duty(department, "XZXK", cycle="quarter", since=date(2026, 1, 1), source="示例清单")
    assert duty_counts() == (0, 0, 0)
    run = services.close_month(date(2026, 9, 1), now=WHEN_CLOSED)
    assert counts_of(run).missing == 1


def test_bulletin_takes_two_people_keeps_what_it_said_and_then_does_not_change(october, duty, supervisor, reviewer):
    run = services.close_month(OCTOBER, now=WHEN_CLOSED)
    bulletin = services.draft_bulletin(run, actor=supervisor)
    assert services.draft_bulletin(run, actor=reviewer) == bulletin
    said = bulletin.content
    assert policy.Counts(**said["total"]) == counts_of(run)
    assert "新增记录 6 条" in "".join(said["sentences"])
    with pytest.raises(Refused, match="另一位"):
        services.issue_bulletin(bulletin, actor=supervisor, now=WHEN_CLOSED)
    with pytest.raises(RightMissing):
        services.issue_bulletin(bulletin, actor=reviewer, now=WHEN_CLOSED)
    other = make_user("supervisor-2", Role.SUPERVISOR)
    services.issue_bulletin(bulletin, actor=other, now=WHEN_CLOSED)
    with pytest.raises(TransitionRefused):
        services.issue_bulletin(bulletin, actor=other, now=WHEN_CLOSED)
    with pytest.raises(DatabaseError, match="issued"), transaction.atomic():
        Bulletin.objects.update(content={})
    bulletin.refresh_from_db()
    assert bulletin.content == said


def test_departments_see_issued_bulletins_and_others_none(october, clerk, supervisor, reviewer):
    bulletin = services.draft_bulletin(services.close_month(OCTOBER, now=WHEN_CLOSED), actor=reviewer)
    auditor = make_user("auditor", Role.AUDITOR)
    assert [list(Bulletin.objects.visible_to(who)) for who in (reviewer, clerk, auditor)] == [[bulletin], [], []]
    services.issue_bulletin(bulletin, actor=supervisor, now=WHEN_CLOSED)
    assert [list(Bulletin.objects.visible_to(who)) for who in (clerk, auditor)] == [[bulletin], []]


def test_bulletin_names_overdue_duties_and_compares_with_the_month_before(october, department, duty, reviewer, send):
    services.set_duty(department, "XZCF", cycle="month", since=date(2026, 1, 1), source="示例清单")
    services.close_month(date(2026, 9, 1), now=WHEN_CLOSED)
    said = services.draft_bulletin(services.close_month(OCTOBER, now=WHEN_CLOSED), actor=reviewer).content
    assert [(each["item"], each["period"]) for each in said["missing"]] == [("行政处罚", "2026 年 10 月")]
    assert "缺报 1 项" in said["sentences"][-1]


def test_provisional_month_cannot_be_announced(october, reviewer):
    services.refresh_figures(now=beijing(10, 20))
    with pytest.raises(Refused, match="暂计"):
        services.draft_bulletin(FigureRun.objects.get(month=OCTOBER), actor=reviewer)
